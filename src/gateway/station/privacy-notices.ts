// Who has accepted, and when, that the screen may be watched.
import type { Account } from '#model/account.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';

export class PrivacyNotices {
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

  hasAccepted(account: Pick<Account, 'name' | 'uid'>): boolean {
    if (this.#unkept.has(`${account.uid} ${account.name}`)) return true;
    // A uid may be given to somebody else after its account was removed.
    return this.#store.all('SELECT 1 FROM privacyNotices WHERE uid = ? AND user = ?', account.uid, account.name).length > 0;
  }

  accept(account: Account): void {
    ifRoom(
      () =>
        this.#store.run(
          'INSERT INTO privacyNotices (uid, user, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET user = excluded.user, at = excluded.at',
          account.uid,
          account.name,
          this.#clock.nowMs(),
        ),
      () => {
        this.#unkept.add(`${account.uid} ${account.name}`);
        this.#log.warn({ user: account.name }, 'The store is full; that the privacy notice was accepted is only noted here.');
      },
    );
  }
}
