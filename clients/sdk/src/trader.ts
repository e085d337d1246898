/** One subaccount, and the keys that trade for it. */

import { addressOf, subaccountKey, type SubaccountId } from './accounts.js';
import type { Client, OpenOrder, OrderPreview } from './client.js';
import { decodeClientId } from './client-id.js';
import type { Decimal } from './decimal.js';
import { BreakwaterError, InvalidInput } from './errors.js';
import type { AccountEvent, AccountEventData, AccountEventName, ChainEvent } from './events.js';
import { bidRequest, type Bid, type BidPart, type BidPreview } from './liquidation.js';
import { orderName, orderRequest, triggerRequest, type Order, type OrderName, type TriggerOrder } from './orders.js';
import type { SubaccountReport } from './parameters.js';
import type { Outcome, Sender, SubmitOptions } from './submit.js';
import { amountOf } from './units.js';

/** An order of a certain market. */
export type OrderIn<O> = O & { market: string | number };

/** An order that the chain took. Price in ticks, size in lots. */
export interface PlacedOrder {
  /** The account's number for it. */
  readonly order: bigint;
  readonly market: number;
  readonly clientId: string | bigint | undefined;
  /** Its limit; of a market order, its protection price. None while it waits for the mark. */
  readonly price: bigint | undefined;
  readonly size: bigint;
}

/** One of several that the chain refused. */
export interface RefusedItem {
  /** Its place in what was asked for. */
  readonly index: number;
  readonly error: string;
  readonly docs: string;
}

export type Placed = Outcome & { readonly order: bigint; readonly placed: PlacedOrder };
export type PlacedMany = Outcome & { readonly placed: readonly PlacedOrder[]; readonly refused: readonly RefusedItem[] };
export type CancelledMany = Outcome & { readonly cancelled: readonly bigint[]; readonly refused: readonly RefusedItem[] };

export type Withdrawal = Outcome & {
  /** What is in the wallet, in smallest units. */
  readonly paid: bigint;
  /** What waits until the pool's limit has room. */
  readonly waiting: bigint;
  readonly ticket: bigint | undefined;
};

/** What a bid took. Lots are the bidder's: bought is positive. */
export type BidResult = Outcome & {
  readonly lots: bigint;
  /** Quanta paid; received is negative. */
  readonly cost: bigint;
  readonly fills: readonly BidPart[];
};

/** Shares of a tranche. */
export type Backing = Outcome & { readonly tranche: number; readonly shares: bigint; readonly generation: number };

/** Most orders in one transaction. */
export const MAX_ORDERS_PER_CALL = 50;

export class Trader {
  /** The key that events name, in hexadecimal. */
  readonly key: string;
  readonly id: SubaccountId;

  constructor(
    readonly client: Client,
    readonly sender: Sender,
    id: SubaccountId,
  ) {
    this.id = { owner: addressOf(id.owner), number: id.number };
    this.key = subaccountKey(this.id);
  }

  /** Opens the subaccount in a pool, against a deposit; for one market only, if isolated. */
  async open({ pool = 0, isolated }: { pool?: string | number; isolated?: string | number } = {}, options?: SubmitOptions): Promise<Outcome> {
    const { parameters } = this.client;
    const market = isolated === undefined ? null : parameters.market(isolated).number;
    return this.#call('margin', 'open', [this.id.number, parameters.pool(pool).pool, market], options);
  }

  /** Closes it when it is empty; the deposit comes back. */
  async close(options?: SubmitOptions): Promise<Outcome> {
    return this.#call('margin', 'close', [this.id.number], options);
  }

  /** Whether it is open. */
  async isOpen(): Promise<boolean> {
    return (await this.report()) !== undefined;
  }

  /** Moves quote, or a collateral asset by its name, from the wallet into the subaccount. */
  async deposit(asset: string | number, amount: Decimal, options?: SubmitOptions): Promise<Outcome> {
    return this.#call('custody', 'deposit', [this.id.number, ...this.#tokens(asset, amount)], options);
  }

