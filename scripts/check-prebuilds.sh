#!/bin/sh
# Refuses prebuilds that must not be published, with a sentence for each thing that is wrong. It needs readelf (binutils).
# Usage: check-prebuilds.sh [FOLDER]
set -eu
cd "$(dirname "$0")/.."
folder=${1:-prebuilds}
# What the README promises to run on: glibc 2.34, and the libraries of GCC 11, the first one that those systems have.
newest='GLIBC_2.34 GLIBCXX_3.4.29 CXXABI_1.3.13 GCC_4.2.0'
libraries='libc\.so\.6|libm\.so\.6|libstdc\+\+\.so\.6|libgcc_s\.so\.1|ld-linux-[a-z0-9-]+\.so\.[12]'

if [ -z "$(ls "$folder" 2>/dev/null)" ]; then
  echo "prebuilds: there are none in $folder, and the package is not published without; make them with \"npm run build:prebuilds\"" >&2
  exit 1
fi

refused=
# refuse WHAT
refuse() {
  refused=yes
  echo "prebuilds: $file $1" >&2
}

# versions FILE: the symbol versions that it needs of its libraries.
versions() { readelf -VW "$1" | sed -n 's/.*Name: \([A-Z_]*_[A-Za-z0-9_.]*\) .*/\1/p' | sort -uV; }

# allowed VERSION: whether it is of a family in $newest and not newer.
allowed() {
  for limit in $newest; do
    [ "${1%_*}" = "${limit%_*}" ] || continue
    [ "$(printf '%s\n' "$1" "$limit" | sort -V | tail -n 1)" = "$limit" ] && return 0
  done
  return 1
}

# examine MACHINE: looks at $file, which is for that machine, in readelf's words.
examine() {
  if [ ! -e "$file" ]; then
    refuse 'is missing'
    return
  fi
  machine=$(readelf -hW "$file" | sed -n 's/^ *Machine: *//p')
  [ "$machine" = "$1" ] || refuse "is for the machine \"$machine\", not for \"$1\""
  for version in $(versions "$file"); do
    allowed "$version" || refuse "needs $version; the newest that may be needed are $newest"
  done
  for library in $(readelf -dW "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -Evx "$libraries"); do
    refuse "needs the library $library"
  done
  ! readelf -dW "$file" | grep -Eq '\((RPATH|RUNPATH)\)' || refuse 'looks for libraries on a path of its own'
  readelf -lW "$file" | grep -Eq 'GNU_STACK .* RW +0x' || refuse 'has an executable stack'
  ! readelf -SW "$file" | grep -Eq ' \.(symtab|debug_)' || refuse 'is not stripped'
  changed=$(find binding.gyp native/core native/binding native/sources.txt -newer "$file" | head -n 1)
  [ -z "$changed" ] || refuse "is older than $changed"
}

export LC_ALL=C
file=$folder/linux-x64/arpsweep.glibc.node
examine 'Advanced Micro Devices X86-64'
file=$folder/linux-arm64/arpsweep.glibc.node
examine AArch64
if [ -n "$refused" ]; then
  echo 'prebuilds: the package is not published with these; make them anew with "npm run build:prebuilds"' >&2
  exit 1
fi
