#!/usr/bin/env bash
# Breaks a four-validator network and checks that it heals: scripts/network.sh [--short]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
node_enter

if [ "${1:-}" = --short ]; then
	say "Network faults, the short part (about two minutes)"
else
	say "Network faults (about a quarter of an hour: one scenario waits for a session to end)"
fi
exec node "$root/zombienet/faults.js" "$@"
