/** A development chain with `polkadot-api` connected to it. */

import { createClient } from 'polkadot-api';
import { getPolkadotSigner } from 'polkadot-api/signer';
import { SocketEvents, getWsProvider } from 'polkadot-api/ws';
import { WebSocket } from 'ws';

import { account } from './chain.js';
import { developmentNode } from './node.js';

/**
 * @param {{ websocketClass?: typeof WebSocket }} [options] Node has no WebSocket of its own before
 *   version 22, so one is always passed
 */
export async function openPapiChain({ websocketClass = WebSocket } = {}) {
  const node = await developmentNode();
  const methods = new Set();
  const provider = getWsProvider(node.endpoint, {
    websocketClass,
    logger: (event) => event.type === SocketEvents.OUT && methods.add(methodOf(event.msg)),
  });
  const client = createClient(provider);
  const close = async () => {
    client.destroy();
    await node.stop();
  };
  return { node, client, api: client.getUnsafeApi(), methods, close };
}

/** A signer, and the address it signs for, behind a secret such as `//Alice`. */
export function papiAccount(secret) {
  const pair = account(secret);
  const signer = getPolkadotSigner(pair.publicKey, 'Sr25519', (payload) => pair.sign(payload));
  return { address: pair.address, signer };
}

/**
 * A WebSocket to a node that has never heard of the new JSON-RPC methods. It still has them; they
 * are only missing from its list, which is where a client looks.
 */
export class LegacySocket extends WebSocket {
  emit(event, data, ...rest) {
    return super.emit(event, event === 'message' ? withoutV2Methods(data) : data, ...rest);
  }
}

function withoutV2Methods(data) {
  const message = JSON.parse(data);
  const methods = message.result?.methods;
  if (!Array.isArray(methods)) return data;
  message.result.methods = methods.filter((name) => !name.includes('_v1_'));
  return Buffer.from(JSON.stringify(message));
}

const methodOf = (message) => JSON.parse(message).method;
