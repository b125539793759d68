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
