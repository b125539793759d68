// Which sessions people have been told that they are lost, or cannot be continued: each is told once.
import type { Fleet } from '#fleet/fleet.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';

export class ToldLosses {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Those for which the store had no room. */
  readonly #unkept = new Set<string>();

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  has(session: string): boolean {
    if (this.#unkept.has(session)) return true;
    return this.#store.all('SELECT 1 FROM toldLosses WHERE session = ?', session).length > 0;
  }

  remember(session: string): void {
    ifRoom(
      () =>
        this.#store.run(
          'INSERT INTO toldLosses (session, at) VALUES (?, ?) ON CONFLICT DO NOTHING',
          session,
          this.#clock.nowMs(),
        ),
      () => {
        this.#unkept.add(session);
        this.#log.warn({ session }, 'The store is full; that the loss of a session was told is only noted here.');
      },
    );
  }

  forget(session: string): void {
    this.#unkept.delete(session);
    ifRoom(
      () => this.#store.run('DELETE FROM toldLosses WHERE session = ?', session),
      () => {},
    );
  }

  /** Forgets the sessions that ended while nobody heard of it. Only when all sessions are known. */
  forgetOthers(fleet: Fleet): void {
    for (const { session } of this.#store.all<{ session: string }>('SELECT session FROM toldLosses')) {
      if (fleet.session(session) === null) this.forget(session);
    }
  }
}
