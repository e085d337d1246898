/**
 * Starts a Breakwater node as a process of its own and ends it again.
 *
 * A node started here keeps to itself: a temporary folder for its data, ports that the system
 * chooses on the loopback interface, no discovery, no telemetry. It ends with the test, by its
 * process id, however the test ends.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { call } from './rpc.js';
import { WaitTimeout, until, within } from './wait.js';

const DEFAULT_TARGET = fileURLToPath(new URL('../../target', import.meta.url));

/** A debug build compiles the runtime when it starts, on a machine that may be busy building. */
const READY_TIMEOUT_MS = 300_000;
const COMMAND_TIMEOUT_MS = 240_000;
const STOP_GRACE_MS = 15_000;

/** How much of a node's log is kept, and how much of that an error shows. */
const LOG_LIMIT_CHARS = 256 * 1024;
const LOG_TAIL_LINES = 15;

/** Keeps a node away from the network and from ports that something else may use. */
const ISOLATED = [
  '--rpc-port=0',
  '--listen-addr=/ip4/127.0.0.1/tcp/0',
  '--no-mdns',
  '--no-telemetry',
  '--no-prometheus',
];

/** There is no node to run. */
export class NodeBinaryMissing extends Error {
  constructor(path) {
    super(`no node at ${path}: run \`make build\`, or set BREAKWATER_NODE to the binary`);
    this.name = 'NodeBinaryMissing';
  }
}

/** The node ended while it was needed. */
export class NodeExited extends Error {
  constructor({ code, signal, log }) {
    super(`the node ended with ${signal ?? `code ${code}`}; its last words:\n${lastWords(log)}`);
    this.name = 'NodeExited';
    this.code = code;
    this.signal = signal;
  }
}

/** The node runs, but did not do in time what was expected of it. */
export class NodeTimeout extends Error {
  constructor(what, log) {
    super(`${what}; the node's last words:\n${lastWords(log)}`);
    this.name = 'NodeTimeout';
  }
}

/** The binary under test: `BREAKWATER_NODE`, or what the build leaves behind. */
export function nodeBinary() {
  const { BREAKWATER_NODE, CARGO_TARGET_DIR } = process.env;
  const built = join(CARGO_TARGET_DIR || DEFAULT_TARGET, 'debug/breakwater-node');
  const path = BREAKWATER_NODE || built;
  if (!existsSync(path)) throw new NodeBinaryMissing(path);
  return path;
}

/** A folder that is gone when this process ends. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'breakwater-'));
  leftovers.folders.add(path);
  return path;
}

/**
 * Starts a node and waits until it answers on its RPC port.
 *
 * @param {object} [options]
 * @param {string[]} [options.args] what kind of node; a development chain unless given
 * @param {string} [options.basePath] where its data lives; a temporary folder unless given
 * @param {string} [options.binary]
 * @param {number} [options.timeoutMs]
 */
export async function startNode({
  args = ['--dev'],
  basePath = temporaryFolder(),
  binary = nodeBinary(),
  timeoutMs = READY_TIMEOUT_MS,
} = {}) {
  const startedAt = Date.now();
  const running = launch(binary, [...isolation(args), `--base-path=${basePath}`, ...args]);

  try {
    const endpoint = await untilServing(running, timeoutMs);
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    console.log(`node ${running.child.pid} serves ${endpoint} after ${seconds} s`);
    return {
      endpoint,
      basePath,
      pid: running.child.pid,
      log: () => running.log,
      stop: (graceMs) => stop(running, graceMs),
    };
  } catch (error) {
    await stop(running);
    throw error instanceof WaitTimeout ? new NodeTimeout(error.message, running.log) : error;
  }
}

/**
 * A development chain to test against: the one `npm test` started for all files, or, where a file
 * is run alone, one of its own.
 */
export async function developmentNode() {
  const endpoint = process.env.BREAKWATER_ENDPOINT;
  return endpoint ? { endpoint, stop: async () => {} } : startNode();
}

/**
 * Runs the binary until it ends by itself: sub-commands, and starts that should fail.
 *
 * @param {string[]} args
 * @param {{ binary?: string, timeoutMs?: number }} [options]
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, log: string }>}
 */
export async function runNode(args, { binary = nodeBinary(), timeoutMs = COMMAND_TIMEOUT_MS } = {}) {
  const running = launch(binary, args);
  try {
    const { code, signal } = await within('the node ends', timeoutMs, running.ended);
    return { code, signal, stdout: running.stdout, log: running.log };
  } catch (error) {
    await stop(running);
    throw error instanceof WaitTimeout ? new NodeTimeout(error.message, running.log) : error;
  }
}

/** The end of a log, and errors before it: the node may write its last log lines after them. */
function lastWords(log) {
  const lines = log.trimEnd().split('\n');
  const errors = lines.slice(0, -LOG_TAIL_LINES).filter((line) => /^Error/.test(line));
  return [...errors, ...lines.slice(-LOG_TAIL_LINES)].join('\n');
}

/** What keeps a node to itself, less what the caller sets otherwise. */
function isolation(args) {
  const names = args.map((arg) => arg.split('=')[0]);
  return ISOLATED.filter((flag) => !names.includes(flag.split('=')[0]));
}

function launch(binary, args) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  leftovers.children.add(child);

  const running = { child, log: '', stdout: '', rpcAddress: undefined, outcome: undefined };
  child.stderr.setEncoding('utf8').on('data', (text) => keep(running, text));
  child.stdout.setEncoding('utf8').on('data', (text) => {
    running.stdout += text;
    keep(running, text);
  });
  // Where the binary cannot be run, this alone says why; `close` follows all the same.
  child.once('error', (error) => keep(running, error.message));
  running.ended = new Promise((resolve) => {
    // `close` rather than `exit`: the last words have been read by then.
    child.once('close', (code, signal) => {
      leftovers.children.delete(child);
      resolve((running.outcome = { code, signal }));
    });
  });
  return running;
}

function keep(running, text) {
  running.log = (running.log + text).slice(-LOG_LIMIT_CHARS);
  // The system chose the port, so the log is where to learn it.
  running.rpcAddress ??= /JSON-RPC server: addr=(127\.0\.0\.1:\d+)/.exec(running.log)?.[1];
}

function untilServing(running, timeoutMs) {
  const ask = async () => {
    if (running.outcome) throw new NodeExited({ ...running.outcome, log: running.log });
    return running.rpcAddress && answering(`ws://${running.rpcAddress}`);
  };
  return until('the node answers on its RPC port', ask, { timeoutMs, everyMs: 50 });
}

async function answering(endpoint) {
  try {
    await call(endpoint, 'system_health');
    return endpoint;
  } catch {
    return undefined;
  }
}

async function stop(running, graceMs = STOP_GRACE_MS) {
  running.child.kill('SIGTERM');
  try {
    await within('the node stops', graceMs, running.ended);
  } catch {
    running.child.kill('SIGKILL');
    await running.ended;
  }
}

/** What must not outlive this process. */
const leftovers = { children: new Set(), folders: new Set() };

process.once('exit', () => {
  for (const child of leftovers.children) child.kill('SIGKILL');
  for (const folder of leftovers.folders) rmSync(folder, { recursive: true, force: true });
});
for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15]]) {
  process.once(signal, () => process.exit(128 + number));
}
