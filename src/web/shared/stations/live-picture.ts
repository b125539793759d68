// The live picture of a session for as long as somebody has it before them: asked for anew when it changes, at most once a second, and
// not while the page is hidden.
import { useEffect, useRef, useState } from 'react';
import type { PictureSize } from '#model/picture.ts';
import { ApiError, pictureOf } from '../api.ts';
import { pause } from '../pause.ts';

const everyMs = 1000;
const retryMs = 3000;
/** The server answers when there is another picture, at the latest after so long. */
const waitSeconds = 20;

/** After these nothing changes by asking again, until something else changes. */
const lasting: ReadonlySet<string> = new Set([
  'not-allowed',
  'not-signed-in',
  'monitoring-off',
  'notice-not-accepted',
  'session-not-found',
]);

export interface LivePicture {
  /** Of the newest picture; null: none yet. */
  url: string | null;
  /** Why there is none now; null: nothing is wrong. */
  fault: unknown;
}

const none: LivePicture = { url: null, fault: null };

function shown(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!document.hidden) resolve();
  else {
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve(), { once: true });
  }
  return promise;
}

/** Aborted with `signal`, and when the page is hidden. */
function whileShown(signal: AbortSignal): AbortSignal {
  const hidden = new AbortController();
  document.addEventListener('visibilitychange', () => document.hidden && hidden.abort(), {
    signal: AbortSignal.any([signal, hidden.signal]),
  });
  return AbortSignal.any([signal, hidden.signal]);
}

async function follow(
  session: string,
  size: PictureSize,
  signal: AbortSignal,
  tell: (picture: Blob | null, fault: unknown) => void,
): Promise<void> {
  let known: string | null = null;
  for (;;) {
    await shown(signal);
    if (signal.aborted) return;
    const begun = performance.now();
    const request = new AbortController();
    const ending = AbortSignal.any([signal, request.signal]);
    try {
      const next = await pictureOf(session, { size, wait: known === null ? 0 : waitSeconds }, known, whileShown(ending));
      if (next !== null) {
        known = next.tag;
        tell(next.picture, null);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError) {
        // Or the same picture would be answered with nothing new, and the fault stay on screen.
        known = null;
        tell(null, error);
        if (lasting.has(error.code)) return;
        await pause(retryMs, signal);
      }
    } finally {
      request.abort();
    }
    await pause(begun + everyMs - performance.now(), signal);
  }
}

/** `key`: where it changes, it is tried again. `wanted` false: the last picture stays as it is. */
export function useLivePicture(session: string, size: PictureSize, key: string, wanted: boolean): LivePicture {
  const [live, setLive] = useState<LivePicture>(none);
  const url = useRef<string | null>(null);
  useEffect(
    () => () => {
      if (url.current !== null) URL.revokeObjectURL(url.current);
      url.current = null;
    },
    [],
  );
  useEffect(() => {
    if (!wanted) return undefined;
    const stop = new AbortController();
    void follow(session, size, stop.signal, (picture, fault) => {
      if (picture !== null) {
        if (url.current !== null) URL.revokeObjectURL(url.current);
        url.current = URL.createObjectURL(picture);
      }
      setLive({ url: url.current, fault });
    });
    return () => stop.abort();
  }, [session, size, key, wanted]);
  return live;
}
