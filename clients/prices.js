// The prices of a chain as they move: what each is, how sure, how old, and what it is good for.
//
//   make run                 starts a chain, in another terminal
//   node clients/prices.js   takes another endpoint as its argument; --once prints once

import { ApiPromise, WsProvider } from '@polkadot/api';

import { ACTIONS, feedsOf, pricesOf, reportersOf } from './lib/oracle.js';

const once = process.argv.includes('--once');
const endpoint = process.argv.slice(2).find((arg) => arg !== '--once') ?? 'ws://127.0.0.1:9944';
const CLEAR = '\x1b[H\x1b[2J';

if (!/^wss?:\/\//.test(endpoint)) {
  const usage = 'Usage: node prices.js [ws://127.0.0.1:9944] [--once]';
  if (endpoint !== '--help') console.error(`'${endpoint}' is no address of a node, as ws://127.0.0.1:9944`);
  console.log(usage);
  process.exit(endpoint === '--help' ? 0 : 2);
}

const api = await ApiPromise.create({
  provider: new WsProvider(endpoint),
  throwOnConnect: true,
  noInitWarn: true,
  // An extension that adds nothing to a transaction; naming it spares a warning.
  signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
}).catch(() => {
  console.error(`No chain at ${endpoint}. Start one with \`make run\`.`);
  process.exit(1);
});
if (!api.call.oracleApi) {
  console.error(`The chain at ${endpoint} has no oracle.`);
  process.exit(1);
}
const feeds = await feedsOf(api);

if (once) {
  console.log(await picture(await api.rpc.chain.getHeader()));
  await api.disconnect();
} else {
  await api.rpc.chain.subscribeNewHeads(async (header) => {
    console.log(`${process.stdout.isTTY ? CLEAR : ''}${await picture(header)}`);
  });
}

async function picture(header) {
  const [prices, reporters] = [await pricesOf(api, feeds), await reportersOf(api)];
  const head = ['feed', 'price', '±', 'age', 'reporters', 'grade', 'permitted'];
  const rows = feeds.map((feed) => rowOf(feed, prices[feed.symbol]));
  const who = ['reporter', 'weight', 'bond', 'strikes', 'halved', 'last round'];
  return [
    `block ${header.number}`,
    '',
    table([head, ...rows]),
    '',
    table([who, ...shares(reporters)]),
  ].join('\n');
}

function rowOf({ symbol, decimals }, price) {
  if (!price) return [symbol, '–', '–', '–', '0', 'Missing', 'nothing'];
  const permitted = ACTIONS.filter((action) => price[action]).join(' ') || 'nothing';
  const [value, confidence] = [price.price, price.confidence].map((ticks) => (ticks / 10 ** decimals).toFixed(decimals));
  return [symbol, value, confidence, `${(price.age / 1_000).toFixed(1)} s`, `${price.reporters}`, price.grade, permitted];
}

function shares(reporters) {
  const total = reporters.reduce((sum, { weight }) => sum + weight, 0n);
  return reporters.map(({ account, weight, bond, strikes, penaltyLevel, round }) => [
    `${account.slice(0, 8)}…`,
    total ? `${Number((weight * 1_000n) / total) / 10} %` : '–',
    `${bond / 10n ** 12n} BWR`,
    `${strikes}`,
    `${penaltyLevel} times`,
    `${round ?? 'never'}`,
  ]);
}

/** Columns as wide as their widest cell. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
