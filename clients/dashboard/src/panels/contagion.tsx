import type { LiquidationMap, Overlap } from '@breakwater/client';

import { money, percent } from '../model/format.js';
import { capabilities, markets, quote, snapshot } from '../state.js';
import { Chip, Empty, Figure, Figures, Panel, Table } from '../ui/parts.js';

const MARKETS = [
  { name: 'Market', kind: 'text' },
  { name: 'Load', title: 'The worst of what a move would liquidate, over what the market takes on the way' },
  { name: 'Cap', title: 'Open interest at which no risk may be added, as a part of the listed one' },
];

const POOLS = [
  { name: 'Pool', kind: 'text' },
  { name: 'Index', title: 'How central it is; the most central has 1' },
  { name: 'Spill', title: 'What it loses when all others sell what they have, as a part of what it has' },
];

export function Contagion() {
  const there = capabilities.value.apis.has('contagionApi');
  const { contagion } = snapshot.value ?? {};
  return (
    <Panel id="contagion" title="Contagion" span={3} hint="How far losses in one place would reach others.">
      {!snapshot.value ? (
        <Empty>It appears with the first block.</Empty>
      ) : !there ? (
        <Empty>This chain has no contagion index.</Empty>
      ) : (
        <>
          {contagion?.overlap && <Pools overlap={contagion.overlap} />}
          {contagion && contagion.markets.length > 0 && (
            <Table caption="Load of the markets" head={MARKETS}>
              {contagion.markets.map((each) => (
                <MarketRow each={each} key={each.market} />
              ))}
            </Table>
          )}
        </>
      )}
    </Panel>
  );
}

function Pools({ overlap }: { overlap: Overlap }) {
  const symbolOf = (number: number) => snapshot.value?.parameters.pools.find(({ pool }) => pool === number)?.symbol ?? number;
  return (
    <>
      <Figures>
        <Figure label={`Overlap of pools, ${quote.value}`} value={money(overlap.highestEigenvalue)} note={money(overlap.lowestEigenvalue) === money(overlap.highestEigenvalue) ? undefined : `at least ${money(overlap.lowestEigenvalue)}`} />
      </Figures>
      {overlap.pools.length === 0 ? (
        <Empty>No pool holds what others hold too.</Empty>
      ) : (
        <Table caption="Pools" head={POOLS}>
          {overlap.pools.map(({ pool, index, spill }) => (
            <tr key={pool}>
              <th scope="row">{symbolOf(pool)}</th>
              <td>{(Number(index) / 1e9).toFixed(2)}</td>
              <td>{percent(spill, 1)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function MarketRow({ each }: { each: LiquidationMap }) {
  const symbol = markets.value.find(({ number }) => number === each.market)?.symbol ?? each.market;
  return (
    <tr>
      <th scope="row">{symbol}</th>
      <td>
        {percent(each.load, 0)}
        <small>{each.load === 0n ? '' : each.downLoad >= each.upLoad ? 'when it falls' : 'when it rises'}</small>
      </td>
      <td>{each.squeeze > 0n ? <Chip tone="warn">{percent(each.listedCap === 0n ? 0n : (each.cap * 10n ** 9n) / each.listedCap, 0)}</Chip> : 'full'}</td>
    </tr>
  );
}
