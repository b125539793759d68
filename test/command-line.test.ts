// The command line against a real gateway and host (with fake people and desktops): what it prints and how it ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pixelSocket } from '#contract/places.ts';
import { tryProgram } from '../src/cli/computer/program-run.ts';
import type { ProgramResult } from '../src/cli/computer/program-run.ts';
import { CommandLine, commandFile } from './support/command-line.ts';
import { GatewayRoom } from './support/gateway-room.ts';
import type { TestStation } from './support/gateway-room.ts';
import { startXServer } from './support/x-server.ts';

let room: GatewayRoom;

async function runWith(variables: Record<string, string>, ...args: string[]): Promise<ProgramResult> {
  return await new CommandLine(room).runWith(variables, ...args);
}

async function run(...args: string[]): Promise<ProgramResult> {
  return await runWith({}, ...args);
}

/** Runs it and reads what it prints with --json; fails unless it ends with `code`. */
async function json<T>(code: number, ...args: string[]): Promise<T> {
  return await new CommandLine(room).json<T>(code, ...args);
}

interface SessionRow {
  id: string;
  user: string;
  computer: string;
  station: string | null;
  state: string;
  since: number;
}

/** A station where somebody is signed in. */
async function occupied(user: string): Promise<TestStation> {
  const station = await room.station();
  await station.hear('free');
  await station.signIn(user);
  return station;
}

before(async () => {
  room = await GatewayRoom.make();
});
after(async () => {
  await room[Symbol.asyncDispose]();
});

test('an empty room has empty lists', async () => {
  assert.deepEqual(await json(0, 'session', 'list'), []);
  assert.deepEqual(await json(0, 'station', 'list', '--all'), []);
  const suspended = await json<{ outcomes: unknown[] }>(0, 'session', 'suspend', '--all');
  assert.deepEqual(suspended.outcomes, []);
});

test('a session is listed with its station, suspended by name, listed at none, and logged off', async () => {
  using station = await occupied('anna');
  const [shown, ...others] = await json<SessionRow[]>(0, 'session', 'list');
  assert.ok(shown !== undefined);
  assert.equal(others.length, 0);
  assert.equal(shown.user, 'anna');
  assert.equal(shown.computer, room.computerName);
  assert.equal(shown.state, 'active');
  assert.ok(shown.station !== null && shown.since > 0);

  const table = await run('session', 'list');
  assert.match(table.stdout, /^Id\s+User\s+Computer\s+Station\s+State\s+Since\s+On disk\s+Remark\n[a-z2-7]{16}\s+anna\s/);

  const { outcomes } = await json<{ outcomes: { session: string; error: null }[] }>(0, 'session', 'suspend', shown.station);
  assert.deepEqual(outcomes, [{ session: shown.id, user: 'anna', error: null }]);
  assert.equal((await station.hear('free')).because.reason, 'session');
  const [suspended] = await json<SessionRow[]>(0, 'session', 'list');
  assert.equal(suspended?.state, 'suspended');
  assert.equal(suspended?.station, null);

  await json(0, 'session', 'logoff', 'anna', '--seconds', '600');
  await json(0, 'session', 'keep', 'anna');
  await json(0, 'session', 'logoff', shown.id, '--seconds', '0');
  const deadline = performance.now() + 10_000;
  while ((await json<SessionRow[]>(0, 'session', 'list')).length > 0) assert.ok(performance.now() < deadline);
});

