// Enters a running session from outside: starts a program in it, as the person, so that it can be saved with it (child of the session's
// init, nothing open from outside); lets a program look at it, as the person; or does something as root among its mounts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { isRunning } from '../processes.ts';
import type { ProcessMark } from '../processes.ts';
import { shellExports } from '../shell-words.ts';
import type { Reopening } from './browsers.ts';

const startLimitMs = 10_000;
/** What was said last may still be on its way. */
const lastWordsMs = 500;
/** More than this is not read of what a program in the session says. */
const mostSaidBytes = 256 * 1024;
/** nsenter and what it starts as root are found there, whatever the person's own variables say. */
const rootsEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

const namespaces = { mount: 'mnt', pid: 'pid', ipc: 'ipc', time: 'time' } as const;
type Namespace = keyof typeof namespaces;

/**
 * Runs a program as root in namespaces of the session. They are opened before it is made sure whose they are: behind a PID that was
 * given to another process meanwhile could be somebody's own mounts, with programs of theirs where root looks for its own.
 */
async function enter(
  init: ProcessMark,
  into: readonly Namespace[],
  command: readonly string[],
  { input = '', limitMs, listening = false }: { input?: string; limitMs: number; listening?: boolean },
): Promise<string> {
  using opened = new DisposableStack();
  const files = into.map((name) => {
    const file = openSync(`/proc/${init.pid}/ns/${namespaces[name]}`, 'r');
    opened.defer(() => closeSync(file));
    return file;
  });
  if (!isRunning(init)) throw new Error('the session has ended');
  const args = into.map((name, index) => `--${name}=/proc/self/fd/${3 + index}`);
  const child = spawn('nsenter', [...args, '--', ...command], {
    cwd: '/',
    env: rootsEnvironment,
    stdio: ['pipe', listening ? 'pipe' : 'ignore', 'ignore', ...files],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const said: Buffer[] = [];
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= mostSaidBytes) said.push(chunk);
    else child.kill('SIGKILL');
  });
  const closed = Promise.withResolvers<void>();
  child.once('close', () => closed.resolve());
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  // What it started may outlive it, and a person may keep its output open: nobody waits for that.
  const patience = setTimeout(() => child.stdout?.destroy(), lastWordsMs);
  await closed.promise;
  clearTimeout(patience);
  if (code !== 0) throw new Error(`${command[0]}: ${signal ?? `exit code ${code}`}`);
  return Buffer.concat(said).toString('utf8');
}

const asPerson = ({ name, gid }: { name: string; gid: number }): string[] => [
  'setpriv',
  `--reuid=${name}`,
  `--regid=${gid}`,
  '--init-groups',
  '--inh-caps=-all',
  '--',
];

/** The folder may be gone; what was opened outside is opened again inside. */
const script = `cd -- "$1" 2>/dev/null || cd
shift
exec /usr/bin/setsid --fork -- "$@" </dev/null >/dev/null 2>&1 3<&- 4<&- 5<&- 6<&-
`;

/**
 * Rejects if it cannot even be started; how it goes on is its own affair. The person says what is in the environment, which could
 * have root load programs of theirs: a shell takes it in when it is the person's already.
 */
export async function startInSession(
  init: ProcessMark,
  person: { name: string; gid: number },
  { command, environment, folder }: Reopening,
): Promise<void> {
  const shell = ['sh', '-s', folder, ...command];
  const input = `${shellExports(environment)}${script}`;
  await enter(init, ['mount', 'pid', 'ipc', 'time'], [...asPerson(person), ...shell], { input, limitMs: startLimitMs });
}

/**
 * What a shell script prints that runs in the session as the person, with these words. Rejects if it fails, says too much, or is
 * not done in time. It must be over soon: a session with a stranger in it is not saved.
 */
export async function askInSession(
  init: ProcessMark,
  person: { name: string; gid: number },
  { script: input, words, limitMs }: { script: string; words: readonly string[]; limitMs: number },
): Promise<string> {
  const command = [...asPerson(person), 'sh', '-s', '--', ...words];
  return await enter(init, ['mount', 'pid', 'ipc', 'time'], command, { input, limitMs, listening: true });
}

/** Runs a program as root among the mounts of the session. Rejects if it fails, or is not done in time. */
export async function runAmongMounts(init: ProcessMark, command: readonly string[], limitMs: number): Promise<void> {
  await enter(init, ['mount'], command, { limitMs });
}
