// The contract's values that the page needs at run time. The contract itself brings its checker (zod), four times the size of
// this page; the compiler and a test hold these equal to it.
import type * as contract from '#contract/station-page.ts';
import { shownSize } from './orientation.ts';

export const closeCodes: typeof contract.closeCodes = {
  restarting: 4000,
  badMessage: 4001,
  refused: 4002,
  replaced: 4003,
  sessionLeft: 4004,
  removed: 4005,
  desktopGone: 4006,
  tooMany: 4007,
  controlEnded: 4008,
};

export const ticketProtocolPrefix: typeof contract.ticketProtocolPrefix = 'ticket.';

/** What the page signs to prove that it is the station. */
export const stationProofText: typeof contract.stationProofText = (origin, nonce) => `stationmaster station ${origin} ${nonce}`;

/** Address of one of the gateway's WebSockets. */
export function socketAddress(path: 'station' | 'pixels'): string {
  return `${location.protocol === 'http:' ? 'ws' : 'wss'}://${location.host}/api/v1/${path}`;
}

/** The page as the desktop shall fill it. */
export function windowSize(): { widthPx: number; heightPx: number } {
  const within = (side: number): number => Math.min(16384, Math.max(1, Math.floor(side)));
  const { width, height } = shownSize();
  return { widthPx: within(width), heightPx: within(height) };
}
