// The live picture of a session for as long as a component shows it.
import { useCallback, useSyncExternalStore } from 'react';
import type { PictureSize } from '#model/picture.ts';
import { watchLine } from './watch-line.ts';
import type { LivePicture } from './watch-line.ts';

const nothing = (): void => {};

/** `wanted` false: it stays as it is. */
export function useLivePicture(session: string, size: PictureSize, wanted: boolean): LivePicture {
  const show = useCallback(
    (listener: () => void) => (wanted ? watchLine.show(session, size, listener) : nothing),
    [session, size, wanted],
  );
  return useSyncExternalStore(show, () => watchLine.live(session, size));
}
