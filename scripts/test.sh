#!/usr/bin/env bash
# From nothing to a full test run: installs, builds, tests. Every stage runs even if an earlier one
# failed, as long as there is a node to test; the last line counts them all.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
cd "$root" || exit 1

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 skipped=0

minutes() { printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); }

# stage NAME COMMAND...: shows the output as it comes and keeps it for counting.
stage() {
	local name=$1 started=$SECONDS status
	shift
	say "$name"
	"$@" 2>&1 | tee "$logs/$name"
	status=${PIPESTATUS[0]}
	say "$name: $([ "$status" = 0 ] && echo finished || echo FAILED) after $(minutes $((SECONDS - started)))"
	return "$status"
}

sum() { awk '{ total += $1 } END { print total + 0 }'; }

# Adds up cargo's `test result:` lines, and node's `# pass` or `ℹ pass` lines.
count() {
	local file=$logs/$1
	passed=$((passed + $(sed -nE 's/^test result: .* ([0-9]+) passed;.*/\1/p; s/^(#|ℹ) pass ([0-9]+)$/\2/p' "$file" | sum)))
	failed=$((failed + $(sed -nE 's/^test result: .* ([0-9]+) failed;.*/\1/p; s/^(#|ℹ) fail ([0-9]+)$/\2/p' "$file" | sum)))
	skipped=$((skipped + $(sed -nE 's/^test result: .* ([0-9]+) ignored;.*/\1/p; s/^(#|ℹ) skipped ([0-9]+)$/\2/p' "$file" | sum)))
}

# A stage that fails without naming a failed test counts as one.
test_stage() {
	local before=$failed name=$1
	local status=0
	stage "$@" || status=$?
	count "$name"
	if [ "$status" != 0 ] && [ "$failed" = "$before" ]; then failed=$((failed + 1)); fi
}

started=$SECONDS
stage setup scripts/setup.sh || exit 1
stage build scripts/build.sh dev || exit 1
test_stage unit scripts/with-toolchain.sh cargo test --locked --workspace --no-fail-fast
test_stage end-to-end scripts/e2e.sh --short
test_stage network scripts/network.sh --short

say "Everything took $(minutes $((SECONDS - started)))"
echo "total: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
