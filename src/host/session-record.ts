// What the host program's next life must know of the sessions: one small file for each, replaced as a whole.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { idSchema, savedSessionSchema, sessionSchema } from '#contract/values.ts';
import { sessionCauses } from '#model/session.ts';

const recordSchema = z.object({
  version: z.literal(1),
  /** Records of a version that could not save sessions lack `saved`. */
  session: sessionSchema.extend({ saved: savedSessionSchema.nullable().default(null) }),
  /** A log-off with a countdown. `dueMs` is the computer's running time, which no change of its clock moves. */
  countdown: z.object({ dueMs: z.number(), cause: z.enum(sessionCauses) }).nullable(),
});
export type SessionRecord = z.infer<typeof recordSchema>;

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}

/** The records of all sessions. Everything is synchronous, so that a change and its record are one step. */
export class SessionRecords {
  readonly #folder: string;

  /** `folder`: where they lie, nothing else does. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The sessions that have a record. Makes the folder if it is missing. */
  list(): string[] {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(this.#folder).map((name) => /^(.*)\.json$/.exec(name)?.[1]);
    return names.filter((name) => name !== undefined && idSchema.safeParse(name).success) as string[];
  }

  /** Null if there is none. Throws if it cannot be read or is not what a record must be. */
  read(session: string): SessionRecord | null {
    let text: string;
    try {
      text = readFileSync(this.#file(session), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
    return recordSchema.parse(JSON.parse(text));
  }

  /** Writes or replaces the record. Throws, and leaves what was there, if there is no space. */
  write(record: SessionRecord): void {
    const file = this.#file(record.session.id);
    try {
      writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      rmSync(`${file}.new`, { force: true });
      throw error;
    }
  }

  remove(session: string): void {
    rmSync(this.#file(session), { force: true });
    rmSync(`${this.#file(session)}.new`, { force: true });
  }

  #file(session: string): string {
    return `${this.#folder}/${session}.json`;
  }
}
