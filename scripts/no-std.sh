#!/usr/bin/env bash
# Builds the risk core for the runtime's Wasm target, which has no std: a crate that needs std, or
# that turns it on in a dependency, does not compile there. Seconds when nothing changed.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
cd "$root"

packages=()
for manifest in primitives/*/Cargo.toml; do
	# What stands on polkadot-sdk (shared chain types, the pallets' traits) is built with the runtime.
	grep -q '^polkadot-sdk' "$manifest" && continue
	packages+=(-p "$(sed -n 's/^name = "\(.*\)"$/\1/p' "$manifest" | head -n 1)")
done
[ ${#packages[@]} -gt 0 ] || die "no crates found under primitives/"

# Named packages, and not the workspace: the node cannot be built without std. They go into a folder
# of their target, so nothing else is rebuilt.
scripts/with-toolchain.sh cargo build --locked --lib --no-default-features --target "$WASM_TARGET" "${packages[@]}"
say "The risk core builds without std: $((${#packages[@]} / 2)) crates for $WASM_TARGET"
