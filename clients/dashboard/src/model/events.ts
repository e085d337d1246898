/** Events of the chain as lines that people can read. Also those that this page has not heard of. */

import type { ChainEvent, Market, Plain } from '@breakwater/client';

import { cents, decimal, percent, short, words } from './format.js';

export type Topic = 'liquidation' | 'fund' | 'breaker' | 'contagion' | 'oracle' | 'trade';

export interface Line {
  readonly id: string;
  readonly block: number;
  readonly topic: Topic;
  readonly title: string;
  readonly text: string;
  /** Of whom it tells, if of somebody. */
  readonly account: string | undefined;
  readonly grave: boolean;
}

const TOPICS: Record<string, Topic> = {
  'margin.AccountDue': 'liquidation',
  'margin.MarginCall': 'liquidation',
  'margin.SetAside': 'liquidation',
  'margin.Absorbed': 'liquidation',
  'margin.CollateralSold': 'liquidation',
  'margin.Levied': 'fund',
  'margin.FundMoved': 'fund',
  'exchange.ForcedFilled': 'liquidation',
  'exchange.Batch': 'trade',
  'oracle.ValidityChanged': 'oracle',
  'oracle.Struck': 'oracle',
  'oracle.Penalised': 'oracle',
  'oracle.Recovered': 'oracle',
};

const PALLET_TOPICS: Record<string, Topic> = {
  liquidation: 'liquidation',
  insurance: 'fund',
  circuitBreaker: 'breaker',
  clearing: 'breaker',
  contagion: 'contagion',
};

const GRAVE = /AccountDue|Absorbed|TakenOver|Levied|LossPaid|Deleverag|Settle|Forgiven|Failed|Penalised/;

/** What an event is about; none if it is not for this page. */
export const topicOf = (name: string): Topic | undefined => TOPICS[name] ?? PALLET_TOPICS[name.slice(0, name.indexOf('.'))];

const TITLES: Record<string, string> = {
  'margin.AccountDue': 'Account due',
  'margin.MarginCall': 'Margin call',
  'exchange.ForcedFilled': 'Liquidated in the batch',
  'liquidation.Offered': 'In auction',
  'liquidation.Filled': 'Liquidated',
  'liquidation.CurveReset': 'Auction begins anew',
  'liquidation.Ended': 'Liquidation over',
  'liquidation.BidFilled': 'Bid filled',
  'liquidation.Absorbed': 'Worth less than nothing, to the backstop',
  'insurance.TakenOver': 'Backstop took over',
  'insurance.WorkedOff': 'Backstop works off',
  'liquidation.BacklogChanged': 'Accounts that wait',
  'insurance.Swept': 'Backstop flat, swept into the fund',
  'contagion.LoadChanged': 'Liquidation at risk over depth',
  'exchange.Batch': 'Batch',
  'circuitBreaker.MarketChanged': 'Market breaker',
  'circuitBreaker.PoolChanged': 'Pool breaker',
  'circuitBreaker.ChainChanged': 'Chain breaker',
};

/** How to name what an event tells of. */
export interface Names {
  market(number: number): Market | undefined;
  asset(number: number): string;
  pool(number: number): string;
  feed(number: number): { symbol: string; decimals: number } | undefined;
}

/** Between two blocks that say the same of an account, so many others: it goes on. */
const PAUSE_BLOCKS = 4;

/** Tells blocks in their order. What several events say of one account is said once; what goes on, when it begins. */
export class Narrator {
  /** What goes on: from which block on, and until which it was said again. */
  #ongoing = new Map<string, { first: number; last: number }>();

  constructor(readonly names: Names) {}

