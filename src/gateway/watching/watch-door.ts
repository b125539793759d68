// Many live pictures for one page over one WebSocket: it says which it shows, and gets each whenever it is another.
import type { RawData, WebSocket } from 'ws';
import { CodedError, tellError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { watchPageSaysSchema } from '#contract/watch.ts';
import type { WatchPageSays, WatchSays } from '#contract/watch.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { may } from '#model/permissions.ts';
import { pictureMessage } from '#model/picture.ts';
import type { PictureSize } from '#model/picture.ts';
import type { Session } from '#model/session.ts';
import { CallerSockets } from '../caller-sockets.ts';
import type { CallerSocket, CallerSocketParts } from '../caller-sockets.ts';
import type { Caller } from '../callers.ts';
import type { Audience } from '../classroom/audience.ts';
import type { Looking } from './looking.ts';
import type { Picture } from './picture.ts';

/** So much of what was sent may not have come yet; more would only grow old on the way. */
const mostUnderWay = 128 * 1024;
const usualRetryMs = 3000;

interface Watcher extends CallerSocket {
  readonly shown: Map<string, Shown>;
  /** The lengths of the pictures that were sent and have not come yet, oldest first. */
  readonly underWay: number[];
  underWayBytes: number;
  sent: number;
  /** Those who wait until there is room again. */
  readonly waiting: Set<() => void>;
}

/** One picture that a page shows. */
interface Shown {
  readonly session: string;
  readonly size: PictureSize;
  /** The tag of the picture that the page has; null: none. */
  known: string | null;
  /** Aborted when the page shows it no more. */
  readonly gone: AbortController;
  /** Aborted when its rights are to be asked again, and it is begun anew. */
  attempt: AbortController;
}

/** After these nothing changes by asking again, until something else changes. */
const lasting: ReadonlySet<ErrorCode> = new Set(['not-allowed', 'monitoring-off', 'notice-not-accepted', 'session-not-found']);

const keyOf = (session: string, size: PictureSize): string => `${session} ${size}`;

export class WatchDoor {
  readonly #fleet: Fleet;
  readonly #audience: Audience;
  readonly #looking: Looking;
  readonly #settings: CallerSocketParts['settings'];
  readonly #retryMs: number;
  readonly #watchers: CallerSockets<Watcher>;
  /** Made once for all who watch. */
  readonly #messages = new WeakMap<Picture, Uint8Array>();
  readonly #undo = new DisposableStack();

  constructor(parts: CallerSocketParts & { fleet: Fleet; audience: Audience; looking: Looking }, retryMs = usualRetryMs) {
    this.#fleet = parts.fleet;
    this.#audience = parts.audience;
    this.#looking = parts.looking;
    this.#settings = parts.settings;
    this.#retryMs = retryMs;
    this.#watchers = new CallerSockets(parts, { action: 'session.picture', target: 'own-session' });
  }

  start(): void {
    this.#watchers.start();
    this.#undo.defer(() => this.#watchers.stop());
    this.#undo.defer(
      this.#fleet.onSession(({ id }) => {
        for (const watcher of this.#watchers)
          for (const shown of watcher.shown.values()) if (shown.session === id) shown.attempt.abort();
      }),
    );
    for (const rules of [this.#settings, this.#audience])
      this.#undo.defer(
        rules.onChange(() => {
          for (const watcher of this.#watchers) beginAnew(watcher);
        }),
      );
  }

  stop(): void {
    this.#undo.dispose();
  }

  enter(socket: WebSocket, caller: Caller): void {
    const watcher: Watcher = {
      socket,
      caller,
      shown: new Map(),
      underWay: [],
      underWayBytes: 0,
      sent: 0,
      waiting: new Set(),
      left: () => {
        for (const shown of watcher.shown.values()) shown.gone.abort();
        watcher.shown.clear();
      },
      rechecked: () => beginAnew(watcher),
    };
    if (!this.#watchers.enter(watcher)) return;
    socket.on('message', (data, isBinary) => this.#hear(watcher, data, isBinary));
  }

  #hear(watcher: Watcher, data: RawData, isBinary: boolean): void {
    const said = isBinary ? null : readMessage(data);
    if (said === null || !this.#obey(watcher, said)) this.#watchers.close(watcher, 'badMessage');
  }

  /** False: it cannot be. */
  #obey(watcher: Watcher, said: WatchPageSays): boolean {
    if (said.say === 'got') {
      const missing = watcher.sent - said.pictures;
      if (missing < 0 || missing > watcher.underWay.length) return false;
      for (const bytes of watcher.underWay.splice(0, watcher.underWay.length - missing)) watcher.underWayBytes -= bytes;
      for (const go of watcher.waiting) go();
      return true;
    }
    const wanted = new Map(said.pictures.map((one) => [keyOf(one.session, one.size), one]));
    for (const [key, shown] of watcher.shown) {
      if (wanted.has(key)) continue;
      watcher.shown.delete(key);
      shown.gone.abort();
    }
    for (const [key, { session, size, known = null }] of wanted) {
      if (watcher.shown.has(key)) continue;
      const shown: Shown = { session, size, known, gone: new AbortController(), attempt: new AbortController() };
      watcher.shown.set(key, shown);
      void this.#follow(watcher, shown);
    }
    return true;
  }

  /** Until the page shows it no more. */
  async #follow(watcher: Watcher, shown: Shown): Promise<void> {
    while (!shown.gone.signal.aborted) {
      shown.attempt = new AbortController();
      const signal = AbortSignal.any([shown.attempt.signal, shown.gone.signal]);
      try {
        const session = this.#fleet.session(shown.session);
        if (session === null) throw new CodedError('session-not-found');
        await this.#mustBeAllowed(watcher.caller, session);
        await this.#looking.follow(
          watcher.caller,
          session,
          { size: shown.size, known: shown.known, signal },
          { room: () => roomFor(watcher, signal), show: (picture) => this.#show(watcher, shown, picture) },
        );
      } catch (error) {
        if (signal.aborted) continue;
        // What the page has of it is not to be seen any longer, so that the same picture is another one to it.
        shown.known = null;
        tell(watcher, { say: 'none', session: shown.session, size: shown.size, because: tellError(error) });
        const waits = error instanceof CodedError && lasting.has(error.code);
        await until(signal, (done) => {
          const timer = waits ? null : setTimeout(done, this.#retryMs);
          return () => timer !== null && clearTimeout(timer);
        });
      }
    }
  }

  #show(watcher: Watcher, shown: Shown, picture: Picture): void {
    let message = this.#messages.get(picture);
    if (message === undefined) {
      message = pictureMessage({ session: shown.session, size: shown.size, tag: picture.tag, jpeg: picture.jpeg });
      this.#messages.set(picture, message);
    }
    shown.known = picture.tag;
    watcher.sent += 1;
    watcher.underWay.push(message.length);
    watcher.underWayBytes += message.length;
    watcher.socket.send(message);
  }

  /** Throws `not-allowed`. */
  async #mustBeAllowed(caller: Caller, session: Session): Promise<void> {
    const target = await this.#audience.targetOf(session, caller);
    if (!may(caller.role, 'session.picture', target, this.#settings.now)) throw new CodedError('not-allowed');
  }
}

function beginAnew({ shown }: Watcher): void {
  for (const one of shown.values()) one.attempt.abort();
}

/** Fulfilled when not too much is under way; true if it had to wait for that, or `signal` was aborted. */
async function roomFor(watcher: Watcher, signal: AbortSignal): Promise<boolean> {
  if (watcher.underWayBytes < mostUnderWay) return false;
  while (watcher.underWayBytes >= mostUnderWay && !signal.aborted)
    await until(signal, (done) => {
      watcher.waiting.add(done);
      return () => watcher.waiting.delete(done);
    });
  return true;
}

function readMessage(data: RawData): WatchPageSays | null {
  try {
    const text = Buffer.isBuffer(data) ? data.toString() : '';
    return watchPageSaysSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function tell({ socket }: Watcher, says: WatchSays): void {
  socket.send(JSON.stringify(says));
}

/** Fulfilled when `begin`'s `done` is called or `signal` is aborted; then what `begin` gave undoes it. */
async function until(signal: AbortSignal, begin: (done: () => void) => () => unknown): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  const undo = begin(done);
  signal.addEventListener('abort', done);
  await promise;
  signal.removeEventListener('abort', done);
  undo();
}