test('what a screen shows is written into a file for nobody else, never over one that is there', async () => {
  using _station = await occupied('anna');
  const id = room.sessions.list().find(({ user }) => user === 'anna')?.id ?? '';
  await using x = await startXServer({ geometry: '800x600' });
  const path = pixelSocket(room.places, id);
  await mkdir(dirname(path), { recursive: true });
  await symlink(x.path, path);
  const folder = await mkdtemp(join(tmpdir(), 'stationmaster-screen-'));
  try {
    const file = join(folder, 'anna.jpg');
    assert.deepEqual(await json(0, 'session', 'picture', 'anna', '--to', file), { session: id, user: 'anna', file });
    const bytes = await readFile(file);
    assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const again = await run('session', 'picture', 'anna', '--to', file, '--size', 'small');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is there already/);
    assert.deepEqual(await readFile(file), bytes);
    assert.equal((await run('session', 'picture', 'anna')).code, 2);
    assert.equal((await run('session', 'picture', 'anna', '--to', join(folder, 'x.jpg'), '--size', 'huge')).code, 2);
    await json(0, 'settings', 'set', 'allowMonitoring=off');
    const off = await run('session', 'picture', 'anna', '--to', join(folder, 'y.jpg'));
    assert.notEqual(off.code, 0);
    assert.match(off.stderr, /may not be watched/);
    await assert.rejects(stat(join(folder, 'y.jpg')));
  } finally {
    await json(0, 'settings', 'set', 'allowMonitoring=on');
    await rm(folder, { recursive: true });
    await json(0, 'session', 'logoff', 'anna', '--seconds', '0');
  }
});

test('all sessions of a computer are suspended at once; another computer is not known', async () => {
  using _first = await occupied('anna');
  using _second = await occupied('ben');
  const { outcomes } = await json<{ outcomes: { user: string; error: unknown }[] }>(
    0,
    'session',
    'suspend',
    '--all',
    '--computer',
    room.computerName,
  );
  assert.deepEqual(
    outcomes.map(({ user, error }) => [user, error]).toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    [
      ['anna', null],
      ['ben', null],
    ],
  );
  assert.equal((await run('session', 'suspend', '--all', '--computer', 'elsewhere')).code, 5);
  await json(0, 'session', 'logoff', '--all', '--seconds', '0');
});

test('a station is renamed, shows its name, is removed', async () => {
  using station = await room.station();
  const { station: itself } = await station.hear('free');
  await json(0, 'station', 'set', itself.id, '--name', 'Window seat');
  await json(0, 'station', 'identify', 'window SEAT');
  assert.equal((await station.hear('identify')).on, true);
  await json(0, 'station', 'identify', '--all', '--hide');
  assert.equal((await station.hear('identify')).on, false);
  const rows = await json<{ id: string; name: string; status: string }[]>(0, 'station', 'list');
  assert.equal(rows.find((row) => row.id === itself.id)?.status, 'free');
  await json(0, 'station', 'remove', 'Window seat');
  assert.equal((await run('station', 'set', 'Window seat', '--name', 'x')).code, 5);
});

test('a browser waits for the yes of the administrator', async () => {
  await json(0, 'system', 'settings', '--set', 'enrolment=approval');
  using station = await room.station();
  const { label } = await station.hear('enrol');
  const waiting = (await json<{ id: string; name: string; status: string }[]>(0, 'station', 'list')).filter(
    (row) => row.status === 'waiting',
  );
  assert.equal(waiting.length, 1, label);
  await json(0, 'station', 'admit', waiting[0]?.id ?? '');
  await station.hear('free');
  await json(0, 'system', 'settings', '--set', 'enrolment=open');
});

test('limits of a session are set, refused where no desktop could start, and said to do nothing where they do', async () => {
  const name = 'sessionMemoryMegabytes';
  assert.equal((await json<Record<string, unknown>>(0, 'settings', 'set', `${name}=2048`))[name], 2048);
  const refused = await run('settings', 'set', `${name}=100`);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /0, or at least 512/);
  const { stdout, stderr } = await run('settings', 'list');
  assert.match(stdout, /sessionMemoryMegabytes\s+2048\s+changed/);
  assert.match(stderr, /^The limits of a session do nothing on .+: systemd does not look after the sessions there/m);
  assert.match(stderr, /unique IP.*253 further addresses of 192\.0\.2\.0\/24 \(eth0\)/);
  assert.match(stderr, /no GPU rendering.*no graphics card/);
  assert.equal((await json<Record<string, unknown>>(0, 'settings', 'set', `${name}=0`))[name], 0);
});

