// Starts a program in a running session, as the person, so that it can be saved with it: child of the session's init, nothing
// open from outside.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessMark } from '../processes.ts';
import type { Reopening } from './browsers.ts';

const run = promisify(execFile);
const limitMs = 10_000;

/** The folder may be gone; what was opened outside is opened again inside. */
const script = 'cd -- "$1" 2>/dev/null || cd; shift; exec </dev/null >/dev/null 2>&1 "$@"';

/** Rejects if it cannot even be started; how it goes on is its own affair. */
export async function startInSession(
  init: ProcessMark,
  person: { name: string; gid: number },
  { command, environment, folder }: Reopening,
): Promise<void> {
  const into = ['--target', String(init.pid), '--mount', '--pid', '--ipc', '--time', '--'];
  const as = ['setpriv', `--reuid=${person.name}`, `--regid=${person.gid}`, '--init-groups', '--inh-caps=-all', '--'];
  await run('nsenter', [...into, ...as, 'setsid', '--fork', 'sh', '-c', script, 'sh', folder, ...command], {
    cwd: '/',
    env: environment,
    timeout: limitMs,
  });
}
