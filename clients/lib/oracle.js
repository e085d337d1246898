/** Prices as the chain knows them, and reports as it takes them. */

import { call } from './rpc.js';

export const ACTIONS = ['liquidate', 'trade', 'addRisk', 'withdraw'];

/** What begins the bytes that a reporter signs. */
const SIGNED_PREFIX = Buffer.from('breakwater/oracle/report/1');

const text = (bytes) => bytes.toUtf8();

/** `[{ feed, symbol, decimals, … }]` */
export async function feedsOf(api) {
  return (await api.call.oracleApi.feeds()).map((feed) => ({ ...feed.toJSON(), symbol: text(feed.symbol) }));
}

/** By symbol: prices and confidences in ticks, time and age in milliseconds, `grade`, and actions. */
export async function pricesOf(api, feeds) {
  const prices = await api.call.oracleApi.prices();
  return Object.fromEntries(
    prices.map((price) => [
      feeds.find(({ feed }) => feed === price.feed.toNumber()).symbol,
      { ...price.toJSON(), grade: text(price.validity) },
    ]),
  );
}

/** `[{ account, key, bond, weight, strikes, penaltyLevel, round, quotes, … }]` */
export async function reportersOf(api) {
  return (await api.call.oracleApi.reporters()).map((reporter) => ({
    ...reporter.toJSON(),
    bond: reporter.bond.toBigInt(),
    weight: reporter.weight.toBigInt(),
  }));
}

/**
 * A report as bytes.
 *
 * @param {object} report
 * @param {Uint8Array} report.reporter the session's oracle key
 * @param {number} report.round
 * @param {number} report.finalized
 * @param {{ feed: number, price: bigint, confidence: bigint, time: number, sources: number }[]} report.quotes
 */
export function encodeReport({ reporter, round, finalized, quotes }) {
  const head = Buffer.alloc(40);
  head.set(reporter, 0);
  head.writeUInt32LE(round, 32);
  head.writeUInt32LE(finalized, 36);
  // Far fewer than 64, so the length takes one byte.
  return Buffer.concat([head, Buffer.from([quotes.length << 2]), ...quotes.map(encodeQuote)]);
}

function encodeQuote({ feed, price, confidence, time, sources }) {
  const bytes = Buffer.alloc(27);
  bytes.writeUInt16LE(feed, 0);
  bytes.writeBigUInt64LE(BigInt(price), 2);
  bytes.writeBigUInt64LE(BigInt(confidence), 10);
  bytes.writeBigUInt64LE(BigInt(time), 18);
  bytes.writeUInt8(sources, 26);
  return bytes;
}

/** The signature of a report by a key pair, for the chain with this first block. */
export function signReport(report, pair, genesis) {
  const hash = Buffer.from(genesis.slice(2), 'hex');
  return pair.sign(Buffer.concat([SIGNED_PREFIX, hash, encodeReport(report)]));
}

/** The report as a transaction, in hex, made by the runtime itself. */
export async function reportTransaction(endpoint, report, signature) {
  const argument = Buffer.concat([encodeReport(report), signature]).toString('hex');
  const answer = await call(endpoint, 'state_call', 'OracleApi_report_transaction', `0x${argument}`);
  const bytes = Buffer.from(answer.slice(2), 'hex');
  // A compact length goes before the bytes: 1, 2 or 4 bytes long, as its lowest bits say.
  return `0x${bytes.subarray([1, 2, 4][bytes[0] & 0b11]).toString('hex')}`;
}
