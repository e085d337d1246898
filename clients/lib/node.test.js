/** The node's keeper, tried with stand-ins that are quicker and worse behaved than a node. */

import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';

import {
  NodeBinaryMissing,
  NodeExited,
  NodeTimeout,
  nodeBinary,
  runNode,
  startNode,
  temporaryFolder,
} from './node.js';

const SERVES = `
  const answer = (_, response) => response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
  const server = require('http').createServer(answer);
  server.listen(0, '127.0.0.1', () => {
    console.error('Running JSON-RPC server: addr=127.0.0.1:' + server.address().port + ',[::1]:1');
  });`;
const FAILS = `console.error('Error: no such chain'); process.exitCode = 3;`;
/** By a shell, which starts at once also where the machine is busy: it must have spoken before its time is up. */
const HANGS = '#!/bin/sh\necho thinking >&2\nexec sleep 600\n';
const DEAF = `${SERVES} process.on('SIGTERM', () => {});`;

describe('a node that starts', () => {
  it('is reported with its endpoint and ends when told', async () => {
    const binary = standIn(SERVES);

    const node = await startNode({ binary });

    assert.match(node.endpoint, /^ws:\/\/127\.0\.0\.1:\d+$/);
    assert.match(node.log(), /Running JSON-RPC server/);
    assert.ok(existsSync(node.basePath));
    assert.ok(isRunning(node.pid));
    await node.stop();
    assert.ok(!isRunning(node.pid));
  });

  it('is ended by force when it does not listen', async () => {
    const node = await startNode({ binary: standIn(DEAF) });

    await node.stop(500);

    assert.ok(!isRunning(node.pid));
  });
});

describe('a node that does not start', () => {
  it('is reported with its exit code and last words', async () => {
    const binary = standIn(FAILS);

    const starting = startNode({ binary });

    await assert.rejects(starting, (error) => {
      assert.ok(error instanceof NodeExited);
      assert.equal(error.code, 3);
      assert.match(error.message, /no such chain/);
      return true;
    });
  });

  it('is ended when it takes too long', async () => {
    const binary = standIn(HANGS);

    const starting = startNode({ binary, timeoutMs: 3_000 });

    await assert.rejects(starting, (error) => {
      assert.ok(error instanceof NodeTimeout);
      assert.match(error.message, /thinking/);
      return true;
    });
  });

  it('is reported when it is not executable', async () => {
    const binary = standIn(SERVES);
    chmodSync(binary, 0o600);

    const starting = startNode({ binary });

    await assert.rejects(starting, (error) => {
      assert.ok(error instanceof NodeExited);
      assert.match(error.message, /EACCES/);
      return true;
    });
  });
});

describe('a command', () => {
  it('gives its exit code and output', async () => {
    const binary = standIn(`console.log(process.argv.slice(2).join()); ${FAILS}`);

    const outcome = await runNode(['--chain', 'x'], { binary });

    assert.equal(outcome.code, 3);
    assert.equal(outcome.stdout, '--chain,x\n');
    assert.match(outcome.log, /no such chain/);
  });

  it('is ended when it takes too long', async () => {
    const binary = standIn(HANGS);

    const running = runNode([], { binary, timeoutMs: 1_500 });

    await assert.rejects(running, NodeTimeout);
  });
});

describe('a missing binary', () => {
  const configured = process.env.BREAKWATER_NODE;

  afterEach(() => {
    if (configured === undefined) delete process.env.BREAKWATER_NODE;
    else process.env.BREAKWATER_NODE = configured;
  });

  it('is reported with what to do about it', () => {
    process.env.BREAKWATER_NODE = '/nowhere/breakwater-node';

    const looking = () => nodeBinary();

    assert.throws(looking, NodeBinaryMissing);
    assert.throws(looking, /\/nowhere\/breakwater-node: run `make build`/);
  });
});

function standIn(source) {
  const path = join(temporaryFolder(), 'node.cjs');
  const script = source.startsWith('#!') ? source : `#!${process.execPath}\n${source}\n`;
  writeFileSync(path, script, { mode: 0o700 });
  return path;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
