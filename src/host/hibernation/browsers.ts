// Browsers cannot be saved: their sandbox is of namespaces in namespaces. But they can be closed, and opened again with the
// tabs that they had. Which processes are browsers, and how each wants to be asked.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { shellExports } from '../shell-words.ts';
import { linkIn, textIn } from './session-processes.ts';
import type { SessionProcess } from './session-processes.ts';

interface Browser {
  name: string;
  /** Files of the program, by their last name. */
  programs: readonly string[];
  kind: 'firefox' | 'chromium';
}

const browsers: readonly Browser[] = [
  { name: 'Firefox', programs: ['firefox', 'firefox-esr', 'firefox-bin'], kind: 'firefox' },
  { name: 'Chromium', programs: ['chromium', 'chromium-browser'], kind: 'chromium' },
  { name: 'Google Chrome', programs: ['chrome', 'google-chrome'], kind: 'chromium' },
];

export function browserOf(process: SessionProcess): Browser | null {
  const file = basename(process.program ?? '');
  return browsers.find(({ programs }) => programs.includes(file)) ?? null;
}

export const reopeningSchema = z.object({
  name: z.string(),
  command: z.array(z.string()).min(1),
  environment: z.record(z.string(), z.string()),
  folder: z.string(),
});
/** How a program is started again, as the person in their session. */
export type Reopening = z.infer<typeof reopeningSchema>;

/** As Firefox does for its own restart: the tabs come back once. It is written while Firefox does not run. */
const firefoxScript =
  'printf \'user_pref("browser.sessionstore.resume_session_once", true);\\n\' >>"$1/prefs.js"; shift; exec "$@"';

/** The folder of Firefox's profile, by the lock file that it holds. */
function firefoxProfile(pid: number): string | null {
  try {
    for (const file of readdirSync(`/proc/${pid}/fd`)) {
      const target = linkIn(`/proc/${pid}/fd/${file}`) ?? '';
      if (basename(target) === '.parentlock') return dirname(target);
    }
  } catch {
    // It has ended meanwhile.
  }
  return null;
}

function commandOf(process: SessionProcess, program: string, { kind, name }: Browser): string[] {
  if (kind === 'firefox') {
    const profile = firefoxProfile(process.pid);
    return profile === null ? [program] : ['sh', '-c', firefoxScript, 'sh', profile, program, '--profile', profile];
  }
  // Debian's chromium is started by a script that lies elsewhere.
  const launcher = `/usr/bin/${name.toLowerCase()}`;
  const kept = process.args.slice(1).filter((word) => /^--(?:user-data-dir|profile-directory|no-sandbox)\b/.test(word));
  return [existsSync(launcher) ? launcher : program, '--restore-last-session', ...kept];
}

/** How the browser whose outermost process this is will be opened again; null if it is none. Ask while it still runs. */
export function reopeningOf(process: SessionProcess): Reopening | null {
  const browser = browserOf(process);
  if (browser === null || process.program === null) return null;
  const words = textIn(`/proc/${process.pid}/environ`).split('\0');
  const pairs = words
    .filter((word) => word.includes('='))
    .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  return {
    name: browser.name,
    command: commandOf(process, process.program, browser),
    environment: Object.fromEntries(pairs) as Record<string, string>,
    folder: linkIn(`/proc/${process.pid}/cwd`) ?? '/',
  };
}

/** Has XFCE's session manager end what calls itself Firefox there, as at a log-off. */
const quitFirefoxScript = `ask() { dbus-send --session --print-reply --reply-timeout=2000 --dest=org.xfce.SessionManager "$@"; }
clients=$(ask /org/xfce/SessionManager org.xfce.Session.Manager.ListClients | sed -n 's/.*object path "\\(.*\\)"/\\1/p')
for client in $clients; do
  ask "$client" org.xfce.Session.Client.GetAllSmProperties | grep --after-context=1 --line-regexp ' *string "Program"' |
    grep --quiet --extended-regexp 'string "(.*/)?firefox(-esr|-bin)?"' || continue
  ask "$client" org.xfce.Session.Client.Terminate
  echo asked
done
`;

/**
 * A script that, run by the person in the session, asks this browser to quit in the one way in which it first writes down what it
 * has open, and then prints `asked`; null where SIGTERM does. On SIGTERM, Firefox 140 ends at once: tabs of the last 15 s are lost,
 * and after the second time it takes itself for a program that crashes.
 */
export function quitScript({ name, environment }: Reopening): string | null {
  const { DBUS_SESSION_BUS_ADDRESS: bus, SESSION_MANAGER: sessionManager } = environment;
  if (name !== 'Firefox' || bus === undefined || sessionManager === undefined) return null;
  return `${shellExports({ DBUS_SESSION_BUS_ADDRESS: bus })}${quitFirefoxScript}`;
}
