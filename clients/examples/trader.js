#!/usr/bin/env node
// A trader's first hour: from the faucet to an order, a fill, a report, and the money back.
//
//   make run                            starts a chain, in another terminal
//   node examples/market-maker.js       somebody to trade with, in a third
//   node examples/trader.js             --help tells the options

import { CallFailed, Statement, fromUnits, money } from '@breakwater/client';

import { DEFAULT_ENDPOINT, keyPair, optionsOf, withClient } from './common.js';

const HELP = `Usage: node examples/trader.js [options]

  --endpoint <url>     of the node (default: ${DEFAULT_ENDPOINT})
  --secret <secret>    of the account, which pays the fees (default: //Bob, who is rich on a
                       development chain)
  --subaccount <n>     the number of the subaccount (default: 0)
  --market <symbol>    (default: BTC-PERP)
  --size <number>      to buy, in the base asset (default: 0.01)
  --deposit <number>   in the quote asset (default: 1000)
  --wait <blocks>      for a fill (default: 20)`;

const options = optionsOf(HELP, {
  secret: { type: 'string', default: '//Bob' },
  subaccount: { type: 'string', default: '0' },
  market: { type: 'string', default: 'BTC-PERP' },
  size: { type: 'string', default: '0.01' },
  deposit: { type: 'string', default: '1000' },
  wait: { type: 'string', default: '20' },
});

await withClient(options.endpoint, async (client) => {
  // 1. An account, a market, a subaccount. Prices and sizes are texts: no number is ever rounded.
  const market = client.market(options.market);
  const quote = client.quoteSymbol;
  const trader = client.trader(keyPair(options.secret), { number: Number(options.subaccount) });
  step(`you are ${trader.id.owner}, subaccount ${trader.id.number}`);

  // 2. Test assets from the faucet: once a day.
  await client.faucet(trader.sender).then(
    ({ fee }) => step(`the faucet has filled your wallet, for a fee of ${fromUnits(fee, 12)} BWR`),
    (error) => step(`no faucet today: ${error instanceof CallFailed ? error.docs : error.message}`),
  );

  // 3. A subaccount, and collateral in it.
  if (!(await trader.isOpen())) await trader.open({ pool: market.info.pool });
  const first = await trader.report();
  const { block: start } = await trader.deposit(quote, options.deposit);
  step(`${options.deposit} ${quote} are in the subaccount, in block ${start}`);

  // 4. What an order would cost, before it is placed.
  const order = { market: market.symbol, side: 'buy', type: 'market', size: options.size };
  const { info } = (await client.refresh()).market(market.symbol);
  if (info.mark === 0n) throw new Error(`${market.symbol} has no price yet: wait a few blocks`);
  const preview = await trader.preview(order);
  step(`${market.symbol} is at ${market.price(info.mark)}; ${options.size} cost up to ${money(preview.notional)} ${quote}, a fee of ${money(preview.takerFee)}`);
  if (preview.refused) throw new Error(`the order would be refused: ${preview.refused}`);

  // 5. Place it, and see it filled in the batch of the next block, at one price for everybody.
  const bought = await fill(trader, await trader.place(order), market);
  if (bought === 0n) {
    step('nobody sold. Start `node examples/market-maker.js` in another terminal, and try again');
    await trader.withdraw(quote, options.deposit);
    return 1;
  }

  // 6. A stop-loss, five percent below: it waits for the mark and only reduces.
  const level = market.price(market.ticks(market.price((info.mark * 95n) / 100n), 'down'));
  const size = market.size(bought);
  await trader.placeTrigger({ ...order, side: 'sell', size, reduceOnly: true, trigger: { kind: 'stop', level }, clientId: 'stop-loss' });
  step(`a stop-loss waits at ${level}`);

  // 7. How it stands.
  show(await trader.report(), client, market);

  // 8. Close: reduce-only orders need no margin and are free of charge within a quota.
  const sold = await fill(trader, await trader.place({ ...order, side: 'sell', size, reduceOnly: true }), market);
  await trader.cancelAll();
  if (sold < bought) step(`${market.size(bought - sold)} are still open: run this again, or close them by hand`);

  // 9. The money back.
  const { cash, withdrawable } = await trader.report();
  const gained = cash - first.cash;
  const amount = gained < withdrawable ? gained : withdrawable;
  const { waiting, block: end } = await trader.withdraw(quote, money(amount));
  step(`${money(amount)} ${quote} are back in your wallet${waiting ? `, of which ${money(waiting)} wait for the pool's limit` : ''}`);

  // 10. What it cost, from the chain's events.
  const statement = new Statement(trader.key, client.parameters, quote);
  for await (const event of client.accountEvents(trader.key, { from: start, to: end })) statement.add(event);
  const { profit, funding, fees } = statement.totals();
  step(`profit ${money(profit)}, funding ${money(funding)}, fees ${money(fees)}; node examples/statement.js has it all`);
  return 0;

  /** Waits for the fills of an order. Returns how many lots. */
  async function fill(trader, { order, block }, market) {
    let lots = 0n;
    const following = client.accountEvents(trader.key, { finalized: false, from: block, to: block + Number(options.wait) });
    for await (const { name, data, block: at } of following) {
      if (data.order !== order) continue;
      if (name === 'exchange.Filled') {
        lots += data.size;
        const { side, size, price, fee } = data;
        step(`${side === 'Buy' ? 'bought' : 'sold'} ${market.size(size)} at ${market.price(price)} in block ${at}, fee ${money(fee)}`);
      }
      if ((name === 'exchange.Filled' || name === 'exchange.Cancelled') && data.left === 0n) return lots;
    }
    return lots;
  }
});

function step(text) {
  console.log(`• ${text}`);
}

function show({ equity, health, free, positions }, client, market) {
  const [position] = positions.filter((position) => position.market === market.number);
  const liquidation = position.liquidationPrice === undefined ? 'no price liquidates it' : `liquidated at ${market.price(position.liquidationPrice)}`;
  step(`position ${market.size(position.lots)} from ${market.price(position.entryPrice)}, profit ${money(position.unrealisedProfit)}, ${liquidation}`);
  step(`equity ${money(equity)}, health ${money(health)}, free for more risk ${money(free)}`);
}
