/** Follows the chain behind an endpoint and keeps the page's state up to date. */

import { batch } from '@preact/signals';
import { HistoryGone, type Client, type FollowedBlock, type Market, type MarketPrices } from '@breakwater/client';

import { capabilitiesOf } from '../model/capabilities.js';
import { Narrator, topicOf, type Line, type Names } from '../model/events.js';
import { float } from '../model/format.js';
import { Pace } from '../model/pace.js';
import { connectionProblem } from '../model/problems.js';
import { Tally } from '../model/tally.js';
import * as state from '../state.js';
import { Link } from './link.js';
import { LinkedClient } from './open.js';
import { readFeeds, readSnapshot, type Snapshot } from './snapshot.js';
import { sweep } from './sweep.js';

const KEPT_LINES = 300;
/** How much of the past is read at the start: two minutes of events, and a price every few blocks for some minutes. */
const PAST_BLOCKS = 240;
const PAST_POINTS = 60;
const PAST_STEP = 8;
const SWEEP_PAUSE_MS = 4_000;
const RETRY_MS = 1_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let current: Link<LinkedClient> | undefined;
/** Ends what follows the present client. */
let leave: AbortController | undefined;

/** Leaves the present chain and follows the one at this address. */
export function connect(endpoint: string): void {
  current?.stop();
  leave?.abort();
  state.endpoint.value = endpoint;
  state.client.value = undefined;
  state.forget();
  const link: Link<LinkedClient> = new Link<LinkedClient>({
    open: () => LinkedClient.open(endpoint),
    problemOf: (error) => connectionProblem(error, endpoint, window.location),
    onState: (value) => {
      if (link === current) state.link.value = value;
    },
    onClient: (linked) => {
      if (link !== current) return;
      leave?.abort();
      state.client.value = linked?.client;
      if (!linked) return;
      leave = new AbortController();
      void begin(linked.client, leave.signal);
    },
  });
  current = link;
  void link.run();
}

async function begin(client: Client, signal: AbortSignal): Promise<void> {
  state.forget();
  const { api } = client.connection;
  const capabilities = capabilitiesOf(api as never);
  state.capabilities.value = capabilities;
  await untilDone(signal, async () => {
    const [name, type, feeds] = await Promise.all([api.rpc.system.chain(), api.rpc.system.chainType(), readFeeds(client, capabilities)]);
    if (signal.aborted) return;
    state.feeds.value = feeds;
    state.chain.value = {
      name: name.toString(),
      development: type.isDevelopment || type.isLocal,
      tokenSymbol: api.registry.chainTokens[0] ?? 'BWR',
      tokenDecimals: api.registry.chainDecimals[0] ?? 12,
      runtime: `${api.runtimeVersion.specName.toString()} ${api.runtimeVersion.specVersion.toString()}`,
    };
  });
  void followSnapshots(client, signal);
  void followEvents(client, signal);
  void followRisk(client, signal);
}

/** Does it again until it succeeds. */
async function untilDone(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      if (!signal.aborted) state.readProblem.value = (error as Error).message;
      await sleep(RETRY_MS);
    }
  }
}

/** The latest block, again and again; blocks that came while one was read are left out. */
async function followSnapshots(client: Client, signal: AbortSignal): Promise<void> {
  const { connection } = client;
  const pace = new Pace();
  let shown = -1;
  let past: Promise<void> | undefined;
  while (!signal.aborted) {
    const number = connection.head(false);
    pace.final(connection.head(true), Date.now());
    if (number === shown || document.hidden) {
      await connection.changed(document.hidden ? 1_000 : 250);
      continue;
    }
    await untilDone(signal, async () => {
      const arrived = Date.now();
      const block = await connection.blockAt(number);
      if (!block) return;
      const snapshot = await readSnapshot(client, state.capabilities.value, block, state.market.value?.number ?? state.selected.value);
      if (signal.aborted) return;
      pace.best(number, snapshot.time, arrived);
      pace.final(connection.head(true), Date.now());
      show(snapshot, { best: number, final: connection.head(true), blockMs: pace.blockMs, finalityMs: pace.finalityMs });
      past ??= readPast(client, snapshot, signal).catch(() => undefined);
    });
    shown = number;
  }
}

function show(snapshot: Snapshot, pace: state.PaceView): void {
  batch(() => {
    state.snapshot.value = snapshot;
    state.readProblem.value = snapshot.problems[0];
    state.pace.value = pace;
    for (const price of snapshot.prices) {
      const market = snapshot.parameters.market(price.market);
      state.historyOf(price.market).push(pointOf(market, price, snapshot));
      if (price.batch !== undefined) noteBatch({ market: price.market, price: price.batch, volume: price.volume }, snapshot.block);
    }
    state.historyVersion.value += 1;
  });
}

