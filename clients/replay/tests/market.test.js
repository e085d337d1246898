/** Candles, tapes, made-up scenarios: sound, and the same from the same seed. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { BadInput } from '../lib/errors.js';
import { DECIMALS, SCENARIOS, SYMBOLS, generate } from '../lib/scenarios.js';
import { HEADER, Tape, formatCandles, parseCandles } from '../lib/candles.js';
import { NO_FAULTS, checkedFaults } from '../lib/faults.js';
import { VENUE_NAMES } from '../lib/venues.js';
import { normal, randomFrom } from '../lib/random.js';
import { recorded } from '../lib/recorded.js';
import { START_MS, flat, stillReplay } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'breakwater-replay-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name, text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const csv = (...lines) => [HEADER, ...lines, ''].join('\n');
const GOOD = `${START_MS},10,12,9,11,1.5`;

describe('candles', () => {
  it('are read back as they were written', () => {
    const { candles } = generate({ name: 'crash', seed: 3, candleSeconds: 600 });
    for (const symbol of SYMBOLS) {
      const text = formatCandles(candles[symbol], DECIMALS[symbol]);
      assert.deepEqual(parseCandles(text, symbol), candles[symbol]);
    }
  });

  it('may have other line ends', () => {
    assert.equal(parseCandles(`\uFEFF${csv(GOOD)}`.replaceAll('\n', '\r\n'), 'x').length, 1);
  });

  const later = START_MS + 60_000;
  const BAD = [
    ['', /x:1: the first line must be ts,open/],
    ['time,price\n', /x:1: the first line/],
    [csv(), /x:2: there are no candles/],
    [csv(GOOD, `${later},10,12,9`), /x:3: 4 values/],
    [csv(GOOD, `${later},10,12,9,11,1,1`), /x:3: 7 values/],
    [csv(GOOD, '', GOOD), /x:3: 1 values/],
    [csv(GOOD, GOOD), /x:3: ts \d+ is not after/],
    [csv('1704067200,10,12,9,11,1'), /x:2: ts .*in seconds/],
    [csv('1704067200000000,10,12,9,11,1'), /x:2: ts .*in microseconds/],
    [csv('soon,10,12,9,11,1'), /x:2: ts is not a whole number/],
    [csv(`${START_MS},,12,9,11,1`), /x:2: open is not a price/],
    [csv(`${START_MS},10,12,0,11,1`), /x:2: low is not a price/],
    [csv(`${START_MS},10,Infinity,9,11,1`), /x:2: high is not a price/],
    [csv(`${START_MS},10,12,-9,11,1`), /x:2: low is not a price/],
    [csv(`${START_MS},10,12,10.5,11,1`), /x:2: low is above/],
    [csv(`${START_MS},10,10.5,9,11,1`), /x:2: high is below/],
    [csv(`${START_MS},10,12,9,11,-1`), /x:2: volume/],
    [csv(`${START_MS},10,12,9,11,`), /x:2: volume/],
  ];
  for (const [text, message] of BAD) {
    it(`are refused: ${message.source}`, () => {
      assert.throws(() => parseCandles(text, 'x'), (error) => error instanceof BadInput && message.test(error.message));
    });
  }
});

describe('a tape', () => {
  const rising = { ts: START_MS, open: 10, high: 13, low: 7, close: 11, volume: 1 };
  const falling = { ts: START_MS + 60_000, open: 11, high: 14, low: 8, close: 9, volume: 2 };
  const afterGap = { ts: START_MS + 300_000, open: 9, high: 9, low: 9, close: 9, volume: 4 };
  const tape = new Tape([rising, falling, afterGap]);
  const at = (seconds) => tape.priceAt(START_MS + seconds * 1_000);

  it('goes through every extreme', () => {
    assert.deepEqual([0, 20, 40, 60].map(at), [10, 7, 13, 11]);
    assert.deepEqual([60, 80, 100, 120].map(at), [11, 14, 8, 9]);
    assert.equal(at(30), 10);
  });

  it('stays in a gap, before its start and after its end', () => {
    assert.deepEqual([-100, 200, 299, 360, 9_999].map(at), [10, 9, 9, 9, 9]);
    assert.equal(tape.endMs, START_MS + 360_000);
  });

  it('does not tell the future', () => {
    const day = (seconds) => tape.dayBefore(START_MS + seconds * 1_000);
    assert.deepEqual(day(0), { open: 10, high: 10, low: 10, volume: 0 });
    assert.deepEqual(day(65), { open: 10, high: 13, low: 7, volume: 1 });
    assert.deepEqual(day(80), { open: 10, high: 14, low: 7, volume: 1 });
    assert.deepEqual(day(300), { open: 10, high: 14, low: 7, volume: 3 });
    assert.deepEqual(day(65), { open: 10, high: 13, low: 7, volume: 1 });
  });

  it('forgets after a day', () => {
    const minutes = new Tape(flat(...Array.from({ length: 3_000 }, (_, i) => 1 + i)));
    const day = minutes.dayBefore(START_MS + 2_999 * 60_000);
    // 1,439 whole minutes lie within the day before the current one.
    assert.deepEqual(day, { open: 1_561, high: 3_000, low: 1_561, volume: 14_390 });
  });
});

describe('randomness', () => {
  it('is a function of its words', () => {
    const three = (...words) => Array.from({ length: 3 }, randomFrom(...words));
    assert.deepEqual(three(1, 'a'), three(1, 'a'));
    assert.notDeepEqual(three(1, 'a'), three(2, 'a'));
    assert.notDeepEqual(three(1, 'ab', 'c'), three(1, 'a', 'bc'));
  });

  it('has the moments of the normal distribution', () => {
    const random = randomFrom('moments');
    const values = Array.from({ length: 100_000 }, () => normal(random));
    const mean = (power) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    assert.ok(Math.abs(mean(1)) < 0.02 && Math.abs(mean(2) - 1) < 0.03 && Math.abs(mean(4) - 3) < 0.2);
  });

  it('is independent from one name to the next', () => {
    const first = Array.from({ length: 20_000 }, (_, i) => normal(randomFrom(1, 'noise', i)));
    const product = first.slice(1).reduce((sum, value, i) => sum + value * first[i], 0) / first.length;
    assert.ok(Math.abs(product) < 0.03, `${product}`);
  });
});

describe('scenarios', () => {
  const SEEDS = [0, 1, 2, 7, 42];
  const make = (name, seed) => generate({ name, seed, candleSeconds: 60 });
  const change = (tape) => tape.at(-1).close / tape[0].open - 1;
  const lowest = (tape) => Math.min(...tape.map(({ low }) => low));

  for (const name of Object.keys(SCENARIOS)) {
    it(`${name} is sound under every seed`, () => {
      for (const seed of SEEDS) {
        const { candles, events } = make(name, seed);
        const lengths = Object.values(candles).map((tape) => tape.length);
        assert.deepEqual(lengths, Array(SYMBOLS.length).fill(SCENARIOS[name].hours * 60));
        for (const symbol of SYMBOLS) parseCandles(formatCandles(candles[symbol], DECIMALS[symbol]), symbol);
        for (const { venue, fromMs, toMs, faults } of events) {
          assert.ok(VENUE_NAMES.includes(venue) && fromMs < toMs);
          checkedFaults(faults);
        }
      }
    });

    it(`${name} is the same from the same seed, and another from another`, () => {
      assert.deepEqual(make(name, 7), make(name, 7));
      assert.notDeepEqual(make(name, 7).candles, make(name, 8).candles);
    });
  }

  it('do what their names say, under every seed', () => {
    for (const seed of SEEDS) {
      const btc = (name) => make(name, seed).candles['BTC-USD'];
      assert.ok(Math.abs(change(btc('calm'))) < 0.03);
      assert.ok(lowest(btc('crash')) < 65_000 * 0.74);
      assert.ok(lowest(btc('plunge')) < 65_000 * 0.72);
      assert.ok(lowest(btc('flash-crash')) < 65_000 * 0.72);
      assert.ok(Math.abs(change(btc('flash-crash'))) < 0.06);
      assert.ok(Math.abs(lowest(make('depeg', seed).candles['USDC-USD']) - 0.865) < 0.02);
      assert.ok(Math.abs(change(make('depeg', seed).candles['USDC-USD']) + 0.02) < 0.01);
    }
  });

  it('move coins together', () => {
    const { candles } = make('crash', 7);
    const returns = (symbol) => candles[symbol].map(({ open, close }) => close / open - 1);
    assert.ok(correlation(returns('BTC-USD'), returns('ETH-USD')) > 0.8);
    assert.ok(correlation(returns('BTC-USD'), returns('SOL-USD')) > 0.7);
    assert.ok(Math.abs(correlation(returns('BTC-USD'), returns('USDT-USD'))) < 0.3);
  });

  it('jump: a candle opens away from the last close', () => {
    const gaps = make('crash', 7).candles['BTC-USD'].filter(
      ({ open }, i, tape) => i > 0 && Math.abs(open / tape[i - 1].close - 1) > 0.01,
    );
    assert.ok(gaps.length >= 5 && gaps.length <= 8, `${gaps.length}`);
  });

  it('go out together in an outage, and come back', () => {
    const { events } = make('outage', 1);
    const outAt = (minute) => events.filter(({ fromMs, toMs }) => fromMs <= minute * 60_000 && minute * 60_000 < toMs);
    assert.equal(outAt(10).length, 0);
    assert.equal(new Set(outAt(95).map(({ venue }) => venue)).size, VENUE_NAMES.length);
    assert.equal(outAt(150).length, 0);
  });

  it('are refused where there is no such one', () => {
    assert.throws(() => make('boom', 1), /no scenario is called boom; there are calm, crash/);
    assert.throws(() => generate({ name: 'calm', seed: 1, hours: 500, candleSeconds: 1 }), /there must be 10 to 200000/);
  });
});

describe('a replay', () => {
  const walk = async (seed, steps, options) => {
    const scenario = generate({ name: 'venue-wrong', seed: 1, candleSeconds: 60 });
    const replay = await stillReplay({ scenario, seed, ...options });
    await replay.post('/control/reset');
    const printed = {};
    for (const positionMs of steps) {
      await replay.post('/control/seek', { positionMs });
      printed[positionMs] = [];
      for (const path of ['/coinbase/products/BTC-USD/ticker', '/gemini/v1/pubticker/ethusd']) {
        const response = await fetch(replay.url + path);
        printed[positionMs].push(await response.text());
      }
    }
    await replay.close();
    return printed;
  };

  it('prints the same bytes from the same seed, whatever the order', async () => {
    const steps = [0, 61_000, 3_000_000, 3_001_000, 14_000_000];
    const forwards = await walk(5, steps);
    assert.deepEqual(await walk(5, steps.toReversed()), forwards);
    assert.notDeepEqual(await walk(6, steps), forwards);
  });

  it('plays the events of a scenario', async () => {
    const scenario = generate({ name: 'venue-wrong', seed: 1, candleSeconds: 60 });
    const replay = await stillReplay({ scenario });
    const kraken = async (percent) => {
      await replay.post('/control/seek', { percent });
      const { body } = await replay.get('/control/prices');
      const { reference, venues } = body['BTC-USD'];
      return { off: Number(venues.kraken.last) / reference - 1, faulty: venues.kraken.faulty };
    };
    await replay.post('/control/venues/kraken', undefined, 'DELETE');
    assert.ok(Math.abs((await kraken(5)).off) < 0.002);
    assert.deepEqual((await kraken(5)).faulty, false);
    assert.ok(Math.abs((await kraken(20)).off - 0.2) < 0.002);
    assert.ok(Math.abs((await kraken(92)).off + 0.2) < 0.002);
    // Stuck at 40 %, wherever somebody froze it before, until somebody says it is not.
    const last = async () => (await replay.get('/kraken/0/public/Ticker?pair=XBTUSD')).body.result.XXBTZUSD.c[0];
    await replay.post('/control/venues/kraken', { freeze: true });
    await replay.post('/control/venues/kraken', undefined, 'DELETE');
    await replay.post('/control/seek', { percent: 59 });
    const stuck = await last();
    await replay.post('/control/venues/kraken', { freeze: false });
    assert.notEqual(await last(), stuck);
    await replay.post('/control/seek', { percent: 40 });
    assert.equal(await last(), stuck);
    await replay.close();
  });

  it('gives venues noise about the same price', async () => {
    const replay = await stillReplay();
    const { world, clock } = replay;
    world.setFaults('coinbase', { noiseBps: 10 });
    const prices = [];
    for (let second = 0; second < 1_800; second++) {
      clock.seek(second * 1_000);
      prices.push(Number(world.quote('coinbase', { base: 'BTC', quote: 'USD' }).last));
    }
    await replay.close();
    const bps = prices.map((price) => (price / 40_000 - 1) * 1e4);
    const mean = bps.reduce((sum, value) => sum + value, 0) / bps.length;
    const deviation = Math.sqrt(bps.reduce((sum, value) => sum + (value - mean) ** 2, 0) / bps.length);
    assert.ok(Math.abs(mean) < 1 && Math.abs(deviation - 10) < 1, `${mean} ${deviation}`);
  });
});

describe('recorded candles', () => {
  const tape = csv(GOOD, `${START_MS + 60_000},11,11,11,11,0`);

  it('take symbol and venue from their names', () => {
    const names = ['BTC-USD.csv', 'ETHUSDT.csv', 'kraken_BTCUSDC_spot_1m.csv'];
    const { candles } = recorded(names.map((name) => file(name, tape)));
    assert.deepEqual(Object.keys(candles), ['BTC-USD', 'ETH-USDT', 'kraken:BTC-USDC']);
  });

  it('can be named, and come in folders with events', () => {
    const path = file('whatever.csv', tape);
    assert.deepEqual(Object.keys(recorded([`okx:SOL-USDT=${path}`, `DOGE-USD=${path}`]).candles), ['okx:SOL-USDT', 'DOGE-USD']);
    const inner = join(folder, 'generated');
    mkdirSync(inner);
    writeFileSync(join(inner, 'BTC-USD.csv'), tape);
    writeFileSync(join(inner, 'events.json'), '[{"venue":"okx","fromMs":0,"toMs":9,"faults":{"outage":true}}]');
    const { candles, events } = recorded([inner]);
    assert.deepEqual(Object.keys(candles), ['BTC-USD']);
    assert.equal(events.length, 1);
  });

  it('of a venue are printed by that venue as they are', async () => {
    const own = { 'BTC-USD': flat(100), 'kraken:BTC-USD': flat(90), 'bitstamp:BTC-USDT': flat(80) };
    const replay = await stillReplay({ scenario: { name: 'own', candles: own, events: [] } });
    await replay.post('/control/venues/*', { noiseBps: 100 });
    assert.equal((await replay.get('/kraken/0/public/Ticker?pair=XBTUSD')).body.result.XXBTZUSD.c[0], '90.00000');
    assert.notEqual((await replay.get('/coinbase/products/BTC-USD/ticker')).body.price, '100.00');
    assert.equal((await replay.get('/bitstamp/api/v2/ticker/btcusdt')).body.last, '80.000');
    assert.equal((await replay.get('/control/prices')).body['BTC-USD'].reference, 100);
    await replay.close();
  });

  it('are refused with a reason', () => {
    const good = file('BTC-USD.csv', tape);
    const other = csv(`${START_MS - 9e9},10,12,9,11,1`);
    const refused = (words, message, events) => assert.throws(() => recorded(words, events), message);
    refused([join(folder, 'nowhere.csv')], /the name says no symbol; write BTC-USD=/);
    refused(['BTC-USD=/nowhere/x.csv'], /x\.csv: cannot be read: ENOENT/);
    refused([file('mtgox_BTCUSD.csv', tape)], /no venue is called mtgox; .*BTC-USD=.* for all venues/);
    refused([`mtgox:BTC-USD=${good}`], /no venue is called mtgox/);
    refused([`bitcoin=${good}`], /bitcoin is no symbol/);
    refused([good, `BTC-USD=${good}`], /two files for BTC-USD/);
    refused([good, `ETH-USD=${file('eth.csv', other)}`], /ETH-USD and BTC-USD have no time in common/);
    refused([good], /broken\.json: /, file('broken.json', '['));
    refused([good], /event 1: no venue is called x/, file('e1.json', '[{"venue":"x"}]'));
    refused([good], /event 1: fromMs/, file('e2.json', '[{"venue":"okx","fromMs":5,"toMs":1}]'));
    refused([good], /event 1: no setting is called y/, file('e3.json', '[{"venue":"okx","fromMs":0,"toMs":1,"faults":{"y":1}}]'));
    mkdirSync(join(folder, 'empty'));
    refused([join(folder, 'empty')], /no \.csv files/);
  });
});

describe('settings', () => {
  it('are all right as they are without a fault', () => {
    checkedFaults(NO_FAULTS);
  });
});

function correlation(xs, ys) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const covariance = mean(xs.map((x, i) => (x - mx) * (ys[i] - my)));
  return covariance / Math.sqrt(mean(xs.map((x) => (x - mx) ** 2)) * mean(ys.map((y) => (y - my) ** 2)));
}
