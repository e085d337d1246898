import type { Auction } from '@breakwater/client';

import { duration, money, NONE, percent, shareOf, short, signed } from '../model/format.js';
import { usedMargin } from '../model/risk-map.js';
import { soldUnits } from '../model/sold.js';
import type { Totals, Venue } from '../model/tally.js';
import { capabilities, client, markets, quote, risk, snapshot, totals } from '../state.js';
import { Empty, Figure, Figures, Panel, Table } from '../ui/parts.js';
import { holdings, trader } from '../wallet/wallet.js';
import { Take } from './take.js';

export function Liquidations() {
  const { pipeline, liquidation } = snapshot.value ?? {};
  const due = risk.value?.accounts.filter((account) => account.due).length;
  const { offering, backlog } = liquidation?.status ?? { offering: 0, backlog: 0 };
  const waits = pipeline?.backlog || backlog > 0;
  return (
    <Panel id="liquidations" title="Liquidation" span={6} hint="Accounts below their maintenance margin are closed by the chain itself, in the block of the price.">
      <Figures>
        <Figure label="Due now" value={due ?? NONE} tone={due ? 'bad' : undefined} />
        {liquidation && <Figure label="Selling" value={offering} note="accounts with offers" tone={offering ? 'warn' : undefined} />}
        <Figure label="Looked at" value={pipeline?.woken ?? NONE} note="a price crossed their level" />
        <Figure label="Work waits" value={pipeline ? (waits ? 'yes' : 'no') : NONE} note={backlog > 0 ? `${backlog} accounts` : undefined} tone={waits ? 'warn' : undefined} />
      </Figures>
      <SoFar />
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

const VENUES: readonly (readonly [Venue, string])[] = [
  ['Batch', 'in batches'],
  ['Bid', 'to bidders'],
  ['Netted', 'against each other'],
  ['Backstop', 'to the backstop'],
];

const NOTHING_YET: Totals = { from: undefined, accounts: 0, closed: {}, absorbed: 0, losses: 0n };

/** What it came to while the page looked on. */
function SoFar() {
  const { from, accounts, closed, absorbed } = totals.value ?? NOTHING_YET;
  if (accounts === 0) return null;
  const parts = VENUES.flatMap(([venue, text]) => (closed[venue] ? [`${money(closed[venue])} ${text}`] : []));
  return (
    <p class="note">
      Since block {from}: {accounts === 1 ? 'one account was' : `${accounts} accounts were`} due. Closed, in {quote.value}: {parts.join(', ') || 'nothing yet'}.
      {absorbed > 0 && ` Worth less than nothing, and taken over by the backstop as ${absorbed === 1 ? 'it was: one' : `they were: ${absorbed}`}.`}
    </p>
  );
}

const OFFERS = [
  { name: 'In auction', kind: 'text' },
  { name: 'Size' },
  { name: 'Price now', title: 'What a bid trades at in this block, and its distance from the mark' },
  { name: 'Reserve', title: 'Where the price walks to, and no further; and how long that takes' },
];

/** All that is offered of one market, or of one asset; and a form for whoever trades from here. */
function Lots({ auction }: { auction: Auction }) {
  const units = soldUnits(auction.sold, markets.value, snapshot.value?.parameters.assets ?? []);
  if (!units) return null;
  const now = snapshot.value?.time ?? 0;
  const [trading, connected, open] = [trader.value, client.value, holdings.value?.report];
  return (
    <>
      <Table caption={`Auction of ${units.symbol}`} head={OFFERS}>
        {auction.offers.map(({ account, lots, price, reserve, ends }) => (
          <tr key={account}>
            <th scope="row">
              {units.symbol}
              <small>
                {lots < 0n ? 'sells' : 'buys'} · <code title={account}>{short(account)}</code>
              </small>
            </th>
            <td>{units.showSize(lots < 0n ? -lots : lots)}</td>
            <td>
              {units.showPrice(price)}
              <small>{auction.mark > 0n && signed(price - auction.mark, percent(shareOf(price - auction.mark, auction.mark), 2))}</small>
            </td>
            <td>
              {units.showPrice(reserve)}
              <small>{Number(ends) > now ? `in ${duration(Number(ends) - now)}` : 'reached'}</small>
            </td>
          </tr>
        ))}
        {!auction.open && (
          <tr>
            <td colSpan={4} class="text">
              No bids are allowed now.
            </td>
          </tr>
        )}
      </Table>
      {auction.open && trading && connected && open && <Take trader={trading} auction={auction} units={units} />}
    </>
  );
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
