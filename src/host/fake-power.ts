// Power of a computer that is not there: takes down what it was asked for.
import type { LeaveWay } from '#contract/values.ts';
import type { Power } from './power.ts';

export class FakePower implements Power {
  readonly asked: LeaveWay[] = [];
  /** What it refuses the next order with, null: it takes it. */
  refusal: Error | null = null;
  readonly #onLeave: () => void;

  /** `onLeave`: the computer would go now. */
  constructor(onLeave: () => void = () => undefined) {
    this.#onLeave = onLeave;
  }

  async leave(how: LeaveWay): Promise<void> {
    this.asked.push(how);
    if (this.refusal !== null) throw this.refusal;
    this.#onLeave();
  }
}
