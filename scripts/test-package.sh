#!/bin/sh
# Packs the tarball, looks at what is in it, installs it into an empty folder and sweeps with it.
# Ends with a line "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
root=$PWD
passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check WHAT COMMAND...
check() {
  what=$1
  shift
  if ("$@") >"$work/log" 2>&1; then
    passed=$((passed + 1))
    echo "ok   $what"
  else
    failed=$((failed + 1))
    echo "FAIL $what"
    tail -n 30 "$work/log"
  fi
}

pack() { npm pack --silent --pack-destination "$work"; }
install() {
  cd "$work/empty"
  npm init -y
  npm install --no-audit --no-fund --foreground-scripts "$work"/arpsweep-*.tgz
}
lists() { tar -tzf "$work"/arpsweep-*.tgz | grep -qx "package/$1"; }
lacks() { ! tar -tzf "$work"/arpsweep-*.tgz | grep -E "$1"; }
typechecks() {
  cat >"$work/empty/use.mts" <<'END'
import { type ListenReport, type PingReply, type Report, type Responder, type Utterance } from 'arpsweep';
import { announce, dad, listen, parseTargets, ping, sweep } from 'arpsweep';
const run = sweep('10.0.0.0/24', { links: ['eth0'], rate: 10_000, signal: new AbortController().signal });
for await (const responder of run) responder satisfies Responder;
const report: Report = await run.report();
report.counts.answered satisfies number;
parseTargets('10.0.0.1').ranges.length satisfies number;
for await (const reply of ping('10.0.0.1', { count: 1 })) reply satisfies PingReply;
const heard = listen({ links: ['eth0@7'], durationMs: 1000, onFinding: ({ kind }) => kind satisfies string });
for await (const utterance of heard) utterance satisfies Utterance;
((await heard.report()) satisfies ListenReport).findings satisfies Report['findings'];
(await dad('10.0.0.1'))[0]?.verdict satisfies string | undefined;
(await announce('10.0.0.1', { reply: true }))[0]?.sent satisfies number | undefined;
END
  cd "$work/empty"
  "$root/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck false --target es2022 --lib es2023,esnext.disposable,dom \
    --module nodenext use.mts
}

check 'npm pack' pack
for file in LICENSE README.md CHANGELOG.md bin/arpsweep.js dist/index.js dist/index.d.ts dist/vendors.bin \
  "$(node -p 'require("./package.json").man.slice(2)')" docs/findings/loss.md schema/report-v1.schema.json schema/listen-v1.schema.json binding.gyp native/sources.txt native/binding/addon.cc; do
  check "the tarball has $file" lists "$file"
done
check 'the tarball has no tests, builds or sources in TypeScript' lacks '/(test|build|node_modules|src|\.ci)/|^package/native/tests'
mkdir "$work/empty"
check 'it installs into an empty folder' install
check 'its types serve a strict program' typechecks
check 'it sweeps, as a library and as a command' sh scripts/in-lab.sh node "$root/scripts/smoke.mjs" "$work/empty/node_modules/arpsweep"
check 'its command is on the path of npx' sh -c "cd '$work/empty' && npx --no-install arpsweep --version"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
