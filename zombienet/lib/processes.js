// Starting processes, and making sure that none of them outlives the harness.
//
// Processes are ended by their ids only. Three nets, each under the one before: the caller stops
// what it started; when this process ends for any reason it can notice, whatever still runs is
// killed; and where `setpriv` exists (see `isolation.js`) the kernel kills them if this process is
// killed itself.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

import { INTERRUPTS } from './isolation.js';

const STOP_LIMIT_MS = 15_000;

const running = new Set();

process.on('exit', () => {
  for (const child of running) child.signal('SIGKILL');
});
for (const [signal, code] of INTERRUPTS) process.on(signal, () => process.exit(code));

export class Process {
  #child;

  /** Starts `command`, appending what it prints to the file `log`. */
  constructor(command, { log, env = {} }) {
    const output = openSync(log, 'a');
    const [program, ...args] = command;
    this.#child = spawn(program, args, {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...env },
    });
    closeSync(output);
    running.add(this);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#end(resolve, error.message));
      this.#child.once('exit', (code, signal) => this.#end(resolve, signal ?? `exit code ${code}`));
    });
  }

  #end(resolve, how) {
    running.delete(this);
    this.outcome = how;
    resolve(how);
  }

  get pid() {
    return this.#child.pid;
  }

  /** Sends a signal unless the process has already ended. */
  signal(name) {
    if (this.outcome === undefined && this.pid) this.#child.kill(name);
  }

  async kill() {
    this.signal('SIGKILL');
    return this.ended;
  }

  /** Asks to end, and insists after a while. */
  async stop() {
    this.signal('SIGTERM');
    const insist = setTimeout(() => this.signal('SIGKILL'), STOP_LIMIT_MS);
    await this.ended;
    clearTimeout(insist);
  }
}
