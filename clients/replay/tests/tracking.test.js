/** The arithmetic of following a price. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Line, bestDelay, errorBps, summary } from '../lib/tracking.js';

/** A price that never comes back, sampled every 100 ms. */
function rising() {
  const truth = new Line();
  for (let at_ms = 0; at_ms <= 60_000; at_ms += 100) truth.add(at_ms, 100 + at_ms / 1_000);
  return truth;
}

describe('tracking', () => {
  it('knows what was true when', () => {
    const truth = rising();
    assert.equal(truth.at(-1), undefined);
    assert.equal(truth.at(0), 100);
    assert.equal(truth.at(199), 100.1);
    assert.equal(truth.at(200), 100.2);
    assert.equal(truth.at(1e9), 160);
    assert.equal(new Line().at(0), undefined);
  });

  it('measures in basis points of the truth, to both sides', () => {
    const truth = new Line();
    truth.add(0, 200);
    assert.equal(errorBps(201, truth, 5), 50);
    assert.equal(errorBps(199, truth, 5), 50);
    assert.equal(errorBps(199, truth, -5), undefined);
  });

  it('finds the delay of a price that follows', () => {
    const truth = rising();
    const prices = [];
    for (let at_ms = 5_000; at_ms < 50_000; at_ms += 500) prices.push({ at_ms, price: truth.at(at_ms - 1_700) });
    assert.deepEqual(bestDelay(prices, truth, { step_ms: 100 }), { delay_ms: 1_700, error_bps: 0 });
    assert.equal(bestDelay(prices, new Line()), undefined);
  });

  it('sums up', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    assert.deepEqual(summary(values), { count: 100, mean: 50.5, p50: 50, p99: 99, worst: 100 });
    assert.deepEqual(summary([]), { count: 0 });
  });
});
