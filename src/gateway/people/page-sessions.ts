// Who is signed in at the Manager or the Dashboard: a random cookie of which only the hash is kept. The level is looked up
// again every 30 seconds while it is used; whoever lost it, or the account, is out.
import { CodedError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Account, Level } from '#model/account.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { hashOf, newSecret } from '../secret.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';

export const pageCookie = '__Host-stationmaster';

const idleMs = 30 * 60_000;
const lifeMs = 12 * 3_600_000;
const levelAgeMs = 30_000;
const mostPerUser = 20;

export interface PageSession {
  readonly hash: string;
  readonly user: string;
  readonly fullName: string;
  readonly level: Level;
}

interface Kept extends PageSession {
  fullName: string;
  level: Level;
  /** Monotonic. */
  openedAt: number;
  seenAt: number;
  storedAt: number;
  levelAt: number;
  looking: Promise<void> | null;
}

export class PageSessions {
  readonly #store: Store;
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sessions = new Map<string, Kept>();
  readonly #listeners = new Set<(hash: string) => void>();

  constructor(store: Store, fleet: Fleet, clock: Clock, log: Log) {
    this.#store = store;
    this.#fleet = fleet;
    this.#clock = clock;
    this.#log = log;
  }

  start(): void {
    const now = this.#clock.nowMs();
    const monotonic = this.#clock.monotonicMs();
    type Row = { hash: string; user: string; fullName: string; level: string; createdAt: number; lastSeenAt: number };
    for (const row of this.#store.all<Row>('SELECT hash, user, fullName, level, createdAt, lastSeenAt FROM pageSessions')) {
      const seenAt = monotonic - Math.max(0, now - row.lastSeenAt);
      this.#sessions.set(row.hash, {
        hash: row.hash,
        user: row.user,
        fullName: row.fullName,
        level: row.level as Level,
        openedAt: monotonic - Math.max(0, now - row.createdAt),
        seenAt,
        storedAt: seenAt,
        levelAt: Number.NEGATIVE_INFINITY,
        looking: null,
      });
    }
    this.sweep();
  }

  /** Opens one for the account and gives the cookie's value. */
  open(account: Account): { cookie: string; session: PageSession } {
    const own = [...this.#sessions.values()].filter((session) => session.user === account.name);
    for (const oldest of own.toSorted((a, b) => a.seenAt - b.seenAt).slice(0, Math.max(0, own.length - mostPerUser + 1))) {
      this.close(oldest.hash);
    }
    const cookie = newSecret();
    const monotonic = this.#clock.monotonicMs();
    const session: Kept = {
      hash: hashOf(cookie),
      user: account.name,
      fullName: account.fullName,
      level: account.level,
      openedAt: monotonic,
      seenAt: monotonic,
      storedAt: monotonic,
      levelAt: monotonic,
      looking: null,
    };
    this.#sessions.set(session.hash, session);
    const now = this.#clock.nowMs();
    ifRoom(
      () =>
        this.#store.run(
          'INSERT INTO pageSessions (hash, user, fullName, level, createdAt, lastSeenAt) VALUES (?, ?, ?, ?, ?, ?)',
          session.hash,
          session.user,
          session.fullName,
          session.level,
          now,
          now,
        ),
      () => this.#log.warn({}, 'The store is full; this sign-in lasts only until the gateway restarts.'),
    );
    return { cookie, session };
  }

  /** The page session of a cookie, with a level not older than 30 seconds (as last known while the computer does not answer), or null. */
  async find(cookie: string): Promise<PageSession | null> {
    const session = this.#sessions.get(hashOf(cookie));
    if (session === undefined || !this.#isFresh(session)) return null;
    const monotonic = this.#clock.monotonicMs();
    session.seenAt = monotonic;
    if (monotonic - session.storedAt > 60_000) {
      session.storedAt = monotonic;
      ifRoom(
        () => this.#store.run('UPDATE pageSessions SET lastSeenAt = ? WHERE hash = ?', this.#clock.nowMs(), session.hash),
        () => {},
      );
    }
    return this.recheck(session.hash);
  }

  /** The same without counting as use; for what stays open. */
  async recheck(hash: string): Promise<PageSession | null> {
    const session = this.#sessions.get(hash);
    if (session === undefined || !this.#isFresh(session)) return null;
    if (this.#clock.monotonicMs() - session.levelAt > levelAgeMs) {
      session.looking ??= this.#lookUp(session).finally(() => {
        session.looking = null;
      });
      await session.looking;
    }
    return this.#sessions.get(hash) ?? null;
  }

  close(hash: string): void {
    if (!this.#sessions.delete(hash)) return;
    ifRoom(
      () => this.#store.run('DELETE FROM pageSessions WHERE hash = ?', hash),
      () => {},
    );
    for (const listener of this.#listeners) listener(hash);
  }

  /** Closes all of a person's, but not `except`. */
  closeAllOf(user: string, except: string | null): void {
    for (const session of this.#sessions.values()) if (session.user === user && session.hash !== except) this.close(session.hash);
  }

  onClose(listener: (hash: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Removes those whose time is over. */
  sweep(): void {
    for (const session of this.#sessions.values()) this.#isFresh(session);
  }

  #isFresh(session: Kept): boolean {
    const monotonic = this.#clock.monotonicMs();
    if (monotonic - session.seenAt < idleMs && monotonic - session.openedAt < lifeMs) return true;
    this.close(session.hash);
    return false;
  }

  /** So that it is this level that holds after a restart during which the computer does not answer. */
  #keepLevel(hash: string, level: Level): void {
    ifRoom(
      () => this.#store.run('UPDATE pageSessions SET level = ? WHERE hash = ?', level, hash),
      () => this.#log.warn({}, 'The store is full; the changed level of somebody signed in is only known until a restart.'),
    );
  }

  async #lookUp(session: Kept): Promise<void> {
    const [computer] = this.#fleet.computers();
    try {
      const account = await this.#fleet.call(computer?.name ?? '', 'account.describe', { user: session.user });
      session.levelAt = this.#clock.monotonicMs();
      if (session.level !== account.level) this.#keepLevel(session.hash, account.level);
      session.level = account.level;
      session.fullName = account.fullName;
      if (account.level === 'standard' || !account.listed) this.close(session.hash);
    } catch (error) {
      if (error instanceof CodedError && error.code === 'not-found') this.close(session.hash);
      else this.#log.warn({ err: error }, 'The level of somebody signed in at a page could not be looked up.');
    }
  }
}
