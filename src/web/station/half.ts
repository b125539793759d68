// Which half of a split screen this page is. A half is a page of its own, in a frame of the page that fills the screen; they tell each
// other over messages of the same origin.
import type { Orientation } from '#model/station.ts';

export type Half = 'left' | 'right';

/** What a half tells the page around it. */
export type HalfSays =
  /** Its line to the gateway is there; which station it is. */
  | { say: 'up' }
  | { say: 'place'; station: string }
  /** How the screen hangs, as it is set for the left half. */
  | { say: 'turn'; orientation: Orientation }
  /** The keyboard came here, or is wanted by the other half. */
  | { say: 'keyboard'; where: 'here' | 'other' }
  /** The screen is whole again, or its station was removed. */
  | { say: 'over'; why: 'whole' | 'removed' };

const mark = 'stationmaster-half';

/** Null for a page that fills its window, whatever its address says. */
export function ownHalf(): Half | null {
  if (parent === window) return null;
  const half = new URLSearchParams(location.search).get('half');
  return half === 'left' || half === 'right' ? half : null;
}

/** The window that fills the screen: full screen and a new beginning concern it, not one half. */
export function screenWindow(): Window {
  return ownHalf() === null ? window : parent;
}

/** Tells the page around this half. */
export function tellScreen(said: HalfSays): void {
  parent.postMessage({ [mark]: said }, location.origin);
}

/** What a message of another window says, null if it comes from none of ours. */
export function heardFromHalf({ data, origin }: MessageEvent<unknown>): HalfSays | null {
  if (origin !== location.origin || typeof data !== 'object' || data === null || !(mark in data)) return null;
  const said: unknown = data[mark];
  return typeof said === 'object' && said !== null && 'say' in said ? (said as HalfSays) : null;
}
