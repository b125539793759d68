// The time: of day for people, monotonic for durations (the time of day may be set while we run).

export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Milliseconds since some moment in this life of the program; never goes back. */
  monotonicMs(): number;
}

/** One that also calls. */
export interface TimingClock extends Clock {
  /** Calls `action` once after so many milliseconds of monotonic time, unless it is disposed of before. */
  after(delayMs: number, action: () => void): Disposable;
}

export const systemClock: TimingClock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
