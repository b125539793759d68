// `user list|add|set|password|remove|import`. Passwords come from the terminal or standard input, never from an argument.
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { AccountRemoval } from '#contract/values.ts';
import { isRemovalOver } from '#model/account.ts';
import type { Scope } from '#model/classroom.ts';
import type { ImportFault, ImportLine, AccountFilesFate, Level } from '#model/account.ts';
import { CommandError, exitCode, exitCodeOf } from '../exit-code.ts';
import { answer, answerJson, say, table, timeText } from '../voice.ts';
import { confirm } from './confirm.ts';
import type { GatewayClient } from './gateway-client.ts';
import { readNewPassword } from './password.ts';
import type { RoomOptions } from './room-commands.ts';
import { scopeAfter, seesText } from './scope-options.ts';
import type { ScopeOptions } from './scope-options.ts';

export const levelText: Readonly<Record<Level, string>> = {
  standard: 'Standard user',
  dashboard: 'Dashboard user',
  administrator: 'Administrator',
};

const faultText: Readonly<Record<ImportFault, string>> = {
  quotes: 'a quotation mark is not closed',
  user: 'a user name begins with a small letter and has only small letters, digits, - and _',
  'system-name': 'programs of the computer use this name',
  'user-twice': 'this user name is in the list twice',
  'name-taken': 'there is an account of this name already',
  'full-name': 'a full name has at most 64 letters, and no colon, comma or equals sign',
  password: 'this password cannot be typed or is too long',
  level: 'this level is not known',
};

export async function listUsers(gateway: GatewayClient, options: RoomOptions): Promise<void> {
  const [people, { scopes }] = await Promise.all([gateway.call('accounts'), gateway.call('scopes')]);
  const scopeOf = (name: string): Scope | null =>
    scopes.find(({ owner, of }) => owner === 'account' && of === name)?.scope ?? null;
  if (options.json) {
    answerJson(people.map((person) => ({ ...person, sees: scopeOf(person.name) })));
    return;
  }
  const now = Date.now();
  const rows = people.map((person) => [
    person.name,
    person.fullName,
    person.listed ? levelText[person.level] : '-',
    person.level === 'dashboard' ? seesText(scopeOf(person.name)) : '',
    [person.disabled ? 'disabled' : '', person.domain ? 'directory' : ''].filter((word) => word !== '').join(', '),
    person.sessions === 0 ? '' : String(person.sessions),
    person.lastSignInAt === null ? '' : timeText(person.lastSignInAt, now),
  ]);
  answer(table(['User', 'Name', 'Level', 'Sees', 'Remark', 'Sessions', 'Last sign-in'], rows));
}

type AddOptions = RoomOptions & { name?: string; level: Level; mustChange?: true };

export async function addUser(gateway: GatewayClient, options: AddOptions, user: string): Promise<void> {
  const account = await gateway.call('createAccount', {
    body: {
      user,
      fullName: options.name ?? '',
      level: options.level,
      mustChange: options.mustChange ?? false,
      password: await readNewPassword(),
    },
  });
  if (options.json) answerJson(account);
  else answer(`${account.name} has an account now, as ${levelText[account.level]}.`);
}

type SetOptions = RoomOptions & ScopeOptions & { name?: string; level?: Level; enable?: true; disable?: true };

export async function setUser(gateway: GatewayClient, options: SetOptions, user: string): Promise<void> {
  const { name: fullName, level, enable, disable } = options;
  if (enable && disable) throw new CommandError('give --enable or --disable, not both', exitCode.usage);
  const changesAccount = fullName !== undefined || level !== undefined || enable === true || disable === true;
  if (!changesAccount && scopeAfter(options, null) === undefined)
    throw new CommandError(
      'nothing to change: give --level, --name, --enable, --disable, --rooms, --groups or --everybody',
      exitCode.usage,
    );
  const person = !changesAccount
    ? null
    : await gateway.call('changeAccount', {
        params: { name: user },
        body: {
          ...(fullName === undefined ? {} : { fullName }),
          ...(level === undefined ? {} : { level }),
          ...(enable || disable ? { disabled: disable === true } : {}),
        },
      });
  const sees = await changeScope(gateway, options, user);
  if (options.json) {
    answerJson({ ...person, name: user, ...(sees === undefined ? {} : { sees }) });
    return;
  }
  if (person !== null) answer(`${person.name} is ${levelText[person.level]} now${person.disabled ? ', and disabled' : ''}.`);
  if (sees !== undefined) answer(`In the Dashboard ${user} sees: ${seesText(sees)}.`);
}

/** Undefined: the options say nothing of it. */
async function changeScope(gateway: GatewayClient, options: ScopeOptions, user: string): Promise<Scope | null | undefined> {
  if (scopeAfter(options, null) === undefined) return undefined;
  const { scopes } = await gateway.call('scopes');
  const before = scopes.find(({ owner, of }) => owner === 'account' && of === user)?.scope ?? null;
  const scope = scopeAfter(options, before) ?? null;
  return (await gateway.call('changeScope', { params: { name: user }, body: { scope, was: before } })).scope;
}

export async function setPassword(
  gateway: GatewayClient,
  options: RoomOptions & { mustChange?: true },
  user: string,
): Promise<void> {
  const { says } = await gateway.call('setPassword', {
    params: { name: user },
    body: { password: await readNewPassword(), mustChange: options.mustChange ?? false },
  });
  if (says !== '') say(says);
  if (options.json) answerJson({ user, says });
  else answer(`${user} has a new password.`);
}

