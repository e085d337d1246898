#!/usr/bin/env bash
# Measures four validators on this machine, idle and under a flood of transfers.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
node_enter

say "Installing the client libraries"
(cd "$root/clients" && npm ci --no-audit --no-fund --loglevel=error)
say "Four validators, idle (ten minutes)"
node "$root/zombienet/measure.js" --minutes 10
say "Four validators under transfers (ten minutes)"
node "$root/zombienet/measure.js" --minutes 10 --load
