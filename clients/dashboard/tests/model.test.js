/** Where accounts stand, what is kept for charts, how fast blocks come, and what events say. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { CallFailed, Disconnected, Market, OffGrid, Refused, UnsupportedChain } from '@breakwater/client';

import { capabilitiesOf } from '../build/model/capabilities.js';
import { EMPTY_DRAFT, isComplete, ofKind, orderOf, triggerOf, waitsBelow } from '../build/model/draft.js';
import { lineOf, Narrator, topicOf } from '../build/model/events.js';
import { History } from '../build/model/history.js';
import { Pace } from '../build/model/pace.js';
import { checkEndpoint, connectionProblem, NoAnswer, problemOf } from '../build/model/problems.js';
import { fromShocks, healthBins, liquidationMap, MOVES, usedMargin } from '../build/model/risk-map.js';
import { soldUnits } from '../build/model/sold.js';
import { Tally } from '../build/model/tally.js';
import { random } from './support.js';

const MARK = 50_000n;

function accounts(seed, count) {
  const next = random(seed);
  return Array.from({ length: count }, (_, i) => {
    const positions = Array.from({ length: Number(next(3n)) }, () => ({
      market: Number(next(2n)),
      lots: next(200n) - 100n,
      mark: MARK,
      notional: next(10n ** 12n),
      liquidationPrice: next(4n) === 0n ? undefined : next(2n * MARK),
    }));
    const notional = positions.reduce((sum, { notional }) => sum + notional, 0n);
    return { key: `${i}`, equity: next(10n ** 12n) - 10n ** 11n, maintenance: next(10n ** 11n), notional, due: next(10n) === 0n, positions };
  });
}

describe('the liquidation map', () => {
  it('adds up what a twin finds by moving the mark', () => {
    const all = accounts(3, 300);
    for (const row of liquidationMap(all, [0, 1])) {
      for (const [i, move] of MOVES.entries()) {
        const [low, high] = [100n - BigInt(move), 100n + BigInt(move)].map((part) => MARK * part);
        const hit = (fits) =>
          all
            .filter(({ due }) => !due)
            .flatMap(({ positions }) => positions)
            .filter(({ market, liquidationPrice }) => market === row.market && liquidationPrice !== undefined && fits(liquidationPrice * 100n))
            .reduce((sum, { notional }) => sum + notional, 0n);
        assert.equal(row.down[i], hit((price) => price < MARK * 100n && price >= low));
        assert.equal(row.up[i], hit((price) => price >= MARK * 100n && price <= high));
      }
    }
  });

  it('takes a position exactly at the edge of a move with it', () => {
    const at = (liquidationPrice) => {
      const position = { market: 0, lots: 1n, mark: MARK, notional: 7n, liquidationPrice };
      const [row] = liquidationMap([{ equity: 9n, maintenance: 1n, notional: 7n, due: false, positions: [position] }], [0]);
      return [row.down, row.up].map((side) => side.filter((value) => value > 0n).length);
    };
    assert.deepEqual(at(49_500n), [4, 0]);
    assert.deepEqual(at(49_499n), [3, 0]);
    assert.deepEqual(at(55_000n), [0, 1]);
    assert.deepEqual(at(55_001n), [0, 0]);
  });

  it('takes what the chain counts by its shocks, whichever others there are', () => {
    const shocks = [1n, 2n, 3n, 5n, 10n, 20n].map((part) => ({ shock: part * 10_000_000n, downNotional: part, upNotional: 100n * part }));
    assert.deepEqual(fromShocks(0, shocks, 9n), { market: 0, due: 0n, down: [1n, 3n, 5n, 10n], up: [100n, 300n, 500n, 1_000n], total: 9n });
    assert.deepEqual(fromShocks(0, [], 9n).down, [0n, 0n, 0n, 0n]);
  });

  it('counts accounts that are due apart', () => {
    const position = { market: 0, lots: 1n, mark: MARK, notional: 7n, liquidationPrice: MARK - 1n };
    const [row] = liquidationMap([{ equity: -1n, maintenance: 1n, notional: 7n, due: true, positions: [position] }], [0]);
    assert.deepEqual([row.due, row.total, row.down[0]], [7n, 7n, 0n]);
  });
});

describe('the distribution of health', () => {
  it('has every account with positions once, and all their notional', () => {
    const all = accounts(4, 500);
    const bins = healthBins(all);
    const held = all.filter(({ positions }) => positions.length > 0);
    assert.equal(bins.reduce((sum, bin) => sum + bin.accounts, 0), held.length);
    assert.equal(bins.reduce((sum, bin) => sum + bin.notional, 0n), held.reduce((sum, { notional }) => sum + notional, 0n));
  });

  it('puts an account at the edge into the worse bin', () => {
    const position = { market: 0, lots: 1n, mark: MARK, notional: 1n, liquidationPrice: undefined };
    const at = (equity, maintenance, due = false) => healthBins([{ equity, maintenance, notional: 1n, due, positions: [position] }]).findIndex(({ accounts }) => accounts === 1);
    assert.equal(at(100n, 0n), 0);
    assert.equal(at(100n, 25n), 1);
    assert.equal(at(1_000n, 999n), 4);
    assert.equal(at(100n, 100n), 5);
    assert.equal(at(0n, 1n), 5);
    assert.equal(at(100n, 1n, true), 5);
    assert.equal(usedMargin({ equity: 0n, maintenance: 0n }), 0n);
  });
});

describe('a history', () => {
  it('stays in order and bounded, and keeps its newest half as it came', () => {
    const history = new History(100);
    for (let time = 0; time < 1_000; time++) {
      history.push({ time });
      const newest = history.points.slice(-45).map((point) => time - point.time);
      assert.deepEqual(newest, newest.map((_, i) => newest.length - 1 - i));
    }
    const times = history.points.map(({ time }) => time);
    assert.ok(times.length <= 100);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
    assert.equal(times[0], 0);
  });

  it('forgets what came after a point of an earlier time: that branch is gone', () => {
    const history = new History();
    for (const time of [1, 2, 3, 2]) history.push({ time });
    history.prepend([{ time: 0 }, { time: 1 }]);
    assert.deepEqual(history.points.map(({ time }) => time), [0, 1, 2]);
  });
});

it('pace is the mean of the blocks seen, skipped ones included', () => {
  const pace = new Pace();
  assert.equal(pace.blockMs, undefined);
  for (const number of [1, 2, 3, 6, 7]) pace.best(number, number * 500, number * 500 + 30);
  assert.equal(pace.blockMs, 500);
  pace.final(3, 3_130);
  assert.equal(pace.finalityMs, 1_600);
  pace.best(4, 2_100, 2_130);
  assert.equal(pace.blockMs, (2_100 - 500) / 3);

  // Another block of the same number took its place.
  pace.best(4, 2_200, 9_000);
  pace.final(4, 9_400);
  assert.equal(pace.finalityMs, 400);
});

const BTC = new Market({ symbol: 'BTC-PERP', market: 0, priceDecimals: 2, lotDecimals: 4, tickValue: 1, orderTick: 10, orderLot: 1 });
const names = { asset: (number) => `asset ${number}`, market: (number) => (number === 0 ? BTC : undefined), pool: (number) => ['MAIN'][number] ?? String(number), feed: () => ({ symbol: 'BTC-USD', decimals: 2 }) };
const event = (name, data) => ({ block: 7, blockHash: '0x', sequence: 3, extrinsic: undefined, name, data });
const said = (name, data) => lineOf(event(name, data), names).text.replace(/\u202f/g, '');

describe('events', () => {
  it('say prices, sizes and money in their units', () => {
    assert.equal(said('exchange.ForcedFilled', { account: '0x01', market: 0, side: 'Sell', size: 12_500n, price: 5_000_050n }), 'BTC-PERP · side sell · size 1.2500 · price 50000.50');
    assert.equal(said('margin.AccountDue', { account: '0x01', shortfall: 1_500_000n * 10n ** 9n }), 'shortfall 1.50');
    assert.equal(said('margin.FundMoved', { from: 0, to: 2 ** 32 - 1, amount: 2_000_000n }), 'from pool MAIN to the fund of all pools · 2.00');
  });

  it('of pallets that this page has not heard of are told by their fields', () => {
    assert.equal(topicOf('liquidation.LotOpened'), 'liquidation');
    assert.equal(topicOf('balances.Transfer'), undefined);
    const text = said('insurance.DeleveragingSettled', { pool: 0, market: 0, mark: 5_000_000n, lots: -10_000n, charge: 3_000_000n, reason: { type: 'Inventory', value: { excess: 1n } } });
    assert.equal(text, 'pool MAIN · BTC-PERP · mark 50000.00 · lots −1.0000 · charge 3.00 · reason inventory');
    assert.ok(lineOf(event('insurance.DeleveragingSettled', {}), names).grave);
  });

  it('of legs are told in the units of their market', () => {
    const leg = { type: 'Market', value: 0 };
    assert.equal(said('liquidation.Offered', { account: '0x01', leg, lots: -10_000n, held: 20_000n, price: 5_000_000n, budget: 3_000_000n * 10n ** 9n }), 'BTC-PERP · lots −1.0000 · held 2.0000 · price 50000.00');
    assert.equal(said('liquidation.OfferEnded', { leg: { type: 'Collateral', value: 1 }, left: 0n, reason: 'NotNeeded' }), 'asset 1 · left 0 · reason not needed');
    assert.equal(said('insurance.LossPaid', { pool: 0, loss: 3_000_000n, tranches: [1_000_000n, 0n] }), 'pool MAIN · loss 3.00 · tranches 1.00, 0.00');
    assert.equal(said('insurance.LossPaid', { pool: 0, loss: 3_000_000n, capital: 3_000_000n, tranches: [0n, 0n], shortfall: 0n }), 'pool MAIN · loss 3.00 · capital 3.00');
  });

  const leg = { type: 'Market', value: 0 };
  const of = (account, name, data) => event(name, { account, ...data });
  const due = (account) => of(account, 'margin.AccountDue', { shortfall: 10n ** 9n });
  const offered = (account) => of(account, 'liquidation.Offered', { leg, lots: -10n });
  const titles = (narrator, block, events) => narrator.lines(block, events).map(({ title, account }) => `${title} ${account}`);

  it('of one account in one block are said once', () => {
    const block = [
      due('0x01'),
      due('0x01'),
      offered('0x01'),
      of('0x01', 'exchange.ForcedFilled', { market: 0, size: 10n }),
      of('0x01', 'liquidation.Filled', { leg, lots: -10n, venue: 'Batch' }),
      of('0x01', 'liquidation.OfferEnded', { leg, left: 0n, reason: 'Filled' }),
      of('0x01', 'liquidation.OfferEnded', { leg, left: 5n, reason: 'NotNeeded' }),
      due('0x02'),
      of('0x02', 'exchange.ForcedFilled', { market: 0, size: 10n }),
    ];
    assert.deepEqual(titles(new Narrator(names), 7, block), ['Account due 0x01', 'In auction 0x01', 'Liquidated 0x01', 'Offer ended 0x01', 'Account due 0x02', 'Liquidated in the batch 0x02']);
  });

  it('of what the backstop works off are said once', () => {
    const trade = { market: 0, side: 'Sell', size: 10n, price: 5_000_000n };
    const block = [of('0x03', 'exchange.ForcedFilled', trade), event('insurance.WorkedOff', { pool: 0, ...trade }), of('0x04', 'exchange.ForcedFilled', { ...trade, size: 11n })];
    assert.deepEqual(titles(new Narrator(names), 7, block), ['Backstop works off undefined', 'Liquidated in the batch 0x04']);
  });

  it('of what goes on from block to block are said when it begins', () => {
    const narrator = new Narrator(names);
    const both = [due('0x01'), offered('0x01')];
    assert.deepEqual(titles(narrator, 7, both), ['Account due 0x01', 'In auction 0x01']);
    assert.deepEqual(titles(narrator, 8, [...both, due('0x02')]), ['Account due 0x02']);
    assert.deepEqual(titles(narrator, 9, both), []);
    assert.deepEqual(titles(narrator, 20, both), ['Account due 0x01', 'In auction 0x01'], 'it was over in between');
    assert.deepEqual(titles(narrator, 20, both), ['Account due 0x01', 'In auction 0x01'], 'the block that began it was replaced');
    assert.deepEqual(titles(narrator, 21, both), []);
  });

  it('of breakers say what still works', () => {
    const latch = (reduceOnly) => said('circuitBreaker.PoolChanged', { pool: 0, state: { reduceOnly } });
    assert.deepEqual([latch('Off'), latch({ type: 'On', value: {} })], ['pool MAIN · normal', 'pool MAIN · reduce only']);
    const state = { phase: { type: 'CallAuction', value: {} }, reduceOnly: { type: 'On', value: {} }, quarantine: 'Off', freshAfter: undefined };
    assert.equal(said('circuitBreaker.MarketChanged', { market: 0, state, matching: 'Collect' }), 'BTC-PERP · Call auction · reduce only · batch: collect');
  });
});

describe('problems', () => {
  it('say what was wrong and what to do', () => {
    const failed = problemOf(new CallFailed('custody.Dry', 'The faucet has given enough today.', 1, '0x'));
    assert.match(failed.what, /enough today/);
    assert.match(failed.todo, /tomorrow/);
    assert.match(problemOf(new OffGrid('steps of 0.1', '1', '2')).todo, /nothing was sent/);
    assert.match(problemOf(new Refused(1010, 'Inability to pay some fees')).todo, /BWR/);
    assert.match(problemOf(new Disconnected('gone')).todo, /may still happen/);
    assert.match(problemOf(new Error('Cancelled')).what, /did not sign/);
    assert.equal(problemOf('text').what, 'text');
  });

  it('of a connection name the address', () => {
    const here = { protocol: 'http:' };
    assert.match(connectionProblem(new NoAnswer(''), 'ws://a:1', here).what, /No node answers at ws:\/\/a:1/);
    assert.match(connectionProblem(new UnsupportedChain('no margin'), 'ws://a:1', here).what, /another chain/);
    assert.match(connectionProblem(new NoAnswer(''), 'ws://a:1', { protocol: 'https:' }).todo, /wss/);
    assert.match(connectionProblem(new NoAnswer(''), 'ws://127.0.0.1:1', { protocol: 'https:' }).todo, /make run/);
  });

  it('of an address come before any attempt', () => {
    assert.deepEqual(checkEndpoint(' ws://127.0.0.1:9944 '), { endpoint: 'ws://127.0.0.1:9944' });
    for (const text of ['', 'http://a', '127.0.0.1:9944', 'ws://', 'ws://a b']) assert.ok('todo' in checkEndpoint(text), text);
  });
});

it('capabilities are what the metadata says', () => {
  const api = { call: { insuranceApi: { pool: {} } }, runtimeMetadata: { asLatest: { pallets: [{ name: 'CircuitBreaker' }] } } };
  const { apis, pallets } = capabilitiesOf(api);
  assert.ok(apis.get('insuranceApi').has('pool'));
  assert.ok(pallets.has('circuitBreaker') && !pallets.has('insurance'));
});

describe('a tally of liquidations', () => {
  const listed = { markets: [BTC], assets: [{ asset: 1, symbol: 'WBTC', decimals: 8, priceDecimals: 2, unitsPerLot: 10_000n, tickValue: 1 }] };
  const due = (account) => event('margin.AccountDue', { account });
  const filled = (leg, lots, price, venue) => event('liquidation.Filled', { leg, lots, price, venue });
  const market = { type: 'Market', value: 0 };

  it('counts accounts once, and what was closed by where it went', () => {
    const tally = new Tally();
    tally.add(5, [due('0x01'), filled(market, -10_000n, 5_000_000n, 'Batch'), filled(market, 5_000n, 5_000_000n, 'Bid')], listed);
    tally.add(6, [due('0x01'), due('0x02'), filled({ type: 'Collateral', value: { pool: 0, asset: 1 } }, -2n, 5_000_000n, 'Backstop'), event('insurance.LossPaid', { loss: 7n }), event('liquidation.Absorbed', { account: '0x02' })], listed);
    assert.deepEqual(tally.totals(), { from: 5, accounts: 2, closed: { Batch: 50_000_000_000n, Bid: 25_000_000_000n, Backstop: 10_000_000n }, absorbed: 1, losses: 7n });
  });

  it('forgets blocks that are replaced', () => {
    const tally = new Tally();
    tally.add(5, [due('0x01')], listed);
    tally.add(6, [due('0x02'), event('insurance.LossPaid', { loss: 7n })], listed);
    tally.add(6, [], listed);
    assert.deepEqual(tally.totals(), { from: 5, accounts: 1, closed: {}, absorbed: 0, losses: 0n });
    tally.add(5, [], listed);
    assert.equal(tally.totals().accounts, 0);
  });
});

describe('a draft of an order', () => {
  const draft = { ...EMPTY_DRAFT, size: ' 1 ' };

  it('becomes the order that it says', () => {
    assert.deepEqual(orderOf(draft, 'BTC-PERP'), { market: 'BTC-PERP', side: 'buy', size: '1', reduceOnly: false, type: 'market' });
    assert.deepEqual(orderOf({ ...draft, kind: 'post-only', price: '5 ' }, 'BTC-PERP'), { market: 'BTC-PERP', side: 'buy', size: '1', reduceOnly: false, type: 'post-only', price: '5' });
    assert.equal(triggerOf(draft, 'BTC-PERP'), undefined);
    const stop = { ...ofKind(draft, 'stop'), side: 'sell', level: ' 4 ' };
    assert.deepEqual(triggerOf(stop, 'BTC-PERP'), { market: 'BTC-PERP', side: 'sell', size: '1', reduceOnly: true, type: 'market', trigger: { kind: 'stop', level: '4' } });
    assert.equal(triggerOf({ ...stop, price: '3' }, 'BTC-PERP').type, 'limit');
  });

  it('closes a position when it waits, unless told otherwise, and no longer when it does not wait', () => {
    assert.equal(ofKind(ofKind(draft, 'stop'), 'take-profit').reduceOnly, true);
    assert.equal(ofKind(ofKind(draft, 'stop'), 'limit').reduceOnly, false);
    assert.equal(ofKind({ ...draft, reduceOnly: true }, 'limit').reduceOnly, true);
    assert.equal(ofKind({ ...draft, kind: 'limit', price: '5' }, 'post-only').price, '5');
    assert.equal(ofKind({ ...draft, kind: 'limit', price: '5' }, 'stop').price, '', 'a limit is no limit of a stop');
  });

  it('waits below for a stop that sells, as the chain does', () => {
    const below = (kind, side) => waitsBelow({ ...draft, kind, side });
    assert.deepEqual([below('stop', 'sell'), below('stop', 'buy'), below('take-profit', 'sell'), below('take-profit', 'buy')], [true, false, false, true]);
  });

  it('is complete with what its kind needs', () => {
    const complete = (part) => isComplete({ ...draft, ...part });
    assert.deepEqual([complete({}), complete({ size: ' ' }), complete({ kind: 'limit' }), complete({ kind: 'limit', price: '5' })], [true, false, false, true]);
    assert.deepEqual([complete({ kind: 'stop' }), complete({ kind: 'stop', level: '5' })], [false, true]);
  });
});

it('what is in auction is shown and bid for in its units', () => {
  const wbtc = { asset: 1, symbol: 'WBTC', decimals: 8, priceDecimals: 2, unitsPerLot: 10_000n, tickValue: 1 };
  const position = soldUnits({ market: 0 }, [BTC], [wbtc]);
  assert.deepEqual([position.showSize(12_500n), position.size(12_500n), position.price(5_000_050n)], ['1.2500', '1.25', '50000.5']);
  assert.deepEqual(position.bid('sell', '1', '2'), { market: 0, side: 'sell', size: '1', limit: '2' });
  const coin = soldUnits({ pool: 0, asset: 1 }, [BTC], [wbtc]);
  assert.deepEqual([coin.showSize(1_234n), coin.size(1_234n), coin.symbol], ['0.1234', '0.1234', 'WBTC']);
  assert.deepEqual(coin.bid('buy', '1', '2'), { asset: 1, size: '1', limit: '2' });
  assert.equal(soldUnits({ market: 7 }, [BTC], [wbtc]), undefined);
});
