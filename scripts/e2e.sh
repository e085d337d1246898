#!/usr/bin/env bash
# Tests the running node: scripts/e2e.sh [--short]. Called by `make e2e`.
#
# First the client package by itself and the dashboard, then the chain with the libraries that traders use, then the
# prices: four validators with their workers, and replay servers; then a crash on four validators,
# with all who trade in it. --short leaves out the spam, the restarts and the external feeder, the
# losses that a gap leaves, and the crash.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
node_enter

say "Installing the client libraries (pinned, half a minute the first time)"
cd "$root/clients"
npm ci --no-audit --no-fund --loglevel=error
status=0
say "Client package: types and unit tests"
npm run --silent test:sdk || status=1
say "Dashboard: units, and in a browser if there is one (two minutes)"
npm run --silent test:dashboard || status=1
say "End-to-end tests (some minutes)"
npm test -- "$@" || status=1
if [ "${1:-}" = --short ]; then
	say "Prices end to end, the short part (about two minutes)"
else
	say "Prices end to end (about five minutes), then a crash on four validators"
fi
node oracle/run.js "$@" || status=1
exit "$status"
