// Single-use tickets for pixel connections: 256 random bits, of which only the hash is kept, in memory, for 20 seconds.
import type { Clock } from '../clock.ts';
import { hashOf, newSecret } from '../secret.ts';

/** What a ticket is good for. */
export interface TicketFor {
  station: string;
  session: string;
  attachment: number;
  user: string;
}

const lifeMs = 20_000;

export class Tickets {
  readonly #clock: Clock;
  readonly #byHash = new Map<string, TicketFor & { until: number }>();
  readonly #hashOfStation = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new ticket; the station's earlier one no longer works. */
  issue(good: TicketFor): string {
    this.revoke(good.station);
    const ticket = newSecret();
    const hash = hashOf(ticket);
    this.#byHash.set(hash, { ...good, until: this.#clock.monotonicMs() + lifeMs });
    this.#hashOfStation.set(good.station, hash);
    return ticket;
  }

  /** What the ticket is good for, or null; either way it has now been used. */
  redeem(ticket: string): TicketFor | null {
    const hash = hashOf(ticket);
    const found = this.#byHash.get(hash);
    if (found === undefined) return null;
    this.revoke(found.station);
    if (this.#clock.monotonicMs() >= found.until) return null;
    const { until: _, ...good } = found;
    return good;
  }

  revoke(station: string): void {
    const hash = this.#hashOfStation.get(station);
    if (hash === undefined) return;
    this.#hashOfStation.delete(station);
    this.#byHash.delete(hash);
  }
}
