// Signs transfers for `measure.js --load`, in a process of its own, before the measuring starts.
//
//   node load-signer.js <ws url> <how many> [tip, in the smallest unit]
//
// Gives money to forty new accounts and lets them send. Prints the block limits of the chain on one
// line, then one line per sender: its transactions in the order of their nonces, as JSON. The
// library comes from `clients/`.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

import { until } from './lib/wait.js';

const FUNDERS = ['//Alice', '//Bob', '//Charlie', '//Dave'];
/** Many, because a sender's transactions can only go in one after the other. */
const SENDERS_PER_FUNDER = 10;
/** The part of a funder's money that each of its senders gets. */
const SHARE = 2n * BigInt(SENDERS_PER_FUNDER);
const FUNDING_LIMIT_MS = 60_000;
const RECIPIENTS = 1_000;

const [url, wanted, tip = '0'] = process.argv.slice(2);
const { ApiPromise, Keyring, WsProvider } = library();
const api = await ApiPromise.create({
  provider: new WsProvider(url),
  noInitWarn: true,
  // An extension that adds nothing to a transaction; naming it spares a warning.
  signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
});

const weights = api.consts.system.blockWeights;
await printLine({
  block_weight_max: weights.maxBlock.refTime.toNumber(),
  normal_weight_max: weights.perClass.normal.maxTotal.unwrap().refTime.toNumber(),
  existential_deposit: api.consts.balances.existentialDeposit.toString(),
});

const keyring = new Keyring({ type: 'sr25519' });
// Signing needs nothing from the node but this; without an era a transaction does not grow old.
const common = {
  era: 0,
  blockHash: api.genesisHash,
  genesisHash: api.genesisHash,
  runtimeVersion: api.runtimeVersion,
};
const senders = [];
for (const uri of FUNDERS) senders.push(...(await fund(uri)));
await fundsArrived();
const perSender = Math.ceil(Number(wanted) / senders.length);
for (const sender of senders) await printLine(transfersFrom(sender));
await api.disconnect();

/** Sends money to accounts derived from a rich one, and gives these. */
async function fund(uri) {
  const funder = keyring.addFromUri(uri);
  const { nonce, data } = await api.query.system.account(funder.address);
  const amount = data.free.toBigInt() / SHARE;
  const derived = Array.from({ length: SENDERS_PER_FUNDER }, (_, i) => keyring.addFromUri(`${uri}//${i}`));
  for (const [i, sender] of derived.entries()) {
    const call = api.tx.balances.transferKeepAlive(sender.address, amount);
    await api.rpc.author.submitExtrinsic(call.sign(funder, { ...common, nonce: nonce.toNumber() + i }));
  }
  return derived;
}

async function fundsArrived() {
  const arrived = async () => {
    const accounts = await api.query.system.account.multi(senders.map(({ address }) => address));
    return accounts.every(({ data }) => !data.free.isZero());
  };
  await until('the senders have money', FUNDING_LIMIT_MS, arrived);
}

// The accounts are new: their nonces begin with 0.
function transfersFrom(sender) {
  return Array.from({ length: perSender }, (_, nonce) => {
    const call = api.tx.balances.transferKeepAlive(recipient(nonce), api.consts.balances.existentialDeposit);
    return call.sign(sender, { ...common, nonce, tip }).toHex();
  });
}

/** Accounts that did not exist before: the first transfer to each creates it. */
function recipient(number) {
  return createHash('sha256')
    .update(`recipient ${number % RECIPIENTS}`)
    .digest();
}

function printLine(value) {
  return new Promise((resolve) => process.stdout.write(`${JSON.stringify(value)}\n`, resolve));
}

function library() {
  const clients = createRequire(new URL('../clients/package.json', import.meta.url));
  try {
    return clients('@polkadot/api');
  } catch (error) {
    console.error(
      `The load needs @polkadot/api from clients/ (${error.code ?? error.message}). Run: cd clients && npm ci`,
    );
    process.exit(1);
  }
}
