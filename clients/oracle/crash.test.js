/**
 * A crash on four validators: the market loses a third in two minutes. Every validator's worker reads
 * a replay server of its own; one of those lies all the while, and another validator is killed in the
 * middle and comes back. Market makers, a crowd of gamblers, and traders whose fate is known act
 * through the client package. Afterwards everything is added up.
 *
 * Run by `run.js`; needs the client package built.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { CallFailed, Client, Statement, quanta } from '@breakwater/client';

import { account } from '../lib/chain.js';
import { feedsOf, reportersOf } from '../lib/oracle.js';
import { finalizedHeader, headerAt, stateDigest } from '../../zombienet/lib/chain.js';
import { Cluster } from '../../zombienet/lib/cluster.js';
import { FinalityWatch } from '../../zombienet/lib/finality.js';
import { VALIDATORS } from '../../zombienet/lib/identity.js';
import { LoopbackNetwork } from '../../zombienet/lib/network.js';
import { PATIENCE, seconds, until } from '../../zombienet/lib/wait.js';
import { accountsAt, auditAt } from './lib/books.js';
import { Programs, SENDING, startCrowd, withPositions } from './lib/crowd.js';
import { Market } from './lib/market.js';
import { Judge, tableOf } from './lib/verdicts.js';

const settings = JSON.parse(process.env.BREAKWATER_ORACLE ?? '{}');

const NAMES = VALIDATORS.map(({ name }) => name);
const LIAR = 'dave';
const VICTIM = 'charlie';
/** Those whose nodes clients talk to: not the one that will be killed. */
const SERVING = ['alice', 'bob'];
const LIMIT_MS = 180_000;

/**
 * The market of the generated flash crash: a minute from 40 % of its hour on in which bitcoin loses
 * 30 %, ether 36 and solana 43, here at half speed. A machine that needs patience gets a slower one.
 */
const SPEED = 0.5 / PATIENCE;
const CALM_PERCENT = 30;
const CRASH_PERCENT = 39.95;
const KILL_PERCENT = 40.7;
const RETURN_PERCENT = 41.3;
/** A little behind the bottom, which is at 41.67. */
const END_PERCENT = 41.8;
const WORLD = ['--scenario', 'flash-crash', '--seed', '5', '--start-percent', `${CALM_PERCENT}`, '--speed', `${SPEED}`];
const FEEDS = ['USDT-USD', 'USDC-USD', 'BTC-USD', 'ETH-USD', 'SOL-USD'];

const LIE_PERCENT = 50;
/** What a price may be beside any truth of the seconds before it: far less than the lie. */
const TOLERANCE = 0.03;
const PRICE_DELAY_MS = 8_000;

const GAMBLERS = 14;
const MARKETS = ['BTC-PERP', 'ETH-PERP', 'SOL-PERP'];
/** Long so many times what they have: none of them survives a third. */
const LEVERAGES = [6, 10, 14];
const DEPOSIT = '2000';
/** Accounts with positions before it begins, besides makers and AMMs. */
const EXPOSED = 15;
const WITHDRAWN = '100';

let market, cluster, watch, client, programs;
let longs, saver, hedger, crashFrom, end, history, withdrawn;

before(async () => {
  const { binary, logs } = settings;
  market = await Market.start(NAMES, logs, { world: WORLD, feeds: FEEDS });
  market.watch();
  const flagsOf = (name) => ['--oracle-sources', market.of(name).sources];
  // Statements go back to the first block.
  const flags = ['--state-pruning', 'archive'];
  cluster = new Cluster({ binary, network: new LoopbackNetwork(), logs, flags, flagsOf });
  await cluster.start();
  watch = new FinalityWatch(() => cluster.running());
  client = await Client.connect(cluster.node('alice').wsUrl);
  programs = new Programs();
  await until('all markets have prices', LIMIT_MS, async () =>
    (await client.refresh()).markets.every(({ info }) => info.mark > 0n && info.addsRisk));
});

after(async () => {
  await programs?.stop();
  await client?.close();
  await watch?.stop();
  await cluster?.stop();
  await market?.stop();
});

/** Each needs what the ones before it have done. */
let failed = false;
const step = (name, body) =>
  test(name, async (context) => {
    if (failed) return context.skip('after a failure');
    failed = true;
    await body((text) => context.diagnostic(text));
    failed = false;
  });

