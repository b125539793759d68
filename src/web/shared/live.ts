// The live feed of the Manager and the Dashboard: everything that is known, kept current, and whether the line is up.
import type { LiveEvent } from '#contract/live.ts';
import type { closeCodes } from '#contract/station-page.ts';
import type { Computer } from '#contract/values.ts';
import type { Session, SessionCheck } from '#model/session.ts';
import type { TimeRequest } from '#model/session-time.ts';
import type { Settings } from '#model/settings.ts';
import type { Station } from '#model/station.ts';

const refused: (typeof closeCodes)['refused'] = 4002;
const retryMs = [250, 500, 1000, 2000, 4000] as const;
/** No line after this long counts as lost; a reconnect within it is not worth a word. */
const silentMs = 1200;

export interface Room {
  readonly computers: readonly Computer[];
  readonly stations: readonly Station[];
  readonly sessions: readonly Session[];
  readonly settings: Settings;
  /** Who asks for more time. */
  readonly timeRequests: readonly TimeRequest[];
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
    return { computers, stations, sessions: there, settings, timeRequests: [], checks: {} };
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
    case 'settings.changed':
      return { ...room, settings: event.settings };
  }
}

/** One WebSocket to the feed that comes back by itself. Fits React's useSyncExternalStore. */
export class Live {
  #state: LiveState = { room: null, line: 'connecting' };
  readonly #listeners = new Set<() => void>();
  readonly #onRefused: () => void;
  #socket: WebSocket | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  #failures = 0;
  #running = false;

  /** `onRefused`: the server no longer takes the person's sign-in. */
  constructor(onRefused: () => void) {
    this.#onRefused = onRefused;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): LiveState => this.#state;

  start(): void {
    if (this.#running) return;
    this.#running = true;
    addEventListener('online', this.#now);
    document.addEventListener('visibilitychange', this.#now);
    this.#open();
  }

  stop(): void {
    this.#running = false;
    removeEventListener('online', this.#now);
    document.removeEventListener('visibilitychange', this.#now);
    clearTimeout(this.#again);
    clearTimeout(this.#lost);
    this.#lost = undefined;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#socket?.close();
    this.#socket = null;
  }

  /** Tries at once instead of waiting for the next turn. */
  readonly #now = (): void => {
    if (!this.#running || this.#socket !== null || document.hidden) return;
    this.#open();
  };

  #open(): void {
    clearTimeout(this.#again);
    const socket = new WebSocket(`wss://${location.host}/api/v1/live`);
    this.#socket = socket;
    this.#lost ??= setTimeout(() => this.#set({ line: 'lost' }), silentMs);
    socket.addEventListener('message', (message) => {
      if (this.#socket === socket && typeof message.data === 'string') this.#take(JSON.parse(message.data) as LiveEvent);
    });
    socket.addEventListener('close', (close) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (close.code === refused) {
        this.stop();
        this.#onRefused();
        return;
      }
      this.#lost ??= setTimeout(() => this.#set({ line: 'lost' }), silentMs);
      const wait = retryMs[Math.min(this.#failures, retryMs.length - 1)] ?? 4000;
      this.#failures += 1;
      this.#again = setTimeout(() => this.#open(), wait * (0.8 + 0.4 * Math.random()));
    });
  }

  #take(event: LiveEvent): void {
    const room = roomAfter(this.#state.room, event);
    if (event.event !== 'snapshot') {
      this.#set({ room });
      return;
    }
    this.#failures = 0;
    clearTimeout(this.#lost);
    this.#lost = undefined;
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
