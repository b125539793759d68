// A clock for tests: it goes only when it is told to, and its wall clock can be set.
import type { Clock } from './clock.ts';

interface Appointment {
  dueMs: number;
  action: () => void;
}

export class FakeClock implements Clock {
  #wallMs: number;
  #runningMs: number;
  readonly #appointments = new Set<Appointment>();

  /** Both in milliseconds; the second is how long the computer has been running. */
  constructor(wallMs = 1_700_000_000_000, runningMs = 5_000_000) {
    this.#wallMs = wallMs;
    this.#runningMs = runningMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  runningMs(): number {
    return this.#runningMs;
  }

  after(delayMs: number, action: () => void): Disposable {
    const appointment = { dueMs: this.#runningMs + delayMs, action };
    this.#appointments.add(appointment);
    return { [Symbol.dispose]: () => this.#appointments.delete(appointment) };
  }

  /** How many actions are still to come. */
  get waiting(): number {
    return this.#appointments.size;
  }

  /** As if the program that waits were killed: nothing that is still to come happens. */
  forget(): void {
    this.#appointments.clear();
  }

  /** Somebody sets the computer's wall clock. */
  setWall(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  /** Lets time pass and does what becomes due, in its order. */
  pass(delayMs: number): void {
    const untilMs = this.#runningMs + delayMs;
    for (;;) {
      const next = [...this.#appointments].filter((one) => one.dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
      this.#moveTo(next?.dueMs ?? untilMs);
      if (next === undefined) return;
      this.#appointments.delete(next);
      next.action();
    }
  }

  #moveTo(runningMs: number): void {
    const passedMs = Math.max(0, runningMs - this.#runningMs);
    this.#runningMs += passedMs;
    this.#wallMs += passedMs;
  }
}