step('makers and traders open positions on every market', async (note) => {
  await startCrowd(client, programs, SERVING.map((name) => cluster.node(name).wsUrl), { gamblers: GAMBLERS, seed: 3 });
  await until('makers quote on every market', LIMIT_MS, async () => {
    const books = await Promise.all(MARKETS.map((symbol) => client.book(symbol)));
    return books.every(({ bids, asks }) => bids.length > 0 && asks.length > 0);
  });
  const doomed = MARKETS.flatMap((market) => LEVERAGES.map((leverage) => ({ name: `${market}//${leverage}`, market, leverage, deposit: DEPOSIT })));
  const others = [
    { name: 'saver', market: 'BTC-PERP', leverage: 3, deposit: DEPOSIT },
    { name: 'hedger', market: 'ETH-PERP', leverage: -2, deposit: DEPOSIT },
  ];
  const ours = await withPositions(client, [...doomed, ...others]);
  longs = ours.slice(0, doomed.length);
  [saver, hedger] = ours.slice(doomed.length);
  await until('their orders are filled', LIMIT_MS, async () => {
    const reports = await Promise.all(ours.map((trader) => trader.report()));
    return reports.every(({ positions }) => positions.length > 0);
  });
  const exposed = await until('the crowd is exposed', LIMIT_MS, async () => {
    const accounts = await accountsAt(client, client.connection.finalHead.hash);
    const held = accounts.filter(({ state }) => state.positions.length > 0);
    return held.length >= EXPOSED + 2 * MARKETS.length && held.length;
  });
  const { markets } = await client.refresh();
  note(`${exposed} accounts with positions; open interest ${markets.map((one) => `${one.size(one.info.openInterest)} ${one.symbol}`).join(', ')}`);
});

step('the market loses a third, a reporter lies, a validator is killed and comes back', async (note) => {
  crashFrom = client.connection.finalHead.number;
  const began_ms = Date.now();
  const from = await market.truth();
  await market.setFaults([LIAR], '*', { liePercent: LIE_PERCENT });
  await market.tell(undefined, '/control/seek', { percent: CRASH_PERCENT });

  await reached(KILL_PERCENT);
  const victim = cluster.node(VICTIM);
  await victim.kill();
  note(`${VICTIM} killed at block ${client.connection.head(false)}, ${seconds(Date.now() - began_ms)} into it`);
  await saver.deposit(client.quoteSymbol, '5000', SENDING);
  withdrawn = await hedger.withdraw(client.quoteSymbol, WITHDRAWN, SENDING).then(({ paid }) => paid, (error) => {
    // What breakers are for.
    if (!(error instanceof CallFailed)) throw error;
    note(`a withdrawal is refused meanwhile: ${error.error}`);
  });

  await reached(RETURN_PERCENT);
  const back = victim.start();
  back.catch(() => undefined);
  await reached(END_PERCENT);
  await market.tell(undefined, '/control/pause');
  const to = await market.truth();
  note(Object.entries(to).map(([symbol, price]) => `${symbol} ${((price / from[symbol] - 1) * 100).toFixed(1)} %`).join(', '));
  await back;
  const { height } = await finalizedHeader(cluster.node('alice').rpc);
  await until(`${VICTIM} has block ${height}`, LIMIT_MS, async () => (await finalizedHeader(victim.rpc)).height >= height);
  note(`${VICTIM} is back and has block ${height}, ${seconds(Date.now() - began_ms)} into it`);

  await until('nobody is due and no loss is open', LIMIT_MS, async () => {
    const [due, operations, funds] = await Promise.all([client.liquidation.due(), client.insurance.operations(), client.insurance.funds()]);
    return due.length === 0 && operations.length === 0 && funds.every(({ unresolvedLoss }) => !unresolvedLoss);
  });
  await programs.stop();
  await market.setFaults([LIAR], '*', { liePercent: null });
  const last = await client.connection.bestNumber();
  await until(`block ${last} is final`, LIMIT_MS, async () => client.connection.head(true) >= last);
  end = await client.connection.blockAt(last);
  history = [];
  for await (const { block, events } of client.events({ from: 1, to: last, finalized: true })) history.push({ block, events });
  note(`${last - crashFrom} blocks, over after ${seconds(Date.now() - began_ms)}`);
});

step('all nodes agree', async (note) => {
  await until('all have it', LIMIT_MS, async () => {
    const heads = await Promise.all(cluster.nodes.map(({ rpc }) => finalizedHeader(rpc)));
    return heads.every(({ height }) => height >= end.number);
  });
  const states = [];
  for (const node of cluster.nodes) {
    const { missing } = await watch.recordHistory(node);
    assert.equal(missing, 0, `${node.name} knows every final block`);
    states.push({ hash: await node.rpc.call('chain_getBlockHash', end.number), root: (await headerAt(node.rpc, end.hash)).stateRoot, ...(await stateDigest(node.rpc, end.hash)) });
  }
  assert.deepEqual(watch.log.conflicts, []);
  for (const state of states) assert.deepEqual(state, { ...states[0], hash: end.hash });
  note(`block ${end.number} ${end.hash}: state root ${states[0].root}, ${states[0].keys} keys the same on ${states.length} nodes`);
});

step('value is conserved, to the unit', async (note) => {
  const { faults, accounts, onHand } = await auditAt(client, end.hash);
  assert.deepEqual(faults, []);
  const moved = (name) => named(name).filter(({ data }) => data.asset === undefined).reduce((sum, { data }) => sum + data.amount, 0n);
  assert.equal(onHand, moved('custody.Deposited') - moved('custody.Withdrawn'), 'what came in and did not go out');
  assert.ok(withdrawn === undefined || withdrawn === quanta(WITHDRAWN));
  for (const { data } of named('insurance.LossPaid')) {
    const { loss, capital, tranches, global, shortfall } = data;
    assert.equal(loss, capital + tranches.reduce((sum, part) => sum + part, 0n) + global + shortfall);
  }
  note(`${accounts} accounts in ${client.parameters.pools.length} pools claim what is there: ${onHand} quanta on hand`);
});

