// Linux accounts of the computer, whatever NSS knows (local, LDAP, SSSD), and the changes that the Manager makes to them.
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '#contract/errors.ts';
import { isFullName, isLastAdministrator, levelGroups, levelOfGroups, levels, newUserNameFault } from '#model/account.ts';
import type { Account, AccountFilesFate, Level, Person } from '#model/account.ts';
import { groupNamesOf, groupNumbersOf, isPersonsGroup, lookUpAccount, nobodysUid } from './account-database.ts';
import { clearFiles, mustHaveNoMountIn, ownHome, packHome } from './account-files.ts';
import { busyRetryMs, change, entries, failure, mustSucceed } from './account-programs.ts';
import type { Finished } from './account-programs.ts';
import type { ClosedAccount, RemovalSteps } from './account-removals.ts';
import { mayBecomeRoot } from './may-become-root.ts';

export interface PosixAccount extends Account {
  gid: number;
  home: string;
  shell: string;
}

export interface NewAccount {
  user: string;
  fullName: string;
  password: string;
  level: Level;
  /** The password must be changed at the first sign-in. */
  mustChange?: boolean | undefined;
}

interface AccountValues {
  level?: Level | undefined;
  fullName?: string | undefined;
  disabled?: boolean | undefined;
}

export interface AccountChange extends AccountValues {
  user: string;
  /** What the change is based on; another value now is `changed-meanwhile`. */
  was?: AccountValues | undefined;
}

export interface Accounts {
  /** The people of this computer: no system accounts, none without a shell. By name. `groups`: whose members `inGroups` tells. */
  list(groups?: readonly string[]): Promise<Person[]>;
  /** Rejects with `not-found`. */
  describe(user: string): Promise<Account>;
  /** Names of all groups of an account, and which of them may be classes. Rejects with `not-found`. */
  groupsOf(user: string): Promise<{ groups: string[]; classes: string[] }>;
  /** Those of these groups that there are, as the system spells them. */
  groups(names: readonly string[]): Promise<string[]>;
  /** Makes an account with a home folder, or nothing. Rejects with `name-taken`, `bad-request` (details name the field), `disk-full`. */
  create(order: NewAccount): Promise<Account>;
  /** Puts an account into exactly the level's group. Rejects with `not-found`; with `not-allowed` for system accounts. */
  setLevel(user: string, level: Level): Promise<Account>;
  /** All of it or nothing. Rejects with `changed-meanwhile`, `last-administrator`, `domain-account`, and as `setLevel`. */
  change(order: AccountChange): Promise<Person>;
  /**
   * Gives what PAM remarks on a password that it takes. Rejects with `password-refused` (details: `says`), `domain-account`,
   * `may-become-root`.
   */
  setPassword(order: { user: string; password: string; mustChange: boolean }): Promise<{ says: string }>;
  /** What removing an account is made of; account-removals.ts has the order of it. */
  readonly removal: RemovalSteps;
}

/** Exit codes of useradd, userdel and their like. */
const exit = { inUse: 8, nameTaken: 9, homeNotMade: 12 } as const;
/** What an ended session leaves may take a moment to go. */
const lingeringPatienceMs = 5_000;
/** The traditional uid of `nobody`. */
/** Fields of /etc/shadow count days. */
const dayMs = 86_400_000;

async function uidRange(): Promise<{ first: number; last: number }> {
  const text = await readFile('/etc/login.defs', 'utf8').catch(() => '');
  const read = (key: string, otherwise: number): number => {
    const value = new RegExp(`^\\s*${key}\\s+(\\d+)`, 'm').exec(text)?.[1];
    return value === undefined ? otherwise : Number(value);
  };
  return { first: read('UID_MIN', 1000), last: read('UID_MAX', 60_000) };
}

/** Whether a shell lets people in: one of /etc/shells, or, where that is missing, none of those that only say no. */
async function shellTest(): Promise<(shell: string) => boolean> {
  const text = await readFile('/etc/shells', 'utf8').catch(() => null);
  if (text === null) return (shell) => !/\/(nologin|false|sync|halt|shutdown)$/.test(shell);
  const shells = new Set(text.split('\n').filter((line) => line.startsWith('/')));
  return (shell) => shell === '' || shells.has(shell);
}

function told(account: PosixAccount): Account {
  const { name, uid, fullName, level, listed } = account;
  return { name, uid, fullName, level, listed };
}

function checkFullName(fullName: string): void {
  if (!isFullName(fullName)) throw new CodedError('bad-request', { field: 'fullName' });
}

function checkPassword(password: string): void {
  if (password === '' || /[\u0000-\u001f\u007f]/.test(password)) throw new CodedError('bad-request', { field: 'password' });
}

