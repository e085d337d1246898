/** A chain with prices and the SDK connected to it, and traders with money on it. */

import { Client } from '@breakwater/client';

import { BWR, account, openChain } from './chain.js';
import { Reporter } from './reporter.js';
import { until } from './wait.js';

/** Dollars. */
export const PRICES = { 'USDC-USD': 1, 'BTC-USD': 50_000, 'ETH-USD': 3_000, 'SOL-USD': 150 };

/** @returns a chain with prices; call `close` at the end. */
export async function openMarkets(prices = PRICES) {
  const chain = await openChain();
  let client, reporter;
  const close = async () => {
    reporter?.stop();
    await client?.close();
    await chain.close();
  };
  try {
    reporter = await Reporter.start(chain, prices);
    client = await Client.connect(chain.node.endpoint);
    await tradable(client);
    return { ...chain, client, reporter, close };
  } catch (error) {
    console.error(`the reporter sent ${reporter?.sent}; the last refusal: ${reporter?.refusal}`);
    await close();
    throw error;
  }
}

/**
 * Waits until every market has a price and takes new risk. On a busy machine the price grows old for
 * a while, as the reporter is in the same process as the test, and breakers do what they are for.
 */
export function tradable(client) {
  const isOpen = async () => (await client.refresh()).markets.every(({ info }) => info.mark > 0n && info.addsRisk);
  return until('all markets have prices and are open', isOpen, { timeoutMs: 120_000 });
}

/** Places an order as soon as breakers let it: on a busy machine prices grow old, and markets wait. */
export function placedWhenOpen(trader, order, options) {
  const tried = () => trader.place(order, options).catch((error) => {
    if (error.error !== 'exchange.MarketHalted') throw error;
  });
  return until('the market takes an order', tried, { timeoutMs: 180_000 });
}

/** A trader behind a secret nobody else uses, with fees paid for, test assets, and so much quote deposited. */
export async function fundedTrader({ client, accounts }, secret, { deposit, payer = accounts.bob } = {}) {
  const pair = account(secret);
  await client.sender(payer).submit(client.connection.call('balances', 'transferKeepAlive', pair.address, 1_000n * BWR));
  const trader = client.trader(pair);
  await client.faucet(trader.sender);
  await trader.open();
  if (deposit) await trader.deposit(client.quoteSymbol, deposit);
  return Object.assign(trader, { pair });
}

/** What an account has of a token in its wallet. */
export async function inWallet({ api }, token, { address }) {
  const held = await api.query.assets.account(token, address);
  return held.isSome ? held.unwrap().balance.toBigInt() : 0n;
}
