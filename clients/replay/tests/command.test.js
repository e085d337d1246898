/** The two commands, as people start them. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { VENUE_NAMES } from '../lib/venues.js';

const SERVER = fileURLToPath(new URL('../server.js', import.meta.url));
const GENERATE = fileURLToPath(new URL('../generate.js', import.meta.url));
const SOURCES = fileURLToPath(new URL('../sources.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'breakwater-replay-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A command, its output, and a promise of its end. */
function start(script, ...args) {
  const child = spawn(process.execPath, [script, ...args], { timeout: 60_000 });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const listening = new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error(`it ended: ${stderr}`)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      const url = /^listening on (\S+)$/m.exec(stdout)?.[1];
      if (url) resolve(url);
    });
  });
  listening.catch(() => {}); // most are not expected to
  return { child, ended, listening };
}

const run = (script, ...args) => start(script, ...args).ended;

describe('the server', { concurrency: 4 }, () => {
  it('serves what it says, and ends when told', async () => {
    const { child, ended, listening } = start(SERVER, '--scenario', 'crash', '--seed', '7', '--port', '0', '--venue-ports', '0', '--speed', '100');
    const url = await listening;
    const health = await (await fetch(`${url}/health`)).json();
    assert.equal(health.scenario, 'crash');
    const ticker = await (await fetch(`${url}/coinbase/products/BTC-USD/ticker`)).json();
    assert.match(ticker.price, /^6\d{4}\.\d\d$/);
    // One that reads for ever does not keep it from ending.
    await fetch(`${url}/control/venues/okx`, { method: 'POST', body: '{"delayMs": 600000}' });
    const hanging = fetch(`${url}/okx/api/v5/market/ticker?instId=BTC-USDT`);
    hanging.catch(() => {});
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.equal(stdout.match(/ {2}and {2}http:\/\/127\.0\.0\.1:\d+/g).length, VENUE_NAMES.length);
  });

  it('plays what the generator wrote, which is the same each time', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const options = ['--scenario', 'venue-wrong', '--seed', '3', '--start', '2023-05-05T00:00:00Z'];
    const first = await run(GENERATE, ...options, '--out', one);
    await run(GENERATE, ...options, '--out', two);
    assert.equal(first.code, 0, first.stderr);
    const files = first.stdout.trim().split('\n');
    assert.equal(files.length, 6);
    for (const path of files) assert.equal(readFileSync(path, 'utf8'), readFileSync(path.replace(one, two), 'utf8'));

    const { child, ended, listening } = start(SERVER, '--candles', one, '--port', '0', '--paused', '--start-percent', '20');
    const state = await (await fetch(`${await listening}/control/state`)).json();
    assert.equal(state.time, '2023-05-05T00:48:00.000Z');
    assert.equal(state.venues.kraken.now.liePercent, 20);
    child.kill();
    await ended;

    const again = await run(GENERATE, ...options, '--out', one);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /BTC-USD\.csv is there already; --force/);
    assert.equal((await run(GENERATE, ...options, '--out', one, '--force')).code, 0);
  });

  it('says when the port is taken', async () => {
    const other = createServer();
    await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { code, stderr } = await run(SERVER, '--port', String(other.address().port));
    other.close();
    assert.equal(code, 2);
    assert.match(stderr, /error: cannot listen on 127\.0\.0\.1 port \d+: the port is taken; another one with --port/);
  });

  it('explains itself', async () => {
    const { code, stdout } = await run(SERVER, '--help');
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: node clients\/replay\/server\.js/);
  });

  const broken = join(folder, 'BTC-USD.csv');
  writeFileSync(broken, 'ts,open,high,low,close,volume\n1704067200000,1,1,1,1,1\n1704067260000,1,1,2,1,1\n');
  const BAD = [
    [['--scenario', 'boom'], /no scenario is called boom; there are calm, crash, depeg/],
    [['--candles', broken], /BTC-USD\.csv:3: low is above open or close/],
    [['--candles', broken, '--scenario', 'calm'], /either --scenario or --candles/],
    [['--events', broken], /--events goes with --candles/],
    [['--seed', 'seven'], /--seed is a whole number/],
    [['--port', '70000'], /--port is a whole number from 0 to 65535/],
    [['--speed', '0'], /--speed is a number from 0\.01 to 10000/],
    [['--at-end', 'explode'], /--at-end is one of stop, loop, bounce/],
    [['--venues', 'kraken,mtgox'], /no venue is called mtgox/],
    [['--venues', 'kraken,kraken'], /named twice/],
    [['--venue', 'kraken'], /Unknown option '--venue'/],
    [['--host', 'nowhere.invalid', '--port', '0'], /cannot listen on nowhere\.invalid/],
    [['calm'], /Unexpected argument 'calm'/],
  ];
  for (const [args, message] of BAD) {
    it(`refuses ${args.map((word) => word.replace(folder, '…')).join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(SERVER, ...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.match(stderr, /^error: /);
      assert.equal(stdout, '');
    });
  }
});

describe('the generator', { concurrency: 4 }, () => {
  for (const [args, message] of [
    [[], /--scenario is missing/],
    [['--scenario', 'calm'], /--out is missing/],
    [['--scenario', 'calm', '--out', folder, '--start', 'soon'], /--start is a time/],
    [['--scenario', 'calm', '--out', '/dev/null/x'], /\/dev\/null\/x: /],
    [['--scenario', 'calm', '--out', folder, '--hours', '500', '--candle-seconds', '1'], /there must be 10 to 200000/],
  ]) {
    it(`refuses ${message.source}`, async () => {
      const { code, stderr } = await run(GENERATE, ...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }
});

describe('the sources of a replay', { concurrency: 4 }, () => {
  it('are those that are shipped, at its address', async () => {
    const { code, stdout } = await run(SOURCES, '--origin', 'http://127.0.0.1:8800', '--feeds', 'BTC-USD,BTC-USDT', '--venues', 'kraken,okx');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout).sources.map(({ url }) => url), [
      'http://127.0.0.1:8800/kraken/0/public/Ticker?pair=XBTUSD',
      'http://127.0.0.1:8800/okx/api/v5/market/ticker?instId=BTC-USDT',
    ]);
  });

  it('can be those alone that there are candles of', async () => {
    const tape = join(folder, 'tape.csv');
    writeFileSync(tape, 'ts,open,high,low,close,volume\n1704067200000,1,1,1,1,1\n');
    const { child, ended, listening } = start(SERVER, '--candles', `kraken:BTC-USD=${tape},okx:BTC-USDT=${tape}`, '--port', '0');
    const { stdout } = await run(SOURCES, '--answering', '--origin', await listening);
    assert.deepEqual(JSON.parse(stdout).sources.map(({ feed, venue }) => `${feed} ${venue}`), ['BTC-USD kraken', 'BTC-USDT okx']);
    child.kill();
    await ended;
  });

  for (const [args, message] of [
    [[], /--origin is missing/],
    [['--answering', '--origin', 'http://127.0.0.1:1'], /no source is left/],
    [['--origin', 'http://127.0.0.1:8800/kraken'], /--origin is an address/],
    [['--origin', 'http://127.0.0.1:8800', '--venues', 'mtgox'], /no source is left/],
    [['--origin', 'http://127.0.0.1:8800', '--from', '/nowhere.json'], /\/nowhere\.json: ENOENT/],
  ]) {
    it(`are refused: ${message.source}`, async () => {
      const { code, stderr } = await run(SOURCES, ...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }
});
