#!/usr/bin/env bash
# Tests the running node with the client libraries that traders use. Called by `make e2e`.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
node_enter

say "Installing the client libraries (pinned, half a minute the first time)"
cd "$root/clients"
npm ci --no-audit --no-fund --loglevel=error
say "End-to-end tests (about a minute)"
npm test
