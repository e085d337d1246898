/**
 * An account's statement from its events, and whether it comes out at what the account reports: to
 * the unit, since the ledger rounds nothing without an event.
 */

import { InvalidInput } from './errors.js';
import type { AccountEvent, Leg } from './events.js';
import type { Market, Parameters, SubaccountReport } from './parameters.js';
import { fromUnits } from './decimal.js';
import { AssetUnits, money } from './units.js';

/** One change, or a fill, which changes nothing by itself: its account's trade follows. */
export interface Entry {
  readonly block: number;
  readonly sequence: number;
  readonly kind: 'deposit' | 'withdrawal' | 'fill' | 'profit' | 'funding' | 'fee' | 'loan' | 'transfer' | 'collateral' | 'levy' | 'takeover';
  readonly text: string;
  /** What cash changed by, in quanta. */
  readonly cash: bigint;
  /** Cash after it. */
  readonly balance: bigint;
}

/** A number that should have come out otherwise. */
export interface Difference {
  readonly what: string;
  readonly statement: string;
  readonly account: string;
}

export interface Totals {
  readonly deposits: bigint;
  readonly withdrawals: bigint;
  readonly profit: bigint;
  readonly funding: bigint;
  readonly fees: bigint;
  readonly loans: bigint;
  readonly transfers: bigint;
  /** Collateral sold, or bought below zero. */
  readonly collateral: bigint;
  /** Paid to deleveragings and final settlements. */
  readonly levies: bigint;
  /** What went to the backstop with a whole account: below zero it was owed. */
  readonly takeovers: bigint;
}

type Kind = Entry['kind'];

export class Statement {
  readonly entries: Entry[] = [];
  #cash = 0n;
  readonly #lots = new Map<number, bigint>();
  readonly #collateral = new Map<number, bigint>();
  readonly #sums = new Map<Kind, bigint>();
  #filledFees = 0n;
  #tradedFees = 0n;

  constructor(
    readonly key: string,
    readonly parameters: Parameters,
    readonly quote = 'quote',
  ) {}

  get cash(): bigint {
    return this.#cash;
  }

  /** Takes the next event of the account into the statement. In the order of the chain. */
  add(event: AccountEvent): void {
    const at = { block: event.block, sequence: event.sequence };
    switch (event.name) {
      case 'margin.Credited':
        return this.#move(at, 'deposit', event.data.asset, event.data.amount);
      case 'margin.Debited':
        return this.#move(at, 'withdrawal', event.data.asset, -event.data.amount);
      case 'margin.Traded':
        return this.#trade(at, event.data);
      case 'margin.Lent': {
        const { amount } = event.data;
        return this.#enter(at, 'loan', amount < 0n ? 'paid back to the pool' : 'lent by the pool', amount);
      }
      case 'margin.Transferred': {
        const { from, to, amount } = event.data;
        if (from === this.key) this.#enter(at, 'transfer', `to ${shortKey(to)}`, -amount);
        if (to === this.key) this.#enter(at, 'transfer', `from ${shortKey(from)}`, amount);
        return;
      }
      case 'exchange.Filled': {
        const { order, market, side, size, price, fee, role } = event.data;
        const { symbol, ...units } = this.#describe(market, size, price);
        this.#filledFees += fee;
        const what = `${side === 'Buy' ? 'bought' : 'sold'} ${units.size} ${symbol} at ${units.price}`;
        return this.#enter(at, 'fill', `order ${order} ${what} as ${role.toLowerCase()}, fee ${money(fee)}`, 0n);
      }
      case 'exchange.ForcedFilled': {
        const { market, side, size, price } = event.data;
        const { symbol, ...units } = this.#describe(market, size, price);
        const what = `${side === 'Buy' ? 'bought' : 'sold'} ${units.size} ${symbol} at ${units.price}`;
        return this.#enter(at, 'fill', `liquidation ${what}`, 0n);
      }
      case 'liquidation.Filled': {
        // What it did comes as trade, fee or sale of its own.
        this.#filledFees += event.data.fee;
        return this.#enter(at, 'fill', this.#liquidationText(event.data), 0n);
      }
      case 'liquidation.BidFilled': {
        const { bidder, leg, lots, cost } = event.data;
        if (bidder !== this.key) return;
        return this.#enter(at, 'fill', `bid for ${this.#sizeOf(leg, lots)}, cost ${money(cost)}`, 0n);
      }
      case 'insurance.Deleveraged': {
        const { market, mark, lots, share, charge } = event.data;
        const { symbol, ...units } = this.#describe(market, lots, mark);
        return this.#enter(at, 'fill', `deleveraged ${units.size} ${symbol} at ${units.price}, share ${money(share)}, charge ${money(charge)}`, 0n);
      }
      case 'insurance.Settled': {
        const { claim, haircut } = event.data;
        return this.#enter(at, 'fill', `final settlement of a claim of ${money(claim)}, haircut ${money(haircut)}`, 0n);
      }
      case 'margin.Levied': {
        const { account, payee, charge } = event.data;
        if (account === this.key) this.#enter(at, 'levy', `to ${shortKey(payee)}`, -charge);
        if (payee === this.key) this.#enter(at, 'levy', `from ${shortKey(account)}`, charge);
        return;
      }
      case 'margin.CollateralSold': {
        const { from, to, asset, amount, proceeds } = event.data;
        if (from === this.key) this.#exchange(at, 'sold', asset, -amount, proceeds);
        if (to === this.key) this.#exchange(at, 'bought', asset, amount, -proceeds);
        return;
      }
      case 'margin.Absorbed': {
        if (event.data.account !== this.key) return;
        this.#enter(at, 'takeover', `everything to ${shortKey(event.data.into)}`, -this.#cash);
        this.#lots.clear();
        this.#collateral.clear();
        return;
      }
      default:
    }
  }

