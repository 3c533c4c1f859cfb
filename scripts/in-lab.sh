#!/bin/sh
# Runs a command in throwaway network and mount namespaces, so that nothing it sends can reach a real network
# and nothing it makes outlives it. Works as root and as an ordinary user (then in a user namespace as well).
set -eu
if [ "$(id -u)" = 0 ]; then set -- -nm "$@"; else set -- -Urnm "$@"; fi
namespaces=$1
shift
# The lab refuses to build anything in the namespace that it was started from.
ARPSWEEP_LAB_OUTSIDE=$(readlink /proc/self/ns/net)
export ARPSWEEP_LAB_OUTSIDE
PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin:$PWD/.peers/usr/bin"
export PATH
exec unshare "$namespaces" --propagation private sh -c '
  set -eu
  mount -t tmpfs -o mode=755 lab /run
  mkdir /run/netns
  ip link set lo up
  exec "$@"' lab "$@"
