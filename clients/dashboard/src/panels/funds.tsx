import type { Backstop, Fund, Operation as Going } from '@breakwater/client';

import type { Insurance } from '../chain/snapshot.js';
import { decimal, money, NONE, percent } from '../model/format.js';
import { capabilities, markets, quote, snapshot, totals } from '../state.js';
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
    <Panel id="funds" title="Funds and tranches" span={6} hint="What pays when an account loses more than it has: the pool’s own capital, its backers, the fund of all pools; then winners.">
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
          {insurance ? <Waterfall insurance={insurance} /> : capabilities.value.apis.has('insuranceApi') ? null : (
            <Empty>
              {capabilities.value.pallets.has('insurance')
                ? 'This chain has tranches and a fund of all pools, but no InsuranceApi to tell of them: its events do.'
                : 'This chain has no tranches, no fund of all pools and no deleveraging.'}
            </Empty>
          )}
        </>
      )}
    </Panel>
  );
}

const symbolOf = (number: number): string => snapshot.value?.parameters.pools.find(({ pool }) => pool === number)?.symbol ?? String(number);

function Waterfall({ insurance }: { insurance: Insurance }) {
  const { funds, global, operations } = insurance;
  const most = Math.max(0, ...funds.map(({ tranches }) => tranches.length));
  const head = [
    { name: 'In this order', kind: 'text' },
    { name: 'Capital', title: 'What belongs to no backer, and the size the whole fund ought to have' },
    ...Array.from({ length: most }, (_, i) => ({ name: `Tranche ${i + 1}`, title: 'What backers put in; the first pays first' })),
    { name: 'Backstop', title: 'What the account is worth that takes positions over' },
    { name: 'Loss', title: 'Not paid yet; and how far the fund is below its highest value' },
  ];
  return (
    <>
      <Table caption="What pays for losses, in order" head={head}>
        {funds.map((fund) => (
          <FundRow fund={fund} backstop={insurance.backstops.find(({ pool }) => pool === fund.pool)} tranches={most} key={fund.pool} />
        ))}
      </Table>
      <Figures>
        <Figure label={`Fund of all pools, ${quote.value}`} value={money(global)} note="pays after the tranches" />
        <Figure label={`Losses paid, ${quote.value}`} value={money(totals.value?.losses ?? 0n)} note={totals.value?.from !== undefined && `since block ${totals.value.from}`} tone={totals.value?.losses ? 'bad' : undefined} />
      </Figures>
      {operations.length === 0 ? <p class="note">Nobody is deleveraged.</p> : operations.map((operation) => <Operation operation={operation} key={operation.number} />)}
    </>
  );
}

function FundRow({ fund, backstop, tranches }: { fund: Fund; backstop: Backstop | undefined; tranches: number }) {
  const { pendingLoss, unresolvedLoss, drawdown } = fund;
  const inventory = backstop?.inventory.length ?? 0;
  return (
    <tr>
      <th scope="row">{symbolOf(fund.pool)}</th>
      <td>
        {money(fund.capital)}
        <small>of {money(fund.target)}</small>
      </td>
      {Array.from({ length: tranches }, (_, i) => (
        <td key={i}>{money(fund.tranches[i]?.assets ?? 0n)}</td>
      ))}
      <td class={backstop && backstop.equity < 0n ? 'bad' : undefined}>
        {backstop ? money(backstop.equity) : NONE}
        {inventory > 0 && <small>{inventory === 1 ? '1 position' : `${inventory} positions`}</small>}
      </td>
      <td class={pendingLoss > 0n || unresolvedLoss ? 'bad' : undefined}>
        {pendingLoss > 0n ? money(pendingLoss) : unresolvedLoss ? 'open' : 'none'}
        {drawdown >= LEAST_SHOWN && <small>{percent(drawdown, 1)} below</small>}
      </td>
    </tr>
  );
}

/** A tenth of a percent. */
const LEAST_SHOWN = 1_000_000n;

const STAGES: Record<string, string> = {
  Collecting: 'looks for winners',
  Settling: 'winners pay',
  Claiming: 'adds up claims for the final settlement',
  Paying: 'pays claims of the final settlement',
  Clearing: 'is over',
};

function Operation({ operation }: { operation: Going }) {
  const { pool, number, stage, market: of, mark, longsPay, loss, levied, unsettled } = operation;
  const market = markets.value.find((market) => market.number === of);
  return (
    <p class="note">
      <Chip tone="bad">Deleveraging {number}</Chip> in {symbolOf(pool)} {STAGES[stage] ?? stage}
      {market && mark !== undefined && ` · ${market.symbol} at ${decimal(mark, market.grid.priceDecimals)}, ${longsPay ? 'longs' : 'shorts'} pay`} · {money(levied)} of {money(loss)} {quote.value} taken
      {unsettled > 0 && ` · ${unsettled} accounts to come`}
    </p>
  );
}
