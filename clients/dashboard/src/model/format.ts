/** Numbers as people read them. What goes in is exact; what comes out is rounded to nearest for the eye. */

import { fromUnits, QUOTE_DECIMALS, RATE_DECIMALS } from '@breakwater/client';

/** A space that does not break, narrower than a letter. */
const GROUP = '\u202f';
const MINUS = '\u2212';
export const NONE = '–';

/** Units of `10^-decimals` with so many digits behind the point, halves away from zero: `−1 234.50`. */
export function decimal(units: bigint, decimals: number, digits = decimals): string {
  const negative = units < 0n;
  const size = roundTo(negative ? -units : units, decimals - digits);
  const [whole = '0', fraction] = fromUnits(size, Math.max(digits, 0), { keepZeros: true }).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, GROUP);
  const text = fraction ? `${grouped}.${fraction}` : grouped;
  return negative && size !== 0n ? `${MINUS}${text}` : text;
}

/** Drops so many digits, halves up; adds zeros where it is below zero. */
function roundTo(size: bigint, drop: number): bigint {
  if (drop <= 0) return size * 10n ** BigInt(-drop);
  const step = 10n ** BigInt(drop);
  return (size + step / 2n) / step;
}

const SCALES = [
  { power: 0, letter: '' },
  { power: 3, letter: 'k' },
  { power: 6, letter: 'M' },
  { power: 9, letter: 'B' },
  { power: 12, letter: 'T' },
];

/** Three to five digits and a letter: `1.23M`; or with fewer behind the point. */
export function compact(units: bigint, decimals: number, most = 2): string {
  const size = units < 0n ? -units : units;
  let text = '';
  for (const { power, letter } of SCALES) {
    const unit = decimals + power;
    const digits = letter && size >= 10n ** BigInt(unit + 2) ? most - 1 : most;
    text = `${decimal(units, unit, digits)}${letter}`;
    // What rounds up to a thousand belongs to the next letter.
    if (roundTo(size, unit - digits) < 10n ** BigInt(digits + 3)) break;
  }
  return text;
}

/** Quanta as an amount of the quote asset, short. */
export const money = (quanta: bigint): string => compact(quanta, QUOTE_DECIMALS);

/** The same for narrow places. */
export const brief = (quanta: bigint): string => compact(quanta, QUOTE_DECIMALS, 1);

/** Quanta as an amount of the quote asset, to the cent. */
export const cents = (quanta: bigint): string => decimal(quanta, QUOTE_DECIMALS, 2);

/** Parts per billion as percent. */
export const percent = (ppb: bigint, digits = 2): string => `${decimal(ppb, RATE_DECIMALS - 2, digits)}${GROUP}%`;

/** With a plus where it is above zero. */
export const signed = (value: bigint, text: string): string => (value > 0n ? `+${text}` : text);

/** A part of a whole in parts per billion; zero of nothing. */
export const shareOf = (part: bigint, whole: bigint): bigint => (whole === 0n ? 0n : (part * 10n ** BigInt(RATE_DECIMALS)) / whole);

/** How long: `340 ms`, `1.2 s`, `3 min`, `2.5 h`, `4 d`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return NONE;
  if (ms < 0) return `${MINUS}${duration(-ms)}`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 5_940_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** The beginning and the end of a key or an address. */
export const short = (key: string): string => (key.length <= 14 ? key : `${key.slice(0, 6)}…${key.slice(-4)}`);

/** `forcedFilled`, `ForcedFilled` or `forced_filled` as words: `Forced filled`. */
export function words(name: string): string {
  const spaced = name.replace(/_/g, ' ').replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase().trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Time of day, of milliseconds since the Unix epoch. */
export const clock = (ms: number): string => new Date(ms).toLocaleTimeString([], { hour12: false });

/** For drawing only, where a pixel is coarser than a float. */
export const float = (units: bigint, decimals: number): number => Number(units) / 10 ** decimals;
