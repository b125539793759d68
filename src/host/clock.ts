// Time, as the host's parts see it: the wall clock for what is shown and the computer's own running time for what is measured.

export interface Clock {
  /** Milliseconds since 1970, as the computer's clock says; it may jump. */
  wallMs(): number;
  /** Milliseconds since the computer started; never jumps, and goes on through a restart of the program. */
  runningMs(): number;
  /** Calls `action` once after so many milliseconds of running time, unless it is disposed of before. */
  after(delayMs: number, action: () => void): Disposable;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  runningMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
