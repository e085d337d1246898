/** A development chain of its own whose prices come from a replay server, as operators run it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client } from '@breakwater/client';

import { startReplay } from '../replay/lib/replay.js';
import { generate } from '../replay/lib/scenarios.js';
import { sourcesAt } from '../replay/lib/sources.js';
import { openChain } from './chain.js';
import { startNode, temporaryFolder } from './node.js';
import { PRICES } from './trading.js';
import { until } from './wait.js';

const SHIPPED = fileURLToPath(new URL('../../docs/oracle-sources.json', import.meta.url));
const VENUES = ['coinbase', 'kraken', 'bitstamp'];
const PRICES_TIMEOUT_MS = 120_000;

/**
 * A chain with the prices that all exchanges have, to begin with. `setPrices({ 'BTC-USD': 47000 })`
 * moves them, all at once. Call `close` at the end.
 */
export async function openReplayed(prices = PRICES) {
  const closing = [];
  const close = async () => {
    for (const end of closing.reverse()) await end();
  };
  try {
    const scenario = generate({ name: 'calm', seed: 1, hours: 1 });
    const replay = await startReplay({ scenario, venues: VENUES, paused: true });
    closing.push(() => replay.close());
    const setPrices = (prices) => post(`${replay.url}/control/prices`, prices);
    await setPrices(prices);

    const sources = join(temporaryFolder(), 'sources.json');
    writeFileSync(sources, JSON.stringify(sourcesAt(JSON.parse(readFileSync(SHIPPED, 'utf8')), replay.url, { venues: VENUES })));
    const node = await startNode({ args: ['--dev', '--state-pruning=archive', `--oracle-sources=${sources}`] });
    closing.push(() => node.stop());
    const { stop: _, ...given } = node;
    const chain = await openChain({ ...given, stop: async () => {} });
    closing.push(chain.close);
    const client = await Client.connect(node.endpoint);
    closing.push(() => client.close());
    const priced = async () => (await client.refresh()).markets.every(({ info }) => info.mark > 0n && info.addsRisk);
    await until('all markets have prices', priced, { timeoutMs: PRICES_TIMEOUT_MS });
    return { ...chain, node, client, setPrices, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function post(url, body) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
}
