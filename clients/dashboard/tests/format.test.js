/** Numbers for people, against twins that round one digit at a time. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { brief, cents, compact, decimal, duration, money, percent, shareOf, short, signed, words } from '../build/model/format.js';
import { random } from './support.js';

const plain = (text) => text.replace(/\u202f/g, '').replace('\u2212', '-');

/** Twin: the digits as a text, cut, and the last one carried by hand. */
function twin(units, decimals, digits) {
  const text = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0') + '0'.repeat(Math.max(0, digits - decimals));
  const kept = text.length - Math.max(0, decimals - digits);
  const figures = ['0', ...text.slice(0, kept)].map(Number);
  if (Number(text[kept] ?? 0) >= 5) {
    let place = figures.length - 1;
    while (figures[place] === 9) figures[place--] = 0;
    figures[place] += 1;
  }
  const joined = figures.join('').replace(/^0+/, '').padStart(digits + 1, '0');
  const shown = digits ? `${joined.slice(0, -digits)}.${joined.slice(-digits)}` : joined;
  return units < 0n && /[1-9]/.test(shown) ? `-${shown}` : shown;
}

describe('decimals', () => {
  it('round as digits by hand do', () => {
    const next = random(1);
    for (let i = 0; i < 3_000; i++) {
      const units = next(10n ** (next(22n) + 1n)) * (next(2n) ? 1n : -1n);
      const [decimals, digits] = [Number(next(13n)), Number(next(13n))];
      assert.equal(plain(decimal(units, decimals, digits)), twin(units, decimals, digits), `${units} ${decimals} ${digits}`);
    }
  });

  it('group thousands, and have a real minus', () => {
    assert.equal(decimal(-123456789n, 2), '\u22121\u202f234\u202f567.89');
    assert.equal(decimal(999n, 0), '999');
    assert.equal(decimal(-4n, 2, 1), '0.0');
  });
});

describe('short amounts', () => {
  it('have three to four digits and a letter', () => {
    const cases = [[0n, '0.00'], [999_940_000n, '999.94'], [999_499_999n, '999.50'], [1_000_000_000n, '1.00k'], [1_234_567_000_000n, '1.23M'], [-5_000_000_000n, '-5.00k'], [123_456_000_000n, '123.5k'], [2n * 10n ** 18n, '2.00T']];
    for (const [quanta, text] of cases) assert.equal(plain(money(quanta)), text, `${quanta}`);
  });

  it('have a digit less in narrow places', () => {
    const cases = [[0n, '0.0'], [77_990_000_000n, '78.0k'], [123_456_000_000n, '123k'], [1_250_000_000_000n, '1.3M']];
    for (const [quanta, text] of cases) assert.equal(plain(brief(quanta)), text, `${quanta}`);
  });

  it('are never further off than half of what is shown', () => {
    const next = random(2);
    const scale = { k: 3, M: 6, B: 9, T: 12 };
    for (let i = 0; i < 3_000; i++) {
      const units = next(10n ** (next(20n) + 1n));
      const [, shown, letter] = /^([\d.]+)([kMBT]?)$/.exec(plain(compact(units, 6)));
      const power = 6 + (scale[letter] ?? 0);
      const digits = shown.split('.')[1].length;
      const back = BigInt(shown.replace('.', '')) * 10n ** BigInt(power) / 10n ** BigInt(digits);
      const difference = back > units ? back - units : units - back;
      assert.ok(difference * 2n * 10n ** BigInt(digits) <= 10n ** BigInt(power), `${units}: ${shown}${letter}`);
      if (letter !== 'T') assert.ok(Number(shown) < 1_000, shown + letter);
    }
  });

  it('of money, rates and parts', () => {
    assert.equal(plain(cents(1_005_000n)), '1.01');
    assert.equal(plain(percent(12_345_678n)), '1.23%');
    assert.equal(plain(signed(1n, '5')), '+5');
    assert.equal(signed(0n, '0'), '0');
    assert.equal(shareOf(1n, 0n), 0n);
    assert.equal(shareOf(1n, 4n), 250_000_000n);
  });
});

it('durations change their unit before they change their width', () => {
  const cases = [[0, '0 ms'], [999, '999 ms'], [1_000, '1.0 s'], [99_949, '99.9 s'], [120_000, '2 min'], [5_400_000, '90 min'], [7_200_000, '2.0 h'], [172_800_000, '2 d'], [-1_500, '\u22121.5 s'], [NaN, '–']];
  for (const [ms, text] of cases) assert.equal(duration(ms), text);
});

it('names become words, keys become short', () => {
  assert.equal(words('forcedFilled'), 'Forced filled');
  assert.equal(words('LotOpened'), 'Lot opened');
  assert.equal(words('fund_moved'), 'Fund moved');
  assert.equal(short('0x0123456789abcdef'), '0x0123…cdef');
  assert.equal(short('0x01'), '0x01');
});