function checkNewAccount({ user, fullName, password }: NewAccount): void {
  const fault = newUserNameFault(user);
  if (fault === 'form') throw new CodedError('bad-request', { field: 'user' });
  if (fault !== null) throw new CodedError('bad-request', { field: 'user', reason: fault });
  checkFullName(fullName);
  checkPassword(password);
}

/** What /etc/passwd and /etc/shadow say of the accounts that are this computer's own. */
interface LocalFacts {
  /** The comment with all its fields. */
  comment: string;
  hash: string;
  /** Day of 1970's calendar on which it expires; empty: never. */
  expires: string;
  disabled: boolean;
}

/** `passwd --lock` puts a mark before the hash; a mark alone is an account that never had a password. */
const isLocked = (hash: string): boolean => /^!+[^!*]/.test(hash);

async function localFacts(): Promise<Map<string, LocalFacts>> {
  const [passwd, shadow] = await Promise.all(['/etc/passwd', '/etc/shadow'].map((file) => readFile(file, 'utf8')));
  const fields = (text: string | undefined): string[][] => (text ?? '').split('\n').map((line) => line.split(':'));
  const secrets = new Map(fields(shadow).map((entry) => [entry[0] ?? '', entry]));
  const today = Date.now() / dayMs;
  return new Map(
    fields(passwd).map(([name = '', , , , comment = '']) => {
      const [, hash = '', , , , , , expires = ''] = secrets.get(name) ?? [];
      const expired = expires !== '' && Number(expires) <= today;
      return [name, { comment, hash, expires, disabled: expired || isLocked(hash) }];
    }),
  );
}

/** True if an account of this computer was locked (`passwd --lock`): PAM alone notices that only by the password, where it asks for one. */
export async function isLockedHere(name: string): Promise<boolean> {
  return isLocked((await localFacts()).get(name)?.hash ?? '');
}

function personOf(account: Account, facts: ReadonlyMap<string, LocalFacts>): Person {
  const local = facts.get(account.name);
  return { ...account, domain: local === undefined, disabled: local?.disabled ?? false, inGroups: false };
}

/** What the program said, as PAM words it. */
function wordsOf({ stderr }: Finished): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^\w+: /, '').trim());
  return lines
    .filter((line) => line !== '')
    .join(' ')
    .slice(0, 300);
}

