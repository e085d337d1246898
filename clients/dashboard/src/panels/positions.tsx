import type { OpenOrder, PositionInfo, SubaccountReport, Trader } from '@breakwater/client';

import { cents, decimal, NONE } from '../model/format.js';
import { markets, quote } from '../state.js';
import { Table } from '../ui/parts.js';
import { perform } from '../wallet/wallet.js';

const POSITIONS = [
  { name: 'Position', kind: 'text' },
  { name: 'Size' },
  { name: 'Entry' },
  { name: 'Mark' },
  { name: 'Profit' },
  { name: 'Liquidated at', title: 'The mark, if nothing else moves' },
  { name: 'Close' },
];

export function Positions({ trader, report }: { trader: Trader; report: SubaccountReport }) {
  if (report.positions.length === 0) return <p class="note">No positions. Orders that fill become positions.</p>;
  return (
    <Table caption="Positions" head={POSITIONS}>
      {report.positions.map((position) => (
        <Row trader={trader} position={position} key={position.market} />
      ))}
    </Table>
  );
}

function Row({ trader, position }: { trader: Trader; position: PositionInfo }) {
  const market = markets.value.find(({ number }) => number === position.market);
  if (!market) return null;
  const { lots } = position;
  const price = (ticks: bigint): string => decimal(ticks, market.grid.priceDecimals);
  const size = market.size(lots < 0n ? -lots : lots);
  const close = () =>
    perform(`Close ${market.symbol}`, async () => {
      const { block } = await trader.place({ market: market.symbol, side: lots > 0n ? 'sell' : 'buy', type: 'market', size, reduceOnly: true });
      return `in block ${block}: it takes part in the next batch`;
    });
  return (
    <tr>
      <th scope="row">{market.symbol}</th>
      <td>
        {lots > 0n ? 'long' : 'short'} {decimal(lots < 0n ? -lots : lots, market.grid.lotDecimals)}
      </td>
      <td>{price(position.entryPrice)}</td>
      <td>{price(position.mark)}</td>
      <td class={position.unrealisedProfit < 0n ? 'bad' : 'good'}>
        {cents(position.unrealisedProfit)} <span class="unit">{quote.value}</span>
      </td>
      <td>{position.liquidationPrice === undefined ? 'no price' : price(position.liquidationPrice)}</td>
      <td>
        <button type="button" onClick={close} aria-label={`Close ${market.symbol}`}>
          Close
        </button>
      </td>
    </tr>
  );
}

const ORDERS = [
  { name: 'Order', kind: 'text' },
  { name: 'Side' },
  { name: 'Size' },
  { name: 'Price' },
  { name: 'Cancel' },
];

export function Orders({ trader, orders }: { trader: Trader; orders: readonly OpenOrder[] }) {
  if (orders.length === 0) return null;
  const cancel = (order: OpenOrder) => perform(`Cancel order ${order.order}`, () => trader.cancel({ number: order.order }));
  return (
    <Table caption="Open orders" head={ORDERS}>
      {orders.map((order) => {
        const market = markets.value.find(({ number }) => number === order.market);
        const price = (ticks: bigint): string => (market ? decimal(ticks, market.grid.priceDecimals) : NONE);
        return (
          <tr key={`${order.order}`}>
            <th scope="row">
              {market?.symbol} {order.kind}
              {order.reduceOnly && <small>reduce only</small>}
            </th>
            <td>{order.side}</td>
            <td>{market ? decimal(order.size, market.grid.lotDecimals) : NONE}</td>
            <td>
              {order.price !== undefined ? price(order.price) : order.trigger === undefined ? NONE : 'market'}
              {order.trigger !== undefined && (
                <small>
                  waits for a mark of {price(order.trigger)} or {order.triggersAbove ? 'above' : 'below'}
                </small>
              )}
            </td>
            <td>
              <button type="button" onClick={() => cancel(order)} aria-label={`Cancel order ${order.order}`}>
                Cancel
              </button>
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
