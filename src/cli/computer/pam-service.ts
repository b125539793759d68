// The file in /etc/pam.d by which people sign in; an administrator's changes to it stay.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { say } from '../voice.ts';
import type { Layout } from './layout.ts';
import { writeWhole } from './whole-file.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const readIfThere = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);

export function pamFile(layout: Layout): string {
  return `/etc/pam.d/${layout.places.pamService}`;
}

/** Installs the packaged file if there is none, or if the one there is as we wrote it. */
export async function installPamService(layout: Layout): Promise<void> {
  const packaged = await readFile(`${layout.tree}/packaging/pam.d/stationmaster`, 'utf8');
  const file = pamFile(layout);
  const stamp = `${layout.places.stateDir}/pam-service.sha256`;
  const there = await readIfThere(file);
  if (there === packaged) {
    if ((await readIfThere(stamp)) !== digest(packaged)) await writeWhole(stamp, digest(packaged), 0o644);
    return;
  }
  if (there !== null && digest(there) !== (await readIfThere(stamp))) {
    say(`${file} was changed on this computer and stays as it is; the packaged one is packaging/pam.d/stationmaster.`);
    return;
  }
  await writeWhole(file, packaged, 0o644);
  await writeWhole(stamp, digest(packaged), 0o644);
}
