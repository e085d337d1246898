#!/usr/bin/env node
// Prints a node's source file that asks a replay server instead of the exchanges.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { BadInput } from './lib/errors.js';
import { readOptions, run } from './lib/command.js';
import { sourcesAt } from './lib/sources.js';

const HELP = `Usage: node clients/replay/sources.js --origin http://127.0.0.1:8800 [options] > sources.json

Prints the sources of docs/oracle-sources.json as a replay server at that address has them, for
breakwater-node --oracle-sources sources.json

  --origin <url>    of the replay server
  --venues <list>   only these, commas between
  --feeds <list>    only these, commas between
  --answering       only those the server has a price for now; recorded candles have few venues
  --from <file>     another source file than docs/oracle-sources.json
  --help            print this`;

const options = {
  origin: { type: 'string' },
  venues: { type: 'string' },
  feeds: { type: 'string' },
  answering: { type: 'boolean', default: false },
  from: { type: 'string', default: fileURLToPath(new URL('../../docs/oracle-sources.json', import.meta.url)) },
  help: { type: 'boolean', default: false },
};

await run(main);

async function main() {
  const given = readOptions(options);
  if (given.help) return console.log(HELP);
  const only = { venues: given.venues?.split(','), feeds: given.feeds?.split(',') };
  const config = sourcesAt(readJson(given.from), checkedOrigin(given.origin), only);
  if (given.answering) config.sources = await answering(config.sources);
  if (config.sources.length === 0) throw new BadInput('no source is left: see --venues, --feeds and --answering');
  console.log(JSON.stringify(config, null, 2));
}

async function answering(sources) {
  const answers = await Promise.all(sources.map(hasPrice));
  return sources.filter((_, place) => answers[place]);
}

async function hasPrice({ url, path }) {
  try {
    const body = await (await fetch(url)).json();
    return path.reduce((inner, key) => inner?.[key], body) !== undefined;
  } catch {
    return false;
  }
}

function checkedOrigin(text) {
  if (text === undefined) throw new BadInput('--origin is missing');
  if (/^https?:\/\/[^/]+$/.test(text)) return text;
  throw new BadInput(`--origin is an address such as http://127.0.0.1:8800, not ${text}`);
}

function readJson(path) {
  try {
    const config = JSON.parse(readFileSync(path, 'utf8'));
    if (Array.isArray(config.sources)) return config;
    throw new Error('there is no list of sources in it');
  } catch (error) {
    throw new BadInput(`${path}: ${error.message}`);
  }
}
