/** A bid for what accounts in liquidation offer. */

import { useState } from 'preact/hooks';
import type { Auction, BidPreview, Side, Trader } from '@breakwater/client';

import { cents, words } from '../model/format.js';
import { todoOf } from '../model/problems.js';
import type { SoldUnits } from '../model/sold.js';
import { quote } from '../state.js';
import { useAsked } from '../ui/asked.js';
import { perform } from '../wallet/wallet.js';

interface TakeProps {
  trader: Trader;
  auction: Auction;
  units: SoldUnits;
}

export function Take({ trader, auction, units }: TakeProps) {
  return (
    <>
      {auction.forSale > 0n && <Form trader={trader} auction={auction} units={units} side="buy" offered={auction.forSale} />}
      {auction.wanted > 0n && <Form trader={trader} auction={auction} units={units} side="sell" offered={auction.wanted} />}
    </>
  );
}

/** Each offer trades at its own price: the mark as the limit is no worse than what is offered. */
function Form({ trader, auction, units, side, offered }: TakeProps & { side: Side; offered: bigint }) {
  const [size, setSize] = useState<string>();
  const [limit, setLimit] = useState<string>();
  const [busy, setBusy] = useState(false);
  const bid = units.bid(side, (size ?? units.size(offered)).trim(), (limit ?? units.price(auction.mark)).trim());
  const { answer, problem } = useAsked(`${trader.key}|${side}|${JSON.stringify(bid)}`, () => trader.previewBid(bid));
  const verb = side === 'buy' ? 'Buy' : 'Sell';
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await perform(`${verb} ${bid.size} ${units.symbol} from liquidation`, async () => {
      const { block, lots, cost } = await trader.bid(bid);
      return `in block ${block}: ${units.showSize(lots < 0n ? -lots : lots)} for ${cents(cost < 0n ? -cost : cost)} ${quote.value}`;
    });
    setBusy(false);
  };
  return (
    <form class="take" onSubmit={submit} noValidate aria-label={`${verb} ${units.symbol} from accounts in liquidation`}>
      <label>
        Size, {units.base}
        <input inputMode="decimal" value={bid.size as string} onInput={({ currentTarget }) => setSize(currentTarget.value)} />
      </label>
      <label>
        {side === 'buy' ? 'At most' : 'At least'}, {quote.value}
        <input inputMode="decimal" value={bid.limit as string} onInput={({ currentTarget }) => setLimit(currentTarget.value)} />
      </label>
      <button type="submit" class={`primary ${side}`} disabled={busy}>
        {verb} {units.symbol}
      </button>
      <p class={problem ?? answer?.refused ? 'problem' : undefined}>{problem ?? (answer && told(answer, side, units))}</p>
    </form>
  );
}

/** What the bid would do in this block. */
function told({ refused, size, cost, atMark, fills }: BidPreview, side: Side, units: SoldUnits): string {
  if (refused) return `It would be refused now: ${words(refused).toLowerCase()}. ${todoOf(`liquidation.${refused}`)}`;
  const gain = atMark - cost;
  const paid = cost < 0n ? -cost : cost;
  const of = fills.length === 1 ? 'one account' : `${fills.length} accounts`;
  return `Now: ${units.showSize(size)} ${units.base} ${side === 'buy' ? 'of' : 'to'} ${of} for ${cents(paid)} ${quote.value}, ${cents(gain)} better than at the mark, before the fee.`;
}
