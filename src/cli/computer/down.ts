// `down`: stops host and gateway. Sessions go on unless it is asked to end them; `--demo` takes the demo away.
import type { Session } from '#model/session.ts';
import { CommandError } from '../exit-code.ts';
import { GatewayClient } from '../room/gateway-client.ts';
import { answerJson, say } from '../voice.ts';
import { demoIsThere, demoNames, removeDemoAccounts, restoreSettings } from './demo.ts';
import { endSessions, runningSessions } from './ending-sessions.ts';
import type { Layout } from './layout.ts';
import { askSupervisor } from './supervisor-link.ts';
import { activePrograms, stopUnits, usesSystemd } from './systemd.ts';
import { lockPrograms, mustBeRoot, startForAWhile } from './up.ts';

export interface DownOptions {
  /** Also remove the demo accounts, their files and sessions. */
  demo: boolean;
  /** Also end all sessions. */
  sessions: boolean;
  json: boolean;
}

async function stopPrograms(layout: Layout): Promise<boolean> {
  // Also under systemd: a supervisor may run there from a moment's start.
  const supervised = (await askSupervisor(layout.places, { ask: 'stop' })) !== null;
  if (!usesSystemd(layout)) return supervised;
  const active = (await activePrograms()).length > 0;
  if (active) await stopUnits();
  return supervised || active;
}

export async function down(layout: Layout, options: DownOptions): Promise<void> {
  mustBeRoot('down');
  await using _lock = await lockPrograms(layout);
  const demo = options.demo && (await demoIsThere(layout));
  const running = (await runningSessions(layout.places)) !== null;
  // Sessions are the host's; it is started for a moment where it does not run.
  const startedHere = !running && (demo || options.sessions);
  if (startedHere) {
    if (usesSystemd(layout)) throw new CommandError('start Stationmaster first: stationmaster up');
    await startForAWhile(layout);
  }
  let ended = 0;
  let removed: string[] = [];
  try {
    if (options.sessions) {
      ended = await endSessions(layout.places, 'logged-off-by-administrator', () => true);
    } else if (demo) {
      const names = await demoNames(layout);
      ended = await endSessions(layout.places, 'account-removed', (session) => names.includes(session.user));
    }
    if (demo) {
      await restoreSettings(layout, GatewayClient.local(layout.places));
      removed = await removeDemoAccounts(layout);
    }
  } finally {
    if (startedHere) await stopPrograms(layout);
  }
  const left = (await runningSessions(layout.places)) ?? [];
  const stopped = startedHere ? false : await stopPrograms(layout);
  if (ended > 0) say(`Sessions ended: ${ended}.`);
  if (removed.length > 0) say(`Removed with their files: ${removed.join(', ')}.`);
  say(stopped ? 'Host and gateway are stopped.' : 'Host and gateway do not run.');
  const people = (those: readonly Session[]): string => those.map(({ user }) => user).join(', ');
  const saved = left.filter(({ state }) => state === 'hibernated');
  const inMemory = left.filter(({ state }) => state !== 'hibernated' && state !== 'lost');
  if (inMemory.length > 0)
    say(`These people's sessions go on running and are found again at the next "up": ${people(inMemory)}.`);
  if (saved.length > 0) say(`These people's sessions are on disk and stay there: ${people(saved)}.`);
  if (inMemory.length + saved.length > 0) say('"stationmaster down --sessions" ends them.');
  if (options.json) answerJson({ stopped, sessionsEnded: ended, sessionsLeft: left.length, accountsRemoved: removed });
}
