// Removals of accounts, from the order to the end: what is being done stands on the disk before it is done, so that the host's next
// life finishes it or takes it back. They may take hours; whoever ordered one need not wait.
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { CodedError, tellError } from '#contract/errors.ts';
import { accountRemovalSchema } from '#contract/values.ts';
import type { AccountRemoval } from '#contract/values.ts';
import { isRemovalOver } from '#model/account.ts';
import type { AccountFilesFate } from '#model/account.ts';
import { endSessionsOf } from './account-sessions.ts';
import type { Accounts, PosixAccount } from './accounts.ts';
import type { AutoLogonList } from './auto-logon-list.ts';
import type { Clock } from './clock.ts';
import { isDiskFull, readFileIfThere, removeDurably, writeDurably } from './durable-file.ts';
import { newIdentity } from './identity.ts';
import type { Sessions } from './sessions.ts';

/** Taking one back may be in the way of somebody who edits the account files, or of a full disk: it is tried again after that. */
const retryAfterMs = 30_000;

const noteSchema = accountRemovalSchema.extend({
  uid: z.number().int(),
  home: z.string().nullable(),
  /** When the account would have expired; empty: never. */
  expires: z.string(),
  /** Where its files are packed to, whole or not. */
  packedTo: z.string().nullable(),
});
type Note = z.infer<typeof noteSchema>;

/** An account that nobody can sign in with any more. */
export type ClosedAccount = Pick<Note, 'user' | 'uid' | 'home' | 'files' | 'expires'>;

export interface RemovalSteps {
  /**
   * Closes the account, after `note` was told what to remember for that. Rejects, and leaves all as it was, with
   * `last-administrator`, `domain-account`, `home-not-own`, `not-allowed`, `not-found`, and with what `note` throws.
   */
  begin(order: { user: string; files: AccountFilesFate }, note: (closed: ClosedAccount) => void): Promise<PosixAccount>;
  /** Makes it as it was. Gives false, and does nothing, if it is no more. */
  reopen(closed: ClosedAccount): Promise<boolean>;
  /** Rejects with `disk-full` if there is no room. */
  pack(home: string, file: string, progress: (doneBytes: number, totalBytes: number | null) => void): Promise<void>;
  /** Removes the account, if it is still there. Rejects with `account-in-use`. */
  drop(closed: ClosedAccount): Promise<void>;
  /** Does with the files what was ordered. Gives where files still are, null if nowhere. */
  clear(closed: ClosedAccount): Promise<string | null>;
}

export interface RemovalOrder {
  user: string;
  files: AccountFilesFate;
  endSession: boolean;
  /** Who ordered it, and from where. */
  by: string;
  address: string;
}

interface RemovalParts {
  steps: RemovalSteps;
  /** One file for each removal that has not ended, or whose end has not been noted. */
  notesDir: string;
  /** Where the files of removed accounts are packed to. */
  archiveDir: string;
  /** Rejects with `session-exists` if there is a session and it may not be ended. */
  endSessions: (account: PosixAccount, may: boolean) => Promise<void>;
  /** Called when an account is no more. */
  gone: (user: string) => void;
  clock: Clock;
  log: Logger;
}

interface HostParts {
  accounts: Accounts;
  sessions: Sessions;
  autoLogons: AutoLogonList;
  clock: Clock;
  log: Logger;
}

export class AccountRemovals {
  readonly #parts: RemovalParts;
  readonly #notes = new Map<string, Note>();
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();
  /** Accounts whose removal is being ordered just now. */
  readonly #ordered = new Set<string>();

  constructor(parts: RemovalParts) {
    this.#parts = parts;
  }

  /** As a host has it: in the folder of its state. */
  static of(
    { accounts, sessions, autoLogons, clock, log }: HostParts,
    folders: Pick<RemovalParts, 'notesDir' | 'archiveDir'>,
  ): AccountRemovals {
    return new AccountRemovals({
      steps: accounts.removal,
      ...folders,
      endSessions: (account, may) => endSessionsOf(account, { sessions, clock, may }),
      // A new account may get the name and the number.
      gone: (user) => autoLogons.forbid(user),
      clock,
      log,
    });
  }

