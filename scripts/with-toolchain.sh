#!/usr/bin/env bash
# Runs a command with the pinned Rust toolchain: scripts/with-toolchain.sh cargo check
# Use it for every cargo call: another compiler on the PATH would rebuild a thousand crates.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
toolchain_enter

export CARGO_INCREMENTAL=0
# The Wasm builder looks for the workspace above the target directory, which may be elsewhere.
export WASM_BUILD_WORKSPACE_HINT=$root
exec "$@"
