// Signs transfers for `measure.js --load`, in a process of its own, before the measuring starts.
//
//   node load-signer.js <ws url> <how many> [tip, in the smallest unit]
//
// Prints the block limits of the chain on one line, then one line per sender: its transactions in
// the order of their nonces, as JSON. The library comes from `clients/`.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const SENDERS = ['//Alice', '//Bob', '//Charlie', '//Dave'];
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
for (const uri of SENDERS) await printLine(await transfersFrom(keyring.addFromUri(uri)));
await api.disconnect();

async function transfersFrom(sender) {
  const first = (await api.rpc.system.accountNextIndex(sender.address)).toNumber();
  const count = Math.ceil(Number(wanted) / SENDERS.length);
  return Array.from({ length: count }, (_, i) => {
    const call = api.tx.balances.transferKeepAlive(recipient(i), api.consts.balances.existentialDeposit);
    return call.sign(sender, { ...common, nonce: first + i, tip }).toHex();
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
