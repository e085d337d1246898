/** What the examples share: options, an account, and words for what went wrong. */

import { parseArgs } from 'node:util';

import { Keyring } from '@polkadot/api';
import { Client } from '@breakwater/client';

export const DEFAULT_ENDPOINT = 'ws://127.0.0.1:9944';

/** Wrong options. */
class Usage extends Error {}

/**
 * The options of the command line. Prints the help and ends where it was asked for.
 *
 * @param {string} help
 * @param {import('node:util').ParseArgsConfig['options']} options
 * @param {string[]} [commands] one of which has to be there: it is the option `what`
 */
export function optionsOf(help, options, commands = []) {
  try {
    const { values, positionals } = parseArgs({
      options: { endpoint: { type: 'string', default: DEFAULT_ENDPOINT }, help: { type: 'boolean' }, ...options },
      allowPositionals: commands.length > 0,
    });
    if (!values.help) return commands.length > 0 ? { ...values, what: commandOf(positionals, commands) } : values;
    console.log(help);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}

function commandOf(given, commands) {
  if (given.length === 1 && commands.includes(given[0])) return given[0];
  throw new Usage(`say one of: ${commands.join(', ')}`);
}

/** A whole number in bounds, from the command line. */
export function wholeNumber(name, text, least, most) {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Usage(`--${name} is a whole number from ${least} to ${most}, not '${text}'`);
}

/** The key pair behind a secret such as `//Bob`, or twelve words. */
export function keyPair(secret) {
  return new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(secret);
}

/** Connects, runs, disconnects; an error becomes a line and an exit code. */
export async function withClient(endpoint, run) {
  let client;
  try {
    if (!/^wss?:\/\//.test(endpoint)) throw new Usage(`'${endpoint}' is no address of a node, as ${DEFAULT_ENDPOINT}`);
    client = await Client.connect(endpoint, { timeoutMs: 10_000 });
    process.exitCode = (await run(client)) ?? 0;
  } catch (error) {
    const hint = error.name === 'Disconnected' && !client ? ' Start one with `make run`.' : '';
    console.error(`${error.message}${hint}`);
    process.exitCode = error instanceof Usage ? 2 : 1;
  } finally {
    await client?.close();
  }
}
