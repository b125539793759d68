// The pictures of the fake gateway: what a test lets each screen show, sent to the pages that watch.
import { createHash } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { WatchPageSays, WatchSays } from '#contract/watch.ts';
import { pictureMessage } from '#model/picture.ts';
import type { PictureSize } from '#model/picture.ts';

interface Shown {
  session: string;
  size: PictureSize;
  /** The tag of what the page has, or the code that it was told. */
  has: string | null;
}

export class FakeWatching {
  /** By session: what its screen shows, a JPEG, or why that is not to be seen; nothing: no picture. */
  #screens: Readonly<Record<string, Buffer | ErrorCode>> = {};
  readonly #pages = new Map<WebSocket, Shown[]>();
  /** The pictures that came to pages, in order. */
  readonly got: string[] = [];

  enter(page: WebSocket): void {
    this.#pages.set(page, []);
    page.on('close', () => this.#pages.delete(page));
    page.on('message', (data: RawData) => {
      const said = JSON.parse((data as Buffer).toString()) as WatchPageSays;
      if (said.say === 'got') return;
      const before = this.#pages.get(page) ?? [];
      this.#pages.set(
        page,
        said.pictures.map(({ session, size, known = null }) => {
          const one = before.find((each) => each.session === session && each.size === size);
          return { session, size, has: one === undefined ? known : one.has };
        }),
      );
      this.#send(page);
    });
  }

  /** What the screens show from now on. */
  show(screens: Readonly<Record<string, Buffer | ErrorCode>>): void {
    this.#screens = screens;
    for (const page of this.#pages.keys()) this.#send(page);
  }

  /** What pages are shown now, as `session size`, in their order. */
  get watched(): string[] {
    return [...this.#pages.values()].flat().map(({ session, size }) => `${session} ${size}`);
  }

  vanish(): void {
    for (const page of this.#pages.keys()) page.terminate();
  }

  #send(page: WebSocket): void {
    for (const shown of this.#pages.get(page) ?? []) {
      const { session, size } = shown;
      const screen = this.#screens[session] ?? 'no-picture';
      const has = Buffer.isBuffer(screen) ? createHash('sha256').update(screen).digest('base64url').slice(0, 22) : screen;
      if (shown.has === has) continue;
      shown.has = has;
      if (Buffer.isBuffer(screen)) {
        this.got.push(`${session} ${size}`);
        page.send(pictureMessage({ session, size, tag: has, jpeg: screen }));
      } else {
        const because = { code: screen, message: errorCodes[screen].text, details: {} };
        page.send(JSON.stringify({ say: 'none', session, size, because } satisfies WatchSays));
      }
    }
  }
}
