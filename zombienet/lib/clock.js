// A wall clock that is off, for one process, by a library that is loaded before all others.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIM_SOURCE = fileURLToPath(new URL('../shim/clock_shift.c', import.meta.url));
/** How far a shifted clock may seem to be from where it should be: starting a process takes time. */
const TRIAL_SHIFT_MS = 3_600_000;
const TRIAL_TOLERANCE_MS = 60_000;

/**
 * How to shift clocks: `{ by, shift(ms) }`, where `shift` gives the environment of a process whose
 * clock is `ms` ahead (or behind, if negative); or `{ reason }` why that cannot be done here.
 */
export function findClockShift() {
  const tried = [libfaketime(), shim()].filter(Boolean);
  const works = tried.find(({ shift }) => isShifted(shift(TRIAL_SHIFT_MS)));
  return (
    works ?? {
      reason:
        'no way found to shift a clock; Debian and Ubuntu: apt-get install libfaketime (or a C compiler: gcc)',
    }
  );
}

function libfaketime() {
  const library = libraryDirectories()
    .map((directory) => join(directory, 'faketime', 'libfaketimeMT.so.1'))
    .find(existsSync);
  if (!library) return undefined;
  const shift = (ms) => ({
    LD_PRELOAD: library,
    FAKETIME: `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
  return { by: 'libfaketime', shift };
}

// Debian's multi-arch directories, then everyone else's.
function libraryDirectories() {
  const multiarch = existsSync('/usr/lib')
    ? readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'))
    : [];
  return [...multiarch.map((name) => join('/usr/lib', name)), '/usr/lib64', '/usr/lib'];
}

function shim() {
  if (process.platform !== 'linux') return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-clock-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const library = join(directory, 'clock_shift.so');
  if (spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, SHIM_SOURCE]).status !== 0) return undefined;
  return { by: 'shim/clock_shift.c', shift: (ms) => ({ LD_PRELOAD: library, CLOCK_SHIFT_MS: `${ms}` }) };
}

function isShifted(env) {
  const trial = spawnSync(process.execPath, ['-p', 'Date.now()'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  const shift_ms = Number(trial.stdout) - Date.now();
  return Math.abs(shift_ms - TRIAL_SHIFT_MS) < TRIAL_TOLERANCE_MS;
}

/**
 * How far the clock of a process is ahead of ours, by its log: the file system notes when the last
 * line was written, the line itself says when the process thought that was.
 */
export function clockAheadMs(log) {
  const written_ms = statSync(log).mtimeMs;
  const stamp = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .at(-1)
    .match(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/);
  if (!stamp) return undefined;
  return Date.parse(stamp[0].replace(' ', 'T')) - written_ms;
}
