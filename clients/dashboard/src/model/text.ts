import type { Plain } from '@breakwater/client';

/** Bytes that are a text, as in a symbol; a text stays what it is. */
export function textOf(value: Plain): string {
  if (typeof value !== 'string' || !value.startsWith('0x')) return value === undefined ? '' : String(value);
  const bytes = value.slice(2).match(/../g) ?? [];
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
}
