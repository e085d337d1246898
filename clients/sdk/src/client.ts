/** A chain, as a trader uses it. */

import type { SubaccountId } from './accounts.js';
import type { BlockRef, FollowedBlock, FollowOptions } from './blocks.js';
import { decodeClientId } from './client-id.js';
import { Connection, type ConnectOptions } from './connection.js';
import { UnsupportedChain } from './errors.js';
import { concerns, isTrading, type AccountEvent, type ChainEvent } from './events.js';
import { Insurance } from './insurance.js';
import { Liquidation } from './liquidation.js';
import { orderQuery, orderRequest, type Order } from './orders.js';
import { Parameters, type Market, type SubaccountReport } from './parameters.js';
import { textOf, type Plain } from './plain.js';
import { Risk } from './risk.js';
import { Sender, type Outcome, type Signer, type SubmitOptions } from './submit.js';
import { Trader } from './trader.js';

/** All orders of a side at one price: ticks and lots. */
export interface Level {
  readonly price: bigint;
  readonly size: bigint;
}

/** What the AMM quotes at the present mark. */
export interface AmmQuote {
  readonly bid: bigint | undefined;
  readonly ask: bigint | undefined;
  readonly inventory: bigint;
  readonly maxInventory: bigint;
  readonly depthLots: bigint;
  readonly depthTicks: number;
  readonly equity: bigint;
  readonly shares: bigint;
}

/** The book of a market; the AMM's curve is apart from it. */
export interface Book {
  readonly market: number;
  readonly block: number;
  /** The highest price first. */
  readonly bids: readonly Level[];
  /** The lowest price first. */
  readonly asks: readonly Level[];
  readonly amm: AmmQuote | undefined;
  readonly orders: number;
  readonly waiting: number;
}

/** An open order. */
export interface OpenOrder {
  readonly order: bigint;
  readonly clientId: string | bigint | undefined;
  readonly market: number;
  readonly side: 'buy' | 'sell';
  readonly kind: string;
  readonly price: bigint | undefined;
  readonly size: bigint;
  readonly reduceOnly: boolean;
  readonly lastBlock: number | undefined;
  readonly entered: number | undefined;
  readonly trigger: bigint | undefined;
  readonly triggersAbove: boolean;
}

/** What would become of an order that is placed now: ticks, lots, quanta. */
export interface OrderPreview {
  /** Why it would be refused, in the words of the errors. */
  readonly refused: string | undefined;
  readonly limit: bigint;
  readonly notional: bigint;
  readonly takerFee: bigint;
  readonly makerFee: bigint;
  /** The largest size that margin carries at that price. */
  readonly largest: bigint;
}

/** A market's prices in a block, in ticks. */
export interface MarketPrices {
  readonly market: number;
  readonly symbol: string;
  readonly index: bigint;
  /** When the sources had it: milliseconds since the Unix epoch. */
  readonly indexTime: bigint;
  readonly mark: bigint;
  /** Where this block's batch cleared; none if nothing traded. */
  readonly batch: bigint | undefined;
  /** Lots it traded. */
  readonly volume: bigint;
  /** For eight hours, in parts per billion. */
  readonly fundingRate: bigint;
  readonly openInterest: bigint;
}

/** What a block says of the subaccounts that were asked for. */
export interface AccountBlock {
  readonly block: BlockRef;
  /** How many of the blocks before it are no longer on the chain: what they said did not happen. */
  readonly retracted: number;
  readonly events: readonly AccountEvent[];
}

const BOOK_LEVELS = 20;

export class Client {
  #parameters: Parameters;
  /** Who is due, what is offered, and what a bid would do. */
  readonly liquidation: Liquidation;
  /** Funds, their backers, and deleveraging. */
  readonly insurance: Insurance;
  /** Breakers, the block's work, and contagion. */
  readonly risk: Risk;

