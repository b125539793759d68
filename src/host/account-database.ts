// Looks a person up in the computer's account database, whatever NSS knows (local, LDAP, SSSD).
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { levelOfGroups, userNameFault } from '#model/account.ts';
import type { PosixAccount } from './accounts.ts';

const run = promisify(execFile);

/** System accounts are never anybody's session, whatever the settings say; nor is `nobody`. */
const firstPersonsUid = 1000;
export const nobodysUid = 65_534;

export function isPersons({ uid }: { uid: number }): boolean {
  return uid >= firstPersonsUid && uid !== nobodysUid;
}

/** True for groups that people were put into, false for the system's. */
export function isPersonsGroup({ gid }: { gid: number }): boolean {
  return isPersons({ uid: gid });
}

/** getent's exit code for "there is no such entry". */
const noSuchEntry = 2;
const lookUpTimeoutMs = 20_000;

/** Names of all groups of an account. Rejects if the database cannot be asked. */
export async function groupNamesOf({ name }: { name: string }): Promise<string[]> {
  // With zeros between them: names of a domain have blanks.
  const { stdout } = await run('id', ['-Gnz', '--', name], { timeout: lookUpTimeoutMs, encoding: 'utf8' });
  return stdout.split('\0').filter((group) => group !== '');
}

/** Their numbers, in the same order. */
export async function groupNumbersOf({ name }: { name: string }): Promise<number[]> {
  const { stdout } = await run('id', ['-Gz', '--', name], { timeout: lookUpTimeoutMs, encoding: 'utf8' });
  return stdout
    .split('\0')
    .filter((number) => number !== '')
    .map(Number);
}

/**
 * The account named `name`, or null if there is none. In none of the level groups: level `standard`, not listed.
 * Rejects if the database itself cannot be asked.
 */
export async function lookUpAccount(name: string): Promise<PosixAccount | null> {
  if (userNameFault(name) !== null) return null;
  const options = { timeout: lookUpTimeoutMs, encoding: 'utf8' } as const;
  let line: string;
  try {
    line = (await run('getent', ['passwd', '--', name], options)).stdout;
  } catch (error) {
    if ((error as { code?: unknown }).code === noSuchEntry) return null;
    throw error;
  }
  const [canonical, , uid, gid, gecos, home, shell] = line.trimEnd().split(':');
  if (canonical === undefined || canonical === '' || home === undefined || shell === undefined) return null;
  // getent takes a number, `+7` as well, for a uid; that is nobody's name.
  if (/^\+?\d+$/.test(name) && canonical !== name) return null;
  const groups = await groupNamesOf({ name: canonical });
  const level = levelOfGroups(groups);
  return {
    name: canonical,
    uid: Number(uid),
    gid: Number(gid),
    fullName: gecos?.split(',')[0] ?? '',
    level: level ?? 'standard',
    listed: level !== null,
    home: home === '' ? '/' : home,
    shell: shell === '' ? '/bin/sh' : shell,
  };
}
