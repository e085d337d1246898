/** Statements: the sums of random days against an account kept beside, and what is found missing. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Market, Parameters, Statement, statementCsv } from '@breakwater/client';

import { BTC, SOL, random } from './fixtures.js';

const KEY = '0xaa';
const markets = [BTC, SOL].map((grid, market) => new Market({ ...grid, market }));
const parameters = new Parameters(1, 100, 6, markets, [{ asset: 0, symbol: 'WBTC', decimals: 8, priceDecimals: 2, unitsPerLot: 10_000n, tickValue: 1 }], []);

/** What was lost before everything went to the backstop would not be missed. */
function dayWithoutTakeover() {
  for (let seed = 7; ; seed++) {
    const one = day(seed);
    if (!one.events.some(({ name }) => name === 'margin.Absorbed')) return one;
  }
}

/** Events of a random day, and the account that the ledger would keep. */
function day(seed) {
  const next = random(seed);
  const signed = (bound) => next(2n * bound) - bound;
  const account = { key: KEY, cash: 0n, lots: new Map(), collateral: 0n };
  const events = [];
  const emit = (name, data) => events.push({ name, data: { account: KEY, ...data }, block: events.length >> 2, sequence: events.length });
  const acts = [
    () => {
      const amount = next(10n ** 9n) + 1n;
      account.cash += amount;
      emit('margin.Credited', { asset: undefined, amount });
    },
    () => {
      const amount = next(10n ** 6n) + 1n;
      account.collateral += amount;
      emit('margin.Credited', { asset: 0, amount });
    },
    () => {
      const amount = account.collateral / 2n;
      account.collateral -= amount;
      emit('margin.Debited', { asset: 0, amount });
    },
    () => {
      const [market, lots, fee, funding, realised] = [Number(next(2n)), signed(100n), next(50n), signed(20n), signed(10n ** 6n)];
      emit('exchange.Filled', { order: 1n, market, side: lots < 0n ? 'Sell' : 'Buy', size: lots < 0n ? -lots : lots, price: 50_00n, fee, role: 'Taker' });
      account.cash += realised - funding - fee;
      account.lots.set(market, (account.lots.get(market) ?? 0n) + lots);
      emit('margin.Traded', { market, lots, price: 50_00n, fee, funding, realised, position: account.lots.get(market) });
    },
    () => {
      const amount = signed(1_000n);
      account.cash += amount;
      emit('margin.Lent', { amount, principal: 0n });
    },
    () => {
      const amount = next(1_000n);
      const away = next(2n) === 0n;
      account.cash += away ? -amount : amount;
      emit('margin.Transferred', { account: undefined, pool: 0, from: away ? KEY : undefined, to: away ? undefined : KEY, amount });
    },
    () => emit('exchange.Placed', {}),
    () => {
      // A liquidation in the batch: the fee comes as a trade of no lots.
      const [lots, fee, realised] = [signed(100n), next(50n) + 1n, signed(10n ** 6n)];
      account.cash += realised - fee;
      account.lots.set(0, (account.lots.get(0) ?? 0n) + lots);
      emit('margin.Traded', { market: 0, lots, price: 50_00n, fee: 0n, funding: 0n, realised, position: account.lots.get(0) });
      emit('margin.Traded', { market: 0, lots: 0n, price: 50_00n, fee, funding: 0n, realised: 0n, position: account.lots.get(0) });
      emit('liquidation.Filled', { leg: { type: 'Market', value: 0 }, lots, price: 50_00n, fee, left: 0n, venue: 'Batch' });
    },
    () => {
      const [sells, amount, proceeds] = [next(2n) === 0n, next(10n ** 6n) + 1n, next(10n ** 9n) + 1n];
      account.collateral += sells ? -amount : amount;
      account.cash += sells ? proceeds : -proceeds;
      emit('margin.CollateralSold', { account: undefined, from: sells ? KEY : '0xcc', to: sells ? '0xcc' : KEY, asset: 0, amount, proceeds });
    },
    () => {
      const [lots, realised, charge] = [signed(100n), signed(10n ** 6n), next(1_000n) + 1n];
      account.cash += realised - charge;
      account.lots.set(1, (account.lots.get(1) ?? 0n) + lots);
      emit('insurance.Deleveraged', { pool: 0, number: 1, market: 1, mark: 9n, lots, weight: 1n, share: charge, charge });
      emit('margin.Traded', { market: 1, lots, price: 9n, fee: 0n, funding: 0n, realised, position: account.lots.get(1) });
      emit('margin.Levied', { payee: '0xcc', charge });
    },
    () => {
      if (next(8n) !== 0n) return;
      Object.assign(account, { cash: 0n, collateral: 0n });
      account.lots.clear();
      emit('margin.Absorbed', { into: '0xcc' });
    },
  ];
  for (let i = 0; i < 60; i++) acts[Number(next(BigInt(acts.length)))]();
  return { events, report: reportOf(account) };
}

function reportOf({ key, cash, lots, collateral }) {
  const positions = [...lots].filter(([, lots]) => lots !== 0n).map(([market, lots]) => ({ market, lots }));
  return { key, cash, positions, collateral: collateral === 0n ? [] : [{ asset: 0, amount: collateral }] };
}

const statementOf = (events) => {
  const statement = new Statement(KEY, parameters, 'USDC');
  for (const event of events) statement.add(event);
  return statement;
};

describe('a statement', () => {
  it('comes out at what the account has, to the unit', () => {
    for (let seed = 50; seed < 150; seed++) {
      const { events, report } = day(seed);
      const statement = statementOf(events);
      assert.deepEqual(statement.reconcile(report), []);
      const sum = Object.values(statement.totals()).reduce((sum, quanta) => sum + quanta, 0n);
      assert.equal(sum, report.cash);
      assert.equal(statement.entries.at(-1)?.balance, report.cash);
    }
  });

  it('shows what is missing where an event was lost', () => {
    const { events, report } = dayWithoutTakeover();
    const moving = events.filter(({ name }) => name.startsWith('margin.') && name !== 'margin.Lent');
    for (const lost of moving) {
      const { amount, lots, fee, realised } = lost.data;
      if (amount === 0n || (lots === 0n && fee === 0n && realised === 0n)) continue;
      const differences = statementOf(events.filter((event) => event !== lost)).reconcile(report);
      assert.notDeepEqual(differences, [], JSON.stringify(lost, (_, value) => String(value)));
    }
  });

  it('is no other account\'s', () => {
    const { events, report } = day(8);
    assert.throws(() => statementOf(events).reconcile({ ...report, key: '0xbb' }), { name: 'InvalidInput' });
  });

  it('is a table', () => {
    const at = { block: 3, sequence: 9 };
    const statement = statementOf([
      { ...at, name: 'margin.Credited', data: { account: KEY, asset: undefined, amount: 1_500_000n } },
      { ...at, name: 'margin.Traded', data: { account: KEY, market: 0, lots: -5n, price: 5_000_000n, fee: 2n, funding: -1n, realised: 10n, position: -5n } },
    ]);
    assert.deepEqual(statementCsv(statement).split('\n'), [
      'block,sequence,kind,text,cash,balance',
      '3,9,deposit,1.5 USDC,1.5,1.5',
      '3,9,profit,"-0.0005 BTC-PERP at 50000, position -0.0005",0.00001,1.50001',
      '3,9,funding,BTC-PERP,0.000001,1.500011',
      '3,9,fee,BTC-PERP,-0.000002,1.500009',
    ]);
  });
});
