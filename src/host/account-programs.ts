// The computer's programs for accounts (useradd, chage, getent and their like), run as arrays of words, never by a shell.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '#contract/errors.ts';

/** getent: an entry that was asked for does not exist. */
const noSuchEntry = 2;
const programTimeoutMs = 60_000;
export const busyRetryMs = 200;
const busyPatienceMs = 15_000;

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  /** Goes to its standard input and nowhere else. */
  input?: string;
  /** Null: for as long as it takes. */
  timeoutMs?: number | null;
  /** Hears each line of its standard error, as soon as it is there. */
  onSaid?: (line: string) => void;
  /** It does not outlive this program: whoever finds its work half done does it anew. */
  diesWithUs?: boolean;
}

/** Runs one of the computer's programs. */
export async function finish(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { input = '', timeoutMs = programTimeoutMs, onSaid, diesWithUs = false } = options;
  const words = diesWithUs ? (['setpriv', '--pdeathsig=KILL', '--', program, ...args] as const) : ([program, ...args] as const);
  const child = spawn(words[0], words.slice(1), {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
  });
  const ended = Promise.withResolvers<number>();
  child.once('error', ended.reject);
  child.once('close', (code) => ended.resolve(code ?? -1));
  // A program that does not read what it is given ends with a code that says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  if (onSaid !== undefined) createInterface({ input: child.stderr }).on('line', onSaid);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { code: await ended.promise, stdout, stderr };
}

/** Like `finish`, but waits while somebody else changes the account files. */
export async function change(program: string, args: readonly string[], input = ''): Promise<Finished> {
  const untilMs = performance.now() + busyPatienceMs;
  for (;;) {
    const result = await finish(program, args, { input });
    const busy = result.code !== 0 && /cannot lock|try again later/.test(result.stderr);
    if (!busy || performance.now() > untilMs) return result;
    await pause(busyRetryMs);
  }
}

export function failure(program: string, result: Finished): Error {
  if (/No space left|Disk quota/i.test(result.stderr)) return new CodedError('disk-full');
  return new Error(`${program} ended with ${result.code}: ${result.stderr.trim()}`);
}

export async function mustSucceed(program: string, args: readonly string[]): Promise<void> {
  const result = await change(program, args);
  if (result.code !== 0) throw failure(program, result);
}

/** Entries of a database of NSS; those asked for that do not exist are left out. */
export async function entries(database: 'passwd' | 'group', names: readonly string[] = []): Promise<string[][]> {
  const result = await finish('getent', [database, ...(names.length === 0 ? [] : ['--', ...names])]);
  if (result.code !== 0 && result.code !== noSuchEntry) throw failure('getent', result);
  return result.stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split(':')]));
}
