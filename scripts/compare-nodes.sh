#!/bin/sh
# Fails where a package says other things under another Node than under the usual one: of the links of a network, and of
# what was recorded of a sweep. Usage: compare-nodes.sh PACKAGE-DIRECTORY COMMAND..., inside scripts/in-lab.sh; the command
# starts the other Node.
set -eu
program=$1/bin/arpsweep.js
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ip netns add far
ip link add name near0 type veth peer name far0 address 02:00:5e:10:00:06 netns far
ip link add name near1 type bridge
ip link set near0 master near1 up
ip address add 10.99.8.1/24 dev near1
ip link set near1 up
ip -n far address add 10.99.8.6/24 dev far0
ip -n far link set far0 up
node "$program" -I near1 10.99.8.0/28 --write "$work/run.pcapng" | grep '^10\.99\.8\.6'

# The driver is asked by ioctl(2), which emulators do not know.
node "$program" interfaces -f json | grep -v '"driver":' >"$work/usual"
"$@" "$program" interfaces -f json | grep -v '"driver":' | diff "$work/usual" -
grep -q '"near1"' "$work/usual"

node "$program" --read "$work/run.pcapng" -f json >"$work/usual"
"$@" "$program" --read "$work/run.pcapng" -f json | diff "$work/usual" -
grep -q '"02:00:5e:10:00:06"' "$work/usual"
