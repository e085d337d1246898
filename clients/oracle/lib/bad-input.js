/** Reports that must not get in, and what the pool says to each. */

import assert from 'node:assert/strict';

import { account } from '../../lib/chain.js';
import { call } from '../../lib/rpc.js';
import { reportTransaction, reportersOf, signReport } from '../../lib/oracle.js';

const STALE = 'Transaction is outdated';
const FUTURE = 'Transaction will be valid in the future';
const ATTEMPTS = 20;

/** What is wrong: a change to a good report, or to how it is signed; and the pool's words. */
const WRONG = {
  'no quotes': [() => ({ quotes: [] }), 'Custom error: 20'],
  'a final block ahead of the round': [({ round }) => ({ finalized: round + 1 }), 'Custom error: 21'],
  'feeds out of order': [({ quotes }) => ({ quotes: quotes.toReversed() }), 'Custom error: 22'],
  'a feed twice': [({ quotes }) => ({ quotes: [quotes[0], quotes[0]] }), 'Custom error: 22'],
  'an unknown feed': [quote({ feed: 31 }), 'Custom error: 23'],
  'a feed beyond all there can be': [quote({ feed: 65_535 }), 'Custom error: 23'],
  'a price of zero': [quote({ price: 0n }), 'Custom error: 24'],
  'the highest price there can be': [quote({ price: 2n ** 64n - 1n, confidence: 1n }), 'Custom error: 24'],
  'a confidence above the price': [({ quotes: [first] }) => ({ quotes: [{ ...first, confidence: first.price + 1n }] }), 'Custom error: 24'],
  'the highest confidence': [quote({ confidence: 2n ** 64n - 1n }), 'Custom error: 24'],
  'no source': [quote({ sources: 0 }), 'Custom error: 24'],
  'a time to come': [quote({ time: Date.now() + 3_600_000 }), 'Custom error: 25'],
  'the end of time': [quote({ time: 2n ** 64n - 1n }), 'Custom error: 25'],
  'a round to come': [({ round }) => ({ round: round + 100 }), FUTURE],
  'the last round there can be': [() => ({ round: 2 ** 32 - 1 }), FUTURE],
  'a round long past': [({ round }) => ({ round: Math.max(0, round - 50), finalized: 0 }), STALE],
  'the first round': [() => ({ round: 0, finalized: 0 }), STALE],
  'a key that is no reporter': [() => ({ signer: account('//Eve') }), 'Invalid signing address'],
  'the signature of another': [() => ({ signature: 'Bob' }), 'Transaction has a bad signature'],
  'a signature for another chain': [() => ({ genesis: `0x${'11'.repeat(32)}` }), 'Transaction has a bad signature'],
  'no signature': [() => ({ signature: 'none' }), 'Transaction has a bad signature'],
};

/** The first quote, changed, alone. */
function quote(change) {
  return ({ quotes }) => ({ quotes: [{ ...quotes[0], ...change }] });
}

/** Submits every one of them under the key of a reporter who is at work. */
export async function checkBadInput({ api, node, pair }) {
  const from = await bestRound(node);
  const good = () => goodReport(api, node, pair);
  for (const [what, [change, expected]] of Object.entries(WRONG)) {
    const answer = await answerTo(node, api, good, change, expected);
    assert.equal(answer, expected, what);
  }
  assert.equal(await answerToTwice(node, api, pair), STALE, 'a round twice');
  await assertUnreadable(node, await good(), pair, api);
  return { refusals: Object.keys(WRONG).length + 2, from };
}

/** Best of this moment, with prices nobody would strike. */
async function goodReport(api, node, pair) {
  const own = (await reportersOf(api)).find(({ account }) => account === pair.address);
  const quotes = own.quotes.map((quote) => ({
    ...quote,
    price: BigInt(quote.price),
    confidence: BigInt(quote.confidence),
  }));
  return { reporter: pair.publicKey, round: await bestRound(node), finalized: own.finalized, quotes };
}

async function bestRound(node) {
  const { number } = await call(node.wsUrl, 'chain_getHeader');
  return Number.parseInt(number, 16);
}

/** The node's worker reports for the same rounds: who comes too late for one tries the next. */
async function answerTo(node, api, good, change, expected) {
  let answer;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const report = await good();
    const { signer, signature, genesis, ...fields } = change(report);
    answer = await submitted(node, api, { ...report, ...fields }, { signer, signature, genesis });
    if (answer === expected || ![STALE, FUTURE].includes(answer)) return answer;
  }
  return answer;
}

async function submitted(node, api, report, { signer, signature, genesis = api.genesisHash.toHex() }) {
  const whose = signer ? { ...report, reporter: signer.publicKey } : report;
  const pair = signature === 'Bob' ? account('//Bob') : (signer ?? account('//Dave'));
  const bytes = signature === 'none' ? new Uint8Array(64) : signReport(whose, pair, genesis);
  const transaction = await reportTransaction(node.wsUrl, whose, bytes);
  return refusal(node, transaction);
}

async function refusal(node, transaction) {
  try {
    return `accepted as ${await call(node.wsUrl, 'author_submitExtrinsic', transaction)}`;
  } catch (error) {
    return error.data ?? error.reason;
  }
}

/** What the worker has reported already, once more. */
async function answerToTwice(node, api, pair) {
  const own = (await reportersOf(api)).find(({ account }) => account === pair.address);
  const quotes = own.quotes.map((quote) => ({ ...quote, price: BigInt(quote.price) + 1n }));
  return submitted(node, api, { reporter: pair.publicKey, round: own.round, finalized: own.finalized, quotes }, {});
}

/** Cut off, or with more behind it. */
async function assertUnreadable(node, report, pair, api) {
  const whole = await reportTransaction(node.wsUrl, report, signReport(report, pair, api.genesisHash.toHex()));
  for (const bytes of [whole.slice(0, -20), '0x', '0xff']) {
    assert.doesNotMatch(await refusal(node, bytes), /^accepted/, `${bytes.length} digits`);
  }
}