test('settings are shown and changed; wrong ones are refused without changing any', async () => {
  const changed = await json<{ graceSeconds: number; privacyNotice: boolean }>(
    0,
    'system',
    'settings',
    '--set',
    'graceSeconds=20',
    'privacyNotice=on',
  );
  assert.deepEqual([changed.graceSeconds, changed.privacyNotice], [20, true]);
  assert.equal((await run('system', 'settings', '--set', 'graceSeconds=0', 'privacyNotice=off')).code, 2);
  assert.equal((await run('system', 'settings', '--set', 'colour=red')).code, 2);
  assert.equal((await json<{ privacyNotice: boolean }>(0, 'system', 'settings')).privacyNotice, true);
  const saving = ['hibernateAfterMinutes=45', 'hibernateBelowMemoryPercent=0', 'keepSavedDays=7', 'encryptSaved=on'];
  const leaving = ['leaveWarningSeconds=0', 'leaveLimitSeconds=60'];
  const kept = await json<Record<string, unknown>>(0, 'system', 'settings', '--set', ...saving, ...leaving);
  const told = Object.entries(kept).map(([name, value]) => `${name}=${value === true ? 'on' : String(value)}`);
  for (const pair of [...saving, ...leaving]) assert.ok(told.includes(pair), pair);
  for (const wrong of ['leaveLimitSeconds=1', 'hibernateBelowMemoryPercent=91', 'keepSavedDays=soon', 'encryptSaved=1'])
    assert.equal((await run('system', 'settings', '--set', wrong)).code, 2, wrong);
  await json(0, 'system', 'settings', '--set', 'privacyNotice=off', 'graceSeconds=15');
});

test('each setting has its value, where it comes from and what it does', async () => {
  const set = await json<{ graceSeconds: number }>(0, 'settings', 'set', 'graceSeconds=21', 'allowOrchestration=on');
  assert.equal(set.graceSeconds, 21);
  assert.match((await run('settings', 'list')).stdout, /^graceSeconds +21 +changed \(default: 15\) +\S/m);
  assert.match((await run('settings', 'list')).stdout, /^privacyNotice +\S+ +\S.* +standard users accept/m);
  assert.equal((await run('settings', 'get', 'graceSeconds')).stdout.trim(), '21');
  const one = await json<{ value: boolean; isDefault: boolean }>(0, 'settings', 'get', 'allowOrchestration');
  assert.deepEqual([one.value, one.isDefault], [true, false]);
  assert.equal((await run('settings', 'get', 'colour')).code, 5);
  assert.equal((await run('settings', 'set', 'graceSeconds=22', 'colour=red')).code, 2);
  assert.equal((await run('settings', 'set', 'graceSeconds')).code, 2);
  assert.equal((await run('settings', 'get', 'graceSeconds')).stdout.trim(), '21');
  await json(0, 'settings', 'set', 'graceSeconds=15', 'allowOrchestration=off');
});

test("somebody's level is set, people and audit are listed", async () => {
  await json(0, 'user', 'set', 'anna', '--level', 'dashboard');
  const people = await json<{ name: string; level: string }[]>(0, 'user', 'list');
  assert.equal(people.find(({ name }) => name === 'anna')?.level, 'dashboard');
  await json(0, 'user', 'set', 'anna', '--level', 'standard');
  assert.equal((await run('user', 'set', 'nobody-here', '--level', 'standard')).code, 5);
  const entries = await json<{ actor: string }[]>(0, 'audit', '--limit', '5');
  assert.equal(entries.length, 5);
});

