// What kind of target a session is for somebody who asks, for the table of permissions.
import { CodedError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { sessionTarget } from '#model/permissions.ts';
import type { Target } from '#model/permissions.ts';
import type { Session } from '#model/session.ts';
import type { Caller } from './callers.ts';

/** The account whose sessions are the caller's own; null: nobody's are. */
export function ownUserOf({ principal }: Pick<Caller, 'principal'>): string | null {
  return principal?.by === 'page' ? principal.name : null;
}

/** Rejects with what the computer says against looking its person up; who is no more counts as privileged. */
export async function sessionTargetOf(fleet: Fleet, session: Session, caller: Caller): Promise<Target> {
  if (caller.role === 'administrator' || caller.role === 'nobody') return 'privileged-session';
  const user = ownUserOf(caller);
  if (user === session.user) return 'own-session';
  try {
    const { level } = await fleet.call(session.computer, 'account.describe', { user: session.user });
    return sessionTarget(user, session.user, level);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'not-found') return 'privileged-session';
    throw error;
  }
}
