/**
 * Runs all tests, in two lanes at once.
 *
 * A debug build of the node takes its time to start, since it compiles the runtime first. So the
 * tests of the chain share one node and run one after the other, for the most part waiting for
 * blocks, while the second lane starts the nodes that must not start, or start differently.
 */

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { nodeBinary, startNode } from '../lib/node.js';
import { PATIENCE } from '../lib/wait.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The second lane's, after those that need no node. Any other `*.test.js` here belongs to the first. */
const OWN_NODES = ['e2e/bad-input.test.js', 'e2e/liquidation.test.js', 'e2e/local-testnet.test.js', 'lib/node.test.js'];

/** Left out by `--short`. */
const LONG = ['e2e/losses.test.js'];

const WITHOUT_NODE = [
  'examples/crowd-rules.test.js',
  'examples/liquidator-rules.test.js',
  'lib/alerts.test.js',
  'oracle/lib/verdicts.test.js',
];
const isShort = process.argv.includes('--short');

/** Every wait in the tests is bounded by itself; this ends what hangs otherwise, a whole file too. */
const TEST_TIMEOUT_MS = 900_000 * PATIENCE;

const startedAt = Date.now();
try {
  console.log(`testing ${nodeBinary()}`);
  process.exitCode = (await runLanes()) ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
console.log(`${process.exitCode ? 'failed' : 'passed'} after ${seconds()} s`);

async function runLanes() {
  const second = runTests([...testsIn('replay/tests'), ...WITHOUT_NODE, ...OWN_NODES, ...(isShort ? [] : LONG)], { quiet: true });

  console.log('\nTests of a shared development chain');
  const node = await startNode();
  const first = await runTests(sharedTests(), { endpoint: node.endpoint });
  await node.stop();

  console.log(`\nTests of the replay server, and with nodes of their own (${seconds()} s so far)`);
  const { output, passed } = await second;
  process.stdout.write(output);
  return first.passed && passed;
}

function sharedTests() {
  return testsIn('e2e').filter((file) => !OWN_NODES.includes(file) && !LONG.includes(file));
}

function testsIn(folder) {
  const names = readdirSync(`${ROOT}/${folder}`).filter((name) => name.endsWith('.test.js'));
  return names.map((name) => `${folder}/${name}`);
}

/** One file after the other. A quiet lane's output is kept for when the other is done. */
function runTests(files, { endpoint, quiet = false }) {
  const args = [
    '--test',
    '--test-concurrency=1',
    '--test-reporter=spec',
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    ...files,
  ];
  const env = endpoint ? { ...process.env, BREAKWATER_ENDPOINT: endpoint } : process.env;
  const stdio = ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio });
  process.once('exit', () => child.kill());

  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });
}

function seconds() {
  return Math.round((Date.now() - startedAt) / 1_000);
}
