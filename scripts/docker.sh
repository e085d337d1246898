#!/usr/bin/env bash
# Builds the container image of the node and sees it work: scripts/docker.sh [--profile dev]
# Uses docker, podman or buildah, whichever is here and works.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"

BASE_IMAGE=docker.io/library/debian:bookworm-slim
# Where packages come from here is where the base image's come from.
# shellcheck disable=SC2016 # apt expands it
DEBIAN_MIRROR=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | sed -n '1s#/$##p')}
LOCAL_BASE_IMAGE=localhost/breakwater-base:bookworm
HEALTHY_WITHIN_SECONDS=120
BLOCKS_WITHIN_SECONDS=60
STOP_WITHIN_SECONDS=30
CA_BUNDLES="${SSL_CERT_FILE:-} /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem"

usage() {
	cat <<-END
		Usage: scripts/docker.sh [options]

		Builds the image of the node, starts a development chain in it, waits until its health
		check is good and it makes blocks, and removes the container. The image stays.

		  --profile <name>   Cargo profile: production (default), release or dev (quick)
		  --tag <name>       name of the image (default: breakwater-node:latest)
		  --engine <name>    docker, podman or buildah (default: the first that works)
		  --base <image>     base image (default: $BASE_IMAGE;
		                     where no registry answers and debootstrap is installed, one made by it)
		  --no-build         only test the image that is there
		  --help             print this
	END
}

profile=${PROFILE:-production}
tag=breakwater-node:latest
engine=${ENGINE:-}
requested_base=
base=
build=yes
while [ $# -gt 0 ]; do
	case "$1" in
	--profile | --tag | --engine | --base)
		[ $# -ge 2 ] || die "$1 needs a value" "See: scripts/docker.sh --help"
		case "$1" in
		--profile) profile=$2 ;;
		--tag) tag=$2 ;;
		--engine) engine=$2 ;;
		--base) requested_base=$2 ;;
		esac
		shift
		;;
	--no-build) build=no ;;
	--help | -h) usage && exit ;;
	*) die "unknown option '$1'" "See: scripts/docker.sh --help" ;;
	esac
	shift
done

# ---- Engines -------------------------------------------------------------------------------
# docker and podman take the same commands. buildah runs a container's processes in a plain chroot
# with the host's network: it needs neither a daemon nor cgroups, and works inside a container. The
# other two get no network for the test: a development chain needs none.

# Takes the first engine that can run a container. A daemon may be missing, or the machine itself
# be a container that does not allow it.
pick_engine() {
	local candidate reason
	for candidate in ${engine:-docker podman buildah}; do
		have "$candidate" || continue
		engine=$candidate
		if ! engine_answers; then
			warn "$engine is installed but does not work here: $(why_not)"
			continue
		fi
		if [ "$build" = yes ]; then
			ensure_base_image
		else
			base=$tag
			image_present "$tag" || continue
		fi
		if reason=$(engine_runs "$base" 2>&1); then return; fi
		warn "$engine cannot run a container here: $(tail -n 1 <<<"$reason")"
	done
	[ "$build" = yes ] || die "no container engine here has an image '$tag'" "Build it: make docker"
	die "no container engine that works here: docker, podman or buildah" \
		"Debian, Ubuntu: apt-get install buildah     (needs no daemon)" \
		"Fedora:         dnf install podman" \
		"or Docker with buildx: https://docs.docker.com/engine/install"
}

engine_answers() {
	if [ "$engine" = docker ]; then
		docker info >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1
	else
		"$engine" info >/dev/null 2>&1 && return
		# Storage without layers shared by the kernel works everywhere, only slower.
		export STORAGE_DRIVER=vfs
		"$engine" info >/dev/null 2>&1
	fi
}

engine_runs() {
	local probe code=0
	if [ "$engine" != buildah ]; then
		"$engine" run --rm --network none --entrypoint true "$1"
		return
	fi
	probe=$(buildah from --pull-never "$1") || return
	buildah run --isolation chroot "$probe" -- true || code=$?
	buildah rm "$probe" >/dev/null
	return "$code"
}

why_not() {
	if [ "$engine" != docker ]; then
		"$engine" info 2>&1 | tail -n 1
	elif docker info >/dev/null 2>&1; then
		echo "its plugin buildx is missing"
	else
		echo "its daemon does not answer"
	fi
}

# The network of a chroot is the host's: ports must not meet another node's.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

container=
container_log=
exit_code=
buildah_pid=
rpc_port=9944
health_check=

# Runs a shell command in a container of its own, in which no node runs.
run_alone() {
	if [ "$engine" != buildah ]; then
		"$engine" run --rm --network none --entrypoint bash "$tag" -c "$1"
		return
	fi
	container_exec bash -c "$1"
}

# Runs a command in the container, as the user of the image.
container_exec() {
	case "$engine" in
	buildah) buildah run --isolation chroot --env "RPC_PORT=$rpc_port" "$container" -- "$@" ;;
	*) "$engine" exec "$container" "$@" ;;
	esac
}

