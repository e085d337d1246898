/**
 * The page in a browser: without a node, with one, with one that goes away and comes back as another
 * chain; a trader with a development key, and one with an extension; on a desktop and on a phone.
 *
 * Skipped where there is no Chromium, or no node to run. `BREAKWATER_BROWSER` names one elsewhere;
 * `SCREENSHOTS=folder` keeps pictures.
 */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { extname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@breakwater/client';
import { Keyring } from '@polkadot/api';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { chromium } from 'playwright-core';

import { openChain } from '../../lib/chain.js';
import { nodeBinary, startNode } from '../../lib/node.js';
import { Reporter } from '../../lib/reporter.js';
import { fundedTrader, PRICES } from '../../lib/trading.js';
import { until } from '../../lib/wait.js';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Wide enough for a debug build on a busy machine. */
const TIMEOUT_MS = 120_000;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const CONSOLE_LINES = 20;

const browserPath = [process.env.BREAKWATER_BROWSER, ...BROWSERS].find((path) => path && existsSync(path));
const skip = missing();
if (skip) console.log(`the browser test is skipped: ${skip}`);

function missing() {
  if (!browserPath) return 'there is no Chromium here. Install it (apt install chromium), or name one: BREAKWATER_BROWSER=/path/to/chromium';
  if (!existsSync(join(DIST, 'index.html'))) return 'the dashboard is not built: npm run build:dashboard';
  try {
    nodeBinary();
    return false;
  } catch (error) {
    return error.message;
  }
}

describe('the dashboard in a browser', { skip, timeout: 10 * TIMEOUT_MS }, () => {
  let server, browser, page, port, chain, reporter;
  const foreign = [];
  const errors = [];
  /** What each page wrote to its console as an error. */
  const consoles = new Map();

  before(async () => {
    // Under a folder, as a file server may have it.
    server = await serve(DIST, '/some/where/');
    browser = await chromium.launch({ executablePath: browserPath, headless: true, args: ARGUMENTS });
    port = await freePort();
    page = await open(DESKTOP);
  });
  after(async () => {
    reporter?.stop();
    await chain?.close();
    await browser?.close();
    server?.close();
  });

  async function open(viewport, prepare = async () => {}) {
    const opened = await browser.newPage({ viewport });
    opened.setDefaultTimeout(TIMEOUT_MS);
    opened.on('request', (request) => request.url().startsWith(server.origin) || request.url().startsWith('data:') || foreign.push(request.url()));
    opened.on('pageerror', (error) => errors.push(error.message));
    const lines = [];
    consoles.set(opened, lines);
    opened.on('console', (message) => message.type() === 'error' && lines.push(message.text()));
    await opened.addInitScript(keepNotes);
    await prepare(opened);
    await opened.goto(`${server.origin}/some/where/?rpc=ws://127.0.0.1:${port}`);
    return opened;
  }

  /** A development chain on the port that the page knows. */
  async function startChain() {
    const node = await startNode({ args: ['--dev', `--rpc-port=${port}`] });
    chain = await openChain(node);
    reporter = await Reporter.start(chain, PRICES);
  }

  async function stopChain() {
    reporter.stop();
    await chain.close();
  }

  const alert = (text) => page.getByRole('alert').filter({ hasText: text }).waitFor();
  const note = (text, on = page) => on.locator('.note-card').filter({ hasText: text }).first();

  /** Waits for a note's last word, also where it is gone again: good ones are, after some seconds. */
  async function noted(title, text, on = page) {
    const find = (title) => window.notesSeen.find(({ text, pending }) => text.includes(title) && !pending)?.text;
    const said = await (await on.waitForFunction(find, title, { polling: 100 })).jsonValue();
    assert.ok(said.includes(text), said);
  }

  /** A test whose failure tells what the pages showed. */
  function shows(name, body) {
    it(name, async () => {
      try {
        await body();
      } catch (error) {
        console.error(`${name}: ${error.message}`);
        await tellPages(name.replace(/\W+/g, '-'));
        throw error;
      }
    });
  }

  async function tellPages(name) {
    const pages = browser.contexts().flatMap((context) => context.pages());
    for (const [i, each] of pages.entries()) {
      console.error(`page ${i + 1} of ${pages.length}: ${await contentOf(each)}`);
      for (const line of (consoles.get(each) ?? []).slice(-CONSOLE_LINES)) console.error(`  console: ${line}`);
      await picture(each, `failed-${name}-${i + 1}`).catch(() => undefined);
      if (each !== page) await each.close();
    }
    for (const error of errors) console.error(`uncaught: ${error}`);
  }

  shows('without a node says so, and what to do', async () => {
    await alert('No node answers at');
    await alert('make run');
    await picture(page, 'no-node');
  });

  shows('says what is wrong with an address, and tries nothing', async () => {
    await page.getByLabel('Address of the node').fill('127.0.0.1:9944');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await alert('looks like ws://127.0.0.1:9944');
    await page.reload();
  });

  shows('shows markets, prices and breakers as soon as there is a node', async () => {
    await startChain();
    await page.getByRole('status').filter({ hasText: 'live' }).waitFor();
    await page.getByRole('row', { name: /BTC-PERP.*50\s?000\.00/ }).waitFor();
    await page.locator('#prices').getByRole('row', { name: /BTC-USD 50\s?000\.00/ }).waitFor();
    await page.locator('#breakers').getByText('Chain', { exact: true }).waitFor();
    await page.locator('#health').getByText('accounts have positions').waitFor();
    await page.locator('#chart canvas').first().waitFor();
  });

  shows('lets a trader with a development key deposit, order and cancel', async () => {
    await page.locator('#markets').getByRole('row', { name: /BTC-PERP.*open/ }).waitFor();
    await page.getByRole('textbox', { name: 'Key' }).or(page.getByRole('combobox', { name: 'Key' })).fill('//Bob');
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByRole('button', { name: 'Get test assets from the faucet' }).click();
    await noted('Faucet', 'in block');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('button', { name: 'Deposit', exact: true }).click();
    await noted('Deposit 1000 USDC', 'in block');

    await page.getByRole('button', { name: 'Limit', exact: true }).click();
    await page.getByLabel('Size, BTC').fill('0.01');
    await page.getByLabel('Price, USDC').fill('40000.05');
    await page.getByText('take 40000 or 40000.1').waitFor();
    await page.getByLabel('Price, USDC').fill('40000');
    await page.getByText('At worst 40').waitFor();
    await page.getByRole('button', { name: 'Buy 0.01 BTC' }).click();
    await page.locator('#book').getByRole('row', { name: /40\s?000\.00 0\.01/ }).waitFor();
    await page.locator('#account').getByRole('row', { name: /BTC-PERP Limit buy/ }).waitFor();
    await picture(page, 'desktop');
    await page.getByRole('button', { name: /^Cancel order/ }).click();
    await page.locator('#book').getByText('no buys').waitFor();
  });

  shows('lets a stop-loss wait for the mark, shows it, and cancels it', async () => {
    const orders = page.locator('#account');
    await page.getByRole('button', { name: 'Stop-loss', exact: true }).click();
    await page.getByRole('button', { name: 'Sell', exact: true }).click();
    assert.ok(await page.getByLabel('reduce only').isChecked(), 'it closes a position unless told otherwise');
    await page.getByLabel('When the mark is down to').fill('45000');
    await page.getByText('It waits until the mark is 45000 or below').waitFor();
    await page.getByRole('button', { name: 'Sell 0.01 BTC at a mark of 45000' }).click();
    await orders.getByRole('row', { name: /BTC-PERP Market.*reduce only.*sell.*waits for a mark of 45\s?000\.00 or below/ }).waitFor();

    await page.getByRole('button', { name: 'Take-profit', exact: true }).click();
    await page.getByLabel('When the mark is up to').fill('60000');
    await page.getByLabel('Limit, if any').fill('59000');
    await page.getByRole('button', { name: 'Sell 0.01 BTC at a mark of 60000' }).click();
    await orders.getByRole('row', { name: /BTC-PERP Limit.*59\s?000\.00.*waits for a mark of 60\s?000\.00 or above/ }).waitFor();
    await picture(page, 'triggers');
    for (const left of [1, 0]) {
      await page.getByRole('button', { name: /^Cancel order/ }).first().click();
      await until('an order is cancelled', async () => (await page.getByRole('button', { name: /^Cancel order/ }).count()) === left);
    }
  });

  shows('says why a withdrawal is not possible', async () => {
    await page.getByLabel('Amount').fill('5000');
    await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
    await note('Withdraw 5000 USDC').and(page.locator('.failed')).waitFor();
    const text = await note('Withdraw 5000 USDC').textContent();
    assert.match(text, /\. [A-Z]/, text);
    await page.getByLabel('Amount').fill('five');
    await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
    await note('no decimal number').waitFor();
  });

  shows('signs with an extension, which is asked', async () => {
    const pair = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri('//Charlie');
    const asked = [];
    const signing = async (opened) => {
      await opened.exposeFunction('signRaw', (data) => {
        asked.push(data);
        return u8aToHex(pair.sign(hexToU8a(data), { withType: true }));
      });
      await opened.addInitScript(fakeExtension, pair.address);
    };
    const other = await open(DESKTOP, signing);
    await other.getByRole('button', { name: 'Connect an extension' }).click();
    await other.getByRole('button', { name: /Charlie of the extension/ }).click();
    await other.getByRole('button', { name: 'Open', exact: true }).click();
    await noted('Open subaccount 0', 'in block', other);
    // What was done shows in the account; the little cards go away by themselves.
    const account = other.locator('#account');
    await other.getByRole('button', { name: 'Deposit', exact: true }).click();
    await account.getByRole('row', { name: /^USDC .* 1\s?000\.00$/ }).waitFor();
    await other.getByRole('button', { name: 'Post-only', exact: true }).click();
    await other.getByLabel('Size, BTC').fill('0.02');
    await other.getByLabel('Price, USDC').fill('41000');
    await other.getByRole('button', { name: 'Buy 0.02 BTC' }).click();
    await account.getByRole('row', { name: /BTC-PERP.*buy/ }).waitFor();
    await other.getByRole('button', { name: /^Cancel order/ }).click();
    await account.getByRole('row', { name: /BTC-PERP.*buy/ }).waitFor({ state: 'detached' });
    assert.equal(asked.length, 4, 'it is asked for each transaction');
    await other.close();
  });

  shows('without an extension says how to get one', async () => {
    const other = await open(DESKTOP);
    await other.getByRole('button', { name: 'Connect an extension' }).click();
    await other.getByRole('alert').filter({ hasText: 'polkadot.js.org/extension' }).waitFor();
    await other.close();
  });

  shows('fits a phone, in light and in dark', async () => {
    const phone = await open(PHONE);
    await phone.getByRole('row', { name: /BTC-PERP.*50\s?000\.00/ }).waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await phone.emulateMedia({ colorScheme });
      assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth), PHONE.width, 'it scrolls sideways');
      await picture(phone, `phone-${colorScheme}`);
    }
    await phone.close();
  });

  shows('shows who is liquidated, and lets a trader take positions and collateral over', async () => {
    const client = await Client.connect(`ws://127.0.0.1:${port}`);
    try {
      const world = { ...chain, client };
      const [maker, long, borrower] = await Promise.all([
        fundedTrader(world, '//dashboard/maker', { deposit: '100000', payer: chain.accounts.dave }),
        fundedTrader(world, '//dashboard/long', { deposit: '4000', payer: chain.accounts.eve }),
        fundedTrader(world, '//dashboard/borrower', { payer: chain.accounts.ferdie }),
      ]);
      const size = '1.6';
      await maker.place({ market: 'BTC-PERP', side: 'sell', type: 'limit', price: '50010', size });
      await long.place({ market: 'BTC-PERP', side: 'buy', type: 'limit', price: '50010', size });
      await borrower.deposit('WBTC', '1');
      await borrower.withdraw(client.quoteSymbol, '44000');
      await page.getByLabel('Amount').fill('90000');
      await page.getByRole('button', { name: 'Deposit', exact: true }).click();
      await noted('Deposit 90000 USDC', 'in block');
      await until('the position is open', async () => (await long.report()).positions.length > 0);

      reporter.set('BTC-USD', 48_350);
      await take('Buy BTC-PERP', '0.05');
      await page.locator('#events').getByText('In auction').first().waitFor();
      reporter.set('BTC-USD', 46_300);
      await take('Buy WBTC', '0.001');
      await page.locator('#liquidations').getByText('to bidders').waitFor();
    } finally {
      await client.close();
    }
  });

  /** Takes a part of what is offered; tells what the page said before, and what became of it. */
  async function take(name, size) {
    const form = page.locator('form.take').filter({ has: page.getByRole('button', { name, exact: true }) });
    await form.getByLabel(/^Size/).fill(size);
    await form.getByText('better than at the mark').waitFor();
    await picture(page, name.replace(/ /g, '-').toLowerCase());
    await form.getByRole('button').click();
    await noted(`${name.replace(' ', ` ${size} `)} from liquidation`, 'in block');
  }

  shows('has a name for everything that can be used, and one heading for each panel', async () => {
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, select')]
        .filter((element) => !(element.labels?.length || element.getAttribute('aria-label') || element.textContent.trim()))
        .map((element) => element.outerHTML),
    );
    assert.deepEqual(nameless, []);
    const [panels, headings] = await page.evaluate(() => ['.panel', '.panel h2'].map((selector) => document.querySelectorAll(selector).length));
    assert.equal(panels, headings);
  });

  shows('tells that the node went away, and goes on with the chain that comes back', async () => {
    await stopChain();
    await alert('went away');
    await picture(page, 'node-lost');
    await startChain();
    await page.getByRole('status').filter({ hasText: 'live' }).waitFor();
    await page.getByRole('row', { name: /BTC-PERP.*50\s?000\.00/ }).waitFor();
    // A new chain: the subaccount is not there any more, and the page knows.
    await page.getByRole('button', { name: 'Open', exact: true }).waitFor();
    assert.equal(await page.getByRole('alert').filter({ hasText: 'went away' }).count(), 0);
  });

  it('asked nobody but its own server and the node, and had no error', () => {
    assert.deepEqual(foreign, []);
    assert.deepEqual(errors, []);
  });
});

