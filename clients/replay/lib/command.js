/** What both commands need: options with messages one can act on, and exit codes. */

import { parseArgs } from 'node:util';

import { BadInput } from './errors.js';

/** Options as `parseArgs` reads them, without anything that is not one. */
export function readOptions(options) {
  try {
    return parseArgs({ options, allowPositionals: false }).values;
  } catch (error) {
    throw new BadInput(error.message);
  }
}

export function wholeNumber(name, text, min, max) {
  const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new BadInput(`--${name} is a whole number from ${min} to ${max}, not ${text}`);
}

export function anyNumber(name, text, min, max) {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw new BadInput(`--${name} is a number from ${min} to ${max}, not ${text}`);
}

export function oneOf(name, text, values) {
  if (values.includes(text)) return text;
  throw new BadInput(`--${name} is one of ${values.join(', ')}, not ${text}`);
}

/** Runs a command: the user's mistakes end it with 2 and a message, all else with 1. */
export async function run(main) {
  try {
    await main();
  } catch (error) {
    const isMistake = error instanceof BadInput;
    console.error(isMistake ? `error: ${error.message}` : (error.stack ?? error));
    if (isMistake) console.error('--help tells how it is used');
    process.exitCode = isMistake ? 2 : 1;
  }
}
