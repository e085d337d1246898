#!/usr/bin/env node
// Runs `smoke.zndsl` with zombienet, on the node last built, in a network namespace if there can be.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findBinary } from './lib/binary.js';
import { findIsolation, runToEnd } from './lib/isolation.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ZOMBIENET = join(HERE, 'node_modules', '@zombienet', 'cli', 'dist', 'cli.js');
const SPEC_SIZE_MAX = 64 * 1024 * 1024;

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 1;
});

async function main() {
  if (!existsSync(ZOMBIENET)) throw new Error(`zombienet is not installed; run: cd ${HERE} && npm ci`);
  const binary = findBinary(process.argv[2]);
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-smoke-'));
  const spec = join(folder, 'local-raw.json');
  writeFileSync(
    spec,
    execFileSync(binary, ['build-spec', '--chain', 'local', '--raw'], {
      maxBuffer: SPEC_SIZE_MAX,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const zombienet = [
    process.execPath,
    ZOMBIENET,
    '--provider',
    'native',
    '--dir',
    join(folder, 'network'),
    '--force',
    'test',
    join(HERE, 'smoke.zndsl'),
  ];
  const code = await runToEnd(isolated(zombienet), { BREAKWATER_NODE: binary, BREAKWATER_SPEC: spec });
  endLeftovers(folder);
  if (code === 0) rmSync(folder, { recursive: true, force: true });
  else console.error(`The logs of the nodes: ${folder}`);
  return code;
}

/** Interrupted, zombienet leaves its nodes behind. They are those that mention our folder. */
function endLeftovers(folder) {
  const processes = execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  for (const line of processes.filter((line) => line.includes(folder))) {
    try {
      process.kill(Number.parseInt(line, 10), 'SIGKILL');
    } catch {
      // Ended by itself meanwhile.
    }
  }
}

function isolated(command) {
  const isolation = findIsolation();
  if (isolation.reason) return command;
  return [...isolation.command, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command];
}
