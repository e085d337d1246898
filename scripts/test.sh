#!/usr/bin/env bash
# From nothing to a full test run: installs, builds, tests. Every stage runs even if an earlier one
# failed, as long as there is a node to test; the last lines name what failed and count it all.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
cd "$root" || exit 1

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 skipped=0
NAMED=40

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

# The failed tests of a stage by name, once each: cargo's `test NAME ... FAILED`, node's `✖ NAME (12 ms)` or `not ok 3 - NAME`.
failures() {
	sed -nE '/✖ failing tests:/d; s/^test (.*) \.\.\. FAILED$/\1/p; s/^ *(✖|not ok [0-9]+ -) //p' "$logs/$1" |
		sed -E "s/ \\([0-9.]+ ?m?s\\)\$//; s/^/  $1: /" | awk '!seen[$0]++'
}

# A stage that fails without naming a failed test counts as one.
test_stage() {
	local before=$failed name=$1
	local status=0
	stage "$@" || status=$?
	count "$name"
	if [ "$status" != 0 ] && [ "$failed" = "$before" ]; then failed=$((failed + 1)); fi
	failures "$name" >>"$logs/failures"
	if [ "$status" != 0 ] && ! grep -q "^  $name: " "$logs/failures"; then echo "  $name: the stage itself" >>"$logs/failures"; fi
}

name_failures() {
	local all
	all=$(wc -l <"$logs/failures")
	[ "$all" = 0 ] && return
	echo "failed:"
	head -n "$NAMED" "$logs/failures"
	[ "$all" -le "$NAMED" ] || echo "  and $((all - NAMED)) more"
}

started=$SECONDS
stage setup scripts/setup.sh || exit 1
stage build scripts/build.sh dev || exit 1
test_stage no-std scripts/no-std.sh
test_stage unit scripts/with-toolchain.sh cargo test --locked --workspace --no-fail-fast
test_stage end-to-end scripts/e2e.sh --short
test_stage network scripts/network.sh --short

say "Everything took $(minutes $((SECONDS - started)))"
name_failures
echo "total: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
