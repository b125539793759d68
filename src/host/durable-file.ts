// Files of root's that are replaced as a whole, and are on the disk when that is done.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Null if there is none. Throws if it cannot be read. */
export function readFileIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Writes or replaces it, readable by root only; makes its folder. Throws, and leaves what was there, if that fails. */
export function writeDurably(path: string, text: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fresh = `${path}.new`;
  try {
    rmSync(fresh, { force: true });
    const opened = openSync(fresh, 'wx', 0o600);
    try {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; ) written += writeSync(opened, bytes, written);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  syncFolder(folder);
}

/** Removes it, for good when this returns; does nothing if there is none. */
export function removeDurably(path: string): void {
  if (readFileIfThere(path) === null) return;
  rmSync(path);
  syncFolder(dirname(path));
}

/** As `writeDurably`, while the program goes on: for what is written often, or is large. The folder must be there. */
export async function writeDurablyMeanwhile(path: string, content: string | Uint8Array): Promise<void> {
  {
    await using handle = await open(`${path}.new`, 'w', 0o600);
    await handle.writeFile(content);
    await handle.sync();
  }
  await rename(`${path}.new`, path);
  await syncNames(dirname(path));
}

/** Fulfilled when the names in the folder are on the disk. */
export async function syncNames(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** True if `error` says that there is no space left. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}
