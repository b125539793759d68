// Since when sessions are suspended, by the computer's running time: kept for the host's next life, as the wall clock may be set.
import type { Logger } from 'pino';
import { z } from 'zod';
import { readFileIfThere, writeDurably } from './durable-file.ts';

const schema = z.record(z.string(), z.number().nonnegative());

export class SuspendedTimes {
  readonly #file: string;
  readonly #log: Logger;

  /** `file`: in a folder that is empty after the computer's start, or whose sessions are no longer in memory then. */
  constructor(file: string, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  /** Ids with running times in milliseconds; none where there is nothing that can be used. */
  read(): ReadonlyMap<string, number> {
    try {
      const text = readFileIfThere(this.#file);
      return text === null ? new Map() : new Map(Object.entries(schema.parse(JSON.parse(text))));
    } catch (error) {
      this.#log.warn({ err: error, file: this.#file }, 'since when sessions are suspended cannot be read, it counts from now');
      return new Map();
    }
  }

  /** Never throws: what is not kept counts from the next start on. */
  write(times: ReadonlyMap<string, number>): void {
    try {
      writeDurably(this.#file, JSON.stringify(Object.fromEntries(times)));
    } catch (error) {
      this.#log.error({ err: error, file: this.#file }, 'since when sessions are suspended could not be kept');
    }
  }
}
