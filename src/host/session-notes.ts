// Every now and then, while people are at stations: which programs they have open, for a computer that stops without warning.
// In suspended sessions nothing is opened or closed.
import { holdsStation } from '#model/session.ts';
import type { Clock } from './clock.ts';
import type { Sessions } from './sessions.ts';

const everyMs = 120_000;

export class SessionNotes {
  readonly #sessions: Pick<Sessions, 'list' | 'noteOpenPrograms' | 'on'>;
  readonly #clock: Clock;
  #timer: Disposable | null = null;
  #stopListening: (() => void) | null = null;

  constructor(sessions: Pick<Sessions, 'list' | 'noteOpenPrograms' | 'on'>, clock: Clock) {
    this.#sessions = sessions;
    this.#clock = clock;
  }

  start(): void {
    this.#stopListening = this.#sessions.on(() => this.#arm());
    this.#arm();
  }

  stop(): void {
    this.#stopListening?.();
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }

  #arm(): void {
    if (this.#timer !== null || !this.#sessions.list().some(holdsStation)) return;
    this.#timer = this.#clock.after(everyMs, () => {
      this.#timer = null;
      this.#sessions.noteOpenPrograms();
      this.#arm();
    });
  }
}
