/** What went wrong, and what to do about it. */

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
  'custody.Dry': 'The faucet gives an account only so often in a day. Come back tomorrow, or take another key.',
  'custody.NoFaucet': 'This chain gives nothing away. Move assets into your wallet first.',
  'margin.BeyondFree': 'Margin, or a loan, needs it. Withdraw less, or close positions first.',
  'token.FundsUnavailable': 'There is not so much in the wallet. Take less, or use the faucet.',
  'token.BelowMinimum': 'Leave a little in the wallet, or take all of it.',
};

const INVALID_INPUT = new Set(['InvalidInput', 'InvalidNumber', 'OffGrid', 'UnknownName']);

export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { what: String(error), todo: 'Try again.' };
  const { name, message } = error;
  const failed = (error as { error?: unknown }).error;
  if (typeof failed === 'string') return { what: message, todo: TODO[failed] ?? 'Nothing was changed, only the fee is paid.' };
  if (INVALID_INPUT.has(name)) return { what: message, todo: 'Correct it and try again: nothing was sent.' };
  if (/Inability to pay some fees/.test(message)) {
    return { what: 'the wallet cannot pay the fee', todo: 'Transactions are paid in BWR: send some to this address, or take another key.' };
  }
  if (/Cancelled|Rejected/i.test(message) && name !== 'Refused') return { what: 'you did not sign', todo: 'Nothing was sent.' };
  if (name === 'Undecided' || name === 'Disconnected') {
    return { what: message, todo: 'Look at your account before you try again: it may still happen.' };
  }
  return { what: message, todo: 'Nothing happened.' };
}

/** Why a connection did not come about. */
export function connectionProblem(error: unknown, endpoint: string, page: { protocol: string }): Problem {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (name === 'UnsupportedChain') {
    return { what: `What answers at ${endpoint} is another chain: ${message}.`, todo: 'Enter the address of a Breakwater node.' };
  }
  if (page.protocol === 'https:' && endpoint.startsWith('ws:') && !/\/\/(localhost|127\.|\[::1\])/.test(endpoint)) {
    return { what: `A page loaded over https may not use ${endpoint}.`, todo: 'Use a wss:// address, or load this page over http.' };
  }
  if (name === 'NoAnswer' || name === 'Disconnected') {
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
