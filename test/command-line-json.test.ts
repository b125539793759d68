// Every command that prints something prints JSON, and nothing else, when it is asked to: all are walked, in a room where each succeeds.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { pixelSocket } from '#contract/places.ts';
import { layoutFrom } from '../src/cli/computer/layout.ts';
import { tryProgram } from '../src/cli/computer/program-run.ts';
import { makeProgram } from '../src/cli/program.ts';
import { commandTable } from '../src/cli/shell/command-table.ts';
import { CommandLine, commandFile } from './support/command-line.ts';
import { GatewayRoom, until } from './support/gateway-room.ts';
import type { TestStation } from './support/gateway-room.ts';
import { startXServer } from './support/x-server.ts';

/** What they print is for people or a shell. */
const withoutJson = new Set(['test', 'help', 'completion']);
/** Walked by up.test.ts, with a whole product. */
const elsewhere = new Set(['up', 'down']);

const commands = commandTable(makeProgram(layoutFrom({}), '0')).filter(({ doesSomething }) => doesSomething);

let room: GatewayRoom;
let folder: string;
let runner: ChildProcess;
const walked = new Set<string>();

before(async () => {
  room = await GatewayRoom.make();
  folder = await mkdtemp(join(tmpdir(), 'stationmaster-test-json-'));
  const env = new CommandLine(room).environment;
  runner = fork(resolve(import.meta.dirname, 'support/command-runner.ts'), { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
});
after(async () => {
  runner.kill();
  await rm(folder, { recursive: true });
  await room[Symbol.asyncDispose]();
});

function noteWalked(args: readonly string[]): void {
  const found = commands
    .filter(({ words }) => words.every((word, at) => args[at] === word))
    .toSorted((a, b) => b.words.length - a.words.length)[0];
  assert.ok(found !== undefined, args.join(' '));
  walked.add(found.words.join(' '));
}

/** Runs it with --json; gives what it printed. Fails unless it succeeds and prints one JSON value. */
async function json<T = Record<string, unknown>>(...args: string[]): Promise<T> {
  noteWalked(args);
  runner.send([...args, '--json']);
  const [{ code, stdout, fault }] = (await once(runner, 'message', { signal: AbortSignal.timeout(60_000) })) as [
    { code: number; stdout: string; fault: string },
  ];
  // What is wrong with the computer of the tests, `doctor` says with its code.
  if (args[0] !== 'doctor') assert.equal(code, 0, `${args.join(' ')}: ${fault}`);
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`${args.join(' ')} printed no JSON: ${stdout.slice(0, 300)}`);
  }
}

/** The same for one that reads a password from its standard input. */
async function jsonWith(input: string, ...args: string[]): Promise<void> {
  noteWalked(args);
  const { environment } = new CommandLine(room);
  const { code, stdout, stderr } = await tryProgram(process.execPath, [commandFile, ...args, '--json'], { environment, input });
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  JSON.parse(stdout);
}

async function station(): Promise<TestStation> {
  const page = await room.station();
  await page.hear('free');
  return page;
}

test('every command has --json, but those whose output is for people or a shell', () => {
  for (const { words, options } of commands) {
    const name = words.join(' ');
    assert.equal(
      options.some(({ long }) => long === '--json'),
      !withoutJson.has(name),
      name,
    );
  }
});

test('this computer and its settings', async () => {
  await json('status');
  await json('doctor');
  await json('connection-file', 'manager', '--to', folder);
  const [computer] = await json<{ name: string; unavailable: object | null }[]>('computer', 'list');
  assert.notEqual(computer?.unavailable, null);
  await json('system', 'settings');
  await json('settings', 'list');
  await json('settings', 'get', 'graceSeconds');
  await json('settings', 'set', 'graceSeconds=16');
  await json('system', 'mode', 'console');
  await json('system', 'mode', 'station');
  await json('system', 'restart', '--in', '600', '--yes', '--no-wait');
  await json('system', 'stay');
  await json('system', 'shutdown', '--in', '600', '--yes', '--no-wait');
  await json('system', 'stay');
  await json('alerts');
  await json('limits', 'list');
  await json('limits', 'show', 'anna');
  await json('limits', 'set', 'idleSuspendMinutes=30');
  await json('limits', 'reset', 'idleSuspendMinutes');
});

