// The live feed of the Manager and the Dashboard: everything that is known, kept current, and whether the line is up.
import type { LiveEvent } from '#contract/live.ts';
import type { Computer, Supervisor } from '#contract/values.ts';
import type { Control } from '#model/control.ts';
import type { Session, SessionCheck } from '#model/session.ts';
import type { RaisedHand } from '#model/raised-hand.ts';
import type { TimeRequest } from '#model/session-time.ts';
import type { Settings } from '#model/settings.ts';
import type { StandingKind, StandingOrder } from '#model/standing.ts';
import type { Station } from '#model/station.ts';
import { ReturningSocket } from './returning-socket.ts';

export interface Room {
  readonly computers: readonly Computer[];
  readonly stations: readonly Station[];
  readonly sessions: readonly Session[];
  readonly settings: Settings;
  /** Who asks for more time. */
  readonly timeRequests: readonly TimeRequest[];
  /** Who sees or uses whose desktop. */
  readonly controls: readonly Control[];
  /** Who else has the Dashboard open and sees some of the same people; of the Dashboard only. */
  readonly supervisors: readonly Supervisor[];
  /** Who has a hand up, in that order. */
  readonly hands: readonly RaisedHand[];
  /** Standing orders by their kind. */
  readonly standing: Readonly<Partial<Record<StandingKind, readonly StandingOrder[]>>>;
  /** What saving would do to the programs of running sessions, by computer; nothing of a computer that was not looked at yet. */
  readonly checks: Readonly<Record<string, readonly SessionCheck[]>>;
}

export interface LiveState {
  /** Null until the first snapshot. Kept as it was while the line is down. */
  readonly room: Room | null;
  readonly line: 'connecting' | 'up' | 'lost';
}

function withOne<T>(list: readonly T[], one: T, key: (item: T) => string): readonly T[] {
  const at = list.findIndex((item) => key(item) === key(one));
  return at === -1 ? [...list, one] : list.with(at, one);
}

/** The room after an event; null stays null until a snapshot. */
export function roomAfter(room: Room | null, event: LiveEvent): Room | null {
  if (event.event === 'snapshot') {
    const { computers, stations, sessions, settings } = event;
    const there = sessions.filter((session) => session.state !== 'ended');
    return {
      computers,
      stations,
      sessions: there,
      settings,
      timeRequests: [],
      controls: [],
      supervisors: [],
      hands: [],
      standing: {},
      checks: {},
    };
  }
  if (room === null) return null;
  switch (event.event) {
    case 'computer.changed':
      return { ...room, computers: withOne(room.computers, event.computer, (computer) => computer.name) };
    case 'checks.changed':
      return { ...room, checks: { ...room.checks, [event.computer]: event.checks } };
    case 'station.changed':
      return { ...room, stations: withOne(room.stations, event.station, (station) => station.id) };
    case 'station.removed':
      return { ...room, stations: room.stations.filter((station) => station.id !== event.station) };
    case 'session.changed':
      return event.session.state === 'ended'
        ? { ...room, sessions: room.sessions.filter((session) => session.id !== event.session.id) }
        : { ...room, sessions: withOne(room.sessions, event.session, (session) => session.id) };
    case 'session.removed':
      return { ...room, sessions: room.sessions.filter((session) => session.id !== event.session) };
    case 'time-requests.changed':
      return { ...room, timeRequests: event.requests };
    case 'controls.changed':
      return { ...room, controls: event.controls };
    case 'supervisors.changed':
      return { ...room, supervisors: event.supervisors };
    case 'standing.changed':
      return { ...room, standing: { ...room.standing, [event.kind]: event.orders } };
    case 'hands.changed':
      return { ...room, hands: event.hands };
    case 'settings.changed':
      return { ...room, settings: event.settings };
  }
}

/** One WebSocket to the feed that comes back by itself. Fits React's useSyncExternalStore. */
export class Live {
  #state: LiveState = { room: null, line: 'connecting' };
  readonly #listeners = new Set<() => void>();
  readonly #socket: ReturningSocket;
  #frame = 0;

  /** `onRefused`: the server no longer takes the person's sign-in. */
  constructor(page: 'manager' | 'dashboard', onRefused: () => void) {
    this.#socket = new ReturningSocket(`live?page=${page}`, {
      took: (data) => {
        if (typeof data === 'string') this.#take(JSON.parse(data) as LiveEvent);
      },
      lost: () => this.#set({ line: 'lost' }),
      refused: () => {
        this.stop();
        onRefused();
      },
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): LiveState => this.#state;

  start(): void {
    this.#socket.start();
  }

  stop(): void {
    this.#socket.stop();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #take(event: LiveEvent): void {
    const room = roomAfter(this.#state.room, event);
    if (event.event !== 'snapshot') {
      this.#set({ room });
      return;
    }
    this.#socket.up();
    this.#set({ room, line: 'up' });
  }

  /** Many events in one frame are one new picture. */
  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#frame !== 0) return;
    const tell = (): void => {
      this.#frame = 0;
      for (const listener of this.#listeners) listener();
    };
    this.#frame = document.hidden ? 0 : requestAnimationFrame(tell);
    if (document.hidden) tell();
  }
}
