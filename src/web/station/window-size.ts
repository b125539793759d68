// The size of the station page, as the desktop shall fill it.
import { shownSize } from './orientation.ts';

export function windowSize(): { widthPx: number; heightPx: number } {
  const within = (side: number): number => Math.min(16384, Math.max(1, Math.floor(side)));
  const { width, height } = shownSize();
  return { widthPx: within(width), heightPx: within(height) };
}
