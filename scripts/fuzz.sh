#!/usr/bin/env bash
# Attacks the risk core for FUZZ_MINUTES (60): half of the time libFuzzer drives the targets of
# fuzz/, the other half the property tests of every crate run with new seeds, round after round.
# Stops at the first failure and says how to replay it.
#
# FUZZ_TARGETS and FUZZ_CRATES name some instead of all (FUZZ_CRATES= runs none).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
toolchain_enter
cd "$root"

minutes=${FUZZ_MINUTES:-60}
case "$minutes" in '' | *[!0-9]* | 0) die "FUZZ_MINUTES is '$minutes'" "Set it to a number of minutes." ;; esac
read -ra targets <<<"${FUZZ_TARGETS-decoding arithmetic trigger_book auction}"
core="auction breaker funding liquidation margin oracle-math risk trigger-book units waterfall"
read -ra crates <<<"${FUZZ_CRATES-$core}"
target_dir=${CARGO_TARGET_DIR:-$root/target}
found=$target_dir/fuzz/corpus

# Coverage counters and comparisons, which guide libFuzzer. They are given to code for the host as a
# named target, so that build scripts and macros stay as they are. All of it is stable rustc.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
	-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions"
host=$(rustc -vV | sed -n 's/^host: //p')

build_targets() {
	RUSTFLAGS=${coverage//[$'\n\t']/ } CARGO_TARGET_DIR=$target_dir/fuzz SKIP_WASM_BUILD=1 \
		scripts/with-toolchain.sh cargo build --locked --release --target "$host" \
		-p breakwater-fuzz --features libfuzzer
}

# Inputs that reached new code stay in the target directory, and the next run starts from them.
run_target() {
	local name=$1 seconds=$2
	local binary=$target_dir/fuzz/$host/release/fuzz_$name
	mkdir -p "$found/$name"
	say "libFuzzer: $name, $seconds s"
	local log=$target_dir/fuzz/$name.log
	"$binary" "$found/$name" -max_total_time="$seconds" -max_len=4096 -len_control=0 \
		-timeout=20 -rss_limit_mb=2048 \
		-artifact_prefix="$target_dir/fuzz/$name-" 2>&1 | tee "$log" |
		{ grep --line-buffered -E '(INITED|pulse|DONE) |^Done' || true; } || fail "$log" "$name" "$binary"
}

fail() {
	tail -n 80 "$1"
	die "$2 found a failing input; its file is named above" \
		"Replay: $3 FILE" "Then keep its bytes as a test in fuzz/tests/random.rs."
}

# Rounds with fresh seeds until the time is up.
run_properties() {
	local crate=$1 seconds=$2 rounds=0 status
	local end=$((SECONDS + seconds))
	say "Property tests: $crate, $seconds s"
	while [ "$SECONDS" -lt "$end" ]; do
		status=0
		PROPTEST_CASES=${PROPTEST_CASES:-20000} SKIP_WASM_BUILD=1 timeout "$((end - SECONDS + 1))" \
			scripts/with-toolchain.sh cargo test --locked --release --quiet -p "breakwater-$crate" \
			>"$target_dir/fuzz/properties.log" 2>&1 || status=$?
		[ "$status" = 124 ] && break
		if [ "$status" != 0 ]; then
			cat "$target_dir/fuzz/properties.log"
			die "a property of $crate failed; its minimal input is above"
		fi
		rounds=$((rounds + 1))
	done
	say "$crate: $rounds full rounds"
}

mkdir -p "$target_dir/fuzz"
# Building does not count: the crates first, so that every second below is spent searching.
if [ ${#targets[@]} -gt 0 ]; then
	say "Building the targets with coverage"
	build_targets
fi
packages=()
for crate in "${crates[@]}"; do packages+=(-p "breakwater-$crate"); done
if [ ${#crates[@]} -gt 0 ]; then
	say "Building the property tests"
	SKIP_WASM_BUILD=1 scripts/with-toolchain.sh cargo test --locked --release --no-run "${packages[@]}"
fi

started=$SECONDS
for name in "${targets[@]}"; do run_target "$name" $((minutes * 30 / ${#targets[@]})); done
for crate in "${crates[@]}"; do run_properties "$crate" $((minutes * 30 / ${#crates[@]})); done
say "Nothing found in $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
