import type { Market } from '@breakwater/client';

import { compact, decimal, duration, money, NONE, percent, shareOf, signed } from '../model/format.js';
import { variant } from '../model/events.js';
import { feeds, lastBatches, market as selectedMarket, markets, quote, selected, snapshot } from '../state.js';
import { Chip, Empty, Panel, Table, type Tone } from '../ui/parts.js';

const HEAD = [
  { name: 'Market', kind: 'text' },
  { name: 'Trading', kind: 'text' },
  { name: 'Mark', title: 'What accounts are valued at' },
  { name: 'Index', title: 'The price of the sources, with the half width of the interval it is believed to be in' },
  { name: 'Batch', title: 'Where the last batch with a trade cleared: one price for everybody' },
  { name: 'Open interest', title: 'Lots held long, at mark, and how much of its cap that is' },
  { name: 'Funding', title: 'For eight hours; longs pay it when it is above zero' },
  { name: 'Volatility', title: 'Of a day, as margin has it', kind: 'wide' },
  { name: 'Margin', title: 'Maintenance and initial margin of small positions', kind: 'wide' },
];

export function Markets() {
  return (
    <Panel id="markets" title="Markets" span={12} hint="Choose one for the chart, the book and your orders.">
      {markets.value.length === 0 ? (
        <Empty>{snapshot.value ? 'No market is listed on this chain.' : 'Markets appear with the first block.'}</Empty>
      ) : (
        <Table caption="Markets" head={HEAD}>
          {markets.value.map((market) => (
            <Row market={market} key={market.number} />
          ))}
        </Table>
      )}
    </Panel>
  );
}

function Row({ market }: { market: Market }) {
  const { info, grid } = market;
  const chosen = market.number === selectedMarket.value?.number;
  const price = (ticks: bigint): string => (ticks === 0n ? NONE : decimal(ticks, grid.priceDecimals));
  const interest = market.notional(info.mark, info.openInterest);
  const rising = info.mark - info.index;
  return (
    <tr class={chosen ? 'chosen' : undefined}>
      <th scope="row">
        <button type="button" class="link" aria-pressed={chosen} onClick={() => (selected.value = market.number)}>
          {market.symbol}
        </button>
      </th>
      <td class="text">
        <Phase market={market} />
      </td>
      <td>
        <strong>{price(info.mark)}</strong>
        <small>{info.index === 0n ? '' : `${signed(rising, percent(shareOf(rising, info.index), 3))}`}</small>
      </td>
      <td>
        {price(info.index)}
        <small>{confidenceOf(market)}</small>
      </td>
      <td>
        <LastBatch market={market} />
      </td>
      <td>
        {money(interest)} <span class="unit">{quote.value}</span>
        <small>{percent(shareOf(interest, info.openInterestCap), 1)} of cap</small>
      </td>
      <td>{signed(info.fundingRate, percent(info.fundingRate, 4))}</td>
      <td class="wide">{percent(info.dailyVolatility, 1)}</td>
      <td class="wide">
        {percent(info.maintenance, 2)} / {percent(info.initial, 2)}
      </td>
    </tr>
  );
}

function confidenceOf({ info }: Market): string {
  const price = snapshot.value?.oracle?.prices.find(({ feed }) => feed === info.feed);
  const feed = feeds.value.find(({ feed }) => feed === info.feed);
  if (!price || !feed) return '';
  return `± ${decimal(price.confidence, feed.decimals)} · ${duration(Number(price.age))} old`;
}

/** The batch of this block, or the last one that traded while the page was open. */
function LastBatch({ market }: { market: Market }) {
  const now = snapshot.value;
  const batch = lastBatches.get(market.number);
  if (!batch || !now) return <>{NONE}</>;
  const ago = now.block - batch.block;
  return (
    <>
      {decimal(batch.price, market.grid.priceDecimals)}
      <small>
        {compact(batch.volume, market.grid.lotDecimals)} {market.base}
        {ago > 0 ? ` · ${ago} ${ago === 1 ? 'block' : 'blocks'} ago` : ''}
      </small>
    </>
  );
}

/** How a market trades, in a word or two. */
export function Phase({ market }: { market: Market }) {
  const { info } = market;
  const state = snapshot.value?.breakers?.markets.get(market.number);
  const [tone, text] = phaseOf(market, state && variant(state['quarantine']) === 'On');
  return (
    <>
      <Chip tone={tone}>{text}</Chip>
      {info.mark > 0n && !info.addsRisk && tone !== 'bad' && <small>no new risk</small>}
    </>
  );
}

function phaseOf({ info }: Market, quarantined: boolean | undefined): readonly [Tone, string] {
  if (info.mark === 0n) return ['warn', 'no price yet'];
  if (quarantined) return ['bad', 'quarantined'];
  if (!info.trades) return ['bad', 'halted'];
  if (info.phase === 'CallAuction') return ['warn', 'call auction'];
  if (info.phase === 'Limit') return ['warn', 'price limit'];
  return info.addsRisk ? ['good', 'open'] : ['warn', 'reduce only'];
}
