# The Breakwater node as a container image.
#
#   make docker               builds it, sees it produce blocks, keeps it as breakwater-node:latest
#   docker build -t breakwater-node .
#                             the same by hand, with BuildKit; podman and buildah need
#                             `--format docker` too, or the health check is lost
#   --build-arg PROFILE=dev   an image to try things with: quick to build, slow to run
#
# How to run it: docs/validator.md.

ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

# ---- Compile -------------------------------------------------------------------------------
# hadolint ignore=DL3006 # the tag is in BASE_IMAGE
FROM ${BASE_IMAGE} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /breakwater

# The compiler and its tools, by the script that sets up any other machine. Only what the script
# reads is copied, so that this layer lasts until it changes.
COPY scripts/setup.sh scripts/toolchain.sh scripts/
# The host's certificate authorities, if given (`--secret id=certificates,src=…`), for networks in
# which a proxy signs for the registry.
RUN --mount=type=secret,id=certificates \
    if [ -s /run/secrets/certificates ]; then export CARGO_HTTP_CAINFO=/run/secrets/certificates; fi; \
    scripts/setup.sh build

COPY . .
# The Cargo profile, and what the binary's version says about where it came from: without .git the
# build cannot see for itself.
ARG PROFILE=production
ARG COMMIT=00000000000
# Crates and compiled dependencies outlive the build in caches. Files are touched because the cache
# may come from another checkout, whose compiled crates would look newer than these sources.
RUN --mount=type=secret,id=certificates \
    --mount=type=cache,id=breakwater-crates,target=/root/.cargo/registry \
    --mount=type=cache,id=breakwater-target,target=/breakwater/target \
    if [ -s /run/secrets/certificates ]; then export CARGO_HTTP_CAINFO=/run/secrets/certificates; fi; \
    find . -path ./target -prune -o -type f -exec touch {} +; \
    SUBSTRATE_CLI_GIT_COMMIT_HASH=$COMMIT scripts/build.sh "$PROFILE"; \
    folder=$PROFILE; \
    if [ "$PROFILE" = dev ]; then folder=debug; fi; \
    install -D "target/$folder/breakwater-node" /out/breakwater-node

# ---- Run -----------------------------------------------------------------------------------
# hadolint ignore=DL3006 # the tag is in BASE_IMAGE
FROM ${BASE_IMAGE}

# What the binary links, and the authorities it trusts when off-chain workers fetch prices. No
# versions: an old one is not in the archive for long, and the newest has the security fixes.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && groupadd --gid 10001 breakwater \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin breakwater \
    && install -d -o 10001 -g 10001 -m 0750 /data

COPY --from=build /out/breakwater-node /usr/local/bin/breakwater-node

# Databases and keys go to /data/breakwater-node unless --base-path says otherwise.
ENV XDG_DATA_HOME=/data
VOLUME ["/data"]

# A number, so that an orchestrator can see that it is not root.
USER 10001:10001

# Peers (UDP: WebRTC, full nodes only), RPC, metrics. RPC and metrics listen inside the container
# only, until the node is told otherwise.
EXPOSE 30333/tcp 30333/udp 9944/tcp 9615/tcp

# Healthy means: the RPC server answers, and what it asked of the node's network service was
# answered too. A node that still synchronises is healthy; /health/readiness on the same port is
# for load balancers. Set RPC_PORT with --rpc-port.
ENV RPC_PORT=9944
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/$RPC_PORT || exit 1; \
    printf 'GET /health HTTP/1.1\\r\\nHost: localhost:%s\\r\\nConnection: close\\r\\n\\r\\n' $RPC_PORT >&3; \
    read -r -t 4 _ status _ <&3 && [ \"$status\" = 200 ]"]

ENTRYPOINT ["/usr/local/bin/breakwater-node"]

# Last, because it changes with every commit.
ARG VERSION=0.0.0
ARG COMMIT=00000000000
LABEL org.opencontainers.image.title="Breakwater node" \
    org.opencontainers.image.description="Authority and full node of the Breakwater chain" \
    org.opencontainers.image.authors="Breakwater contributors" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${COMMIT}"
