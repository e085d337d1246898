import { money } from '../model/format.js';
import { liquidationMap, MOVES, type RiskRow } from '../model/risk-map.js';
import { markets, quote, risk } from '../state.js';
import { Empty, Panel } from '../ui/parts.js';

const HINT = 'Positions that a move of a market’s mark would bring to liquidation, if no other market moves. Each step holds the smaller ones.';

export function LiquidationMap() {
  const read = risk.value;
  const rows = read ? liquidationMap(read.accounts, markets.value.map(({ number }) => number)) : [];
  const most = rows.flatMap(({ up, down, due }) => [...up, ...down, due]).reduce((most, value) => (value > most ? value : most), 1n);
  return (
    <Panel id="map" title="Liquidation map" hint={HINT}>
      {!read ? <Empty>Accounts are being read.</Empty> : rows.map((row) => <MarketMap row={row} most={most} key={row.market} />)}
    </Panel>
  );
}

function MarketMap({ row, most }: { row: RiskRow; most: bigint }) {
  const symbol = markets.value.find(({ number }) => number === row.market)?.symbol ?? `market ${row.market}`;
  const cell = (value: bigint, key: string) => (
    <td key={key} class={value > 0n ? 'heat' : 'heat none'} style={{ '--heat': `${Math.round(Math.sqrt(Number((value * 10_000n) / most)))}%` }}>
      {value > 0n ? money(value) : '0'}
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
              −{move} %
            </th>
          ))}
          {MOVES.map((move) => (
            <th scope="col" key={`+${move}`}>
              +{move} %
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
