import { money } from '../model/format.js';
import { healthBins } from '../model/risk-map.js';
import { quote, risk } from '../state.js';
import { Empty, Panel } from '../ui/parts.js';
import { MOST_ACCOUNTS } from '../chain/sweep.js';

const HINT = 'Accounts with positions, by how much of their equity maintenance margin takes. At 100 % they are due for liquidation.';
const TONES = ['good', 'good', 'calm', 'warn', 'bad', 'due'];

export function Health() {
  const read = risk.value;
  if (!read) {
    return (
      <Panel id="health" title="Health of accounts" hint={HINT}>
        <Empty>Accounts are being read.</Empty>
      </Panel>
    );
  }
  const bins = healthBins(read.accounts);
  const most = Math.max(1, ...bins.map(({ accounts }) => accounts));
  const total = bins.reduce((sum, { accounts }) => sum + accounts, 0);
  return (
    <Panel id="health" title="Health of accounts" hint={HINT}>
      <table class="bars">
        <caption class="unseen">Accounts by the part of their equity that maintenance margin takes</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">Part of equity</th>
            <th scope="col">Accounts</th>
            <th scope="col">Notional</th>
          </tr>
        </thead>
        <tbody>
          {bins.map(({ label, accounts, notional }, i) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>
                <span class={`column ${TONES[i] ?? ''}`} style={{ width: `${(accounts / most) * 70}%` }} /> {accounts}
              </td>
              <td>
                {money(notional)} <span class="unit">{quote.value}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">
        {total} of {read.accounts.length} accounts have positions, as of block {read.block}.
        {read.partial && ` These are the first ${MOST_ACCOUNTS}: there may be more.`} AMMs and backstops are left out.
      </p>
    </Panel>
  );
}
