// Raised hands: kept in the store, down when their person leaves the station, told to the Dashboards and to the station.
import { CodedError } from '#contract/errors.ts';
import type { LiveEvent } from '#contract/live.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { mostRaises, mostRaisesInMs } from '#model/raised-hand.ts';
import type { RaisedHand } from '#model/raised-hand.ts';
import { holdsStation } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Clock } from '../clock.ts';
import { goneSessions } from '../gone-sessions.ts';
import type { LiveSource } from '../live-feed.ts';
import type { RoomSettings } from '../room-settings.ts';
import type { Store } from '../store.ts';
import type { Audience } from './audience.ts';

/** `session`: whose hand, null for everybody's; `by`: who took it down, empty for the administrator, null if nobody else did. */
type Listener = (session: string | null, by: string | null) => void;

export class Hands {
  readonly #fleet: Fleet;
  readonly #store: Store;
  readonly #audience: Audience;
  readonly #settings: RoomSettings;
  readonly #clock: Clock;
  /** When each was raised, by session, in that order. */
  readonly #raisedAt = new Map<string, number>();
  readonly #takenDownBy = new Map<string, string>();
  /** When each person raised one of late, in monotonic time. */
  readonly #raises = new Map<string, number[]>();
  readonly #listeners = new Set<Listener>();
  readonly #undo = new DisposableStack();

  constructor(parts: { fleet: Fleet; store: Store; audience: Audience; settings: RoomSettings; clock: Clock }) {
    this.#fleet = parts.fleet;
    this.#store = parts.store;
    this.#audience = parts.audience;
    this.#settings = parts.settings;
    this.#clock = parts.clock;
  }

  start(): void {
    const kept = this.#store.all<{ session: string; at: number }>('SELECT session, at FROM raisedHands ORDER BY at, session');
    for (const { session, at } of kept) this.#raisedAt.set(session, at);
    this.#undo.defer(
      this.#fleet.onSession((session, before) => {
        if (session.state === 'ended') this.#takenDownBy.delete(session.id);
        if (!this.#raisedAt.has(session.id)) return;
        if (!holdsStation(session)) this.#remove(session.id, null);
        else if (before?.station !== session.station) this.#tell(session.id, null);
      }),
    );
    this.#undo.defer(
      this.#fleet.onReachable((_computer, reachable) => {
        if (reachable) this.#forgetOthers();
      }),
    );
    this.#undo.defer(this.#audience.onChange(() => this.#tell(null, null)));
    this.#undo.defer(this.#settings.onChange(() => this.#tell(null, null)));
  }

  stop(): void {
    this.#undo.dispose();
  }

  /** Whether the hand of a session is up; null: there is nobody for whom this person could raise one, as far as it is known now. */
  isUp(session: Session): boolean | null {
    return this.#audience.hasNow(session) ? this.#raisedAt.has(session.id) : null;
  }

  list(): RaisedHand[] {
    return [...this.#raisedAt].flatMap(([id, at]) => {
      const session = this.#fleet.session(id);
      if (session === null || session.station === null || !this.#audience.hasNow(session)) return [];
      const { user, fullName, station } = session;
      return [{ session: id, user, fullName, station, at }];
    });
  }

  /** The person raises it. Throws `not-possible-now`, `too-many-requests`, `store-full`; then nothing has changed. */
  raise(session: Session, record: () => void): void {
    if (this.isUp(session) === null) throw new CodedError('not-possible-now');
    if (this.#raisedAt.has(session.id)) return;
    const raises = this.#raisesOf(session.user);
    if (raises.length >= mostRaises) throw new CodedError('too-many-requests');
    const at = this.#clock.nowMs();
    this.#store.transaction(() => {
      this.#store.run('INSERT OR REPLACE INTO raisedHands (session, at) VALUES (?, ?)', session.id, at);
      record();
    });
    this.#raises.set(session.user, [...raises, this.#clock.monotonicMs()]);
    this.#raisedAt.set(session.id, at);
    this.#takenDownBy.delete(session.id);
    this.#tell(session.id, null);
  }

  /** The person takes it down, together with what `record` writes. */
  lower(session: Session, record: () => void): void {
    if (!this.#raisedAt.has(session.id)) return;
    record();
    this.#remove(session.id, null);
  }

  /** Somebody else takes it down. Throws `hand-down` where it is. */
  takeDown(session: Session, by: string): void {
    if (!this.#raisedAt.has(session.id)) {
      const before = this.#takenDownBy.get(session.id);
      throw new CodedError('hand-down', before === undefined ? {} : { by: before });
    }
    this.#takenDownBy.set(session.id, by);
    this.#remove(session.id, by);
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly live: LiveSource = {
    known: () => (this.#raisedAt.size === 0 ? [] : [this.#told()]),
    onChange: (listener) => this.onChange(() => listener(this.#told())),
  };

  #told(): LiveEvent {
    return { event: 'hands.changed', hands: this.list() };
  }

  #tell(session: string | null, by: string | null): void {
    for (const listener of this.#listeners) listener(session, by);
  }

  #raisesOf(user: string): number[] {
    const since = this.#clock.monotonicMs() - mostRaisesInMs;
    for (const [person, raises] of this.#raises) {
      const late = raises.filter((at) => at > since);
      if (late.length === 0) this.#raises.delete(person);
      else this.#raises.set(person, late);
    }
    return this.#raises.get(user) ?? [];
  }

  #remove(session: string, by: string | null): void {
    this.#store.run('DELETE FROM raisedHands WHERE session = ?', session);
    this.#raisedAt.delete(session);
    this.#tell(session, by);
  }

  /** Who left while nobody here could hear of it. */
  #forgetOthers(): void {
    for (const id of goneSessions(this.#fleet, this.#raisedAt.keys(), holdsStation)) this.#remove(id, null);
    this.#tell(null, null);
  }
}