  /** Moves it out again, as far as margin permits. What exceeds the pool's limit waits under a ticket. */
  async withdraw(asset: string | number, amount: Decimal, options?: SubmitOptions): Promise<Withdrawal> {
    const outcome = await this.#call('custody', 'withdraw', [this.id.number, ...this.#tokens(asset, amount)], options);
    const [requested] = named(this.#own(outcome), 'custody.WithdrawalRequested');
    if (!requested) throw new BreakwaterError(`no withdrawal in the events of ${outcome.hash}`);
    const { waiting, ticket } = requested;
    return { ...outcome, paid: requested.amount - waiting, waiting, ticket };
  }

  /** Pays out what a ticket may have by now. */
  async collect(ticket: bigint | number, options?: SubmitOptions): Promise<Outcome> {
    return this.#call('custody', 'collect', [BigInt(ticket)], options);
  }

  /** Moves an asset to another subaccount of the same owner and pool. */
  async transfer(to: number, asset: string | number, amount: Decimal, options?: SubmitOptions): Promise<Outcome> {
    return this.#call('margin', 'transfer', [this.id.number, to, ...this.#tokens(asset, amount)], options);
  }

  /** Places an order: it takes part in the next block's batch. */
  async place(order: OrderIn<Order>, options?: SubmitOptions): Promise<Placed> {
    const request = orderRequest(this.client.market(order.market), order);
    const outcome = await this.#call('exchange', 'place', [this.id, request], options);
    return this.#placed(outcome);
  }

  /** Places a stop-loss or take-profit order: it waits for the mark. */
  async placeTrigger(order: OrderIn<TriggerOrder>, options?: SubmitOptions): Promise<Placed> {
    const { trigger, request } = triggerRequest(this.client.market(order.market), order);
    const outcome = await this.#call('exchange', 'placeTrigger', [this.id, trigger, request], options);
    return this.#placed(outcome);
  }

  /** Places up to 50 orders in one transaction, each for itself. Throws only if all are refused. */
  async placeMany(orders: readonly OrderIn<Order>[], options?: SubmitOptions): Promise<PlacedMany> {
    checkCount(orders, 'orders');
    const requests = orders.map((order) => orderRequest(this.client.market(order.market), order));
    const outcome = await this.#call('exchange', 'placeMany', [this.id, requests], options);
    return { ...outcome, placed: placedIn(this.#own(outcome)), refused: refusedIn(this.#own(outcome)) };
  }

  /** Cancels an order and places another, or neither. */
  async replace(old: OrderName, order: OrderIn<Order>, options?: SubmitOptions): Promise<Placed> {
    const request = orderRequest(this.client.market(order.market), order);
    const outcome = await this.#call('exchange', 'replace', [this.id, orderName(old), request], options);
    return this.#placed(outcome);
  }

  /** Cancels up to 50 orders, each for itself. Throws only if none of them is there. */
  async cancel(names: OrderName | readonly OrderName[], options?: SubmitOptions): Promise<CancelledMany> {
    const list = Array.isArray(names) ? (names as readonly OrderName[]) : [names as OrderName];
    checkCount(list, 'orders');
    const outcome = await this.#call('exchange', 'cancel', [this.id, list.map(orderName)], options);
    return { ...outcome, cancelled: cancelledIn(this.#own(outcome)), refused: refusedIn(this.#own(outcome)) };
  }

  /** Cancels all orders, of one market or of all. */
  async cancelAll(market?: string | number, options?: SubmitOptions): Promise<CancelledMany> {
    const number = market === undefined ? null : this.client.market(market).number;
    const outcome = await this.#call('exchange', 'cancelAll', [this.id, number], options);
    return { ...outcome, cancelled: cancelledIn(this.#own(outcome)), refused: [] };
  }

  /** All orders are cancelled so many blocks from now, unless this is called again before. Zero: never. */
  async deadManSwitch(blocks: number, options?: SubmitOptions): Promise<Outcome> {
    if (!Number.isInteger(blocks) || blocks < 0) throw new InvalidInput(`a number of blocks is not ${blocks}`);
    return this.#call('exchange', 'setDeadManSwitch', [this.id, blocks], options);
  }

  /** Lets another key place and cancel orders, and nothing else, up to and including a block. */
  async addDelegate(address: string, untilBlock: number, options?: SubmitOptions): Promise<Outcome> {
    return this.#call('exchange', 'addDelegate', [this.id.number, addressOf(address), untilBlock], options);
  }

  async removeDelegate(address: string, options?: SubmitOptions): Promise<Outcome> {
    return this.#call('exchange', 'removeDelegate', [this.id.number, addressOf(address)], options);
  }

  /** Takes over what accounts in liquidation offer: fills in its block, or is refused. */
  async bid(bid: Bid, options?: SubmitOptions): Promise<BidResult> {
    const { market, asset, side, size, limit } = bidRequest(this.client.parameters, bid);
    const outcome =
      market === undefined
        ? await this.#ownCall('liquidation', 'bidCollateral', [asset, size, limit], options)
        : await this.#ownCall('liquidation', 'bid', [market, side, size, limit], options);
    const [filled] = named(outcome.events, 'liquidation.BidFilled');
    if (!filled) throw new BreakwaterError(`no bid in the events of ${outcome.hash}`);
    const fills = named(outcome.events, 'liquidation.Filled').map(({ account, lots, price }) => ({ account, lots: -lots, price }));
    return { ...outcome, lots: filled.lots, cost: filled.cost, fills };
  }

  /** What a bid would do now, and whether it could. */
  async previewBid(bid: Bid, at?: string): Promise<BidPreview> {
    const pool = 'asset' in bid ? (await this.report(at))?.pool : undefined;
    return this.client.liquidation.preview(this.id, bid, { pool: pool ?? 0, ...(at === undefined ? {} : { at }) });
  }

  /** Puts quote into a tranche of its pool's fund: tranche 0 loses first, and earns most. */
  async back(tranche: number, amount: Decimal, { minShares = 1n, ...options }: SubmitOptions & { minShares?: bigint } = {}): Promise<Backing> {
    const [, quanta] = this.#tokens('quote', amount);
    const outcome = await this.#ownCall('insurance', 'back', [tranche, quanta, minShares], options);
    const backed = outcome.events.find(({ name }) => name === 'insurance.Backed');
    if (!backed) throw new BreakwaterError(`no backing in the events of ${outcome.hash}`);
    const { shares, generation } = backed.data as unknown as { shares: bigint; generation: number };
    return { ...outcome, tranche, shares, generation };
  }

  /** Asks to leave a tranche with so many shares. They stay at risk until they are claimed. */
  async requestExit(pool: string | number, tranche: number, shares: bigint, options?: SubmitOptions): Promise<Outcome> {
    return this.#call('insurance', 'requestExit', [this.client.parameters.pool(pool).pool, tranche, shares], options);
  }

  async cancelExit(pool: string | number, tranche: number, options?: SubmitOptions): Promise<Outcome> {
    return this.#call('insurance', 'cancelExit', [this.client.parameters.pool(pool).pool, tranche], options);
  }

  /** Burns the shares that were asked to leave; what they are worth goes into this subaccount. */
  async claimExit(tranche: number, options?: SubmitOptions): Promise<Outcome & { readonly paid: bigint }> {
    const outcome = await this.#ownCall('insurance', 'claimExit', [tranche], options);
    const left = outcome.events.find(({ name }) => name === 'insurance.Left');
    if (!left) throw new BreakwaterError(`no exit in the events of ${outcome.hash}`);
    return { ...outcome, paid: left.data['paid'] as bigint };
  }

  /** Gives quote to its pool's fund, or to that of all pools. It does not come back. */
  async contribute(amount: Decimal, { toAll = false, ...options }: SubmitOptions & { toAll?: boolean } = {}): Promise<Outcome> {
    const [, quanta] = this.#tokens('quote', amount);
    return this.#ownCall('insurance', 'contribute', [toAll, quanta], options);
  }

  /** Buys collateral that its pool's backstop took over, in whole lots, at the price of the chain or not at all. */
  async buyCollateral(asset: string | number, size: Decimal, maxPrice: Decimal, options?: SubmitOptions): Promise<Outcome> {
    const request = bidRequest(this.client.parameters, { asset, size, limit: maxPrice });
    return this.#ownCall('insurance', 'buyCollateral', [request.asset, request.size, request.limit], options);
  }

  /** What would become of an order that is placed now. */
  async preview(order: OrderIn<Order>, at?: string): Promise<OrderPreview> {
    return this.client.preview(this.id, order, at);
  }

  /** Its open orders, the oldest first. */
  async openOrders(at?: string): Promise<OpenOrder[]> {
    return this.client.openOrders(this.id, at);
  }

  /** What is in it and what it is worth; none if it is not open. */
  async report(at?: string): Promise<SubaccountReport | undefined> {
    return this.client.report(this.id, at);
  }

  /** What an outcome says of this subaccount. */
  events(outcome: Outcome): AccountEvent[] {
    return this.#own(outcome) as unknown as AccountEvent[];
  }

  /** A call that names the subaccount by its number: its owner's alone. */
  #ownCall(pallet: string, name: string, args: unknown[], options?: SubmitOptions): Promise<Outcome> {
    if (addressOf(this.sender.address) !== this.id.owner) throw new InvalidInput(`${pallet}.${name} is for the owner of the subaccount`);
    return this.#call(pallet, name, [this.id.number, ...args], options);
  }

  #call(pallet: string, name: string, args: unknown[], options?: SubmitOptions): Promise<Outcome> {
    return this.sender.submit(this.client.connection.call(pallet, name, ...args), options);
  }

  #own(outcome: Outcome): ChainEvent[] {
    return outcome.events.filter(({ data }) => data['account'] === this.key);
  }

  #placed(outcome: Outcome): Placed {
    const [placed] = placedIn(this.#own(outcome));
    if (!placed) throw new BreakwaterError(`no order in the events of ${outcome.hash}`);
    return { ...outcome, order: placed.order, placed };
  }

  /** A collateral asset, or none for quote, and an amount in its smallest units. */
  #tokens(wanted: string | number, amount: Decimal): [number | null, bigint] {
    const { parameters, quoteSymbol } = this.client;
    const { quoteAsset, quoteDecimals } = parameters;
    if (wanted === 'quote' || wanted === quoteSymbol || wanted === quoteAsset) {
      return [null, amountOf(amount, quoteDecimals, quoteSymbol)];
    }
    const { asset, decimals, symbol } = parameters.asset(wanted);
    return [asset, amountOf(amount, decimals, symbol)];
  }
}

function named<N extends AccountEventName>(events: readonly ChainEvent[], name: N): AccountEventData[N][] {
  return events.filter((event) => event.name === name).map(({ data }) => data as unknown as AccountEventData[N]);
}

function placedIn(events: readonly ChainEvent[]): PlacedOrder[] {
  const clientIdOf = (id: string | undefined): string | bigint | undefined => (id === undefined ? id : decodeClientId(id));
  return events.flatMap((event) => {
    if (event.name !== 'exchange.Placed' && event.name !== 'exchange.TriggerPlaced') return [];
    const { order, market, price, size, clientId } = event.data as unknown as AccountEventData['exchange.Placed'];
    return [{ order, market, price, size, clientId: clientIdOf(clientId) }];
  });
}

const cancelledIn = (events: readonly ChainEvent[]): bigint[] => named(events, 'exchange.Cancelled').map(({ order }) => order);

function refusedIn(events: readonly ChainEvent[]): RefusedItem[] {
  return named(events, 'exchange.Refused').map(({ index, error }) => ({ index, ...error }));
}

function checkCount(items: readonly unknown[], what: string): void {
  if (items.length === 0) throw new InvalidInput(`no ${what}`);
  if (items.length > MAX_ORDERS_PER_CALL) {
    throw new InvalidInput(`${items.length} ${what}: one transaction takes ${MAX_ORDERS_PER_CALL}`);
  }
}
