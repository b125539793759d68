// The live feed for Manager, Dashboard and command line: the whole state first, then every change, as long as the right lasts.
import type { WebSocket } from 'ws';
import type { LiveEvent } from '#contract/live.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Session } from '#model/session.ts';
import type { Station } from '#model/station.ts';
import { CallerSockets } from './caller-sockets.ts';
import type { CallerSocket, CallerSocketParts } from './caller-sockets.ts';
import type { Caller } from './callers.ts';
import type { Covers } from './classroom/covers.ts';
import type { Audience } from './classroom/audience.ts';
import { eventWithin } from './classroom/view.ts';
import type { View } from './classroom/view.ts';
import { SessionChecks } from './session-checks.ts';
import type { Stations } from './station/stations.ts';

/** Who leaves this much unread is disconnected, and comes back to a new snapshot. */
const mostUnread = 1_000_000;
const statusEveryMs = 5000;

/** Something that pages are told of beside the computers, stations, sessions and settings. */
export interface LiveSource {
  /** What there is to tell this one, who comes now; nothing where it is as a snapshot leaves it. */
  known: (caller: Caller) => LiveEvent[];
  /** Gives what removes the listener. `isFor`: whom it is told; everybody if left out. */
  onChange: (listener: (event: LiveEvent, isFor?: (caller: Caller) => boolean) => void) => () => void;
}

interface Reader extends CallerSocket {
  /** What of the whole state that it was told first may still be on its way, in bytes: large rooms are more than what counts as unread. */
  snapshotBytes: number;
  /** What it was told of so far; null: everything. */
  view: View | null;
}

export class LiveFeed {
  readonly #fleet: Fleet;
  readonly #stations: Stations;
  readonly #audience: Audience;
  readonly #covers: Covers;
  readonly #sources: readonly LiveSource[];
  readonly #settings: CallerSocketParts['settings'];
  readonly #log: CallerSocketParts['log'];
  readonly #checks: SessionChecks;
  readonly #readers: CallerSockets<Reader>;
  readonly #undo = new DisposableStack();
  /** Only while somebody reads. */
  #status: NodeJS.Timeout | null = null;

  constructor(
    parts: CallerSocketParts & {
      fleet: Fleet;
      stations: Stations;
      audience: Audience;
      covers: Covers;
      sources: readonly LiveSource[];
    },
  ) {
    this.#fleet = parts.fleet;
    this.#stations = parts.stations;
    this.#audience = parts.audience;
    this.#covers = parts.covers;
    this.#sources = parts.sources;
    this.#settings = parts.settings;
    this.#log = parts.log;
    this.#readers = new CallerSockets(parts, { action: 'live.watch', target: 'none' });
    this.#checks = new SessionChecks(parts.fleet, parts.log, (known) => this.#tell({ event: 'checks.changed', ...known }));
  }