  totals(): Totals {
    const sum = (kind: Kind): bigint => this.#sums.get(kind) ?? 0n;
    return {
      deposits: sum('deposit'),
      withdrawals: sum('withdrawal'),
      profit: sum('profit'),
      funding: sum('funding'),
      fees: sum('fee'),
      loans: sum('loan'),
      transfers: sum('transfer'),
      collateral: sum('collateral'),
      levies: sum('levy'),
      takeovers: sum('takeover'),
    };
  }

  /** Where the statement and the account differ: nowhere, if all events of the account were added. */
  reconcile(report: SubaccountReport): Difference[] {
    if (report.key !== this.key) throw new InvalidInput(`the report is of ${report.key}, the statement of ${this.key}`);
    const differences: Difference[] = [];
    const compare = (what: string, own: bigint, reported: bigint, show: (value: bigint) => string): void => {
      if (own !== reported) differences.push({ what, statement: show(own), account: show(reported) });
    };
    compare('cash', this.#cash, report.cash, money);
    compare('fees of fills and trades', this.#filledFees, this.#tradedFees, money);
    const held = new Map(report.positions.map(({ market, lots }) => [market, lots]));
    for (const market of new Set([...held.keys(), ...this.#lots.keys()])) {
      const units = this.parameters.market(market);
      const show = (lots: bigint): string => units.size(lots);
      compare(units.symbol, this.#lots.get(market) ?? 0n, held.get(market) ?? 0n, show);
    }
    const owned = new Map(report.collateral.map(({ asset, amount }) => [asset, amount]));
    for (const asset of new Set([...owned.keys(), ...this.#collateral.keys()])) {
      const { symbol, decimals } = this.parameters.asset(asset);
      const show = (units: bigint): string => fromUnits(units, decimals);
      compare(symbol, this.#collateral.get(asset) ?? 0n, owned.get(asset) ?? 0n, show);
    }
    return differences;
  }

  #trade(
    at: { block: number; sequence: number },
    { market, lots, price, fee, funding, realised, position }: Extract<AccountEvent, { name: 'margin.Traded' }>['data'],
  ): void {
    const { symbol, ...units } = this.#describe(market, lots, price);
    this.#lots.set(market, (this.#lots.get(market) ?? 0n) + lots);
    this.#tradedFees += fee;
    const left = this.#market(market).size(position);
    // A fee may come by itself.
    if (lots !== 0n || realised !== 0n) this.#enter(at, 'profit', `${units.size} ${symbol} at ${units.price}, position ${left}`, realised);
    if (funding !== 0n) this.#enter(at, 'funding', `${symbol}`, -funding);
    if (fee !== 0n) this.#enter(at, 'fee', `${symbol}`, -fee);
  }

  /** An asset that came or went. */
  #move(at: { block: number; sequence: number }, kind: Kind, asset: number | undefined, amount: bigint): void {
    if (asset === undefined) {
      this.#enter(at, kind, `${money(amount)} ${this.quote}`, amount);
      return;
    }
    const { symbol, decimals } = this.parameters.asset(asset);
    this.#collateral.set(asset, (this.#collateral.get(asset) ?? 0n) + amount);
    this.#enter(at, kind, `${fromUnits(amount, decimals)} ${symbol}`, 0n);
  }

  /** Collateral against cash. */
  #exchange(at: { block: number; sequence: number }, verb: string, asset: number, amount: bigint, cash: bigint): void {
    const { symbol, decimals } = this.parameters.asset(asset);
    this.#collateral.set(asset, (this.#collateral.get(asset) ?? 0n) + amount);
    this.#enter(at, 'collateral', `${verb} ${fromUnits(amount < 0n ? -amount : amount, decimals)} ${symbol}`, cash);
  }

  #liquidationText({ leg, lots, price, venue }: Extract<AccountEvent, { name: 'liquidation.Filled' }>['data']): string {
    const how = { Netted: 'against other liquidations', Batch: 'in the batch', Bid: 'to a bid', Backstop: 'to the backstop' }[venue];
    return `liquidation ${this.#sizeOf(leg, lots)} at ${this.#units(leg).price(price)} ${how}`;
  }

  #sizeOf(leg: Leg, lots: bigint): string {
    const units = this.#units(leg);
    return `${units.size(lots)} ${units.grid.symbol}`;
  }

  #units({ type, value }: Leg): Market | AssetUnits {
    return type === 'Market' ? this.#market(value) : new AssetUnits(this.parameters.asset(value));
  }

  #enter(at: { block: number; sequence: number }, kind: Kind, text: string, cash: bigint): void {
    this.#cash += cash;
    this.#sums.set(kind, (this.#sums.get(kind) ?? 0n) + cash);
    this.entries.push({ ...at, kind, text, cash, balance: this.#cash });
  }

  #market(number: number): Market {
    return this.parameters.market(number);
  }

  #describe(market: number, lots: bigint, price: bigint): { symbol: string; size: string; price: string } {
    const units = this.#market(market);
    return { symbol: units.symbol, size: units.size(lots), price: units.price(price) };
  }
}

const shortKey = (key: string | undefined): string => (key ? `${key.slice(0, 10)}…` : 'the fund');

/** Comma-separated values, a line for each entry. */
export function statementCsv(statement: Statement): string {
  const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = statement.entries.map(({ block, sequence, kind, text, cash, balance }) =>
    [block, sequence, kind, quoted(text), money(cash), money(balance)].join(','),
  );
  return ['block,sequence,kind,text,cash,balance', ...lines].join('\n');
}
