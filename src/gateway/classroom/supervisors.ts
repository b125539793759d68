// Who else has the Dashboard open and sees the same people: told to each who has it open, live, and kept nowhere.
import type { LiveEvent } from '#contract/live.ts';
import type { Supervisor } from '#contract/values.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Caller } from '../callers.ts';
import type { Clock } from '../clock.ts';
import type { LiveSource } from '../live-feed.ts';
import { ownUserOf } from '../session-target.ts';
import type { Audience } from './audience.ts';

/** An open Dashboard. */
interface Open {
  caller: Caller;
  since: number;
  /** Of whom it was told last. */
  told: string;
}

export class Supervisors {
  readonly #fleet: Fleet;
  readonly #audience: Audience;
  readonly #clock: Clock;
  readonly #open = new Set<Open>();
  readonly #listeners = new Set<Parameters<LiveSource['onChange']>[0]>();
  readonly #undo = new DisposableStack();

  constructor(fleet: Fleet, audience: Audience, clock: Clock) {
    this.#fleet = fleet;
    this.#audience = audience;
    this.#clock = clock;
  }

  start(): void {
    this.#undo.defer(this.#fleet.onSession(() => this.#look()));
    this.#undo.defer(this.#audience.onChange(() => this.#look()));
  }

  stop(): void {
    this.#undo.dispose();
  }

  /** Somebody opens the Dashboard; gives what says that it is closed. */
  came(caller: Caller): () => void {
    const open: Open = { caller, since: this.#clock.nowMs(), told: '[]' };
    this.#open.add(open);
    this.#look(open);
    return () => {
      this.#open.delete(open);
      this.#look();
    };
  }

  readonly live: LiveSource = {
    known: (caller) => {
      const open = [...this.#open].find((one) => one.caller === caller);
      if (open === undefined) return [];
      const supervisors = this.#beside(caller);
      open.told = JSON.stringify(supervisors);
      // Also that nobody is there: it is asked again where what one sees is another.
      return [{ event: 'supervisors.changed', supervisors }];
    },
    onChange: (listener) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
  };

  /** Tells all but `newcomer`, who is told with everything else, what is another for them now. */
  #look(newcomer?: Open): void {
    for (const open of this.#open) {
      if (open === newcomer) continue;
      const supervisors = this.#beside(open.caller);
      const told = JSON.stringify(supervisors);
      if (told === open.told) continue;
      open.told = told;
      const event: LiveEvent = { event: 'supervisors.changed', supervisors };
      for (const listener of this.#listeners) listener(event, (caller) => caller === open.caller);
    }
  }

  /** The others who see any of the people that `caller` sees; each person once, since they first came. */
  #beside(caller: Caller): Supervisor[] {
    const found = new Map<string, Supervisor>();
    for (const { caller: other, since } of this.#open) {
      const user = ownUserOf(other);
      if (user === null || user === ownUserOf(caller) || found.has(user) || !this.#shareAnybody(caller, other)) continue;
      found.set(user, { user, fullName: other.principal?.fullName ?? '', since });
    }
    return [...found.values()];
  }

  #shareAnybody(a: Caller, b: Caller): boolean {
    if (this.#audience.scopeOf(a) === null && this.#audience.scopeOf(b) === null) return true;
    const own = new Set([ownUserOf(a), ownUserOf(b)]);
    return this.#fleet
      .sessions()
      .some((session) => !own.has(session.user) && this.#audience.seesNow(a, session) && this.#audience.seesNow(b, session));
  }
}
