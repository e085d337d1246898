// Which node is put to the test.
import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const DEFAULT_TARGET = fileURLToPath(new URL('../../target', import.meta.url));

/** The one named, the one the environment names, or what `make build` leaves behind. */
export function findBinary(named) {
  const { BREAKWATER_NODE, CARGO_TARGET_DIR } = process.env;
  const path = resolve(
    named ?? (BREAKWATER_NODE || join(CARGO_TARGET_DIR || DEFAULT_TARGET, 'debug', 'breakwater-node')),
  );
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    throw new Error(`no node at ${path}: run 'make build', or name one with --node or BREAKWATER_NODE`);
  }
}
