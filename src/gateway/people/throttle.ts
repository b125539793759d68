// Slows the guessing of passwords down, per account, per station and per network address. An attempt counts as a failure
// before its answer is known, so that guesses at the same instant gain nothing; what is counted survives a restart.
//
// Account: 5 failures are free, then each makes the wait longer: 5 s, 10 s, 20 s … 5 min. That is some 300 guesses a day. Five minutes is also the
// longest that a pupil can keep a classmate out by guessing badly on purpose.
// Station (known by its key): 20 free, then one attempt every 15 s. It keeps one pupil at one station from using up the
// allowance of the room's address.
// Address: 300 free, refilled by one every 2 s: a whole school behind one address that mistypes on a Monday morning does
// not get there. Who signed in from this address within the last 30 days is let through even then.
import { CodedError } from '#contract/errors.ts';
import type { Clock } from '../clock.ts';
import { hashOf } from '../secret.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';
import { networkOf } from '../web-security.ts';

interface Rule {
  free: number;
  /** The wait after so many failures beyond the free ones (1, 2, …). */
  waitMs(beyond: number): number;
  /** One failure is forgotten after so long. */
  forgetMs: number;
}

const rules = {
  account: { free: 5, waitMs: (beyond: number) => Math.min(5000 * 2 ** (beyond - 1), 300_000), forgetMs: 600_000 },
  station: { free: 20, waitMs: () => 15_000, forgetMs: 15_000 },
  address: { free: 300, waitMs: () => 2000, forgetMs: 2000 },
} as const satisfies Record<string, Rule>;
type Kind = keyof typeof rules;

interface Count {
  failures: number;
  /** Monotonic: since when one after the other is forgotten. */
  since: number;
  /** Monotonic: no attempt before. */
  until: number;
}

const mostCounts = 20_000;
const knownForMs = 30 * 86_400_000;

/** An attempt that was let through; it counts as failed until it is settled otherwise. */
export interface CountedAttempt {
  /** The password was right: the account starts afresh. */
  right(): void;
  /** It was not the password that was refused, or nothing was tried: as if there had been no attempt. */
  undecided(): void;
}

export class Throttle {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #counts = new Map<string, Count>();
  readonly #known = new Set<string>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Takes up what was counted before. Waits begin anew where the clock was set back meanwhile, but are never longer than they were. */
  start(): void {
    const now = this.#clock.nowMs();
    const monotonic = this.#clock.monotonicMs();
    type Row = { key: string; failures: number; ageMs: number; waitMs: number; savedAt: number };
    for (const row of this.#store.all<Row>('SELECT key, failures, ageMs, waitMs, savedAt FROM throttle')) {
      const { key, failures, ageMs, waitMs } = row;
      const goneMs = Math.max(0, now - row.savedAt);
      this.#counts.set(key, { failures, since: monotonic - ageMs - goneMs, until: monotonic + waitMs - goneMs });
      const kind = key.slice(0, key.indexOf(':')) as Kind;
      if (this.#present(key, kind).failures === 0) this.#forget(key);
    }
    ifRoom(
      () => this.#store.run('DELETE FROM knownPlaces WHERE at < ?', now - knownForMs),
      () => {},
    );
    for (const { pair } of this.#store.all<{ pair: string }>('SELECT pair FROM knownPlaces')) this.#known.add(pair);
  }

  /** Counts an attempt; `user` null for a code that belongs to nobody. Throws `throttled` with the seconds to wait; then nothing may be tried, not even a correct password. */
  begin(who: { user: string | null; address: string; station?: string | undefined }): CountedAttempt {
    // A name may be a password typed into the wrong box: only its hash is kept.
    const account = who.user === null ? null : `account:${hashOf(who.user.toLowerCase())}`;
    const network = networkOf(who.address);
    const pair = who.user === null ? null : hashOf(`${who.user.toLowerCase()} ${network}`);
    const keys: { key: string; kind: Kind }[] = [];
    if (account !== null) keys.push({ key: account, kind: 'account' });
    if (who.station !== undefined) keys.push({ key: `station:${who.station}`, kind: 'station' });
    if (pair === null || !this.#known.has(pair)) keys.push({ key: `address:${network}`, kind: 'address' });
    const monotonic = this.#clock.monotonicMs();
    const waitMs = Math.max(...keys.map(({ key, kind }) => this.#present(key, kind).until - monotonic));
    if (waitMs > 0) throw new CodedError('throttled', { seconds: Math.ceil(waitMs / 1000) });
    for (const { key, kind } of keys) this.#add(key, kind, 1);
    let settled = false;
    const settle = (how: () => void): void => {
      if (settled) return;
      settled = true;
      for (const { key, kind } of keys) this.#add(key, kind, -1);
      how();
    };
    return {
      undecided: () => settle(() => {}),
      right: () =>
        settle(() => {
          if (account !== null) this.#forget(account);
          if (pair !== null) this.#remember(pair);
        }),
    };
  }

  #present(key: string, kind: Kind): Count {
    const monotonic = this.#clock.monotonicMs();
    const count = this.#counts.get(key);
    if (count === undefined) return { failures: 0, since: monotonic, until: 0 };
    const { forgetMs } = rules[kind];
    const forgotten = Math.floor((monotonic - count.since) / forgetMs);
    if (forgotten >= count.failures) return { failures: 0, since: monotonic, until: count.until };
    return { failures: count.failures - forgotten, since: count.since + forgotten * forgetMs, until: count.until };
  }

  #add(key: string, kind: Kind, change: 1 | -1): void {
    const count = this.#present(key, kind);
    count.failures = Math.max(0, count.failures + change);
    if (count.failures === 0) {
      this.#forget(key);
      return;
    }
    const monotonic = this.#clock.monotonicMs();
    const beyond = count.failures - rules[kind].free + 1;
    const until = beyond < 1 ? 0 : monotonic + rules[kind].waitMs(beyond);
    count.until = change > 0 ? until : Math.min(count.until, until);
    // A Map keeps the order of first insertion; setting anew moves the key to the end, so the first is the longest unused.
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > mostCounts)
      for (const oldest of this.#counts.keys()) {
        this.#forget(oldest);
        break;
      }
    ifRoom(
      () =>
        this.#store.run(
          'INSERT OR REPLACE INTO throttle (key, failures, ageMs, waitMs, savedAt) VALUES (?, ?, ?, ?, ?)',
          key,
          count.failures,
          Math.round(monotonic - count.since),
          Math.max(0, Math.round(count.until - monotonic)),
          this.#clock.nowMs(),
        ),
      () => {},
    );
  }

  #forget(key: string): void {
    this.#counts.delete(key);
    ifRoom(
      () => this.#store.run('DELETE FROM throttle WHERE key = ?', key),
      () => {},
    );
  }

  #remember(pair: string): void {
    this.#known.add(pair);
    ifRoom(
      () =>
        this.#store.run(
          'INSERT INTO knownPlaces (pair, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at',
          pair,
          this.#clock.nowMs(),
        ),
      () => {},
    );
  }
}
