# Sourced by scripts that test by checks: counts them, and has a folder of their own for what they make, $work.
# The script ends with `conclude`, which prints the line "N passed, N failed".
passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check WHAT COMMAND...: in a shell of its own, which ends at the first command that fails. (Where the status of a function
# is asked for by `if`, `!` or `||`, its failing commands are passed over.)
check() {
  what=$1
  shift
  set +e
  (
    set -e
    "$@"
  ) >"$work/log" 2>&1
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok   $what"
  else
    failed=$((failed + 1))
    echo "FAIL $what"
    tail -n 30 "$work/log"
  fi
}

conclude() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
