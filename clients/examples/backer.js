#!/usr/bin/env node
// A backer: puts quote into a tranche of a pool's fund, watches what its shares are worth, and asks
// for them back. Backers earn the premium, and pay what accounts in liquidation could not.
//
//   make run                        starts a chain, in another terminal
//   node examples/backer.js show    --help tells the rest

import { fromUnits, money, percent, quanta } from '@breakwater/client';

import { DEFAULT_ENDPOINT, keyPair, optionsOf, wholeNumber, withClient } from './common.js';

const HELP = `Usage: node examples/backer.js [options] <what>

  show      the funds, what they pay, and what you have in them; changes nothing
  back      puts --amount into --tranche
  exit      asks for --percent of your shares of --tranche back
  cancel    takes that back
  claim     pays out what was asked for, when its time has come
  watch     show, and then a line for every change of what your shares are worth

  --endpoint <url>     of the node (default: ${DEFAULT_ENDPOINT})
  --secret <secret>    of the account, which pays the fees (default: //Ferdie)
  --subaccount <n>     that pays, and is paid (default: 0)
  --pool <name>        (default: the subaccount's)
  --tranche <n>        0 loses first, after the fund's capital; 2 last (default: 1)
  --amount <number>    in the quote asset (default: 1000)
  --percent <n>        of your shares (default: 100)
  --blocks <n>         watch ends after so many blocks; never, unless given`;

const options = optionsOf(HELP, {
  secret: { type: 'string', default: '//Ferdie' },
  subaccount: { type: 'string', default: '0' },
  pool: { type: 'string' },
  tranche: { type: 'string', default: '1' },
  amount: { type: 'string', default: '1000' },
  percent: { type: 'string', default: '100' },
  blocks: { type: 'string' },
}, ['show', 'back', 'exit', 'cancel', 'claim', 'watch']);

const SHARE_DECIMALS = 12;

/** What a share is worth, in quanta, as a text. */
const sharePrice = ({ assets, shares }) => (shares === 0n ? '–' : fromUnits((assets * 10n ** BigInt(SHARE_DECIMALS)) / shares, SHARE_DECIMALS));

const day = (ms) => new Date(Number(ms)).toISOString().replace('T', ' ').slice(0, 16);

class Backer {
  constructor(client, trader, pool, tranche) {
    Object.assign(this, { client, trader, pool, tranche });
  }

  /** The stake in the tranche; none if there is none. */
  async stake(at) {
    const stakes = await this.client.insurance.stakes(this.trader.id.owner, at);
    return stakes.find((stake) => stake.pool === this.pool.pool && stake.tranche === this.tranche);
  }

  async show() {
    const { insurance, parameters } = this.client;
    for (const fund of await insurance.funds()) {
      const { symbol } = parameters.pool(fund.pool);
      const assets = fund.tranches.reduce((sum, tranche) => sum + tranche.assets, fund.capital);
      console.log(`${symbol}: ${money(assets)} of ${money(fund.target)} that it should have; premium ${percent(fund.premiumRate)} % a year on open interest`);
      console.log(`  loses first   ${money(fund.capital)} capital`);
      for (const [number, tranche] of fund.tranches.entries()) {
        console.log(`  tranche ${number}     ${money(tranche.assets)}, a share is worth ${sharePrice(tranche)} quanta`);
      }
      if (fund.unresolvedLoss) console.log(`  a loss of ${money(fund.pendingLoss)} is not paid yet`);
    }
    console.log(`the fund of all pools: ${money(await insurance.globalFund())}`);
    const stakes = await insurance.stakes(this.trader.id.owner);
    if (stakes.length === 0) console.log('you back none of them');
    for (const stake of stakes) console.log(`you: ${this.#told(stake)}`);
  }

  #told({ pool, tranche, shares, value, wipedOut, exit }) {
    const { symbol } = this.client.parameters.pool(pool);
    if (wipedOut) return `${shares} shares of ${symbol}, tranche ${tranche}, were wiped out by a loss`;
    const leaving = exit && `; ${exit.shares} shares can leave from ${day(exit.from)}, at the latest from ${day(exit.certainFrom)}, until ${day(exit.until)}`;
    return `${money(value)} in ${symbol}, tranche ${tranche}${leaving ?? ''}`;
  }

  async back() {
    const { shares, block } = await this.trader.back(this.tranche, options.amount);
    console.log(`block ${block}: ${options.amount} became ${shares} shares`);
  }

  async exit() {
    const stake = await this.#needed();
    const shares = (stake.shares * BigInt(wholeNumber('percent', options.percent, 1, 100))) / 100n;
    await this.trader.requestExit(this.pool.pool, this.tranche, shares);
    console.log(this.#told(await this.stake()));
  }

  async cancel() {
    await this.trader.cancelExit(this.pool.pool, this.tranche);
    console.log('you stay');
  }

  async claim() {
    const { exit } = await this.#needed();
    if (!exit) throw new Error('there is nothing to claim: ask for it with exit');
    const { paid, block } = await this.trader.claimExit(this.tranche);
    console.log(`block ${block}: ${money(paid)} is in your subaccount`);
  }

  async watch() {
    await this.show();
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
    const blocks = options.blocks === undefined ? Infinity : wholeNumber('blocks', options.blocks, 1, 1_000_000_000);
    let [seen, last] = [0, undefined];
    for await (const { number, hash } of this.client.blocks({ signal: stop.signal })) {
      const value = (await this.stake(hash))?.value ?? 0n;
      if (last !== undefined && value !== last) console.log(`block ${number}: ${money(value)}, ${value > last ? 'up' : 'down'} by ${money(value > last ? value - last : last - value)}`);
      last = value;
      seen += 1;
      if (seen >= blocks) break;
    }
  }

  async #needed() {
    const stake = await this.stake();
    if (!stake) throw new Error(`you have nothing in tranche ${this.tranche} of ${this.pool.symbol}`);
    return stake;
  }
}

/** A subaccount with enough quote in it. */
async function prepare(trader, amount, pool) {
  const { client } = trader;
  if (!(await trader.isOpen())) await trader.open({ pool });
  const { withdrawable } = await trader.report();
  if (withdrawable < amount) await trader.deposit(client.quoteSymbol, money(amount - withdrawable));
}

await withClient(options.endpoint, async (client) => {
  const number = wholeNumber('subaccount', options.subaccount, 0, 65_535);
  const trader = client.trader(keyPair(options.secret), { number });
  const report = await trader.report();
  const pool = client.parameters.pool(options.pool ?? report?.pool ?? 0);
  if (report && report.pool !== pool.pool) throw new Error(`subaccount ${number} is in another pool than ${pool.symbol}`);
  if (options.what === 'back') await prepare(trader, quanta(options.amount), pool.pool);
  await new Backer(client, trader, pool, wholeNumber('tranche', options.tranche, 0, 2))[options.what]();
  return 0;
});
