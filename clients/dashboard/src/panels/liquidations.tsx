import { capabilities, risk, snapshot } from '../state.js';
import { Empty, Figure, Figures, Panel } from '../ui/parts.js';
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
      {!snapshot.value ? null : !there ? <Empty>This chain has no liquidation engine and no auctions: accounts that are due wait in a queue.</Empty> : liquidation ? <Generic value={liquidation} /> : null}
    </Panel>
  );
}
