// What was refused to tokens, and to Dashboard users outside of their scope, for the audit: the first time at once, then counted, so
// that a program in a loop does not fill it.
import type { ErrorCode } from '#contract/errors.ts';
import type { Action } from '#model/permissions.ts';
import type { Audit, Deed } from '../audit.ts';
import type { Caller } from '../callers.ts';
import type { Clock } from '../clock.ts';
import { networkOf } from '../web-security.ts';

/** Within this one entry stands for all refusals of a token for the same reason. */
const onceInMs = 10 * 60_000;
/** Beyond, those who are told apart by nothing but their address count as one. */
const mostApart = 1000;

interface Counted {
  since: number;
  /** Refusals that no entry tells of yet. */
  more: number;
  deed: Omit<Deed, 'details'>;
  rights: Set<Action>;
}

export class Refusals {
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #counted = new Map<string, Counted>();

  constructor(audit: Audit, clock: Clock) {
    this.#audit = audit;
    this.#clock = clock;
  }

  /** `token`: its name; empty for one that nobody knows. `right`: what it was wanted for, where that is known. */
  note(token: string, address: string, outcome: ErrorCode, right: Action | null): void {
    const apart = token === '' ? `from ${this.#counted.size < mostApart ? networkOf(address) : ''}` : `token ${token}`;
    this.#count(`${apart} ${outcome}`, { actor: token, action: 'token.refuse', target: token, address, outcome }, right);
  }

  /** `target`: whose session, or which station, it was wanted for. */
  noteOutside({ principal, address }: Pick<Caller, 'principal' | 'address'>, target: string, right: Action): void {
    const actor = principal?.name ?? '';
    const deed = { actor, action: 'scope.refuse', target, address, outcome: 'not-allowed' } as const;
    this.#count(`outside ${principal?.by ?? ''} ${actor} ${target}`, deed, right);
  }

  #count(key: string, deed: Omit<Deed, 'details'>, right: Action | null): void {
    const known = this.#counted.get(key);
    if (known !== undefined && this.#clock.monotonicMs() - known.since < onceInMs) {
      known.more += 1;
      if (right !== null) known.rights.add(right);
      return;
    }
    if (known !== undefined) this.#tellMore(known);
    this.#counted.set(key, { since: this.#clock.monotonicMs(), more: 0, deed, rights: new Set() });
    this.#audit.note({ ...deed, details: right === null ? {} : { right } });
  }

  /** Writes what was only counted and whose time is over; with `all`, everything. */
  sweep(all = false): void {
    for (const [key, counted] of this.#counted) {
      if (!all && this.#clock.monotonicMs() - counted.since < onceInMs) continue;
      this.#tellMore(counted);
      this.#counted.delete(key);
    }
  }

  #tellMore({ more, deed, rights }: Counted): void {
    if (more === 0) return;
    const names = rights.size === 0 ? {} : { right: [...rights].toSorted().join(', ') };
    this.#audit.note({ ...deed, details: { more, ...names } });
  }
}
