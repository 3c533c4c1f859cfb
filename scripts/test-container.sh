#!/bin/sh
# Builds the image by the Dockerfile with podman and runc, and holds its containers in the lab against what the README
# says. No registry is asked: the bases are Debian roots that mmdebstrap unpacks, with this machine's Node where the
# official images have it, and npm works from its cache. Needs root and the packages podman, runc, crun-free cgroups v1
# or v2, mmdebstrap. Takes some minutes, so it is not a step of test.sh; `npm run test:container` runs it.
# With ARPSWEEP_CONTAINER_CACHE=DIRECTORY the bases are kept there for the next run.
set -eu
cd "$(dirname "$0")/.."
