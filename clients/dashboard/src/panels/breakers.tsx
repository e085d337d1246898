import type { Market, PoolInfo } from '@breakwater/client';

import { variant } from '../model/events.js';
import { decimal, duration, NONE } from '../model/format.js';
import { capabilities, markets, snapshot } from '../state.js';
import { Chip, Empty, Flag, Panel } from '../ui/parts.js';
import { Phase } from './markets.js';

/** An enum's value, as `{ endsAt }` of a call auction. */
const inner = (value: unknown): { [field: string]: unknown } => ((value as { value?: unknown } | undefined)?.value ?? {}) as { [field: string]: unknown };

export function Breakers() {
  const now = snapshot.value;
  return (
    <Panel id="breakers" title="Breakers" span={4} hint="What is stopped when prices move too fast, or cannot be trusted. Deposits, cancels and reductions always work.">
      {!now ? <Empty>Breakers appear with the first block.</Empty> : capabilities.value.pallets.has('circuitBreaker') ? <List /> : <Empty>This chain has no circuit breakers.</Empty>}
    </Panel>
  );
}

function List() {
  const { parameters, breakers } = snapshot.value ?? {};
  const pools = parameters?.pools.filter(({ pool }) => breakers?.pools.has(pool)) ?? [];
  return (
    <ul class="breakers">
      <Chain />
      {pools.map((pool) => (
        <Pool pool={pool} key={pool.pool} />
      ))}
      {markets.value.map((market) => (
        <MarketBreaker market={market} key={market.number} />
      ))}
    </ul>
  );
}

function Chain() {
  const { breakers, pipeline, time = 0 } = snapshot.value ?? {};
  const grace = pipeline?.graceUntil === undefined ? 0 : Number(pipeline.graceUntil) - time;
  const tripped = variant(breakers?.chain['reduceOnly']) === 'On' || pipeline?.addsRisk === false;
  return (
    <li>
      <span class="name">Chain</span>
      {grace > 0 ? <Chip tone="warn">grace after an outage, {duration(grace)}</Chip> : tripped ? <Chip tone="bad">reduce only</Chip> : <Chip tone="good">normal</Chip>}
      <small>{grace > 0 ? 'Liquidation waits for fresh prices.' : tripped ? 'No new risk and no withdrawals anywhere.' : ''}</small>
    </li>
  );
}

function Pool({ pool: { pool, symbol } }: { pool: PoolInfo }) {
  const state = snapshot.value?.breakers?.pools.get(pool);
  const tripped = variant(state?.['reduceOnly']) === 'On';
  return (
    <li>
      <span class="name">Pool {symbol}</span>
      {tripped ? <Chip tone="bad">reduce only</Chip> : <Chip tone="good">normal</Chip>}
      <small>{tripped ? 'No new risk and no withdrawals in this pool.' : ''}</small>
    </li>
  );
}

function MarketBreaker({ market }: { market: Market }) {
  const { info, grid } = market;
  const state = snapshot.value?.breakers?.markets.get(market.number);
  const ends = inner(state?.['phase'])['endsAt'];
  const left = typeof ends === 'bigint' ? Number(ends) - (snapshot.value?.time ?? 0) : undefined;
  const price = (ticks: bigint): string => decimal(ticks, grid.priceDecimals);
  return (
    <li>
      <span class="name">{market.symbol}</span>
      <span>
        <Phase market={market} />
      </span>
      <small>
        {left !== undefined && info.phase === 'CallAuction' ? `ends in ${duration(Math.max(0, left))} · ` : ''}
        trades within {info.band ? `${price(info.band[0])} – ${price(info.band[1])}` : NONE}
      </small>
      <span class="flags">
        <Flag on={info.addsRisk} label="add risk" />
        <Flag on={info.trades} label="reduce" />
        <Flag on={info.liquidates} label="liquidate" />
        <Flag on={info.withdraws} label="withdraw" />
      </span>
    </li>
  );
}
