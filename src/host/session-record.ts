// What the host program's next life must know of a session: one small file in the session's folder, replaced as a whole.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { idSchema, sessionSchema } from '#contract/values.ts';
import { sessionCauses } from '#model/session.ts';

const recordSchema = z.object({
  version: z.literal(1),
  session: sessionSchema,
  /** A log-off with a countdown. `dueMs` is the computer's running time, which no change of its clock moves. */
  countdown: z.object({ dueMs: z.number(), cause: z.enum(sessionCauses) }).nullable(),
});
export type SessionRecord = z.infer<typeof recordSchema>;

const fileName = 'session.json';

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}

/** True if `error` says that there is no space left. */
export function isDiskFull(error: unknown): boolean {
  return codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
}

/** The records of all sessions. Everything is synchronous, so that a change and its record are one step. */
export class SessionRecords {
  readonly #folder: string;

  /** `folder`: places.sessionsRunDir. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The sessions that have a folder. */
  list(): string[] {
    mkdirSync(this.#folder, { recursive: true, mode: 0o711 });
    return readdirSync(this.#folder).filter((name) => idSchema.safeParse(name).success);
  }

  /** Null if there is none. Throws if it cannot be read or is not what a record must be. */
  read(session: string): SessionRecord | null {
    let text: string;
    try {
      text = readFileSync(`${this.#folder}/${session}/${fileName}`, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
    return recordSchema.parse(JSON.parse(text));
  }

  /** The first record of a session; makes its folder. Throws, and leaves nothing, if there is no space. */
  create(record: SessionRecord): void {
    mkdirSync(`${this.#folder}/${record.session.id}`, { recursive: true, mode: 0o711 });
    try {
      this.write(record);
    } catch (error) {
      this.remove(record.session.id);
      throw error;
    }
  }

  /** Replaces the record. Does nothing once the session's folder is gone; throws, and keeps the old one, if there is no space. */
  write(record: SessionRecord): void {
    const file = `${this.#folder}/${record.session.id}/${fileName}`;
    try {
      writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      rmSync(`${file}.new`, { force: true });
      throw error;
    }
  }

  /** Removes the record, and the session's folder if nothing else is in it. */
  remove(session: string): void {
    const folder = `${this.#folder}/${session}`;
    rmSync(`${folder}/${fileName}`, { force: true });
    rmSync(`${folder}/${fileName}.new`, { force: true });
    try {
      rmdirSync(folder);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTEMPTY') throw error;
    }
  }
}
