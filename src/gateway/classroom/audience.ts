// Whom the acts of the Dashboard reach: all that somebody has there, or some of them; each is asked for in the table of permissions.
// Administrators and Dashboard users are only among them where the settings allow it, and nobody acts so on a session of their own.
import type { Who } from '#contract/classroom/audience.ts';
import { CodedError, tellError } from '#contract/errors.ts';
import type { Outcome } from '#contract/route.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Level } from '#model/account.ts';
import type { AuditAction } from '#model/audit.ts';
import { isInScope } from '#model/classroom.ts';
import type { Scope } from '#model/classroom.ts';
import { may, sessionTarget } from '#model/permissions.ts';
import type { Action } from '#model/permissions.ts';
import type { Session } from '#model/session.ts';
import type { Caller } from '../callers.ts';
import type { Clock } from '../clock.ts';
import type { Deeds } from '../deeds.ts';
import type { LimitRules } from '../limit-rules.ts';
import type { RoomSettings } from '../room-settings.ts';
import { ownUserOf } from '../session-target.ts';
import type { Stations } from '../station/stations.ts';

interface PersonFacts {
  level: Level;
  groups: readonly string[];
}

/** A level or group that was taken away counts no longer than this. */
const factsHoldMs = 30_000;

export class Audience {
  readonly #fleet: Fleet;
  readonly #stations: Stations;
  readonly #limits: LimitRules;
  readonly #settings: RoomSettings;
  readonly #deeds: Deeds;
  readonly #clock: Clock;
  readonly #facts = new Map<string, { facts: Promise<PersonFacts>; at: number }>();

  constructor(parts: {
    fleet: Fleet;
    stations: Stations;
    limits: LimitRules;
    settings: RoomSettings;
    deeds: Deeds;
    clock: Clock;
  }) {
    this.#fleet = parts.fleet;
    this.#stations = parts.stations;
    this.#limits = parts.limits;
    this.#settings = parts.settings;
    this.#deeds = parts.deeds;
    this.#clock = parts.clock;
  }

  /** Whether the classroom is for this session at all, and within `scope` for this one. */
  async has(session: Session, scope: Scope | null = null): Promise<boolean> {
    const { level, groups } = await this.#factsOf(session);
    if (level !== 'standard' && !this.#settings.now.allowOrchestration) return false;
    if (scope === null) return true;
    const station = this.#limits.lastStationOf(session);
    const room = station === null ? '' : (this.#stations.get(station)?.configuration.room ?? '');
    return isInScope(scope, { room, groups });
  }

  /** What `all` means for somebody now; null: everybody. */
  scopeOf(_caller: Caller): Scope | null {
    return null;
  }

  /** The sessions that somebody has in the Dashboard and may do this to. */
  async all(caller: Caller, action: Action): Promise<Session[]> {
    const sessions = this.#fleet.sessions();
    const reached = await Promise.all(sessions.map((session) => this.#reaches(caller, action, session).catch(() => false)));
    return sessions.filter((_session, index) => reached[index]);
  }

  /** Throws `session-not-found`, `not-allowed`. */
  async mustReach(caller: Caller, action: Action, id: string): Promise<Session> {
    const session = this.#deeds.sessionWith(id);
    if (!(await this.#reaches(caller, action, session))) throw new CodedError('not-allowed');
    return session;
  }

  /**
   * Does something to each that is meant, side by side; of all to those that `suits`. The activity has each of them, refused ones as
   * well.
   */
  async each(
    caller: Caller,
    {
      action,
      deed,
      who,
      suits = () => true,
    }: { action: Action; deed: AuditAction; who: Who; suits?: (session: Session) => boolean },
    work: (session: Session) => unknown,
  ): Promise<Outcome[]> {
    const one = async (id: string, user: string, find: () => Promise<Session>): Promise<Outcome> => {
      const known = this.#fleet.session(id);
      try {
        if (known === null) throw new CodedError('session-not-found');
        await this.#deeds.toSession(caller, deed, known, async () => await work(await find()));
        return { session: id, user, error: null };
      } catch (error) {
        return { session: id, user, error: tellError(error) };
      }
    };
    if ('all' in who) {
      const sessions = (await this.all(caller, action)).filter(suits);
      return await Promise.all(
        sessions.map((session) => one(session.id, session.user, async () => await Promise.resolve(session))),
      );
    }
    return await Promise.all(
      [...new Set(who.sessions)].map((id) =>
        one(id, this.#fleet.session(id)?.user ?? '', () => this.mustReach(caller, action, id)),
      ),
    );
  }

  async #reaches(caller: Caller, action: Action, session: Session): Promise<boolean> {
    const user = ownUserOf(caller);
    if (session.user === user || !(await this.has(session, this.scopeOf(caller)))) return false;
    const { level } = await this.#factsOf(session);
    return may(caller.role, action, sessionTarget(user, session.user, level), this.#settings.now);
  }

  /** Rejects while they cannot be looked up: then nothing is done. */
  #factsOf({ computer, user }: Session): Promise<PersonFacts> {
    const key = JSON.stringify([computer, user]);
    const now = this.#clock.monotonicMs();
    const known = this.#facts.get(key);
    if (known !== undefined && now - known.at < factsHoldMs) return known.facts;
    for (const [old, { at }] of this.#facts) if (now - at >= factsHoldMs) this.#facts.delete(old);
    const facts = this.#lookUp(computer, user);
    this.#facts.set(key, { facts, at: now });
    facts.catch(() => this.#facts.delete(key));
    return facts;
  }

  async #lookUp(computer: string, user: string): Promise<PersonFacts> {
    const [{ level }, { groups }] = await Promise.all([
      this.#fleet.call(computer, 'account.describe', { user }),
      this.#fleet.call(computer, 'account.groups', { user }),
    ]);
    return { level, groups };
  }
}
