/**
 * Bad input on the command line: the node says what is wrong, exits with an error where it cannot
 * go on, and leaves the data it has as it was.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { NodeExited, runNode, startNode, temporaryFolder } from '../lib/node.js';
import { call } from '../lib/rpc.js';

/** Storage keys: that of the runtime, and one that no pallet uses. */
const CODE_KEY = '0x3a636f6465';
const UNUSED_KEY = `0x${'ee'.repeat(32)}`;

describe('the node refuses', () => {
  it('an unknown flag', async () => {
    const outcome = await runNode(['--no-such-flag']);

    assertFailed(outcome, /unexpected argument '--no-such-flag'/);
  });

  it('an unknown chain', async () => {
    const outcome = await runNode(['--chain=no-such-chain', '--tmp']);

    assertFailed(outcome, /unknown chain 'no-such-chain'/);
  });

  it('to guess the chain', async () => {
    const outcome = await runNode(['--tmp']);

    assertFailed(outcome, /no chain given/);
  });

  it('a chain specification that is no JSON', async () => {
    const spec = fileWith('{ "name": "Broken", ');

    const outcome = await runNode([`--chain=${spec}`, '--tmp']);

    assertFailed(outcome, /the chain specification .* cannot be used: .*EOF while parsing/);
  });

  it('a chain specification that lacks what a chain needs', async () => {
    const spec = fileWith('{ "name": "Empty", "id": "empty" }');

    const outcome = await runNode([`--chain=${spec}`, '--tmp']);

    assertFailed(outcome, /the chain specification .* cannot be used: .*missing field/);
  });

  it('a node key that is none', async () => {
    const outcome = await runNode(['--dev', '--tmp', '--node-key=not-a-key']);

    assertFailed(outcome, /Invalid node key/);
  });

  it('to be an authority that nobody would find again', async () => {
    const outcome = await runNode(['--chain=local', '--validator', '--tmp']);

    assertFailed(outcome, /NetworkKeyNotFound|generate-node-key/);
  });

  it('a chain specification whose runtime is damaged', async () => {
    const spec = specFile({ [CODE_KEY]: '0xdeadbeef' });

    const starting = startNode({ args: [`--chain=${await spec}`] });

    await assertExits(starting, /wasm|runtime/i);
  });
});

describe('beside a running node', () => {
  const basePath = temporaryFolder();
  let spec, running;
  before(async () => {
    spec = await specFile();
    running = await startNode({ basePath, args: [`--chain=${spec}`] });
  });
  after(() => running?.stop());

  it('its database is refused to a second node', async () => {
    const starting = startNode({ basePath, args: [`--chain=${spec}`] });

    await assertExits(starting, /Database file is in use/);
    await assertServes(running);
  });

  it('its RPC port is refused to a second node', async () => {
    const { port } = new URL(running.endpoint);

    const starting = startNode({ args: [`--chain=${spec}`, `--rpc-port=${port}`] });

    await assertExits(starting, /already in use/);
    await assertServes(running);
  });

  it('its database is refused to another genesis, and stays as it was', async () => {
    const other = await specFile({ [UNUSED_KEY]: '0x01' });
    const genesis = await call(running.endpoint, 'chain_getBlockHash', 0);
    await running.stop();

    const starting = startNode({ basePath, args: [`--chain=${other}`] });

    await assertExits(starting, /the database holds another chain/);
    const info = await runNode(['chain-info', `--chain=${spec}`, `--base-path=${basePath}`]);
    assert.equal(JSON.parse(info.stdout).genesis_hash, genesis);
  });
});

function assertFailed({ code, log }, why) {
  assert.match(log, why);
  assert.ok(code > 0, `exit code ${code}`);
}

async function assertExits(starting, why) {
  const node = await starting.catch((error) => error);
  if (!(node instanceof Error)) {
    await node.stop();
    assert.fail(`the node started, at ${node.endpoint}`);
  }
  assert.ok(node instanceof NodeExited, String(node));
  assertFailed({ code: node.code, log: node.message }, why);
}

async function assertServes(node) {
  assert.equal((await call(node.endpoint, 'system_health')).isSyncing, false);
}

/** The development chain's specification as a file, with some storage changed. */
async function specFile(changes = {}) {
  const spec = structuredClone(await developmentSpec());
  Object.assign(spec.genesis.raw.top, changes);
  return fileWith(JSON.stringify(spec));
}

function fileWith(text) {
  const path = join(temporaryFolder(), 'spec.json');
  writeFileSync(path, text);
  return path;
}

let exported;

/** Exported once: the runtime is compiled for it. */
function developmentSpec() {
  exported ??= runNode(['export-chain-spec', '--chain=dev', '--raw']).then((outcome) => {
    assert.equal(outcome.code, 0, outcome.log);
    return JSON.parse(outcome.stdout);
  });
  return exported;
}
