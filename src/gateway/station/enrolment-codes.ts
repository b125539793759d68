// Codes with which browsers become stations: one code for many, for a stated time, only its hash kept.
import { CodedError } from '#contract/errors.ts';
import type { Clock } from '../clock.ts';
import { hashOf, newCode, plainCode } from '../secret.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';

const longestMs = 1440 * 60_000;

export class EnrolmentCodes {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Until when they hold, monotonic. */
  readonly #until = new Map<string, number>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  start(): void {
    const leftOf = (expiresAt: number): number => Math.min(expiresAt - this.#clock.nowMs(), longestMs);
    for (const { hash, expiresAt } of this.#store.all<{ hash: string; expiresAt: number }>(
      'SELECT hash, expiresAt FROM enrolmentCodes',
    )) {
      this.#until.set(hash, this.#clock.monotonicMs() + leftOf(expiresAt));
    }
    this.#dropOld();
  }

  /** A new code. Throws `store-full`. `record` writes in the same transaction. */
  make(minutes: number, record: () => void): { code: string; expiresAt: number } {
    this.#dropOld();
    const code = newCode(2);
    const hash = hashOf(plainCode(code));
    const expiresAt = this.#clock.nowMs() + minutes * 60_000;
    this.#store.transaction(() => {
      this.#store.run('INSERT INTO enrolmentCodes (hash, expiresAt) VALUES (?, ?)', hash, expiresAt);
      record();
    });
    this.#until.set(hash, this.#clock.monotonicMs() + minutes * 60_000);
    return { code, expiresAt };
  }

  /** Throws `code-wrong`. */
  check(typed: string): void {
    const until = this.#until.get(hashOf(plainCode(typed)));
    if (until === undefined || this.#clock.monotonicMs() >= until) throw new CodedError('code-wrong');
  }

  #dropOld(): void {
    for (const [hash, until] of this.#until) {
      if (this.#clock.monotonicMs() < until) continue;
      this.#until.delete(hash);
      ifRoom(
        () => this.#store.run('DELETE FROM enrolmentCodes WHERE hash = ?', hash),
        () => {},
      );
    }
  }
}
