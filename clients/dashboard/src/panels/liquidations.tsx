import type { Offer } from '../chain/snapshot.js';
import { variant } from '../model/events.js';
import { decimal, duration, money, percent, short } from '../model/format.js';
import { usedMargin } from '../model/risk-map.js';
import { markets, risk, snapshot } from '../state.js';
import { More } from '../ui/generic.js';
import { Empty, Figure, Figures, Panel, Table } from '../ui/parts.js';

export function Liquidations() {
  const { pipeline, liquidation } = snapshot.value ?? {};
  const due = risk.value?.accounts.filter((account) => account.due).length;
  const waits = pipeline?.backlog || (liquidation?.backlog ?? 0) > 0;
  return (
    <Panel id="liquidations" title="Liquidation" hint="Accounts below their maintenance margin are closed by the chain itself, in the block of the price.">
      <Figures>
        <Figure label="Due now" value={due ?? '–'} tone={due ? 'bad' : undefined} />
        {liquidation && <Figure label="Being closed" value={liquidation.accounts} tone={liquidation.accounts ? 'warn' : undefined} />}
        <Figure label="Looked at" value={pipeline?.woken ?? '–'} note="a price crossed their level" />
        <Figure label="Work waits" value={pipeline ? (waits ? 'yes' : 'no') : '–'} note={liquidation && liquidation.backlog > 0 ? `${liquidation.backlog} accounts` : undefined} tone={waits ? 'warn' : undefined} />
      </Figures>
      {liquidation && <Offers offers={liquidation.offers} />}
      <Nearest />
      {snapshot.value && !liquidation && <Empty>This chain has no liquidation engine and no auctions: accounts that are due wait in a queue.</Empty>}
      <More value={liquidation?.more} />
    </Panel>
  );
}

const OFFERS = [
  { name: 'Offered', kind: 'text', title: 'In each batch, and to bids, at a price that falls or rises to the reserve' },
  { name: 'Size' },
  { name: 'Reserve', title: 'The worst price at which it may be filled' },
  { name: 'Since' },
];

function Offers({ offers }: { offers: readonly Offer[] }) {
  if (offers.length === 0) return <Empty>Nothing is in auction.</Empty>;
  const now = snapshot.value?.time ?? 0;
  return (
    <Table caption="Open auctions" head={OFFERS}>
      {offers.map((offer) => {
        const number = variant(offer.auction) === 'Market' ? (offer.auction as { value: number }).value : undefined;
        const market = markets.value.find((market) => market.number === number);
        const size = offer.lots < 0n ? -offer.lots : offer.lots;
        return (
          <tr key={`${offer.account}${JSON.stringify(offer.auction)}`}>
            <th scope="row">
              {market?.symbol ?? 'Collateral'}
              <small>
                {offer.lots < 0n ? 'sells' : 'buys'} · <code title={offer.account}>{short(offer.account)}</code>
              </small>
            </th>
            <td>{market ? decimal(size, market.grid.lotDecimals) : `${size} lots`}</td>
            <td>{market ? decimal(offer.bankruptcy, market.grid.priceDecimals) : '–'}</td>
            <td>
              {duration(Math.max(0, now - Number(offer.opened)))}
              {offer.ranOut && <small>at its reserve</small>}
            </td>
          </tr>
        );
      })}
    </Table>
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
