#!/usr/bin/env bash
# Measures: bench.sh [core|network|all]
#   core     the risk core against the naive ways, as ratios within one run (20 minutes)
#   network  four validators on this machine, idle and under a flood of transfers (20 minutes)
#
# CANDLES names files (ts,open,high,low,close,volume) of recorded markets, for wake-ups on a real day
# beside the generated one.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
node_enter
cd "$root"

# The crates by name, and not the workspace: the optimised profile would build the whole node, for
# half an hour, and no benchmark is in it.
bench_core() {
	local cargo=(scripts/with-toolchain.sh cargo)
	export SKIP_WASM_BUILD=1
	say "Trigger book and batch auction"
	"${cargo[@]}" bench --locked -p breakwater-trigger-book --bench trigger_book -- --noplot
	"${cargo[@]}" bench --locked -p breakwater-auction --bench auction -- --noplot
	node scripts/bench-ratios.js "${CARGO_TARGET_DIR:-$root/target}/criterion"

	say "Wake-ups per liquidation on a crash day"
	local crash_day=("${cargo[@]}" run --locked --quiet --release -p breakwater-trigger-book --example crash_day --)
	"${crash_day[@]}"
	if [ -n "${CANDLES:-}" ]; then
		local candles
		read -ra candles <<<"$CANDLES"
		"${crash_day[@]}" "${candles[@]}"
	fi
}

bench_network() {
	say "Installing the client libraries"
	(cd clients && npm ci --no-audit --no-fund --loglevel=error)
	say "Four validators, idle (ten minutes)"
	node zombienet/measure.js --minutes 10
	say "Four validators under transfers (ten minutes)"
	node zombienet/measure.js --minutes 10 --load
}

case "${1:-all}" in
core) bench_core ;;
network) bench_network ;;
all)
	bench_core
	bench_network
	;;
*) die "nothing to measure is called '$1'" "Choose core, network or all." ;;
esac
