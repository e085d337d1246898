/** What can go wrong, one class for each thing a program can do about it. */

/** Of everything this package throws by itself. */
export class BreakwaterError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** What was asked for makes no sense; nothing was sent. */
export class InvalidInput extends BreakwaterError {}

/** A text that is no decimal number, or a JavaScript number that is not exact. */
export class InvalidNumber extends InvalidInput {}

/** A price or size between two that the market takes. `below` and `above` are the nearest ones. */
export class OffGrid extends InvalidInput {
  constructor(
    message: string,
    readonly below: string,
    readonly above: string,
  ) {
    super(message);
  }
}

/** The market, asset or pool is not listed. */
export class UnknownName extends InvalidInput {}

/** The chain does not have what this package needs: another chain, or another version. */
export class UnsupportedChain extends BreakwaterError {}

/** No connection, and none for as long as was waited. */
export class Disconnected extends BreakwaterError {}

/** The node has dropped the state of a block, so that its events cannot be read any more. */
export class HistoryGone extends BreakwaterError {
  constructor(readonly block: number | string) {
    super(
      `the node no longer has the state of block ${block}: nodes keep the latest 256 unless they ` +
        'are started with --state-pruning archive',
    );
  }
}

/** The transaction is in a block, has paid its fee, and its call was refused: nothing else changed. */
export class CallFailed extends BreakwaterError {
  constructor(
    /** `exchange.OffTick`, `token.FundsUnavailable`, `badOrigin` … */
    readonly error: string,
    /** What the chain says about it. */
    readonly docs: string,
    readonly block: number,
    readonly hash: string,
  ) {
    super(docs ? `${error}: ${docs}` : error);
  }
}

/** The node did not take the transaction: nothing happened and no fee was paid. */
export class Refused extends BreakwaterError {
  constructor(
    readonly code: number | undefined,
    /** As the node words it: `Transaction is outdated`, `Inability to pay some fees …` */
    readonly reason: string,
  ) {
    super(`the node refused the transaction: ${reason}`);
  }
}

/** The transaction was never in a block and cannot be any more: nothing happened. Send a new one. */
export class Expired extends BreakwaterError {
  constructor(
    readonly hash: string,
    readonly lastBlock: number,
  ) {
    super(`the transaction ${hash} was in no block up to ${lastBlock}, its last: nothing happened, send it anew`);
  }
}

/** Another transaction of the account, from elsewhere, took the nonce: this one did not happen. */
export class NonceTaken extends BreakwaterError {
  constructor(
    readonly hash: string,
    readonly nonce: number,
  ) {
    super(
      `nonce ${nonce} was used by a transaction sent from elsewhere: ${hash} did not happen. ` +
        'Use one sender per account',
    );
  }
}

/** Not in time. The transaction may still happen, until its last block; `hash` is how to look for it. */
export class Undecided extends BreakwaterError {
  constructor(
    readonly hash: string,
    readonly nonce: number,
    readonly timeoutMs: number,
    readonly lastBlock: number,
  ) {
    super(
      `the transaction ${hash} was in no block within ${timeoutMs / 1_000} s; ` +
        `it may still happen up to block ${lastBlock}`,
    );
  }
}
