// Removals of accounts as the gateway knows them: how far each is, and its end for the audit, also of one whose beginning this life of
// the gateway has not seen.
import { CodedError } from '#contract/errors.ts';
import type { AccountRemoval } from '#contract/values.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { isRemovalOver } from '#model/account.ts';
import type { Audit } from '../audit.ts';
import type { TimingClock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { PageSessions } from './page-sessions.ts';

/** Who asks how far a removal is waits so long for its end. */
const patienceMs = 20_000;
/** A computer that is there but gave no answer is asked again after that. */
const retryAfterMs = 5_000;
/** So many that are over can still be asked for. */
const mostOver = 200;

interface Known {
  now: AccountRemoval;
  over: PromiseWithResolvers<void>;
}

export class Removals {
  readonly #fleet: Fleet;
  readonly #audit: Audit;
  readonly #pageSessions: PageSessions;
  readonly #clock: TimingClock;
  readonly #log: Log;
  readonly #known = new Map<string, Known>();
  readonly #listeners = new Set<(user: string) => void>();
  /** Those whose end is being waited for. */
  readonly #followed = new Set<string>();

  constructor(fleet: Fleet, audit: Audit, pageSessions: PageSessions, clock: TimingClock, log: Log) {
    this.#fleet = fleet;
    this.#audit = audit;
    this.#pageSessions = pageSessions;
    this.#clock = clock;
    this.#log = log;
  }

  /** Asks a computer, as soon as it answers, for those of its removals whose end is not known here. Gives what stops that. */
  start(): () => void {
    return this.#fleet.onReachable((computer, reachable) => {
      if (reachable) this.#lookAt(computer).catch((error: unknown) => this.#failed(error));
    });
  }

  /** Takes note of a removal that has begun, and of its end. */
  take(computer: string, removal: AccountRemoval): void {
    if (removal.phase !== 'failed') this.#pageSessions.closeAllOf(removal.user, null);
    this.#hear(removal);
    this.#follow(computer, removal.id).catch((error: unknown) => this.#failed(error));
  }

  /** Hears of accounts that are no more. */
  onRemoved(listener: (user: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  goingOf(user: string): AccountRemoval | null {
    for (const { now } of this.#known.values()) if (now.user === user && !isRemovalOver(now)) return now;
    return null;
  }

  /** The removal, when it is over or after 20 seconds. Rejects with `not-found`. */
  async waitFor(id: string): Promise<AccountRemoval> {
    const known = this.#known.get(id);
    if (known === undefined) throw new CodedError('not-found');
    const late = Promise.withResolvers<void>();
    const limit = setTimeout(late.resolve, patienceMs);
    try {
      await Promise.race([known.over.promise, late.promise]);
    } finally {
      clearTimeout(limit);
    }
    return known.now;
  }

  /** As far as it is now. */
  async #lookAt(computer: string): Promise<void> {
    const { removals } = await this.#fleet.call(computer, 'account.removals', {});
    for (const removal of removals) this.take(computer, removal);
  }

  async #follow(computer: string, id: string): Promise<void> {
    if (this.#followed.has(id)) return;
    this.#followed.add(id);
    try {
      while (!(await this.#hasEnded(computer, id))) {
        const paused = Promise.withResolvers<void>();
        using _pause = this.#clock.after(retryAfterMs, paused.resolve);
        await paused.promise;
      }
    } catch (error) {
      if (error instanceof CodedError && error.code === 'not-found') this.#forget(id);
      throw error;
    } finally {
      this.#followed.delete(id);
    }
  }

  /** False: no answer came, though the computer is there. */
  async #hasEnded(computer: string, id: string): Promise<boolean> {
    try {
      let removal = this.#known.get(id)?.now;
      while (removal !== undefined && !isRemovalOver(removal)) {
        removal = await this.#fleet.call(computer, 'account.removal', { id });
        this.#hear(removal);
      }
      await this.#fleet.call(computer, 'account.removalNoted', { id });
      return true;
    } catch (error) {
      if ((error instanceof CodedError && error.code === 'not-found') || !this.#fleet.isReachable(computer)) throw error;
      this.#failed(error);
      return false;
    }
  }

  #hear(removal: AccountRemoval): void {
    const known = this.#known.get(removal.id) ?? { now: removal, over: Promise.withResolvers<void>() };
    const wasOver = this.#known.has(removal.id) && isRemovalOver(known.now);
    known.now = removal;
    this.#known.set(removal.id, known);
    if (wasOver || !isRemovalOver(removal)) return;
    const { user, files, by, address, error, archive, left } = removal;
    const details = { files, ...(archive === null ? {} : { archive }), ...(left === null ? {} : { left }) };
    this.#audit.note({ actor: by, action: 'account.remove', target: user, address, outcome: error?.code ?? 'done', details });
    if (error === null) for (const listener of this.#listeners) listener(user);
    known.over.resolve();
    const over = [...this.#known].filter(([, { now }]) => isRemovalOver(now));
    for (const [id] of over.slice(0, -mostOver)) this.#known.delete(id);
  }

  /** The host knows nothing of it. */
  #forget(id: string): void {
    this.#known.get(id)?.over.resolve();
    this.#known.delete(id);
  }

  /** A computer that does not answer is asked again when it does. */
  #failed(error: unknown): void {
    if (error instanceof CodedError && error.code === 'computer-unreachable') return;
    this.#log.warn({ err: error }, 'how far the removal of an account is could not be asked');
  }
}
