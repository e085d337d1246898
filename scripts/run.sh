#!/usr/bin/env bash
# Starts a development chain in a temporary directory, with a replay server that it gets its prices
# from, traders and market makers, and a dashboard to watch it all; says what to do with them. Called
# by `make run`; further arguments go to the node. Everything ends with Ctrl-C.
#
#   SCENARIO=calm make run           another market than the plunge
#   SPEED=20 START=0 make run        so fast, and from so many percent of it on
#   CANDLES=folder make run          recorded prices instead, as clients/replay/README.md has them
#   TRADERS=0 make run               nobody trades: a chain of your own. TRADERS=60: more of them
#   DASHBOARD_PORT=8091 make run     the dashboard elsewhere; DASHBOARD=no: none, nor traders
#   REPLAY_PORT=8900 make run        the replay server elsewhere; RPC_PORT=9945: the node
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
node_enter

port=${RPC_PORT:-9944}
replay_port=${REPLAY_PORT:-8800}
dashboard_port=${DASHBOARD_PORT:-8090}
traders=${TRADERS:-40}
# The plunge begins after two minutes. The long crash begins at 15 percent of six hours: two minutes
# from here, and half an hour to its bottom.
speed=1 start=0
if [ -n "${CANDLES:-}" ]; then
	market=(--candles "$CANDLES")
else
	market=(--scenario "${SCENARIO:-plunge}")
	if [ "${market[1]}" = crash ]; then speed=5 start=12; fi
fi
speed=${SPEED:-$speed} start=${START:-$start}

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

if is_taken "$port"; then
	die "something already listens on port $port of this machine" \
		"Stop it (another node?), or start this one elsewhere: RPC_PORT=9945 make run"
fi
if is_taken "$replay_port"; then
	die "something already listens on port $replay_port of this machine" \
		"Stop it (another replay server?), or put this one elsewhere: REPLAY_PORT=8900 make run"
fi

if [ "${DASHBOARD:-yes}" != no ] && is_taken "$dashboard_port"; then
	die "something already listens on port $dashboard_port of this machine" \
		"Stop it (another dashboard?), or put this one elsewhere: DASHBOARD_PORT=8091 make run"
fi

# What traders and the dashboard need. Without it there is still a chain.
prepare_clients() {
	cd "$root/clients"
	if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
		say "Installing the client libraries (pinned, half a minute the first time)"
		npm ci --no-audit --no-fund --loglevel=error || return 1
		touch node_modules/.package-lock.json
	fi
	say "Building the dashboard (some seconds)"
	npm run --silent build:dashboard
}
dashboard=yes
if [ "${DASHBOARD:-yes}" = no ]; then
	dashboard=no
elif ! (prepare_clients); then
	warn "no dashboard and no traders: the client libraries could not be installed or built, see above"
	dashboard=no
fi
[ $dashboard = yes ] || traders=0

scratch=$(mktemp -d)
pids=()
# Both get the Ctrl-C of a terminal; whoever is still there is told, and waited for.
finish() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
	wait || true
	rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

node "$root/clients/replay/server.js" "${market[@]}" --speed "$speed" --start-percent "$start" \
	--at-end bounce --port "$replay_port" >"$scratch/replay.log" 2>&1 &
pids+=($!)
until grep -qs '^listening on' "$scratch/replay.log"; do
	kill -0 "${pids[0]}" 2>/dev/null || die "the replay server did not start" "$(cat "$scratch/replay.log")"
	sleep 0.1
done
replay=http://127.0.0.1:$replay_port
node "$root/clients/replay/sources.js" --origin "$replay" --answering >"$scratch/sources.json"

if [ $dashboard = yes ]; then
	(cd "$root/clients/dashboard" && exec node ../node_modules/vite/bin/vite.js preview \
		--host 127.0.0.1 --port "$dashboard_port" --strictPort) >"$scratch/dashboard.log" 2>&1 &
	pids+=($!)
	page="http://127.0.0.1:$dashboard_port/?rpc=ws://127.0.0.1:$port"
fi

cat <<TEXT

  A development chain starts: one validator (Alice), a block every half second.
  Its prices come from a replay server with eight exchanges: ${market[1]}, at speed $speed.
  $([ "$traders" = 0 ] && echo "Nobody trades yet." || echo "Three market makers and $traders traders come as soon as it stands.")
  All data is temporary and gone when you stop it with Ctrl-C.

    dashboard    ${page:-none}
    RPC          ws://127.0.0.1:$port
    look at it   https://polkadot.js.org/apps/?rpc=ws://127.0.0.1:$port#/explorer
    metrics      http://127.0.0.1:9615/metrics
    exchanges    $replay/control

  In another terminal:

    cd clients && npm ci && npm run build
    node first-transaction.js     your first transaction
    node prices.js                the prices on chain, as they move
    node examples/trader.js       a trader's first hour: docs/trading.md
    node examples/market-maker.js makes a market, where nobody does yet

  Make an exchange lie by 20 %, and see that it changes nothing; then every one, and see that it does:

    curl -d '{"liePercent": 20}' $replay/control/venues/kraken
    curl -d '{"liePercent": 20}' '$replay/control/venues/*'
    curl -d '{"outage": true}' '$replay/control/venues/*'
    curl -X POST $replay/control/reset

  More: README.md, docs/oracle.md, clients/replay/README.md, and $BREAKWATER_NODE --help

TEXT
# With the state of all blocks: statements go back to the beginning.
"$BREAKWATER_NODE" --dev --state-pruning archive --rpc-port "$port" --oracle-sources "$scratch/sources.json" "$@" &
node_pid=$!
pids+=("$node_pid")

# keep LOG COMMAND...: starts it again when it gives up, which a crash may make it do.
keep() {
	local log=$scratch/$1.log
	shift
	# At once: there is no chain left to take leave of.
	trap 'kill -KILL $! 2>/dev/null; exit' TERM
	while :; do
		"$@" >>"$log" 2>&1 &
		wait $! || true
		sleep 5 &
		wait $! || true
	done
}

# maker ACCOUNT MARKET SIZE MOST CALM: in a crash it quotes less, as makers do, and there are auctions.
maker() {
	keep "maker-$2" nice node "$root/clients/examples/market-maker.js" --endpoint "ws://127.0.0.1:$port" \
		--secret "//$1" --market "$2" --size "$3" --max-position "$4" --calm "$5" --deposit 1000000
}

if [ "$traders" != 0 ]; then
	until is_taken "$port" || ! kill -0 "$node_pid" 2>/dev/null; do sleep 0.5; done
	maker Charlie BTC-PERP 1 6 5 &
	pids+=($!)
	maker Dave ETH-PERP 15 120 6.5 &
	pids+=($!)
	maker Ferdie SOL-PERP 200 2500 9 &
	pids+=($!)
	keep crowd nice node "$root/clients/examples/crowd.js" --endpoint "ws://127.0.0.1:$port" --traders "$traders" &
	pids+=($!)
fi
wait "$node_pid"
