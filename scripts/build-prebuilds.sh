#!/bin/sh
# Builds the addon for each machine that the package brings it along for, into prebuilds/, and checks what came out.
# Usage: npm run build:prebuilds. Takes two cores; needs the compilers that scripts/setup.sh installs.
set -eu
cd "$(dirname "$0")/.."

# build ARCH TRIPLET: in a copy, because node-gyp empties the build folder beside the binding.gyp that it is given.
build() {
  copy=build/prebuild-$1
  rm -rf "$copy"
  mkdir -p "$copy/native"
  cp package.json binding.gyp "$copy"
  cp -R native/core native/binding native/sources.txt "$copy/native"
  CC=$2-gcc CXX=$2-g++ PREBUILD_STRIP_BIN=$2-strip prebuildify --napi --strip --tag-libc=glibc --arch="$1" \
    --cwd="$copy" --out=. --cache="$PWD/build/headers" >"$copy/log" 2>&1
}

build x64 x86_64-linux-gnu &
x64=$!
build arm64 aarch64-linux-gnu &
arm64=$!
wait "$x64" || { tail -n 30 build/prebuild-x64/log >&2; failed=x64; }
wait "$arm64" || { tail -n 30 build/prebuild-arm64/log >&2; failed=arm64; }
if [ -n "${failed:-}" ]; then
  echo "prebuilds: the build for $failed failed" >&2
  exit 1
fi
sh scripts/check-prebuilds.sh
