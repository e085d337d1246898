#!/usr/bin/env node
// A market maker: a bid and an ask around the mark, moved with every block that moves it, and
// shifted against the inventory. If it dies, or loses its connection, the dead-man switch on chain
// cancels what it left behind.
//
//   make run                        starts a chain, in another terminal
//   node examples/market-maker.js   --help tells the options

import { CallFailed, Disconnected, Undecided, money, ppb } from '@breakwater/client';

import { DEFAULT_ENDPOINT, keyPair, optionsOf, wholeNumber, withClient } from './common.js';

const HELP = `Usage: node examples/market-maker.js [options]

  --endpoint <url>         of the node (default: ${DEFAULT_ENDPOINT})
  --secret <secret>        of the account, which pays the fees (default: //Charlie)
  --subaccount <n>         (default: 0)
  --market <symbol>        (default: BTC-PERP)
  --size <number>          of each quote, in the base asset (default: 0.1)
  --spread-bps <n>         from the mark to each quote, in hundredths of a percent (default: 10)
  --skew-bps <n>           how far a full inventory shifts both quotes (default: 10)
  --tolerance-bps <n>      how far the mark may move before quotes follow (default: 2)
  --calm <percent>         daily volatility up to which quotes have their full size; beyond it they
                           are smaller in proportion. Always full, unless given
  --max-position <number>  in the base asset (default: 1)
  --deposit <number>       the first time, in the quote asset (default: 100000)
  --switch <blocks>        after which the chain cancels everything if this stops (default: 40)
  --blocks <n>             ends after so many blocks; never, unless given`;

const options = optionsOf(HELP, {
  secret: { type: 'string', default: '//Charlie' },
  subaccount: { type: 'string', default: '0' },
  market: { type: 'string', default: 'BTC-PERP' },
  size: { type: 'string', default: '0.1' },
  'spread-bps': { type: 'string', default: '10' },
  'skew-bps': { type: 'string', default: '10' },
  'tolerance-bps': { type: 'string', default: '2' },
  calm: { type: 'string' },
  'max-position': { type: 'string', default: '1' },
  deposit: { type: 'string', default: '100000' },
  switch: { type: 'string', default: '40' },
  blocks: { type: 'string' },
});

/** Without a new block for so long, it stops: better no quotes than stale ones. */
const STALL_TIMEOUT_MS = 15_000;
const TENTHS_OF_BPS = 100_000n;

/** Numbers of the command line in the chain's units. */
function settingsOf(market) {
  const bps = (name) => BigInt(wholeNumber(name, options[name], 0, 5_000)) * 10n;
  return {
    size: market.lots(options.size),
    spread: bps('spread-bps'),
    skew: bps('skew-bps'),
    tolerance: bps('tolerance-bps'),
    calm: options.calm === undefined ? undefined : ppb(options.calm, 'volatility'),
    maxPosition: market.lots(options['max-position']),
    switch: wholeNumber('switch', options.switch, 4, 100_000),
    blocks: options.blocks === undefined ? Infinity : wholeNumber('blocks', options.blocks, 1, 1_000_000_000),
  };
}

/** A subaccount with something in it, and without orders of an earlier run. */
async function prepare(client, trader, market) {
  if (!(await trader.isOpen())) await trader.open({ pool: market.info.pool });
  const { equity } = await trader.report();
  if (equity === 0n) await trader.deposit(client.quoteSymbol, options.deposit);
  await trader.cancelAll(market.symbol);
  console.log(`${trader.id.owner}, subaccount ${trader.id.number}, makes a market in ${market.symbol}`);
}

class Maker {
  #quoted = { mark: 0n, position: undefined };
  #renewAt = 0;

  constructor(client, trader, market, settings) {
    Object.assign(this, { client, trader, market, settings });
  }

