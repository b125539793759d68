// Whom this computer signs in at stations without a password. The gateway, which faces the network, cannot add to it by itself: either an
// administrator has confirmed it with the own password, which PAM looked at, or root has written the account into a file of root's.
import { lstatSync } from 'node:fs';
import type { Logger } from 'pino';
import { z } from 'zod';
import { CodedError } from '#contract/errors.ts';
import type { Account } from '#model/account.ts';
import { isPersons } from './account-database.ts';
import { readFileIfThere, writeDurably } from './durable-file.ts';

const keptSchema = z.array(z.object({ user: z.string(), uid: z.number().int(), by: z.string() }));
type Kept = z.infer<typeof keptSchema>;

export interface AutoLogonFiles {
  /** The host's own, root's. */
  kept: string;
  /** One account a line, `#` begins a remark. Root writes it; it holds for administrators too. */
  byRoot: string;
}

const groupOrOthersWrite = 0o022;

export class AutoLogonList {
  readonly #files: AutoLogonFiles;
  readonly #describe: (user: string) => Promise<Account>;
  readonly #log: Logger;
  /** Whose files must be: root's. */
  readonly #owner: number;

  /** `describe` rejects with `not-found`. */
  constructor(files: AutoLogonFiles, describe: (user: string) => Promise<Account>, log: Logger, owner = 0) {
    this.#files = files;
    this.#describe = describe;
    this.#log = log;
    this.#owner = owner;
  }

  /** Rejects with `auto-logon-not-allowed`, `auto-logon-administrator`, `account-refused` (a system account), `not-found`. */
  async check(user: string): Promise<void> {
    const account = await this.#person(user);
    if (this.#byRoot().has(account.name)) return;
    if (account.level === 'administrator') throw new CodedError('auto-logon-administrator', { user: account.name });
    // An account that was removed and made again is somebody else.
    const isKept = this.#kept().some((one) => one.user === account.name && one.uid === account.uid);
    if (!isKept) throw new CodedError('auto-logon-not-allowed', { user: account.name });
  }

  /** `by`: whom PAM has just let in. Rejects with `not-allowed`, and as `check`. */
  async allow(user: string, by: Account): Promise<void> {
    if (by.level !== 'administrator') throw new CodedError('not-allowed');
    const account = await this.#person(user);
    if (account.level === 'administrator') throw new CodedError('auto-logon-administrator', { user: account.name });
    const others = this.#kept().filter((one) => one.user !== account.name);
    this.#write([...others, { user: account.name, uid: account.uid, by: by.name }]);
    this.#log.info({ user: account.name, by: by.name }, 'may be signed in at stations without a password');
  }

  /** From here on no longer, unless root's file says so. */
  forbid(user: string): void {
    const kept = this.#kept();
    const others = kept.filter((one) => one.user !== user);
    if (others.length === kept.length) return;
    this.#write(others);
    this.#log.info({ user }, 'may no longer be signed in at stations without a password');
  }

  /** Forbids all others, but for those of root's file. */
  keepOnly(users: ReadonlySet<string>): void {
    const kept = this.#kept();
    const left = kept.filter((one) => users.has(one.user));
    if (left.length === kept.length) return;
    this.#write(left);
    const gone = kept.filter((one) => !users.has(one.user)).map(({ user }) => user);
    this.#log.info({ users: gone }, 'may no longer be signed in at stations without a password: no station does it');
  }

  async #person(user: string): Promise<Account> {
    const account = await this.#describe(user);
    if (!isPersons(account)) throw new CodedError('account-refused');
    return account;
  }

  #write(kept: Kept): void {
    writeDurably(this.#files.kept, JSON.stringify(kept));
  }

  #kept(): Kept {
    try {
      const text = readFileIfThere(this.#files.kept);
      return text === null ? [] : keptSchema.parse(JSON.parse(text));
    } catch (error) {
      this.#log.error({ err: error, file: this.#files.kept }, 'the list of auto-logon cannot be used; nobody is on it');
      return [];
    }
  }

  #byRoot(): ReadonlySet<string> {
    const file = this.#files.byRoot;
    try {
      const text = readFileIfThere(file);
      if (text === null) return new Set();
      const { uid, mode } = lstatSync(file);
      if (uid !== this.#owner || (mode & groupOrOthersWrite) !== 0) {
        this.#log.warn({ file }, 'somebody else than root can write this file, so it does not count');
        return new Set();
      }
      const names = text.split('\n').map((line) => (line.split('#')[0] ?? '').trim());
      return new Set(names.filter((name) => name !== ''));
    } catch (error) {
      this.#log.error({ err: error, file }, 'the list of auto-logon cannot be read; nobody is on it');
      return new Set();
    }
  }
}
