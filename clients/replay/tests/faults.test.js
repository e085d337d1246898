/** Everything that can be wrong with a venue, as a reader over a socket meets it. */

import assert from 'node:assert/strict';
import { get as httpGet } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';

import { stillReplay } from './support.js';

const PATH = '/kraken/0/public/Ticker?pair=XBTUSD';
const last = ({ body }) => body.result.XXBTZUSD.c[0];

describe('a venue', () => {
  let replay;
  const set = async (faults, venue = 'kraken') => {
    const { status, body } = await replay.post(`/control/venues/${venue}`, faults);
    assert.equal(status, 200, JSON.stringify(body));
  };
  const raw = async () => {
    const response = await fetch(`${replay.url}${PATH}`, { redirect: 'manual' });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  before(async () => (replay = await stillReplay()));
  after(() => replay?.close());
  afterEach(async () => {
    await replay.post('/control/venues/kraken', undefined, 'DELETE');
    await set({ noiseBps: 0, spreadBps: 0, lagMs: 0 });
  });

  it('lies upwards and downwards, alone', async () => {
    await set({ liePercent: 20 });
    assert.equal(last(await replay.get(PATH)), '48000.00000');
    await set({ liePercent: -20 });
    assert.equal(last(await replay.get(PATH)), '32000.00000');
    assert.equal((await replay.get('/coinbase/products/BTC-USD/ticker')).body.price, '40000.00');
  });

  it('prints a price that was set, and lies about it too', async () => {
    await set({ prices: { 'BTC-USD': 12_345.6 } });
    assert.equal(last(await replay.get(PATH)), '12345.60000');
    await set({ liePercent: 100 });
    assert.equal(last(await replay.get(PATH)), '24691.20000');
    await set({ liePercent: null, prices: { 'BTC-USD': null } });
    assert.equal(last(await replay.get(PATH)), '40000.00000');
  });

  it('is out', async () => {
    await set({ outage: true });
    await assert.rejects(raw());
    await set({ outage: false });
    assert.equal((await raw()).status, 200);
  });

  it('is slow, and does not wait for a reader who has gone', async () => {
    await set({ delayMs: 50 });
    const begun = performance.now();
    assert.equal((await raw()).status, 200);
    // No less than asked for, but for the clock's own grain.
    assert.ok(performance.now() - begun >= 45);
    await set({ delayMs: 600_000 });
    await assert.rejects(fetch(`${replay.url}${PATH}`, { signal: AbortSignal.timeout(50) }));
  });

  it('answers with another status', async () => {
    for (const status of [204, 429, 500, 503]) {
      await set({ status });
      assert.equal((await raw()).status, status);
    }
  });

  it('redirects to itself, or elsewhere', async () => {
    await set({ redirect: 'loop' });
    assert.equal((await raw()).status, 302);
    assert.equal((await raw()).headers.get('location'), PATH);
    await assert.rejects(fetch(`${replay.url}${PATH}`), /fetch failed/);
    await set({ redirect: 'http://127.0.0.1:1/x' });
    assert.equal((await raw()).headers.get('location'), 'http://127.0.0.1:1/x');
  });

  const parses = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };
  const BODIES = {
    malformed: (text) => text.startsWith('{"error":[],"result"') && parses(text) === undefined,
    empty: (text) => text === '',
    html: (text) => text.startsWith('<!doctype html>'),
    'wrong-shape': (text) => parses(text)?.result !== undefined && parses(text).result.XXBTZUSD === undefined,
    'not-a-number': (text) => last({ body: parses(text) }) === 'abc',
    negative: (text) => last({ body: parses(text) }) === '-40000.00000',
    zero: (text) => Number(last({ body: parses(text) })) === 0,
    absurd: (text) => last({ body: parses(text) }).replace('.00000', '').length === 400,
    deep: (text) => text.startsWith('['.repeat(100_000)),
  };
  for (const [body, fits] of Object.entries(BODIES)) {
    it(`answers with a body that is ${body}`, async () => {
      await set({ body });
      const { status, text } = await raw();
      assert.equal(status, 200);
      assert.ok(fits(text), text.slice(0, 200));
    });
  }

  it('answers with a huge body that is right in the end', async () => {
    await set({ body: 'huge', hugeBytes: 3_000_000 });
    const { text } = await raw();
    assert.ok(text.length > 3_000_000);
    assert.equal(last({ body: JSON.parse(text) }), '40000.00000');
  });

  it('stops writing a huge body when its reader has gone', async () => {
    await set({ body: 'huge', hugeBytes: 4 * 1024 ** 3 });
    await new Promise((resolve) => {
      httpGet(`${replay.url}${PATH}`, (response) => {
        response.once('data', () => response.destroy());
        response.once('close', resolve);
      });
    });
    assert.equal((await replay.get('/health')).status, 200);
  });

  it('cuts the line before it has said everything', async () => {
    await set({ body: 'truncated' });
    await assert.rejects(raw(), /terminated|aborted|socket/);
  });

  it('drips', async () => {
    await set({ body: 'drip' });
    const first = await new Promise((resolve, reject) => {
      const request = httpGet(`${replay.url}${PATH}`, (response) => {
        response.once('data', (data) => {
          resolve(String(data));
          request.destroy();
        });
      });
      request.once('error', reject);
    });
    assert.equal(first, '{');
  });

  it('can have several things wrong at once', async () => {
    await set({ body: 'html', status: 503, delayMs: 1 });
    const { status, text } = await raw();
    assert.equal(status, 503);
    assert.match(text, /^<!doctype/);
  });
});

