#!/bin/sh
# Makes the prebuilds, unless there are some that may be published, and sees to it that others may not.
# Ends with a line "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
. scripts/checks.sh

present() { sh scripts/check-prebuilds.sh || npm run --silent build:prebuilds; }

# refused PATTERN COMMAND...: the check refuses copies of the prebuilds that the command has spoilt, and says why.
refused() {
  pattern=$1
  shift
  rm -rf "$work/spoilt"
  cp -R prebuilds "$work/spoilt"
  x64=$work/spoilt/linux-x64/arpsweep.glibc.node
  arm64=$work/spoilt/linux-arm64/arpsweep.glibc.node
  "$@"
  if sh scripts/check-prebuilds.sh "$work/spoilt" 2>"$work/said"; then return 1; fi
  cat "$work/said"
  grep -Eq "$pattern" "$work/said"
}
without_arm64() { rm "$arm64"; }
for_another_machine() { cp "$x64" "$arm64"; }
older_than_its_sources() { touch -d 2000-01-01 "$x64"; }
# linked FLAG...: a library of C that is as wanted but for the flags.
linked() { echo "${source:-int nothing;}" | cc -x c -shared -fPIC -o "$x64" - -s -Wl,--no-as-needed "$@"; }
on_new_glibc() { source='unsigned arc4random(void); unsigned f(void) { return arc4random(); }' linked; }
with_symbols() { echo 'int nothing;' | cc -x c -shared -fPIC -o "$x64" -; }

readme_says_which_glibc() {
  floor=$(sed -n "s/^newest='GLIBC_\([0-9.]*\) .*/\1/p" scripts/check-prebuilds.sh)
  grep -F "glibc $floor or later" README.md
}
# No registry is asked: what is to be run before publishing fails first.
unpublished() {
  mkdir -p "$work/bare/scripts"
  cp package.json "$work/bare"
  cp scripts/check-prebuilds.sh "$work/bare/scripts"
  cd "$work/bare"
  if npm publish --dry-run >"$work/said" 2>&1; then return 1; fi
  cat "$work/said"
  grep -q 'there are none in prebuilds, and the package is not published without; make them with "npm run build:prebuilds"' "$work/said"
}

check 'the prebuilds may be published' present
check 'they may not without the one for arm64' refused 'linux-arm64/arpsweep.glibc.node is missing' without_arm64
check 'nor with that of another machine in its place' refused 'is for the machine "Advanced Micro' for_another_machine
check 'nor needing a newer glibc than README promises to run on' refused 'needs GLIBC_2.36' on_new_glibc
check 'README says which glibc that is' readme_says_which_glibc
check 'nor needing another library' refused 'needs the library libresolv.so.2' linked -lresolv
check 'nor looking for libraries in folders of this machine' refused 'on a path of its own' linked -Wl,-rpath,/opt
check 'nor asking for an executable stack' refused 'executable stack' linked -Wl,-z,execstack
check 'nor with symbols for the debugger' refused 'not stripped' with_symbols
check 'nor older than their sources' refused 'is older than' older_than_its_sources
check 'npm publishes nothing without prebuilds' unpublished
conclude
