#!/usr/bin/env bash
# Measures what calls and hooks cost and writes it down: weights.sh [pallet]...
#   scripts/weights.sh            all pallets that have benchmarks
#   scripts/weights.sh oracle     pallets/oracle/src/weights.rs
#
# A busy machine measures larger numbers. STEPS and REPEAT say how often; of PASSES measurements each
# benchmark's median is taken. BENCHER names a frame-omni-bencher of your own, built as you like; the
# first run without it builds one (half an hour). WASM names a runtime with benchmarks that is already
# built.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
cd "$root"

BENCHER_VERSION=0.28.0
STEPS=${STEPS:-20}
REPEAT=${REPEAT:-10}
PASSES=${PASSES:-1}
target_dir=${CARGO_TARGET_DIR:-$root/target}

# The node's development profile, which optimises what runs hot, and what is hot here beside it.
bencher_profile() {
	awk '/^\[profile\.release\]/ { exit } /^\[profile\.dev\]/ { on = 1 } on && !/^breakwater-/' Cargo.toml |
		sed 's/^overflow-checks = true$/overflow-checks = false\ndebug-assertions = false/'
	for crate in ahash arrayvec bytes foldhash kvdb-memorydb lru parking_lot parking_lot_core smallvec \
		sp-runtime-interface sp-storage sp-wasm-interface tikv-jemallocator tikv-jemalloc-sys; do
		printf '%s.opt-level = 2\n' "$crate"
	done
	# What is generic over host functions and state is compiled into these.
	printf '%s.opt-level = 3\n' frame-omni-bencher frame-benchmarking-cli
}

# As published, but without RocksDB, which it links and never opens: ten core-minutes, and a clang
# to generate its bindings.
install_bencher() {
	local crate=frame-omni-bencher-$BENCHER_VERSION source=$target_dir/bencher/source
	say "Building $crate (the first time only: half an hour on 2 cores)"
	scripts/with-toolchain.sh cargo info --quiet "frame-omni-bencher@$BENCHER_VERSION" >/dev/null
	mkdir -p "$source"
	cp -r "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"$crate"/. "$source"
	sed -i '/^\[dependencies\.sc-cli\]/,/^$/ s/^default-features = true/default-features = false/' "$source/Cargo.toml"
	printf '\n[workspace]\n' >>"$source/Cargo.toml"
	bencher_profile >"$target_dir/bencher/profile.toml"
	# Only the bencher's storage benchmark needs the Wasm that one of its crates would build.
	SKIP_WASM_BUILD=1 CARGO_TARGET_DIR=$target_dir/bencher/target scripts/with-toolchain.sh \
		cargo install --locked --profile dev --config "$target_dir/bencher/profile.toml" \
		--path "$source" --root .tools/bencher
}

find_bencher() {
	bencher=${BENCHER:-$root/.tools/bencher/bin/frame-omni-bencher}
	if [ -z "${BENCHER:-}" ] && ! "$bencher" --version 2>/dev/null | grep -q " $BENCHER_VERSION\$"; then
		install_bencher
	fi
	"$bencher" --version >/dev/null 2>&1 || die "$bencher does not run"
}

# As substrate-wasm-builder does it, but not the native runtime before it.
build_runtime() {
	wasm=${WASM:-$target_dir/$WASM_TARGET/release/breakwater_runtime.wasm}
	[ -z "${WASM:-}" ] || return 0
	say "Building the runtime with benchmarks"
	CARGO_PROFILE_RELEASE_PANIC=abort CARGO_PROFILE_RELEASE_LTO=thin \
		RUSTFLAGS="-C link-arg=--export-table -C link-arg=--import-memory -C link-arg=--export=__heap_base --cfg substrate_runtime -C overflow-checks=on" \
		scripts/with-toolchain.sh cargo rustc --locked --release -p breakwater-runtime --lib --crate-type cdylib \
		--target "$WASM_TARGET" --no-default-features --features runtime-benchmarks
}

hardware() { sed -n 's/^model name\s*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1; }

header() {
	cat <<-END
		//! What \`$1\` weighs. Generated: \`make weights PALLET=$2\` writes this file anew.
		//!
		//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
		//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
		//!
		//! frame-omni-bencher $BENCHER_VERSION, \`--steps $STEPS --repeat $REPEAT\`, the median of $PASSES;
		//! rustc $RUST_VERSION;
		//! $(hardware), $(nproc) cores; $(date -u +%Y-%m-%d).
	END
}

measure() {
	local pallet=$1 name output
	output=pallets/$pallet/src/weights.rs
	[ -f "pallets/$pallet/src/benchmarking.rs" ] || die "pallets/$pallet has no benchmarks"
	name=$(sed -n 's/^name = "\(.*\)"$/\1/p' "pallets/$pallet/Cargo.toml" | head -n 1)
	say "Measuring $pallet"
	header "${name//-/_}" "$pallet" >"$scratch/header"
	local passes=() pass
	for pass in $(seq "$PASSES"); do
		passes+=("$scratch/weights-$pass.rs")
		RUST_LOG=${RUST_LOG:-warn} "$bencher" v1 benchmark pallet --runtime "$wasm" --genesis-builder runtime \
			--pallet "${name//-/_}" --extrinsic '*' --steps "$STEPS" --repeat "$REPEAT" \
			--output-analysis max --disable-proof-recording --quiet \
			--header "$scratch/header" --template scripts/weights.hbs --output "${passes[-1]}"
	done
	node scripts/median-weights.js "${passes[@]}" >"$scratch/weights.rs"
	# Of the comments, those on proofs say nothing here.
	sed -i '/^\s*\/\/ Proof: /d' "$scratch/weights.rs"
	scripts/with-toolchain.sh rustfmt --edition 2021 --config-path "$root" "$scratch/weights.rs"
	cp "$scratch/weights.rs" "$output"
	say "Written: $output"
}

if [ $# = 0 ]; then
	for benchmarks in pallets/*/src/benchmarking.rs; do
		pallet=${benchmarks#pallets/}
		set -- "$@" "${pallet%%/*}"
	done
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
find_bencher
build_runtime
for pallet in "$@"; do measure "$pallet"; done
