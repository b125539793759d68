// Whom the acts of the Dashboard reach: all that somebody has there, or some of them; each is asked for in the table of permissions.
// Administrators and Dashboard users are only among them where the settings allow it, and nobody acts so on a session of their own.
import type { Who } from '#contract/classroom/audience.ts';
import { CodedError, tellError } from '#contract/errors.ts';
import type { Outcome } from '#contract/route.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { AuditAction } from '#model/audit.ts';
import { isInScope } from '#model/classroom.ts';
import type { Scope, Whereabouts } from '#model/classroom.ts';
import { may, sessionTarget } from '#model/permissions.ts';
import type { Action, Target } from '#model/permissions.ts';
import type { Session } from '#model/session.ts';
import type { Station } from '#model/station.ts';
import type { Caller } from '../callers.ts';
import type { Deeds } from '../deeds.ts';
import type { LimitRules } from '../limit-rules.ts';
import type { RoomSettings } from '../room-settings.ts';
import { ownUserOf, sessionTargetOf } from '../session-target.ts';
import type { Stations } from '../station/stations.ts';
import type { PeopleFacts, PersonFacts } from './people-facts.ts';
import type { Scopes } from './scopes.ts';

export class Audience {
  readonly #fleet: Fleet;
  readonly #stations: Stations;
  readonly #limits: LimitRules;
  readonly #settings: RoomSettings;
  readonly #deeds: Deeds;
  readonly #scopes: Scopes;
  readonly #facts: PeopleFacts;

  constructor(parts: {
    fleet: Fleet;
    stations: Stations;
    limits: LimitRules;
    settings: RoomSettings;
    deeds: Deeds;
    scopes: Scopes;
    facts: PeopleFacts;
  }) {
    this.#fleet = parts.fleet;
    this.#stations = parts.stations;
    this.#limits = parts.limits;
    this.#settings = parts.settings;
    this.#deeds = parts.deeds;
    this.#scopes = parts.scopes;
    this.#facts = parts.facts;
  }

  /** Where the person of a session belongs; null: the classroom is not for this session at all. */
  async whereabouts(session: Session): Promise<Whereabouts | null> {
    return this.#whereaboutsOf(session, await this.#facts.of(session));
  }

  /** Whether the classroom is for this session at all, and within `scope` for this one. */
  async has(session: Session, scope: Scope | null = null): Promise<boolean> {
    const whereabouts = await this.whereabouts(session);
    return whereabouts !== null && isInScope(scope, whereabouts);
  }

  /** What `all` means for somebody now; null: everybody. */
  scopeOf(caller: Caller): Scope | null {
    return this.#scopes.of(caller);
  }

  /** Whether a session is shown to somebody in lists: all to those without a scope, and to everybody their own. */
  async sees(caller: Caller, session: Session): Promise<boolean> {
    const scope = this.scopeOf(caller);
    return scope === null || session.user === ownUserOf(caller) || (await this.has(session, scope));
  }

  /** The same as far as it is known now; `facts` tell when more is. */
  seesNow(caller: Caller, session: Session): boolean {
    const scope = this.scopeOf(caller);
    return scope === null || session.user === ownUserOf(caller) || this.hasNow(session, scope);
  }

  /** As `has`, as far as it is known now; listeners hear when more is. */
  hasNow(session: Session, scope: Scope | null = null): boolean {
    const facts = this.#facts.known(session);
    const whereabouts = facts === null ? null : this.#whereaboutsOf(session, facts);
    return whereabouts !== null && isInScope(scope, whereabouts);
  }

  /** Whether a station is shown to somebody: one of their rooms, or one that shows any of `seen`, the sessions that they see. */
  seesStation(caller: Caller, station: Station, seen: readonly Session[]): boolean {
    const scope = this.scopeOf(caller);
    if (scope === null) return true;
    return scope.rooms.includes(station.configuration.room) || seen.some((session) => session.station === station.id);
  }

  /**
   * What kind of target a session is for somebody. Rejects with what the computer says against looking its person up; who is no more
   * counts as privileged.
   */
  async targetOf(session: Session, caller: Caller): Promise<Target> {
    const target = await sessionTargetOf(this.#fleet, session, caller);
    if (this.scopeOf(caller) === null || target === 'own-session') return target;
    try {
      return (await this.sees(caller, session)) ? target : 'outside';
    } catch (error) {
      if (error instanceof CodedError && error.code === 'not-found') return 'outside';
      throw error;
    }
  }

  /** The same of a station; one that there is not need not be known to be none. */
  async stationTargetOf(id: string, caller: Caller): Promise<Target> {
    const station = this.scopeOf(caller) === null ? null : this.#stations.get(id);
    return station === null || this.seesStation(caller, station, await this.seen(caller)) ? 'station' : 'outside';
  }

  /** Whose session or which station this is, for the activity. */
  nameOf(id: string): string {
    return this.#fleet.session(id)?.user ?? this.#stations.get(id)?.name ?? '';
  }

  /** The sessions that somebody is shown. */
  async seen(caller: Caller): Promise<Session[]> {
    const sessions = this.#fleet.sessions();
    const seen = await Promise.all(sessions.map((session) => this.sees(caller, session).catch(() => false)));
    return sessions.filter((_session, index) => seen[index]);
  }

  /** The stations that somebody is shown. */
  async seenStations(caller: Caller): Promise<Station[]> {
    const seen = await this.seen(caller);
    return this.#stations.list().filter((station) => this.seesStation(caller, station, seen));
  }

  /** Somebody may see others now, by their scope, by whose groups are known, or by where a station stands. */
  onChange(listener: () => void): () => void {
    const undo = new DisposableStack();
    undo.defer(this.#scopes.onChange(listener));
    undo.defer(this.#facts.onChange(listener));
    undo.defer(
      this.#stations.onChange(() => {
        if (this.#scopes.list().length > 0) listener();
      }),
    );
    return () => undo.dispose();
  }

  /** The sessions that somebody has in the Dashboard and may do this to. */
  async all(caller: Caller, action: Action): Promise<Session[]> {
    const sessions = this.#fleet.sessions();
    const reached = await Promise.all(sessions.map((session) => this.#reaches(caller, action, session).catch(() => false)));
    return sessions.filter((_session, index) => reached[index]);
  }

  /** The same with where each belongs, for lists. */
  async desktops(caller: Caller): Promise<{ id: string; room: string; classes: string[] }[]> {
    const sessions = await this.all(caller, 'sessions.list');
    return await Promise.all(
      sessions.map(async (session) => {
        const { classes } = await this.#facts.of(session);
        return { id: session.id, room: this.#roomOf(session), classes: [...classes] };
      }),
    );
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
    const one = async (id: string, user: string, find: () => Session | Promise<Session>): Promise<Outcome> => {
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
      return await Promise.all(sessions.map((session) => one(session.id, session.user, () => session)));
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
    const { level } = await this.#facts.of(session);
    return may(caller.role, action, sessionTarget(user, session.user, level), this.#settings.now);
  }

  #whereaboutsOf(session: Session, { level, groups }: PersonFacts): Whereabouts | null {
    if (level !== 'standard' && !this.#settings.now.allowOrchestration) return null;
    return { room: this.#roomOf(session), groups };
  }

  #roomOf(session: Session): string {
    const station = this.#limits.lastStationOf(session);
    return station === null ? '' : (this.#stations.get(station)?.configuration.room ?? '');
  }
}