  /** Goes on with what an earlier life left: what had only begun is taken back, the rest is finished. */
  async start(): Promise<void> {
    const { notesDir, archiveDir, log } = this.#parts;
    mkdirSync(notesDir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(archiveDir).catch(() => []))
      if (name.endsWith('.part')) await rm(join(archiveDir, name), { force: true });
    for (const name of readdirSync(notesDir)) {
      if (!name.endsWith('.json')) continue;
      const note = this.#read(join(notesDir, name));
      if (note === null) continue;
      this.#notes.set(note.id, note);
      if (isRemovalOver(note)) continue;
      log.info({ user: note.user, phase: note.phase }, 'the removal of an account was interrupted');
      void this.#run(note, null);
    }
  }

  /** Those that are going on, and those whose end nobody has noted yet. */
  list(): AccountRemoval[] {
    return [...this.#notes.values()].map(told);
  }

  isGoing(user: string): boolean {
    return this.#ordered.has(user) || [...this.#notes.values()].some((note) => note.user === user && !isRemovalOver(note));
  }

  /** Throws `account-being-removed`. */
  mustNotBeGoing(user: string): void {
    if (this.isGoing(user)) throw new CodedError('account-being-removed', { user });
  }

  /** Fulfilled when it has begun. Rejects, and nothing was done, as `RemovalSteps.begin`. */
  async order(order: RemovalOrder): Promise<AccountRemoval> {
    const { steps, clock } = this.#parts;
    const { user, files, by, address } = order;
    this.mustNotBeGoing(user);
    this.#ordered.add(user);
    const id = newIdentity();
    try {
      const account = await steps.begin({ user, files }, (closed) => {
        const note: Note = {
          ...closed,
          id,
          phase: 'closing',
          doneBytes: 0,
          totalBytes: null,
          archive: null,
          left: null,
          error: null,
          startedAt: clock.wallMs(),
          by,
          address,
          packedTo: null,
        };
        this.#write(note);
        this.#notes.set(id, note);
      });
      const note = this.#mustHave(id);
      void this.#run(note, () => this.#parts.endSessions(account, order.endSession));
      return told(note);
    } catch (error) {
      if (this.#notes.delete(id)) removeDurably(this.#file(id));
      throw isDiskFull(error) ? new CodedError('disk-full') : error;
    } finally {
      this.#ordered.delete(user);
    }
  }

  /** The removal, when it is over or after that time. Rejects with `not-found`. */
  async waitFor(id: string, limitMs: number): Promise<AccountRemoval> {
    const note = this.#mustHave(id);
    const end = this.#ends.get(id);
    if (end !== undefined) {
      const late = Promise.withResolvers<void>();
      using _limit = this.#parts.clock.after(limitMs, late.resolve);
      await Promise.race([end.promise, late.promise]);
    }
    return told(note);
  }

  /** Its end is known where it is kept for good: it is forgotten here. Does nothing while it goes on. */
  noted(id: string): void {
    const note = this.#notes.get(id);
    if (note === undefined || !isRemovalOver(note)) return;
    removeDurably(this.#file(id));
    this.#notes.delete(id);
  }

  /** Never rejects. `endSessions` null: an earlier life began this. */
  async #run(note: Note, endSessions: (() => Promise<void>) | null): Promise<void> {
    const end = Promise.withResolvers<void>();
    this.#ends.set(note.id, end);
    try {
      await this.#untilDropped(note, endSessions);
      await this.#afterDropped(note);
    } catch (error) {
      await this.#takeBack(note, error);
    } finally {
      this.#ends.delete(note.id);
      end.resolve();
    }
  }

  async #untilDropped(note: Note, endSessions: (() => Promise<void>) | null): Promise<void> {
    const { steps } = this.#parts;
    if (note.phase === 'closing') {
      // Who ordered it was not told that it had begun, or it is being taken back.
      if (endSessions === null) throw new CodedError('interrupted');
      await endSessions();
      if (note.files === 'archive' && note.home !== null) {
        const packedTo = await this.#archiveFor(note);
        this.#to(note, { phase: 'packing', packedTo });
      } else this.#to(note, { phase: 'removing' });
    }
    if (note.phase === 'packing' && note.home !== null && note.packedTo !== null) {
      await steps.pack(note.home, note.packedTo, (doneBytes, totalBytes) => Object.assign(note, { doneBytes, totalBytes }));
      this.#to(note, { phase: 'removing' });
    }
    if (note.phase === 'removing') await steps.drop(note);
  }

  /** There is no way back from here. The files come last: whatever ends this in the middle, no account is left with half of them. */
  async #afterDropped(note: Note): Promise<void> {
    const { steps, gone, log } = this.#parts;
    if (note.phase === 'removing') {
      try {
        gone(note.user);
      } catch (error) {
        log.error({ err: error, user: note.user }, 'an account that is no more could not be forgotten everywhere');
      }
      this.#note(note, { phase: 'clearing' });
    }
    const left = await steps.clear(note).catch((error: unknown) => {
      log.error({ err: error, user: note.user }, 'the files of a removed account could not be cleared away');
      return note.home;
    });
    this.#note(note, { phase: 'done', archive: note.packedTo, left });
    log.info({ user: note.user, by: note.by, archive: note.packedTo, left }, 'an account was removed');
  }

