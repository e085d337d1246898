// Who the nodes are: the well-known development validators, with network keys that are just as
// public. Fixed keys let every node know the others' addresses before any of them runs.
import { createPrivateKey, createPublicKey } from 'node:crypto';

/** The validators of the chain `local`, with the key each signs blocks with. */
export const VALIDATORS = [
  { name: 'alice', author: 'd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d' },
  { name: 'bob', author: '8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48' },
  { name: 'charlie', author: '90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22' },
  { name: 'dave', author: '306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20' },
];

/** The names that belong to a list of authors' keys. */
export function validatorNames(authors) {
  return authors.map(
    (author) => VALIDATORS.find((validator) => validator.author === author)?.name ?? author.slice(0, 8),
  );
}

/** The secret network key of the node with this number, as `--node-key` takes it. */
export function nodeKey(number) {
  return number.toString(16).padStart(64, '0');
}

/** The peer id that belongs to a secret network key. */
export function peerId(nodeKeyHex) {
  const pkcs8 = Buffer.from(`302e020100300506032b657004220420${nodeKeyHex}`, 'hex');
  const spki = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({
    format: 'der',
    type: 'spki',
  });
  // An identity multihash around the protobuf of an Ed25519 public key.
  return base58(Buffer.concat([Buffer.from('002408011220', 'hex'), spki.subarray(-32)]));
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(bytes) {
  const zeros = bytes.findIndex((byte) => byte !== 0);
  let digits = '';
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= 58n)
    digits = BASE58[Number(rest % 58n)] + digits;
  return '1'.repeat(zeros) + digits;
}
