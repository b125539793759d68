// Waiting for what a test cannot get an event for: looks again until it is there or the deadline has passed.
import { setTimeout as pause } from 'node:timers/promises';

const betweenMs = 50;

/** Fulfilled with the first result of `look` that is neither null nor undefined; rejects after `withinMs`, naming `what`. */
export async function eventually<T>(what: string, withinMs: number, look: () => Promise<T | null | undefined>): Promise<T> {
  const deadline = performance.now() + withinMs;
  let failure: unknown;
  do {
    try {
      const found = await look();
      if (found !== null && found !== undefined) return found;
    } catch (error) {
      failure = error;
    }
    await pause(betweenMs);
  } while (performance.now() < deadline);
  throw new Error(`not within ${withinMs} ms: ${what}`, { cause: failure });
}
