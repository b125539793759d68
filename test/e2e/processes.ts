// The processes of an account, looked up in /proc.
import { readdir, readFile, stat } from 'node:fs/promises';

async function processes(uid: number): Promise<{ pid: number; name: string }[]> {
  const found: { pid: number; name: string }[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if ((await stat(`/proc/${pid}`)).uid !== uid) continue;
      found.push({ pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Names (the kernel's, 15 characters at most) of all processes of this account. */
export async function processNames(uid: number): Promise<string[]> {
  return (await processes(uid)).map(({ name }) => name);
}

/** PIDs of this account's processes of that name. */
export async function processIds(uid: number, name: string): Promise<number[]> {
  return (await processes(uid)).filter((process) => process.name === name).map(({ pid }) => pid);
}
