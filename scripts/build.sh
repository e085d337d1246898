#!/usr/bin/env bash
# Builds the node and all tests: scripts/build.sh [dev|release|production]
# Always the whole workspace: a part of it would unify features differently and rebuild half of it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"

profile=${1:-dev}
# The tests are part of the dev build, so that `make run` and `make test` share everything.
targets=$([ "$profile" = dev ] && echo --all-targets || echo --bins)
target_dir=${CARGO_TARGET_DIR:-$root/target}
folder=$([ "$profile" = dev ] && echo debug || echo "$profile")

if [ -x "$target_dir/$folder/breakwater-node" ]; then
	say "Building ($profile): seconds if nothing changed, minutes after a change"
else
	say "Building ($profile) for the first time: about 25 minutes on 2 cores (production: an hour)"
fi
started=$SECONDS
"$root/scripts/with-toolchain.sh" cargo build --locked --workspace --profile "$profile" "$targets"
say "Built in $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s: $target_dir/$folder/breakwater-node"
