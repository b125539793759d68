// Ends sessions on this computer and waits until they are gone.
import { setTimeout as pause } from 'node:timers/promises';
import type { Places } from '#contract/places.ts';
import type { Session, SessionCause } from '#model/session.ts';
import { CommandError } from '../exit-code.ts';
import { HostClient } from './host-client.ts';

const patienceMs = 60_000;

/** The sessions that run, null if the host program cannot be asked. */
export async function runningSessions(places: Places): Promise<Session[] | null> {
  try {
    using host = await HostClient.connect(places);
    return (await host.call('session.list', {})).sessions;
  } catch {
    return null;
  }
}

/** Ends those that `concerned` picks, at once; fulfilled with their number when they are gone. */
export async function endSessions(
  places: Places,
  cause: SessionCause,
  concerned: (session: Session) => boolean,
): Promise<number> {
  using host = await HostClient.connect(places);
  const list = async (): Promise<Session[]> => {
    const { sessions } = await host.call('session.list', {});
    return sessions.filter((session) => session.state !== 'ended' && concerned(session));
  };
  const sessions = await list();
  for (const session of sessions) {
    // One that ended meanwhile is what we want.
    await host.call('session.end', { session: session.id, cause, afterMs: 0 }).catch(() => undefined);
  }
  const deadline = performance.now() + patienceMs;
  for (let left = await list(); left.length > 0; left = await list()) {
    if (performance.now() > deadline) {
      throw new CommandError(`sessions that do not end: ${left.map((session) => session.user).join(', ')}`);
    }
    await pause(50);
  }
  return sessions.length;
}
