/** The examples as processes: what they say, and how they end. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { within } from './wait.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TIMEOUT_MS = 240_000;

/** Starts `examples/<script>`. `said(words)` waits for its output; `ended` for its end. */
export function startExample(script, args, endpoint, { timeoutMs = TIMEOUT_MS } = {}) {
  const child = spawn(process.execPath, [`examples/${script}`, '--endpoint', endpoint, ...args], { cwd: ROOT });
  // It may be waiting for a chain that is gone.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('close', () => process.off('exit', end));
  let output = '';
  const readers = new Set();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      for (const read of readers) read();
    });
  }
  const closed = new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
  const ended = within(`${script} ends`, timeoutMs, closed);
  ended.catch(() => child.kill());
  const said = (words) => {
    const found = new Promise((resolve, reject) => {
      const read = () => {
        const match = words.exec(output);
        if (match) resolve(match);
      };
      readers.add(read);
      child.once('close', () => reject(new Error(`${script} ended without ${words}:\n${output}`)));
      read();
    });
    return within(`${script} says ${words}`, timeoutMs, found).catch((error) => {
      throw new Error(`${error.message}\n${output}`);
    });
  };
  return { ended, said, output: () => output, stop: () => child.kill('SIGTERM') };
}
