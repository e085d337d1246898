import { money, percent, short } from '../model/format.js';
import { usedMargin } from '../model/risk-map.js';
import { capabilities, risk, snapshot } from '../state.js';
import { Empty, Figure, Figures, Panel, Table } from '../ui/parts.js';
import { Generic } from '../ui/generic.js';

export function Liquidations() {
  const { apis, pallets } = capabilities.value;
  const { pipeline, liquidation } = snapshot.value ?? {};
  const due = risk.value?.accounts.filter((account) => account.due).length;
  const there = apis.has('liquidationApi') || pallets.has('liquidation');
  return (
    <Panel id="liquidations" title="Liquidation" hint="Accounts below their maintenance margin are closed by the chain itself, in the block of the price.">
      <Figures>
        <Figure label="Due now" value={due ?? '–'} tone={due ? 'bad' : undefined} />
        <Figure label="Woken by this block" value={pipeline?.woken ?? '–'} note="looked at because a price crossed their level" />
        <Figure label="Work waits" value={pipeline ? (pipeline.backlog ? 'yes' : 'no') : '–'} tone={pipeline?.backlog ? 'warn' : undefined} />
      </Figures>
      <Nearest />
      {!snapshot.value ? null : !there ? <Empty>This chain has no liquidation engine and no auctions: accounts that are due wait in a queue.</Empty> : liquidation ? <Generic value={liquidation} /> : null}
    </Panel>
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
