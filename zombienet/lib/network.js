// Where the nodes live: each in a network namespace of its own, or all on the loopback interface.
//
//              harness (10.77.i.1)                  control: one cable to each node, never cut,
//             /      |       |     \                so the harness can ask a node that is
//        alice     bob   charlie   dave             partitioned off
//             \      |       |     /
//              switch 0 (10.88.0.0/24)              the network: one port of a bridge per node;
//              switch 1 (during a partition)        a partition plugs some into another bridge
//
// Cables and bridges are enough: no firewall is needed, and packets get lost without an answer, as
// when a real line fails. Everything is inside namespaces that `isolation.js` made, so nothing of
// it is visible outside, and all of it is gone when the last process in there ends.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';

const P2P_PORT = 30_333;
const RPC_PORT = 9_944;
const PROMETHEUS_PORT = 9_615;

function ip(...words) {
  execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] });
}

export class NamespaceNetwork {
  canPartition = true;
  #places = new Map();

  constructor() {
    // `ip netns` keeps its handles under /run; in our mount namespace that may be an empty one.
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
    ip('link', 'set', 'lo', 'up');
    for (const bridge of ['switch0', 'switch1']) {
      ip('link', 'add', bridge, 'type', 'bridge');
      ip('link', 'set', bridge, 'up');
    }
  }

  /** The place of the node with this name; always the same one. */
  async place(name) {
    if (!this.#places.has(name)) this.#places.set(name, this.#makePlace(name, this.#places.size + 1));
    return this.#places.get(name);
  }

  /** A namespace with two cables: into the first switch, and to us. */
  #makePlace(name, number) {
    const port = `port${number}`;
    const control = `control${number}`;
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'net', 'netns', name);
    ip('link', 'set', port, 'master', 'switch0', 'up');
    ip('-n', name, 'addr', 'add', `10.88.0.${number}/24`, 'dev', 'net');
    ip('-n', name, 'link', 'set', 'net', 'up');
    ip('link', 'add', control, 'type', 'veth', 'peer', 'name', 'control', 'netns', name);
    ip('addr', 'add', `10.77.${number}.1/30`, 'dev', control);
    ip('link', 'set', control, 'up');
    ip('-n', name, 'addr', 'add', `10.77.${number}.2/30`, 'dev', 'control');
    ip('-n', name, 'link', 'set', 'control', 'up');
    return {
      port,
      enter: ['nsenter', `--net=/run/netns/${name}`],
      host: `10.77.${number}.2`,
      p2pAddress: `/ip4/10.88.0.${number}/tcp/${P2P_PORT}`,
      rpcPort: RPC_PORT,
      prometheusPort: PROMETHEUS_PORT,
      // The control address is not loopback, so the node must be told to listen there too.
      flags: ['--unsafe-rpc-external', '--prometheus-external'],
    };
  }

  /** Cuts the nodes named off from all others; they still reach each other. */
  separate(names) {
    for (const name of names) ip('link', 'set', this.#places.get(name).port, 'master', 'switch1');
  }

  heal() {
    for (const { port } of this.#places.values()) ip('link', 'set', port, 'master', 'switch0');
  }
}

export class LoopbackNetwork {
  canPartition = false;

  async place() {
    const [p2pPort, rpcPort, prometheusPort] = await freePorts(3);
    return {
      enter: [],
      host: '127.0.0.1',
      p2pAddress: `/ip4/127.0.0.1/tcp/${p2pPort}`,
      rpcPort,
      prometheusPort,
      flags: [],
    };
  }
}

/** Ports nobody listens on. All are held until all are found, so that they differ. */
async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listenAnywhere() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
