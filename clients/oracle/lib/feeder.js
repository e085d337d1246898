/** The external feeder as a process. */

import { createServer } from 'node:net';

import { Process } from '../../../zombienet/lib/processes.js';
import { onOurDeath } from '../../../zombienet/lib/isolation.js';

export class Feeder {
  static async start({ binary, sources, keyFile, node, log }) {
    const listen = `127.0.0.1:${await freePort()}`;
    const rpc = node.wsUrl.replace(/^ws/, 'http');
    const command = [binary, 'oracle-feeder', '--sources', sources, '--key-file', keyFile, '--rpc', rpc, '--listen', listen];
    return new Feeder(new Process([...onOurDeath('KILL'), ...command], { log }), `http://${listen}`);
  }

  constructor(process, url) {
    this.process = process;
    this.url = url;
  }

  async health() {
    return (await fetch(`${this.url}/health`)).status;
  }

  async metrics() {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  async stop() {
    await this.process.stop();
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
