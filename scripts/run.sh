#!/usr/bin/env bash
# Starts a development chain in a temporary directory, with a replay server that it gets its prices
# from, and says what to do with them. Called by `make run`; further arguments go to the node.
#
#   SCENARIO=crash SPEED=20 make run    another market than the calm one, twenty times as fast
#   CANDLES=folder make run             recorded prices instead, as clients/replay/README.md has them
#   REPLAY_PORT=8900 make run           the replay server elsewhere
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
node_enter

port=9944
replay_port=${REPLAY_PORT:-8800}
if [ -n "${CANDLES:-}" ]; then market=(--candles "$CANDLES"); else market=(--scenario "${SCENARIO:-calm}"); fi
speed=${SPEED:-1}

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

if is_taken "$port"; then
	die "something already listens on port $port of this machine" \
		"Stop it (another node?), or start this one elsewhere: $BREAKWATER_NODE --dev --rpc-port 9945"
fi
if is_taken "$replay_port"; then
	die "something already listens on port $replay_port of this machine" \
		"Stop it (another replay server?), or put this one elsewhere: REPLAY_PORT=8900 make run"
fi

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

node "$root/clients/replay/server.js" "${market[@]}" --speed "$speed" --at-end bounce \
	--port "$replay_port" >"$scratch/replay.log" 2>&1 &
pids+=($!)
until grep -qs '^listening on' "$scratch/replay.log"; do
	kill -0 "${pids[0]}" 2>/dev/null || die "the replay server did not start" "$(cat "$scratch/replay.log")"
	sleep 0.1
done
replay=http://127.0.0.1:$replay_port
node "$root/clients/replay/sources.js" --origin "$replay" --answering >"$scratch/sources.json"

cat <<TEXT

  A development chain starts: one validator (Alice), a block every half second.
  Its prices come from a replay server with eight exchanges: ${market[1]}, at speed $speed.
  All data is temporary and gone when you stop it with Ctrl-C.

    RPC          ws://127.0.0.1:$port
    look at it   https://polkadot.js.org/apps/?rpc=ws://127.0.0.1:$port#/explorer
    metrics      http://127.0.0.1:9615/metrics
    exchanges    $replay/control

  In another terminal:

    cd clients && npm ci && npm run build
    node first-transaction.js     your first transaction
    node prices.js                the prices on chain, as they move
    node examples/market-maker.js makes a market; and then, in yet another terminal,
    node examples/trader.js       a trader's first hour: docs/trading.md

  Make an exchange lie by 20 %, and see that it changes nothing; then every one, and see that it does:

    curl -d '{"liePercent": 20}' $replay/control/venues/kraken
    curl -d '{"liePercent": 20}' '$replay/control/venues/*'
    curl -d '{"outage": true}' '$replay/control/venues/*'
    curl -X POST $replay/control/reset

  More: README.md, docs/oracle.md, clients/replay/README.md, and $BREAKWATER_NODE --help

TEXT
# With the state of all blocks: statements go back to the beginning.
"$BREAKWATER_NODE" --dev --state-pruning archive --rpc-port "$port" --oracle-sources "$scratch/sources.json" "$@" &
pids+=($!)
wait "${pids[1]}"
