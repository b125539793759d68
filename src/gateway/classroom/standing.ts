// Standing orders of one kind: kept in the store, decided for every session there is and every one that comes, told to the pages.
import { CodedError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Scope } from '#model/classroom.ts';
import type { Session } from '#model/session.ts';
import {
  mayConcern,
  orderFor,
  othersOrderFor,
  othersOrders,
  released,
  releasedAll,
  withOrder,
  withValue,
} from '#model/standing.ts';
import type { Concerned, Orders, ReleaseOfAll, StandingKind, StandingOrder } from '#model/standing.ts';
import { ownerOf } from '../callers.ts';
import type { Caller } from '../callers.ts';
import type { TimingClock } from '../clock.ts';
import { shownAs } from '../deeds.ts';
import type { LiveSource } from '../live-feed.ts';
import type { Log } from '../log.ts';
import type { RoomSettings } from '../room-settings.ts';
import { ownUserOf } from '../session-target.ts';
import type { Stations } from '../station/stations.ts';
import type { Store } from '../store.ts';
import type { Audience } from './audience.ts';

/** An order that holds for a session. */
export type Holding = StandingOrder & { value: string };

type Row = Pick<StandingOrder, 'id' | 'kind' | 'user' | 'value' | 'giver' | 'by' | 'at'> & { scope: string | null };

/** Whose session it is could not be looked up though the computer answers. */
const againMs = 1000;

interface StandingParts {
  kind: StandingKind;
  store: Store;
  fleet: Fleet;
  stations: Stations;
  settings: RoomSettings;
  audience: Audience;
  clock: TimingClock;
  log: Log;
}

export class Standing {
  readonly #parts: StandingParts;
  readonly #listeners = new Set<(session: Session) => void>();
  readonly #orderListeners = new Set<() => void>();
  readonly #held = new Map<string, Holding | null>();
  /** The last question about each session; the answers to older ones do not count. */
  readonly #asked = new Map<string, symbol>();
  readonly #undo = new DisposableStack();
  #again: Disposable | null = null;
  #orders: Orders = [];
  #lastId = 0;

  constructor(parts: StandingParts) {
    this.#parts = parts;
  }