describe('a moving price', () => {
  const minute = (index, open, close) => ({
    ts: Date.UTC(2024, 0, 1) + index * 60_000,
    open,
    high: Math.max(open, close),
    low: Math.min(open, close),
    close,
    volume: 1,
  });
  // Rises by 100 a minute, for ten minutes.
  const candles = { 'BTC-USD': Array.from({ length: 10 }, (_, i) => minute(i, 1_000 + 100 * i, 1_100 + 100 * i)) };
  const scenario = { name: 'rising', candles, events: [] };
  let replay;
  const priceAt = async (positionMs) => {
    await replay.post('/control/seek', { positionMs });
    return Number((await replay.get('/coinbase/products/BTC-USD/ticker')).body.price);
  };
  before(async () => (replay = await stillReplay({ scenario })));
  after(() => replay?.close());

  it('comes later from a venue that lags', async () => {
    assert.equal(await priceAt(300_000), 1_500);
    await replay.post('/control/venues/coinbase', { lagMs: 120_000 });
    assert.equal(await priceAt(300_000), 1_300);
    assert.equal((await replay.get('/coinbase/products/BTC-USD/ticker')).body.time, '2024-01-01T00:03:00.000000Z');
    assert.equal(await priceAt(0), 1_000);
    await replay.post('/control/venues/coinbase', { lagMs: 0 });
  });

  it('stays where it was at a venue that froze', async () => {
    assert.equal(await priceAt(180_000), 1_300);
    await replay.post('/control/venues/coinbase', { freeze: true });
    assert.equal(await priceAt(540_000), 1_300);
    await replay.post('/control/venues/coinbase', { freeze: null });
    assert.equal(await priceAt(540_000), 1_900);
  });

  it('freezes again where it is then, also after a reset', async () => {
    const freezeAt = async (positionMs) => {
      await priceAt(positionMs);
      await replay.post('/control/venues/coinbase', { lagMs: 0, noiseBps: 0, freeze: true });
      return priceAt(0);
    };
    assert.equal(await freezeAt(60_000), 1_100);
    await replay.post('/control/venues/coinbase', { freeze: false });
    assert.equal(await freezeAt(120_000), 1_200);
    await replay.post('/control/venues/coinbase', undefined, 'DELETE');
    assert.equal(await freezeAt(240_000), 1_400);
    await replay.post('/control/reset');
    await replay.post('/control/venues/coinbase', { lagMs: 0, noiseBps: 0 });
    assert.equal(await priceAt(300_000), 1_500);
  });

  it('is set for all venues, and given back', async () => {
    await replay.post('/control/prices', { 'BTC-USD': 777 });
    assert.equal(await priceAt(60_000), 777);
    assert.equal((await replay.get('/binance/api/v3/ticker/price?symbol=BTCUSDT')).body.price, '777.00000000');
    await replay.post('/control/prices', { 'BTC-USD': null });
    assert.equal(await priceAt(60_000), 1_100);
  });
});
