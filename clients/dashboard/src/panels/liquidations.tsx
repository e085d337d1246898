import type { Plain } from '@breakwater/client';

import type { Auction } from '../chain/snapshot.js';
import { decimal, duration, money, NONE, percent, shareOf, short, signed } from '../model/format.js';
import { usedMargin } from '../model/risk-map.js';
import { capabilities, client, markets, risk, snapshot } from '../state.js';
import { Empty, Figure, Figures, Panel, Table } from '../ui/parts.js';
import { holdings, perform, trader } from '../wallet/wallet.js';

export function Liquidations() {
  const { pipeline, liquidation } = snapshot.value ?? {};
  const due = risk.value?.accounts.filter((account) => account.due).length;
  const waits = pipeline?.backlog || (liquidation?.backlog ?? 0) > 0;
  return (
    <Panel id="liquidations" title="Liquidation" hint="Accounts below their maintenance margin are closed by the chain itself, in the block of the price.">
      <Figures>
        <Figure label="Due now" value={due ?? NONE} tone={due ? 'bad' : undefined} />
        {liquidation && <Figure label="Selling" value={liquidation.offering} note="accounts with offers" tone={liquidation.offering ? 'warn' : undefined} />}
        <Figure label="Looked at" value={pipeline?.woken ?? NONE} note="a price crossed their level" />
        <Figure label="Work waits" value={pipeline ? (waits ? 'yes' : 'no') : NONE} note={liquidation && liquidation.backlog > 0 ? `${liquidation.backlog} accounts` : undefined} tone={waits ? 'warn' : undefined} />
      </Figures>
      {liquidation && (liquidation.auctions.length === 0 ? <p class="note">Nothing is in auction.</p> : liquidation.auctions.map((auction) => <Lots auction={auction} key={JSON.stringify(auction.sold)} />))}
      <Nearest />
      {snapshot.value && !capabilities.value.apis.has('liquidationApi') && (
        <Empty>
          {capabilities.value.pallets.has('liquidation')
            ? 'This chain liquidates, but has no LiquidationApi to tell of auctions: its events do.'
            : 'This chain has no liquidation engine and no auctions: accounts that are due wait in a queue.'}
        </Empty>
      )}
    </Panel>
  );
}

const OFFERS = [
  { name: 'Auction', kind: 'text' },
  { name: 'Size' },
  { name: 'Price now', title: 'What a bid trades at in this block, and its distance from the mark' },
  { name: 'Reserve', title: 'Where the price walks to, and no further; and how long that takes' },
];

/** All that is offered of one market, or of one asset. */
function Lots({ auction }: { auction: Auction }) {
  const { symbol, priceDecimals, lotDecimals } = unitsOf(auction.sold);
  const now = snapshot.value?.time ?? 0;
  const price = (ticks: bigint): string => decimal(ticks, priceDecimals);
  const market = (auction.sold as { value: unknown }).value;
  return (
    <Table caption={`Auction of ${symbol}`} head={OFFERS}>
      {auction.offers.map(({ account, lots, price: asked, reserve, ends }) => (
        <tr key={account}>
          <th scope="row">
            {symbol}
            <small>
              {lots < 0n ? 'sells' : 'buys'} · <code title={account}>{short(account)}</code>
            </small>
          </th>
          <td>{decimal(lots < 0n ? -lots : lots, lotDecimals)}</td>
          <td>
            {price(asked)}
            <small>{auction.mark > 0n && signed(asked - auction.mark, percent(shareOf(asked - auction.mark, auction.mark), 2))}</small>
          </td>
          <td>
            {price(reserve)}
            <small>{Number(ends) > now ? `in ${duration(Number(ends) - now)}` : 'reached'}</small>
            {auction.open && typeof market === 'number' && <Bid market={market} symbol={symbol} lots={-lots} limit={asked} />}
          </td>
        </tr>
      ))}
      {!auction.open && (
        <tr>
          <td colSpan={4}>No bids are allowed now.</td>
        </tr>
      )}
    </Table>
  );
}

/** Takes what is offered, at its price of now or better: there for whoever trades from this page. */
function Bid({ market, symbol, lots, limit }: { market: number; symbol: string; lots: bigint; limit: bigint }) {
  const [trading, connected] = [trader.value, client.value];
  if (!trading || !connected || !holdings.value?.report) return null;
  const [side, size] = lots > 0n ? ['Buy', lots] : ['Sell', -lots];
  const bid = (): Promise<boolean> =>
    perform(`Bid for ${symbol}`, () => trading.sender.submit(connected.connection.call('liquidation', 'bid', trading.id.number, market, side, size, limit)));
  return (
    <button type="button" onClick={bid}>
      {side}
    </button>
  );
}

function unitsOf(sold: Plain): { symbol: string; priceDecimals: number; lotDecimals: number } {
  const value = (sold as { value: number | { asset: number } }).value;
  if (typeof value === 'number') {
    const market = markets.value.find(({ number }) => number === value);
    return { symbol: market?.symbol ?? `market ${value}`, priceDecimals: market?.grid.priceDecimals ?? 0, lotDecimals: market?.grid.lotDecimals ?? 0 };
  }
  const asset = snapshot.value?.parameters.assets.find(({ asset }) => asset === value.asset);
  // A lot is so many smallest units, a power of ten.
  const lotDecimals = asset ? asset.decimals - (String(asset.unitsPerLot).length - 1) : 0;
  return { symbol: asset?.symbol ?? `asset ${value.asset}`, priceDecimals: asset?.priceDecimals ?? 0, lotDecimals };
}

const HEAD = [
  { name: 'Nearest', kind: 'text', title: 'Accounts with positions, by the part of their equity that maintenance margin takes' },
  { name: 'Margin used' },
  { name: 'Equity' },
  { name: 'Notional' },
];
const SHOWN = 6;
/** Beyond it, there is no equity left to take a part of. */
const ALL = 10n ** 12n;

function Nearest() {
  const held = risk.value?.accounts.filter(({ positions }) => positions.length > 0) ?? [];
  const nearest = held.map((account) => ({ ...account, used: usedMargin(account) })).sort((a, b) => (a.used < b.used ? 1 : -1));
  if (nearest.length === 0) return null;
  return (
    <Table caption="Accounts nearest to liquidation" head={HEAD}>
      {nearest.slice(0, SHOWN).map(({ key, used, equity, notional, due }) => (
        <tr key={key}>
          <td>
            <code title={key}>{short(key)}</code>
          </td>
          <td class={due ? 'bad' : undefined}>{due ? 'due' : used > ALL ? 'all' : percent(used, 0)}</td>
          <td>{money(equity)}</td>
          <td>{money(notional)}</td>
        </tr>
      ))}
    </Table>
  );
}
