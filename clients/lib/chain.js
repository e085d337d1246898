/**
 * A development chain with `@polkadot/api` connected to it, and the few steps every test takes:
 * send a transaction, wait for it, see what it did.
 *
 * Test files share a chain, one after the other. So a test pays into accounts nobody else uses, and
 * compares with what was there before.
 */

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { cryptoWaitReady } from '@polkadot/util-crypto';

import { developmentNode } from './node.js';
import { until, within } from './wait.js';

// The signature library is WebAssembly: accounts exist only once it has been compiled.
await cryptoWaitReady();

/** One token: twelve decimals. */
export const BWR = 10n ** 12n;

const CONNECT_TIMEOUT_MS = 120_000;
const INCLUSION_TIMEOUT_MS = 90_000;
const FINALITY_TIMEOUT_MS = 120_000;

/**
 * Extensions that the library does not know yet. They add nothing to a transaction; saying so
 * only spares a warning.
 */
const EMPTY_EXTENSIONS = { AuthorizeCall: { extrinsic: {}, payload: {} } };

/** What a transaction ended as when it did not make it into a block. */
export class TransactionDropped extends Error {
  constructor(status) {
    super(`the transaction left the pool: ${status}`);
    this.name = 'TransactionDropped';
  }
}

/**
 * Connects to a development chain, or to the node given. Call `close` at the end.
 *
 * @param {{ endpoint: string, stop: () => Promise<void> }} [given]
 */
export async function openChain(given) {
  const node = given ?? (await developmentNode());
  try {
    const api = await connect(node.endpoint);
    const close = async () => {
      await api.disconnect();
      await node.stop();
    };
    return { node, api, accounts: wellKnownAccounts(), close };
  } catch (error) {
    await node.stop();
    throw error;
  }
}

/** @param {string} endpoint */
export function connect(endpoint) {
  const provider = new WsProvider(endpoint);
  const connecting = ApiPromise.create({
    provider,
    signedExtensions: EMPTY_EXTENSIONS,
    noInitWarn: true,
  });
  return within(`connecting to ${endpoint}`, CONNECT_TIMEOUT_MS, connecting);
}

/**
 * The accounts every development chain endows. Fees go to Alice, who authors the blocks, so a test
 * that counts balances lets somebody else pay.
 */
export function wellKnownAccounts() {
  const names = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'];
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), account(`//${name}`)]));
}

/** The account behind a secret such as `//Alice` or `//any/path`. */
export function account(secret) {
  return new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(secret);
}

/**
 * Signs a transaction, sends it, and waits until it is in a block, or final.
 *
 * Resolves also where the call failed: `error` then names it, since a failed transaction is in a
 * block and has paid its fee. Rejects where the transaction never got into one.
 *
 * @param {import('@polkadot/api/types').SubmittableExtrinsic<'promise'>} tx
 * @param {import('@polkadot/keyring/types').KeyringPair} signer
 * @param {{ finalized?: boolean } & Partial<import('@polkadot/api/types').SignerOptions>} [options]
 */
export async function submit(tx, signer, { finalized = false, ...options } = {}) {
  const name = `${tx.method.section}.${tx.method.method}`;
  const timeoutMs = finalized ? FINALITY_TIMEOUT_MS : INCLUSION_TIMEOUT_MS;

  let unsubscribe;
  const done = new Promise((resolve, reject) => {
    const follow = (result) => {
      const { status } = result;
      if (status.isDropped || status.isInvalid || status.isUsurped || status.isFinalityTimeout) {
        reject(new TransactionDropped(status.type));
      } else if (finalized ? status.isFinalized : status.isInBlock || status.isFinalized) {
        resolve(outcome(result));
      }
    };
    tx.signAndSend(signer, options, follow).then((stop) => (unsubscribe = stop), reject);
  });

  try {
    return await within(`${name} is ${finalized ? 'final' : 'in a block'}`, timeoutMs, done);
  } finally {
    unsubscribe?.();
  }
}

function outcome({ status, events, dispatchError, txHash, txIndex, blockNumber }) {
  return {
    hash: txHash.toHex(),
    blockHash: (status.isFinalized ? status.asFinalized : status.asInBlock).toHex(),
    position: { height: blockNumber.toNumber(), index: txIndex },
    events: events.map(({ event }) => event),
    error: dispatchError && errorName(dispatchError),
  };
}

/**
 * The name of why a call failed, such as `assets.Unknown` or `token.FundsUnavailable`.
 *
 * @param {import('@polkadot/types/interfaces').DispatchError} error
 */
export function errorName(error) {
  if (error.isModule) {
    const { section, name } = error.registry.findMetaError(error.asModule);
    return `${section}.${name}`;
  }
  const kind = error.type[0].toLowerCase() + error.type.slice(1);
  return error.value.type ? `${kind}.${error.value.type}` : kind;
}

/** `section.Method` of each event, in order. */
export const eventNames = (events) => events.map((event) => `${event.section}.${event.method}`);

/** The one event of that name. */
export function eventNamed(events, name) {
  const found = events.filter((event) => `${event.section}.${event.method}` === name);
  if (found.length !== 1) throw new Error(`${found.length} ${name} in ${eventNames(events)}`);
  return found[0];
}

/** What an account may spend or have reserved: its free balance. */
export async function freeBalance(api, { address }) {
  const { data } = await api.query.system.account(address);
  return data.free.toBigInt();
}

/** What a refused transaction could have changed: nonces and balances of those it names. */
export async function accountStates(api, pairs) {
  const states = await api.query.system.account.multi(pairs.map(({ address }) => address));
  return states.map((state) => state.toJSON());
}

/** The height of the best block. */
export async function bestHeight(api) {
  return (await api.rpc.chain.getHeader()).number.toNumber();
}

/** Waits until `count` more blocks are on top of the best one. */
export async function waitForBlocks(api, count) {
  const target = (await bestHeight(api)) + count;
  return until(`block ${target}`, async () => (await bestHeight(api)) >= target);
}