# Starts the node as the first process of a container, as a user would.
container_start_node() {
	if [ "$engine" = buildah ]; then
		buildah run --isolation chroot --env "RPC_PORT=$rpc_port" "$container" -- \
			"$(image_config Entrypoint 0)" "$@" --rpc-port "$rpc_port" --port "$(free_port)" --no-prometheus \
			>"$container_log" 2>&1 &
		buildah_pid=$!
	else
		container=$("$engine" run --detach --network none "$tag" "$@")
	fi
}

container_runs() {
	case "$engine" in
	buildah) kill -0 "$buildah_pid" 2>/dev/null ;;
	*) [ "$("$engine" inspect --format '{{.State.Running}}' "$container")" = true ] ;;
	esac
}

# Asks the node to end, insists after a while, and leaves its exit code in `exit_code`.
container_stop() {
	local pid
	exit_code=0
	if [ "$engine" = buildah ]; then
		pid=$(node_pid)
		kill -TERM "$pid"
		timeout "$STOP_WITHIN_SECONDS" tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
		wait "$buildah_pid" || exit_code=$?
		buildah_pid=
	else
		"$engine" stop --time "$STOP_WITHIN_SECONDS" "$container" >/dev/null
		exit_code=$("$engine" inspect --format '{{.State.ExitCode}}' "$container")
	fi
}

# The node among the processes below buildah's.
node_pid() {
	local pid
	for pid in $(descendants "$buildah_pid"); do
		if [ "$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | head -n 1)" = "$(image_config Entrypoint 0)" ]; then
			echo "$pid"
			return
		fi
	done
	die "the node's process is not to be found"
}

descendants() {
	local child
	for child in $(pgrep -P "$1"); do
		echo "$child"
		descendants "$child"
	done
}

container_last_words() {
	if [ "$engine" != buildah ]; then "$engine" logs "$container" >"$container_log" 2>&1 || true; fi
	tail -n 25 "$container_log"
}

clean_up() {
	local pid
	if [ -n "$buildah_pid" ]; then
		for pid in $(descendants "$buildah_pid") "$buildah_pid"; do kill -KILL "$pid" 2>/dev/null || true; done
		wait "$buildah_pid" 2>/dev/null || true
	fi
	if [ -n "$container" ]; then "$engine" rm ${force_removal[@]+"${force_removal[@]}"} "$container" >/dev/null || true; fi
	rm -f "$container_log"
}

# ---- Image ---------------------------------------------------------------------------------

# An element of a list in the image's configuration: `image_config Entrypoint 0`.
image_config() {
	case "$engine" in
	buildah) buildah inspect --type image --format "{{index .Docker.Config.$1 $2}}" "$tag" ;;
	*) "$engine" image inspect --format "{{index .Config.$1 $2}}" "$tag" ;;
	esac
}

image_size_mb() {
	local bytes
	case "$engine" in
	buildah) bytes=$(buildah images --json "$tag" | sed -n 's/.*"size": "\(.*\)",*/\1/p' | head -n 1) ;;
	*) bytes=$("$engine" image inspect --format '{{.Size}}' "$tag") ;;
	esac
	case "$bytes" in
	*[!0-9]*) echo "$bytes" ;;
	*) echo "$((bytes / 1000000)) MB" ;;
	esac
}

image_present() {
	case "$engine" in
	buildah) buildah inspect --type image "$1" >/dev/null 2>&1 ;;
	*) "$engine" image inspect "$1" >/dev/null 2>&1 ;;
	esac
}

# Leaves in `base` the official image, or where no registry can be reached the same distribution made
# from the packages of its mirror.
ensure_base_image() {
	local reason
	base=${requested_base:-$BASE_IMAGE}
	if [ -n "$requested_base" ] || image_present "$base"; then return; fi
	say "Pulling $base"
	if reason=$("$engine" pull "$base" 2>&1); then return; fi
	warn "it cannot be pulled: $(tail -n 1 <<<"$reason")"
	base=$LOCAL_BASE_IMAGE
	if image_present "$base"; then
		say "Using $base, made here earlier"
		return
	fi
	have debootstrap || die "no base image" \
		"Connect to a registry, or name an image that is here with --base, or: apt-get install debootstrap"
	make_base_image
}

make_base_image() {
	local folder
	folder=$(mktemp -d)
	say "Making $base with debootstrap (about a minute)"
	as_root debootstrap --variant=minbase bookworm "$folder/root" "$DEBIAN_MIRROR" >"$folder/log" 2>&1 ||
		die "debootstrap failed: $(tail -n 1 "$folder/log")"
	as_root tee "$folder/root/etc/apt/sources.list" >/dev/null <<-END
		deb $DEBIAN_MIRROR bookworm main
		deb $DEBIAN_MIRROR bookworm-updates main
		deb ${DEBIAN_MIRROR%/debian}/debian-security bookworm-security main
	END
	as_root sh -c "cd '$folder/root' && rm -rf var/lib/apt/lists/* var/cache/apt/* usr/share/doc/* usr/share/man/* usr/share/locale/*"
	as_root tar -C "$folder/root" --numeric-owner -cf "$folder/root.tar" .
	if [ "$engine" = buildah ]; then
		container=$(buildah from scratch)
		buildah add --quiet "$container" "$folder/root.tar" / >/dev/null
		buildah config --cmd bash "$container"
		buildah commit --quiet --format docker "$container" "$base" >/dev/null
		buildah rm "$container" >/dev/null
		container=
	else
		"$engine" import "$folder/root.tar" "$base" >/dev/null
	fi
	as_root rm -rf "$folder"
}

