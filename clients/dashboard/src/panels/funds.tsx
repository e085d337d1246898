import type { Insurance, PoolFunds } from '../chain/snapshot.js';
import { money, words } from '../model/format.js';
import { capabilities, quote, snapshot } from '../state.js';
import { More } from '../ui/generic.js';
import { Chip, Empty, Figure, Figures, Panel, Table } from '../ui/parts.js';

const HEAD = [
  { name: 'Pool', kind: 'text' },
  { name: 'Fund', title: 'What stands between a loss and other traders' },
  { name: 'On hand', title: 'Quote in custody that is not promised to withdrawals' },
  { name: 'Lent', title: 'Principal that its accounts owe' },
];

export function Funds() {
  const { parameters, insurance } = snapshot.value ?? {};
  return (
    <Panel id="funds" title="Funds and tranches" span={5} hint="What pays when an account loses more than it has: the pool’s own capital, its backers, the fund of all pools; then winners.">
      {!parameters ? (
        <Empty>Funds appear with the first block.</Empty>
      ) : (
        <>
          <Table caption="Funds of the pools" head={HEAD}>
            {parameters.pools.map(({ pool, symbol, fund, onHand, borrowed }) => (
              <tr key={pool}>
                <th scope="row">{symbol}</th>
                <td>
                  <strong>{money(fund)}</strong> <span class="unit">{quote.value}</span>
                </td>
                <td>{money(onHand)}</td>
                <td>{money(borrowed)}</td>
              </tr>
            ))}
          </Table>
          {insurance ? <Waterfall insurance={insurance} /> : <Empty>This chain has no tranches, no fund of all pools and no deleveraging.</Empty>}
        </>
      )}
      {capabilities.value.apis.has('insuranceApi') && <More value={insurance?.more} />}
    </Panel>
  );
}

const symbolOf = (number: number): string => snapshot.value?.parameters.pools.find(({ pool }) => pool === number)?.symbol ?? String(number);

function Waterfall({ insurance: { pools, global } }: { insurance: Insurance }) {
  const most = Math.max(0, ...pools.map(({ tranches }) => tranches.length));
  const head = [
    { name: 'In this order', kind: 'text' },
    { name: 'Capital' },
    ...Array.from({ length: most }, (_, i) => ({ name: `Tranche ${i + 1}`, title: 'What backers put in; the first pays first' })),
    { name: 'Backstop', title: 'Equity of the account that takes positions over, and how many it has' },
    { name: 'Deleveraging', kind: 'text' },
  ];
  return (
    <>
      <Table caption="What pays for losses, in order" head={head}>
        {pools.map((pool) => (
          <PoolRow pool={pool} tranches={most} key={pool.pool} />
        ))}
      </Table>
      <Figures>
        <Figure label={`Fund of all pools, ${quote.value}`} value={global === undefined ? '–' : money(global)} note="pays after the tranches" />
      </Figures>
    </>
  );
}

function PoolRow({ pool, tranches }: { pool: PoolFunds; tranches: number }) {
  const { backstop, operation } = pool;
  return (
    <tr>
      <th scope="row">{symbolOf(pool.pool)}</th>
      <td>{money(pool.capital)}</td>
      {Array.from({ length: tranches }, (_, i) => (
        <td key={i}>{money(pool.tranches[i]?.assets ?? 0n)}</td>
      ))}
      <td class={backstop && backstop.equity < 0n ? 'bad' : undefined}>
        {backstop ? money(backstop.equity) : '–'}
        {backstop && <small>{backstop.positions} positions</small>}
      </td>
      <td class="text">
        {operation ? (
          <>
            <Chip tone="bad">{words(operation.stage)}</Chip>
            <small>
              no. {operation.number}, {money(operation.levied)} taken
            </small>
          </>
        ) : (
          'none'
        )}
      </td>
    </tr>
  );
}
