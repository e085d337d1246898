/** Funds, their backers, and deleveraging. */

import type { Connection } from './connection.js';
import { textOf, type Plain } from './plain.js';

/** A class of backers. */
export interface Tranche {
  /** Quanta at stake, before pending losses. */
  readonly assets: bigint;
  /** Shares issued in this generation. */
  readonly shares: bigint;
  /** How many times it was wiped out: shares of an earlier one are worthless. */
  readonly generation: number;
}

/** A pool's fund. Money in quanta, rates in parts per billion. */
export interface Fund {
  readonly pool: number;
  /** What belongs to no backer; it loses first. */
  readonly capital: bigint;
  /** In the order in which they lose. */
  readonly tranches: readonly Tranche[];
  readonly target: bigint;
  /** The yearly premium on open interest. */
  readonly premiumRate: bigint;
  /** The most that the next premium pays. */
  readonly income: bigint;
  readonly premiumAt: bigint;
  readonly drawdown: bigint;
  /** What the backstop is short of zero now. */
  readonly pendingLoss: bigint;
  readonly unresolvedLoss: boolean;
}

/** Collateral that a backstop sells. */
export interface CollateralOffer {
  readonly asset: number;
  /** In its smallest units. */
  readonly amount: bigint;
  /** Of a lot, in ticks. */
  readonly price: bigint | undefined;
}

/** What a pool's backstop has. */
export interface Backstop {
  readonly pool: number;
  readonly account: string;
  /** Below zero it is a loss. */
  readonly equity: bigint;
  /** The largest at mark first. */
  readonly inventory: readonly { readonly market: number; readonly lots: bigint }[];
  readonly collateral: readonly CollateralOffer[];
}

/** A deleveraging or a final settlement. */
export interface Operation {
  readonly pool: number;
  /** As events name it. */
  readonly number: number;
  readonly stage: 'Collecting' | 'Settling' | 'Claiming' | 'Paying' | 'Clearing';
  readonly market: number | undefined;
  /** Frozen. */
  readonly mark: bigint | undefined;
  readonly longsPay: boolean | undefined;
  readonly loss: bigint;
  readonly lots: bigint;
  readonly levied: bigint;
  readonly unsettled: number;
}

/** A request to leave a fund. Milliseconds since the Unix epoch. */
export interface Exit {
  readonly shares: bigint;
  /** From when it can be claimed, if nothing is open. */
  readonly from: bigint;
  /** From when it can be claimed whatever is open, at the worst price. */
  readonly certainFrom: bigint;
  readonly until: bigint;
}

/** A backer's part of a tranche. */
export interface Stake {
  readonly pool: number;
  readonly tranche: number;
  /** Those about to leave included. */
  readonly shares: bigint;
  readonly wipedOut: boolean;
  /** Quanta, after pending losses. */
  readonly value: bigint;
  readonly exit: Exit | undefined;
}

/** Where an account would stand if its side of a market were deleveraged now. */
export interface Rank {
  /** From one, by profit; zero if it would not be asked. */
  readonly place: number;
  readonly winners: number;
  readonly profit: bigint;
  /** Of all winners on its side: its share of a shortfall is `profit / profits`. */
  readonly profits: bigint;
  /** The most it would pay. */
  readonly cap: bigint;
}

/** What an account owes to a deleveraging, and pays at its next change. */
export interface Levy {
  readonly charge: bigint;
  /** Trades that close positions; bought is positive. */
  readonly closes: readonly { readonly market: number; readonly lots: bigint; readonly price: bigint }[];
}

const API = 'insuranceApi';

/** What backers and risk people ask. All of it also as of a block, by its hash. */
export class Insurance {
  constructor(readonly connection: Connection) {}

  async funds(at?: string): Promise<Fund[]> {
    return (await this.connection.ask(API, 'funds', [], at)) as unknown as Fund[];
  }

  /** What is in the fund that all pools share, in quanta. */
  async globalFund(at?: string): Promise<bigint> {
    return (await this.connection.ask(API, 'globalFund', [], at)) as bigint;
  }

  async backstops(at?: string): Promise<Backstop[]> {
    const answer = (await this.connection.ask(API, 'backstops', [], at)) as { inventory: [number, bigint][] }[];
    return answer.map(({ inventory, ...rest }) => ({
      ...(rest as unknown as Omit<Backstop, 'inventory'>),
      inventory: inventory.map(([market, lots]) => ({ market, lots })),
    }));
  }

  /** Deleveragings and final settlements that are on. */
  async operations(at?: string): Promise<Operation[]> {
    const answer = (await this.connection.ask(API, 'operations', [], at)) as { stage: Plain }[];
    return answer.map(({ stage, ...rest }) => ({ ...rest, stage: textOf(stage) }) as unknown as Operation);
  }

  /** What an account has at stake in all funds. */
  async stakes(owner: string, at?: string): Promise<Stake[]> {
    return (await this.connection.ask(API, 'stakes', [owner], at)) as unknown as Stake[];
  }

  /** An account's rank in a market, by its key; none without a position. The node looks at all accounts. */
  async rank(key: string, market: number, at?: string): Promise<Rank | undefined> {
    return (await this.connection.ask(API, 'deleveragingRank', [key, market], at)) as unknown as Rank | undefined;
  }

  /** What an account owes now; none if nothing is fixed. */
  async levy(key: string, at?: string): Promise<Levy | undefined> {
    const answer = (await this.connection.ask(API, 'levy', [key], at)) as { charge: bigint; closes: [number, bigint, bigint][] } | undefined;
    if (!answer) return undefined;
    return { ...answer, closes: answer.closes.map(([market, lots, price]) => ({ market, lots, price })) };
  }
}