  start(): void {
    this.#readers.start();
    this.#undo.defer(
      this.#fleet.onSession((session, before) => {
        // Who sees it no more where it is now is not told where that is; who saw its end is told of that.
        if (session.state !== 'ended') this.#lookAround();
        this.#tell({ event: 'session.changed', session: this.#covers.told(session) });
        if (session.state === 'ended') this.#tell({ event: 'session.removed', session: session.id });
        this.#lookAround();
        this.#checks.sessionChanged(session, before);
      }),
    );
    this.#undo.defer(
      this.#fleet.onReachable((computer, reachable) => {
        this.#lookAround();
        this.#tellComputers();
        this.#checks.reachableChanged(computer, reachable);
      }),
    );
    this.#undo.defer(this.#fleet.onComputer((computer) => this.#tell({ event: 'computer.changed', computer })));
    this.#undo.defer(
      this.#stations.onChange((change) => {
        this.#lookAround();
        this.#tell(
          'removed' in change
            ? { event: 'station.removed', station: change.removed }
            : { event: 'station.changed', station: change.station },
        );
      }),
    );
    this.#undo.defer(this.#audience.onChange(() => this.#lookAround()));
    for (const source of this.#sources) this.#undo.defer(source.onChange((event, isFor) => this.#tell(event, isFor)));
    this.#undo.defer(
      this.#settings.onChange((settings) => {
        this.#tell({ event: 'settings.changed', settings });
        this.#lookAround();
      }),
    );
  }

  stop(): void {
    this.#undo.dispose();
    this.#readers.stop();
    this.#checks.unwatch();
  }

  enter(socket: WebSocket, caller: Caller): void {
    const reader: Reader = {
      socket,
      caller,
      snapshotBytes: 0,
      view: null,
      left: () => this.#left(),
      rechecked: () => this.#lookAgain(reader),
    };
    if (!this.#readers.enter(reader)) return;
    socket.on('message', () => this.#readers.close(reader, 'badMessage'));
    this.#status ??= setInterval(() => this.#askStatus(), statusEveryMs);
    this.#tellEverything(reader);
    this.#askStatus();
    this.#checks.watch();
  }

  #tellEverything(reader: Reader): void {
    const { sessions, stations, view } = this.#seenBy(reader.caller);
    reader.view = view;
    const snapshot: LiveEvent = {
      event: 'snapshot',
      computers: this.#fleet.computers(),
      stations,
      sessions: sessions.map(this.#covers.told),
      settings: this.#settings.now,
    };
    const text = JSON.stringify(snapshot);
    reader.snapshotBytes = Buffer.byteLength(text);
    reader.socket.send(text, () => {
      reader.snapshotBytes = 0;
    });
    this.#tellKnown(reader);
  }

  #tellKnown(reader: Reader): void {
    for (const known of this.#checks.known()) this.#send(reader, { event: 'checks.changed', ...known });
    for (const source of this.#sources) for (const event of source.known(reader.caller)) this.#send(reader, event);
  }

  #seenBy(caller: Caller): { sessions: Session[]; stations: Station[]; view: View | null } {
    const sessions = this.#fleet.sessions().filter((session) => this.#audience.seesNow(caller, session));
    const stations = this.#stations.list().filter((station) => this.#audience.seesStation(caller, station, sessions));
    if (this.#audience.scopeOf(caller) === null) return { sessions, stations, view: null };
    return { sessions, stations, view: { sessions: idsOf(sessions), stations: idsOf(stations) } };
  }

  #lookAround(): void {
    for (const reader of this.#readers) this.#lookAgain(reader);
  }

  /** Tells somebody who sees only a part what came into it and what left it. */
  #lookAgain(reader: Reader): void {
    const before = reader.view;
    if (before === null && this.#audience.scopeOf(reader.caller) === null) return;
    const { sessions, stations, view } = this.#seenBy(reader.caller);
    if (before === null || view === null) {
      this.#tellEverything(reader);
      return;
    }
    const cameStations = stations.filter(({ id }) => !before.stations.has(id));
    const cameSessions = sessions.filter(({ id }) => !before.sessions.has(id));
    const leftSessions = [...before.sessions].filter((id) => !view.sessions.has(id));
    const leftStations = [...before.stations].filter((id) => !view.stations.has(id));
    if (cameStations.length + cameSessions.length + leftSessions.length + leftStations.length === 0) return;
    for (const session of leftSessions) this.#send(reader, { event: 'session.removed', session });
    for (const station of leftStations) this.#send(reader, { event: 'station.removed', station });
    reader.view = view;
    for (const station of cameStations) this.#send(reader, { event: 'station.changed', station });
    for (const session of cameSessions) this.#send(reader, { event: 'session.changed', session: this.#covers.told(session) });
    this.#tellKnown(reader);
  }

  #tell(event: LiveEvent, isFor: (caller: Caller) => boolean = () => true): void {
    if (this.#readers.size === 0) return;
    let text: string | null = null;
    for (const reader of this.#readers) {
      if (!isFor(reader.caller)) continue;
      if (reader.view !== null) this.#send(reader, event);
      else this.#sendText(reader, (text ??= JSON.stringify(event)));
    }
  }

  #send(reader: Reader, event: LiveEvent): void {
    const told = reader.view === null ? event : eventWithin(event, reader.view);
    if (told !== null) this.#sendText(reader, JSON.stringify(told));
  }

  #sendText(reader: Reader, text: string): void {
    if (reader.socket.bufferedAmount > reader.snapshotBytes + mostUnread) {
      this.#readers.cut(reader);
      return;
    }
    reader.socket.send(text);
  }

  #tellComputers(): void {
    for (const computer of this.#fleet.computers()) this.#tell({ event: 'computer.changed', computer });
  }

  #askStatus(): void {
    const asked = this.#fleet.computers().filter(({ reachable }) => reachable);
    if (asked.length === 0) return;
    Promise.all(asked.map(({ name }) => this.#fleet.call(name, 'computer.status', {}))).then(
      () => this.#tellComputers(),
      (error: unknown) => this.#log.debug({ err: error }, 'The state of a computer could not be asked.'),
    );
  }

  #left(): void {
    if (this.#readers.size > 0) return;
    if (this.#status !== null) clearInterval(this.#status);
    this.#status = null;
    this.#checks.unwatch();
  }
}

function idsOf(things: readonly { id: string }[]): ReadonlySet<string> {
  return new Set(things.map(({ id }) => id));
}
