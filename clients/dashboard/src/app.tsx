import { useEffect } from 'preact/hooks';

import { Account } from './panels/account.js';
import { Breakers } from './panels/breakers.js';
import { BookPanel } from './panels/book.js';
import { Charts } from './panels/charts.js';
import { Contagion } from './panels/contagion.js';
import { Events } from './panels/events.js';
import { Funds } from './panels/funds.js';
import { Header } from './panels/header.js';
import { Health } from './panels/health.js';
import { LiquidationMap } from './panels/liquidation-map.js';
import { Liquidations } from './panels/liquidations.js';
import { Markets } from './panels/markets.js';
import { Notes } from './panels/notes.js';
import { Prices } from './panels/prices.js';
import { Pipeline } from './panels/pipeline.js';
import { client, snapshot } from './state.js';
import { account, choose, readHoldings, subaccount, trader } from './wallet/wallet.js';

export function App() {
  const connected = client.value;
  // A chain that was left takes the trader with it; the account stays chosen.
  useEffect(() => choose(connected, account.value, subaccount.value), [connected]);
  const shown = snapshot.value;
  const trading = trader.value;
  useEffect(() => {
    if (connected && trading && shown) void readHoldings(connected, trading, shown.block, shown.hash).catch(() => undefined);
  }, [shown, trading]);

  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" class={shown ? 'grid' : 'grid waiting'} aria-busy={!shown}>
        <Markets />
        <Charts />
        <BookPanel />
        <Account />
        <Breakers />
        <Health />
        <LiquidationMap />
        <Events />
        <Liquidations />
        <Funds />
        <Contagion />
        <Pipeline />
        <Prices />
      </main>
      <footer>
        Everything here is read from the node by your browser. What each panel means: <code>docs/dashboard.md</code>.
      </footer>
      <Notes />
    </>
  );
}
