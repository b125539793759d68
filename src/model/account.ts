// People: real Linux accounts, and the level that their Linux groups give them.

export const levels = ['standard', 'dashboard', 'administrator'] as const;
/** Standard user, Dashboard user (a teacher), Administrator. */
export type Level = (typeof levels)[number];

/** The Linux groups behind the levels. Who is in none of them may not sign in unless the setting says "everyone". */
export const levelGroups: Readonly<Record<Level, string>> = {
  standard: 'stationmaster-users',
  dashboard: 'stationmaster-dashboard',
  administrator: 'stationmaster-admins',
};

export interface Account {
  name: string;
  uid: number;
  fullName: string;
  level: Level;
  /** Member of one of the level groups. */
  listed: boolean;
}

/** An account as those who run the room see it. */
export interface Person extends Account {
  /** Of a directory (LDAP, SSSD): here only its level can be changed. */
  domain: boolean;
  /** Signing in is refused; what runs already goes on. */
  disabled: boolean;
  /** Member of one of the further groups that may sign in, where those were asked for. */
  inGroups: boolean;
}

/** What becomes of the files of an account that is removed: its home folder stays where it is, is packed up, or goes. */
export const accountFilesFates = ['keep', 'archive', 'remove'] as const;
export type AccountFilesFate = (typeof accountFilesFates)[number];

/**
 * Where a removal stands: nobody can sign in any more and sessions are ended; the files are packed up; the account goes; its files go.
 * A removal that failed was taken back.
 */
export const removalPhases = ['closing', 'packing', 'removing', 'clearing', 'done', 'failed'] as const;
export type RemovalPhase = (typeof removalPhases)[number];

export function isRemovalOver({ phase }: { phase: RemovalPhase }): boolean {
  return phase === 'done' || phase === 'failed';
}

/** What can be wrong with a line of a list of people that is to be imported. */
export const importFaults = [
  'quotes',
  'user',
  'system-name',
  'user-twice',
  'name-taken',
  'full-name',
  'password',
  'level',
] as const;
export type ImportFault = (typeof importFaults)[number];

/** A line of a list of people that is to be imported. */
export interface ImportLine {
  /** As in the file, from 1. */
  line: number;
  user: string;
  fullName: string;
  level: Level;
  password: string;
  /** The list had no password; this one was made. */
  made: boolean;
  /** Null: it can be imported. */
  fault: ImportFault | null;
}

/** True if nobody could run the room any more without this account. */
export function isLastAdministrator(people: readonly Person[], user: string): boolean {
  const able = people.filter((one) => one.listed && one.level === 'administrator' && !one.disabled);
  return able.length > 0 && able.every((one) => one.name === user);
}

/** Why a new account cannot have this name, or null: what useradd takes everywhere, and no name that packages use. */
export function newUserNameFault(name: string): 'form' | 'system-name' | null {
  if (!/^[a-z][a-z0-9_-]{0,31}$/.test(name)) return 'form';
  return /^(systemd-|stationmaster|nobody$|root$)/.test(name) ? 'system-name' : null;
}

/** True if the name can stand in /etc/passwd: its fields end at these, and pam_umask reads `umask=` and its like there. */
export function isFullName(name: string): boolean {
  return !/[:,=\u0000-\u001f\u007f]/u.test(name);
}

/** The highest level among the groups of an account, null if it is in none of them. */
export function levelOfGroups(groups: readonly string[]): Level | null {
  return levels.findLast((level) => groups.includes(levelGroups[level])) ?? null;
}

/** The longest account name that we take, in UTF-16 units; Linux itself allows 32. */
export const longestUserName = 256;

/** Why `name` cannot be an account's name at sign-in, or null. Whether it exists is not asked here. */
export function userNameFault(name: string): 'empty' | 'too-long' | 'forbidden-characters' | null {
  if (name === '') return 'empty';
  if (name.length > longestUserName) return 'too-long';
  // Control characters, "/" and ":" cannot be in an account's name; "-" first would look like an option.
  if (/[\u0000-\u001f\u007f/:,\s]|^-|\ufffd/u.test(name)) return 'forbidden-characters';
  return null;
}
