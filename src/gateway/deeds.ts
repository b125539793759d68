// What somebody asks to be done to a session, with its entry in the activity: either way, done or not.
import { CodedError, tellError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { AuditAction } from '#model/audit.ts';
import type { Session } from '#model/session.ts';
import type { Audit, Deed } from './audit.ts';
import type { Caller } from './callers.ts';

export function deedOf(
  { principal, address }: Pick<Caller, 'principal' | 'address'>,
  action: AuditAction,
  target: string,
  details: Deed['details'] = {},
): Omit<Deed, 'outcome'> {
  return { actor: principal?.name ?? '', action, target, address, details };
}

/** How the person at a station reads who asked for something; empty: just the administrator. */
export function shownAs({ principal }: Pick<Caller, 'principal'>): string {
  if (principal === null || principal.by === 'socket') return '';
  return (principal.fullName === '' ? principal.name : principal.fullName).slice(0, 64);
}

export class Deeds {
  readonly #fleet: Fleet;
  readonly #audit: Audit;

  constructor(fleet: Fleet, audit: Audit) {
    this.#fleet = fleet;
    this.#audit = audit;
  }

  sessionWith(id: string): Session {
    const session = this.#fleet.session(id);
    if (session === null) throw new CodedError('session-not-found');
    return session;
  }

  /** Logs somebody off, after so many milliseconds of a warning that the station shows. */
  async logOff(caller: Caller, { id, computer }: Session, afterMs: number): Promise<{ session: Session }> {
    const by = shownAs(caller);
    return await this.#fleet.call(computer, 'session.end', { session: id, cause: 'logged-off-by-administrator', afterMs, by });
  }

  /** Does something to somebody's session. Rejects with what `work` rejects with. `more`: what is told of it when it is done. */
  async toSession<R>(
    caller: Caller,
    action: AuditAction,
    { id, user }: Session,
    work: () => R | Promise<R>,
    more: (done: R) => Deed['details'] = () => ({}),
  ): Promise<R> {
    const deed = deedOf(caller, action, user, { session: id });
    try {
      const done = await work();
      this.#audit.note({ ...deed, outcome: 'done', details: { ...deed.details, ...more(done) } });
      return done;
    } catch (error) {
      const { code, details } = tellError(error);
      this.#audit.note({ ...deed, outcome: code, details: { ...details, ...deed.details } });
      throw error;
    }
  }
}
