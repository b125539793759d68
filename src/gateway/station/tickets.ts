// Single-use tickets for pixel connections: 256 random bits, of which only the hash is kept, in memory, for 20 seconds.
import type { Clock } from '../clock.ts';
import { hashOf, newSecret } from '../secret.ts';

/** What a ticket is good for: the desktop that a station shows, or one that is looked at and used beside it. */
export type TicketFor =
  | { for: 'station'; station: string; session: string; attachment: number; user: string }
  | { for: 'control'; control: string };

/** Whoever has a ticket has one. */
const holderOf = (good: TicketFor): string => (good.for === 'station' ? `station ${good.station}` : `control ${good.control}`);

/** In milliseconds. */
export const ticketLifeMs = 20_000;

export class Tickets {
  readonly #clock: Clock;
  readonly #byHash = new Map<string, TicketFor & { until: number }>();
  readonly #hashOfHolder = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new ticket; the earlier one of the same station no longer works. */
  issue(good: TicketFor): string {
    this.#revoke(holderOf(good));
    const ticket = newSecret();
    const hash = hashOf(ticket);
    this.#byHash.set(hash, { ...good, until: this.#clock.monotonicMs() + ticketLifeMs });
    this.#hashOfHolder.set(holderOf(good), hash);
    return ticket;
  }

  /** What the ticket is good for, or null; either way it has now been used. */
  redeem(ticket: string): TicketFor | null {
    const hash = hashOf(ticket);
    const found = this.#byHash.get(hash);
    if (found === undefined) return null;
    this.#revoke(holderOf(found));
    if (this.#clock.monotonicMs() >= found.until) return null;
    const { until: _, ...good } = found;
    return good;
  }

  /** Makes what a station has worthless. */
  revokeStation(station: string): void {
    this.#revoke(`station ${station}`);
  }

  revokeControl(control: string): void {
    this.#revoke(`control ${control}`);
  }

  #revoke(holder: string): void {
    const hash = this.#hashOfHolder.get(holder);
    if (hash === undefined) return;
    this.#hashOfHolder.delete(holder);
    this.#byHash.delete(hash);
  }
}