function noteBatch({ market, price, volume }: { market: number; price: bigint; volume: bigint }, block: number): void {
  const known = state.lastBatches.get(market);
  if (!known || known.block <= block) state.lastBatches.set(market, { price, volume, block });
}

function pointOf(market: Market, price: MarketPrices, { time, oracle }: Pick<Snapshot, 'time' | 'oracle'>): state.MarketPoint {
  const { priceDecimals, lotDecimals } = market.grid;
  const feed = oracle?.prices.find(({ feed }) => feed === market.info.feed);
  const index = price.index === 0n ? null : float(price.index, priceDecimals);
  const width = feed ? float(feed.confidence, state.feeds.value.find(({ feed }) => feed === market.info.feed)?.decimals ?? priceDecimals) : null;
  return {
    time: time / 1_000,
    index,
    mark: price.mark === 0n ? null : float(price.mark, priceDecimals),
    batch: price.batch === undefined ? null : float(price.batch, priceDecimals),
    low: index === null || width === null ? null : index - width,
    high: index === null || width === null ? null : index + width,
    openInterest: float(price.openInterest, lotDecimals),
    funding: float(price.fundingRate, 7),
  };
}

/** Prices of some minutes before, coarsely, so that a chart does not begin empty. */
async function readPast(client: Client, first: Snapshot, signal: AbortSignal): Promise<void> {
  const { connection } = client;
  const points = new Map<number, state.MarketPoint[]>();
  for (let i = 1; i <= PAST_POINTS && !signal.aborted; i++) {
    const block = await connection.blockAt(first.block - i * PAST_STEP);
    if (!block || block.number < 1) break;
    const [prices, time] = await Promise.all([client.marketPrices(block.hash), connection.read('timestamp', 'now', [], block.hash)]);
    for (const price of prices) {
      const point = pointOf(first.parameters.market(price.market), price, { time: Number(time), oracle: undefined });
      points.set(price.market, [point, ...(points.get(price.market) ?? [])]);
    }
  }
  if (signal.aborted) return;
  for (const [market, list] of points) state.historyOf(market).prepend(list);
  state.historyVersion.value += 1;
}

export const names: Names = {
  market: (number) => state.markets.value.find((market) => market.number === number),
  pool: (number) => state.snapshot.value?.parameters.pools.find(({ pool }) => pool === number)?.symbol ?? String(number),
  asset: (number) => state.snapshot.value?.parameters.assets.find(({ asset }) => asset === number)?.symbol ?? `asset ${number}`,
  feed: (number) => state.feeds.value.find(({ feed }) => feed === number),
};

/** Every block's events, none left out; those of blocks that are no longer on the chain go away. */
async function followEvents(client: Client, signal: AbortSignal): Promise<void> {
  const { connection } = client;
  let from = Math.max(1, connection.head(false) - PAST_BLOCKS);
  const [tally, narrator] = [new Tally(), new Narrator(names)];
  while (!signal.aborted) {
    try {
      for await (const block of connection.blocks({ from, signal })) {
        const events = await connection.eventsOf(block, (name) => topicOf(name) !== undefined);
        if (signal.aborted) return;
        for (const { name, data } of events) if (name === 'exchange.Batch') noteBatch(data as never, block.number);
        const { parameters } = client;
        tally.add(block.number, events, parameters);
        state.totals.value = tally.totals();
        add(block, narrator.lines(block.number, events));
        from = block.number + 1;
      }
    } catch (error) {
      // The node has dropped the state of blocks that far back, or is away for long.
      if (error instanceof HistoryGone) from = Math.max(from + 1, connection.head(false) - 1);
      await sleep(RETRY_MS);
    }
  }
}

function add({ number }: FollowedBlock, fresh: readonly Line[]): void {
  const kept = state.lines.value.some(({ block }) => block >= number) ? state.lines.value.filter(({ block }) => block < number) : state.lines.value;
  if (fresh.length === 0 && kept === state.lines.value) return;
  state.lines.value = trimmed([...[...fresh].reverse(), ...kept]);
}

/** So many lines of each topic, so that trades do not push out what is rare. */
function trimmed(all: readonly Line[]): Line[] {
  const counts = new Map<string, number>();
  return all.filter(({ topic }) => {
    const count = (counts.get(topic) ?? 0) + 1;
    counts.set(topic, count);
    return count <= KEPT_LINES;
  });
}

async function followRisk(client: Client, signal: AbortSignal): Promise<void> {
  const { connection } = client;
  while (!signal.aborted) {
    await untilDone(signal, async () => {
      const block = await connection.blockAt(connection.head(false));
      if (!block || document.hidden) return;
      const backstops = state.snapshot.value?.insurance?.backstops.map(({ account }) => account) ?? [];
      const result = await sweep(client, block, backstops);
      if (!signal.aborted) state.risk.value = result;
    });
    await sleep(SWEEP_PAUSE_MS);
  }
}