async function picture(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** In the page: keeps what its notes said, the last first. */
function keepNotes() {
  window.notesSeen = [];
  const look = () => {
    for (const card of document.querySelectorAll('.note-card')) {
      const text = [...card.querySelectorAll('strong, strong + span')].map((part) => part.textContent).join(': ');
      if (window.notesSeen.every((note) => note.text !== text)) window.notesSeen.unshift({ text, pending: card.classList.contains('pending') });
    }
  };
  new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
}

/** What a page shows of the connection, of problems, and of its own transactions. */
async function contentOf(page) {
  try {
    return await page.evaluate(() => {
      const texts = (selector) => [...document.querySelectorAll(selector)].map((element) => element.innerText.replace(/\s+/g, ' '));
      const notes = window.notesSeen.map(({ text }) => text);
      return JSON.stringify({ status: texts('header [role=status]'), alerts: texts('[role=alert]'), account: texts('#account'), notes }, undefined, 2);
    });
  } catch (error) {
    return `not to be seen: ${error.message}`;
  }
}

/** In the page: what an extension puts there, with one account, whose key this process has. */
function fakeExtension(address) {
  const signer = { signRaw: async ({ data }) => ({ id: 1, signature: await window.signRaw(data) }) };
  window.injectedWeb3 = {
    'polkadot-js': {
      version: '0.63.1',
      enable: async () => ({
        accounts: { get: async () => [{ address, name: 'Charlie of the extension', type: 'sr25519' }], subscribe: () => () => {} },
        signer,
      }),
    },
  };
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** A file server that knows nothing of the page. */
async function serve(folder, prefix) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://127.0.0.1');
    const name = pathname.startsWith(prefix) ? pathname.slice(prefix.length) || 'index.html' : undefined;
    try {
      if (name === undefined || name.includes('..')) throw new Error('not here');
      const body = await readFile(join(folder, name));
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** A port that is free now, for a node that is not there yet. */
function freePort() {
  const socket = createSocket();
  return new Promise((resolve) => {
    socket.listen(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