test('stations and rooms', async () => {
  using first = await station();
  using second = await station();
  const named = async (page: TestStation, name: string): Promise<void> => {
    const found = page.heard.find((said) => said.say === 'free');
    assert.ok(found?.say === 'free');
    await json('station', 'set', found.station.id, '--name', name);
  };
  await named(first, 'Door');
  await named(second, 'Window');
  await json('station', 'list');
  await json('station', 'set', 'Door', 'Window', '--room', 'Lab');
  await json('room', 'add', 'Library');
  await json('room', 'list');
  await json('room', 'order', 'Library');
  await json('room', 'rename', 'Library', 'Reading room');
  await json('room', 'remove', 'Reading room');
  await json('station', 'identify', '--all');
  await json('station', 'identify', 'Door', '--hide');
  await json('station', 'split', 'Door');
  await json('station', 'unsplit', 'Door');
  await json('station', 'code', '--minutes', '5');
  await json('station', 'remap', 'start');
  await json('station', 'remap', 'cancel');
  await json('station', 'remap', 'start');
  for (const page of [first, second]) page.say({ say: 'remap-press' });
  await until('the remap is over', async () => !(await json<{ running: boolean }>('station', 'remap', 'status')).running);
  await json('station', 'remap', 'undo');
  await json('settings', 'set', 'enrolment=approval');
  using waiting = await room.station();
  const { label } = await waiting.hear('enrol');
  const [admitted] = await json<{ name: string }[]>('station', 'admit', label);
  await json('settings', 'set', 'enrolment=open');
  await json('station', 'remove', admitted?.name ?? '');
  await json('station', 'remove', 'Door', 'Window');
});

test('sessions', async () => {
  using first = await station();
  using second = await station();
  await first.signIn('anna');
  await second.signIn('ben');
  const sessions = await json<{ id: string; user: string }[]>('session', 'list');
  assert.deepEqual(sessions.map(({ user }) => user).toSorted(), ['anna', 'ben']);
  await using x = await startXServer({ geometry: '800x600' });
  const path = pixelSocket(room.places, sessions.find(({ user }) => user === 'anna')?.id ?? '');
  await mkdir(dirname(path), { recursive: true });
  await symlink(x.path, path);
  await json('session', 'picture', 'anna', '--to', join(folder, 'anna.jpg'));
  await json('session', 'check');
  await json('session', 'unsaved', '--all');
  await json('session', 'requests');
  await json('settings', 'set', 'longestSessionMinutes=30');
  await json('session', 'extend', 'anna', '--minutes', '10');
  await json('session', 'block', 'anna', '--message', 'Look here');
  await json('session', 'unblock', '--all');
  await json('session', 'hands');
  await json('session', 'lower-hand', '--all');
  await json('session', 'logoff', 'ben', '--seconds', '600', '--yes');
  await json('session', 'keep', 'ben');
  await json('session', 'suspend', 'ben');
  const free = (await second.hear('free')).station;
  await json('session', 'move', 'ben', free.id);
  await json('session', 'hibernate', 'anna');
  await json('session', 'logoff', '--all', '--suspended', '--seconds', '0', '--yes');
});

test('people, tokens and what was done', async () => {
  await json('user', 'list');
  await jsonWith('a long enough word', 'user', 'add', 'emma', '--name', 'Emma E');
  await json('user', 'set', 'emma', '--level', 'dashboard');
  await jsonWith('another long word', 'user', 'password', 'emma');
  await json('user', 'remove', 'emma', '--files', 'keep', '--yes');
  const list = join(folder, 'people.csv');
  await writeFile(list, 'felix,Felix F,,standard\n');
  await json('user', 'import', list);
  await json('token', 'add', 'robot', '--level', 'dashboard');
  await json('token', 'list');
  await json('token', 'revoke', 'robot');
  await json('audit', 'list', '--limit', '5');
  await json('audit', 'verify');
  await json('audit', 'export', '--output', join(folder, 'audit.jsonl'));
});

test('all of them were walked', () => {
  const missing = commands
    .map(({ words }) => words.join(' '))
    .filter((name) => !walked.has(name) && !withoutJson.has(name) && !elsewhere.has(name));
  assert.deepEqual(missing, [], 'add what it takes for these to succeed');
});
