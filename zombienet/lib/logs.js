// Where the logs of a run go.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOGS = fileURLToPath(new URL('../logs/', import.meta.url));

/** The folder named, or one that is named after the time. */
export function makeLogFolder(named) {
  const now = new Date().toISOString().replaceAll(':', '-').slice(0, 19);
  const folder = resolve(named ?? join(LOGS, now));
  mkdirSync(folder, { recursive: true });
  return folder;
}
