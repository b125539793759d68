// Looks at one session's screen for everybody who watches it: one RFB connection, and of each size one picture at a time.
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { PictureSize } from '#model/picture.ts';
import { ScreenReader } from '#pixels/screen-reader.ts';
import type { Screen } from '#pixels/screen-reader.ts';
import { takePicture } from './picture.ts';
import type { Picture } from './picture.ts';

export interface WatchTimes {
  /** Between what came and the next look: no picture is older than this. */
  everyMs: number;
  /** The X server has so long to show its screen, or to give a sign of life. */
  limitMs: number;
  /** Where nothing changes for so long it is asked for a sign of life. */
  stillMs: number;
}

export const usualTimes: WatchTimes = { everyMs: 1000, limitMs: 3000, stillMs: 10_000 };

export class ScreenWatch implements Disposable {
  readonly #times: WatchTimes;
  readonly #reader = new ScreenReader();
  readonly #socket: Socket;
  readonly #events = new EventEmitter();
  readonly #ended = new AbortController();
  readonly #pictures = new Map<PictureSize, { screen: Screen; of: number; picture: Promise<Picture> }>();
  #seen = 0;
  #timer: NodeJS.Timeout;

  /** Connects to the X server that listens at the unix socket `path`; that it does not answer is said by `picture`. */
  constructor(path: string, times: WatchTimes = usualTimes) {
    this.#times = times;
    this.#events.setMaxListeners(0);
    this.#timer = setTimeout(() => this.end(new Error('The X server took too long to show its screen.')), times.limitMs);
    this.#socket = connect({
      path,
      onread: {
        buffer: new Uint8Array(64 * 1024),
        callback: (count, bytes) => this.#take(bytes.subarray(0, count)),
      },
    });
    this.#socket.on('error', (error) => this.end(error));
    this.#socket.on('close', () => this.end(new Error('The X server closed the connection.')));
  }

  /** Aborted when nothing more is seen; its reason is an Error that says why. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** What is seen now, if need be as soon as it is. Rejects when `signal` says so, or with what ended the watch. */
  async picture(size: PictureSize, signal: AbortSignal): Promise<Picture> {
    for (;;) {
      this.#ended.signal.throwIfAborted();
      signal.throwIfAborted();
      const { screen, changes } = this.#reader;
      if (screen !== null) {
        const known = this.#pictures.get(size);
        const same = known?.of === changes && known.screen === screen;
        const picture = same ? known.picture : takePicture(screen, size);
        if (!same) this.#pictures.set(size, { screen, of: changes, picture });
        const taken = await picture;
        // Had the screen another size before the picture was made, it is of neither.
        if (this.#reader.screen === screen || this.#ended.signal.aborted) return taken;
      } else {
        await this.#change(signal);
      }
    }
  }

  /** As `picture`, as soon as it is another one than that with this tag. */
  async pictureAfter(tag: string, size: PictureSize, signal: AbortSignal): Promise<Picture> {
    for (;;) {
      const { changes } = this.#reader;
      const picture = await this.picture(size, signal);
      if (picture.tag !== tag) return picture;
      if (this.#reader.changes === changes) await this.#change(signal);
    }
  }

  end(reason: Error): void {
    if (this.#ended.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#ended.abort(reason);
    this.#socket.destroy();
    this.#pictures.clear();
  }

  [Symbol.dispose](): void {
    this.end(new Error('Nobody watches any more.'));
  }

  async #change(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#ended.signal]);
    await once(this.#events, 'change', { signal: either }).catch(() => either.throwIfAborted());
  }

  /** False: nothing more is read. */
  #take(bytes: Uint8Array): boolean {
    if (this.#ended.signal.aborted) return false;
    const reader = this.#reader;
    const waited = reader.waiting;
    try {
      for (const reply of reader.push(bytes)) this.#socket.write(reply);
    } catch (error) {
      this.end(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    if (reader.screen === null) return true;
    if (waited && !reader.waiting) this.#wait(this.#times.everyMs, () => this.#ask());
    if (reader.changes !== this.#seen) {
      this.#seen = reader.changes;
      this.#events.emit('change');
    }
    return true;
  }

  #ask(): void {
    this.#socket.write(this.#reader.ask());
    this.#wait(this.#times.stillMs, () => {
      this.#socket.write(this.#reader.prod());
      this.#wait(this.#times.limitMs, () => this.end(new Error('The X server does not answer any more.')));
    });
  }

  #wait(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}