build_image() {
	local options=(--tag "$tag" --file "$root/Dockerfile" --build-arg "PROFILE=$profile")
	local commit version bundle
	commit=$(git -C "$root" rev-parse --short=11 HEAD 2>/dev/null) || commit=00000000000
	version=$(sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")
	options+=(--build-arg "COMMIT=$commit" --build-arg "VERSION=${version:?}")
	for bundle in $CA_BUNDLES; do
		if [ -s "$bundle" ]; then
			options+=(--secret "id=certificates,src=$bundle")
			break
		fi
	done
	options+=(--build-arg "BASE_IMAGE=$base")

	say "Building $tag with $engine, profile '$profile' (the first time: compiles a thousand crates)"
	case "$engine" in
	docker) docker buildx build --load "${options[@]}" "$root" ;;
	podman) podman build --format docker --layers "${options[@]}" "$root" ;;
	buildah) buildah bud --isolation chroot --network host --format docker --layers "${options[@]}" "$root" ;;
	esac
}

# ---- Test ----------------------------------------------------------------------------------

# The health check as it is in the image, where the engine would run it.
healthy() { container_exec bash -c "$health_check" >/dev/null 2>&1; }

# Runs in the container: prints the answer to a call without parameters.
# shellcheck disable=SC2016 # for the shell in the container
CALL='exec 3<>"/dev/tcp/127.0.0.1/$RPC_PORT"
body="{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$0\",\"params\":[]}"
printf "POST / HTTP/1.1\r\nHost: localhost:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" "$RPC_PORT" "${#body}" "$body" >&3
timeout 5 cat <&3'

best_block() {
	container_exec bash -c "$CALL" chain_getHeader 2>/dev/null | sed -n 's/.*"number":"\(0x[0-9a-f]*\)".*/\1/p'
}

# Runs in the container: prints the user who listens on the RPC port.
# shellcheck disable=SC2016 # for the shell in the container
LISTENER='port=$(printf "%04X" "$RPC_PORT")
while read -r _ local _ state _ _ _ uid _; do
	if [ "${local##*:}" = "$port" ] && [ "$state" = 0A ]; then echo "$uid"; break; fi
done </proc/net/tcp'

fail() {
	warn "the last words of the container:"
	container_last_words >&2
	die "$@"
}

test_image() {
	local started seconds block uid
	say "Testing $tag"
	health_check=$(image_config Healthcheck.Test 3)
	container_log=$(mktemp)
	if [ "$engine" = buildah ]; then
		rpc_port=$(free_port)
		container=$(buildah from --pull-never "$tag")
	fi
	if run_alone "$health_check" >/dev/null 2>&1; then die "the health check is good although no node runs"; fi
	echo "    no node: the health check fails"

	started=$SECONDS
	# A development chain lets everybody in; the list of origins makes it as strict as others are.
	container_start_node --dev --rpc-cors http://localhost
	until healthy; do
		container_runs || fail "the container ended"
		[ $((SECONDS - started)) -lt $HEALTHY_WITHIN_SECONDS ] ||
			fail "the health check is not good after $HEALTHY_WITHIN_SECONDS s"
		sleep 1
	done
	echo "    healthy after $((SECONDS - started)) s"

	uid=$(container_exec bash -c "$LISTENER")
	[ -n "$uid" ] && [ "$uid" != 0 ] || fail "the node runs as user '${uid:-unknown}'"
	echo "    runs as user $uid"

	seconds=$SECONDS
	until block=$(best_block) && [ -n "$block" ] && [ $((block)) -ge 2 ]; do
		container_runs || fail "the container ended"
		[ $((SECONDS - seconds)) -lt $BLOCKS_WITHIN_SECONDS ] || fail "no block after $BLOCKS_WITHIN_SECONDS s"
		sleep 1
	done
	echo "    produces blocks: $((block))"

	container_stop
	[ "$exit_code" = 0 ] || fail "asked to stop, the node ended with code $exit_code"
	echo "    stops when asked"
	echo "    size: $(image_size_mb)"
}

pick_engine
force_removal=(--force --volumes)
if [ "$engine" = buildah ]; then force_removal=(); fi
trap clean_up EXIT

started=$SECONDS
if [ "$build" = yes ]; then build_image; fi
test_image
say "$tag is good ($((SECONDS - started)) s). docs/validator.md says how to run it."
