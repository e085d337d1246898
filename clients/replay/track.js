#!/usr/bin/env node
// Measures how well a chain follows the exchanges of a replay server.
import { ApiPromise, WsProvider } from '@polkadot/api';

import { BadInput } from './lib/errors.js';
import { Line, bestDelay, errorBps, summary } from './lib/tracking.js';
import { feedsOf, pricesOf } from '../lib/oracle.js';
import { anyNumber, readOptions, run } from './lib/command.js';

const HELP = `Usage: node clients/replay/track.js [options]

Compares, in every block, the aggregates of a chain with the median of the venues' prices as the
replay server has them, without noise, lag or lies. Needs 'npm ci' in clients/, and a node whose
--oracle-sources point at the replay server, as 'make run' has it.

  --replay <url>    of the replay server (default: http://127.0.0.1:8800)
  --rpc <url>       of the node (default: ws://127.0.0.1:9944)
  --seconds <n>     how long (default: 60)
  --json            print the result as JSON
  --help            print this`;

const options = {
  replay: { type: 'string', default: 'http://127.0.0.1:8800' },
  rpc: { type: 'string', default: 'ws://127.0.0.1:9944' },
  seconds: { type: 'string', default: '60' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};
const SAMPLE_MS = 50;
const BLOCK_MS = 500;

async function main() {
  const given = readOptions(options);
  if (given.help) return console.log(HELP);
  const duration_ms = anyNumber('seconds', given.seconds, 5, 86_400) * 1_000;
  const truth = new Truth(given.replay);
  await truth.sample();
  const api = await connected(given.rpc);

  const feeds = await feedsOf(api);
  const seen = [];
  const until_ms = Date.now() + duration_ms;
  const stop = await api.rpc.chain.subscribeNewHeads(async (header) => {
    const at_ms = Date.now();
    const [prices, now] = [await pricesOf(api, feeds), (await api.query.timestamp.now()).toNumber()];
    seen.push({ height: header.number.toNumber(), at_ms, slot_ms: now, prices });
  });
  while (Date.now() < until_ms) {
    await truth.sample();
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
  stop();
  await api.disconnect();
  const report = feeds.map((feed) => reportOf(feed, seen, truth)).filter((row) => row !== undefined);
  console.log(given.json ? JSON.stringify(report, null, 2) : report.map(inWords).join('\n\n'));
}

/** What the replay server holds true, by symbol, and when a venue was wrong. */
class Truth {
  lines = {};
  wrong = {};

  constructor(url) {
    this.url = url;
  }

  async sample() {
    const asked_ms = Date.now();
    const prices = await fetch(`${this.url}/control/prices`).then((response) => response.json()).catch(() => {
      throw new BadInput(`no replay server at ${this.url}`);
    });
    const at_ms = (asked_ms + Date.now()) / 2;
    for (const [symbol, { reference, venues }] of Object.entries(prices)) {
      (this.lines[symbol] ??= new Line()).add(at_ms, reference);
      const isWrong = Object.values(venues).some(({ faulty }) => faulty);
      (this.wrong[symbol] ??= new Line()).add(at_ms, isWrong);
    }
  }
}

async function connected(rpc) {
  return ApiPromise.create({
    provider: new WsProvider(rpc),
    throwOnConnect: true,
    noInitWarn: true,
    signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
  }).catch(() => {
    throw new BadInput(`no chain at ${rpc}`);
  });
}

function reportOf({ symbol, decimals }, seen, truth) {
  const line = truth.lines[symbol];
  const blocks = seen.filter(({ prices }) => prices[symbol]);
  if (!line || blocks.length === 0) return undefined;
  const points = blocks.map(({ at_ms, slot_ms, prices }) => {
    const { price, age, grade, time } = prices[symbol];
    return { at_ms, slot_ms, price: price / 10 ** decimals, age, grade, time, wrong: truth.wrong[symbol].at(at_ms) };
  });
  const errors = (list, when) => summary(list.map((p) => errorBps(p.price, line, when(p))).filter((e) => e !== undefined));
  return {
    symbol,
    blocks: points.length,
    valid: points.filter(({ grade }) => grade === 'Valid').length,
    // Against what is true when the block is there: all delays count as errors.
    error_at_block_bps: errors(points, ({ at_ms }) => at_ms),
    // Against what was true when the sources were asked.
    error_at_its_time_bps: errors(points, ({ time }) => time),
    error_while_a_venue_is_wrong_bps: errors(points.filter(({ wrong }) => wrong), ({ time }) => time),
    age_ms: summary(points.map(({ age }) => age)),
    best_fitting_delay: bestDelay(points, line),
  };
}

function inWords(row) {
  const bps = ({ count, mean, p50, p99, worst }) =>
    count === 0 ? 'none' : `${[mean, p50, p99, worst].map((value) => value.toFixed(2).padStart(8)).join('')}   over ${count}`;
  const { delay_ms, error_bps } = row.best_fitting_delay ?? {};
  const delay = delay_ms === undefined ? 'unknown' : `${delay_ms} ms, ${(delay_ms / BLOCK_MS).toFixed(1)} blocks; ${error_bps.toFixed(2)} bps are left then`;
  return [
    `${row.symbol}: ${row.blocks} blocks, valid in ${row.valid}`,
    '  basis points from the median of the venues        mean     p50     p99   worst',
    `    as the block arrives                        ${bps(row.error_at_block_bps)}`,
    `    at the time the price says                  ${bps(row.error_at_its_time_bps)}`,
    `    the same, while a venue is wrong            ${bps(row.error_while_a_venue_is_wrong_bps)}`,
    `  age in ms                                     ${bps(row.age_ms)}`,
    `  the delay from the venues that fits best: ${delay}`,
  ].join('\n');
}

// Last: what it needs is defined above.
await run(main);