  private constructor(
    readonly connection: Connection,
    parameters: Parameters,
    readonly quoteSymbol: string,
  ) {
    this.#parameters = parameters;
    this.liquidation = new Liquidation(connection, () => this.#parameters);
    this.insurance = new Insurance(connection);
    this.risk = new Risk(connection, (at) => parametersOf(connection, at));
  }

  static async connect(endpoint: string, options: ConnectOptions = {}): Promise<Client> {
    const connection = await Connection.open(endpoint, options);
    try {
      const parameters = await parametersOf(connection);
      return new Client(connection, parameters, await symbolOf(connection, parameters.quoteAsset));
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Parameters as they were when last asked for: what is listed does not change. */
  get parameters(): Parameters {
    return this.#parameters;
  }

  /** Parameters and their present values; or those at a block. */
  async refresh(at?: string): Promise<Parameters> {
    const parameters = await parametersOf(this.connection, at);
    if (at === undefined) this.#parameters = parameters;
    return parameters;
  }

  /** A market by symbol or number. */
  market(wanted: string | number): Market {
    return this.#parameters.market(wanted);
  }

  /** A sender of transactions. One for each account: it keeps the nonces. */
  sender(signer: Signer): Sender {
    return new Sender(this.connection, signer);
  }

  /** A subaccount of the signer; or of another owner, whose delegate the signer is. */
  trader(signer: Signer | Sender, { owner, number = 0 }: { owner?: string; number?: number } = {}): Trader {
    const sender = signer instanceof Sender ? signer : this.sender(signer);
    return new Trader(this, sender, { owner: owner ?? sender.address, number });
  }

  /** Tokens to try things with, where the chain gives them away. */
  faucet(signer: Signer | Sender, options?: SubmitOptions): Promise<Outcome> {
    const sender = signer instanceof Sender ? signer : this.sender(signer);
    return sender.submit(this.connection.call('custody', 'faucet'), options);
  }

  /** A subaccount with its health, positions and limits. */
  async report({ owner, number }: SubaccountId, at?: string): Promise<SubaccountReport | undefined> {
    const answer = await this.connection.ask('accountsApi', 'subaccount', [owner, number], at);
    return answer as unknown as SubaccountReport | undefined;
  }

  /** A subaccount by the key that events name, with its owner. */
  async reportByKey(key: string, at?: string): Promise<{ owner: string; report: SubaccountReport } | undefined> {
    const answer = (await this.connection.ask('accountsApi', 'subaccountByKey', [key], at)) as [string, Plain] | undefined;
    return answer && { owner: answer[0], report: answer[1] as unknown as SubaccountReport };
  }

  /** The block that opened a subaccount which is open in block `to`. Asks for about log2(to) blocks. */
  async openedIn(id: SubaccountId, to: number): Promise<number> {
    let [closed, open] = [0, to];
    while (open - closed > 1) {
      const middle = Math.floor((closed + open) / 2);
      const block = await this.connection.persist(() => this.connection.blockAt(middle));
      if (block && (await this.report(id, block.hash))) open = middle;
      else closed = middle;
    }
    return open;
  }

  /** The book of a market, best prices first. */
  async book(market: string | number, { levels = BOOK_LEVELS, at }: { levels?: number; at?: string } = {}): Promise<Book> {
    const { number } = this.market(market);
    return (await this.connection.ask('marketsApi', 'book', [number, levels], at)) as unknown as Book;
  }

  /** What would become of an order that is placed now. */
  async preview({ owner, number }: SubaccountId, order: Order & { market: string | number }, at?: string): Promise<OrderPreview> {
    const query = orderQuery(orderRequest(this.market(order.market), order));
    const answer = (await this.connection.ask('marketsApi', 'preview', [owner, number, query], at)) as {
      [field: string]: Plain;
    };
    const refused = answer['refused'] === undefined ? undefined : textOf(answer['refused']);
    return { ...answer, refused } as unknown as OrderPreview;
  }

  /** The open orders of a subaccount, the oldest first. */
  async openOrders({ owner, number }: SubaccountId, at?: string): Promise<OpenOrder[]> {
    const answer = await this.connection.ask('marketsApi', 'orders', [owner, number], at);
    return (answer as { [field: string]: Plain }[]).map(({ buys, kind, clientId, ...order }) => ({
      ...(order as unknown as Omit<OpenOrder, 'side' | 'kind' | 'clientId'>),
      side: buys ? 'buy' : 'sell',
      kind: textOf(kind),
      clientId: clientId === undefined ? undefined : decodeClientId(clientId as string),
    }));
  }

  /** The blocks from now on, or from a number on, none left out. */
  blocks(options?: FollowOptions): AsyncGenerator<FollowedBlock> {
    return this.connection.blocks(options);
  }

  /** Block by block, also where nothing happened, what the chain says of one or more subaccounts. */
  async *accountBlocks(keys: string | readonly string[], options?: FollowOptions): AsyncGenerator<AccountBlock> {
    const wanted = [keys].flat();
    for await (const { retracted, ...block } of this.blocks(options)) {
      const all = await this.connection.eventsOf(block, isTrading);
      const events = all.filter((event) => wanted.some((key) => concerns(event, key)));
      yield { block, retracted, events: events as unknown as AccountEvent[] };
    }
  }

  /** One by one, fills, cancels, funding, margin calls … of one or more subaccounts. Final ones unless told otherwise. */
  async *accountEvents(keys: string | readonly string[], options: FollowOptions = {}): AsyncGenerator<AccountEvent> {
    for await (const { events } of this.accountBlocks(keys, { finalized: true, ...options })) yield* events;
  }

  /** All events of all accounts, block by block. */
  async *events(options?: FollowOptions): AsyncGenerator<{ block: BlockRef; retracted: number; events: ChainEvent[] }> {
    for await (const { retracted, ...block } of this.blocks(options)) {
      yield { block, retracted, events: await this.connection.eventsOf(block, isTrading) };
    }
  }

  /** The book of a market after each block. */
  async *books(market: string | number, { levels = BOOK_LEVELS, ...options }: FollowOptions & { levels?: number } = {}): AsyncGenerator<Book> {
    for await (const { hash } of this.blocks(options)) yield await this.book(market, { levels, at: hash });
  }

  /** A subaccount after each block. */
  async *reports(id: SubaccountId, options?: FollowOptions): AsyncGenerator<{ block: BlockRef; report: SubaccountReport | undefined }> {
    for await (const { retracted: _, ...block } of this.blocks(options)) {
      yield { block, report: await this.report(id, block.hash) };
    }
  }

  /** Prices of all markets that have one, at a block or now. */
  async marketPrices(at?: string): Promise<MarketPrices[]> {
    const prices = (await this.connection.ask('streamsApi', 'marketPrices', [], at)) as unknown as MarketPrices[];
    return prices.map((price) => ({ ...price, symbol: this.market(price.market).symbol }));
  }

  /** Prices of all markets after each block. */
  async *prices(options?: FollowOptions): AsyncGenerator<{ block: BlockRef; prices: MarketPrices[] }> {
    for await (const { retracted: _, ...block } of this.blocks(options)) {
      yield { block, prices: await this.marketPrices(block.hash) };
    }
  }
}

async function parametersOf(connection: Connection, at?: string): Promise<Parameters> {
  if (!(connection.api.call as Record<string, unknown>)['accountsApi']) {
    throw new UnsupportedChain(`the chain at ${connection.endpoint} has no margin accounts`);
  }
  return Parameters.from(await connection.ask('accountsApi', 'parameters', [], at));
}

/** The name of a token, if it has one. */
async function symbolOf(connection: Connection, asset: number): Promise<string> {
  const metadata = await connection.api.query['assets']?.['metadata']?.(asset);
  const symbol = metadata && 'symbol' in metadata ? textOf((metadata.symbol as { toHex(): string }).toHex()) : '';
  return symbol || 'quote';
}
