/**
 * What the chain says, as plain JavaScript values: numbers up to 32 bits, bigints beyond, bytes in
 * hexadecimal, addresses as text, `undefined` for an absent option. An enum without values is its
 * name; one with values is `{ type, value }`.
 */

import type { DispatchError } from '@polkadot/types/interfaces';
import type { Codec } from '@polkadot/types/types';
import {
  Int,
  bool,
  BTreeMap,
  Compact,
  Enum,
  GenericAccountId,
  Map as CodecMap,
  Null,
  Option,
  Raw,
  Struct,
  Text,
  Tuple,
  UInt,
  Vec,
  VecFixed,
} from '@polkadot/types';

export type Plain = undefined | boolean | number | bigint | string | Plain[] | { [name: string]: Plain };

const SMALL_BITS = 32;

export function plain(codec: Codec | undefined): Plain {
  if (codec === undefined || codec instanceof Null) return undefined;
  if (codec instanceof Option) return codec.isSome ? plain(codec.unwrap()) : undefined;
  if (codec instanceof Compact) return plain(codec.unwrap());
  if (codec instanceof Int || codec instanceof UInt) {
    return codec.bitLength() <= SMALL_BITS ? codec.toNumber() : codec.toBigInt();
  }
  if (codec instanceof bool) return codec.isTrue;
  if (codec instanceof GenericAccountId) return codec.toString();
  if (codec instanceof Text) return codec.toString();
  if (codec instanceof Raw) return codec.toHex();
  if (isDispatchError(codec)) return { ...errorOf(codec) };
  if (codec instanceof Enum) return plainEnum(codec);
  if (codec instanceof Struct) return plainFields([...codec.entries()]);
  if (codec instanceof BTreeMap || codec instanceof CodecMap) {
    return [...codec.entries()].map(([key, value]) => [plain(key as Codec), plain(value as Codec)]);
  }
  if (codec instanceof Vec || codec instanceof VecFixed || codec instanceof Tuple) {
    return [...codec].map((item) => plain(item as Codec));
  }
  return codec.toHex();
}

function plainEnum(codec: Enum): Plain {
  if (codec.inner instanceof Null) return codec.type;
  return { type: codec.type, value: plain(codec.inner) };
}

/** Why a call was refused: `exchange.OffTick`, and what the chain says about it. */
export function errorOf(error: DispatchError): { error: string; docs: string } {
  if (error.isModule) {
    const { section, name, docs } = error.registry.findMetaError(error.asModule);
    return { error: `${section}.${name}`, docs: docs.join(' ').replace(/\s+/g, ' ').trim() };
  }
  const kind = error.type.charAt(0).toLowerCase() + error.type.slice(1);
  const inner = error.value as unknown as { type?: string };
  return { error: inner.type ? `${kind}.${inner.type}` : kind, docs: '' };
}

function isDispatchError(codec: Codec): codec is DispatchError {
  return 'isModule' in codec && 'isBadOrigin' in codec;
}

/** Named fields. Rust's names become JavaScript's: `time_in_force` is `timeInForce`. */
export function plainFields(fields: Iterable<readonly [unknown, unknown]>): { [name: string]: Plain } {
  const named = [...fields].map(([name, value]) => [camel(String(name)), plain(value as Codec)] as const);
  return Object.fromEntries(named);
}

/** The library puts an underscore behind names that its own classes have, as `size`. */
const camel = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()).replace(/_$/, '');

/** Bytes that are a text, as in a symbol. */
export function textOf(hex: Plain): string {
  const bytes = String(hex).slice(2).match(/../g) ?? [];
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
}
