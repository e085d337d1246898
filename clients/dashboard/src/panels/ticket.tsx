import { useState } from 'preact/hooks';
import type { Market, OrderPreview, SubaccountReport, Trader } from '@breakwater/client';

import { EMPTY_DRAFT, isComplete, ofKind, orderOf, triggerOf, waits, waitsBelow, type Draft } from '../model/draft.js';
import { cents, compact, decimal, words } from '../model/format.js';
import { market as selectedMarket, quote } from '../state.js';
import { useAsked } from '../ui/asked.js';
import { Choice } from '../ui/parts.js';
import { perform } from '../wallet/wallet.js';

/** A new order: what it would cost first, then what became of it. */
export function Ticket({ trader, report }: { trader: Trader; report: SubaccountReport }) {
  const market = selectedMarket.value;
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const order = market && orderOf(draft, market.symbol);
  // What waits is asked for as if its level were met now.
  const question = order && isComplete(draft) ? `${trader.key}|${JSON.stringify(order)}` : undefined;
  const { answer: preview, problem } = useAsked(question, () => trader.preview(order!));
  if (!market || !order) return <div class="part">No market is listed.</div>;

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await perform(titleOf(draft, market), () => place(trader, draft, market));
    setBusy(false);
  };
  const mark = market.info.mark > 0n ? market.price(market.info.mark) : market.priceStep;
  return (
    <form class="part ticket" onSubmit={submit} noValidate>
      <h3>Order in {market.symbol}</h3>
      <Choice label="Side" of={[['buy', 'Buy'], ['sell', 'Sell']]} value={draft.side} onChange={(side) => change({ side })} />
      <Choice
        label="Kind of order"
        of={[['market', 'Market'], ['limit', 'Limit'], ['post-only', 'Post-only'], ['stop', 'Stop-loss'], ['take-profit', 'Take-profit']]}
        value={draft.kind}
        onChange={(kind) => setDraft(ofKind(draft, kind))}
      />
      <div class="row">
        <Field label={`Size, ${market.base}`} placeholder={market.sizeStep} value={draft.size} onChange={(size) => change({ size })} />
        {waits(draft.kind) && <Field label={`When the mark is ${waitsBelow(draft) ? 'down to' : 'up to'}`} placeholder={mark} value={draft.level} onChange={(level) => change({ level })} />}
        {draft.kind !== 'market' && (
          <Field label={waits(draft.kind) ? 'Limit, if any' : `Price, ${quote.value}`} placeholder={waits(draft.kind) ? 'market order' : mark} value={draft.price} onChange={(price) => change({ price })} />
        )}
      </div>
      <label class="check">
        <input type="checkbox" checked={draft.reduceOnly} onChange={({ currentTarget }) => change({ reduceOnly: currentTarget.checked })} />
        reduce only
      </label>
      <p class="preview">
        {report.pool !== market.info.pool ? (
          <span class="problem">This subaccount is of another pool than {market.symbol}. Open one in its pool, under another number.</span>
        ) : problem ? (
          <span class="problem">{problem}</span>
        ) : preview ? (
          <Preview preview={preview} draft={draft} market={market} />
        ) : (
          `Sizes go in steps of ${market.sizeStep}, prices in steps of ${market.priceStep}.`
        )}
      </p>
      <button type="submit" class={`primary ${draft.side}`} disabled={busy || !isComplete(draft)}>
        {titleOf(draft, market)}
      </button>
    </form>
  );
}

function Field({ label, placeholder, value, onChange }: { label: string; placeholder: string; value: string; onChange: (value: string) => void }) {
  return (
    <label>
      {label}
      <input inputMode="decimal" placeholder={placeholder} value={value} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
    </label>
  );
}

function titleOf({ side, kind, size, level }: Draft, { base }: Market): string {
  const verb = `${side === 'buy' ? 'Buy' : 'Sell'} ${size} ${base}`;
  return waits(kind) ? `${verb} at a mark of ${level}` : verb;
}

async function place(trader: Trader, draft: Draft, market: Market): Promise<string> {
  const trigger = triggerOf(draft, market.symbol);
  if (trigger) {
    const { block, order } = await trader.placeTrigger(trigger);
    return `order ${order} is in block ${block}: it waits for the mark`;
  }
  const { block, order } = await trader.place(orderOf(draft, market.symbol));
  return `order ${order} is in block ${block}: it takes part in the next batch`;
}

function Preview({ preview, draft, market }: { preview: OrderPreview; draft: Draft; market: Market }) {
  const { refused, notional, takerFee, limit, largest } = preview;
  if (waits(draft.kind)) {
    return (
      <>
        It waits until the mark is {draft.level} or {waitsBelow(draft) ? 'below' : 'above'}, then takes part in the next batch{refused && `. Now it would be refused: ${words(refused).toLowerCase()}`}.
      </>
    );
  }
  if (refused) {
    return <span class="problem">It would be refused: {words(refused).toLowerCase()}. Margin carries up to {compact(largest, market.grid.lotDecimals)} {market.base} at this price.</span>;
  }
  return (
    <>
      At worst {decimal(limit, market.grid.priceDecimals)}: {cents(notional)} {quote.value}, fee up to {cents(takerFee)}.
    </>
  );
}
