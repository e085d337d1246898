/** Who trades on the network while it breaks: market makers, a crowd of gamblers, and some whose fate is known. */

import { quanta } from '@breakwater/client';

import { BWR, account } from '../../lib/chain.js';
import { startExample } from '../../lib/programs.js';
import { placedWhenOpen } from '../../lib/trading.js';
import { PATIENCE, sleep } from '../../lib/wait.js';

/** Secrets, markets, sizes and limits of the makers: accounts that are rich on a chain of development keys. */
const MAKERS = [
  ['//Bob', 'BTC-PERP', '1', '20'],
  ['//Charlie', 'ETH-PERP', '15', '300'],
  ['//Ferdie', 'SOL-PERP', '200', '4000'],
];
/** Makers that ran out of chain for a moment are started again after so long. */
const RESTART_MS = 10_000;
const HOUR_MS = 3_600_000;
const FEES = 100n * BWR;
/** Enough quote to begin anew some times. */
const GIVEN = '50000';
const [CROWD, DONOR] = ['//Eve', '//Dave'];
/** For a transaction to be in a block. */
export const SENDING = { timeoutMs: 180_000 * PATIENCE };

/** Examples that run until they are stopped, and again where they give up. */
export class Programs {
  #running = new Set();
  #ends = [];
  #stopped = false;
  #stop;
  #stopping = new Promise((resolve) => (this.#stop = resolve));
  log = '';

  start(script, args, endpoint) {
    const keep = async () => {
      while (!this.#stopped) {
        const program = startExample(script, args, endpoint, { timeoutMs: HOUR_MS });
        this.#running.add(program);
        const { output } = await program.ended;
        this.#running.delete(program);
        this.log += output;
        await Promise.race([sleep(RESTART_MS), this.#stopping]);
      }
    };
    this.#ends.push(keep());
  }

  async stop() {
    this.#stopped = true;
    this.#stop();
    for (const program of this.#running) program.stop();
    await Promise.all(this.#ends);
  }
}

/** Fees and quote for accounts: a network without a faucet has those who are rich from the beginning. */
async function give(client, addresses) {
  const { balances, assets } = client.connection.api.tx;
  const { quoteAsset } = client.parameters;
  const pays = addresses.flatMap((address) => [
    balances.transferKeepAlive(address, FEES),
    assets.transferKeepAlive(quoteAsset, address, quanta(GIVEN)),
  ]);
  await client.sender(account(DONOR)).submit(client.connection.call('utility', 'batchAll', pays), SENDING);
}

/** Makers on all markets and so many gamblers, each at one of the nodes. */
export async function startCrowd(client, programs, endpoints, { gamblers, seed }) {
  const endpoint = (place) => endpoints[place % endpoints.length];
  for (const [place, [secret, market, size, most]] of MAKERS.entries()) {
    const args = ['--secret', secret, '--market', market, '--size', size, '--max-position', most, '--deposit', '1000000'];
    programs.start('market-maker.js', args, endpoint(place));
  }
  // The accounts that the crowd will use.
  await give(client, Array.from({ length: gamblers }, (_, i) => account(`${CROWD}//crowd//${i}`).address));
  const args = ['--traders', `${gamblers}`, '--seed', `${seed}`, '--pause', '4', '--secret', CROWD];
  programs.start('crowd.js', args, endpoint(MAKERS.length));
}

/**
 * Traders with a position each, `leverage` times what they have deposited; below zero they sell.
 *
 * @param {{ name: string, market: string, leverage: number, deposit: string }[]} wanted
 */
export async function withPositions(client, wanted) {
  const pairs = wanted.map(({ name }) => account(`//crash//${name}`));
  await give(client, pairs.map(({ address }) => address));
  return Promise.all(wanted.map((one, place) => withPosition(client, client.trader(pairs[place]), one)));
}

async function withPosition(client, trader, { market: symbol, leverage, deposit }) {
  const market = client.market(symbol);
  await trader.open({ pool: market.info.pool }, SENDING);
  await trader.deposit(client.quoteSymbol, deposit, SENDING);
  const { mark, minOrder } = (await client.refresh()).market(symbol).info;
  const order = { market: symbol, side: leverage > 0 ? 'buy' : 'sell', type: 'market', rounding: 'conservative' };
  const { largest } = await trader.preview({ ...order, size: market.size(minOrder) });
  const [wanted, most] = [market.lotsFor(quanta(deposit) * BigInt(Math.abs(leverage)), mark), (largest * 19n) / 20n];
  await placedWhenOpen(trader, { ...order, size: market.size(wanted < most ? wanted : most) }, SENDING);
  return trader;
}
