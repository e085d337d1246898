/**
 * A trader's own names for orders: sixteen bytes on chain.
 *
 * A text is its UTF-8 bytes, with zeros after them. A number is its bytes, the highest first, with
 * zeros before them. So the first byte tells which it was.
 */

import { InvalidInput } from './errors.js';

/** A text of 1 to 16 bytes, or a whole number below 2^64. */
export type ClientId = string | bigint | number;

const LENGTH = 16;
const MAX_NUMBER = 2n ** 64n - 1n;

/** The sixteen bytes, in hexadecimal. */
export function encodeClientId(id: ClientId): string {
  return typeof id === 'string' ? encodeText(id) : encodeNumber(id);
}

function encodeText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length === 0) throw new InvalidInput('a client id is not empty: leave it out instead');
  if (bytes.length > LENGTH) {
    throw new InvalidInput(`the client id '${text}' has ${bytes.length} bytes: ${LENGTH} are the most`);
  }
  if (bytes.includes(0)) throw new InvalidInput('a client id has no zero bytes');
  return `0x${hex(bytes).padEnd(2 * LENGTH, '0')}`;
}

function encodeNumber(id: bigint | number): string {
  if (typeof id === 'number' && !Number.isSafeInteger(id)) {
    throw new InvalidInput(`the client id ${id} is no whole number: take a bigint or a text`);
  }
  const number = BigInt(id);
  if (number < 0n || number > MAX_NUMBER) throw new InvalidInput(`the client id ${number} is not between 0 and 2^64 - 1`);
  return `0x${number.toString(16).padStart(2 * LENGTH, '0')}`;
}

/** What was encoded; other sixteen bytes stay as they are, in hexadecimal. */
export function decodeClientId(bytes: string): string | bigint {
  if (!/^0x[0-9a-f]{32}$/.test(bytes)) throw new InvalidInput(`'${bytes}' is not sixteen bytes in hexadecimal`);
  if (bytes.startsWith('0x00')) {
    const number = BigInt(bytes);
    return number <= MAX_NUMBER ? number : bytes;
  }
  const raw = Uint8Array.from(bytes.slice(2).match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const end = raw.findLastIndex((byte) => byte !== 0) + 1;
  const text = decodeUtf8(raw.subarray(0, end));
  return text !== undefined && !text.includes('\0') ? text : bytes;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
