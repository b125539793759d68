// Whoever looks at somebody's screen leaves a trace: one entry of the audit when the look begins, one when it is over.
import type { Session } from '#model/session.ts';
import type { Audit, Deed } from '../audit.ts';
import type { Caller } from '../callers.ts';
import type { Clock } from '../clock.ts';

/** One request for a picture; several, one after the other, are one look. */
export interface Look extends Disposable {
  /** To be called before anything is shown. Throws `store-full`: nobody is looked at unseen. */
  seen(): void;
}

interface Going {
  deed: Omit<Deed, 'action' | 'outcome'>;
  /** Null: nothing was shown yet. */
  begunMs: number | null;
  requests: number;
  end: NodeJS.Timeout | null;
}

/** Without a request for so long the look is over. */
const usualGapMs = 10_000;

export class Looks {
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #gapMs: number;
  readonly #going = new Map<string, Going>();

  constructor(audit: Audit, clock: Clock, gapMs = usualGapMs) {
    this.#audit = audit;
    this.#clock = clock;
    this.#gapMs = gapMs;
  }

  stop(): void {
    for (const key of this.#going.keys()) this.#end(key);
  }

  enter({ principal, address }: Caller, session: Session): Look {
    const actor = principal?.name ?? '';
    const key = JSON.stringify([principal?.by, actor, address, session.id]);
    const deed = { actor, target: session.user, address, details: { session: session.id } };
    const going = this.#going.get(key) ?? { deed, begunMs: null, requests: 0, end: null };
    this.#going.set(key, going);
    going.requests += 1;
    if (going.end !== null) clearTimeout(going.end);
    going.end = null;
    return {
      seen: () => {
        if (going.begunMs !== null) return;
        this.#audit.record({ ...deed, action: 'session.watch', outcome: 'done' });
        going.begunMs = this.#clock.monotonicMs();
      },
      [Symbol.dispose]: () => {
        going.requests -= 1;
        if (going.requests > 0 || this.#going.get(key) !== going) return;
        if (going.begunMs === null) this.#going.delete(key);
        else going.end = setTimeout(() => this.#end(key), this.#gapMs);
      },
    };
  }

  #end(key: string): void {
    const going = this.#going.get(key);
    this.#going.delete(key);
    if (going?.end != null) clearTimeout(going.end);
    if (going?.begunMs == null) return;
    const seconds = Math.round((this.#clock.monotonicMs() - going.begunMs) / 1000);
    this.#audit.note({
      ...going.deed,
      action: 'session.watch-end',
      outcome: 'done',
      details: { ...going.deed.details, seconds },
    });
  }
}
