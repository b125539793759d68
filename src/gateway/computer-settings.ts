// Tells each computer what it must know of the room's settings: whenever it comes, and whenever one of them changes.
import { hostCalls } from '#contract/host.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Log } from './log.ts';
import type { RoomSettings } from './room-settings.ts';

export class ComputerSettings {
  readonly #fleet: Fleet;
  readonly #settings: RoomSettings;
  readonly #log: Log;
  /** What each computer was told, as text. */
  readonly #told = new Map<string, string>();
  readonly #undo = new DisposableStack();

  constructor(fleet: Fleet, settings: RoomSettings, log: Log) {
    this.#fleet = fleet;
    this.#settings = settings;
    this.#log = log;
  }

  start(): void {
    this.#undo.defer(
      this.#fleet.onReachable((computer, reachable) => {
        this.#told.delete(computer);
        if (reachable) this.#tell(computer);
      }),
    );
    this.#undo.defer(
      this.#settings.onChange(() => {
        for (const { name, reachable } of this.#fleet.computers()) if (reachable) this.#tell(name);
      }),
    );
  }

  stop(): void {
    this.#undo.dispose();
  }

  #tell(computer: string): void {
    const known = hostCalls['computer.configure'].args.parse(this.#settings.now);
    const text = JSON.stringify(known);
    if (this.#told.get(computer) === text) return;
    this.#told.set(computer, text);
    this.#fleet.call(computer, 'computer.configure', known).catch((error: unknown) => {
      // Told again with the next change, or when the computer comes again.
      if (this.#told.get(computer) === text) this.#told.delete(computer);
      this.#log.error({ err: error, computer }, 'A computer could not be told its settings.');
    });
  }
}
