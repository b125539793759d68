// `stationmaster user …` against a real gateway and host (with fake people): what it prints, what it does, how it ends.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tryProgram } from '../src/cli/computer/program-run.ts';
import type { ProgramResult } from '../src/cli/computer/program-run.ts';
import { CodedError } from '#contract/errors.ts';
import { CommandLine, commandFile } from './support/command-line.ts';
import { GatewayRoom } from './support/gateway-room.ts';

let room: GatewayRoom;
let line: CommandLine;

before(async () => {
  room = await GatewayRoom.make();
  line = new CommandLine(room);
});
after(async () => {
  await room[Symbol.asyncDispose]();
});

/** Runs it with this on its standard input. */
async function runWithInput(input: string, ...args: string[]): Promise<ProgramResult> {
  return await tryProgram(process.execPath, [commandFile, ...args], { environment: line.environment, input });
}

interface Person {
  name: string;
  fullName: string;
  level: string;
  disabled: boolean;
}

const person = async (name: string): Promise<Person | undefined> =>
  (await line.json<Person[]>(0, 'user', 'list')).find((one) => one.name === name);

test('an account is made with a password from standard input, and shown nowhere', async () => {
  const made = await runWithInput('dora-secret\nmore\n', 'user', 'add', 'dora', '--name', 'Dora Dean', '--level', 'dashboard');
  assert.deepEqual([made.code, made.stdout], [0, 'dora has an account now, as Dashboard user.\n']);
  assert.doesNotMatch(made.stdout + made.stderr, /secret/);
  assert.ok(room.accounts.check('dora', 'dora-secret') !== null);
  assert.equal((await person('dora'))?.fullName, 'Dora Dean');
  assert.match((await line.run('user', 'list')).stdout, /dora +Dora Dean +Dashboard user/);
  assert.equal((await runWithInput('x\n', 'user', 'add', 'dora')).code, 1);
  assert.equal((await runWithInput('', 'user', 'add', 'emil')).code, 2);
  assert.equal((await runWithInput('emil-secret\n', 'user', 'add', 'Emil!')).code, 2);
});

test('level, name and password are changed, an account is disabled and enabled', async () => {
  await line.json(0, 'user', 'set', 'dora', '--level', 'standard', '--name', 'Dora Dee', '--disable');
  assert.deepEqual(
    [(await person('dora'))?.level, (await person('dora'))?.fullName, (await person('dora'))?.disabled],
    ['standard', 'Dora Dee', true],
  );
  await line.json(0, 'user', 'set', 'dora', '--enable');
  assert.equal((await person('dora'))?.disabled, false);
  assert.equal((await line.run('user', 'set', 'dora')).code, 2);
  assert.equal((await line.run('user', 'set', 'dora', '--enable', '--disable')).code, 2);
  assert.equal((await runWithInput('another one\n', 'user', 'password', 'dora')).code, 0);
  assert.ok(room.accounts.check('dora', 'another one') !== null);
  const refused = await runWithInput('x\n', 'user', 'password', 'dora');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /too short/);
  const last = await line.run('user', 'set', 'admin', '--level', 'standard');
  assert.equal(last.code, 1);
  assert.match(last.stderr, /last administrator/);
});

test('the removal of an account that ended while the gateway was away is no failure', async () => {
  await using scripted = await GatewayRoom.make({ scripted: true });
  const going = { id: 'r'.repeat(16), user: 'anna', files: 'keep', phase: 'removing', doneBytes: 0, totalBytes: null } as const;
  const rest = { archive: null, left: null, error: null, startedAt: 1, by: 'ada', address: '' };
  scripted.script.answer('account.remove', () => ({ ...going, ...rest }));
  scripted.script.answer('account.removal', () => {
    throw new CodedError('not-found');
  });
  const removed = await new CommandLine(scripted).run('user', 'remove', 'anna', '--files', 'keep');
  assert.deepEqual([removed.code, removed.stdout], [0, '']);
  assert.match(removed.stderr, /anna: the removal has ended; the audit says how/);
});

test('an account is removed with what is said of its files and its session', async () => {
  using page = await room.station();
  await page.hear('free');
  await page.signIn('ben');
  assert.equal((await line.run('user', 'remove', 'ben')).code, 2);
  const refused = await line.run('user', 'remove', 'ben', '--files', 'keep');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /--end-session/);
  assert.ok((await person('ben')) !== undefined);
  const removed = await line.run('user', 'remove', 'ben', 'dora', '--files', 'keep', '--end-session');
  assert.equal(removed.stdout, 'ben is removed. Files: still in /home/ben.\ndora is removed. Files: still in /home/dora.\n');
  assert.equal(await person('ben'), undefined);
  assert.deepEqual(room.sessions.list(), []);
  assert.equal((await line.run('user', 'remove', 'ben', '--files', 'keep')).code, 5);
});

test('a list is looked at, imported with a word on each line, and gives the passwords that were made up', async () => {
  const file = join(room.folder, 'people.csv');
  await writeFile(file, 'emma;Emma Éclair;;\nfelix;Felix Fox;his own word;Dashboard\nBad name;;;\nadmin;;;\n', 'latin1');
  interface Result {
    user: string;
    fullName: string;
    outcome: string;
    password: string | null;
  }
  const looked = await line.run('user', 'import', file, '--dry-run', '--json');
  assert.equal(looked.code, 6);
  assert.equal(await person('emma'), undefined);
  const { lines } = await line.json<{ lines: Result[] }>(6, 'user', 'import', file);
  assert.deepEqual(
    lines.map(({ user, outcome }) => [user, outcome]),
    [
      ['emma', 'added'],
      ['felix', 'added'],
      ['Bad name', 'a user name begins with a small letter and has only small letters, digits, - and _'],
      ['admin', 'there is an account of this name already'],
    ],
  );
  assert.equal(lines[0]?.fullName, 'Emma Éclair');
  assert.equal(lines[1]?.password, null);
  assert.ok(room.accounts.check('emma', lines[0]?.password ?? '') !== null);
  assert.ok(room.accounts.check('felix', 'his own word') !== null);
  const piped = await runWithInput('gina,Gina Gray\n', 'user', 'import', '-');
  assert.equal(piped.code, 0, piped.stderr);
  assert.match(piped.stdout, /1 +gina +Standard user +added +[a-z]{4}-[a-z]{4}-[a-z]{4}-[a-z]{4}/);
  assert.equal((await line.run('user', 'import', join(room.folder, 'no-such-list'))).code, 2);
});
