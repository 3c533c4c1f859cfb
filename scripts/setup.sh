#!/bin/sh
# Gets a fresh Debian machine with Node and npm ready: system packages, npm packages, the native addon, the TypeScript.
# Usage: setup.sh demo|test. `demo` is what building and the lab need; `test` adds compilers, witnesses and peers.
set -eu
cd "$(dirname "$0")/.."

# The prebuilds are for both machines, whichever this is.
case $(uname -m) in
  aarch64) other=g++-x86-64-linux-gnu ;;
  *) other=g++-aarch64-linux-gnu ;;
esac
demo='g++ make python3 iproute2 util-linux libpcap-dev'
test="$demo clang clang-format cmake llvm libclang-rt-14-dev doctest-dev nftables tcpdump tshark wireshark-common arp-scan nmap masscan iputils-arping libnet1 procps libcap2-bin zsh fish mandoc netdiscover openvswitch-switch chromium qemu-user-static $other"
case ${1:-} in
  demo) packages=$demo ;;
  test) packages=$test ;;
  *)
    echo 'usage: setup.sh demo|test' >&2
    exit 2
    ;;
esac

missing=
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ]; then
    sudo=
  elif command -v sudo >/dev/null; then
    sudo=sudo
  else
    echo "setup: these packages are missing and only root may install them:$missing" >&2
    exit 3
  fi
  echo "setup: installing$missing"
  $sudo apt-get update -qq
  # shellcheck disable=SC2086 # the packages are words
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# Debian's two arpings exclude each other: that of iputils is installed, and Habets' is unpacked here.
if [ "$1" = test ] && [ ! -x .peers/usr/sbin/arping ]; then
  echo 'setup: unpacking arping into .peers'
  mkdir -p .peers
  if ! (cd .peers && apt-get -o APT::Sandbox::User=root download -qq arping && dpkg-deb -x arping_*.deb . && rm arping_*.deb); then
    echo 'setup: arping could not be downloaded; run "apt-get update" as root and try again' >&2
    exit 3
  fi
fi

# node-gyp compiles with one process unless it is told otherwise.
JOBS=${JOBS:-$(nproc)} npm ci --no-audit --no-fund --loglevel=error
