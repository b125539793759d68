// Who watches which session: one look at each screen, begun with the first who watches and ended a little after the last.
import type { Fleet } from '#fleet/fleet.ts';
import { isRunning } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Log } from '../log.ts';
import { ScreenWorkshop } from './screen-workshop.ts';
import type { Watch } from './screen-workshop.ts';

/** Whoever asks for one picture after the other is gone for a moment between them. */
const usualLingerMs = 5000;

/** What somebody watches by, until it is disposed of. */
export interface Viewer extends Disposable {
  readonly watch: Watch;
}

interface Watched {
  watch: Watch;
  viewers: number;
  linger: NodeJS.Timeout | null;
}

export class ScreenWatches {
  readonly #fleet: Fleet;
  readonly #log: Log;
  readonly #workshop: ScreenWorkshop;
  readonly #lingerMs: number;
  readonly #watched = new Map<string, Watched>();
  #removeListener: () => void = () => {};

  constructor(fleet: Fleet, log: Log, lingerMs = usualLingerMs) {
    this.#fleet = fleet;
    this.#log = log;
    this.#workshop = new ScreenWorkshop(log);
    this.#lingerMs = lingerMs;
  }

  start(): void {
    this.#removeListener = this.#fleet.onSession((session) => {
      // Nothing can be saved to disk while somebody is connected to its X server.
      if (!isRunning(session)) this.#end(session.id, new Error('The session does not run any more.'));
    });
  }

  async stop(): Promise<void> {
    this.#removeListener();
    await this.#workshop.stop();
  }

  /** The session must run. `lingers` false: it is for one picture only, and nothing stays behind. */
  enter(session: Session, { lingers = true }: { lingers?: boolean } = {}): Viewer {
    const watched = this.#watched.get(session.id) ?? this.#begin(session);
    watched.viewers += 1;
    if (watched.linger !== null) clearTimeout(watched.linger);
    watched.linger = null;
    let here = true;
    return {
      watch: watched.watch,
      [Symbol.dispose]: () => {
        if (!here) return;
        here = false;
        this.#leave(session.id, watched, lingers);
      },
    };
  }

  endAll(reason: Error): void {
    for (const id of this.#watched.keys()) this.#end(id, reason);
  }

  #begin(session: Session): Watched {
    const watch = this.#workshop.begin(this.#fleet.pixelPath(session));
    const watched: Watched = { watch, viewers: 0, linger: null };
    this.#watched.set(session.id, watched);
    watch.ended.addEventListener(
      'abort',
      () => {
        this.#log.debug({ session: session.id, err: watch.ended.reason as unknown }, 'A session is not watched any more.');
        if (watched.linger !== null) clearTimeout(watched.linger);
        if (this.#watched.get(session.id) === watched) this.#watched.delete(session.id);
      },
      { once: true },
    );
    return watched;
  }

  #leave(id: string, watched: Watched, lingers: boolean): void {
    watched.viewers -= 1;
    if (watched.viewers > 0 || this.#watched.get(id) !== watched) return;
    if (lingers) watched.linger = setTimeout(() => watched.watch[Symbol.dispose](), this.#lingerMs);
    else watched.watch[Symbol.dispose]();
  }

  #end(id: string, reason: Error): void {
    this.#watched.get(id)?.watch.end(reason);
  }
}
