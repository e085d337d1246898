/** What traders do wrong: each is refused by its own error, and changes nothing but the fee. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { BWR, account, submit } from '../lib/chain.js';
import { fundedTrader, inWallet, openMarkets, tradable } from '../lib/trading.js';

const MARKET = 'BTC-PERP';

describe('the chain refuses', () => {
  let world, client, market, trader;
  before(async () => {
    world = await openMarkets();
    client = world.client;
    market = client.market(MARKET);
    trader = await fundedTrader(world, '//refused/trader', { deposit: '10000' });
    await trader.place({ ...order(), clientId: 'resting' });
  });
  beforeEach(() => tradable(client));
  after(async () => {
    await trader?.cancelAll();
    await world?.close();
  });

  const order = (changes = {}) => ({ market: MARKET, side: 'buy', type: 'limit', price: '49000', size: '0.01', ...changes });
  /** As the chain takes it, so that anything in it can be wrong. */
  const request = (changes = {}) => ({
    market: market.number, side: 'Buy', kind: { Limit: { price: market.ticks('49000') } },
    timeInForce: { GoodTillCancelled: null }, reduceOnly: false, size: market.lots('0.01'), clientId: null, ...changes,
  });
  const send = (pallet, call, ...args) => trader.sender.submit(client.connection.call(pallet, call, ...args));
  const place = (changes) => send('exchange', 'place', trader.id, request(changes));

  const ORDERS = {
    'an unknown market': [{ market: 999 }, 'exchange.UnknownMarket'],
    'the last market there can be': [{ market: 0xffff_ffff }, 'exchange.UnknownMarket'],
    'a market of another pool': [() => ({ market: client.market('SOL-PERP').number }), 'exchange.OtherPool'],
    'no size': [{ size: 0n }, 'exchange.ZeroSize'],
    'the largest size': [{ size: 2n ** 64n - 1n }, 'exchange.OrderTooLarge'],
    'a size above the largest of the market': [() => ({ size: market.info.maxOrder + 1n }), 'exchange.OrderTooLarge'],
    'a price off the tick': [() => ({ kind: { Limit: { price: 4_900_001n } } }), 'exchange.OffTick'],
    'a price of zero': [{ kind: { Limit: { price: 0n } } }, 'exchange.PriceOutOfRange'],
    'the highest price': [{ kind: { Limit: { price: 2n ** 64n - 1n } } }, 'exchange.PriceOutOfRange'],
    'a market order that goes anywhere': [{ kind: { Market: { maxSlippage: 1_000_000_000n } }, timeInForce: { ImmediateOrCancel: null } }, 'exchange.SlippageTooLarge'],
    'a market order that rests': [{ kind: { Market: { maxSlippage: null } } }, 'exchange.MarketCannotRest'],
    'a post-only order that does not rest': [() => ({ kind: { PostOnly: { price: 4_900_000n } }, timeInForce: { ImmediateOrCancel: null } }), 'exchange.PostOnlyMustRest'],
    'an order whose time is over': [{ timeInForce: { GoodTillBlock: 1 } }, 'exchange.AlreadyExpired'],
    'a reduction of nothing': [{ reduceOnly: true }, 'exchange.NothingToReduce'],
    'more than the margin carries': [() => ({ size: market.lots('40') }), 'exchange.InsufficientMargin'],
    'a client id that is in use': [() => ({ clientId: clientId('resting') }), 'exchange.ClientIdInUse'],
  };
  for (const [what, [changes, error]] of Object.entries(ORDERS)) {
    it(`an order with ${what}`, async () => {
      const wrong = typeof changes === 'function' ? changes() : changes;
      await refused(() => place(wrong), error);
    });
  }

  const OTHERS = {
    'a cancel of a number that is not there': [() => trader.cancel({ number: 999 }), 'exchange.UnknownOrder'],
    'a cancel of a client id that is stale': [() => trader.cancel({ clientId: 'long gone' }), 'exchange.UnknownOrder'],
    'a replacement of what is not there': [() => trader.replace({ number: 999 }, order()), 'exchange.UnknownOrder'],
    'a list of orders without any': [() => send('exchange', 'placeMany', trader.id, []), 'exchange.NothingToDo'],
    'an order for another\'s account': [() => send('exchange', 'place', { owner: world.accounts.bob.address, number: 0 }, request()), 'exchange.NotOwnerOrDelegate'],
    'an order for a subaccount that is not open': [() => send('exchange', 'place', { ...trader.id, number: 7 }, request()), 'exchange.UnknownSubaccount'],
    'a subaccount that is open already': [() => trader.open(), 'margin.AlreadyOpen'],
    'a subaccount of a pool that is not there': [() => send('margin', 'open', 1, 99, null), 'margin.UnknownPool'],
    'the end of a subaccount with something in it': [() => trader.close(), 'margin.NotEmpty'],
    'a deposit of an asset that is no collateral': [() => send('custody', 'deposit', 0, 77, 1_000_000n), 'custody.UnknownAsset'],
    'a deposit of dust': [() => trader.deposit(client.quoteSymbol, '0.000001'), 'custody.TooSmall'],
    'a deposit of nothing': [() => send('custody', 'deposit', 0, null, 0n), 'custody.NoAmount'],
    'a deposit of more than there is': [() => trader.deposit(client.quoteSymbol, '100000000000'), 'custody.NotInWallet'],
    'a deposit into a subaccount that is not open': [() => send('custody', 'deposit', 7, null, 5_000_000n), 'custody.UnknownSubaccount'],
    'a withdrawal of more than is free': [() => trader.withdraw(client.quoteSymbol, '10000.000001'), 'margin.BeyondFree'],
    'the largest withdrawal': [() => send('custody', 'withdraw', 0, null, 2n ** 128n - 1n), 'margin.BeyondFree'],
    'a withdrawal of nothing': [() => send('custody', 'withdraw', 0, null, 0n), 'custody.NoAmount'],
    'a withdrawal of collateral that is not there': [() => trader.withdraw('WBTC', '1'), 'margin.BeyondFree'],
    'a ticket that is not there': [() => trader.collect(999), 'custody.UnknownTicket'],
    'a delegate whose time is over': [() => trader.addDelegate(world.accounts.bob.address, 1), 'exchange.DelegateExpired'],
    'the end of a delegate who is none': [() => trader.removeDelegate(world.accounts.bob.address), 'exchange.UnknownDelegate'],
    'a listing by anybody': [async () => send('exchange', 'listMarket', (await world.api.query.exchange.markets(0)).unwrap()), 'badOrigin'],
  };
  for (const [what, [attempt, error]] of Object.entries(OTHERS)) {
    it(what, () => refused(attempt, error));
  }

  it('a transaction that was sent before', async () => {
    const { hash, nonce } = await trader.deadManSwitch(0);
    await assert.rejects(trader.sender.submit(client.connection.call('exchange', 'cancel', trader.id, [])), { error: 'exchange.NothingToDo' });
    const { nonce: next } = await trader.deadManSwitch(0);
    assert.equal(next, nonce + 2, `${hash} is not taken twice`);
  });

  it('orders that would trade with each other, without a trade', async () => {
    const buy = await trader.place(order({ price: '49500', clientId: 'own bid' }));
    const sell = await trader.place(order({ side: 'sell', price: '49400', clientId: 'own ask' }));
    const seen = [];
    for await (const event of client.accountEvents(trader.key, { finalized: false, from: buy.block, to: sell.block + 3 })) seen.push(event);

    const reasons = seen.filter(({ name }) => name === 'exchange.Cancelled').map(({ data }) => data.reason);
    assert.ok(reasons.some((reason) => reason.value === 'SelfTrade'), JSON.stringify(seen.map(({ name }) => name)));
    assert.ok(!seen.some(({ name }) => name === 'exchange.Filled'));
    await trader.cancel([{ clientId: 'own bid' }, { clientId: 'own ask' }]).catch(() => undefined);
  });

  it('what the package refuses already, before a fee is paid', async () => {
    const before = await standing();
    for (const wrong of [{ price: '49000.01' }, { price: 49000.1 }, { size: '0' }, { market: 'DOGE-PERP' }, { clientId: 'x'.repeat(17) }]) {
      await assert.rejects(trader.place(order(wrong)), (error) => error.name !== 'CallFailed');
    }
    await assert.rejects(trader.deposit('DOGE', '1'), { name: 'UnknownName' });
    assert.deepEqual(await standing(), before);
  });

  /** Fails, by this error, and nothing of the trader is different afterwards. */
  async function refused(attempt, error) {
    const before = await standing();
    await assert.rejects(attempt, { name: 'CallFailed', error });
    assert.deepEqual(await standing(), before);
  }

  async function standing() {
    const [report, orders, ...wallet] = await Promise.all([
      trader.report(),
      trader.openOrders(),
      ...[client.parameters.quoteAsset, ...client.parameters.assets.map(({ asset }) => asset)].map((token) => inWallet(world, token, trader.pair)),
    ]);
    // These follow the mark and the volatility, not the trader.
    const { cash, debt, positions, collateral } = report;
    return { cash, debt, positions, collateral, orders, wallet };
  }

  const clientId = (text) => `0x${Buffer.from(text).toString('hex').padEnd(32, '0')}`;
});

describe('without money for fees', () => {
  it('nothing is taken into the pool but what is free', async () => {
    const world = await openMarkets();
    try {
      const pauper = world.client.trader(account('//refused/pauper'));
      await assert.rejects(pauper.open(), { name: 'Refused', message: /Inability to pay some fees/ });
      await submit(world.api.tx.balances.transferKeepAlive(pauper.id.owner, 100n * BWR), world.accounts.bob);
      await pauper.open();
      assert.ok(await pauper.isOpen());
    } finally {
      await world.close();
    }
  });
});
