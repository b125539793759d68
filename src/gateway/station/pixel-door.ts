// Where pixel connections come in: a valid ticket joins the page to its session's X server; the moment the session leaves
// the station, the gateway cuts the connection.
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { closeCodes } from '#contract/wire.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Session } from '#model/session.ts';
import type { Covers } from '../classroom/covers.ts';
import type { Log } from '../log.ts';
import { relayPixels } from '../pixel-relay.ts';
import type { TicketFor, Tickets } from './tickets.ts';

type StationTicket = Extract<TicketFor, { for: 'station' }>;

interface Open {
  good: StationTicket;
  close(code: number, reason: string): void;
}

export type CloseName = keyof typeof closeCodes;

export interface PixelGuests {
  /** Takes a page that came with a ticket for this control; closes it where that is no more. */
  enter: (page: WebSocket, pageSocket: Duplex, control: string) => void;
}

export class PixelDoor {
  readonly #fleet: Fleet;
  readonly #tickets: Tickets;
  readonly #covers: Pick<Covers, 'of'>;
  readonly #input: (session: string) => void;
  readonly #guests: PixelGuests;
  readonly #log: Log;
  readonly #open = new Map<string, Open>();

  /** `input` hears of every key and pointer message for a session; `guests` takes those who do not come from a station. */
  constructor(
    fleet: Fleet,
    tickets: Tickets,
    covers: Pick<Covers, 'of'>,
    input: (session: string) => void,
    guests: PixelGuests,
    log: Log,
  ) {
    this.#fleet = fleet;
    this.#tickets = tickets;
    this.#covers = covers;
    this.#input = input;
    this.#guests = guests;
    this.#log = log;
  }

  /** Takes a page that came with this ticket over `pageSocket`; closes it with `refused` where the ticket is not good now. */
  enter(page: WebSocket, pageSocket: Duplex, ticket: string): void {
    const redeemed = this.#tickets.redeem(ticket);
    if (redeemed?.for === 'control') {
      this.#guests.enter(page, pageSocket, redeemed.control);
      return;
    }
    const good = redeemed;
    const session = good === null ? null : this.#fleet.session(good.session);
    if (good === null || session === null || !isHere(session, good) || this.#covers.of(session) !== null) {
      page.close(closeCodes.refused, 'refused');
      return;
    }
    this.closeStation(good.station, 'replaced');
    const relay = relayPixels(page, pageSocket, this.#fleet.pixelPath(session), { input: () => this.#input(session.id) });
    const open: Open = { good, close: (code, reason) => relay.close(code, reason) };
    this.#open.set(good.station, open);
    void relay.closed.then((end) => {
      if (this.#open.get(good.station) === open) this.#open.delete(good.station);
      this.#log.debug({ session: good.session, station: good.station, ...end }, 'A pixel relay ended.');
    });
  }

  /** Cuts the pixels of a station, and makes its ticket worthless. */
  closeStation(station: string, why: CloseName): void {
    this.#tickets.revokeStation(station);
    const open = this.#open.get(station);
    if (open === undefined) return;
    this.#open.delete(station);
    open.close(closeCodes[why], why);
  }

  /** Cuts what shows a session that is no longer at that station, or is covered. */
  sessionChanged(session: Session): void {
    if (session.station !== null && this.#covers.of(session) !== null) this.#tickets.revokeStation(session.station);
    for (const { good } of this.#open.values()) {
      if (good.session === session.id && (!isHere(session, good) || this.#covers.of(session) !== null))
        this.closeStation(good.station, 'sessionLeft');
    }
  }

  closeAll(why: CloseName): void {
    for (const station of this.#open.keys()) this.closeStation(station, why);
  }
}

function isHere(session: Session, good: StationTicket): boolean {
  return session.state === 'active' && session.station === good.station && session.attachment === good.attachment;
}
