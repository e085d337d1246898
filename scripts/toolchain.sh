# shellcheck shell=bash disable=SC2034 # the scripts that source this use its variables
# Which Rust compiler builds Breakwater, and how to get it. Sourced by the other scripts.
#
# One compiler builds both the native code and the Wasm runtime, so its version is pinned here and
# nowhere else. Two places can provide it:
#   rustup   the pinned version with the target wasm32v1-none, where a toolchain server is reachable
#   system   Debian's packages, with the target's libraries built once from the packaged source

RUST_VERSION=1.96.0
WASM_TARGET=wasm32v1-none
LLVM_VERSION=22
SYSTEM_PACKAGES="rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-$LLVM_VERSION"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
warn() { printf '\033[1;33m==> %s\033[0m\n' "$*" >&2; }
die() {
	printf '\033[1;31m==> error:\033[0m %s\n' "$1" >&2
	shift
	for line in "$@"; do printf '    %s\n' "$line" >&2; done
	exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif have sudo; then
		sudo "$@"
	else
		die "root rights are needed to run: $*" "Run it as root yourself, or install sudo, then try again."
	fi
}

rustup_is_ready() {
	have rustup &&
		rustup target list --toolchain "$RUST_VERSION" --installed 2>/dev/null | grep -qx "$WASM_TARGET"
}

system_sysroot() { /usr/bin/rustc --print sysroot 2>/dev/null; }

system_version_fits() {
	[ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] &&
		[ "$(/usr/bin/rustc --version | cut -d' ' -f2)" = "$RUST_VERSION" ]
}

system_is_ready() {
	system_version_fits &&
		ls "$(system_sysroot)/lib/rustlib/$WASM_TARGET/lib/"libcore-*.rlib >/dev/null 2>&1
}

# Prints `rustup`, `system` or nothing. BREAKWATER_TOOLCHAIN=rustup|system forces one.
toolchain_found() {
	case "${BREAKWATER_TOOLCHAIN:-any}" in
	rustup) if rustup_is_ready; then echo rustup; fi ;;
	system) if system_is_ready; then echo system; fi ;;
	any) if rustup_is_ready; then echo rustup; elif system_is_ready; then echo system; fi ;;
	*) die "BREAKWATER_TOOLCHAIN is '$BREAKWATER_TOOLCHAIN'" "Set it to rustup or system, or leave it unset." ;;
	esac
}

toolchain_enter() {
	case "$(toolchain_found)" in
	rustup)
		export RUSTUP_TOOLCHAIN=$RUST_VERSION
		;;
	system)
		# A rustup shim earlier on the PATH would run another compiler and rebuild everything.
		export PATH=/usr/bin:$PATH
		export CARGO_TARGET_WASM32V1_NONE_LINKER=/usr/lib/llvm-$LLVM_VERSION/bin/wasm-ld
		;;
	*)
		die "the Rust toolchain $RUST_VERSION with the target $WASM_TARGET is missing" "Run: make setup"
		;;
	esac
}

# The client tests need this Node.js; where the system has an older one, `make setup` puts one into
# .tools, and node_enter finds it there.
NODE_MAJOR_MIN=20
NODE_VERSION=20.19.5

node_is_ready() {
	have npm && [ "$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')" -ge "$NODE_MAJOR_MIN" ] 2>/dev/null
}

node_enter() {
	local tools=${root:?}/.tools/node/node_modules/.bin
	if ! node_is_ready && [ -x "$tools/node" ]; then export PATH=$tools:$PATH; fi
}
