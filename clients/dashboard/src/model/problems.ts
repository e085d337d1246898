/** What went wrong, and what to do about it. */

import { BreakwaterError, CallFailed, Disconnected, InvalidInput, Refused, Undecided, UnsupportedChain } from '@breakwater/client';

export interface Problem {
  readonly what: string;
  readonly todo: string;
}

/** What to do about errors of the chain. Those not here say it themselves. */
const TODO: Record<string, string> = {
  'exchange.MarketHalted': 'Its breaker allows reductions and cancels only. Wait, or tick “reduce only”.',
  'exchange.InsufficientMargin': 'Deposit more, or order less.',
  'exchange.UnknownOrder': 'It was filled or cancelled before. Nothing to do.',
  'exchange.NoPrice': 'The feeds need some blocks after the start. Wait a little.',
  'liquidation.NothingOffered': 'Look at what is offered now, and try again.',
  'liquidation.NotEnoughMargin': 'Take less, or deposit more.',
  'liquidation.NotEnoughQuote': 'Take less, or deposit more of the quote asset.',
  'liquidation.OtherPool': 'Open a subaccount in the pool of what is offered, under another number.',
  'liquidation.NotNow': 'A breaker is in the way. Wait until it is open again.',
  'custody.Dry': 'The faucet gives an account only so often in a day. Come back tomorrow, or take another key.',
  'custody.NoFaucet': 'This chain gives nothing away. Move assets into your wallet first.',
  'margin.BeyondFree': 'Margin, or a loan, needs it. Withdraw less, or close positions first.',
  'token.FundsUnavailable': 'There is not so much in the wallet. Take less, or use the faucet.',
  'token.BelowMinimum': 'Leave a little in the wallet, or take all of it.',
};

/** What to do about an error of the chain, if there is more to say than its name does. */
export const todoOf = (error: string): string => TODO[error] ?? '';

/** Nothing answers at the address. */
export class NoAnswer extends BreakwaterError {}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { what: String(error), todo: 'Try again.' };
  const { message } = error;
  if (error instanceof CallFailed) return { what: error.docs || message, todo: TODO[error.error] ?? 'Nothing was changed, only the fee is paid.' };
  if (error instanceof InvalidInput) return { what: message, todo: 'Correct it and try again: nothing was sent.' };
  if (error instanceof Refused && /Inability to pay some fees/.test(message)) {
    return { what: 'The wallet cannot pay the fee', todo: 'Transactions are paid in BWR: send some to this address, or take another key.' };
  }
  if (error instanceof Undecided || error instanceof Disconnected) {
    return { what: message, todo: 'Look at your account before you try again: it may still happen.' };
  }
  if (!(error instanceof BreakwaterError) && /cancelled|rejected/i.test(message)) return { what: 'You did not sign', todo: 'Nothing was sent.' };
  return { what: message, todo: 'Nothing happened.' };
}

/** Why a connection did not come about. */
export function connectionProblem(error: unknown, endpoint: string, page: { protocol: string }): Problem {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UnsupportedChain) {
    return { what: `What answers at ${endpoint} is another chain: ${message}.`, todo: 'Enter the address of a Breakwater node.' };
  }
  if (page.protocol === 'https:' && endpoint.startsWith('ws:') && !/\/\/(localhost|127\.|\[::1\])/.test(endpoint)) {
    return { what: `A page loaded over https may not use ${endpoint}.`, todo: 'Use a wss:// address, or load this page over http.' };
  }
  if (error instanceof NoAnswer || error instanceof Disconnected) {
    return { what: `No node answers at ${endpoint}.`, todo: 'Start one with “make run”, or enter another address. It is tried again until one answers.' };
  }
  return { what: `The node at ${endpoint} does not answer as expected: ${message}.`, todo: 'It may still be starting. It is tried again.' };
}

/** The address of a node, or what is wrong with it. */
export function checkEndpoint(text: string): { endpoint: string } | Problem {
  const endpoint = text.trim();
  const todo = 'An address looks like ws://127.0.0.1:9944.';
  if (!/^wss?:\/\//.test(endpoint)) return { what: `“${endpoint}” is no address of a node.`, todo };
  if (!URL.canParse(endpoint)) return { what: `“${endpoint}” cannot be read.`, todo };
  return { endpoint };
}