  start(): void {
    const { store, kind, fleet, stations, settings } = this.#parts;
    this.#orders = store
      .all<Row>('SELECT id, kind, user, scope, value, giver, by, at FROM standingOrders WHERE kind = ? ORDER BY id', kind)
      .map(({ scope, ...order }) => ({ ...order, scope: scope === null ? null : (JSON.parse(scope) as Scope) }));
    this.#lastId = this.#orders.at(-1)?.id ?? 0;
    this.#undo.defer(
      fleet.onSession((session, before) => {
        if (session.state === 'ended') this.#forget(session.id);
        else if (before?.station !== session.station) {
          // Until it is known what holds where it is now, nothing of before counts.
          if (this.#orders.some(({ scope }) => scope !== null)) this.#held.delete(session.id);
          this.#decide(session);
        }
      }),
    );
    this.#undo.defer(
      fleet.onReachable((_computer, reachable) => {
        if (reachable) this.#decideAll();
      }),
    );
    this.#undo.defer(settings.onChange(() => this.#decideAll()));
    // A station may stand in another room now.
    this.#undo.defer(
      stations.onChange(() => {
        if (this.#orders.some(({ scope }) => scope !== null)) this.#decideAll();
      }),
    );
  }

  stop(): void {
    this.#undo.dispose();
    this.#again?.[Symbol.dispose]();
    this.#asked.clear();
  }

  /** The order that holds for a session; null: none; undefined: that is still being looked up. */
  of({ id, user }: Session): Holding | null | undefined {
    const held = this.#held.get(id);
    return held === undefined && !mayConcern(this.#orders, user) ? null : held;
  }

  list(): StandingOrder[] {
    return [...this.#orders];
  }

  /** What holds for a session is another now. */
  onChange(listener: (session: Session) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** For the Dashboard: all that is ordered. */
  readonly live: LiveSource = {
    known: () => (this.#orders.length === 0 ? [] : [this.#told()]),
    onChange: (listener) => {
      const tell = (): void => listener(this.#told());
      this.#orderListeners.add(tell);
      return () => this.#orderListeners.delete(tell);
    },
  };

  /** Orders something for one person, or for everybody that the caller has, now and later. Throws `store-full`. */
  give(caller: Caller, who: { user: string } | { scope: Scope | null }, value: string): void {
    this.#keep(withOrder(this.#orders, this.#newOrder(caller, who, value)));
  }

  /** Another value in all that the caller ordered. Throws `store-full`. */
  change(caller: Caller, value: string): void {
    this.#keep(withValue(this.#orders, ownerOf(caller), value));
  }

  /**
   * Nothing is ordered for the person of a session any more. Throws `store-full`, and unless `others` is set `ordered-by-another`, where
   * somebody else ordered something for that person as well: then nothing is done.
   */
  async release(caller: Caller, session: Session, others: boolean): Promise<void> {
    const person = await this.#concerned(session);
    if (person === null) return;
    const foreign = othersOrderFor(this.#orders, ownerOf(caller), person);
    if (foreign !== null && !others) throw new CodedError('ordered-by-another', { by: foreign.by, since: foreign.at });
    this.#keep(released(this.#orders, this.#newOrder(caller, { user: session.user }, null), person));
  }

  /**
   * Takes back what the caller ordered, and with `others` what anybody ordered for those whom the caller has. Gives what others ordered
   * and still holds. Throws `store-full`.
   */
  async releaseAll(caller: Caller, had: readonly Session[], others: boolean): Promise<StandingOrder[]> {
    const people = await Promise.all(had.map((session) => this.#concerned(session).catch(() => null)));
    const release: ReleaseOfAll = {
      exception: this.#newOrder(caller, { scope: this.#parts.audience.scopeOf(caller) }, null),
      had: people.filter((person) => person !== null),
      self: this.#parts.settings.now.allowOrchestration ? ownUserOf(caller) : null,
    };
    this.#keep(releasedAll(this.#orders, release, others));
    return others ? [] : othersOrders(this.#orders, release);
  }

  #newOrder(caller: Caller, who: { user: string } | { scope: Scope | null }, value: string | null): StandingOrder {
    const { kind, clock } = this.#parts;
    const whom = 'user' in who ? { user: who.user, scope: null } : { user: null, scope: who.scope };
    return { id: this.#lastId + 1, kind, ...whom, value, giver: ownerOf(caller), by: shownAs(caller), at: clock.nowMs() };
  }

  #told(): { event: 'standing.changed'; kind: StandingKind; orders: StandingOrder[] } {
    return { event: 'standing.changed', kind: this.#parts.kind, orders: this.list() };
  }

  #keep(orders: Orders): void {
    const { store } = this.#parts;
    const before = new Set(this.#orders);
    const after = new Map(orders.map((order) => [order.id, order]));
    const gone = this.#orders.filter(({ id }) => !after.has(id));
    const written = orders.filter((order) => !before.has(order));
    if (gone.length === 0 && written.length === 0) return;
    store.transaction(() => {
      for (const { id, kind } of gone) store.run('DELETE FROM standingOrders WHERE kind = ? AND id = ?', kind, id);
      for (const { id, kind, user, scope, value, giver, by, at } of written)
        store.run(
          'INSERT OR REPLACE INTO standingOrders (id, kind, user, scope, value, giver, by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          id,
          kind,
          user,
          scope === null ? null : JSON.stringify(scope),
          value,
          giver,
          by,
          at,
        );
    });
    this.#orders = orders;
    this.#lastId = Math.max(this.#lastId, ...after.keys());
    for (const tell of this.#orderListeners) tell();
    this.#decideAll();
  }

  #decideAll(): void {
    for (const session of this.#parts.fleet.sessions()) this.#decide(session);
  }

  #decide(session: Session): void {
    const question = Symbol(session.id);
    const isConcerned = mayConcern(this.#orders, session.user);
    if (isConcerned || this.#asked.has(session.id)) this.#asked.set(session.id, question);
    if (!isConcerned) {
      this.#set(session, null);
      return;
    }
    this.#concerned(session).then(
      (person) => {
        if (this.#asked.get(session.id) === question) this.#set(session, person === null ? null : orderFor(this.#orders, person));
      },
      (error: unknown) => {
        if (this.#asked.get(session.id) !== question) return;
        this.#parts.log.warn({ err: error, session: session.id }, 'Whom a session belongs to could not be looked up.');
        this.#again ??= this.#parts.clock.after(againMs, () => {
          this.#again = null;
          for (const one of this.#parts.fleet.sessions()) if (this.of(one) === undefined) this.#decide(one);
        });
      },
    );
  }

  /** Null: such orders are not for this person. */
  async #concerned(session: Session): Promise<Concerned | null> {
    const whereabouts = await this.#parts.audience.whereabouts(session);
    return whereabouts === null ? null : { user: session.user, ...whereabouts };
  }

  #set(session: Session, holding: Holding | null): void {
    const before = this.#held.get(session.id);
    this.#held.set(session.id, holding);
    if (before === undefined ? holding === null && !this.#asked.has(session.id) : isSame(before, holding)) return;
    for (const listener of this.#listeners) listener(session);
  }

  #forget(id: string): void {
    this.#held.delete(id);
    this.#asked.delete(id);
  }
}

function isSame(a: Holding | null, b: Holding | null): boolean {
  return a === b || (a !== null && b !== null && a.id === b.id && a.value === b.value);
}