step('statements of all accounts come out to the unit', async (note) => {
  // A backstop takes whole accounts over, which no statement tells; it is in the sums above.
  const backstops = new Set((await client.insurance.backstops(end.hash)).map((backstop) => backstop.account));
  const accounts = (await accountsAt(client, end.hash)).filter(({ key }) => !backstops.has(key));
  const statements = new Map(accounts.map(({ key }) => [key, new Statement(key, client.parameters, client.quoteSymbol)]));
  for (const { events } of history) {
    for (const event of events) {
      const { account, from, to, bidder, payee, into } = event.data;
      for (const key of new Set([account, from, to, bidder, payee, into])) statements.get(key)?.add(event);
    }
  }
  const differences = [];
  for (const [key, statement] of statements) {
    const { report } = await client.reportByKey(key, end.hash);
    differences.push(...statement.reconcile(report).map((difference) => ({ key, ...difference })));
  }
  assert.deepEqual(differences, []);
  const entries = [...statements.values()].reduce((sum, { entries }) => sum + entries.length, 0);
  note(`${statements.size} statements with ${entries} entries`);
});

step('the liar is penalised, and no price follows it', async (note) => {
  const { api } = client.connection;
  const reporters = await reportersOf(api);
  const levels = Object.fromEntries(NAMES.map((name) => [name, reporters.find((one) => one.account === addressOf(name)).penaltyLevel]));
  assert.ok(levels[LIAR] >= 1, `penalties: ${JSON.stringify(levels)}`);
  for (const name of NAMES) assert.ok(name === LIAR || levels[name] < levels[LIAR], `penalties: ${JSON.stringify(levels)}`);

  const feeds = await feedsOf(api);
  let [checked, worst] = [0, 0];
  for (const { block } of history.filter(({ block }) => block.number > crashFrom)) {
    for (const { symbol, market: number, index, indexTime } of await client.marketPrices(block.hash)) {
      const { feed, priceDecimals } = client.market(number).info;
      const name = feeds.find((one) => one.feed === feed).symbol;
      const time = Number(indexTime);
      const [low, high] = market.truthBetween(name, time - PRICE_DELAY_MS, time + PRICE_DELAY_MS / 2);
      if (low > high) continue;
      const price = Number(index) / 10 ** priceDecimals;
      const beside = Math.max(low / price, price / high) - 1;
      assert.ok(beside <= TOLERANCE, `${symbol} in block ${block.number}: ${price} beside ${low} to ${high}`);
      [checked, worst] = [checked + 1, Math.max(worst, beside)];
    }
  }
  assert.ok(checked > 0);
  note(`penalties ${JSON.stringify(levels)}; ${checked} prices, at most ${(worst * 100).toFixed(2)} % beside the truth of their time, with a lie of ${LIE_PERCENT} %`);
});

step('every liquidation is in the block of its price, or is explained', async (note) => {
  const judge = new Judge(client);
  const cases = await judge.judge(history.filter(({ block }) => block.number > crashFrom));
  const rows = tableOf(cases);
  for (const { words, count, longest } of rows) note(`${String(count).padStart(4)}  ${words}${longest ? `, at most ${longest} blocks` : ''}`);
  note(`${judge.looks} times an account with a position was looked at; ${named('liquidation.Filled').length} fills, ${named('liquidation.Absorbed').length} accounts taken over, ${named('insurance.LossPaid').length} losses, ${named('insurance.Deleveraged').length} deleveraged`);
  assert.deepEqual(cases.filter(({ verdict }) => verdict === 'unexplained'), []);
  const { sameBlock } = Object.fromEntries(rows.map(({ verdict, count }) => [verdict, count]));
  assert.ok(sameBlock > 0);
  const fallen = new Set(cases.map((one) => one.account));
  for (const trader of longs) assert.ok(fallen.has(trader.key), `${trader.id.owner} was liquidated`);
  for (const trader of [saver, hedger]) assert.ok(!fallen.has(trader.key), `${trader.id.owner} was not`);
});

test('no process panicked', () => {
  for (const node of cluster.nodes) assert.doesNotMatch(node.logText(), /panicked at/, node.name);
});

/** Waits until the tape is there. */
async function reached(percent) {
  const limit_ms = LIMIT_MS * 2;
  await until(`the tape is at ${percent} %`, limit_ms, async () => (await market.percent()) >= percent);
}

/** Final events of this name, from the first block on. */
const named = (name) => history.flatMap(({ events }) => events.filter((event) => event.name === name));
const addressOf = (name) => account(`//${name[0].toUpperCase()}${name.slice(1)}`).address;
