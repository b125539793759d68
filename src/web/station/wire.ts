// What the station page and the gateway agree on beside the pixels: the text that is signed, and the page's size.
import type * as contract from '#contract/station-page.ts';
import { shownSize } from './orientation.ts';

/** What the page signs to prove that it is the station; the contract's own brings zod, and a test holds this equal to it. */
export const stationProofText: typeof contract.stationProofText = (origin, nonce) => `stationmaster station ${origin} ${nonce}`;

/** The page as the desktop shall fill it. */
export function windowSize(): { widthPx: number; heightPx: number } {
  const within = (side: number): number => Math.min(16384, Math.max(1, Math.floor(side)));
  const { width, height } = shownSize();
  return { widthPx: within(width), heightPx: within(height) };
}
