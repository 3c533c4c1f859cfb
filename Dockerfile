# The image of arpsweep: the packed package with its locked production dependencies on a slim Node, nothing else.
# Build: docker build -t arpsweep .    (podman build and buildah bud take the same file)
# For a build that can be repeated give both bases by digest: --build-arg RUN_IMAGE=node@sha256:...
ARG BUILD_IMAGE=node:20-bookworm
ARG RUN_IMAGE=node:20-bookworm-slim

FROM ${BUILD_IMAGE} AS build
# Node's own headers lie in its image; without this node-gyp would download them.
ENV npm_config_nodedir=/usr/local npm_config_update_notifier=false
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# What runs is the tarball that npm would publish. The addon is compiled here, for this architecture and this libc,
# whatever prebuilds the package brings; of that, the run stage gets the one file that is loaded.
RUN npm pack --silent \
 && mkdir /opt/arpsweep && tar -xzf arpsweep-*.tgz -C /opt/arpsweep --strip-components 1 --no-same-owner \
 && cp package-lock.json /opt/arpsweep && cd /opt/arpsweep \
 && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf prebuilds && JOBS=max npm run install \
 && strip build/Release/arpsweep.node \
 && find build -mindepth 1 -not -path build/Release -not -path build/Release/arpsweep.node -delete

FROM ${RUN_IMAGE}
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="arpsweep" \
      org.opencontainers.image.description="ARP sweeper that reports every MAC answering for each IPv4 address" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
COPY --from=build /opt/arpsweep /opt/arpsweep
# Listing the links loads the addon: a base that lacks a library fails here, not in the pod.
RUN ln -s /opt/arpsweep/bin/arpsweep.js /usr/local/bin/arpsweep && arpsweep interfaces >/dev/null
# There is no USER on purpose. In Docker and Kubernetes NET_RAW of the container's set reaches no process of another user
# (Podman hands it to them), and file capabilities do not work under no-new-privileges. Root with every capability
# dropped but NET_RAW is the least that works everywhere:
#   docker run --cap-drop ALL --cap-add NET_RAW --read-only --security-opt no-new-privileges arpsweep ...
# There is no HEALTHCHECK either: most commands end by themselves. deploy/compose.yaml has the one for serve.
EXPOSE 9617
# The exec form: node is process 1 and gets the signals.
ENTRYPOINT ["arpsweep"]
# Within a container's own network 127.0.0.1 is nobody else's. On the host's network give an address to --listen.
CMD ["serve", "--listen", "0.0.0.0:9617"]
