// Ends the sessions of an account that is being removed, and waits until they are gone.
import { CodedError } from '#contract/errors.ts';
import type { Session } from '#model/session.ts';
import type { PosixAccount } from './accounts.ts';
import type { Clock } from './clock.ts';
import type { Sessions } from './sessions.ts';

/** A desktop that is being opened, restored or saved is ended only after that. */
const goingPatienceMs = 120_000;

/**
 * Fulfilled when the person has no session: none that runs, none on disk. Rejects with `session-exists` if there is one and it may
 * not be ended (one that is lost anyway may), with `not-possible-now` if it does not go.
 */
export async function endSessionsOf(
  account: PosixAccount,
  { sessions, clock, may }: { sessions: Sessions; clock: Clock; may: boolean },
): Promise<void> {
  const own = (): Session[] => sessions.list().filter((session) => session.uid === account.uid);
  const kept = own().filter((session) => session.state !== 'lost').length;
  if (kept > 0 && !may) throw new CodedError('session-exists', { sessions: kept });
  for (const { id } of own()) {
    const gone = Promise.withResolvers<void>();
    using _patience = clock.after(goingPatienceMs, () => gone.reject(new CodedError('not-possible-now', { session: id })));
    const stop = sessions.on((session) => {
      if (session.id === id && session.state === 'ended') gone.resolve();
    });
    try {
      sessions.end(id, 'logged-off-by-administrator', 0);
      if (sessions.list().some((session) => session.id === id)) await gone.promise;
    } finally {
      stop();
    }
  }
}
