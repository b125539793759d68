// A moment on a page: day and time, or how long ago it was; to the second where the pointer rests on it.
import type { ReactNode } from 'react';
import { durationText, fullTimeText, timeText, useNow } from './clock.ts';

/** `at`: milliseconds since 1970. */
export function Time({ at }: { at: number }): ReactNode {
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTimeText(at)}>
      {timeText(at)}
    </time>
  );
}

/** How long it is since `at`, milliseconds since 1970. */
export function Ago({ at }: { at: number }): ReactNode {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTimeText(at)}>
      {durationText(now - at)}
    </time>
  );
}
