#!/usr/bin/env node
// Serves recorded or made-up prices the way exchanges do, with whatever can be wrong with them.
import { AT_END, MAX_SPEED } from './lib/clock.js';
import { BadInput } from './lib/errors.js';
import { SCENARIOS, generate } from './lib/scenarios.js';
import { TIMESTAMPS } from './lib/world.js';
import { VENUE_NAMES } from './lib/venues.js';
import { anyNumber, oneOf, readOptions, run, wholeNumber } from './lib/command.js';
import { recorded } from './lib/recorded.js';
import { startReplay } from './lib/replay.js';

const HELP = `Usage: node clients/replay/server.js [options]

What is played
  --scenario <name>     made up from a seed (default: calm)
${Object.entries(SCENARIOS).map(([name, { about, hours }]) => `      ${name.padEnd(12)} ${about} (${hours} h)`).join('\n')}
  --seed <n>            of the scenario and of the venues' noise (default: 1)
  --hours <n>           stretches or shortens the scenario
  --candles <list>      play files instead, commas between: BTC-USD=file.csv for all venues,
                        kraken:BTC-USD=file.csv for one, a file whose name says it
                        (BTC-USD.csv, kraken_BTCUSD_spot_1m.csv), or a folder of such files
  --events <file>       what is wrong with which venue when, as generate.js writes it

How
  --speed <n>           tape time per real time, 0.01 to ${MAX_SPEED} (default: 1)
  --paused              stand still until the control end point says otherwise
  --at-end <what>       ${AT_END.join(', ')}: keep the last price, start again,
                        or play backwards, which is the one without a jump (default: stop)
  --start-percent <n>   where to begin (default: 0)
  --timestamps <which>  wall: venues print the real time, as live ones do (default);
                        scenario: the time on the tape

Where
  --host <address>      (default: 127.0.0.1; whoever reaches the server controls it)
  --port <n>            all venues and /control; 0 takes a free one (default: 8800)
  --venue-ports <n>     besides, one port for each venue from this one on; 0 takes free ones
  --venues <list>       which, commas between (default: ${VENUE_NAMES.join(',')})
  --help                print this

It ends with Ctrl-C. Exit code 2: an option or a file is wrong, or the port is taken.`;

const options = {
  scenario: { type: 'string' },
  seed: { type: 'string', default: '1' },
  hours: { type: 'string' },
  candles: { type: 'string' },
  events: { type: 'string' },
  speed: { type: 'string', default: '1' },
  paused: { type: 'boolean', default: false },
  'at-end': { type: 'string', default: 'stop' },
  'start-percent': { type: 'string', default: '0' },
  timestamps: { type: 'string', default: 'wall' },
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '8800' },
  'venue-ports': { type: 'string' },
  venues: { type: 'string', default: VENUE_NAMES.join(',') },
  help: { type: 'boolean', default: false },
};

await run(main);

async function main() {
  const given = readOptions(options);
  if (given.help) return console.log(HELP);

  const seed = wholeNumber('seed', given.seed, 0, 2 ** 53 - 1);
  const settings = {
    seed,
    host: given.host,
    port: wholeNumber('port', given.port, 0, 65_535),
    venuePorts: given['venue-ports'] && wholeNumber('venue-ports', given['venue-ports'], 0, 65_500),
    venues: given.venues.split(','),
    speed: anyNumber('speed', given.speed, 0.01, MAX_SPEED),
    paused: given.paused,
    atEnd: oneOf('at-end', given['at-end'], AT_END),
    timestamps: oneOf('timestamps', given.timestamps, TIMESTAMPS),
  };
  const startPart = anyNumber('start-percent', given['start-percent'], 0, 100) / 100;
  const replay = await start({ ...settings, startPart, scenario: scenarioOf(given, seed) });

  announce(replay);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => replay.close());
}

function scenarioOf({ scenario, candles, events, hours }, seed) {
  if (candles !== undefined && scenario !== undefined) {
    throw new BadInput('either --scenario or --candles, not both');
  }
  if (candles !== undefined) return recorded(candles.split(','), events);
  if (events !== undefined) throw new BadInput('--events goes with --candles');
  const stretched = hours && anyNumber('hours', hours, 0.1, 500);
  return generate({ name: scenario ?? 'calm', seed, hours: stretched });
}

async function start(settings) {
  try {
    return await startReplay(settings);
  } catch (error) {
    if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') throw error;
    const reason = error.code === 'EADDRINUSE' ? 'the port is taken' : error.message;
    const where = `${settings.host} port ${error.port ?? settings.port}`;
    throw new BadInput(`cannot listen on ${where}: ${reason}; another one with --port`);
  }
}

function announce({ url, venueUrls, world, clock }) {
  const hours = (world.durationMs / 3_600_000).toFixed(1);
  const pace = clock.paused ? 'paused' : `at speed ${clock.speed}`;
  console.log(`${world.scenario.name}, seed ${world.seed}: ${hours} h of ${world.symbols.join(', ')}, ${pace}`);
  console.log(`control  ${url}/control`);
  for (const venue of world.venues) {
    console.log(`${venue.padEnd(8)} ${url}/${venue}${venueUrls[venue] ? `  and  ${venueUrls[venue]}` : ''}`);
  }
  console.log(`listening on ${url}`);
}
