// Running the harness inside mount and network namespaces of its own.
import { spawn, spawnSync } from 'node:child_process';

/** What the scenarios need to do, tried out once in namespaces that vanish with the command. */
const TRIAL = [
  'mount -t tmpfs tmpfs /run',
  'ip netns add trial',
  'ip link add switch type bridge',
  'ip link add port type veth peer name net netns trial',
  'ip link set port master switch up',
  'nsenter --net=/run/netns/trial true',
].join(' && ');

const TOOLS = [
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['mount', 'mount'],
  ['ip', 'iproute2'],
];

/**
 * How to enter fresh namespaces: `{ command }`, or `{ reason }` why that cannot be done here.
 *
 * Root can simply have them. Others get them inside a user namespace, where they are root.
 */
export function findIsolation() {
  if (process.platform !== 'linux') return { reason: 'network namespaces exist on Linux only' };
  const missing = TOOLS.filter(
    ([tool]) => spawnSync(tool, ['--version']).error && spawnSync(tool, ['-V']).error,
  );
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
    return {
      reason: `${missing.map(([tool]) => tool).join(', ')} not found; Debian and Ubuntu: apt-get install ${packages}`,
    };
  }
  const command =
    process.getuid() === 0
      ? ['unshare', '--mount', '--net']
      : ['unshare', '--map-root-user', '--mount', '--net'];
  const trial = spawnSync(command[0], [...command.slice(1), 'sh', '-c', TRIAL], { encoding: 'utf8' });
  if (trial.status === 0) return { command };
  return { reason: `namespaces cannot be made here (${trial.stderr.trim() || trial.error}); ${advice()}` };
}

function advice() {
  if (process.getuid() === 0)
    return 'in a container, start it with --cap-add SYS_ADMIN --cap-add NET_ADMIN and without a seccomp filter';
  return 'run it as root, or allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 and, on Ubuntu, kernel.apparmor_restrict_unprivileged_userns=0';
}

const hasSetpriv = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0;

/** Goes before a command, for the kernel to send it this signal when the process that started it is gone. */
export const onOurDeath = (signal) => (hasSetpriv ? ['setpriv', '--pdeathsig', signal] : []);

/** The requests to stop, and what a program exits with that followed them. */
export const INTERRUPTS = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
];

/**
 * Runs a command to its end with our own terminal, passing on requests to stop; gives its exit code.
 *
 * The child cleans up after itself, so it is asked and waited for, never killed.
 */
export function runToEnd([program, ...args], env) {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  let interrupted;
  for (const [signal, code] of INTERRUPTS) {
    process.on(signal, () => {
      interrupted = code;
      child.kill(signal);
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code) => resolve(interrupted ?? code ?? 1));
  });
}
