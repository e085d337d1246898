// Does the harness catch what it is there to catch? It is let loose on a pretended chain that is
// sound, and on ones that are each broken in one way.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { findIsolation } from '../lib/isolation.js';
import { PATIENCE } from '../lib/wait.js';

const FAULTS = fileURLToPath(new URL('../faults.js', import.meta.url));
const FAKE_NODE = fileURLToPath(new URL('./fake-node.js', import.meta.url));
/** It ends what hangs, and measures nothing. */
const LIMIT_MS = 600_000 * PATIENCE;
const logs = mkdtempSync(join(tmpdir(), 'breakwater-harness-'));
const noNamespaces = findIsolation().reason;

after(() => rmSync(logs, { recursive: true, force: true }));

let runs = 0;

function run(flags, fault) {
  return new Promise((resolve) => {
    const command = [FAULTS, '--node', FAKE_NODE, '--logs', join(logs, `${++runs}`), ...flags];
    // Without the context, or the inner test runner would report to the outer one.
    const env = { ...process.env, FAKE_FAULT: fault ?? '', NODE_TEST_CONTEXT: undefined };
    const child = spawn(process.execPath, command, { env, timeout: LIMIT_MS });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.once('exit', (code) => resolve({ code, output }));
  });
}

describe('the harness', { concurrency: 2 }, () => {
  test('is content with a sound chain', async () => {
    const { code, output } = await run(['--only', 'killed', '--loopback']);
    assert.equal(code, 0, output);
  });

  for (const [fault, scenario, message] of [
    ['double-finality', 'a validator killed', /conflicting finality at height 7/],
    ['other-state', 'a validator killed', /must have the same state/],
    ['amnesia', 'a validator killed', /dave must start from the data it had/],
  ]) {
    test(`notices ${fault}`, async () => {
      const { code, output } = await run(['--only', scenario, '--loopback'], fault);
      assert.equal(code, 1, output);
      assert.match(output, message);
    });
  }

  test('notices finality without a majority', { skip: noNamespaces }, async () => {
    const { code, output } = await run(['--only', 'two against two'], 'minority');
    assert.equal(code, 1, output);
    assert.match(output, /two of four validators must not finalise/);
  });

  test('notices a node that does not start', async () => {
    const { code, output } = await run([
      '--only',
      'a validator killed',
      '--loopback',
      '--node',
      '/bin/false',
    ]);
    assert.equal(code, 1, output);
    assert.match(output, /build-spec/);
  });
});
