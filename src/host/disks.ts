// How full the file systems are that sessions live on: the one of the host's state, with saved sessions, and the one of the homes.
import { stat, statfs } from 'node:fs/promises';
import type { Disk, DiskContent } from '#model/alert.ts';

export type DiskFolders = Readonly<Record<DiskContent, string>>;

/** One entry for each file system; a folder that is not there has none. */
export async function readDisks(folders: DiskFolders): Promise<Disk[]> {
  const found = new Map<number, { holds: DiskContent[]; totalBytes: number; freeBytes: number }>();
  for (const holds of ['state', 'homes'] as const) {
    try {
      const [{ dev }, { blocks, bavail, bsize }] = await Promise.all([stat(folders[holds]), statfs(folders[holds])]);
      const there = found.get(dev);
      if (there === undefined) found.set(dev, { holds: [holds], totalBytes: blocks * bsize, freeBytes: bavail * bsize });
      else there.holds.push(holds);
    } catch {
      // Nothing can be said of a folder that is missing or does not answer.
    }
  }
  return [...found.values()];
}
