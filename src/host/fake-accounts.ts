// Accounts in memory, for tests and for the product without root.
import { CodedError } from '#contract/errors.ts';
import type { Account, Level } from '#model/account.ts';
import type { Accounts, NewAccount, PosixAccount } from './accounts.ts';

const firstUid = 100_000;

export class FakeAccounts implements Accounts {
  readonly #people = new Map<string, { account: PosixAccount; password: string }>();

  /** Adds a person whose password is `password`. */
  add(name: string, fullName: string, level: Level, password: string): PosixAccount {
    const uid = firstUid + this.#people.size;
    const account = { name, uid, gid: uid, fullName, level, listed: true, home: `/home/${name}`, shell: '/bin/bash' };
    this.#people.set(name, { account, password });
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

  /** The account if the password is right, else null. */
  check(name: string, password: string): PosixAccount | null {
    const person = this.#people.get(name);
    return person?.password === password ? person.account : null;
  }

  async list(): Promise<Account[]> {
    await Promise.resolve();
    return [...this.#people.values()].map(({ account }) => account);
  }

  async describe(user: string): Promise<Account> {
    await Promise.resolve();
    return this.#find(user).account;
  }

  async create(order: NewAccount): Promise<Account> {
    await Promise.resolve();
    if (this.#people.has(order.user)) throw new CodedError('name-taken');
    return this.add(order.user, order.fullName, order.level, order.password);
  }

  async setLevel(user: string, level: Level): Promise<Account> {
    await Promise.resolve();
    const person = this.#find(user);
    person.account = { ...person.account, level };
    return person.account;
  }

  #find(user: string): { account: PosixAccount; password: string } {
    const person = this.#people.get(user);
    if (person === undefined) throw new CodedError('not-found');
    return person;
  }
}
