import type { Level, Market } from '@breakwater/client';

import { compact, decimal, money, NONE, percent, shareOf } from '../model/format.js';
import { capabilities, lastBatches, market, quote, snapshot } from '../state.js';
import { Empty, Figure, Figures, Panel } from '../ui/parts.js';

const LEVELS = 7;

export function BookPanel() {
  const shown = market.value;
  const book = snapshot.value?.book;
  if (!shown || !book || book.market !== shown.number) {
    return (
      <Panel id="book" title="Book" span={4}>
        <Empty>{snapshot.value && !capabilities.value.apis.get('marketsApi')?.has('book') ? 'This chain has no order books.' : 'The book appears with the next block.'}</Empty>
      </Panel>
    );
  }
  const asks = book.asks.slice(0, LEVELS);
  const bids = book.bids.slice(0, LEVELS);
  const most = [...asks, ...bids].reduce((most, { size }) => (size > most ? size : most), 1n);
  const [bid, ask] = [bids[0]?.price, asks[0]?.price];
  const { amm } = book;
  const price = (ticks: bigint | undefined): string => (ticks === undefined ? NONE : decimal(ticks, shown.grid.priceDecimals));
  return (
    <Panel id="book" title={`Book of ${shown.symbol}`} span={4} hint="Orders that rest until the next batch. Everybody in a batch trades at its one price.">
      <table class="book">
        <caption class="unseen">Orders in the book</caption>
        <thead>
          <tr>
            <th scope="col">Price</th>
            <th scope="col">Size, {shown.base}</th>
          </tr>
        </thead>
        <tbody class="asks">
          {[...asks].reverse().map((level) => (
            <Row level={level} most={most} side="ask" market={shown} key={`${level.price}`} />
          ))}
          {asks.length === 0 && <NoOrders side="sells" />}
        </tbody>
        <tbody class="middle">
          <tr>
            <td>
              <Batch market={shown} />
            </td>
            <td>{spreadOf(bid, ask)}</td>
          </tr>
        </tbody>
        <tbody class="bids">
          {bids.map((level) => (
            <Row level={level} most={most} side="bid" market={shown} key={`${level.price}`} />
          ))}
          {bids.length === 0 && <NoOrders side="buys" />}
        </tbody>
      </table>
      <Figures>
        <Figure label="Orders" value={book.orders} note={`${book.waiting} wait for the mark`} />
        <Figure label="AMM" value={amm ? `${price(amm.bid)} / ${price(amm.ask)}` : 'none funded'} note={amm && `${money(amm.equity)} ${quote.value}`} />
      </Figures>
    </Panel>
  );
}

function Batch({ market }: { market: Market }) {
  const batch = lastBatches.get(market.number);
  if (!batch) return <span class="unit">no trade yet</span>;
  return (
    <>
      <span class="unit">last batch</span> <strong>{decimal(batch.price, market.grid.priceDecimals)}</strong>
    </>
  );
}

/** Orders that came in this block may cross others until the next batch. */
function spreadOf(bid: bigint | undefined, ask: bigint | undefined): string {
  if (bid === undefined || ask === undefined) return '';
  return ask > bid ? `spread ${percent(shareOf(ask - bid, bid), 3)}` : 'trades in the next batch';
}

function Row({ level, most, side, market }: { level: Level; most: bigint; side: 'bid' | 'ask'; market: Market }) {
  const width = `${Number((level.size * 100n) / most)}%`;
  return (
    <tr class={side}>
      <td>{decimal(level.price, market.grid.priceDecimals)}</td>
      <td>
        <span class="depth" style={{ width }} />
        {compact(level.size, market.grid.lotDecimals)}
      </td>
    </tr>
  );
}

const NoOrders = ({ side }: { side: string }) => (
  <tr>
    <td colSpan={2} class="empty">
      no {side}
    </td>
  </tr>
);
