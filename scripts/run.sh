#!/usr/bin/env bash
# Starts a development chain in a temporary directory, and says what to do with it. Called by
# `make run`; further arguments go to the node.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"

port=9944
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
	die "something already listens on port $port of this machine" \
		"Stop it (another node?), or start this one elsewhere: $BREAKWATER_NODE --dev --rpc-port 9945"
fi

cat <<TEXT

  A development chain starts: one validator (Alice), a block every half second.
  Its data is temporary and gone when you stop it with Ctrl-C.

    RPC          ws://127.0.0.1:$port
    look at it   https://polkadot.js.org/apps/?rpc=ws://127.0.0.1:$port#/explorer
    metrics      http://127.0.0.1:9615/metrics

  Your first transaction, in another terminal:

    cd clients && npm ci && node first-transaction.js

  More: README.md, and $BREAKWATER_NODE --help

TEXT
exec "$BREAKWATER_NODE" --dev --rpc-port "$port" "$@"
