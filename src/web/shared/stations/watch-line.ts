// The live pictures that this page shows, over one WebSocket: open while there are any, and asking for none while the page is hidden.
import type { WatchPageSays, WatchSays } from '#contract/watch.ts';
import { mostWatched, readPictureMessage } from '#model/picture.ts';
import type { PictureSize } from '#model/picture.ts';
import { ApiError } from '../api.ts';
import { ReturningSocket } from '../returning-socket.ts';

export interface LivePicture {
  /** Of the newest picture; null: none yet. */
  url: string | null;
  /** Why there is none now; null: nothing is wrong. `offline`: the picture is the last that came. */
  fault: ApiError | null;
}

interface Entry {
  readonly session: string;
  readonly size: PictureSize;
  readonly listeners: Set<() => void>;
  tag: string | null;
  live: LivePicture;
}

/** What is shown no more is kept to be there at once when it comes into sight again. */
const mostKept = 400;
const none: LivePicture = { url: null, fault: null };

const keyOf = (session: string, size: PictureSize): string => `${session} ${size}`;

class WatchLine {
  readonly #socket: ReturningSocket;
  /** Those that nobody shows any more in front, oldest first. */
  readonly #entries = new Map<string, Entry>();
  #came = 0;
  #told = '';
  #tells = false;

  constructor() {
    this.#socket = new ReturningSocket('watch', {
      opened: () => {
        this.#came = 0;
        this.#told = '';
        this.#socket.up();
        for (const entry of this.#entries.values())
          if (entry.live.fault?.code === 'offline') this.#change(entry, entry.live.url, null);
        this.#tell();
      },
      took: (data) => this.#take(data),
      lost: () => this.#failAll('offline'),
      refused: () => this.#failAll('not-signed-in'),
    });
  }

  /** Gives what ends it. */
  show(session: string, size: PictureSize, listener: () => void): () => void {
    const key = keyOf(session, size);
    const entry: Entry = this.#entries.get(key) ?? { session, size, listeners: new Set(), tag: null, live: none };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.listeners.add(listener);
    if (!this.#socket.running) {
      this.#socket.start();
      document.addEventListener('visibilitychange', this.#soon);
    }
    this.#soon();
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size > 0) return;
      this.#dropOld();
      this.#soon();
    };
  }

  live(session: string, size: PictureSize): LivePicture {
    return this.#entries.get(keyOf(session, size))?.live ?? none;
  }

  #shown(): Entry[] {
    return [...this.#entries.values()].filter(({ listeners }) => listeners.size > 0);
  }

  /** What many components say at once is told once. */
  readonly #soon = (): void => {
    if (this.#tells) return;
    this.#tells = true;
    setTimeout(() => {
      this.#tells = false;
      this.#tell();
    });
  };

  #tell(): void {
    const shown = this.#shown();
    if (shown.length === 0) {
      this.#socket.stop();
      document.removeEventListener('visibilitychange', this.#soon);
      return;
    }
    const wanted = document.hidden ? [] : shown.slice(0, mostWatched);
    const which = wanted.map(({ session, size }) => keyOf(session, size)).join();
    if (which === this.#told) return;
    const pictures = wanted.map(({ session, size, tag }) => ({ session, size, ...(tag !== null && { known: tag }) }));
    if (this.#say({ say: 'show', pictures })) this.#told = which;
  }

  #say(says: WatchPageSays): boolean {
    return this.#socket.send(JSON.stringify(says));
  }

  #take(data: unknown): void {
    if (typeof data === 'string') {
      const { session, size, because } = JSON.parse(data) as WatchSays;
      const entry = this.#entries.get(keyOf(session, size));
      if (entry !== undefined) this.#change(entry, null, new ApiError(because));
      return;
    }
    if (!(data instanceof ArrayBuffer)) return;
    this.#came += 1;
    this.#say({ say: 'got', pictures: this.#came });
    const picture = readPictureMessage(new Uint8Array(data));
    const entry = picture === null ? undefined : this.#entries.get(keyOf(picture.session, picture.size));
    if (picture === null || entry === undefined) return;
    entry.tag = picture.tag;
    const blob = new Blob([picture.jpeg as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' });
    this.#change(entry, URL.createObjectURL(blob), null);
  }

  #change(entry: Entry, url: string | null, fault: ApiError | null): void {
    if (entry.live.url !== null && entry.live.url !== url) URL.revokeObjectURL(entry.live.url);
    if (url === null) entry.tag = null;
    entry.live = { url, fault };
    for (const listener of entry.listeners) listener();
  }

  #failAll(code: 'offline' | 'not-signed-in'): void {
    const fault = new ApiError({ code });
    for (const entry of this.#entries.values()) this.#change(entry, code === 'offline' ? entry.live.url : null, fault);
    this.#told = '';
  }

  #dropOld(): void {
    const unused = [...this.#entries].filter(([, { listeners }]) => listeners.size === 0);
    for (const [key, { live }] of unused.slice(0, Math.max(0, unused.length - mostKept))) {
      this.#entries.delete(key);
      if (live.url !== null) URL.revokeObjectURL(live.url);
    }
  }
}

export const watchLine = new WatchLine();
