/** Reports prices that a test chooses, block by block, for a chain whose only reporter is Alice. */

import { feedsOf, reportTransaction, signReport } from './oracle.js';
import { account } from './chain.js';
import { RpcError, call } from './rpc.js';

/** Confidence, as a part of the price. */
const CONFIDENCE = 10_000n;
/** Quotes are so old: the chain refuses what is later than its slot. */
const AGE_MS = 600;

export class Reporter {
  #prices = new Map();
  #unsubscribe;
  #busy = false;
  /** How many reports the node took, and why it did not take the last one it did not. */
  sent = 0;
  refusal;

  static async start({ api, node }, prices, pair = account('//Alice')) {
    const reporter = new Reporter(api, node.endpoint, pair, await feedsOf(api));
    for (const [symbol, price] of Object.entries(prices)) reporter.set(symbol, price);
    reporter.#unsubscribe = await api.rpc.chain.subscribeNewHeads(({ number }) => reporter.#report(number.toNumber()));
    return reporter;
  }

  constructor(api, endpoint, pair, feeds) {
    Object.assign(this, { api, endpoint, pair, feeds });
  }

  /** From now on, the price of a feed: a whole number of its currency. */
  set(symbol, price) {
    const { feed, decimals } = this.feeds.find((feed) => feed.symbol === symbol);
    this.#prices.set(feed, BigInt(price) * 10n ** BigInt(decimals));
  }

  stop() {
    this.#unsubscribe?.();
  }

  async #report(round) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const time = Date.now() - AGE_MS;
      const quotes = [...this.#prices]
        .sort(([a], [b]) => a - b)
        .map(([feed, price]) => ({ feed, price, confidence: price / CONFIDENCE, time, sources: 3 }));
      const report = { reporter: this.pair.publicKey, round, finalized: Math.max(0, round - 2), quotes };
      const signature = signReport(report, this.pair, this.api.genesisHash.toHex());
      await call(this.endpoint, 'author_submitExtrinsic', await reportTransaction(this.endpoint, report, signature));
      this.sent += 1;
    } catch (error) {
      // A block came in between: the next one's report follows.
      this.refusal = error instanceof RpcError ? (error.data ?? error.reason) : error.message;
    } finally {
      this.#busy = false;
    }
  }
}
