#!/usr/bin/env node
// Shows the oracle at work: four validators with their workers, replay servers, and everything that
// can be wrong with either. Then, on a network of its own, a crash with all who trade in it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { findBinary } from '../../zombienet/lib/binary.js';
import { onOurDeath, runToEnd } from '../../zombienet/lib/isolation.js';
import { makeLogFolder } from '../../zombienet/lib/logs.js';

const HELP = `Usage: node clients/oracle/run.js [options]

  --short           following, a lying venue, bad input and a lying reporter (a minute)
  --crash           only the crash (needs the client package: npm run build)
  --only <words>    only tests whose name contains these words (a regular expression)
  --node <path>     the breakwater-node to test; otherwise $BREAKWATER_NODE, or the one 'make build' built
  --logs <folder>   where the logs go; otherwise zombienet/logs/<time>
  --keep-logs       keep the logs of a run that succeeded, too
  --help            print this

BREAKWATER_PATIENCE=3 multiplies every time limit by 3, for a machine that is busy otherwise.`;

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    crash: { type: 'boolean', default: false },
    only: { type: 'string' },
    node: { type: 'string' },
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
  const settings = { binary: findBinary(options.node), logs: makeLogFolder(options.logs), short: options.short };
  const runner = [process.execPath, '--test-reporter=spec', '--test-reporter-destination=stdout'];
  if (options.only) runner.push(`--test-name-pattern=${options.only}`);
  let code = 0;
  for (const file of filesOf(options)) {
    const path = join(fileURLToPath(new URL('.', import.meta.url)), file);
    const command = [...onOurDeath('TERM'), ...runner, path];
    code = (await runToEnd(command, { BREAKWATER_ORACLE: JSON.stringify(settings) })) || code;
  }
  if (code === 0 && !options['keep-logs']) rmSync(settings.logs, { recursive: true, force: true });
  else console.error(`The logs of all processes: ${settings.logs}`);
  return code;
}

function filesOf({ short, crash }) {
  if (crash) return ['crash.test.js'];
  return short ? ['network.test.js'] : ['network.test.js', 'crash.test.js'];
}
