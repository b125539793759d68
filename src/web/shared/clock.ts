// The time as the server has it, for countdowns and durations; and components that tick.
import { useSyncExternalStore } from 'react';
import { currentLocale, i18n } from './i18n.ts';

/** Below this the difference is the network and the header's whole seconds, not a wrong clock. */
const toleratedMs = 2500;
let aheadMs = 0;

/** Takes the `Date` header of a reply: a browser whose clock is wrong shows the right times all the same. */
export function noteServerTime(date: string | null): void {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return;
  const difference = at + 500 - Date.now();
  aheadMs = Math.abs(difference) > toleratedMs ? difference : 0;
}

/** Milliseconds since 1970 by the server's clock. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}

interface Ticker {
  subscribe: (listener: () => void) => () => void;
  now: () => number;
}

/** One timer for all who look, none while nobody does. */
function ticker(everyMs: number): Ticker {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let now = serverNow();
  return {
    subscribe(listener) {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = serverNow();
        for (const each of listeners) each();
      }, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    now() {
      if (timer === undefined) now = serverNow();
      return now;
    },
  };
}

const slow = ticker(20_000);
const quick = ticker(250);

/** The server's time, renewed every 20 seconds, or four times a second for countdowns. */
export function useNow(pace: 'slow' | 'quick' = 'slow'): number {
  const chosen = pace === 'slow' ? slow : quick;
  // A snapshot must not differ between two reads of one drawing.
  return useSyncExternalStore(chosen.subscribe, () => Math.floor(chosen.now() / 250) * 250);
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "5 minutes", "2 hours": how long a duration in milliseconds is, in its largest unit. */
export function durationText(ms: number): string {
  for (const [unit, size] of units) {
    if (ms < size) continue;
    return new Intl.NumberFormat(currentLocale(), { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(ms / size));
  }
  return i18n._('just now');
}

/** Day and time, from milliseconds since 1970. */
export function timeText(at: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** Day and time to the second, with the day of the week; from milliseconds since 1970. */
export function fullTimeText(at: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

/** The time of day, from milliseconds since 1970. */
export function hourText(at: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { timeStyle: 'short' }).format(at);
}

/** `1:05`, from milliseconds. */
export function countdownText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
