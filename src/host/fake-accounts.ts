// Accounts in memory, for tests and for the product without root.
import { CodedError } from '#contract/errors.ts';
import { isLastAdministrator, levelGroups, newUserNameFault } from '#model/account.ts';
import type { Account, Level, Person } from '#model/account.ts';
import type { RemovalSteps } from './account-removals.ts';
import type { AccountChange, Accounts, NewAccount, PosixAccount } from './accounts.ts';

const firstUid = 100_000;

interface FakePerson {
  account: PosixAccount;
  password: string;
  disabled: boolean;
  domain: boolean;
  /** Beside those of the levels. */
  groups: readonly string[];
}

export class FakeAccounts implements Accounts {
  readonly #people = new Map<string, FakePerson>();
  /** Groups that there are, whoever is in them. */
  readonly #groups = new Set<string>();

  /** What packing up waits for. */
  packing: (progress: (doneBytes: number, totalBytes: number | null) => void) => Promise<void> = async () => {};

  readonly removal: RemovalSteps = {
    begin: async ({ user, files }, note) => {
      const person = this.#find(user);
      const { account, domain, disabled } = person;
      if (domain) throw new CodedError('domain-account');
      await this.#mustStayRun(user, true);
      note({ user, uid: account.uid, home: account.home, files, expires: disabled ? '1' : '' });
      person.disabled = true;
      return account;
    },
    reopen: async ({ user, expires }) => {
      await Promise.resolve();
      const person = this.#people.get(user);
      if (person !== undefined) person.disabled = expires !== '';
      return person !== undefined;
    },
    pack: (_home, _file, progress) => this.packing(progress),
    drop: async ({ user }) => {
      await Promise.resolve();
      this.#people.delete(user);
    },
    clear: async ({ home, files }) => {
      await Promise.resolve();
      return files === 'keep' ? home : null;
    },
  };

  /** Adds a person whose password is `password`. */
  add(name: string, fullName: string, level: Level, password: string): PosixAccount {
    const uid = Math.max(firstUid - 1, ...[...this.#people.values()].map((one) => one.account.uid)) + 1;
    const account = { name, uid, gid: uid, fullName, level, listed: true, home: `/home/${name}`, shell: '/bin/bash' };
    this.#people.set(name, { account, password, disabled: false, domain: false, groups: [] });
    return account;
  }

  /** A room to try things in: an administrator, a teacher and three others, each with the own name as password. */
  static demonstration(): FakeAccounts {
    const accounts = new FakeAccounts();
    accounts.add('admin', 'Ada Admin', 'administrator', 'admin');
    accounts.add('teacher', 'Theo Teacher', 'dashboard', 'teacher');
    accounts.add('anna', 'Anna Adams', 'standard', 'anna');
    accounts.add('ben', 'Ben Baker', 'standard', 'ben');
    accounts.add('carla', 'Carla Cole', 'standard', 'carla');
    return accounts;
  }

  /** The account, whatever its password. */
  find(name: string): PosixAccount | null {
    return this.#people.get(name)?.account ?? null;
  }

  /** The account if the password is right, else null. */
  check(name: string, password: string): PosixAccount | null {
    const person = this.#people.get(name);
    return person?.password === password && !person.disabled ? person.account : null;
  }

  /** Takes it out of the level groups, and puts it into these. */
  moveToGroups(user: string, groups: readonly string[]): void {
    const person = this.#find(user);
    person.account = { ...person.account, level: 'standard', listed: false };
    person.groups = groups;
  }

  isIn(user: string, groups: readonly string[]): boolean {
    return this.#people.get(user)?.groups.some((name) => groups.includes(name)) ?? false;
  }

  /** Makes it an account of a directory. */
  moveToDomain(user: string): void {
    this.#find(user).domain = true;
  }

  async list(groups: readonly string[] = []): Promise<Person[]> {
    await Promise.resolve();
    return [...this.#people.values()].map(({ account, domain, disabled }) => ({
      ...account,
      domain,
      disabled,
      inGroups: this.isIn(account.name, groups),
    }));
  }

  async groupsOf(user: string): Promise<{ groups: string[]; classes: string[] }> {
    await Promise.resolve();
    const { account, groups } = this.#find(user);
    return { groups: [...groups, ...(account.listed ? [levelGroups[account.level]] : [])], classes: [...groups] };
  }

  async groups(names: readonly string[]): Promise<string[]> {
    await Promise.resolve();
    const known = new Set([...Object.values<string>(levelGroups), ...this.#groups]);
    for (const { groups } of this.#people.values()) for (const name of groups) known.add(name);
    return names.filter((name) => known.has(name));
  }

  /** Makes a group, whoever is in it. */
  addGroup(name: string): void {
    this.#groups.add(name);
  }

  /** Puts it into these beside its level's. */
  joinGroups(user: string, groups: readonly string[]): void {
    this.#find(user).groups = groups;
  }

  async describe(user: string): Promise<Account> {
    await Promise.resolve();
    return this.#find(user).account;
  }

  async create(order: NewAccount): Promise<Account> {
    await Promise.resolve();
    if (newUserNameFault(order.user) !== null) throw new CodedError('bad-request', { field: 'user' });
    if (this.#people.has(order.user)) throw new CodedError('name-taken');
    return this.add(order.user, order.fullName, order.level, order.password);
  }

  async setLevel(user: string, level: Level): Promise<Account> {
    await Promise.resolve();
    const person = this.#find(user);
    await this.#mustStayRun(user, level !== 'administrator');
    person.account = { ...person.account, level, listed: true };
    return person.account;
  }

  async change({ user, was, ...wanted }: AccountChange): Promise<Person> {
    const person = this.#find(user);
    const before = { ...person.account, disabled: person.disabled };
    const known = Object.entries(was ?? {}) as ['level' | 'fullName' | 'disabled', unknown][];
    if (known.some(([name, value]) => value !== undefined && before[name] !== value)) throw new CodedError('changed-meanwhile');
    const { level = before.level, fullName = before.fullName, disabled = before.disabled } = wanted;
    await this.#mustStayRun(user, disabled || level !== 'administrator');
    if (person.domain && (fullName !== before.fullName || disabled !== before.disabled)) throw new CodedError('domain-account');
    person.disabled = disabled;
    person.account = { ...person.account, fullName, level, listed: before.listed || wanted.level !== undefined };
    return { ...person.account, disabled, domain: person.domain, inGroups: false };
  }

  async setPassword({ user, password }: { user: string; password: string }): Promise<{ says: string }> {
    await Promise.resolve();
    const person = this.#find(user);
    if (person.domain) throw new CodedError('domain-account');
    if (password.length < 3) throw new CodedError('password-refused', { says: 'BAD PASSWORD: it is too short' });
    person.password = password;
    return { says: '' };
  }

  async #mustStayRun(user: string, loses: boolean): Promise<void> {
    if (loses && isLastAdministrator(await this.list(), user)) throw new CodedError('last-administrator');
  }

  #find(user: string): FakePerson {
    const person = this.#people.get(user);
    if (person === undefined) throw new CodedError('not-found');
    return person;
  }
}
