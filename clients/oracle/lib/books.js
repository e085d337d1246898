/** The value that is on a chain, added up by a client from what is stored: nothing rounds. */

/** The pool of the fund that all pools share. */
const GLOBAL_POOL = 2 ** 32 - 1;
/** The account that holds what was deposited: of the pallet `bw/cstdy`. */
const VAULT = `0x${Buffer.from('modlbw/cstdy').toString('hex').padEnd(64, '0')}`;
const KEYS_PER_REQUEST = 256;
const KEY_DIGITS = 64;

/** All accounts at a block, backstops and AMMs too: `[{ key, info, state }]`. */
export async function accountsAt(client, at) {
  const keys = (await keysAt(client, 'margin', 'subaccounts', at)).map((key) => `0x${key.slice(-KEY_DIGITS)}`);
  return Promise.all(keys.map(async (key) => ({ key, ...(await client.connection.read('margin', 'subaccounts', [key], at)) })));
}

/**
 * Everything that has to add up and does not, in words, and what was added.
 *
 * In every pool: what accounts claim, and what is the fund's, is the quote on hand and what
 * borrowers owe. In every market: longs are shorts, so prices cancel. In the vault: what is counted.
 */
export async function auditAt(client, at) {
  const accounts = await accountsAt(client, at);
  const { markets, assets, pools } = await client.refresh(at);
  const read = (pallet, item, ...keys) => client.connection.read(pallet, item, keys, at);
  const faults = [];
  const expect = (what, one, other) => {
    if (one !== other) faults.push(`${what}: ${one} is not ${other}`);
  };

  let onHand = 0n;
  for (const pool of [...pools.map((info) => info.pool), GLOBAL_POOL]) {
    const book = await read('margin', 'pools', pool);
    const has = await read('custody', 'onHand', pool);
    const members = accounts.filter(({ info }) => info.pool === pool);
    expect(`pool ${pool}: claims and fund, hand and receivable`, book.claims + book.fund, has + book.receivable);
    expect(`pool ${pool}: claims, and those of its accounts`, book.claims, sum(members, claimOf));
    expect(`pool ${pool}: principal, and its accounts' loans`, book.principal, sum(members, ({ state }) => state.loan));
    if (book.fund < 0n || book.receivable < 0n) faults.push(`pool ${pool}: a fund or a receivable below zero`);
    onHand += has + (await read('custody', 'promised', pool));
  }

  for (const { number, symbol } of markets) {
    const lots = accounts.map((account) => positionIn(account, number)?.lots ?? 0n);
    const [longs, shorts] = [lots.filter((held) => held > 0n), lots.filter((held) => held < 0n)];
    expect(`${symbol}: longs and shorts`, sum(longs), -sum(shorts));
    expect(`${symbol}: longs and open interest`, sum(longs), await read('margin', 'openInterest', number));
  }

  for (const { asset, symbol } of assets) {
    const held = sum(accounts, ({ state }) => new Map(state.collateral).get(asset) ?? 0n);
    expect(`${symbol}: held and in custody`, held, await read('custody', 'collateral', asset));
  }
  const { quoteAsset } = client.parameters;
  const inVault = await read('assets', 'account', quoteAsset, VAULT);
  expect('quote on hand and promised, and in the vault', onHand, inVault?.balance ?? 0n);
  return { faults, accounts: accounts.length, onHand };
}

const claimOf = ({ state }) => sum(state.positions, ([, position]) => position.entryCost + position.settledFunding * position.lots) + state.cash;
const positionIn = ({ state }, market) => new Map(state.positions).get(market);
const sum = (values, of = (value) => value) => values.reduce((total, value) => total + of(value), 0n);

async function keysAt(client, pallet, item, at) {
  const all = [];
  for (let page = []; ; ) {
    const after = page.at(-1);
    page = await client.connection.keysOf(pallet, item, { at, count: KEYS_PER_REQUEST, ...(after && { after }) });
    if (page.length === 0) return all;
    all.push(...page);
  }
}
