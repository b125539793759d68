// The limits that groups and stations have of their own: kept in the store, decided for each session, and told to its computer.
import { CodedError } from '#contract/errors.ts';
import { limitRuleValuesSchema } from '#contract/values.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { effectiveLimits, hostLimitsOf, limitNames, valuesOf } from '#model/limits.ts';
import type { EffectiveLimit, LimitRule, LimitScope, LimitValues } from '#model/limits.ts';
import type { Session } from '#model/session.ts';
import type { TimingClock } from './clock.ts';
import { goneSessions } from './gone-sessions.ts';
import type { Log } from './log.ts';
import type { RoomSettings } from './room-settings.ts';
import type { Stations } from './station/stations.ts';
import { ifRoom } from './store.ts';
import type { Store } from './store.ts';

const mostRules = 500;
/** After so long groups are asked for again that could not be; a directory does not say when it is back. */
const askAgainMs = 60_000;

/** A change of a rule: null takes a value away, so that it is as on the computer again. */
export type LimitChange = { readonly [K in keyof LimitValues]?: LimitValues[K] | null | undefined };

interface LimitRulesParts {
  fleet: Fleet;
  stations: Stations;
  settings: RoomSettings;
  store: Store;
  clock: TimingClock;
  log: Log;
}

export class LimitRules {
  readonly #parts: LimitRulesParts;
  #rules: LimitRule[] = [];
  /** Groups of people, as last asked for. */
  readonly #groups = new Map<string, readonly string[]>();
  /** Where each session is, or was last. */
  readonly #stations = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  /** By computer. */
  readonly #askingAgain = new Map<string, Disposable>();
  readonly #undo = new DisposableStack();

  constructor(parts: LimitRulesParts) {
    this.#parts = parts;
  }

