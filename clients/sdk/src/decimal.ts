/** Decimal numbers as whole numbers of their smallest unit. No floating point anywhere. */

import { InvalidNumber } from './errors.js';

/** A number as a person writes it: `'1.25'`, `2n`, or a JavaScript number that is whole. */
export type Decimal = string | bigint | number;

/** Which way a number goes that is not a whole multiple. */
export type Rounding = 'down' | 'up';

const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** A number as a fraction: `value / 10^decimals`. */
export interface Fraction {
  readonly value: bigint;
  readonly decimals: number;
}

/** Reads a number without changing it. A JavaScript number has to be whole: 0.1 is not a tenth. */
export function parseFraction(input: Decimal, what = 'number'): Fraction {
  if (typeof input === 'bigint') return { value: input, decimals: 0 };
  if (typeof input === 'number') {
    if (Number.isSafeInteger(input)) return { value: BigInt(input), decimals: 0 };
    throw new InvalidNumber(`${what} ${input} is not exact as a JavaScript number: write it as a string, '${input}'`);
  }
  const match = typeof input === 'string' ? PATTERN.exec(input.trim()) : null;
  if (!match) throw new InvalidNumber(`${what} '${String(input)}' is no decimal number: write it as '1234.5'`);
  const [, sign, whole = '', fraction = ''] = match;
  const value = BigInt(whole + fraction);
  return { value: sign === '-' ? -value : value, decimals: fraction.length };
}

/**
 * The number in units of `10^-decimals`, or `undefined` if it is between two of them. With a
 * rounding, the next one below or above.
 */
export function toUnits(input: Decimal, decimals: number, rounding?: Rounding, what?: string): bigint | undefined {
  const { value, decimals: own } = parseFraction(input, what);
  if (own <= decimals) return value * 10n ** BigInt(decimals - own);
  const divisor = 10n ** BigInt(own - decimals);
  if (value % divisor === 0n) return value / divisor;
  if (!rounding) return undefined;
  return rounding === 'down' ? floorDiv(value, divisor) : -floorDiv(-value, divisor);
}

/** Units of `10^-decimals` as a decimal number, without zeros at its end unless `keepZeros`. */
export function fromUnits(units: bigint, decimals: number, { keepZeros = false } = {}): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals);
  const kept = keepZeros ? fraction : fraction.replace(/0+$/, '');
  return kept ? `${sign}${whole}.${kept}` : `${sign}${whole}`;
}

/** Division toward minus infinity. */
export function floorDiv(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor !== 0n && value < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/** The multiples of `step` next to a value: the same one twice if it is one. */
export function multiplesAround(value: bigint, step: bigint): { below: bigint; above: bigint } {
  const below = floorDiv(value, step) * step;
  return { below, above: below === value ? value : below + step };
}
