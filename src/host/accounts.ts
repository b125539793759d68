// Linux accounts of the computer, whatever NSS knows (local, LDAP, SSSD), and the changes that the Manager makes to them.
import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '#contract/errors.ts';
import { levelGroups, levelOfGroups, levels, userNameFault } from '#model/account.ts';
import type { Account, Level } from '#model/account.ts';
import { lookUpAccount } from './account-database.ts';

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
}

export interface Accounts {
  /** The people of this computer: no system accounts, none without a shell. By name. */
  list(): Promise<Account[]>;
  /** Rejects with `not-found`. */
  describe(user: string): Promise<Account>;
  /** Makes an account with a home folder, or nothing. Rejects with `name-taken`, `bad-request` (details name the field), `disk-full`. */
  create(order: NewAccount): Promise<Account>;
  /** Puts an account into exactly the level's group. Rejects with `not-found`; with `not-allowed` for system accounts. */
  setLevel(user: string, level: Level): Promise<Account>;
}

/** What useradd takes everywhere and no program stumbles over. */
const newName = /^[a-z][a-z0-9_-]{0,31}$/;
/** Names that packages, systemd and Stationmaster itself make accounts with. */
const systemName = /^(systemd-|stationmaster|nobody$|root$)/;

/** Exit codes of useradd and its like. */
const exit = { fileBusy: 1, nameTaken: 9, fileNotWritten: 10, homeNotMade: 12 } as const;
/** getent: an entry that was asked for does not exist. */
const noSuchEntry = 2;

const programTimeoutMs = 60_000;
const busyRetryMs = 200;
const busyPatienceMs = 15_000;

interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one of the computer's programs. `input` goes to its standard input and nowhere else. */
async function finish(program: string, args: readonly string[], input = ''): Promise<Finished> {
  const child = spawn(program, args, {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: programTimeoutMs,
  });
  const ended = Promise.withResolvers<number>();
  child.once('error', ended.reject);
  child.once('close', (code) => ended.resolve(code ?? -1));
  // A program that does not read what it is given ends with a code that says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { code: await ended.promise, stdout, stderr };
}

/** Like `finish`, but waits while somebody else changes the account files. */
async function change(program: string, args: readonly string[], input = ''): Promise<Finished> {
  const untilMs = performance.now() + busyPatienceMs;
  for (;;) {
    const result = await finish(program, args, input);
    const busy = result.code !== 0 && /cannot lock|try again later/.test(result.stderr);
    if (!busy || performance.now() > untilMs) return result;
    await pause(busyRetryMs);
  }
}

function failure(program: string, result: Finished): Error {
  if (/No space left|Disk quota/i.test(result.stderr)) return new CodedError('disk-full');
  return new Error(`${program} ended with ${result.code}: ${result.stderr.trim()}`);
}

async function mustSucceed(program: string, args: readonly string[]): Promise<void> {
  const result = await change(program, args);
  if (result.code !== 0) throw failure(program, result);
}

/** Entries of a database of NSS; those asked for that do not exist are left out. */
async function entries(database: 'passwd' | 'group', names: readonly string[] = []): Promise<string[][]> {
  const result = await finish('getent', [database, ...(names.length === 0 ? [] : ['--', ...names])]);
  if (result.code !== 0 && result.code !== noSuchEntry) throw failure('getent', result);
  return result.stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split(':')]));
}

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

function checkNewAccount({ user, fullName, password }: NewAccount): void {
  if (userNameFault(user) !== null || !newName.test(user)) throw new CodedError('bad-request', { field: 'user' });
  if (systemName.test(user)) throw new CodedError('bad-request', { field: 'user', reason: 'system-name' });
  // The fields of /etc/passwd and of its comment end at these.
  // pam_umask reads `umask=` and its like from this field.
  if (/[:,=\n\u0000-\u001f\u007f]/.test(fullName)) throw new CodedError('bad-request', { field: 'fullName' });
  if (password === '' || /[\u0000-\u001f\u007f]/.test(password)) throw new CodedError('bad-request', { field: 'password' });
}

/** The accounts of the computer that this program runs on. Changes need root. */
export class LinuxAccounts implements Accounts {
  /** Changes come one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  async list(): Promise<Account[]> {
    const [passwd, groups, range, mayLogIn] = await Promise.all([
      entries('passwd'),
      entries('group', Object.values(levelGroups)),
      uidRange(),
      shellTest(),
    ]);
    const accounts = new Map<string, Account>();
    for (const [name = '', , uid, gid, gecos = '', , shell = ''] of passwd) {
      const memberships = groups.filter((group) => group[2] === gid || group[3]?.split(',').includes(name));
      const level = levelOfGroups(memberships.map((group) => group[0] ?? ''));
      const isPerson = level !== null || (Number(uid) >= range.first && Number(uid) <= range.last);
      if (!isPerson || !mayLogIn(shell)) continue;
      const fullName = gecos.split(',')[0] ?? '';
      accounts.set(name, { name, uid: Number(uid), fullName, level: level ?? 'standard', listed: level !== null });
    }
    // Directories such as LDAP often do not enumerate; those who were given a level are known all the same.
    const members = new Set(groups.flatMap((group) => group[3]?.split(',') ?? []).filter((name) => name !== ''));
    const listed = new Set(passwd.map(([name]) => name));
    for (const name of members) {
      if (listed.has(name)) continue;
      const account = await lookUpAccount(name);
      if (account !== null && mayLogIn(account.shell)) accounts.set(account.name, told(account));
    }
    return [...accounts.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  async describe(user: string): Promise<Account> {
    const account = await lookUpAccount(user);
    if (account === null) throw new CodedError('not-found');
    return told(account);
  }

  async create(order: NewAccount): Promise<Account> {
    checkNewAccount(order);
    return await this.#inTurn(() => this.#create(order));
  }

  async setLevel(user: string, level: Level): Promise<Account> {
    return await this.#inTurn(() => this.#setLevel(user, level));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  async #create({ user, fullName, password, level }: NewAccount): Promise<Account> {
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
      const set = await change('chpasswd', [], `${user}:${password}\n`);
      if (set.code !== 0)
        throw /BAD PASSWORD/.test(set.stderr) ? new CodedError('bad-request', { field: 'password' }) : failure('chpasswd', set);
      return await this.describe(user);
    } catch (error) {
      await this.#remove(user);
      throw error;
    }
  }

  async #remove(user: string): Promise<void> {
    await change('userdel', ['--remove', '--force', '--', user]);
  }

  async #setLevel(user: string, level: Level): Promise<Account> {
    const account = await lookUpAccount(user);
    if (account === null) throw new CodedError('not-found');
    if (account.uid < (await uidRange()).first) throw new CodedError('not-allowed');
    const wanted = levelGroups[level];
    await mustSucceed('groupadd', ['--force', '--system', '--', wanted]);
    const groups = await entries(
      'group',
      levels.map((one) => levelGroups[one]),
    );
    const isMember = (name: string): boolean =>
      groups.some((group) => group[0] === name && group[3]?.split(',').includes(account.name) === true);
    if (!isMember(wanted)) await mustSucceed('gpasswd', ['--add', account.name, wanted]);
    for (const other of levels.map((one) => levelGroups[one])) {
      if (other !== wanted && isMember(other)) await mustSucceed('gpasswd', ['--delete', account.name, other]);
    }
    const changed = await this.describe(user);
    // A group of a directory (LDAP), or one that is the account's main group, cannot be changed from here.
    if (changed.level !== level) throw new CodedError('not-possible-now', { level: changed.level });
    return changed;
  }
}
