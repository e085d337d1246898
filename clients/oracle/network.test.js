/**
 * Prices end to end: four validators whose workers report, and replay servers with three exchanges
 * for each of them. Run by `run.js`.
 *
 * All tests share one chain, one after the other; each leaves it with all reporters at work.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { BWR, account, bestHeight, connect } from '../lib/chain.js';
import { ACTIONS, feedsOf, pricesOf, reportersOf } from '../lib/oracle.js';
import { Cluster } from '../../zombienet/lib/cluster.js';
import { VALIDATORS } from '../../zombienet/lib/identity.js';
import { LoopbackNetwork } from '../../zombienet/lib/network.js';
import { metricsOf } from '../../zombienet/lib/usage.js';
import { seconds, until } from '../../zombienet/lib/wait.js';
import { checkBadInput } from './lib/bad-input.js';
import { Feeder } from './lib/feeder.js';
import { FEEDS, Market } from './lib/market.js';
import { History, eventsNamed } from './lib/history.js';
import { floodWithTips } from './lib/spam.js';

const settings = JSON.parse(process.env.BREAKWATER_ORACLE ?? '{}');

const NAMES = VALIDATORS.map(({ name }) => name);
const SLOT_MS = 500;
const LIMIT_MS = 120_000;
/** Bonds and penalties of the preset `local`, and the rules of the runtime. */
const BOND = 10_000n * BWR;
const STRIKES_PER_PENALTY = 10;
/** What venues differ by without any being wrong: three deviations of the noisiest. */
const NOISE_BPS = 8;
/** After which a quote does not count. */
const QUOTE_LIFETIME_MS = 5_000;
/** How long a price may be on its way from an exchange's tape to a reporter: lag and question. */
const SOURCE_DELAY_MS = 2_500;
const WATCH_BLOCKS = 20;
/** The lie is in the first of them not yet, in the last it is. */
const LIE_BLOCKS = 16;
const AFTER_REFUSALS_BLOCKS = 10;
/** From a change at the sources until no older quote counts any more. */
const SETTLED_BLOCKS = 12;
/** Two thirds of the weight of four. */
const QUORUM = 3;
/** A node counts a report as lost when its round is this old. */
const ROUNDS_UNTIL_LOST = 10;
const FLOOD_TRANSACTIONS = 8_000;
const FLOOD_MS = 40_000;
/** An eighth of the usual: four nodes share a machine, and a pool should be full, not its processors. */
const POOL_LIMIT = 1_000;

const scratch = mkdtempSync(join(tmpdir(), 'breakwater-oracle-'));
const withoutSources = new Set();
let market, cluster, api, feeds, history, feeder;

before(async () => {
  market = await Market.start(NAMES, settings.logs);
  market.watch();
  const flagsOf = (name) => (withoutSources.has(name) ? [] : ['--oracle-sources', market.of(name).sources]);
  const { binary, logs } = settings;
  const flags = ['--pool-limit', `${POOL_LIMIT}`];
  cluster = new Cluster({ binary, network: new LoopbackNetwork(), logs, flags, flagsOf });
  await cluster.start();
  api = await connect(cluster.node('alice').wsUrl);
  history = new History(api);
  feeds = await feedsOf(api);
  await allValid('every price is valid');
});

