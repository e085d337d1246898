#!/usr/bin/env node
// Breaks a network of validators in several ways and checks that the chain stays safe and comes back.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { findBinary } from './lib/binary.js';
import { findIsolation, onOurDeath, runToEnd } from './lib/isolation.js';
import { makeLogFolder } from './lib/logs.js';

const HELP = `Usage: node zombienet/faults.js [options]

  --short           only one kill and one partition (two minutes)
  --only <words>    only scenarios whose name contains these words (a regular expression)
  --node <path>     the breakwater-node to test; otherwise $BREAKWATER_NODE, or the one 'make build' built
  --loopback        do not use network namespaces; skips what needs them
  --logs <folder>   where the logs of a failed run go; otherwise zombienet/logs/<time>
  --keep-logs       keep the logs of a run that succeeded, too
  --help            print this

BREAKWATER_PATIENCE=3 multiplies every time limit by 3, for a machine that is busy otherwise.`;

const HERE = fileURLToPath(new URL('.', import.meta.url));

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    node: { type: 'string' },
    loopback: { type: 'boolean', default: false },
    logs: { type: 'string' },
    'keep-logs': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  console.log(HELP);
} else {
  process.exitCode = await main().catch((error) => {
    console.error(error.message);
    return 1;
  });
}

async function main() {
  const binary = findBinary(options.node);
  const isolation = options.loopback ? { reason: 'asked not to use them' } : findIsolation();
  if (isolation.reason)
    console.error(`No network namespaces: ${isolation.reason}.\nPartitions are skipped.\n`);
  console.log(
    `Testing ${binary}, ${isolation.reason ? 'over loopback' : 'each node in a network namespace'}\n`,
  );

  const logs = makeLogFolder(options.logs);
  const settings = { binary, logs, short: options.short, noNamespaces: isolation.reason };
  const runner = [process.execPath, '--test-reporter=spec', '--test-reporter-destination=stdout'];
  if (options.only) runner.push(`--test-name-pattern=${options.only}`);
  const command = [
    ...(isolation.command ?? []),
    ...onOurDeath('TERM'),
    ...runner,
    join(HERE, 'scenarios.js'),
  ];
  const code = await runToEnd(command, { BREAKWATER_FAULTS: JSON.stringify(settings) });

  if (code === 0 && !options['keep-logs']) rmSync(logs, { recursive: true, force: true });
  return code;
}