  lines(block: number, events: readonly ChainEvent[]): Line[] {
    for (const [what, { first, last }] of this.#ongoing) if (first >= block || last < block - PAUSE_BLOCKS) this.#ongoing.delete(what);
    const filled = new Set(events.filter(({ name }) => name === 'liquidation.Filled').map(({ data }) => data['account']));
    const workedOff = new Set(events.filter(({ name }) => name === 'insurance.WorkedOff').map(tradeName));
    const isRepeated = (event: ChainEvent): boolean => repeatsFill(event) && (filled.has(event.data['account']) || workedOff.has(tradeName(event)));
    const isNews = (event: ChainEvent): boolean => this.#begins(block, event) && !isRepeated(event);
    return events.filter(isNews).map((event) => lineOf(event, this.names)).filter((line) => line !== undefined);
  }

  /** Whether it is the first of its kind for an account; anything that does not go on is. */
  #begins(block: number, { name, data }: ChainEvent): boolean {
    if (name !== 'margin.AccountDue' && name !== 'liquidation.Offered') return true;
    const what = `${name} ${String(data['account'])} ${legName(data['leg'])}`;
    const known = this.#ongoing.get(what);
    this.#ongoing.set(what, { first: known?.first ?? block, last: block });
    return known === undefined;
  }
}

