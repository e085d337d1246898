#!/usr/bin/env node
// Writes the candles of a made-up scenario, and what goes wrong in it, into a folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { BadInput } from './lib/errors.js';
import { DECIMALS, SCENARIOS, generate } from './lib/scenarios.js';
import { anyNumber, readOptions, run, wholeNumber } from './lib/command.js';
import { formatCandles } from './lib/candles.js';

const HELP = `Usage: node clients/replay/generate.js --scenario <name> --out <folder> [options]

Writes <folder>/<symbol>.csv (ts,open,high,low,close,volume; ts in milliseconds UTC) for
${Object.keys(DECIMALS).join(', ')}, and <folder>/events.json: what is wrong with
which venue when. The server plays it with --candles <folder>. The same seed gives the same files.

  --scenario <name>
${Object.entries(SCENARIOS).map(([name, { about, hours }]) => `      ${name.padEnd(12)} ${about} (${hours} h)`).join('\n')}
  --out <folder>          made if it does not exist
  --seed <n>              (default: 1)
  --hours <n>             stretches or shortens the scenario
  --candle-seconds <n>    (default: 60)
  --start <time>          of the first candle (default: 2024-01-01T00:00:00Z)
  --force                 write over files that are there
  --help                  print this`;

const options = {
  scenario: { type: 'string' },
  out: { type: 'string' },
  seed: { type: 'string', default: '1' },
  hours: { type: 'string' },
  'candle-seconds': { type: 'string', default: '60' },
  start: { type: 'string', default: '2024-01-01T00:00:00Z' },
  force: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

await run(main);

function main() {
  const given = readOptions(options);
  if (given.help) return console.log(HELP);
  if (given.scenario === undefined) throw new BadInput('--scenario is missing');
  if (given.out === undefined) throw new BadInput('--out is missing');

  const startMs = Date.parse(given.start);
  if (!(startMs >= 1e11 && startMs <= 1e14)) {
    throw new BadInput(`--start is a time such as 2024-01-01T00:00:00Z, not ${given.start}`);
  }
  const { candles, events } = generate({
    name: given.scenario,
    seed: wholeNumber('seed', given.seed, 0, 2 ** 53 - 1),
    hours: given.hours && anyNumber('hours', given.hours, 0.1, 500),
    candleSeconds: wholeNumber('candle-seconds', given['candle-seconds'], 1, 3_600),
    startMs,
  });

  makeFolder(given.out);
  const flag = given.force ? 'w' : 'wx';
  for (const [symbol, tape] of Object.entries(candles)) {
    write(join(given.out, `${symbol}.csv`), formatCandles(tape, DECIMALS[symbol]), flag);
  }
  write(join(given.out, 'events.json'), `${JSON.stringify(events, null, 2)}\n`, flag);
}

function makeFolder(path) {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new BadInput(`${path}: ${error.message}`);
  }
}

function write(path, text, flag) {
  try {
    writeFileSync(path, text, { flag });
  } catch (error) {
    if (error.code === 'EEXIST') throw new BadInput(`${path} is there already; --force writes over it`);
    throw new BadInput(`${path}: ${error.message}`);
  }
  console.log(path);
}
