// What the harness reads from a chain, and how it decodes it. Only the little SCALE it needs.
import { createHash } from 'node:crypto';

/** Well-known storage keys: twox128 of the pallet's name, then of the item's. */
const TIMESTAMP_NOW = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb';
const SYSTEM_BLOCK_WEIGHT = '0x26aa394eea5630e07c48ae0c9558cef734abf5cb34d6244378cddbf18e849d96';
const SESSION_CURRENT_INDEX = '0xcec5070d609dd3497f72bde07fc96ba072763800a36a99fdfc7c10f6415f6ee6';

/** How many hashes, or keys, one request asks for: answers stay far below the RPC size limit. */
const HEIGHTS_PER_REQUEST = 512;
const KEYS_PER_REQUEST = 256;
/** A chain of this kind has a few hundred keys; a state far larger would need another digest. */
const KEYS_MAX = 100_000;

const numbered = (header, hash) => ({ ...header, hash, height: Number.parseInt(header.number, 16) });

export async function bestHeader(rpc) {
  return numbered(await rpc.call('chain_getHeader'), undefined);
}

export async function finalizedHeader(rpc) {
  const hash = await rpc.call('chain_getFinalizedHead');
  return headerAt(rpc, hash);
}

export async function headerAt(rpc, hash) {
  const header = await rpc.call('chain_getHeader', hash);
  if (!header) throw new Error(`no header for ${hash}`);
  return numbered(header, hash);
}

/** The hashes at `from..=to` on the node's best chain: `[[height, hash or null], …]`. */
export async function hashesBetween(rpc, from, to) {
  const found = [];
  for (let start = from; start <= to; start += HEIGHTS_PER_REQUEST) {
    const end = Math.min(to, start + HEIGHTS_PER_REQUEST - 1);
    const heights = Array.from({ length: end - start + 1 }, (_, i) => start + i);
    const hashes = await rpc.call('chain_getBlockHash', heights);
    heights.forEach((height, i) => found.push([height, hashes[i]]));
  }
  return found;
}

/** The Aura slot a header was authored in. */
export function slotOf(header) {
  // A digest item: 06 for "before execution", the engine 'aura', a length of 8, a u64.
  const item = header.digest.logs.find((log) => log.startsWith('0x066175726120'));
  if (!item) throw new Error(`header ${header.number} has no Aura slot`);
  return Number(Buffer.from(item.slice(14), 'hex').readBigUInt64LE());
}

/** The public keys, in hex, whose turn comes round slot by slot. */
export async function auraAuthorities(rpc, hash) {
  const bytes = Buffer.from(
    (await rpc.call('state_call', 'AuraApi_authorities', '0x', hash)).slice(2),
    'hex',
  );
  const [count, offset] = compact(bytes, 0);
  return Array.from({ length: Number(count) }, (_, i) =>
    bytes.subarray(offset + 32 * i, offset + 32 * (i + 1)).toString('hex'),
  );
}

/** The number of the validators' session. */
export async function sessionIndex(rpc) {
  const value = await rpc.call('state_getStorage', SESSION_CURRENT_INDEX);
  return value ? Buffer.from(value.slice(2), 'hex').readUInt32LE() : 0;
}

export async function timestampAt(rpc, hash) {
  const value = await rpc.call('state_getStorage', TIMESTAMP_NOW, hash);
  if (!value) throw new Error(`no timestamp at ${hash}`);
  return Number(Buffer.from(value.slice(2), 'hex').readBigUInt64LE());
}

/** Execution time, in picoseconds of weight, that a block declared for each class of calls. */
export async function blockWeightAt(rpc, hash) {
  const value = await rpc.call('state_getStorage', SYSTEM_BLOCK_WEIGHT, hash);
  const bytes = Buffer.from((value ?? '0x000000000000').slice(2), 'hex');
  const weights = [];
  for (let offset = 0; weights.length < 6;) {
    const [weight, next] = compact(bytes, offset);
    weights.push(Number(weight));
    offset = next;
  }
  // Each class is a pair: execution time, proof size.
  return { normal: weights[0], operational: weights[2], mandatory: weights[4] };
}

/** Whether an encoded transaction carries a signature. Inherents do not. */
export function isSigned(extrinsic) {
  const bytes = Buffer.from(extrinsic.slice(2, 20), 'hex');
  const [, offset] = compact(bytes, 0);
  return (bytes[offset] & 0b1000_0000) !== 0;
}

/** Reads a SCALE compact integer; gives it and the offset behind it. */
export function compact(bytes, offset) {
  const mode = bytes[offset] & 0b11;
  if (mode === 0) return [BigInt(bytes[offset] >> 2), offset + 1];
  if (mode === 1) return [BigInt(bytes.readUInt16LE(offset) >> 2), offset + 2];
  if (mode === 2) return [BigInt(bytes.readUInt32LE(offset) >>> 2), offset + 4];
  const length = (bytes[offset] >> 2) + 4;
  let value = 0n;
  for (let i = length; i > 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]);
  return [value, offset + 1 + length];
}

/**
 * A digest over every key and value of the state after block `hash`, read back from the database.
 *
 * The state root in the header is what the validators agreed on; this is what the node would
 * really execute the next block on.
 */
export async function stateDigest(rpc, hash) {
  const digest = createHash('sha256');
  let count = 0;
  for (let last = null; ;) {
    const keys = await rpc.call('state_getKeysPaged', '0x', KEYS_PER_REQUEST, last, hash);
    if (keys.length === 0) return { digest: digest.digest('hex'), keys: count };
    const [{ changes }] = await rpc.call('state_queryStorageAt', keys, hash);
    for (const [key, value] of changes) digest.update(`${key}=${value}\n`);
    count += keys.length;
    if (count > KEYS_MAX) throw new Error(`the state has more than ${KEYS_MAX} keys`);
    last = keys.at(-1);
  }
}
