// Requests that came with an Idempotency-Key: carried out once, answered as often as they are repeated; a repeat after the gateway
// was killed in the middle knows what was decided and done by then.
import { createHmac } from 'node:crypto';
import type { Outcome } from '#contract/route.ts';
import { CodedError, errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { hashOf } from './secret.ts';
import { ifRoom } from './store.ts';
import type { Store } from './store.ts';

/** A repeat after that is a new request. */
const keptMs = 24 * 3_600_000;
/** A program must not fill the store. */
const mostPerOwner = 5000;

/** One session that a request concerns, as it was when that was decided. */
export interface Target {
  session: string;
  user: string;
  attachment: number;
}

/** How far a request on several sessions has come. */
export interface Progress {
  /**
   * The sessions that it concerns: those of the first try, none where it found none, else `plan`'s. `resumed`: an earlier try was
   * interrupted. `isHeard` false: where `plan` finds none, there may be some that are not known of, and it is not decided yet.
   */
  targets(plan: () => Target[], isHeard: boolean): { targets: Target[]; resumed: boolean };
  /** What became of this one, where that is known already. */
  known(session: string): Outcome | null;
  note(outcome: Outcome): void;
}

/** Of a request without a key: it is not repeated, so nothing of it is kept. */
export const noProgress: Progress = {
  targets: (plan) => ({ targets: plan(), resumed: false }),
  known: () => null,
  note: () => {},
};

type Kept = { request: string; at: number; error: string | null; answer: string | null; planned: number };
type KeptTarget = { session: string; user: string; attachment: number; outcome: string | null };

interface Running {
  request: string;
  answer: Promise<unknown>;
}

export class KeyedRequests {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #running = new Map<string, Running>();

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Does `work`, unless this very request of this owner was made before: then gives its answer again, or rejects with its error, and
   * calls `onReplay` first. Rejects with `idempotency-key-reused` where the key belongs to another request, `too-many-requests` or
   * `store-full` where it cannot be kept; then nothing is done. What failed for a reason that passes (5xx, 429) may be tried again.
   */
  async once(
    given: { owner: string; key: string; request: unknown; onReplay: () => void },
    work: (progress: Progress) => unknown,
  ): Promise<unknown> {
    const id = hashOf(`${given.owner}\0${given.key}`);
    // With the key, which is kept nowhere: a password in the request cannot be guessed by what is kept of it.
    const request = createHmac('sha256', given.key).update(JSON.stringify(given.request)).digest('base64url');
    const running = this.#running.get(id);
    if (running !== undefined) {
      if (running.request !== request) throw new CodedError('idempotency-key-reused');
      given.onReplay();
      return await running.answer;
    }
    const kept = this.#kept(id);
    if (kept !== null) {
      if (kept.request !== request) throw new CodedError('idempotency-key-reused');
      if (kept.error !== null || kept.answer !== null) {
        given.onReplay();
        if (kept.error !== null) throw errorOf(kept.error);
        return JSON.parse(kept.answer ?? '');
      }
    } else {
      this.#begin(id, given.owner, request);
    }
    const answer = this.#carryOut(id, kept?.planned === 1, work);
    this.#running.set(id, { request, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(id);
    }
  }

  /** Removes what is too old. */
  sweep(): void {
    const limit = this.#clock.nowMs() - keptMs;
    ifRoom(
      () =>
        this.#store.transaction(() => {
          this.#store.run('DELETE FROM keyedTargets WHERE request IN (SELECT id FROM keyedRequests WHERE at < ?)', limit);
          this.#store.run('DELETE FROM keyedRequests WHERE at < ?', limit);
        }),
      () => {},
    );
  }

  #kept(id: string): Kept | null {
    const [kept = null] = this.#store.all<Kept>('SELECT request, at, error, answer, planned FROM keyedRequests WHERE id = ?', id);
    if (kept === null || this.#clock.nowMs() - kept.at < keptMs) return kept;
    this.#store.transaction(() => {
      this.#store.run('DELETE FROM keyedTargets WHERE request = ?', id);
      this.#store.run('DELETE FROM keyedRequests WHERE id = ?', id);
    });
    return null;
  }

  #begin(id: string, owner: string, request: string): void {
    this.#store.transaction(() => {
      const [{ count } = { count: 0 }] = this.#store.all<{ count: number }>(
        'SELECT count(*) AS count FROM keyedRequests WHERE owner = ?',
        owner,
      );
      if (count >= mostPerOwner) throw new CodedError('too-many-requests');
      this.#store.run(
        'INSERT INTO keyedRequests (id, owner, request, at) VALUES (?, ?, ?, ?)',
        id,
        owner,
        request,
        this.#clock.nowMs(),
      );
    });
  }

  async #carryOut(id: string, planned: boolean, work: (progress: Progress) => unknown): Promise<unknown> {
    try {
      const answer = await work(this.#progressOf(id, planned));
      this.#keep(id, null, JSON.stringify(answer));
      return answer;
    } catch (error) {
      const { code, details } = error instanceof CodedError ? error : new CodedError('internal');
      const { status } = errorCodes[code];
      if (status < 500 && status !== 429) this.#keep(id, JSON.stringify({ code, details }), null);
      throw error;
    }
  }

  /** `planned`: an earlier try decided what it concerns; nothing, where that was nothing. */
  #progressOf(id: string, planned: boolean): Progress {
    const kept = planned
      ? this.#store.all<KeptTarget>(
          'SELECT session, user, attachment, outcome FROM keyedTargets WHERE request = ? ORDER BY position',
          id,
        )
      : [];
    const outcomes = new Map(
      kept.filter(({ outcome }) => outcome !== null).map((one) => [one.session, JSON.parse(one.outcome ?? '') as Outcome]),
    );
    return {
      targets: (plan, isHeard) => {
        if (planned) {
          const targets = kept.map(({ session, user, attachment }) => ({ session, user, attachment }));
          return { targets, resumed: true };
        }
        const targets = plan();
        this.#store.transaction(() => {
          for (const [position, { session, user, attachment }] of targets.entries()) {
            this.#store.run(
              'INSERT INTO keyedTargets (request, position, session, user, attachment) VALUES (?, ?, ?, ?, ?)',
              id,
              position,
              session,
              user,
              attachment,
            );
          }
          if (isHeard || targets.length > 0) this.#store.run('UPDATE keyedRequests SET planned = 1 WHERE id = ?', id);
        });
        return { targets, resumed: false };
      },
      known: (session) => outcomes.get(session) ?? null,
      note: (outcome) => {
        ifRoom(
          () =>
            this.#store.run(
              'UPDATE keyedTargets SET outcome = ? WHERE request = ? AND session = ?',
              JSON.stringify(outcome),
              id,
              outcome.session,
            ),
          () => {},
        );
      },
    };
  }

  #keep(id: string, error: string | null, answer: string | null): void {
    ifRoom(
      () =>
        this.#store.transaction(() => {
          this.#store.run('UPDATE keyedRequests SET error = ?, answer = ? WHERE id = ?', error, answer, id);
          this.#store.run('DELETE FROM keyedTargets WHERE request = ?', id);
        }),
      () => this.#log.warn('The store is full; a request with an Idempotency-Key would be carried out again if repeated.'),
    );
  }
}

function errorOf(kept: string): CodedError {
  const { code, details } = JSON.parse(kept) as { code: ErrorCode; details: Readonly<Record<string, string | number>> };
  return new CodedError(code, details);
}
