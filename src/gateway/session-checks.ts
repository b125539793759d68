// What saving would do to the programs of the running sessions, asked of the computers again and again while somebody watches.
import type { Fleet } from '#fleet/fleet.ts';
import type { Session, SessionCheck } from '#model/session.ts';
import type { Log } from './log.ts';

const everyMs = 15_000;
/** After a session changed: its programs come or go with it, and many may change at once. */
const soonMs = 1000;

export interface KnownChecks {
  computer: string;
  checks: SessionCheck[];
}

export class SessionChecks {
  readonly #fleet: Fleet;
  readonly #log: Log;
  readonly #told: (known: KnownChecks) => void;
  readonly #known = new Map<string, SessionCheck[]>();
  /** The computers that are being asked; true: once more when they have answered. */
  readonly #asking = new Map<string, boolean>();
  #every: NodeJS.Timeout | null = null;
  #soon: NodeJS.Timeout | null = null;

  /** `told` hears of what changed, while it is watched. */
  constructor(fleet: Fleet, log: Log, told: (known: KnownChecks) => void) {
    this.#fleet = fleet;
    this.#log = log;
    this.#told = told;
  }

  /** What was answered last, of sessions that are still there. */
  known(): KnownChecks[] {
    return [...this.#known].map(([computer, checks]) => ({
      computer,
      checks: checks.filter(({ session }) => this.#fleet.session(session) !== null),
    }));
  }

  watch(): void {
    if (this.#every !== null) return;
    this.#every = setInterval(() => this.#askAll(), everyMs);
    this.#askAll();
  }

  unwatch(): void {
    if (this.#every !== null) clearInterval(this.#every);
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#every = null;
    this.#soon = null;
  }

  sessionChanged(session: Session, before: Session | null): void {
    if (session.state !== before?.state) this.#askSoon();
  }

  reachableChanged(computer: string, reachable: boolean): void {
    if (!reachable) this.#known.delete(computer);
    else if (this.#every !== null) this.#ask(computer);
  }

  #askSoon(): void {
    if (this.#every === null || this.#soon !== null) return;
    this.#soon = setTimeout(() => {
      this.#soon = null;
      this.#askAll();
    }, soonMs);
  }

  #askAll(): void {
    for (const { name, reachable } of this.#fleet.computers()) if (reachable) this.#ask(name);
  }

  #ask(computer: string): void {
    if (this.#asking.has(computer)) {
      this.#asking.set(computer, true);
      return;
    }
    this.#asking.set(computer, false);
    this.#fleet
      .call(computer, 'session.check', {})
      .then(
        ({ checks }) => this.#answered(computer, checks),
        (error: unknown) => this.#log.debug({ err: error, computer }, 'What saving would do could not be asked.'),
      )
      .finally(() => {
        const again = this.#asking.get(computer) === true;
        this.#asking.delete(computer);
        if (again) this.#askSoon();
      });
  }

  #answered(computer: string, checks: SessionCheck[]): void {
    const before = this.#known.get(computer);
    this.#known.set(computer, checks);
    if (this.#every === null || JSON.stringify(before) === JSON.stringify(checks)) return;
    this.#told({ computer, checks });
  }
}
