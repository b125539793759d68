// What both ends of the WebSockets need at run time. Without the checker (zod), which is four times the size of the station page.

/** What the page proves: the UTF-8 bytes of this text, signed with ECDSA P-256 and SHA-256. */
export function stationProofText(origin: string, nonce: string): string {
  return `stationmaster station ${origin} ${nonce}`;
}

/** WebSocket close codes of /api/v1/station, /api/v1/pixels and /api/v1/live. The page comes back by itself unless it says otherwise. */
export const closeCodes = {
  /** The gateway stops or restarts: come back. */
  restarting: 4000,
  /** A message was not of the form expected. */
  badMessage: 4001,
  /** The proof, ticket or cookie was wrong; the page must not try again by itself with the same. */
  refused: 4002,
  /** The same station was opened in another window; this page stays quiet until the person asks for it. */
  replaced: 4003,
  /** The session left this station. The station WebSocket says why. */
  sessionLeft: 4004,
  /** The station was removed by the administrator. */
  removed: 4005,
  /** The desktop's X server closed or is not there; ask for a new ticket. */
  desktopGone: 4006,
  /** Too many, too fast. */
  tooMany: 4007,
  /** Who sees or uses somebody else's desktop no longer does; the reason is one of `controlEnds`. */
  controlEnded: 4008,
} as const;

/** The pixel WebSocket is opened with these sub-protocols: `binary` and the ticket behind this prefix. It is answered with `binary`. */
export const ticketProtocolPrefix = 'ticket.';
