// Where a session's things are on the computer, and how they are read: what a person may have put there is never followed.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, watch } from 'node:fs';
import { chmod, chown, mkdir, rename, statfs, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { idSchema } from '#contract/values.ts';
import type { Places } from '#contract/places.ts';
import type { ProcessMark } from './processes.ts';

const run = promisify(execFile);

/** Less room than this on a disk counts as none. */
const smallestRoomBytes = 256 * 1024;

export const desktopRecordSchema = z.object({
  session: idSchema,
  user: z.string(),
  uid: z.number().int(),
  desktop: z.string(),
  /** Its X display's number, and where its PIDs begin. */
  slot: z.number().int(),
  pamService: z.string(),
});
/** What is kept of a desktop in its folder, `record.json`. */
export type DesktopRecord = z.infer<typeof desktopRecordSchema>;

/** Reads a small file of root's; undefined if it is not there. */
export function readSmall(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Replaces a file by one that is whole, whenever one looks. */
export async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}

export async function makeFolder(folder: string, mode: number, uid = 0, gid = 0): Promise<void> {
  await mkdir(folder);
  await chown(folder, uid, gid);
  await chmod(folder, mode);
}

export async function lacksRoom(folder: string, bytes = smallestRoomBytes): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < bytes;
}

export function markFrom(text: string | undefined): ProcessMark | null {
  const [pid, startTicks] = (text ?? '').split(' ').map(Number);
  return pid !== undefined && startTicks !== undefined && pid > 1 ? { pid, startTicks } : null;
}

export class Folders {
  readonly session: string;
  /** Gone at a restart of the computer. */
  readonly run: string;
  /** On disk: what the session needs as long as it is kept, its /tmp among it. */
  readonly state: string;

  constructor(places: Places, session: string) {
    this.session = session;
    this.run = `${places.sessionsRunDir}/${session}`;
    this.state = `${places.sessionsStateDir}/${session}`;
  }

  get init(): ProcessMark | null {
    return markFrom(readSmall(`${this.run}/init`));
  }

  get record(): DesktopRecord | null {
    try {
      return desktopRecordSchema.parse(JSON.parse(readFileSync(`${this.run}/record.json`, 'utf8')));
    } catch {
      return null;
    }
  }

  get exitCode(): number | null {
    const text = readSmall(`${this.run}/exit`);
    return text === undefined ? null : Number(text);
  }

  /** rm, because it does not follow links that the person may put there meanwhile. */
  async remove(): Promise<void> {
    await removeFolders(this.run, this.state);
  }
}

export async function removeFolders(...folders: readonly string[]): Promise<void> {
  await run('rm', ['-rf', '--one-file-system', '--', ...folders]);
}

/** Fulfilled when there is something of this name in the folder. Rejects when `signal` aborts. */
export function appearance(folder: string, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder);
    const look = (): void => {
      if (!signal.aborted && !existsSync(`${folder}/${name}`)) return;
      watcher.close();
      signal.removeEventListener('abort', look);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    watcher.on('change', look);
    watcher.on('error', reject);
    signal.addEventListener('abort', look);
    look();
  });
}
