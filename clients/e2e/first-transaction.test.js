/** The script that the README shows, run as a reader would run it. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { developmentNode } from '../lib/node.js';

const SCRIPT = fileURLToPath(new URL('../first-transaction.js', import.meta.url));

describe('the first transaction', () => {
  let node;
  before(async () => (node = await developmentNode()));
  after(() => node?.stop());

  it('arrives and becomes final', async () => {
    const { code, stdout, stderr } = await run(node.endpoint);

    console.log(stdout.trimEnd());
    assert.equal(stderr, '');
    assert.match(stdout, /connected to .*breakwater/i);
    assert.match(stdout, /ms {2}sent {6}0x[0-9a-f]{64}/);
    assert.match(stdout, /ms {2}in block {2}[\d,]+ 0x[0-9a-f]{64}/);
    assert.match(stdout, /ms {2}fee {7}0\.0\d* BWR/);
    assert.match(stdout, /ms {2}final/);
    assert.match(stdout, /Bob now has \d+ BWR/);
    assert.equal(code, 0);
  });

  it('says what to do where there is no chain', async () => {
    const { code, stderr } = await run('ws://127.0.0.1:9');

    assert.equal(code, 1);
    assert.match(stderr, /No chain at ws:\/\/127\.0\.0\.1:9\. Start one with `make run`\./);
  });
});

function run(endpoint) {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, endpoint], { timeout: 180_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}
