// Which node is put to the test.
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const NAME = 'breakwater-node';

/** The first that exists: the one named, the one the environment names, the one last built for tests. */
export function findBinary(named) {
  const wanted = named ?? process.env.BREAKWATER_NODE;
  if (wanted) {
    if (isExecutable(wanted)) return resolve(wanted);
    throw new Error(`${wanted} is not a program that can be run`);
  }
  const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache', 'breakwater', 'target');
  const places = ['debug', 'release', 'production'].map((profile) => join(target, profile, NAME));
  const found = places.find(isExecutable);
  if (found) return found;
  throw new Error(
    `no ${NAME} found in ${target}: build it with 'make build', or name one with --node <path>`,
  );
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
