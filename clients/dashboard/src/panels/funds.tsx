import { money } from '../model/format.js';
import { capabilities, quote, snapshot } from '../state.js';
import { Generic } from '../ui/generic.js';
import { Empty, Panel, Table } from '../ui/parts.js';

const HEAD = [
  { name: 'Pool', kind: 'text' },
  { name: 'Fund', title: 'What stands between a loss and other traders' },
  { name: 'On hand', title: 'Quote in custody that is not promised to withdrawals' },
  { name: 'Lent', title: 'Principal that its accounts owe' },
];

export function Funds() {
  const { parameters, insurance } = snapshot.value ?? {};
  const there = capabilities.value.apis.has('insuranceApi') || capabilities.value.pallets.has('insurance');
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
          {!there ? <Empty>This chain has no tranches, no fund of all pools and no deleveraging.</Empty> : insurance ? <Generic value={insurance} /> : null}
        </>
      )}
    </Panel>
  );
}
