#!/bin/sh
# Every test there is: native core under the sanitizers, unit, lab and command-line tests, the hazards, prebuilds and tarball.
# Ends with a line "N passed, N failed". Needs namespaces: root, or a user who may make user namespaces.
set -eu
cd "$(dirname "$0")/.."

if ! sh scripts/in-lab.sh true; then
  echo 'test: cannot make network namespaces here; run as root, or allow user namespaces' >&2
  exit 1
fi

passed=0
failed=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# add PASSED FAILED
add() {
  passed=$((passed + $1))
  failed=$((failed + $2))
}

# step NAME COMMAND...: a command that ends with a line "N passed, N failed".
step() {
  name=$1
  shift
  echo "== $name"
  status=0
  "$@" >"$results/log" 2>&1 || status=$?
  cat "$results/log"
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$results/log" | tail -n 1)
  if [ -z "$line" ]; then
    add 0 1
    return
  fi
  count_failed=$(echo "$line" | sed 's/.*, \([0-9]*\) failed/\1/')
  if [ "$status" -ne 0 ] && [ "$count_failed" = 0 ]; then count_failed=1; fi
  add "${line%% *}" "$count_failed"
}

# vitest NAME COMMAND...: begins a vitest run.
vitest() {
  name=$1
  shift
  {
    status=0
    "$@" --reporter=default --reporter=json --outputFile.json="$results/$name.json" || status=$?
    echo "$status" >"$results/$name.status"
  } >"$results/$name.log" 2>&1 &
}

# count NAME...: shows runs that have ended, and counts them from their JSON reports. A test that was skipped counts
# as failed when we are root, for then nothing excuses it.
count() {
  wait
  for name in "$@"; do
    echo "== $name"
    cat "$results/$name.log"
    counts=$(node -e '
      const report = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
      const skipped = process.getuid() === 0 ? report.numPendingTests + report.numTodoTests : 0;
      console.log(report.numPassedTests, report.numFailedTests + skipped);
    ' "$results/$name.json") || counts='0 1'
    if [ "$(cat "$results/$name.status")" -ne 0 ] && [ "${counts#* }" = 0 ]; then counts="${counts% *} 1"; fi
    # shellcheck disable=SC2086 # two numbers
    add $counts
  done
}

step 'native core' npm run --silent test:native
vitest unit npm run --silent test:unit --
count unit
# Most of the time they wait for the wire, and each run has namespaces of its own.
vitest lab npm run --silent test:lab -- test/integration
vitest commands npm run --silent test:lab -- test/cli
# Made where nobody else wants the machine; what fails here is tried again, and told, by their tests.
nice -n 19 npm run --silent build:prebuilds >"$results/prebuilds.log" 2>&1 &
count lab commands
step prebuilds npm run --silent test:prebuilds
step package npm run --silent test:package
step deployment npm run --silent test:deploy
if [ "${CI:-}" = true ]; then step 'Node 22 and 24' npm run --silent test:nodes; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
