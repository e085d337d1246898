/** The control end point, and the clock behind it. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { BadInput } from '../lib/errors.js';
import { Clock } from '../lib/clock.js';
import { STILL, START_MS, stillReplay } from './support.js';

const DURATION_MS = 1_800_000;

describe('control', () => {
  let replay, get, post;
  const state = async () => (await get('/control/state')).body;

  before(async () => {
    replay = await stillReplay({ seed: 9 });
    ({ get, post } = replay);
  });
  after(() => replay?.close());
  beforeEach(() => post('/control/reset'));

  it('tells the state, and that it is well', async () => {
    const now = await state();
    assert.equal(now.scenario, 'still');
    assert.equal(now.seed, 9);
    assert.equal(now.durationMs, DURATION_MS);
    assert.equal(now.ts, START_MS);
    assert.equal(now.paused, true);
    assert.deepEqual(now.symbols, ['BTC-USD', 'ETH-USD', 'SOL-USD', 'USDT-USD']);
    assert.deepEqual((await get('/health')).body, { status: 'ok', scenario: 'still', positionMs: 0, ended: false });
    assert.ok((await get('/control')).body['POST /control/seek']);
  });

  it('puts the replay anywhere', async () => {
    assert.equal((await post('/control/seek', { positionMs: 90_000 })).body.positionMs, 90_000);
    assert.equal((await post('/control/seek', { percent: 50 })).body.positionMs, 900_000);
    assert.equal((await post('/control/seek', { ts: START_MS + 5 })).body.positionMs, 5);
    assert.equal((await post('/control/step', { ms: 250 })).body.positionMs, 255);
    assert.equal((await post('/control/step', { ms: DURATION_MS })).body.ended, true);
  });

  it('runs, faster, and pauses', async () => {
    await post('/control/speed', { speed: 10_000 });
    await post('/control/resume');
    while (!(await state()).ended);
    await post('/control/pause');
    const { positionMs, paused, speed } = await state();
    assert.deepEqual({ positionMs, paused, speed }, { positionMs: DURATION_MS, paused: true, speed: 10_000 });
  });

  it('shows the truth beside what venues print', async () => {
    await post('/control/venues/*', { noiseBps: 0, lagMs: 0 });
    await post('/control/venues/kraken', { liePercent: 10 });
    await post('/control/prices', { 'ETH-USD': 3_000 });
    const { body } = await get('/control/prices');
    assert.equal(body['BTC-USD'].reference, 40_000);
    assert.deepEqual(body['BTC-USD'].venues.kraken, { pair: 'BTC-USD', last: '44000.0', faulty: true, outage: false });
    assert.equal(body['BTC-USD'].venues.binance.pair, 'BTC-USDT');
    assert.equal(body['ETH-USD'].reference, 3_000);
    assert.equal(body['ETH-USD'].venues.coinbase.last, '3000.00');
  });

  it('sets one venue, all of them, and takes it back', async () => {
    await post('/control/venues/*', { lagMs: 7 });
    await post('/control/venues/okx', { liePercent: 3 });
    let { venues } = await state();
    assert.deepEqual(venues.okx.set, { lagMs: 7, liePercent: 3 });
    assert.deepEqual(venues.gemini.set, { lagMs: 7 });
    await post('/control/venues/okx', { liePercent: null });
    await post('/control/venues/gemini', undefined, 'DELETE');
    ({ venues } = await state());
    assert.deepEqual(venues.okx.set, { lagMs: 7 });
    assert.deepEqual(venues.gemini.set, {});
    assert.equal(venues.gemini.now.lagMs, 800);
    assert.equal(venues.gemini.faulty, false);
  });

  it('resets everything', async () => {
    const before = await state();
    await post('/control/venues/*', { outage: true });
    await post('/control/prices', { 'BTC-USD': 1 });
    await post('/control/speed', { speed: 5 });
    await post('/control/seek', { percent: 10 });
    await post('/control/resume');
    assert.deepEqual((await post('/control/reset')).body, before);
  });

  const BAD = [
    ['/control/seek', {}, /one of/],
    ['/control/seek', { positionMs: -1 }, /a position is from 0 to 1800000 ms/],
    ['/control/seek', { percent: 101 }, /a position/],
    ['/control/seek', { ts: 5 }, /a position/],
    ['/control/seek', { positionMs: '5' }, /a number/],
    ['/control/step', { ms: 0 }, /a step/],
    ['/control/step', {}, /a step/],
    ['/control/speed', { speed: 0 }, /a speed/],
    ['/control/speed', { speed: 10_001 }, /a speed/],
    ['/control/speed', { speed: '60' }, /a speed/],
    ['/control/prices', { 'BTC-USD': -1 }, /prices by symbol/],
    ['/control/prices', { bitcoin: 1 }, /prices by symbol/],
    ['/control/prices', { 'BTC-USD': 1e13 }, /prices by symbol/],
    ['/control/venues/kraken', { lie: 20 }, /no setting is called lie/],
    ['/control/venues/kraken', { constructor: 20 }, /no setting is called constructor/],
    ['/control/venues/kraken', { liePercent: '20' }, /liePercent is a number/],
    ['/control/venues/kraken', { liePercent: -100 }, /liePercent is a number/],
    ['/control/venues/kraken', { outage: 'yes' }, /outage is true or false/],
    ['/control/venues/kraken', { body: 'weird' }, /body is one of normal, malformed/],
    ['/control/venues/kraken', { status: 100 }, /status is a whole number/],
    ['/control/venues/kraken', { redirect: 'javascript:1' }, /redirect is/],
    ['/control/venues/kraken', { redirect: 'http://x/\r\nSet-Cookie: a' }, /redirect is/],
    ['/control/venues/kraken', { prices: { 'BTC-USD': 'much' } }, /prices is/],
    ['/control/venues/kraken', '[1]', /must be a JSON object/],
    ['/control/venues/kraken', '{"lie', /not JSON/],
  ];
  it('refuses what is wrong, says why, and changes nothing', async () => {
    const before = await state();
    for (const [path, body, message] of BAD) {
      const answer = await post(path, body);
      assert.equal(answer.status, 400, `${path} ${JSON.stringify(body)}`);
      assert.match(answer.body.error, message);
    }
    assert.deepEqual(await state(), before);
  });

  it('refuses what is not there', async () => {
    assert.equal((await post('/control/venues/mtgox', {})).status, 404);
    assert.equal((await post('/control/venues/constructor', {})).status, 404);
    assert.equal((await post('/control/explode', {})).status, 404);
    assert.equal((await post('/control/constructor', {})).status, 404);
    assert.equal((await post('/control/venues/kraken/more', {})).status, 404);
    assert.equal((await get('/control/pause')).status, 405);
    assert.equal((await post('/control/venues/kraken', {}, 'PUT')).status, 405);
    assert.equal((await post('/control/prices', 'x'.repeat(70_000))).status, 413);
  });
});

describe('a clock', () => {
  let nowMs;
  const clock = (options) => {
    nowMs = 1_000;
    return new Clock({ durationMs: 10_000, now: () => nowMs, ...options });
  };

  it('runs at its speed, and stops at the end', () => {
    const replay = clock({ speed: 60 });
    nowMs += 100;
    assert.equal(replay.positionMs, 6_000);
    assert.equal(replay.ended, false);
    nowMs += 1_000;
    assert.equal(replay.positionMs, 10_000);
    assert.equal(replay.ended, true);
  });

  it('does not jump when its speed changes, or it pauses', () => {
    const replay = clock();
    nowMs += 1_000;
    replay.setSpeed(4);
    assert.equal(replay.positionMs, 1_000);
    nowMs += 1_000;
    replay.pause();
    nowMs += 5_000;
    assert.equal(replay.positionMs, 5_000);
    replay.resume();
    nowMs += 250;
    assert.equal(replay.positionMs, 6_000);
  });

  it('starts again', () => {
    const replay = clock({ atEnd: 'loop' });
    nowMs += 23_000;
    assert.equal(replay.positionMs, 3_000);
    assert.equal(replay.rounds, 2);
    assert.equal(replay.ended, false);
  });

  it('plays backwards', () => {
    const replay = clock({ atEnd: 'bounce' });
    const at = (ms) => {
      nowMs = 1_000 + ms;
      return replay.positionMs;
    };
    assert.deepEqual([9_000, 10_000, 11_000, 20_000, 21_000].map(at), [9_000, 10_000, 9_000, 0, 1_000]);
  });

  it('refuses an end it does not know', () => {
    assert.throws(() => clock({ atEnd: 'explode' }), BadInput);
    assert.throws(() => clock({ speed: NaN }), BadInput);
  });
});

describe('the time venues print', () => {
  it('is the real one, less what the venue is behind', async () => {
    const now = () => 1_800_000_000_000;
    const replay = await stillReplay({ scenario: STILL, timestamps: 'wall', speed: 10, now });
    await replay.post('/control/seek', { percent: 50 });
    await replay.post('/control/venues/okx', { lagMs: 30_000 });
    const { body } = await replay.get('/okx/api/v5/market/ticker?instId=BTC-USDT');
    // 30 s of tape are 3 s at ten times the speed.
    assert.equal(body.data[0].ts, String(now() - 3_000));
    await replay.close();
  });
});
