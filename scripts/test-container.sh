#!/bin/sh
# Builds the image by the Dockerfile with podman and runc, and runs the tests that hold its containers against what the
# README says (test/container). No registry is asked: the bases are Debian roots that mmdebstrap unpacks, with this
# machine's Node where the official images have it, and npm works from a cache that is filled before. Needs root, mirrors
# of Debian and npm, and the packages podman, runc and mmdebstrap. It takes minutes, so it is no step of test.sh.
# With ARPSWEEP_IMAGE_CACHE=DIRECTORY bases, packages and layers are kept there for the next run.
set -eu
cd "$(dirname "$0")/.."

for program in podman runc mmdebstrap; do
  command -v "$program" >/dev/null || missing="${missing:-} $program"
done
if [ -n "${missing:-}" ]; then
  echo "test-container: install these packages first:$missing" >&2
  exit 3
fi

work=$(mktemp -d)
mkdir -p "${ARPSWEEP_IMAGE_CACHE:=$work}"
cache=$(realpath "$ARPSWEEP_IMAGE_CACHE")
# The mounts that podman makes in it are gone with the namespace in which it runs.
trap 'rm -rf --one-file-system "$work"' EXIT

# base NAME PACKAGES: a Debian root with Node under /usr/local, as the images of node:20 have it.
base() {
  [ ! -e "$cache/$1.tar" ] || return 0
  node_root=$work/$1
  mkdir -p "$node_root/usr/local/bin"
  cp "$(node -p 'fs.realpathSync(process.execPath)')" "$node_root/usr/local/bin/node"
  if [ "$1" = build ]; then
    mkdir -p "$node_root/usr/local/lib/node_modules" "$node_root/usr/local/include"
    cp -a "$(npm root --global)/npm" "$node_root/usr/local/lib/node_modules/"
    cp -a "$(node -p 'path.resolve(process.execPath, "../../include/node")')" "$node_root/usr/local/include/"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$node_root/usr/local/bin/npm"
    mkdir "$node_root/usr/local/etc"
    echo 'offline=true' >"$node_root/usr/local/etc/npmrc"
  fi
  echo "test-container: unpacking Debian for the $1 stage"
  mmdebstrap --quiet --format=tar --variant=minbase --include="$2" --customize-hook="cp -a '$node_root/.' \"\$1\"" \
    bookworm "$cache/$1.tar.part"
  mv "$cache/$1.tar.part" "$cache/$1.tar"
}
base build libstdc++6,g++,make,python3
base run libstdc++6

mkdir "$work/packages"
cp package.json package-lock.json "$work/packages"
npm ci --prefix "$work/packages" --cache "$cache/npm" --prefer-offline --ignore-scripts --no-audit --no-fund --silent

# From here on without any network but that of the lab.
# In a storage of its own, so that images and containers of this machine are neither seen nor touched.
ARPSWEEP_PODMAN="podman --root $cache/storage --runroot $cache/containers --storage-driver overlay --runtime runc --cgroup-manager cgroupfs"
export ARPSWEEP_PODMAN
# What a run that was cut short left of its containers.
rm -rf "$cache/containers"
sh scripts/in-lab.sh sh -euc '
  $ARPSWEEP_PODMAN rm --all --force >/dev/null
  for stage in build run; do
    $ARPSWEEP_PODMAN image exists "localhost/node:$stage" ||
      $ARPSWEEP_PODMAN import --quiet "$1/$stage.tar" "localhost/node:$stage" >/dev/null
  done
  $ARPSWEEP_PODMAN build --quiet --pull=never --network none --volume "$1/npm:/root/.npm:O" \
    --build-arg BUILD_IMAGE=localhost/node:build --build-arg RUN_IMAGE=localhost/node:run \
    --build-arg VERSION="$(node -p "require(\"./package.json\").version")" \
    --build-arg REVISION="$(git rev-parse HEAD)" --tag localhost/arpsweep .
  vitest run --project container
' container "$cache"