  /** Moves both quotes to where they belong after this block. */
  async quote({ number, hash }) {
    const { settings, trader, market } = this;
    const renewal = number >= this.#renewAt ? this.#renew(number) : undefined;
    const [parameters, report] = await Promise.all([this.client.refresh(hash), trader.report(hash)]);
    const { mark, addsRisk, dailyVolatility } = parameters.market(market.symbol).info;
    const position = report.positions.find((position) => position.market === market.number)?.lots ?? 0n;
    const moved = difference(mark, this.#quoted.mark) * TENTHS_OF_BPS > this.#quoted.mark * settings.tolerance;
    if (mark > 0n && (moved || position !== this.#quoted.position)) {
      this.#quoted = { mark, position };
      const center = mark - (mark * settings.skew * position) / (settings.maxPosition * TENTHS_OF_BPS);
      const half = (center * settings.spread) / TENTHS_OF_BPS;
      const side = { addsRisk, position, size: this.#sizeAt(dailyVolatility) };
      await Promise.all([this.#move('buy', center - half, side), this.#move('sell', center + half, side)]);
      console.log(`block ${number}: mark ${market.price(mark)}, position ${market.size(position)}, equity ${money(report.equity)}`);
    }
    await renewal;
  }

  /** A full quote while it is calm; less the wilder it gets, but never nothing. */
  #sizeAt(volatility) {
    const { size, calm } = this.settings;
    const { minOrder } = this.market.info;
    if (calm === undefined || volatility <= calm) return size;
    const less = (size * calm) / volatility;
    return less > minOrder ? less : minOrder;
  }

  /** Replaces the quote of a side, or places it where it was filled, or takes it away at the limit. */
  async #move(side, ticks, { addsRisk, position, size }) {
    const { trader, market, settings } = this;
    const held = side === 'buy' ? position : -position;
    const room = settings.maxPosition - held;
    const reduces = held < 0n;
    const name = { clientId: side };
    const lots = [size, room, ...(addsRisk ? [] : [-held])].reduce((least, lots) => (lots < least ? lots : least));
    if (lots <= 0n || ticks <= 0n) return ignoring('exchange.UnknownOrder', trader.cancel(name));
    const order = {
      market: market.symbol,
      type: 'post-only',
      side,
      price: market.price(ticks),
      size: market.size(lots),
      reduceOnly: reduces && !addsRisk,
      clientId: side,
      rounding: 'conservative',
    };
    try {
      await trader.replace(name, order);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      if (error.error === 'exchange.UnknownOrder') await reporting(trader.place(order));
      else console.error(`${side}: ${error.message}`);
    }
  }

  /** The switch is set anew long before it is due. */
  async #renew(number) {
    this.#renewAt = number + Math.floor(this.settings.switch / 4);
    await this.trader.deadManSwitch(this.settings.switch);
  }

  /** Takes everything back, and the switch with it. */
  async leave() {
    await this.trader.cancelAll(this.market.symbol);
    await this.trader.deadManSwitch(0);
    const { equity, positions } = await this.trader.report();
    const held = positions.find(({ market }) => market === this.market.number)?.lots ?? 0n;
    console.log(`left with ${this.market.size(held)} and equity ${money(equity)}`);
  }
}

const difference = (a, b) => (a > b ? a - b : b - a);

/** A refusal that does not matter. */
async function ignoring(name, sending) {
  await sending.catch((error) => {
    if (!(error instanceof CallFailed && error.error === name)) throw error;
  });
}

/** A refused call is a line; everything else stops the bot. */
async function reporting(sending) {
  await sending.catch((error) => {
    if (!(error instanceof CallFailed)) throw error;
    console.error(error.message);
  });
}

await withClient(options.endpoint, async (client) => {
  const market = client.market(options.market);
  const settings = settingsOf(market);
  const trader = client.trader(keyPair(options.secret), { number: wholeNumber('subaccount', options.subaccount, 0, 65_535) });
  await prepare(client, trader, market);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

  const maker = new Maker(client, trader, market, settings);
  try {
    let blocks = 0;
    for await (const block of client.blocks({ stallTimeoutMs: STALL_TIMEOUT_MS, signal: stop.signal })) {
      // Behind the head there is nothing to quote for: the latest block says where the mark is.
      if (block.number >= client.connection.head(false)) await maker.quote(block);
      blocks += 1;
      if (blocks >= settings.blocks) break;
    }
  } catch (error) {
    if (!(error instanceof Disconnected || error instanceof Undecided)) throw error;
    console.error(`${error.message}. The chain cancels the quotes within ${settings.switch} blocks.`);
    return 1;
  }
  await maker.leave();
  return 0;
});
