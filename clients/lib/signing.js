/**
 * Signs transactions by hand, so that any part of what is signed can be wrong on purpose.
 */

const IMMORTAL = '0x00';

/**
 * A signed transaction, not sent. Everything that is not given is as it should be.
 *
 * @param {import('@polkadot/api').ApiPromise} api
 * @param {import('@polkadot/api/types').SubmittableExtrinsic<'promise'>} tx
 * @param {import('@polkadot/keyring/types').KeyringPair} signer
 * @param {object} [wrong]
 * @param {number} [wrong.nonce]
 * @param {bigint} [wrong.tip]
 * @param {string} [wrong.genesisHash]
 * @param {object} [wrong.runtimeVersion]
 * @param {{ era: object, blockHash: string }} [wrong.mortality] for ever, unless given
 * @returns {Promise<string>} as bytes in hexadecimal
 */
export async function signed(api, tx, signer, wrong = {}) {
  const { genesisHash = api.genesisHash, runtimeVersion = api.runtimeVersion, tip = 0n } = wrong;
  const mortality = wrong.mortality ?? { era: IMMORTAL, blockHash: genesisHash };
  const nonce = wrong.nonce ?? (await api.rpc.system.accountNextIndex(signer.address));

  const extrinsic = api.createType('Extrinsic', { method: tx.method }, { version: 4 });
  const options = { genesisHash, runtimeVersion, tip, nonce, ...mortality };
  return extrinsic.sign(signer, options).toHex();
}

/** A life of `period` blocks that begins with the best block. */
export async function mortal(api, period) {
  const { number, hash } = await api.rpc.chain.getHeader();
  const era = api.createType('ExtrinsicEra', { current: number.toNumber(), period });
  const birth = era.asMortalEra.birth(number.toNumber());
  const blockHash = birth === number.toNumber() ? hash : await api.rpc.chain.getBlockHash(birth);
  return { era, blockHash };
}

/** A life that begins at a height the chain has not reached. */
export function mortalFrom(api, height) {
  const era = api.createType('ExtrinsicEra', { current: height, period: 65_536 });
  return { era, blockHash: api.genesisHash };
}

/**
 * The bytes with one part replaced by another of the same length: tampering.
 *
 * @param {string} bytes in hexadecimal
 * @param {Uint8Array} part
 * @param {Uint8Array} replacement
 */
export function tampered(bytes, part, replacement) {
  const [from, to] = [part, replacement].map((value) => Buffer.from(value).toString('hex'));
  if (from.length !== to.length) throw new Error('a replacement must be as long as the part');
  if (bytes.split(from).length !== 2) throw new Error(`${from} is not in there exactly once`);
  return bytes.replace(from, to);
}
