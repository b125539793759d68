// The account of the last time that the computer went down: written before it goes, read when it is back.
import type { Logger } from 'pino';
import { leaveReportSchema } from '#contract/values.ts';
import type { LeaveReport } from '#contract/values.ts';
import type { Session } from '#model/session.ts';
import { readFileIfThere, removeDurably, writeDurably } from './durable-file.ts';

export class LeaveAccount {
  readonly #file: string;
  readonly #log: Logger;
  #last: LeaveReport | null = null;

  /** `file`: where it is kept. */
  constructor(file: string, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  /** What became of each session the last time that it really went. */
  get last(): LeaveReport | null {
    return this.#last;
  }

  /** Reads it. Of the lost sessions only now all the programs are known, by what is left of them in `sessions`. */
  read(sessions: readonly Session[]): void {
    this.#last = null;
    try {
      const text = readFileIfThere(this.#file);
      if (text === null) return;
      const kept = leaveReportSchema.parse(JSON.parse(text));
      const found = new Map(
        sessions.flatMap(({ id, state, saved }) => (state === 'lost' && saved !== null ? [[id, saved.programs]] : [])),
      );
      const told = kept.sessions.map((one) =>
        one.outcome === 'lost' ? { ...one, programs: [...new Set([...one.programs, ...(found.get(one.session) ?? [])])] } : one,
      );
      this.#last = { ...kept, sessions: told };
      // They can be dismissed; the account goes on naming their programs.
      if (JSON.stringify(this.#last) !== JSON.stringify(kept)) writeDurably(this.#file, JSON.stringify(this.#last));
    } catch (error) {
      this.#log.error(
        { err: error, file: this.#file },
        'the account of the last time that the computer went down cannot be read or kept',
      );
    }
  }

  /** On the disk when this returns. The computer goes all the same where there is no space for it. */
  write(report: LeaveReport): void {
    try {
      writeDurably(this.#file, JSON.stringify(report));
    } catch (error) {
      this.#log.error({ err: error, report }, 'the account of what became of each session could not be written');
    }
  }

  /** The computer has not gone: what was written is not true. */
  takeBack(): void {
    try {
      if (this.#last === null) removeDurably(this.#file);
      else writeDurably(this.#file, JSON.stringify(this.#last));
    } catch (error) {
      this.#log.error({ err: error, file: this.#file }, 'the account of a leave that did not happen could not be taken back');
    }
  }
}