/** The accounts of the computer that this program runs on. Changes need root. */
export class LinuxAccounts implements Accounts {
  /** Changes come one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  readonly removal: RemovalSteps = {
    begin: (order, note) => this.#inTurn(() => this.#beginRemoval(order, note)),
    reopen: (one) => this.#inTurn(() => this.#reopen(one)),
    pack: (home, file, progress) => packHome(home, file, progress),
    drop: (one) => this.#inTurn(() => this.#drop(one)),
    clear: (one) => clearFiles(one),
  };

  async list(further: readonly string[] = []): Promise<Person[]> {
    const [passwd, groups, range, mayLogIn, facts] = await Promise.all([
      entries('passwd'),
      entries('group', [...new Set([...Object.values(levelGroups), ...further])]),
      uidRange(),
      shellTest(),
      localFacts(),
    ]);
    const accounts = new Map<string, Account>();
    const gids = new Map(passwd.map(([name = '', , , gid]) => [name, gid]));
    for (const [name = '', , uid, gid, gecos = '', , shell = ''] of passwd) {
      const memberships = groups.filter((group) => group[2] === gid || group[3]?.split(',').includes(name));
      const level = levelOfGroups(memberships.map((group) => group[0] ?? ''));
      const isPerson = level !== null || (Number(uid) >= range.first && Number(uid) <= range.last);
      if (!isPerson || !mayLogIn(shell)) continue;
      const fullName = gecos.split(',')[0] ?? '';
      accounts.set(name, { name, uid: Number(uid), fullName, level: level ?? 'standard', listed: level !== null });
    }
    // Directories such as LDAP often do not enumerate; those who were given a level are known all the same.
    const isIn = ({ name }: Account): boolean =>
      groups.some(
        (group) => further.includes(group[0] ?? '') && (group[3]?.split(',').includes(name) || group[2] === gids.get(name)),
      );
    const members = new Set(groups.flatMap((group) => group[3]?.split(',') ?? []).filter((name) => name !== ''));
    const listed = new Set(passwd.map(([name]) => name));
    for (const name of members) {
      if (listed.has(name)) continue;
      const account = await lookUpAccount(name);
      if (account !== null && mayLogIn(account.shell)) accounts.set(account.name, told(account));
    }
    return [...accounts.values()]
      .map((account) => ({ ...personOf(account, facts), inGroups: isIn(account) }))
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  async describe(user: string): Promise<Account> {
    const account = await lookUpAccount(user);
    if (account === null) throw new CodedError('not-found');
    return told(account);
  }

  async groupsOf(user: string): Promise<{ groups: string[]; classes: string[] }> {
    const { name } = await this.describe(user);
    const [groups, numbers] = await Promise.all([groupNamesOf({ name }), groupNumbersOf({ name })]);
    const others = new Set<string>([name, ...Object.values(levelGroups)]);
    // Whoever joined or left one between the two questions is asked about again soon.
    const classes = groups.filter((group, index) => !others.has(group) && isPersonsGroup({ gid: numbers[index] ?? 0 }));
    return { groups, classes };
  }

  async groups(names: readonly string[]): Promise<string[]> {
    // getent takes a number for a gid; that is no group's name.
    const asked = names.filter((name) => name !== '' && !/^\+?\d+$/.test(name));
    return asked.length === 0 ? [] : (await entries('group', asked)).map(([name = '']) => name);
  }

  async create(order: NewAccount): Promise<Account> {
    checkNewAccount(order);
    return await this.#inTurn(() => this.#create(order));
  }

  async setLevel(user: string, level: Level): Promise<Account> {
    return await this.#inTurn(async () => {
      await this.#mustStayRun(await this.#changeable(user), level !== 'administrator');
      return await this.#setLevel(user, level);
    });
  }

  async change(order: AccountChange): Promise<Person> {
    if (order.fullName !== undefined) checkFullName(order.fullName);
    return await this.#inTurn(() => this.#change(order));
  }

  async setPassword(order: { user: string; password: string; mustChange: boolean }): Promise<{ says: string }> {
    checkPassword(order.password);
    return await this.#inTurn(() => this.#setPassword(order));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  async #create({ user, fullName, password, level, mustChange }: NewAccount): Promise<Account> {
    const [passwd, groups] = await Promise.all([entries('passwd', [user]), entries('group', [user])]);
    if (passwd.length > 0 || groups.length > 0) throw new CodedError('name-taken');
    // useradd would hand the files of somebody else over to the new account's name.
    const home = await stat(`/home/${user}`).catch(() => null);
    if (home !== null) throw new CodedError('name-taken', { home: `/home/${user}` });
    const group = levelGroups[level];
    await mustSucceed('groupadd', ['--force', '--system', '--', group]);
    const options = ['--create-home', '--user-group', '--no-log-init', '--shell', '/bin/bash'];
    const made = await change('useradd', [
      ...options,
      '--home-dir',
      `/home/${user}`,
      '--comment',
      fullName,
      '--groups',
      group,
      '--',
      user,
    ]);
    if (made.code === exit.nameTaken) throw new CodedError('name-taken');
    if (made.code !== 0) {
      if (made.code === exit.homeNotMade) await this.#remove(user);
      throw failure('useradd', made);
    }
    try {
      await this.#setHash(user, password);
      if (mustChange === true) await this.#mustChange(user);
      return await this.describe(user);
    } catch (error) {
      await this.#remove(user);
      throw error;
    }
  }

  async #remove(user: string): Promise<void> {
    await change('userdel', ['--remove', '--force', '--', user]);
  }

  /** Rejects with `not-found`, and with `not-allowed` for accounts that are not people's. */
  async #changeable(user: string): Promise<PosixAccount & Person> {
    const account = await lookUpAccount(user);
    if (account === null) throw new CodedError('not-found');
    const isSystem = newUserNameFault(account.name) === 'system-name' || account.uid === nobodysUid;
    if (account.uid < (await uidRange()).first || isSystem) throw new CodedError('not-allowed');
    return { ...account, ...personOf(account, await localFacts()) };
  }

  /** As `#changeable`, and with `domain-account` where only the directory can change it. */
  async #local(user: string): Promise<{ account: PosixAccount & Person; facts: LocalFacts }> {
    const account = await this.#changeable(user);
    const facts = (await localFacts()).get(account.name);
    if (facts === undefined) throw new CodedError('domain-account');
    return { account, facts };
  }

  /** Rejects with `last-administrator` if this account is that and `loses` says that it will no longer be. */
  async #mustStayRun(account: Account, loses: boolean): Promise<void> {
    if (loses && isLastAdministrator(await this.list(), account.name)) throw new CodedError('last-administrator');
  }

  async #change({ user, was, ...wanted }: AccountChange): Promise<Person> {
    const before = await this.#changeable(user);
    const known = Object.entries(was ?? {}) as [keyof AccountValues, unknown][];
    if (known.some(([name, value]) => value !== undefined && before[name] !== value)) throw new CodedError('changed-meanwhile');
    const { level, fullName = before.fullName, disabled = before.disabled } = wanted;
    const loses = disabled || (level !== undefined && level !== 'administrator');
    await this.#mustStayRun(before, loses && !before.disabled);
    await using undo = new AsyncDisposableStack();
    if (fullName !== before.fullName) {
      const { facts } = await this.#local(user);
      const [, ...others] = facts.comment.split(',');
      await mustSucceed('usermod', ['--comment', [fullName, ...others].join(','), '--', before.name]);
      undo.defer(() => mustSucceed('usermod', ['--comment', facts.comment, '--', before.name]));
    }
    if (disabled !== before.disabled) {
      const { facts } = await this.#local(user);
      await this.#expire(before.name, disabled ? '1' : '');
      undo.defer(() => this.#expire(before.name, facts.expires));
      if (!disabled && isLocked(facts.hash)) await mustSucceed('usermod', ['--unlock', '--', before.name]);
    }
    if (level !== undefined && (level !== before.level || !before.listed)) await this.#setLevel(user, level);
    undo.move();
    return personOf(await this.describe(user), await localFacts());
  }

  /** An account that has expired is refused by PAM whatever way somebody signs in. */
  async #expire(name: string, day: string): Promise<void> {
    await mustSucceed('chage', ['--expiredate', day === '' ? '-1' : day, '--', name]);
  }

  async #mustChange(name: string): Promise<void> {
    await mustSucceed('chage', ['--lastday', '0', '--', name]);
  }

  /** Gives PAM's remarks. */
  async #setHash(name: string, password: string): Promise<string> {
    const set = await change('chpasswd', [], `${name}:${password}\n`);
    const says = wordsOf(set);
    if (set.code === 0) return says;
    const fault = failure('chpasswd', set);
    throw fault instanceof CodedError ? fault : new CodedError('password-refused', { says }, { cause: fault });
  }

  async #setPassword(order: { user: string; password: string; mustChange: boolean }): Promise<{ says: string }> {
    const { account, facts } = await this.#local(order.user);
    if (await mayBecomeRoot(account)) throw new CodedError('may-become-root');
    const says = await this.#setHash(account.name, order.password);
    if (!order.mustChange) return { says };
    await using undo = new AsyncDisposableStack();
    undo.defer(async () => void (await change('chpasswd', ['--encrypted'], `${account.name}:${facts.hash}\n`)));
    await this.#mustChange(account.name);
    undo.move();
    return { says };
  }

  async #beginRemoval(
    { user, files }: { user: string; files: AccountFilesFate },
    note: (closed: ClosedAccount) => void,
  ): Promise<PosixAccount> {
    const { account, facts } = await this.#local(user);
    await this.#mustStayRun(account, true);
    const home = await ownHome(account);
    if (home !== null && files !== 'keep') await mustHaveNoMountIn(home);
    note({ user: account.name, uid: account.uid, home, files, expires: facts.expires });
    await this.#expire(account.name, '1');
    return account;
  }

  /** Whether this account still is there; another one may have got its name. */
  async #isThere({ user, uid }: ClosedAccount): Promise<boolean> {
    return (await lookUpAccount(user))?.uid === uid;
  }

  async #reopen(one: ClosedAccount): Promise<boolean> {
    if (!(await this.#isThere(one))) return false;
    await this.#expire(one.user, one.expires);
    return true;
  }

  async #drop(one: ClosedAccount): Promise<void> {
    if (!(await this.#isThere(one))) return;
    const untilMs = performance.now() + lingeringPatienceMs;
    let gone = await change('userdel', ['--', one.user]);
    while (gone.code === exit.inUse && performance.now() < untilMs) {
      await pause(busyRetryMs);
      gone = await change('userdel', ['--', one.user]);
    }
    // It changes one file after the other (passwd before shadow): one that failed may have removed the account all the same.
    if (gone.code === 0 || !(await this.#isThere(one))) return;
    if (gone.code === exit.inUse) throw new CodedError('account-in-use');
    throw failure('userdel', gone);
  }

  async #setLevel(user: string, level: Level): Promise<Account> {
    const account = await this.#changeable(user);
    const wanted = levelGroups[level];
    await mustSucceed('groupadd', ['--force', '--system', '--', wanted]);
    const groups = await entries(
      'group',
      levels.map((one) => levelGroups[one]),
    );
    const isMember = (name: string): boolean =>
      groups.some((group) => group[0] === name && group[3]?.split(',').includes(account.name) === true);
    await using undo = new AsyncDisposableStack();
    if (!isMember(wanted)) {
      await mustSucceed('gpasswd', ['--add', account.name, wanted]);
      undo.defer(() => mustSucceed('gpasswd', ['--delete', account.name, wanted]));
    }
    for (const other of levels.map((one) => levelGroups[one])) {
      if (other === wanted || !isMember(other)) continue;
      await mustSucceed('gpasswd', ['--delete', account.name, other]);
      undo.defer(() => mustSucceed('gpasswd', ['--add', account.name, other]));
    }
    const changed = await this.describe(user);
    // A group of a directory (LDAP), or one that is the account's main group, cannot be changed from here.
    if (changed.level !== level) throw new CodedError('not-possible-now', { level: changed.level });
    undo.move();
    return changed;
  }
}
