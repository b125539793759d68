// Files that are either there as a whole or not at all.
import { chown, open, rename, rm } from 'node:fs/promises';

export interface FileOwner {
  uid: number;
  gid: number;
}

/** Writes beside, makes it last, then renames. */
export async function writeWhole(path: string, content: string | Uint8Array, mode: number, owner?: FileOwner): Promise<void> {
  const beside = `${path}.new-${process.pid}`;
  try {
    await using file = await open(beside, 'w', mode);
    await file.writeFile(content);
    await file.chmod(mode);
    await file.sync();
    if (owner !== undefined) await chown(beside, owner.uid, owner.gid);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