test('the audit is filtered, exported and checked, and a hash that was noted is compared', async () => {
  const changes = await json<{ action: string }[]>(0, 'audit', 'list', '--action', 'settings.change', '--outcome', 'done');
  assert.ok(changes.length > 0 && changes.every(({ action }) => action === 'settings.change'));
  for (const wrong of [
    ['--action', 'no.such'],
    ['--from', 'soon'],
    ['--outcome', 'maybe'],
    ['--limit', '0'],
  ])
    assert.equal((await run('audit', 'list', ...wrong)).code, 2, wrong.join(' '));
  const lines = (await run('audit', 'export', '--action', 'settings.change')).stdout.trimEnd().split('\n');
  assert.equal(lines.length, changes.length);
  assert.match(lines[0] ?? '', /"hash":"[0-9a-f]{64}"/);
  const file = join(room.folder, 'activity.csv');
  assert.equal((await run('audit', 'export', '--format', 'csv', '--output', file)).code, 0);
  assert.match(await readFile(file, 'utf8'), /settings\.change/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const again = await run('audit', 'export', '--output', file);
  assert.deepEqual([again.code, again.stderr.includes('is there already')], [1, true]);
  const checked = await run('audit', 'verify');
  assert.equal(checked.code, 0, checked.stderr);
  const [, head = ''] = /^(\d+:[0-9a-f]{64})$/m.exec(checked.stdout) ?? [];
  assert.match((await run('audit', 'verify', '--noted', head)).stdout, /that you noted is the same/);
  const other = await run('audit', 'verify', '--noted', `${head.split(':')[0]}:${'0'.repeat(64)}`);
  assert.deepEqual([other.code, /written anew/.test(other.stdout)], [1, true]);
  assert.equal((await run('audit', 'verify', '--noted', 'x')).code, 2);
});

test('a token is shown once, is listed without its secret, and is revoked', async () => {
  const { token } = await json<{ token: string }>(0, 'token', 'add', 'laptop', '--level', 'dashboard');
  const listed = await run('token', 'list', '--json');
  assert.match(listed.stdout, /laptop/);
  assert.ok(!listed.stdout.includes(token));
  await json(0, 'token', 'revoke', 'laptop');
  assert.deepEqual(await json(0, 'token', 'list'), []);
  assert.equal((await run('token', 'revoke', 'laptop')).code, 5);
});

test('words that make no command are usage errors', async () => {
  for (const words of [
    ['nonsense'],
    ['session'],
    ['session', 'suspend'],
    ['session', 'suspend', 'anna', '--all'],
    ['session', 'logoff', '--all', '--seconds', 'soon'],
    ['session', 'logoff', '--all', '--seconds', '-1'],
    ['session', 'hibernate'],
    ['session', 'hibernate', 'anna', '--all'],
    ['system', 'restart', '--in', 'soon', '--yes'],
    ['system', 'restart', '--in', '5', '--now', '--yes'],
    ['station', 'set', 'x'],
    ['station', 'code', '--minutes', '0'],
    ['user', 'set', 'anna', '--level', 'king'],
    ['session', 'list', '--server', 'http://room.example'],
    ['session', 'list', '--server', 'https://room.example'],
  ]) {
    const result = await run(...words);
    assert.equal(result.code, 2, `${words.join(' ')}: ${result.stdout}${result.stderr}`);
    assert.equal(result.stdout, '', words.join(' '));
  }
});

test('what is not there is 5, what does not answer is 3', async () => {
  assert.equal((await run('session', 'suspend', 'nobody')).code, 5);
  assert.equal((await runWith({ STATIONMASTER_RUN: '/run/stationmaster-nowhere' }, 'session', 'list')).code, 3);
  assert.equal((await runWith({ STATIONMASTER_RUN: '/run/stationmaster-nowhere' }, 'status')).code, 3);
  const away = await runWith({ STATIONMASTER_TOKEN: 'x' }, 'session', 'list', '--server', 'https://127.0.0.1:9');
  assert.equal(away.code, 3);
});

test('a token file that others can read is refused, and a wrong token is not allowed in', async () => {
  const file = `${room.folder}/token`;
  await writeFile(file, 'wrong\n', { mode: 0o644 });
  const words = ['session', 'list', '--server', `https://127.0.0.1:${room.port}`, '--token-file', file];
  const open = await run(...words);
  assert.equal(open.code, 4);
  assert.match(open.stderr, /chmod 600/);
  await chmod(file, 0o600);
  const untrusted = await run(...words);
  // The certificate of this room names nobody: nothing is sent to whom we do not know.
  assert.equal(untrusted.code, 3);
  assert.match(untrusted.stderr, /--ca/);
});

test('a reader that closes early is no fault', async () => {
  const shell = `"$0" "$1" --help | head -n 1`;
  const result = await tryProgram('bash', ['-o', 'pipefail', '-c', shell, process.execPath, commandFile]);
  assert.equal(result.code, 0, result.stderr);
});
