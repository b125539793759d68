// The last picture of each session, for the choice among several: taken when a session leaves a station while it runs, kept in
// the gateway's folder (it shows what somebody worked on: 0600) also while it is on disk, removed with the session.
import { mkdirSync, readdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fleet } from '#fleet/fleet.ts';
import { isRunning } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Log } from '../log.ts';
import { tagOf } from '../watching/picture.ts';
import type { Picture } from '../watching/picture.ts';
import type { ScreenWatches } from '../watching/screen-watches.ts';

/** Lets the sign-in page come first when a whole room is suspended. */
const delayMs = 250;

export class Pictures {
  readonly #folder: string;
  readonly #fleet: Fleet;
  readonly #watches: ScreenWatches;
  readonly #log: Log;
  /** Those for which there was no room on disk. */
  readonly #inMemory = new Map<string, Buffer>();
  readonly #queue: Session[] = [];
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> | null = null;
  readonly #stopped = new AbortController();

  constructor(folder: string, fleet: Fleet, watches: ScreenWatches, log: Log) {
    this.#folder = folder;
    this.#fleet = fleet;
    this.#watches = watches;
    this.#log = log;
  }

  start(): void {
    try {
      mkdirSync(this.#folder, { mode: 0o700, recursive: true });
    } catch (error) {
      this.#log.warn({ err: error }, 'The folder of pictures cannot be made; they are kept in memory.');
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('The gateway stops.'));
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#queue.length = 0;
    await this.#working;
  }

  sessionChanged(session: Session, before: Session | null): void {
    if (session.state === 'ended') {
      this.#inMemory.delete(session.id);
      void rm(this.#file(session.id), { force: true }).catch(() => {});
      return;
    }
    if (!isRunning(session)) return;
    const left = before !== null && before.station !== null && before.station !== session.station;
    if (!left || this.#stopped.signal.aborted || this.#queue.some((queued) => queued.id === session.id)) return;
    this.#queue.push(session);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#working ??= this.#work().finally(() => {
        this.#working = null;
      });
    }, delayMs);
  }

  /** Removes the pictures of sessions that ended while nobody heard of it. Only when all sessions are known. */
  dropOthers(): void {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return;
    }
    for (const name of names) {
      if (this.#fleet.session(name.slice(0, 16)) === null) void rm(join(this.#folder, name), { force: true }).catch(() => {});
    }
  }

  async find(session: string): Promise<Picture | null> {
    const jpeg = this.#inMemory.get(session) ?? (await readFile(this.#file(session)).catch(() => null));
    return jpeg === null ? null : { jpeg, tag: tagOf(jpeg) };
  }

  #file(session: string): string {
    return join(this.#folder, `${session}.jpg`);
  }

  async #work(): Promise<void> {
    for (let session = this.#queue.shift(); session !== undefined; session = this.#queue.shift()) {
      const { id } = session;
      const now = this.#fleet.session(id);
      if (now === null || !isRunning(now)) continue;
      try {
        using viewer = this.#watches.enter(now, { lingers: false });
        const { jpeg } = await viewer.watch.picture('small', this.#stopped.signal);
        // It may have ended meanwhile; then nothing of it may stay.
        if (this.#fleet.session(id) !== null) await this.#keep(id, jpeg);
      } catch (error) {
        this.#log.debug({ err: error, session: id }, 'No picture of a session.');
      }
    }
  }

  async #keep(id: string, picture: Buffer): Promise<void> {
    const file = this.#file(id);
    try {
      await writeFile(`${file}.new`, picture, { mode: 0o600 });
      await rename(`${file}.new`, file);
      this.#inMemory.delete(id);
    } catch {
      this.#inMemory.set(id, picture);
      await rm(`${file}.new`, { force: true }).catch(() => {});
    }
    if (this.#fleet.session(id) === null) await rm(file, { force: true }).catch(() => {});
  }
}
