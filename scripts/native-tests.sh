#!/bin/sh
# Tests of the native core: all of them and the fuzzing corpus under ASan and UBSan, then those of the doctest
# suite `threads` under TSan. Ends with a line "N passed, N failed"; corpus files count as tests.
set -eu
cd "$(dirname "$0")/.."

CXX=${CXX:-clang++}
export CXX
export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:${TSAN_OPTIONS:-}"

passed=0
failed=0

# build SANITIZER TARGET...
build() {
  folder=build/native-$1
  mkdir -p "$folder"
  log=$folder/build.log
  targets=$*
  targets=${targets#* }
  # shellcheck disable=SC2086 # the targets are words
  if ! {
    cmake -S native -B "$folder" -DARPSWEEP_SANITIZER="$1" && cmake --build "$folder" -j2 --target $targets
  } >"$log" 2>&1; then
    cat "$log" >&2
    echo "native tests: the build in $folder failed" >&2
    exit 1
  fi
}

# doctest NAME COMMAND...: runs it in the lab and adds its cases to the sums. A crash prints no summary, a case
# that was skipped proves nothing, and no case at all is a mistake in the command: each is a failure.
doctest() {
  name=$1
  shift
  log=build/$name.log
  echo "== $name"
  status=0
  sh scripts/in-lab.sh "$@" --no-colors=true >"$log" 2>&1 || status=$?
  summary=$(sed -n 's/^\[doctest\] test cases: *[0-9]* | *\([0-9]*\) passed | *\([0-9]*\) failed.*/\1 \2/p' "$log")
  if [ -z "$summary" ] || [ "$summary" = '0 0' ]; then
    cat "$log"
    echo "native tests: $name ended with status $status and without a result" >&2
    failed=$((failed + 1))
    return
  fi
  passed=$((passed + ${summary% *}))
  failed=$((failed + ${summary#* }))
  if [ "$status" -ne 0 ]; then
    cat "$log"
    # A sanitizer's complaint at exit comes after a clean summary.
    if [ "${summary#* }" = 0 ]; then failed=$((failed + 1)); fi
  fi
}

# replay TARGET FOLDER...: runs a fuzz target once over every file and adds their number to the sums.
replay() {
  target=$1
  shift
  echo "== corpus of $target"
  if count=$(build/native-address/replay_"$target" "$@" 2>build/replay.log); then
    passed=$((passed + count))
  else
    tail -n 40 build/replay.log
    failed=$((failed + 1))
  fi
}

build address native_tests replay_frames replay_replies write_catalogue fuzz_frames fuzz_replies
# The tests leave half of the machine idle, and notice nothing of what runs only where nobody else wants to.
(
  renice -n 19 -p "$(exec sh -c 'echo $PPID')" >/dev/null
  build thread native_tests
) &
thread_build=$!
doctest native-address build/native-address/native_tests
if ! grep -q '| 0 skipped$' build/native-address.log; then
  echo 'native tests: some were skipped, though the lab was there' >&2
  failed=$((failed + 1))
fi

rm -rf build/native-address/catalogue
build/native-address/write_catalogue build/native-address/catalogue
replay frames test/fuzz/corpus build/native-address/catalogue
replay replies test/fuzz/corpus-replies

wait "$thread_build"
doctest native-thread build/native-thread/native_tests --test-suite=threads

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
