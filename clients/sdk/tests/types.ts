/** What the compiler lets through and what it does not. Compiled, never run. */

import type { AccountEvent, Client, Order, Trader } from '@breakwater/client';

export async function allowed(client: Client, trader: Trader): Promise<void> {
  const order: Order = { side: 'buy', type: 'limit', price: '1.5', size: 2n, lifetime: { untilBlock: 9 }, clientId: 'a' };
  const placed = await trader.place({ ...order, market: 'BTC-PERP' });
  const number: bigint = placed.order;
  await trader.replace({ number }, { market: 0, side: 'sell', type: 'post-only', price: 3, size: '1' });
  await trader.cancel([{ clientId: 7 }, { number }]);
  for await (const event of client.accountEvents(trader.key, { finalized: false })) profitOf(event);
}

/** The name of an event tells what is in it. */
export function profitOf(event: AccountEvent): bigint {
  switch (event.name) {
    case 'margin.Traded':
      return event.data.realised - event.data.funding - event.data.fee;
    case 'exchange.Filled':
      // @ts-expect-error: a fill realises nothing, its account's trade does.
      return event.data.realised;
    default:
      return 0n;
  }
}

export const refused: Order[] = [
  // @ts-expect-error: a market order has no price.
  { side: 'buy', type: 'market', price: '1', size: '1' },
  // @ts-expect-error: a market order does not rest.
  { side: 'buy', type: 'market', size: '1', lifetime: 'gtc' },
  // @ts-expect-error: a post-only order has to rest.
  { side: 'buy', type: 'post-only', price: '1', size: '1', lifetime: 'ioc' },
  // @ts-expect-error: a limit order has a price.
  { side: 'buy', type: 'limit', size: '1' },
  // @ts-expect-error: there are two sides.
  { side: 'long', type: 'market', size: '1' },
];
