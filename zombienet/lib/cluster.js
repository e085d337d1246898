// Nodes of one chain: four validators, and full nodes that join them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { VALIDATORS, nodeKey, peerId } from './identity.js';
import { onOurDeath } from './isolation.js';
import { Process } from './processes.js';
import { Rpc } from './rpc.js';
import { until } from './wait.js';

const START_LIMIT_MS = 480_000;
const SPEC_SIZE_MAX = 64 * 1024 * 1024;

/** One node: a place to run, a database, and at most one process. */
export class ChainNode {
  #command;
  #runs = 0;

  constructor({ name, place, command, logs }) {
    this.name = name;
    this.place = place;
    this.logs = logs;
    this.#command = command;
    this.rpc = new Rpc(`http://${place.host}:${place.rpcPort}`);
    this.wsUrl = `ws://${place.host}:${place.rpcPort}`;
    this.metricsUrl = `http://${place.host}:${place.prometheusPort}/metrics`;
  }

  get isRunning() {
    return this.process !== undefined && this.process.outcome === undefined;
  }

  /** The log of the latest run; each run has its own. */
  get log() {
    return join(this.logs, `${this.name}.${this.#runs}.log`);
  }

  logText() {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8') : '';
  }

  /** Starts the node on the data it has and returns when it answers. `env` is for this run only. */
  async start({ env = {} } = {}) {
    this.#runs += 1;
    this.process = new Process([...this.place.enter, ...onOurDeath('KILL'), ...this.#command()], {
      log: this.log,
      env,
    });
    await until(`${this.name} answers`, START_LIMIT_MS, async () => {
      if (!this.isRunning)
        throw Object.assign(new Error(`${this.name} ended with ${this.process.outcome}; see ${this.log}`), {
          hopeless: true,
        });
      return this.rpc.call('system_health');
    });
  }

  async kill() {
    await this.process?.kill();
  }

  async stop() {
    await this.process?.stop();
  }
}

/**
 * A chain of its own, from a fresh genesis. `flags` go to every node, `flagsOf(name)` to one, asked
 * at each of its starts. Has to be stopped.
 */
export class Cluster {
  nodes = [];
  #binary;
  #network;
  #flags;
  #flagsOf;
  #data = mkdtempSync(join(tmpdir(), 'breakwater-network-'));
  #bootnodes = [];
  // Also when the harness is interrupted.
  #removeData = () => rmSync(this.#data, { recursive: true, force: true, maxRetries: 5 });

  constructor({ binary, network, logs, flags = [], flagsOf = () => [] }) {
    this.#binary = binary;
    this.#network = network;
    this.#flags = flags;
    this.#flagsOf = flagsOf;
    this.logs = logs;
    mkdirSync(logs, { recursive: true });
    process.on('exit', this.#removeData);
  }

  /** Four validators, all answering. */
  async start() {
    this.#writeSpec();
    await this.#addValidators();
    await Promise.all(this.nodes.map((node) => node.start()));
  }

  get #spec() {
    return join(this.#data, 'spec.json');
  }

  // One genesis for all, built once.
  #writeSpec() {
    const options = { maxBuffer: SPEC_SIZE_MAX, stdio: ['ignore', 'pipe', 'pipe'] };
    const spec = execFileSync(
      this.#binary,
      ['build-spec', '--chain', 'local', '--raw', '--disable-default-bootnode'],
      options,
    );
    if (spec.length === 0) throw new Error(`${this.#binary} build-spec printed nothing`);
    writeFileSync(this.#spec, spec);
  }

  async #addValidators() {
    const places = [];
    for (const { name } of VALIDATORS) places.push(await this.#network.place(name));
    const keys = VALIDATORS.map((_, index) => nodeKey(index + 1));
    this.#bootnodes = places.map((place, index) => `${place.p2pAddress}/p2p/${peerId(keys[index])}`);
    VALIDATORS.forEach(({ name }, index) => this.#add(name, places[index], keys[index], [`--${name}`]));
  }

  /** A node that only follows, with an empty database; not started yet. */
  async addFullNode(name, flags) {
    const place = await this.#network.place(name);
    const key = nodeKey(100 + this.nodes.length);
    return this.#add(name, place, key, ['--name', name, ...flags]);
  }

  #add(name, place, key, flags) {
    const others = this.#bootnodes.filter((address) => !address.endsWith(peerId(key)));
    const command = () => [
      this.#binary,
      ...flags,
      ...['--chain', this.#spec, '--base-path', join(this.#data, name), '--node-key', key],
      // Listens on this address only: the control network must carry no blocks.
      ...['--listen-addr', place.p2pAddress, '--no-mdns', '--allow-private-ip', '--no-telemetry'],
      ...['--bootnodes', ...others],
      ...[
        '--rpc-port',
        `${place.rpcPort}`,
        '--rpc-cors',
        'all',
        '--prometheus-port',
        `${place.prometheusPort}`,
      ],
      // Prints milliseconds: the clock scenarios read them.
      '--detailed-log-output',
      ...place.flags,
      ...this.#flags,
      ...this.#flagsOf(name),
    ];
    const node = new ChainNode({ name, place, command, logs: this.logs });
    this.nodes.push(node);
    return node;
  }

  node(name) {
    return this.nodes.find((node) => node.name === name);
  }

  running() {
    return this.nodes.filter((node) => node.isRunning);
  }

  /** Stops a node for good and forgets it with its data. */
  async remove(node) {
    await node.stop();
    this.nodes = this.nodes.filter((other) => other !== node);
    rmSync(join(this.#data, node.name), { recursive: true, force: true, maxRetries: 5 });
  }

  async stop() {
    await Promise.all(this.nodes.map((node) => node.stop()));
    process.off('exit', this.#removeData);
    this.#removeData();
  }
}
