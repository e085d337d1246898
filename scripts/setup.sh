#!/usr/bin/env bash
# Installs what building, testing and running Breakwater needs and is missing; does nothing, in a
# second, when all is there. Needs a package manager that reaches its registry; root or sudo only
# when something has to be installed.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
node_enter

# What each tool is for, so that a message about a missing one can say it.
#   cc, c++      C parts of crates, and the Wasm optimiser
#   protoc       the network protocol definitions
#   pkg-config   finding the system's OpenSSL
APT_PACKAGES="build-essential protobuf-compiler pkg-config libssl-dev git ca-certificates curl"
APT_COMMANDS="cc c++ make protoc pkg-config git curl"

apt_updated=
apt_install() {
	if [ -z "$apt_updated" ]; then
		say "Refreshing the package lists"
		as_root apt-get update -q >/dev/null || warn "apt-get update failed; trying with the lists that are here"
		apt_updated=yes
	fi
	say "Installing: $*"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >/dev/null ||
		die "apt-get could not install: $*" "See the message above; 'apt-get update' and a look at the network may help."
}

missing_commands() {
	for command in $1; do have "$command" || printf '%s ' "$command"; done
}

# Headers that no command stands for.
missing_libraries() { pkg-config --exists openssl 2>/dev/null || printf 'libssl-dev '; }

ensure_system_packages() {
	local missing
	missing="$(missing_commands "$APT_COMMANDS")$(missing_libraries)"
	[ -n "$missing" ] || return 0
	say "Missing: $missing"
	have apt-get || die "please install: $missing" \
		"Fedora: dnf install gcc gcc-c++ make protobuf-compiler openssl-devel git" \
		"Arch:   pacman -S base-devel protobuf openssl git" \
		"macOS:  brew install protobuf openssl pkg-config"
	# shellcheck disable=SC2086 # a list of words
	apt_install $APT_PACKAGES
}

install_by_rustup() {
	have rustup || return 1
	say "Installing Rust $RUST_VERSION with $WASM_TARGET by rustup"
	RUST_BACKTRACE=0 timeout 900 rustup toolchain install "$RUST_VERSION" --profile minimal \
		--component clippy --component rustfmt --target "$WASM_TARGET" --no-self-update 2>&1 |
		sed 's/^/    /' || true
	rustup_is_ready && return 0
	warn "rustup cannot provide it here; looking for another way"
	return 1
}

install_by_system() {
	have apt-get || return 1
	if ! system_version_fits; then
		apt-cache show rustc-web >/dev/null 2>&1 ||
			{ as_root apt-get update -q >/dev/null && apt-cache show rustc-web >/dev/null 2>&1; } ||
			return 1
		# shellcheck disable=SC2086 # a list of words
		apt_install $SYSTEM_PACKAGES
	fi
	system_version_fits || return 1
	[ -x "/usr/lib/llvm-$LLVM_VERSION/bin/wasm-ld" ] || apt_install "lld-$LLVM_VERSION"
	build_wasm_libraries
	system_is_ready
}

# Debian packages the compiler but not the libraries of the target wasm32v1-none: build `core`,
# `alloc` and `compiler_builtins` from the packaged source, once, by building a tiny crate.
# The bitcode is embedded because the runtime is optimised at link time.
build_wasm_libraries() {
	local scratch sysroot host
	sysroot=$(system_sysroot)
	host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
	scratch=$(mktemp -d)
	say "Building the core libraries for $WASM_TARGET (about a minute)"
	mkdir -p "$scratch/src"
	printf '[package]\nname = "wasm-libraries"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$scratch/Cargo.toml"
	printf '#![no_std]\nextern crate alloc;\n' >"$scratch/src/lib.rs"
	(
		cd "$scratch"
		env -u CARGO_BUILD_TARGET RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc RUSTFLAGS=-Cembed-bitcode=yes \
			CARGO_TARGET_DIR="$scratch/target" \
			CARGO_TARGET_WASM32V1_NONE_LINKER="/usr/lib/llvm-$LLVM_VERSION/bin/wasm-ld" \
			/usr/bin/cargo build -q --release -Zbuild-std=core,alloc --target "$WASM_TARGET"
	) || die "building the core libraries for $WASM_TARGET failed" "Is the package rust-web-src installed?"
	as_root mkdir -p "$sysroot/lib/rustlib/$WASM_TARGET/lib" "$sysroot/lib/rustlib/$host/bin"
	as_root cp "$scratch/target/$WASM_TARGET/release/deps/"lib{core,alloc,compiler_builtins}-*.rlib \
		"$sysroot/lib/rustlib/$WASM_TARGET/lib/"
	# The compiler calls its linker for Wasm by this name.
	as_root ln -sf "/usr/lib/llvm-$LLVM_VERSION/bin/lld" "$sysroot/lib/rustlib/$host/bin/rust-lld"
	rm -rf "$scratch"
}

ensure_rust() {
	[ -z "$(toolchain_found)" ] || return 0
	case "${BREAKWATER_TOOLCHAIN:-any}" in
	rustup) install_by_rustup || die "rustup could not install Rust $RUST_VERSION" ;;
	system) install_by_system || die "the packages $SYSTEM_PACKAGES are not to be had here" ;;
	any)
		install_by_rustup || install_by_system || die "no way found to install Rust $RUST_VERSION with $WASM_TARGET" \
			"With a connection to the servers of Rust: install rustup from https://rustup.rs and run 'make setup' again." \
			"Without: use Debian 12 or newer, where apt offers: $SYSTEM_PACKAGES"
		;;
	esac
}

# Distributions carry older ones; npm carries Node.js itself as a package.
ensure_node() {
	node_is_ready && return 0
	if ! have npm && have apt-get; then apt_install nodejs npm; fi
	have npm || die "Node.js $NODE_MAJOR_MIN or newer with npm is needed for the client tests" \
		"Install it from https://nodejs.org or your package manager."
	if ! node_is_ready; then
		say "Installing Node.js $NODE_VERSION beside the project (.tools)"
		npm install --prefix "$root/.tools/node" --no-audit --no-fund --loglevel=error "node@$NODE_VERSION" >/dev/null
		node_enter
	fi
	node_is_ready || die "Node.js $NODE_MAJOR_MIN or newer is needed for the client tests" "Install it from https://nodejs.org."
}

ensure_system_packages
ensure_rust
[ "${1:-}" = build ] || ensure_node
say "Tools are ready: Rust $RUST_VERSION ($(toolchain_found))"
