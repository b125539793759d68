// How long to wait before the next attempt: soon at first, then longer, never all stations at the same moment.

const firstMs = 100;
/** A gateway that is back finds all its stations within this time and one handshake. */
const longestMs = 1000;
const slowFirstMs = 2000;
const slowLongestMs = 15_000;

export class BackOff {
  #failures = 0;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds until the next attempt. `slowly`: the other side asked for patience. */
  next(slowly = false): number {
    const [first, longest] = slowly ? [slowFirstMs, slowLongestMs] : [firstMs, longestMs];
    const upTo = Math.min(longest, first * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    return upTo * (0.5 + 0.5 * this.#random());
  }

  /** It worked: begin anew. */
  reset(): void {
    this.#failures = 0;
  }
}