after(async () => {
  await feeder?.stop();
  await api?.disconnect();
  await cluster?.stop();
  await market?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const long = { skip: settings.short && 'left out of the short run' };
const noting = (body) => (context) => body((text) => context.diagnostic(text));

test('the aggregate follows the exchanges', noting(async (note) => {
  const blocks = await nextFinal(WATCH_BLOCKS);

  for (const symbol of FEEDS) {
    const aggregates = eventsNamed(blocks, 'Aggregated').filter(({ feed }) => feed === idOf(symbol));
    // On a machine that is busy otherwise, blocks come late and quotes expire, and the truth is noted seldom.
    const errors = aggregates.flatMap((aggregate) => trackingError(symbol, aggregate));
    assert.ok(errors.length > 0, `${symbol}: ${aggregates.length} aggregates in ${blocks.length} blocks`);
    for (const { off_bps, allowed_bps, told } of errors) assert.ok(off_bps <= allowed_bps, told);
    const worst = Math.max(...errors.map(({ off_bps }) => off_bps));
    note(`${symbol}: ${aggregates.length} aggregates in ${blocks.length} blocks, at most ${worst.toFixed(2)} bps beside the truth of their time`);
  }
  const ages = eventsNamed(blocks, 'Aggregated').map(({ slot, time }) => slot * SLOT_MS - time);
  note(`prices are ${Math.min(...ages)} to ${Math.max(...ages)} ms old at the slot of their block`);
}));

test('a step of the price reaches the chain', noting(async (note) => {
  // Small enough that who learns of it a moment later is no outlier.
  const { 'BTC-USD': from } = await market.truth();
  const to = from * 1.004;
  const before = await bestHeight(api);
  const stepped_ms = Date.now();

  await market.tell(undefined, '/control/prices', { 'BTC-USD': to });
  const arrived = await until('the aggregate has followed', LIMIT_MS, async () => {
    const { price } = (await prices())['BTC-USD'];
    return Math.abs(price / ticks('BTC-USD') / to - 1) < 0.002 && (await bestHeight(api));
  }, 50);

  note(`half of the step was in the aggregate after ${arrived - before} blocks, ${seconds(Date.now() - stepped_ms)}`);
  await market.tell(undefined, '/control/prices', { 'BTC-USD': null });
  await allValid('all is valid again');
}));

test('one venue lies by 20 % and moves the aggregate by no more than its confidence', noting(async (note) => {
  await standing(async () => {
    const [calm] = await aggregatesOf('BTC-USD', 1);

    for (const liePercent of [20, -20]) {
      await market.setFaults(undefined, 'kraken', { liePercent });
      const lied = await aggregatesOf('BTC-USD', LIE_BLOCKS);

      const moves = lied.map(({ price }) => Math.abs(price - calm.price));
      const confidence = Math.max(calm.confidence, ...lied.map((aggregate) => aggregate.confidence));
      note(`${liePercent} %: moved by ${Math.max(...moves)} ticks at ${calm.price}, confidence ${calm.confidence} to ${confidence}`);
      for (const { price, confidence: told } of lied) assert.ok(Math.abs(price - calm.price) <= Math.max(told, calm.confidence));
      assert.ok(confidence < calm.price / 1_000, 'nor does it widen the confidence to itself');
      for (const name of NAMES) assert.equal((await quoteOf(name, 'BTC-USD')).sources, 2, `${name} left the liar out`);
    }
    await market.setFaults(undefined, 'kraken', { liePercent: null });
  });
  for (const { strikes } of await reporters()) assert.equal(strikes, 0, 'who read a lie among truths is no liar');
  await allValid('all is valid again');
}));

test('reports that are not in order are refused, each by its own error', noting(async (note) => {
  const { refusals, from } = await checkBadInput({ api, node: cluster.node('dave'), pair: account('//Dave') });
  note(`${refusals} reports refused`);

  // The honest reporter whose key signed them goes on as if nothing had been.
  const blocks = await nextFinal(AFTER_REFUSALS_BLOCKS);
  assert.notEqual(reportsOf('dave', blocks).length, 0);
  const since = await history.between(from, blocks.at(-1).height);
  assert.deepEqual(eventsNamed(since, 'Struck'), []);
  const rounds = eventsNamed(since, 'Reported').filter(({ reporter }) => reporter === addressOf('dave'));
  assert.deepEqual(rounds.filter(({ quotes }) => quotes.length !== FEEDS.length), [], 'only its own reports');
}));

test('one reporter lies, is struck, and loses bond and weight', noting(async (note) => {
  const from = await history.finalHeight();
  const before = await standingsOf();
  await standing(async () => {
    const [calm] = await aggregatesOf('BTC-USD', 1);

    await market.setFaults(['dave'], '*', { liePercent: 20 });
    await until('dave is penalised', LIMIT_MS, async () => (await standingsOf()).dave.penaltyLevel === 1);
    await market.setFaults(['dave'], '*', { liePercent: null });
    const blocks = await finalSince(from);

    const struck = eventsNamed(blocks, 'Struck');
    const rounds = new Set(struck.map(({ height }) => height)).size;
    assert.deepEqual([...new Set(struck.map(({ reporter }) => reporter))], [addressOf('dave')]);
    assert.ok(rounds >= STRIKES_PER_PENALTY, `${rounds} rounds with strikes`);
    const [penalty, ...more] = eventsNamed(blocks, 'Penalised');
    assert.deepEqual(more, []);
    assert.equal(penalty.reporter, addressOf('dave'));
    assert.equal(BigInt(penalty.slashed), BOND / 100n);
    const lied = eventsNamed(blocks, 'Aggregated').filter(({ feed, height }) => feed === idOf('BTC-USD') && height > calm.height);
    const moves = lied.map(({ price }) => Math.abs(price - calm.price));
    for (const { price, confidence } of lied) assert.ok(Math.abs(price - calm.price) <= Math.max(confidence, calm.confidence));
    note(`${struck.length} strikes in ${rounds} rounds, ${penalty.slashed} taken; the price moved by ${Math.max(...moves)} ticks at ${calm.price}`);
  });

  const { dave, ...honest } = await standingsOf();
  assert.equal(dave.bond, before.dave.bond - BOND / 100n);
  assert.equal(dave.weight, dave.bond / 2n, 'what is left counts half');
  for (const [name, { bond, weight, penaltyLevel, strikes }] of Object.entries(honest)) {
    assert.deepEqual({ bond, weight, penaltyLevel, strikes }, { bond: BOND, weight: BOND, penaltyLevel: 0, strikes: 0 }, name);
  }
  await allValid('all is valid again');
}));

test('two of four reporters stop: what is permitted shrinks, and comes back', long, noting(async (note) => {
  const from = await history.finalHeight();

  await market.setFaults(['charlie', 'dave'], '*', { outage: true });
  const price = await until('the price of BTC-USD has no quorum', LIMIT_MS, async () => {
    const now = (await prices())['BTC-USD'];
    return now.grade === 'NoQuorum' && now;
  }, 100);
  assert.deepEqual(permitted(price), ['liquidate', 'trade']);
  const stale = await until('it is stale', LIMIT_MS, async () => {
    const now = (await prices())['BTC-USD'];
    return now.grade === 'Stale' && now;
  });
  assert.deepEqual(permitted(stale), ['liquidate', 'trade']);

  await market.setFaults(['charlie', 'dave'], '*', { outage: false });
  await allValid('all is valid again');
  for (const now of FEEDS.map((symbol) => prices().then((all) => all[symbol]))) {
    assert.deepEqual(permitted(await now), ACTIONS);
  }
  const changes = eventsNamed(await finalSince(from), 'ValidityChanged').filter(({ feed }) => feed === idOf('BTC-USD'));
  note(`BTC-USD: ${changes.map(({ to, height }) => `${to} from block ${height}`).join(', ')}`);
  assert.equal(changes[0].to, 'NoQuorum');
  assert.equal(changes.at(-1).to, 'Valid');
}));

test('reports land in the next block while the pool is full of transfers with the highest tip', long, noting(async (note) => {
  const before = await countsOf();
  const flood = await floodWithTips(cluster, { count: FLOOD_TRANSACTIONS, duration_ms: FLOOD_MS, full: POOL_LIMIT * 0.9, height: () => bestHeight(api) });
  // Until the nodes have given up what could still have come.
  const end = flood.to + ROUNDS_UNTIL_LOST;
  await until(`block ${end} is final`, LIMIT_MS, async () => (await history.finalHeight()) >= end);
  const blocks = await history.between(flood.from, flood.to);
  const after = await countsOf();

  const transfers = blocks.map((block) => block.transfers);
  const sum = transfers.reduce((total, count) => total + count, 0);
  note(`${blocks.length} blocks with ${sum} transfers, ${Math.max(...transfers)} at most; ${flood.offered} were offered`);
  note(`the pools held ${flood.least} to ${flood.most} of ${POOL_LIMIT}; they refused ${JSON.stringify(flood.refusals)}`);
  assert.ok(flood.least > Math.max(...transfers), 'no block could take all there was');

  const lags = {};
  for (const name of NAMES) {
    const reported = reportsOf(name, blocks);
    const [signed, lost] = ['worker', 'lost'].map((what) => after[name][what] - before[name][what]);
    for (const { height, round } of reported) lags[height - round] = (lags[height - round] ?? 0) + 1;
    note(`${name}: ${reported.length} reports in these blocks; ${signed} signed before, meanwhile and after, ${lost} lost`);
  }
  const total = Object.values(lags).reduce((all, count) => all + count, 0);
  note(`blocks from round to report: ${JSON.stringify(lags)}; ${(((lags[1] ?? 0) / total) * 100).toFixed(1)} % in the next block`);
  for (const name of NAMES) {
    assert.equal(after[name].lost - before[name].lost, 0, `${name}: what its worker signed is in a block`);
    // A worker that the machine does not let run signs nothing: that is told, and no fault of the lane.
    note(`${name} has no report for ${missingRounds(name, blocks).length} rounds`);
  }
  const reportersIn = (block) => new Set(eventsNamed([block], 'Reported').map(({ reporter }) => reporter)).size;
  const full = blocks.filter((block) => reportersIn(block) >= QUORUM).length;
  note(`${full} of ${blocks.length} blocks have reports of ${QUORUM} and more`);
  assert.ok(full > blocks.length / 2);
  const worse = eventsNamed(blocks, 'ValidityChanged').filter(({ to }) => to !== 'Valid');
  const late = worse.filter(({ height }) => quotesExpireBy(height, blocks));
  if (late.length > 0) note(`${late.length} prices were not valid for a while, as blocks came too late`);
  assert.deepEqual(worse.filter((change) => !late.includes(change)), [], 'while blocks come, every price is valid');
}));

test('a validator killed and restarted: its worker reports again', long, noting(async (note) => {
  const charlie = cluster.node('charlie');
  await charlie.kill();
  const { charlie: { round: last } } = await standingsOf();

  await charlie.start();
  const started_ms = Date.now();
  await until('charlie reports again', LIMIT_MS, async () => (await standingsOf()).charlie.round > last + 10);
  note(`a new report was on chain ${seconds(Date.now() - started_ms)} after it answered`);
  const blocks = await nextFinal(WATCH_BLOCKS);
  assert.ok(missingRounds('charlie', blocks).length < blocks.length / 2, 'and goes on');
  await allValid('all is valid again');
}));

test('an external feeder reports for a validator without sources', long, noting(async (note) => {
  withoutSources.add('dave');
  await cluster.node('dave').kill();
  await cluster.node('dave').start();
  const isSilent = async () => (await standingsOf()).dave.round < (await bestHeight(api)) - 10;
  await until('dave is silent', LIMIT_MS, isSilent);

  const keyFile = join(scratch, 'oracle.key');
  writeFileSync(keyFile, '//Dave\n', { mode: 0o600 });
  const { sources } = market.of('dave');
  feeder = await Feeder.start({ binary: settings.binary, sources, keyFile, node: cluster.node('alice'), log: join(settings.logs, 'feeder.log') });
  await until('the feeder is healthy', LIMIT_MS, async () => (await feeder.health()) === 200);
  const blocks = await nextFinal(WATCH_BLOCKS);
  const reported = reportsOf('dave', blocks);
  note(`${reported.length} reports by the feeder in ${blocks.length} blocks`);
  assert.ok(reported.length > 0);
  assert.match(await feeder.metrics(), /breakwater_feeder_reports_total\{result="accepted"\} [1-9]/);

  await market.setFaults(['dave'], '*', { outage: true });
  await until('the feeder is not healthy', LIMIT_MS, async () => (await feeder.health()) === 503);
  await market.setFaults(['dave'], '*', { outage: false });
  await until('the feeder is healthy again', LIMIT_MS, async () => (await feeder.health()) === 200);
}));

test('no process panicked', () => {
  for (const node of cluster.nodes) assert.doesNotMatch(node.logText(), /panicked at/, node.name);
});

// ---- Asking -------------------------------------------------------------------------------------

const prices = () => pricesOf(api, feeds);
const reporters = () => reportersOf(api);
const idOf = (symbol) => feeds.find((feed) => feed.symbol === symbol).feed;
const ticks = (symbol) => 10 ** feeds.find((feed) => feed.symbol === symbol).decimals;
const permitted = (price) => ACTIONS.filter((action) => price[action]);
const addressOf = (name) => account(`//${name[0].toUpperCase()}${name.slice(1)}`).address;

/** What a reporter said last. */
async function quoteOf(name, symbol) {
  return (await standingsOf())[name].quotes.find(({ feed }) => feed === idOf(symbol));
}

/** Reporters by name. */
async function standingsOf() {
  const all = await reporters();
  return Object.fromEntries(NAMES.map((name) => [name, all.find(({ account }) => account === addressOf(name))]));
}

/** By node: the reports its worker brought into the lane, and those that no block took. */
async function countsOf() {
  const counts = cluster.nodes.map(async (node) => {
    const metrics = await metricsOf(node);
    const sum = (wanted, from) => {
      const ours = metrics.filter(({ name, labels }) => name === wanted && (!from || labels.from === from));
      return ours.reduce((all, { value }) => all + value, 0);
    };
    const worker = sum('breakwater_reports_received_total', 'worker');
    return [node.name, { worker, lost: sum('breakwater_reports_lost_total') }];
  });
  return Object.fromEntries(await Promise.all(counts));
}

async function allValid(what) {
  await until(what, LIMIT_MS, async () => {
    const now = await prices();
    return FEEDS.every((symbol) => now[symbol]?.grade === 'Valid');
  });
}

/** The next final blocks. */
async function nextFinal(count) {
  const from = await history.finalHeight();
  await until(`${count} more blocks are final`, LIMIT_MS, async () => (await history.finalHeight()) >= from + count);
  return history.between(from, from + count);
}

/** All blocks after `from`, as soon as what is best now is final. */
async function finalSince(from) {
  const to = await bestHeight(api);
  await until(`block ${to} is final`, LIMIT_MS, async () => (await history.finalHeight()) >= to);
  return history.between(from, to);
}

/** The next aggregates. */
async function aggregatesOf(symbol, count) {
  const found = [];
  for (let tries = 0; found.length < count; tries++) {
    assert.ok(tries < 10, `hardly any aggregates of ${symbol}`);
    const aggregates = eventsNamed(await nextFinal(count), 'Aggregated');
    found.push(...aggregates.filter(({ feed }) => feed === idOf(symbol)));
  }
  return found;
}

function reportsOf(name, blocks) {
  return eventsNamed(blocks, 'Reported').filter(({ reporter }) => reporter === addressOf(name));
}

/**
 * Whether quotes that were good when signed may have expired in this block, as the machine was too
 * busy to make blocks: they were signed two blocks before.
 */
function quotesExpireBy(height, blocks) {
  const slotOf = (wanted) => blocks.find((block) => block.height === wanted)?.slot;
  const [signed, counted] = [slotOf(height - 2), slotOf(height)];
  return signed === undefined || (counted - signed) * SLOT_MS + SOURCE_DELAY_MS > QUOTE_LIFETIME_MS;
}

/** The rounds of these blocks without a report. Those of the last two may come later. */
function missingRounds(name, blocks) {
  const rounds = new Set(reportsOf(name, blocks).map(({ round }) => round));
  const heights = blocks.map(({ height }) => height);
  return heights.slice(0, -2).filter((height) => !rounds.has(height));
}

/** Lets the tapes stand still meanwhile, so that only what is done to them moves prices. */
async function standing(body) {
  await market.tell(undefined, '/control/pause');
  // The tapes stopped at slightly different places: put them at the same one.
  await market.tell(undefined, '/control/seek', { percent: 46 });
  await nextFinal(SETTLED_BLOCKS);
  await body();
  await market.tell(undefined, '/control/resume');
}

/** `[{ off_bps, allowed_bps, told }]`: how far an aggregate is beside what was true at its time, and may be; nothing where that was not noted. */
function trackingError(symbol, { price, confidence, time, height }) {
  const value = price / ticks(symbol);
  const [low, high] = market.truthBetween(symbol, time - SOURCE_DELAY_MS, time);
  if (low > high) return [];
  const off_bps = (Math.max(low - value, value - high, 0) / value) * 10_000;
  const allowed_bps = (confidence / price) * 10_000 + NOISE_BPS;
  return [{ off_bps, allowed_bps, told: `${symbol} in block ${height}: ${value} is ${off_bps} bps beside ${low} to ${high}` }];
}