  start(): void {
    const { fleet, stations, settings, store } = this.#parts;
    const rows = store.all<{ scope: LimitScope; of: string; valuesText: string }>(
      'SELECT scope, of, valuesText FROM limitRules ORDER BY scope, of',
    );
    // What the store has in a form no longer known is as on the computer.
    this.#rules = rows.flatMap(({ scope, of, valuesText }) => {
      const values = limitRuleValuesSchema.safeParse(JSON.parse(valuesText));
      return values.success ? [{ scope, of, values: definedOf(values.data) }] : [];
    });
    for (const { session, station } of store.all<{ session: string; station: string }>(
      'SELECT session, station FROM lastStations',
    ))
      this.#stations.set(session, station);
    this.#undo.defer(fleet.onSession((session) => this.#sessionChanged(session)));
    this.#undo.defer(
      fleet.onReachable((computer, reachable) => {
        if (!reachable) return;
        this.#forgetOthers();
        this.#tellAll(computer).catch((error: unknown) => this.#untold(computer, error));
      }),
    );
    this.#undo.defer(settings.onChange(() => this.#changed()));
    this.#undo.defer(
      stations.onChange((change) => {
        if ('removed' in change) this.#stationRemoved(change.removed);
      }),
    );
  }

  stop(): void {
    this.#undo.dispose();
    for (const appointment of this.#askingAgain.values()) appointment[Symbol.dispose]();
    this.#askingAgain.clear();
  }

  list(): readonly LimitRule[] {
    return this.#rules;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The station that shows the session, or did last; null: none did. */
  lastStationOf(session: Session): string | null {
    return this.#stations.get(session.id) ?? session.station;
  }

  /** What holds for a session now, as far as the groups of its person are known. */
  of(session: Session): LimitValues {
    return this.#rules.length === 0 ? this.#parts.settings.now : valuesOf(this.effectiveFor(session));
  }

  /** The same, with where each comes from. */
  effectiveFor(session: Session): EffectiveLimit[] {
    const station = this.lastStationOf(session);
    return this.#decide(this.#groups.get(session.user) ?? [], station);
  }

  /** What holds for a person at a station, or at none that has its own. Fails with `not-found` for an unknown account. */
  async effectiveOf(computer: string, user: string, station: string | null): Promise<EffectiveLimit[]> {
    return this.#decide(await this.#ask(computer, user), station);
  }

  /**
   * What a person is to have who signs in there. Where groups cannot be asked, those known from before count: nobody is kept
   * from working by that.
   */
  async forEntering(
    computer: string,
    user: string,
    station: string,
  ): Promise<{ limits: ReturnType<typeof hostLimitsOf>; mostSessionsPerPerson: number }> {
    if (this.#rules.some(({ scope }) => scope === 'group')) {
      await this.#ask(computer, user).catch((error: unknown) =>
        this.#parts.log.error({ err: error, user }, 'The groups of a person could not be asked; those known before count.'),
      );
    }
    const limits = this.#decide(this.#groups.get(user) ?? [], station);
    return { limits: hostLimitsOf(limits), mostSessionsPerPerson: valuesOf(limits).mostSessionsPerPerson };
  }

  /** Those of the groups with rules that the computer knows; null: it could not be asked. */
  async knownGroups(): Promise<ReadonlySet<string> | null> {
    const { fleet } = this.#parts;
    const groups = this.#rules.filter(({ scope }) => scope === 'group').map(({ of }) => of);
    const [computer] = fleet.computers().filter(({ reachable }) => reachable);
    if (computer === undefined) return null;
    if (groups.length === 0) return new Set();
    const known = await fleet.call(computer.name, 'group.list', { groups }).catch(() => null);
    return known === null ? null : new Set(known.groups);
  }

  /**
   * Changes what a group or station has of its own, together with what `record` writes. `was`: what the change is based on. Throws
   * `changed-meanwhile`, `group-not-found`, `station-not-found`, `too-many`, `store-full`; then nothing has changed.
   */
  async change(
    computer: string,
    { scope, of, values, was }: { scope: LimitScope; of: string; values: LimitChange; was?: LimitChange | undefined },
    record: (before: LimitRule['values'], after: LimitRule['values'], name: string) => void,
  ): Promise<void> {
    const { fleet, stations, store } = this.#parts;
    let key = of;
    let name = of;
    if (scope === 'station') {
      const station = stations.get(of);
      if (station?.state !== 'enrolled') throw new CodedError('station-not-found');
      ({ name } = station);
    } else if (Object.values(values).some((value) => value !== null && value !== undefined)) {
      const { groups } = await fleet.call(computer, 'group.list', { groups: [of] });
      const [known] = groups;
      if (known === undefined) throw new CodedError('group-not-found', { group: of });
      key = known;
      name = known;
    }
    // Nothing else happens from here on until it is done.
    const at = this.#rules.findIndex((rule) => rule.scope === scope && rule.of === key);
    const before = this.#rules[at]?.values ?? {};
    if (was !== undefined && limitNames.some((each) => (was[each] ?? null) !== (before[each] ?? null)))
      throw new CodedError('changed-meanwhile');
    const after = definedOf({ ...before, ...definedOf(values, true) });
    const empty = Object.keys(after).length === 0;
    if (at === -1 && !empty && this.#rules.length >= mostRules) throw new CodedError('too-many', { most: mostRules });
    store.transaction(() => {
      if (empty) store.run('DELETE FROM limitRules WHERE scope = ? AND of = ?', scope, key);
      else
        store.run(
          `INSERT INTO limitRules (scope, of, valuesText) VALUES (?, ?, ?)
           ON CONFLICT DO UPDATE SET valuesText = excluded.valuesText`,
          scope,
          key,
          JSON.stringify(after),
        );
      record(before, after, name);
    });
    const others = this.#rules.filter((rule) => rule.scope !== scope || rule.of !== key);
    this.#rules = empty ? others : [...others, { scope, of: key, values: after }].toSorted(inOrder);
    this.#changed();
  }

  #decide(groups: readonly string[], station: string | null): EffectiveLimit[] {
    return effectiveLimits(this.#parts.settings.now, this.#rules, { groups, station });
  }

  async #ask(computer: string, user: string): Promise<readonly string[]> {
    const { groups } = await this.#parts.fleet.call(computer, 'account.groups', { user });
    this.#groups.set(user, groups);
    return groups;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
    for (const { name, reachable } of this.#parts.fleet.computers())
      if (reachable) this.#tellAll(name).catch((error: unknown) => this.#untold(name, error));
  }

  /** Asks for the groups that matter now, and tells the computer what its sessions have of their own. */
  async #tellAll(computer: string): Promise<void> {
    const { fleet } = this.#parts;
    const sessions = (): Session[] => fleet.sessions().filter((session) => session.computer === computer);
    const unknown = new Set<string>();
    if (this.#rules.some(({ scope }) => scope === 'group')) {
      const before = JSON.stringify([...this.#groups]);
      const people = [...new Set(sessions().map(({ user }) => user))];
      const faults: unknown[] = [];
      await Promise.all(
        people.map(async (user) => {
          await this.#ask(computer, user).catch((error: unknown) => {
            // An account that is no more is in no group; of any other, those known before count.
            if (error instanceof CodedError && error.code === 'not-found') this.#groups.delete(user);
            else {
              faults.push(error);
              if (!this.#groups.has(user)) unknown.add(user);
            }
          });
        }),
      );
      if (faults.length > 0) this.#askAgain(computer, faults);
      if (JSON.stringify([...this.#groups]) !== before) for (const listener of this.#listeners) listener();
    }
    // Of whom nothing is known, not even from before, the host's sessions keep what they have.
    const told = sessions()
      .filter(({ user }) => !unknown.has(user))
      .map((session) => ({ session: session.id, limits: hostLimitsOf(this.effectiveFor(session)) }));
    if (told.length > 0) await fleet.call(computer, 'session.limit', { sessions: told });
  }

  #askAgain(computer: string, faults: readonly unknown[]): void {
    const { clock, fleet, log } = this.#parts;
    log.warn(
      { err: faults[0], computer, people: faults.length },
      'Groups of people could not be asked; those known before count.',
    );
    if (this.#askingAgain.has(computer) || this.#undo.disposed) return;
    const appointment = clock.after(askAgainMs, () => {
      this.#askingAgain.delete(computer);
      // One that is away is asked when it comes again.
      if (fleet.isReachable(computer)) this.#tellAll(computer).catch((error: unknown) => this.#untold(computer, error));
    });
    this.#askingAgain.set(computer, appointment);
  }

  #untold(computer: string, error: unknown): void {
    // Told again with the next change, or when the computer comes again.
    this.#parts.log.error({ err: error, computer }, 'A computer could not be told the limits of its sessions.');
  }

  #sessionChanged({ id, state, station }: Session): void {
    if (state === 'ended') {
      if (this.#stations.delete(id)) this.#forget(id);
      return;
    }
    if (station === null || this.#stations.get(id) === station) return;
    const moved = this.#stations.has(id);
    this.#stations.set(id, station);
    ifRoom(
      () =>
        this.#parts.store.run(
          'INSERT INTO lastStations (session, station) VALUES (?, ?) ON CONFLICT DO UPDATE SET station = excluded.station',
          id,
          station,
        ),
      // It is only noted here; after a restart of the gateway the session is at no station.
      () => {},
    );
    // Whoever signed in there brought the limits along; who was moved did not.
    if (moved && this.#rules.some(({ scope }) => scope === 'station')) this.#changed();
  }

  #stationRemoved(id: string): void {
    if (!this.#rules.some(({ scope, of }) => scope === 'station' && of === id)) return;
    ifRoom(
      () => this.#parts.store.run("DELETE FROM limitRules WHERE scope = 'station' AND of = ?", id),
      () => {},
    );
    this.#rules = this.#rules.filter(({ scope, of }) => scope !== 'station' || of !== id);
    this.#changed();
  }

  #forget(session: string): void {
    ifRoom(
      () => this.#parts.store.run('DELETE FROM lastStations WHERE session = ?', session),
      () => {},
    );
  }

  #forgetOthers(): void {
    for (const id of goneSessions(this.#parts.fleet, this.#stations.keys())) {
      this.#stations.delete(id);
      this.#forget(id);
    }
  }
}

function inOrder(a: LimitRule, b: LimitRule): number {
  return a.scope === b.scope ? a.of.localeCompare(b.of, 'en') : a.scope.localeCompare(b.scope, 'en');
}

/** Without what is undefined, and without null unless it is to be kept. */
function definedOf(values: LimitChange, withNull: true): LimitChange;
function definedOf(values: LimitChange): Partial<LimitValues>;
function definedOf(values: LimitChange, withNull = false): LimitChange {
  return Object.fromEntries(
    limitNames.flatMap((name) => {
      const value = values[name];
      return value === undefined || (value === null && !withNull) ? [] : [[name, value]];
    }),
  );
}
