/** Subaccounts: an owner and a number, stored under a key that events name. */

import { blake2AsU8a, decodeAddress, encodeAddress } from '@polkadot/util-crypto';

import { InvalidInput } from './errors.js';

/** A subaccount as its owner names it. */
export interface SubaccountId {
  /** Address of the owner. */
  readonly owner: string;
  /** The owner's number for it: 0 to 65535. */
  readonly number: number;
}

const DOMAIN = new TextEncoder().encode('breakwater/subaccount');

/** The key of a subaccount, in hexadecimal: a hash of owner and number. */
export function subaccountKey({ owner, number }: SubaccountId): string {
  if (!Number.isInteger(number) || number < 0 || number > 0xffff) {
    throw new InvalidInput(`a subaccount's number is 0 to 65535, not ${number}`);
  }
  const named = new Uint8Array([...DOMAIN, ...decodeAddress(owner), number & 0xff, number >> 8]);
  return `0x${Array.from(blake2AsU8a(named, 256), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** An address in the form of this chain, whatever form it came in. */
export const addressOf = (address: string): string => encodeAddress(decodeAddress(address), 42);
