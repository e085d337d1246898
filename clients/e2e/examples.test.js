/** The examples, as a newcomer runs them: a market maker, a trader, a statement, a crowd. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { quanta } from '@breakwater/client';

import { BWR, account, submit } from '../lib/chain.js';
import { cuttable } from '../lib/cut.js';
import { startExample } from '../lib/programs.js';
import { openMarkets, tradable } from '../lib/trading.js';
import { until } from '../lib/wait.js';

const [MAKER, TRADER, CROWD] = ['//examples/maker', '//examples/trader', '//examples/many'];

describe('the examples', () => {
  let world;
  before(async () => {
    world = await openMarkets();
    for (const secret of [MAKER, TRADER, CROWD]) {
      const { address } = account(secret);
      await submit(world.api.tx.balances.transferKeepAlive(address, 1_000n * BWR), world.accounts.bob);
      await world.client.faucet(account(secret));
    }
  });
  beforeEach(() => tradable(world.client));
  after(() => world?.close());
  const start = (script, args, endpoint = world.node.endpoint) => startExample(script, args, endpoint);

  it('make a market, trade in it, and account for it', async () => {
    const making = start('market-maker.js', ['--secret', MAKER, '--market', 'ETH-PERP', '--size', '1', '--max-position', '10']);
    await making.said(/^block/m);
    const trading = await start('trader.js', ['--secret', TRADER, '--market', 'ETH-PERP', '--size', '0.5', '--wait', '60']).ended;
    making.stop();
    const made = await making.ended;

    assert.equal(trading.code, 0, trading.output);
    for (const step of [/bought 0.5 at/, /a stop-loss waits at/, /liquidated at|no price liquidates/, /sold 0.5 at/, /back in your wallet/]) {
      assert.match(trading.output, step);
    }
    assert.equal(made.code, 0, made.output);
    assert.match(made.output, /left with/);
    const { address } = account(MAKER);
    assert.deepEqual(await world.client.openOrders({ owner: address, number: 0 }), []);

    const statement = await start('statement.js', ['--owner', TRADER]).ended;
    assert.equal(statement.code, 0, statement.output);
    assert.match(statement.output, /comes out at what the account reports, to the unit/);
    assert.match(statement.output, /^\d+,\d+,fill,/m);
  });

  it('leave nothing behind when the market maker loses its connection', async () => {
    const way = await cuttable(world.node.endpoint);
    const id = { owner: account(MAKER).address, number: 0 };
    try {
      const making = start('market-maker.js', ['--secret', MAKER, '--market', 'ETH-PERP', '--switch', '40'], way.endpoint);
      await making.said(/^block/m);
      await until('both quotes are there', async () => (await world.client.openOrders(id)).length === 2);
      way.cut();

      await until('the switch cancels', async () => (await world.client.openOrders(id)).length === 0);
      const { code, output } = await making.ended;
      assert.equal(code, 1, output);
      assert.match(output, /The chain cancels the quotes within 40 blocks/);
    } finally {
      way.close();
    }
  });

  it('let a crowd in, whose fees are paid, and give the funds something to lose', async () => {
    const fundsNow = async () => new Map((await world.client.insurance.funds()).map((fund) => [fund.pool, fund]));
    const [before, global] = [await fundsNow(), await world.client.insurance.globalFund()];
    const crowd = start('crowd.js', ['--secret', CROWD, '--traders', '3', '--pause', '1', '--fund', '1000', '--backing', '500']);
    await crowd.said(/^3 traders/m);

    assert.equal((await world.client.insurance.globalFund()) - global, quanta(1_000));
    for (const [pool, { capital, tranches }] of await fundsNow()) {
      assert.ok(capital - before.get(pool).capital >= quanta(1_000));
      for (const [i, { assets }] of tranches.entries()) assert.ok(assets - before.get(pool).tranches[i].assets >= quanta(500));
    }
    for (let i = 0; i < 3; i++) {
      const id = { owner: account(`${CROWD}//crowd//${i}`).address, number: 0 };
      await until('everybody has something to trade with', async () => (await world.client.report(id))?.equity > 0n);
    }
    crowd.stop();
    const { code, output } = await crowd.ended;
    assert.equal(code, 0, output);
  });

  it('say what is wrong with how they are called', async () => {
    const wrong = {
      'statement.js': [['--owner', '//nobody/at/all'], 1, /has no subaccount 0/],
      'trader.js': [['--market', 'DOGE-PERP'], 1, /There are: BTC-PERP/],
      'market-maker.js': [['--blocks', 'many'], 2, /--blocks is a whole number/],
      'liquidator.js': [['--dry-run', '--markets', 'DOGE-PERP'], 1, /There are: BTC-PERP/],
      'backer.js': [['run'], 2, /say one of: show, back/],
      'crowd.js': [['--traders', '0'], 2, /--traders is a whole number from 1 to 500/],
      'exporter.js': [['--every', '0'], 2, /--every is a whole number from 1/],
    };
    for (const [script, [args, code, words]] of Object.entries(wrong)) {
      const ended = await start(script, args).ended;
      assert.equal(ended.code, code, ended.output);
      assert.match(ended.output, words);
    }
  });
});
