import { useEffect, useState } from 'preact/hooks';
import type { Market, Order, OrderIn, OrderPreview, Side, SubaccountReport, Trader } from '@breakwater/client';

import { cents, compact, decimal } from '../model/format.js';
import { problemOf } from '../model/problems.js';
import { words } from '../model/format.js';
import { market as selectedMarket, quote, snapshot } from '../state.js';
import { Choice } from '../ui/parts.js';
import { perform, sentence } from '../wallet/wallet.js';

type Type = 'market' | 'limit' | 'post-only';

interface Draft {
  side: Side;
  type: Type;
  size: string;
  price: string;
  reduceOnly: boolean;
}

const EMPTY: Draft = { side: 'buy', type: 'market', size: '', price: '', reduceOnly: false };

/** A new order: what it would cost first, then what became of it. */
export function Ticket({ trader, report }: { trader: Trader; report: SubaccountReport }) {
  const market = selectedMarket.value;
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const order = market && orderOf(draft, market);
  const { preview, problem } = usePreview(trader, order);
  if (!market || !order) return <div class="part">No market is listed.</div>;

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const title = `${draft.side === 'buy' ? 'Buy' : 'Sell'} ${draft.size} ${market.base}`;
    await perform(title, async () => {
      const { block, order: number } = await trader.place(order);
      return `order ${number} is in block ${block}: it takes part in the next batch`;
    });
    setBusy(false);
  };
  const wrongPool = report.pool !== market.info.pool;
  return (
    <form class="part ticket" onSubmit={submit} noValidate>
      <h3>Order in {market.symbol}</h3>
      <Choice label="Side" of={[['buy', 'Buy'], ['sell', 'Sell']]} value={draft.side} onChange={(side) => change({ side })} />
      <Choice label="Kind of order" of={[['market', 'Market'], ['limit', 'Limit'], ['post-only', 'Post-only']]} value={draft.type} onChange={(type) => change({ type })} />
      <div class="row">
        <label>
          Size, {market.base}
          <input inputMode="decimal" placeholder={market.sizeStep} value={draft.size} onInput={({ currentTarget }) => change({ size: currentTarget.value })} />
        </label>
        {draft.type !== 'market' && (
          <label>
            Price, {quote.value}
            <input inputMode="decimal" placeholder={market.info.mark > 0n ? market.price(market.info.mark) : market.priceStep} value={draft.price} onInput={({ currentTarget }) => change({ price: currentTarget.value })} />
          </label>
        )}
      </div>
      <label class="check">
        <input type="checkbox" checked={draft.reduceOnly} onChange={({ currentTarget }) => change({ reduceOnly: currentTarget.checked })} />
        reduce only
      </label>
      <p class="preview">
        {wrongPool ? (
          <span class="problem">This subaccount is of another pool than {market.symbol}. Open one in its pool, under another number.</span>
        ) : problem ? (
          <span class="problem">{problem}</span>
        ) : preview ? (
          <Preview preview={preview} market={market} />
        ) : (
          `Sizes go in steps of ${market.sizeStep}, prices in steps of ${market.priceStep}.`
        )}
      </p>
      <button type="submit" class={draft.side === 'buy' ? 'primary buy' : 'primary sell'} disabled={busy || draft.size.trim() === ''}>
        {draft.side === 'buy' ? 'Buy' : 'Sell'} {draft.size} {market.base}
      </button>
    </form>
  );
}

function orderOf({ side, type, size, price, reduceOnly }: Draft, market: Market): OrderIn<Order> {
  const common = { market: market.symbol, side, size: size.trim(), reduceOnly };
  return type === 'market' ? { ...common, type } : { ...common, type, price: price.trim() };
}

function Preview({ preview, market }: { preview: OrderPreview; market: Market }) {
  const { refused, notional, takerFee, limit, largest } = preview;
  if (refused) {
    return <span class="problem">It would be refused: {words(refused).toLowerCase()}. Margin carries up to {compact(largest, market.grid.lotDecimals)} {market.base} at this price.</span>;
  }
  return (
    <>
      At worst {decimal(limit, market.grid.priceDecimals)}: {cents(notional)} {quote.value}, fee up to {cents(takerFee)}.
    </>
  );
}

/** What would become of the order, asked again when it or the block changes. */
function usePreview(trader: Trader, order: OrderIn<Order> | undefined): { preview?: OrderPreview | undefined; problem?: string | undefined } {
  const [answer, setAnswer] = useState<{ preview?: OrderPreview; problem?: string; of?: string }>({});
  const key = JSON.stringify(order);
  const block = snapshot.value?.block;
  useEffect(() => {
    if (!order || order.size === '' || (order.type !== 'market' && order.price === '')) return setAnswer({});
    let current = true;
    const timer = setTimeout(() => {
      trader.preview(order).then(
        (preview) => current && setAnswer({ preview, of: key }),
        (error: unknown) => current && setAnswer({ problem: sentence(problemOf(error)), of: key }),
      );
    }, 150);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key, trader, block]);
  return answer.of === key ? answer : {};
}
