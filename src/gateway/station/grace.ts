// Suspends a session whose station's page stays away for the grace time of the settings.
import type { Fleet } from '#fleet/fleet.ts';
import { holdsStation } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Log } from '../log.ts';
import type { RoomSettings } from '../room-settings.ts';

interface Waiting {
  attachment: number;
  station: string;
  timer: NodeJS.Timeout;
}

export class Grace {
  readonly #fleet: Fleet;
  readonly #settings: RoomSettings;
  readonly #isOnline: (station: string) => boolean;
  readonly #log: Log;
  readonly #waiting = new Map<string, Waiting>();

  constructor(fleet: Fleet, settings: RoomSettings, isOnline: (station: string) => boolean, log: Log) {
    this.#fleet = fleet;
    this.#settings = settings;
    this.#isOnline = isOnline;
    this.#log = log;
  }

  /** Looks at a session again: after it changed, or its station's page came or went, or the computer answers again. */
  look(session: Session): void {
    const waiting = this.#waiting.get(session.id);
    const away = session.station !== null && holdsStation(session) && !this.#isOnline(session.station);
    const same = waiting !== undefined && waiting.attachment === session.attachment && waiting.station === session.station;
    if (away && same) return;
    if (waiting !== undefined) {
      clearTimeout(waiting.timer);
      this.#waiting.delete(session.id);
    }
    if (!away || session.station === null) return;
    const timer = setTimeout(() => this.#over(session), this.#settings.now.graceSeconds * 1000);
    this.#waiting.set(session.id, { attachment: session.attachment, station: session.station, timer });
  }

  /** Looks at all sessions of a station, or of the whole room. */
  lookAt(station: string | null): void {
    for (const session of this.#fleet.sessions()) if (station === null || session.station === station) this.look(session);
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #over({ id, attachment, computer }: Session): void {
    this.#waiting.delete(id);
    this.#fleet.call(computer, 'session.suspend', { session: id, cause: 'station-lost', attachment }).then(
      () => this.#log.info({ session: id }, 'The station of a session stayed away; the session is suspended.'),
      (error: unknown) => {
        this.#log.warn({ err: error, session: id }, 'A session whose station stayed away could not be suspended.');
        // When a computer answers again, all its sessions are looked at again; one that answers is asked again after the grace time.
        const session = this.#fleet.session(id);
        if (session !== null && this.#fleet.isReachable(computer)) this.look(session);
      },
    );
  }
}
