// The contract's values that pages with a desktop need at run time. The contract itself brings its checker (zod), four times the
// size of the station page; the compiler and a test hold these equal to it.
import type * as contract from '#contract/station-page.ts';

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

/** Address of one of the gateway's WebSockets. */
export function socketAddress(path: 'station' | 'pixels'): string {
  return `${location.protocol === 'http:' ? 'ws' : 'wss'}://${location.host}/api/v1/${path}`;
}