  /** It is over only when it stands on the disk: whoever hears that it failed makes the host forget what taking it back needs. */
  async #takeBack(note: Note, fault: unknown): Promise<void> {
    const { steps, clock, log } = this.#parts;
    if (!(fault instanceof CodedError)) log.error({ err: fault, user: note.user }, 'removing an account failed');
    const error = note.error ?? tellError(isDiskFull(fault) ? new CodedError('disk-full') : fault);
    for (;;) {
      try {
        // First of all: from here on, the next life takes it back as well.
        if (note.phase !== 'closing' || note.error === null) this.#to(note, { phase: 'closing', error });
        const { packedTo } = note;
        const isBack = await steps.reopen(note);
        // Of an account that is no more, these may be the only files.
        if (isBack && packedTo !== null) await rm(packedTo, { force: true });
        const archive = packedTo !== null && existsSync(packedTo) ? packedTo : null;
        this.#to(note, { phase: 'failed', archive });
        return;
      } catch (again) {
        log.error({ err: again, user: note.user }, 'what was done to remove an account could not be taken back yet');
      }
      const paused = Promise.withResolvers<void>();
      using _pause = clock.after(retryAfterMs, paused.resolve);
      await paused.promise;
    }
  }

  async #archiveFor({ user }: Note): Promise<string> {
    const { archiveDir, clock } = this.#parts;
    await mkdir(archiveDir, { recursive: true, mode: 0o700 });
    await chmod(archiveDir, 0o700);
    const time = new Date(clock.wallMs()).toISOString().replaceAll(/[:.]/g, '-');
    return join(archiveDir, `${user}-${time}.tar.zst`);
  }

  #mustHave(id: string): Note {
    const note = this.#notes.get(id);
    if (note === undefined) throw new CodedError('not-found');
    return note;
  }

  #file(id: string): string {
    return join(this.#parts.notesDir, `${id}.json`);
  }

  #write(note: Note): void {
    writeDurably(this.#file(note.id), JSON.stringify(note));
  }

  /** Throws, and all is as it was, if it cannot be written. */
  #to(note: Note, change: Partial<Note>): void {
    this.#write({ ...note, ...change });
    Object.assign(note, change);
  }

  /** Where nothing can be taken back any more: goes on also if it cannot be written; the next life does it again then. */
  #note(note: Note, change: Partial<Note>): void {
    Object.assign(note, change);
    try {
      this.#write(note);
    } catch (error) {
      this.#parts.log.error({ err: error, user: note.user }, 'what was done to remove an account could not be noted');
    }
  }

  #read(file: string): Note | null {
    try {
      return noteSchema.parse(JSON.parse(readFileIfThere(file) ?? ''));
    } catch (error) {
      this.#parts.log.error({ err: error, file }, 'the note of a removal cannot be read; it is set aside');
      renameSync(file, `${file}.damaged`);
      return null;
    }
  }
}

function told(note: Note): AccountRemoval {
  return accountRemovalSchema.parse(note);
}
