/** Prometheus metrics of an example, on the loopback interface. */

import { createServer } from 'node:http';

import { Counter, Gauge, Registry } from 'prom-client';

export class Metrics {
  #registry = new Registry();
  #server;
  #isHealthy;

  /** @param {() => boolean} isHealthy what `/health` answers by */
  constructor(isHealthy = () => true) {
    this.#isHealthy = isHealthy;
  }

  gauge(name, help, labelNames = []) {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  counter(name, help, labelNames = []) {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  text() {
    return this.#registry.metrics();
  }

  /** Serves `/metrics` and `/health`; port 0 takes a free one. @returns where */
  listen(port) {
    this.#server = createServer((request, response) => this.#answer(request, response));
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${this.#server.address().port}`));
    });
  }

  async #answer({ url }, response) {
    if (url === '/metrics') {
      response.setHeader('content-type', this.#registry.contentType).end(await this.text());
    } else if (url === '/health') {
      const healthy = this.#isHealthy();
      response.writeHead(healthy ? 200 : 503).end(healthy ? 'ok\n' : 'no block lately\n');
    } else {
      response.writeHead(404).end();
    }
  }

  close() {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

/** Quanta, or other whole numbers of a small unit, as the number that Prometheus takes. For show only: not exact. */
export const shown = (units, decimals = 6) => Number(units) / 10 ** decimals;
