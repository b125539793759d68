// Which of the sessions that something is kept for have ended, perhaps while nobody here could hear of it.
import type { Fleet } from '#fleet/fleet.ts';
import type { Session } from '#model/session.ts';

/** Those that there are no more, or that are not `still` what is kept; none while a computer does not answer: it may have them. */
export function goneSessions(fleet: Fleet, ids: Iterable<string>, still: (session: Session) => boolean = () => true): string[] {
  if (!fleet.computers().every(({ reachable }) => reachable)) return [];
  return [...ids].filter((id) => {
    const session = fleet.session(id);
    return session === null || !still(session);
  });
}