/** Waits until it is over, and says how far it is. Null: it ended while the gateway was away. */
async function overOf(gateway: GatewayClient, begun: AccountRemoval): Promise<AccountRemoval | null> {
  let removal = begun;
  while (!isRemovalOver(removal)) {
    const { user, phase, doneBytes, totalBytes } = removal;
    const part = phase === 'packing' && totalBytes ? `, ${Math.round((doneBytes / totalBytes) * 100)} %` : '';
    say(`${user}: ${phase}${part}; this goes on without this command as well`);
    const next = await gateway.call('removal', { params: { id: removal.id } }).catch((error: unknown) => {
      if (error instanceof CommandError && error.errorCode === 'not-found') return null;
      throw error;
    });
    if (next === null) {
      say(`${user}: the removal has ended; the audit says how`);
      return null;
    }
    removal = next;
  }
  const { error } = removal;
  if (error !== null) throw new CommandError(error.message, exitCodeOf(error.code), error.code);
  return removal;
}

function removedText({ user, files, archive, left }: AccountRemoval): string {
  if (archive !== null) {
    const rest = left === null ? 'the home folder is gone' : `what could not be removed is still in ${left}`;
    return `${user} is removed. Files: packed up in ${archive}; ${rest}.`;
  }
  if (left === null) return `${user} is removed, and there are no files left.`;
  return `${user} is removed. Files: ${files === 'keep' ? 'still' : 'some could not be removed and are still'} in ${left}.`;
}

type RemoveOptions = RoomOptions & { files?: AccountFilesFate; endSession?: true; yes?: true };

export async function removeUsers(gateway: GatewayClient, options: RemoveOptions, ...users: string[]): Promise<void> {
  const { files } = options;
  if (files === undefined) {
    throw new CommandError('say what becomes of the files: --files keep, --files archive or --files remove', exitCode.usage);
  }
  if (options.yes !== true && process.stdin.isTTY && !(await confirm(`Remove ${users.join(', ')}? Files: ${files}.`)))
    throw new CommandError('nothing was removed');
  const removed: AccountRemoval[] = [];
  for (const user of users) {
    const query = { files, endSession: options.endSession ? 'yes' : 'no' } as const;
    const done = await gateway.call('removeAccount', { params: { name: user }, query }).catch((error: unknown) => {
      if (removed.length > 0) say(`Removed before: ${removed.map((one) => one.user).join(', ')}`);
      if (!(error instanceof CommandError) || error.errorCode !== 'session-exists') throw error;
      throw new CommandError(`${user} has a session; with --end-session it is ended first`, error.exitCode, error.errorCode);
    });
    const over = await overOf(gateway, done);
    if (over !== null) removed.push(over);
  }
  if (options.json) {
    answerJson({ removed });
    return;
  }
  for (const removal of removed) answer(removedText(removal));
}

type ImportOptions = RoomOptions & { dryRun?: true; mustChange: boolean };

/** What became of a line. `password` only where it was made up and the account was made. */
interface ImportResult extends Pick<ImportLine, 'line' | 'user' | 'fullName' | 'level'> {
  outcome: string;
  password: string | null;
}

async function importLine(gateway: GatewayClient, line: ImportLine, mustChange: boolean): Promise<string> {
  const { user, fullName, password, level } = line;
  try {
    await gateway.call('createAccount', { body: { user, fullName, password, level, mustChange } });
    return 'added';
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === exitCode.unreachable) throw error;
    return error.message;
  }
}

export async function importUsers(gateway: GatewayClient, options: ImportOptions, file: string): Promise<void> {
  const reading = file === '-' ? buffer(process.stdin) : readFile(file);
  const content = await reading.catch((error: Error) => {
    throw new CommandError(`the list cannot be read: ${error.message}`, exitCode.usage);
  });
  const { lines } = await gateway.call('previewImport', { body: { file: content.toString('base64') } });
  const results: ImportResult[] = [];
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    say('Stops after this person.');
  };
  process.once('SIGINT', stop);
  try {
    for (const [at, line] of lines.entries()) {
      const { user, fullName, level, fault } = line;
      let outcome = options.dryRun ? 'can be added' : 'not done: stopped';
      if (fault !== null) outcome = faultText[fault];
      else if (!options.dryRun && !stopped) outcome = await importLine(gateway, line, options.mustChange);
      const password = outcome === 'added' && line.made ? line.password : null;
      results.push({ line: line.line, user, fullName, level, outcome, password });
      if (process.stderr.isTTY && !options.dryRun) process.stderr.write(`\r${at + 1} of ${lines.length}`);
    }
  } finally {
    process.off('SIGINT', stop);
    if (process.stderr.isTTY && !options.dryRun) process.stderr.write('\n');
    // Also when the computer went away in between: the passwords that were made up are known nowhere else.
    if (options.json) answerJson({ lines: results });
    else {
      const rows = results.map((one) => [String(one.line), one.user, levelText[one.level], one.outcome, one.password ?? '']);
      answer(table(['Line', 'User', 'Level', 'Outcome', 'Password made up'], rows));
    }
  }
  const failed = results.filter(({ outcome }) => outcome !== 'added' && outcome !== 'can be added').length;
  if (failed > 0) {
    throw new CommandError(
      `${failed} of ${results.length} not done`,
      failed === results.length ? exitCode.failed : exitCode.partlyDone,
    );
  }
}
