import { decimal, duration, percent, shareOf, short } from '../model/format.js';
import type { Feed, FeedPrice, Reporter } from '../chain/snapshot.js';
import { capabilities, chain, feeds, snapshot } from '../state.js';
import { Chip, Empty, Flag, Panel, Table } from '../ui/parts.js';

const HEAD = [
  { name: 'Feed', kind: 'text' },
  { name: 'Price' },
  { name: '± Confidence', title: 'Half width of the interval the price is believed to be in, and what it is widened to by age' },
  { name: 'Age' },
  { name: 'Reporters', title: 'Whose quotes it rests on, and their part of the weight' },
  { name: 'Venues', title: 'Least and most sources that agreed, by reporter' },
  { name: 'Good for', kind: 'text' },
];

const WHO = [
  { name: 'Reporter', kind: 'text' },
  { name: 'Weight' },
  { name: 'Bond' },
  { name: 'Strikes', title: 'Outliers that are not forgotten' },
  { name: 'Last report' },
  { name: 'Quotes', kind: 'wide' },
];

export function Prices() {
  const oracle = snapshot.value?.oracle;
  return (
    <Panel id="prices" title="Prices, and who reports them" span={12} hint="Each price is the weighted median of bonded reporters, each with several venues of its own. What it is good for depends on how sure and how fresh it is.">
      {!snapshot.value ? (
        <Empty>Prices appear with the first block.</Empty>
      ) : !oracle ? (
        capabilities.value.apis.has('oracleApi') ? null : <Empty>This chain has no price oracle.</Empty>
      ) : (
        <>
          <Table caption="Prices of all feeds" head={HEAD}>
            {feeds.value.map((feed) => (
              <FeedRow feed={feed} price={oracle.prices.find((price) => price.feed === feed.feed)} reporters={oracle.reporters} key={feed.feed} />
            ))}
          </Table>
          <Table caption="Reporters" head={WHO}>
            {oracle.reporters.map((reporter) => (
              <ReporterRow reporter={reporter} all={oracle.reporters} key={reporter.account} />
            ))}
          </Table>
        </>
      )}
    </Panel>
  );
}

function FeedRow({ feed, price, reporters }: { feed: Feed; price: FeedPrice | undefined; reporters: readonly Reporter[] }) {
  if (!price) {
    return (
      <tr>
        <th scope="row">{feed.symbol}</th>
        <td colSpan={6} class="text">
          no price yet
        </td>
      </tr>
    );
  }
  const sources = reporters.flatMap(({ quotes }) => quotes.filter(({ feed: of }) => of === feed.feed).map(({ sources }) => sources));
  const [least, most] = [Math.min(...sources), Math.max(...sources)];
  return (
    <tr>
      <th scope="row">{feed.symbol}</th>
      <td>
        <strong>{decimal(price.price, feed.decimals)}</strong>
      </td>
      <td>
        {decimal(price.confidence, feed.decimals)}
        <small>with age {decimal(price.widenedConfidence, feed.decimals)}</small>
      </td>
      <td>{duration(Number(price.age))}</td>
      <td>
        {price.reporters}
        <small>{percent(price.participation, 0)}</small>
      </td>
      <td>{sources.length === 0 ? '–' : least === most ? least : `${least}–${most}`}</td>
      <td class="text">
        <Chip tone={price.addRisk && price.withdraw ? 'good' : price.liquidate ? 'warn' : 'bad'}>{price.validity}</Chip>
        <span class="flags wide">
          <Flag on={price.liquidate} label="liquidate" />
          <Flag on={price.trade} label="trade" />
          <Flag on={price.addRisk} label="add risk" />
          <Flag on={price.withdraw} label="withdraw" />
        </span>
      </td>
    </tr>
  );
}

function ReporterRow({ reporter, all }: { reporter: Reporter; all: readonly Reporter[] }) {
  const total = all.reduce((sum, { weight }) => sum + weight, 0n);
  const ago = reporter.round === undefined ? undefined : (snapshot.value?.block ?? 0) - reporter.round;
  return (
    <tr>
      <th scope="row">
        <code title={reporter.account}>{short(reporter.account)}</code>
      </th>
      <td>
        {percent(shareOf(reporter.weight, total), 1)}
        {reporter.penaltyLevel > 0 && <small>halved {reporter.penaltyLevel} times</small>}
      </td>
      <td>
        {decimal(reporter.bond, chain.value?.tokenDecimals ?? 12, 0)} <span class="unit">{chain.value?.tokenSymbol}</span>
      </td>
      <td>{reporter.strikes}</td>
      <td>{ago === undefined ? 'never' : `${Math.max(0, ago)} ${ago === 1 ? 'block' : 'blocks'} ago`}</td>
      <td class="wide">{reporter.quotes.length}</td>
    </tr>
  );
}
