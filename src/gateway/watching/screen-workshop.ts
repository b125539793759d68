// Looks at screens in a thread of its own, begun with the first and ended some time after the last.
import { Worker } from 'node:worker_threads';
import type { PictureSize } from '#model/picture.ts';
import type { Log } from '../log.ts';
import type { Picture } from './picture.ts';
import type { FromScreenWorker, ToScreenWorker } from './screen-worker.ts';

/** One look at one session's screen, for everybody who watches it. Its pictures are the same objects for all. */
export interface Watch extends Disposable {
  /** Aborted when nothing more is seen; its reason is an Error that says why. */
  readonly ended: AbortSignal;
  /** What is seen now, if need be as soon as it is. Rejects when `signal` says so, or with what ended the watch. */
  picture: (size: PictureSize, signal: AbortSignal) => Promise<Picture>;
  /** As `picture`, as soon as it is another one than that with this tag. */
  pictureAfter: (tag: string, size: PictureSize, signal: AbortSignal) => Promise<Picture>;
  end: (reason: Error) => void;
}

/** A look now and then, as one picture when a session leaves its station, finds the thread there. */
const usualIdleMs = 30_000;

interface Asked {
  watch: ThreadWatch;
  picture: PromiseWithResolvers<Picture>;
}

class ThreadWatch implements Watch {
  readonly number: number;
  readonly #workshop: ScreenWorkshop;
  readonly #ended = new AbortController();
  readonly #pictures = new Map<PictureSize, Picture>();

  constructor(workshop: ScreenWorkshop, number: number) {
    this.#workshop = workshop;
    this.number = number;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  picture(size: PictureSize, signal: AbortSignal): Promise<Picture> {
    return this.#workshop.ask(this, size, null, signal);
  }

  pictureAfter(tag: string, size: PictureSize, signal: AbortSignal): Promise<Picture> {
    return this.#workshop.ask(this, size, tag, signal);
  }

  /** The picture that the thread tells of. */
  told(size: PictureSize, tag: string, jpeg: Uint8Array | null): Picture | null {
    const known = this.#pictures.get(size);
    if (jpeg === null) return known?.tag === tag ? known : null;
    const picture: Picture = { tag, jpeg: Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength) };
    this.#pictures.set(size, picture);
    return picture;
  }

  end(reason: Error): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(reason);
    this.#pictures.clear();
    this.#workshop.ended(this, reason);
  }

  [Symbol.dispose](): void {
    this.end(new Error('Nobody watches any more.'));
  }
}

export class ScreenWorkshop {
  readonly #log: Log;
  readonly #idleMs: number;
  readonly #watches = new Map<number, ThreadWatch>();
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | null = null;
  #last = 0;

  constructor(log: Log, idleMs = usualIdleMs) {
    this.#log = log;
    this.#idleMs = idleMs;
  }

  /** Whether there is a thread now. */
  get isOpen(): boolean {
    return this.#worker !== null;
  }

  /** Connects to the X server that listens at the unix socket `path`; that it does not answer is said by `picture`. */
  begin(path: string): Watch {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    const watch = new ThreadWatch(this, (this.#last += 1));
    this.#watches.set(watch.number, watch);
    this.#worker ??= this.#open();
    this.#tell({ say: 'begin', watch: watch.number, path });
    return watch;
  }

  async stop(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    for (const watch of this.#watches.values()) watch.end(new Error('The gateway stops.'));
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  async ask(watch: ThreadWatch, size: PictureSize, after: string | null, signal: AbortSignal): Promise<Picture> {
    watch.ended.throwIfAborted();
    signal.throwIfAborted();
    const request = (this.#last += 1);
    const picture = Promise.withResolvers<Picture>();
    this.#asked.set(request, { watch, picture });
    const drop = (): void => {
      this.#tell({ say: 'drop', request });
      picture.reject(signal.reason as Error);
    };
    signal.addEventListener('abort', drop, { once: true });
    this.#tell({ say: 'want', watch: watch.number, request, size, after });
    try {
      return await picture.promise;
    } finally {
      signal.removeEventListener('abort', drop);
      this.#asked.delete(request);
    }
  }

  ended(watch: ThreadWatch, reason: Error): void {
    if (!this.#watches.delete(watch.number)) return;
    for (const asked of this.#asked.values()) if (asked.watch === watch) asked.picture.reject(reason);
    this.#tell({ say: 'end', watch: watch.number });
    if (this.#watches.size > 0) return;
    this.#idle = setTimeout(() => {
      const worker = this.#worker;
      this.#worker = null;
      void worker?.terminate();
    }, this.#idleMs);
    this.#idle.unref();
  }

  #tell(message: ToScreenWorker): void {
    this.#worker?.postMessage(message);
  }

  #open(): Worker {
    const worker = new Worker(new URL('./screen-worker.ts', import.meta.url));
    worker.on('message', (message: FromScreenWorker) => this.#hear(message));
    worker.on('error', (error) => {
      this.#log.error({ err: error }, 'The thread that looks at screens ended with an error.');
      this.#lose(worker, error);
    });
    worker.on('exit', () => this.#lose(worker, new Error('The thread that looks at screens has ended.')));
    return worker;
  }

  /** The next look begins another thread. */
  #lose(worker: Worker, reason: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const watch of this.#watches.values()) watch.end(reason instanceof Error ? reason : new Error(String(reason)));
  }

  #hear(message: FromScreenWorker): void {
    if (message.say === 'ended') {
      this.#watches.get(message.watch)?.end(new Error(message.why));
      return;
    }
    const asked = this.#asked.get(message.request);
    if (message.say === 'failed') {
      asked?.picture.reject(new Error(message.why));
      return;
    }
    // Also where nobody waits for it any more: the next one may be told that it is the same.
    const picture = this.#watches.get(message.watch)?.told(message.size, message.tag, message.jpeg) ?? null;
    if (picture === null) asked?.picture.reject(new Error('The watch has ended.'));
    else asked?.picture.resolve(picture);
  }
}
