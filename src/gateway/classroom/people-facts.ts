// What the computer says of the people whose sessions there are, their level and Linux groups: asked once in a while, known in between.
import type { Fleet } from '#fleet/fleet.ts';
import type { Level } from '#model/account.ts';
import type { Session } from '#model/session.ts';
import type { Clock } from '../clock.ts';

export interface PersonFacts {
  level: Level;
  groups: readonly string[];
  /** Those of the groups that may be classes. */
  classes: readonly string[];
}

interface Person {
  asked: Promise<PersonFacts>;
  at: number;
  /** The last answer; null: none yet. */
  known: PersonFacts | null;
}

/** A level or group that was taken away counts no longer than this. */
const factsHoldMs = 30_000;

export class PeopleFacts {
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  readonly #people = new Map<string, Person>();
  readonly #listeners = new Set<() => void>();

  constructor(fleet: Fleet, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  /** Rejects while they cannot be looked up. */
  of(session: Pick<Session, 'computer' | 'user'>): Promise<PersonFacts> {
    const key = keyOf(session);
    const before = this.#people.get(key);
    if (before !== undefined && this.#clock.monotonicMs() - before.at < factsHoldMs) return before.asked;
    this.#forgetOthers();
    const asked = this.#lookUp(session);
    const person: Person = { asked, at: this.#clock.monotonicMs(), known: before?.known ?? null };
    this.#people.set(key, person);
    asked.then(
      (facts) => {
        if (this.#people.get(key) !== person) return;
        const isNew = JSON.stringify(facts) !== JSON.stringify(person.known);
        person.known = facts;
        if (isNew) for (const listener of this.#listeners) listener();
      },
      () => {
        // Asked again the next time.
        person.at = -factsHoldMs;
      },
    );
    return asked;
  }

  /** What was last known, without waiting; null: nothing yet. Listeners hear when there is something else to know. */
  known(session: Pick<Session, 'computer' | 'user'>): PersonFacts | null {
    // Whoever waits for it says what is wrong.
    this.of(session).catch(() => {});
    return this.#people.get(keyOf(session))?.known ?? null;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #forgetOthers(): void {
    const there = new Set(this.#fleet.sessions().map(keyOf));
    for (const key of this.#people.keys()) if (!there.has(key)) this.#people.delete(key);
  }

  async #lookUp({ computer, user }: Pick<Session, 'computer' | 'user'>): Promise<PersonFacts> {
    const [{ level }, { groups, classes }] = await Promise.all([
      this.#fleet.call(computer, 'account.describe', { user }),
      this.#fleet.call(computer, 'account.groups', { user }),
    ]);
    return { level, groups, classes };
  }
}

function keyOf({ computer, user }: Pick<Session, 'computer' | 'user'>): string {
  return JSON.stringify([computer, user]);
}
