/**
 * When each account fell due, whether something was done about it in that very block, and if not,
 * why.
 *
 * An account is due by what the chain says of it, and by what the chain may have missed: after every
 * block, every account with a position is asked what its health is at that block's prices.
 */

import { accountsAt } from './books.js';

export const VERDICTS = {
  sameBlock: 'in the block of the price',
  budget: 'later: the block had no room, and said so',
  breaker: 'later: a breaker, a grace or the price did not allow it',
  traded: 'later: due by a trade of its own, in the batch after liquidation had had its turn',
  unexplained: 'unexplained',
};

/** What is done about a due account, by events that name it. */
const ACTS = new Set(['liquidation.OrdersCancelled', 'liquidation.Offered', 'liquidation.Filled', 'liquidation.Absorbed']);
/** Blocks that are asked about at once. */
const AT_ONCE = 4;
/** More than there are accounts. */
const MOST_DUE = 1_000;

export class Judge {
  #client;
  #before;
  /** By account, the case that is open. */
  #open = new Map();
  /** `[{ account, block, verdict, acted, why }]`: `acted` is the block of the first act, if there was one. */
  cases = [];
  /** Reports of accounts that were looked at. */
  looks = 0;

  constructor(client) {
    this.#client = client;
  }

  /** Judges final blocks, `[{ block, events }]`, in their order. */
  async judge(blocks) {
    for (let from = 0; from < blocks.length; from += AT_ONCE) {
      const seen = await Promise.all(blocks.slice(from, from + AT_ONCE).map((entry) => this.#look(entry)));
      for (const entry of seen) this.#step(entry);
    }
    return this.cases;
  }

  /** What a block leaves behind. */
  async #look({ block, events }) {
    const { liquidation, risk } = this.#client;
    const at = block.hash;
    const [due, status, pipeline, breakers, reports] = await Promise.all([
      liquidation.due({ most: MOST_DUE, at }),
      liquidation.status(at),
      risk.pipeline(at),
      risk.breakers(at),
      this.#reports(at),
    ]);
    this.looks += reports.length;
    const below = new Set(reports.filter(({ health }) => health < 0n).map(({ key }) => key));
    for (const { key } of due) below.add(key);
    const markets = new Map(reports.map(({ key, positions }) => [key, positions.map(({ market }) => market)]));
    return { number: block.number, events, below, markets, status, pipeline, breakers };
  }

  /** All accounts with positions. A backstop is not liquidated: what it lacks is its fund's. */
  async #reports(at) {
    const [accounts, backstops] = await Promise.all([accountsAt(this.#client, at), this.#client.insurance.backstops(at)]);
    const exempt = new Set(backstops.map(({ account }) => account));
    const held = accounts.filter(({ key, state }) => state.positions.length > 0 && !exempt.has(key));
    return Promise.all(held.map(async ({ key }) => (await this.#client.reportByKey(key, at)).report));
  }

  #step(seen) {
    const told = seen.events.filter(({ name }) => name === 'margin.AccountDue').map(({ data }) => data.account);
    for (const [account, open] of this.#open) if (open.acted === undefined && acted(account, seen)) open.acted = seen.number;
    for (const account of new Set([...told, ...seen.below])) if (!this.#open.has(account)) this.#begin(account, seen);
    for (const account of this.#open.keys()) if (!seen.below.has(account)) this.#open.delete(account);
    this.#before = seen;
  }

  #begin(account, seen) {
    const verdict = this.#verdictOn(account, seen);
    const begun = { account, block: seen.number, verdict, acted: acted(account, seen) ? seen.number : undefined };
    this.#open.set(account, begun);
    this.cases.push(begun);
  }

  #verdictOn(account, seen) {
    if (acted(account, seen)) return 'sameBlock';
    if (!this.#mayClose(account, seen)) return 'breaker';
    if (seen.pipeline.backlog || seen.status.backlog > 0) return 'budget';
    return tradedBefore(account, seen) ? 'traded' : 'unexplained';
  }

  /** Permission as it was when liquidation had its turn, which is that of the block before, or has come to be since. */
  #mayClose(account, seen) {
    const held = seen.markets.get(account) ?? this.#before?.markets.get(account) ?? [];
    return [this.#before, seen].every((entry) => {
      if (!entry) return true;
      const { chain, markets } = entry.breakers;
      return chain.graceUntil === undefined && markets.every(({ market, liquidates }) => liquidates || !held.includes(market));
    });
  }
}

const acted = (account, { events }) => events.some(({ name, data }) => ACTS.has(name) && data.account === account);

/** Whether the event that calls it due follows a trade of its own in the block's batches. */
function tradedBefore(account, { events }) {
  const of = (wanted) => events.find(({ name, data }) => name === wanted && data.account === account);
  const [due, trade] = [of('margin.AccountDue'), of('margin.Traded')];
  return trade !== undefined && due !== undefined && trade.sequence < due.sequence;
}

/** How many cases there are of each verdict, and how many blocks later something was done about them. */
export function tableOf(cases) {
  return Object.entries(VERDICTS).map(([verdict, words]) => {
    const of = cases.filter((one) => one.verdict === verdict);
    const waits = of.filter(({ acted }) => acted !== undefined).map(({ acted, block }) => acted - block);
    return { verdict, words, count: of.length, longest: waits.length > 0 ? Math.max(...waits) : undefined };
  });
}