const legName = (leg: Plain): string => JSON.stringify(leg, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? '';

const tradeName = ({ data }: ChainEvent): string => [data['market'], data['side'], data['size'], data['price']].map(String).join();

/** Says what `liquidation.Filled` says, too; or, of the backstop, `insurance.WorkedOff`. */
const repeatsFill = ({ name, data }: ChainEvent): boolean => name === 'exchange.ForcedFilled' || (name === 'liquidation.OfferEnded' && variant(data['reason']) === 'Filled');

export function lineOf(event: ChainEvent, names: Names): Line | undefined {
  const topic = topicOf(event.name);
  if (!topic) return undefined;
  const account = event.data['account'];
  return {
    id: `${event.block}-${event.sequence}`,
    block: event.block,
    topic,
    title: TITLES[event.name] ?? words(event.name.slice(event.name.indexOf('.') + 1)),
    text: textOfEvent(event, names),
    account: typeof account === 'string' ? account : undefined,
    grave: GRAVE.test(event.name),
  };
}

/** Fields that a title or a column says already, or that are of no use without the state. */
const SILENT = new Set(['account', 'order', 'clientId', 'organic', 'shares', 'generation', 'who', 'budget']);

function textOfEvent({ name, data }: ChainEvent, names: Names): string {
  if (name === 'circuitBreaker.MarketChanged') return marketBreakerText(data, names);
  if (name === 'circuitBreaker.PoolChanged') return `pool ${names.pool(data['pool'] as number)} · ${latchText(data['state'])}`;
  if (name === 'margin.FundMoved') return `from ${fundOf(data['from'], names)} to ${fundOf(data['to'], names)} · ${cents(data['amount'] as bigint)}`;
  const number = data['market'] ?? marketOfLeg(data['leg']);
  const market = typeof number === 'number' ? names.market(number) : undefined;
  const feed = typeof data['feed'] === 'number' ? names.feed(data['feed']) : undefined;
  const parts = Object.entries(data).filter(([field, value]) => !SILENT.has(field) && value !== undefined && !(SHARES_OUT.has(name) && isZero(value)));
  return parts.map(([field, value]) => fieldText(field, value, { names, market, feed, nano: NANO_EVENTS.has(name) })).join(' · ');
}

/** Events that list who pays how much: those that pay nothing are left out. */
const SHARES_OUT = new Set(['insurance.LossPaid']);
const isZero = (value: Plain): boolean => value === 0n || (Array.isArray(value) && value.every(isZero));

const latchText = (state: Plain): string => (variant((state as { reduceOnly?: Plain }).reduceOnly) === 'On' ? 'reduce only' : 'normal');

/** The fund of all pools has the number that no pool has. */
const ALL_POOLS = 2 ** 32 - 1;
const fundOf = (pool: Plain, names: Names): string => (pool === ALL_POOLS ? 'the fund of all pools' : `pool ${names.pool(pool as number)}`);

/** The market of a position's leg; none of collateral. */
const marketOfLeg = (leg: Plain): Plain => (variant(leg) === 'Market' ? (leg as { value: Plain }).value : undefined);

function marketBreakerText(data: ChainEvent['data'], names: Names): string {
  const { phase, reduceOnly, quarantine, freshAfter } = data['state'] as { [field: string]: Plain };
  const parts = [
    names.market(data['market'] as number)?.symbol ?? `market ${String(data['market'])}`,
    words(variant(phase)),
    ...(variant(reduceOnly) === 'Off' ? [] : ['reduce only']),
    ...(variant(quarantine) === 'Off' ? [] : ['quarantined']),
    ...(freshAfter === undefined ? [] : ['liquidation waits for a fresh price']),
    `batch: ${words(variant(data['matching'])).toLowerCase()}`,
  ];
  return parts.join(' · ');
}

/** The name of an enum's value. */
export function variant(value: Plain): string {
  if (typeof value === 'string') return value;
  const type = (value as { type?: Plain } | undefined)?.type;
  return typeof type === 'string' ? type : '';
}

interface Context {
  names: Names;
  market: Market | undefined;
  feed: { decimals: number } | undefined;
  nano?: boolean;
}

const PRICES = /^(price|mark|index|level|limit|reserve|bankruptcy|start|aggregate|.*Price|.*Mark)$/;
const SIZES = /^(size|lots|left|held|volume|position|excess|.*Lots|.*Size)$/;
const MONEY =
  /^(amount|fee|charge|proceeds|shortfall|paid|loss|cash|equity|profit|capital|global|tranches|fund|cost|deficit|writtenOff|share|weight|cap|claims?|haircuts?|beyond|premium|target|value|lowest|highest|to[A-Z].*|.*Amount|.*Loss)$/;
const RATES = /^(rate|ratio|down|up|.*Share|.*Rate|.*Ratio)$/;
/** Events that count money in billionths of a quantum. */
const NANO_EVENTS = new Set(['margin.AccountDue', 'margin.MarginCall']);
const NANO = 10n ** 9n;

/** A field with its unit, as far as its name tells. */
export function fieldText(field: string, value: Plain, context: Context): string {
  const { names } = context;
  if (field === 'market' && typeof value === 'number') return names.market(value)?.symbol ?? `market ${value}`;
  if (field === 'pool' && typeof value === 'number') return `pool ${names.pool(value)}`;
  if (field === 'feed' && typeof value === 'number') return names.feed(value)?.symbol ?? `feed ${value}`;
  if (variant(value) === 'Market') return names.market((value as { value: number }).value)?.symbol ?? 'a market';
  if (variant(value) === 'Collateral') return names.asset([(value as { value: Plain }).value].flat().at(-1) as number);
  const label = words(field).toLowerCase();
  if (typeof value === 'number') value = BigInt(Math.trunc(value));
  if (typeof value === 'bigint') return `${label} ${amountText(field, value, context)}`;
  if (typeof value === 'boolean') return value ? label : `not ${label}`;
  if (typeof value === 'string') return `${label} ${value.startsWith('0x') || value.length > 40 ? short(value) : words(value).toLowerCase()}`;
  if (value === undefined) return `no ${label}`;
  if (variant(value)) return `${label} ${words(variant(value)).toLowerCase()}`;
  if (Array.isArray(value)) return `${label} ${value.map((item) => itemText(field, item, context)).join(', ')}`;
  const inner = Object.entries(value).map(([name, field]) => fieldText(name, field, context));
  return `${label} (${inner.join(', ')})`;
}

/** One of a list under a name: without the name. */
function itemText(field: string, item: Plain, context: Context): string {
  return typeof item === 'bigint' ? amountText(field, item, context) : fieldText('', item, context).trim();
}

function amountText(field: string, value: bigint, { market, feed, nano }: Context): string {
  if (PRICES.test(field)) {
    const decimals = market?.grid.priceDecimals ?? feed?.decimals;
    if (decimals !== undefined) return decimal(value, decimals);
  }
  if (SIZES.test(field) && market) return decimal(value, market.grid.lotDecimals);
  if (nano) return cents(value / NANO);
  if (MONEY.test(field)) return cents(value);
  if (RATES.test(field)) return percent(value);
  return decimal(value, 0);
}
