/** Who trades on the network while it breaks: market makers, a crowd of gamblers, and some whose fate is known. */

import { account } from '../../lib/chain.js';
import { startExample } from '../../lib/programs.js';
import { fundedTrader } from '../../lib/trading.js';

/** Secrets, markets, sizes and limits of the makers: accounts that are rich on a chain of development keys. */
const MAKERS = [
  ['//Bob', 'BTC-PERP', '1', '20'],
  ['//Charlie', 'ETH-PERP', '15', '300'],
  ['//Ferdie', 'SOL-PERP', '200', '4000'],
];
/** Makers that ran out of chain for a moment are started again so often. */
const RESTARTS = 20;
const HOUR_MS = 3_600_000;

/** Examples that run until they are stopped, and again where they give up. */
export class Programs {
  #running = new Set();
  #ends = [];
  #stopped = false;
  log = '';

  start(script, args, endpoint) {
    const keep = async () => {
      for (let runs = 0; runs < RESTARTS && !this.#stopped; runs++) {
        const program = startExample(script, args, endpoint, { timeoutMs: HOUR_MS });
        this.#running.add(program);
        const { output } = await program.ended;
        this.#running.delete(program);
        this.log += output;
      }
    };
    this.#ends.push(keep());
  }

  async stop() {
    this.#stopped = true;
    for (const program of this.#running) program.stop();
    await Promise.all(this.#ends);
  }
}

/** Makers on all markets and so many gamblers, each at one of the nodes. */
export function startCrowd(programs, endpoints, { gamblers, seed }) {
  const endpoint = (place) => endpoints[place % endpoints.length];
  for (const [place, [secret, market, size, most]] of MAKERS.entries()) {
    const args = ['--secret', secret, '--market', market, '--size', size, '--max-position', most, '--deposit', '1000000'];
    programs.start('market-maker.js', args, endpoint(place));
  }
  const args = ['--traders', `${gamblers}`, '--seed', `${seed}`, '--pause', '4', '--secret', '//Eve'];
  programs.start('crowd.js', args, endpoint(MAKERS.length));
}

/** A trader with a position in a market, `leverage` times what it has; below zero it sells. */
export async function withPosition(client, { name, market: symbol, leverage, deposit }) {
  const market = client.market(symbol);
  const world = { api: client.connection.api, client, accounts: { bob: account('//Dave') } };
  const trader = await fundedTrader(world, `//crash/${name}`, { deposit, pool: market.info.pool });
  const side = leverage > 0 ? 'buy' : 'sell';
  const { mark, minOrder } = (await client.refresh()).market(symbol).info;
  const order = { market: symbol, side, type: 'market', rounding: 'conservative' };
  const { largest } = await trader.preview({ ...order, size: market.size(minOrder) });
  const { equity } = await trader.report();
  const wanted = market.lotsFor(equity * BigInt(Math.abs(leverage)), mark);
  const most = (largest * 19n) / 20n;
  await trader.place({ ...order, size: market.size(wanted < most ? wanted : most) });
  return trader;
}
