// The processes of an account, looked up in /proc.
import { readdir, readFile, stat } from 'node:fs/promises';

/** Names (the kernel's, 15 characters at most) of all processes of this account. */
export async function processNames(uid: number): Promise<string[]> {
  const names: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if ((await stat(`/proc/${pid}`)).uid === uid) names.push((await readFile(`/proc/${pid}/comm`, 'utf8')).trim());
    } catch {
      // It ended while we looked.
    }
  }
  return names;
}
