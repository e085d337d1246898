/** What the liquidator decides by, against a twin that tries every size. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { randomFrom } from '../replay/lib/random.js';
import { bidsFor, exitFor, gainOf, isWithin, limitFor, room } from './liquidator-rules.js';

const MARK = 1_000n;
const VALUE = 10_000n;
const RULES = { minDiscountBps: 100, maxNotional: 100n * VALUE, maxBid: 40n * VALUE };
const STATE = { position: 0n, lotValue: VALUE, own: '0xme' };
const auction = (...offers) => ({ mark: MARK, open: true, offers: offers.map(([lots, price, account = '0xaa']) => ({ lots, price, account })) });

describe('a bid', () => {
  it('is made for what is cheap enough, and no more of it than is offered', () => {
    const bids = bidsFor(auction([-5n, 980n], [-7n, 990n], [-100n, 991n]), STATE, RULES);
    assert.deepEqual(bids, [{ side: 'buy', limit: 990n, lots: 12n, best: 980n }]);
  });

  it('sells to shorts at a premium', () => {
    assert.deepEqual(bidsFor(auction([5n, 1_020n], [5n, 1_009n]), STATE, RULES), [{ side: 'sell', limit: 1_010n, lots: 5n, best: 1_020n }]);
  });

  it('is never larger than inventory and one bid may be', () => {
    const offered = auction([-500n, 900n]);
    assert.equal(bidsFor(offered, STATE, RULES)[0].lots, 40n);
    assert.equal(bidsFor(offered, { ...STATE, position: 70n }, RULES)[0].lots, 30n);
    assert.deepEqual(bidsFor(offered, { ...STATE, position: 100n }, RULES), []);
    assert.equal(bidsFor(offered, { ...STATE, position: -500n }, RULES)[0].lots, 40n, 'toward flat is welcome');
  });

  it('is not made on its own offers, while bids are not allowed, without a mark, or at a loss', () => {
    assert.deepEqual(bidsFor(auction([-5n, 900n, '0xme']), STATE, RULES), []);
    assert.deepEqual(bidsFor({ ...auction([-5n, 900n]), open: false }, STATE, RULES), []);
    assert.deepEqual(bidsFor({ ...auction([-5n, 900n]), mark: 0n }, STATE, RULES), []);
    assert.deepEqual(bidsFor(auction([-5n, 999n]), STATE, RULES), []);
    assert.deepEqual(bidsFor(auction([5n, 1_100n]), { ...STATE, onlyBuys: true }, RULES), []);
  });

  it('gains at least the discount, whatever it fills at within its limit', () => {
    const random = randomFrom('liquidator', 1);
    const whole = (most) => BigInt(Math.floor(random() * most));
    for (let round = 0; round < 2_000; round++) {
      const [mark, bps, lots] = [whole(1e6) + 1n, Number(whole(5_000)), whole(1_000) + 1n];
      for (const side of ['buy', 'sell']) {
        const limit = limitFor(side, mark, bps);
        const price = side === 'buy' ? limit - whole(Number(limit) + 1) : limit + whole(1e6);
        assert.ok(isWithin(side, price, limit));
        const signed = side === 'buy' ? lots : -lots;
        const gain = gainOf(signed, signed * price, mark);
        assert.ok(gain * 10_000n >= lots * mark * BigInt(bps), `${side} ${lots} at ${price}, mark ${mark}, ${bps}`);
      }
    }
  });

  it('leaves the position within its limit, and is the largest that does', () => {
    const random = randomFrom('liquidator', 2);
    const whole = (most) => BigInt(Math.floor(random() * most));
    for (let round = 0; round < 2_000; round++) {
      const state = { position: whole(200) - 100n, lotValue: whole(50) + 1n, maxNotional: whole(3_000) };
      for (const side of ['buy', 'sell']) {
        const after = (lots) => (side === 'buy' ? state.position + lots : -state.position + lots) * state.lotValue;
        let naive = 0n;
        while (after(naive + 1n) <= state.maxNotional) naive += 1n;
        assert.equal(room(side, state), naive);
      }
    }
  });
});

describe('an exit', () => {
  const settings = { exitBps: 50, maxExit: 30n };

  it('goes toward flat, near the mark, a part at a time', () => {
    assert.deepEqual(exitFor({ mark: MARK, position: 100n, busySides: [] }, settings), { side: 'sell', limit: 995n, lots: 30n });
    assert.deepEqual(exitFor({ mark: MARK, position: -20n, busySides: [] }, settings), { side: 'buy', limit: 1_005n, lots: 20n });
  });

  it('waits while more of it is bought, and where there is nothing to sell', () => {
    assert.equal(exitFor({ mark: MARK, position: 100n, busySides: ['buy'] }, settings), undefined);
    assert.ok(exitFor({ mark: MARK, position: 100n, busySides: ['sell'] }, settings));
    assert.equal(exitFor({ mark: MARK, position: 0n, busySides: [] }, settings), undefined);
    assert.equal(exitFor({ mark: 0n, position: 100n, busySides: [] }, settings), undefined);
  });
});
