// Your first transaction: Alice sends Bob 1 BWR on a development chain.
//
//   make run                           starts the chain, in another terminal
//   node clients/first-transaction.js  takes another endpoint as its argument

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';

const endpoint = process.argv[2] ?? 'ws://127.0.0.1:9944';
const BWR = 10n ** 12n; // one token has twelve decimals

// 1. Connect. The library learns from the node what this chain can do.
const api = await ApiPromise.create({
  provider: new WsProvider(endpoint),
  throwOnConnect: true,
  noInitWarn: true,
  // An extension that adds nothing to a transaction; naming it spares a warning.
  signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
}).catch(() => {
  console.error(`No chain at ${endpoint}. Start one with \`make run\`.`);
  process.exit(1);
});
console.log(`connected to ${await api.rpc.system.chain()}`);

// 2. Unlock accounts. Every development chain endows these; everyone knows their secrets.
const accounts = new Keyring({ type: 'sr25519' });
const alice = accounts.addFromUri('//Alice');
const bob = accounts.addFromUri('//Bob');

// 3. Say what should happen, sign it as Alice, send it, and watch what becomes of it.
const transfer = api.tx.balances.transferKeepAlive(bob.address, 1n * BWR);
const sentAt = Date.now();
const log = (what) => console.log(`${String(Date.now() - sentAt).padStart(5)} ms  ${what}`);

await new Promise((resolve, reject) => {
  const stalled = () => reject(new Error('not final within a minute: does the chain make blocks?'));
  setTimeout(stalled, 60_000).unref();

  const watch = ({ status, events, txHash, blockNumber, dispatchError }) => {
    if (status.isReady) log(`sent      ${txHash}`);
    if (status.isInBlock) {
      const paid = events.find(({ event }) => event.method === 'TransactionFeePaid').event.data;
      log(`in block  ${blockNumber} ${status.asInBlock}`);
      log(`fee       ${Number(paid.actualFee.toBigInt()) / Number(BWR)} BWR`);
      if (dispatchError) reject(new Error(`the transfer failed: ${dispatchError}`));
    }
    if (status.isFinalized) resolve(log('final     nothing can undo it'));
  };
  transfer.signAndSend(alice, watch).catch(reject);
});

const { data } = await api.query.system.account(bob.address);
console.log(`Bob now has ${data.free.toBigInt() / BWR} BWR`);
await api.disconnect();
