import { brief, money } from '../model/format.js';
import { fromShocks, liquidationMap, MOVES, type RiskRow } from '../model/risk-map.js';
import { markets, quote, risk, snapshot } from '../state.js';
import { Empty, Panel } from '../ui/parts.js';

const HINT = 'Positions that a move of a market’s mark would bring to liquidation, if no other market moves. Each step holds the smaller ones.';

export function LiquidationMap() {
  const rows = rowsNow();
  const most = rows?.flatMap(({ up, down, due }) => [...up, ...down, due]).reduce((most, value) => (value > most ? value : most), 1n) ?? 1n;
  return (
    <Panel id="map" title="Liquidation map" hint={HINT}>
      {!rows ? <Empty>Accounts are being read.</Empty> : rows.map((row) => <MarketMap row={row} most={most} key={row.market} />)}
    </Panel>
  );
}

/** As the chain counts it over all accounts; where it does not, from the accounts that were read. */
function rowsNow(): readonly RiskRow[] | undefined {
  const read = risk.value;
  const counted = read && liquidationMap(read.accounts, markets.value.map(({ number }) => number));
  const told = snapshot.value?.contagion?.markets;
  if (!told || told.length === 0) return counted;
  return markets.value.map((market) => {
    const both = 2n * market.notional(market.info.mark, market.info.openInterest);
    const due = counted?.find((row) => row.market === market.number)?.due ?? 0n;
    return { ...fromShocks(market.number, told.find((each) => each.market === market.number)?.shocks ?? [], both), due };
  });
}

function MarketMap({ row, most }: { row: RiskRow; most: bigint }) {
  const symbol = markets.value.find(({ number }) => number === row.market)?.symbol ?? `market ${row.market}`;
  const cell = (value: bigint, key: string) => (
    <td key={key} class={value > 0n ? 'heat' : 'heat none'} style={{ '--heat': `${Math.round(Math.sqrt(Number((value * 10_000n) / most)))}%` }}>
      {value > 0n ? brief(value) : '0'}
    </td>
  );
  return (
    <table class="map">
      <caption>
        {symbol} <small>of {money(row.total)} {quote.value} in positions{row.due > 0n ? `, ${money(row.due)} due now` : ''}</small>
      </caption>
      <thead>
        <tr>
          {[...MOVES].reverse().map((move) => (
            <th scope="col" key={`-${move}`}>
              −{move}%
            </th>
          ))}
          {MOVES.map((move) => (
            <th scope="col" key={`+${move}`}>
              +{move}%
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          {[...row.down].reverse().map((value, i) => cell(value, `down${i}`))}
          {row.up.map((value, i) => cell(value, `up${i}`))}
        </tr>
      </tbody>
    </table>
  );
}
