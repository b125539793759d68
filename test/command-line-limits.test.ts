// `stationmaster limits`, `session requests` and `session extend` against a real gateway and host.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TimeRequest } from '#model/session-time.ts';
import { ownCertificate } from './support/certificate.ts';
import { CommandLine } from './support/command-line.ts';
import { GatewayRoom } from './support/gateway-room.ts';

const minuteMs = 60_000;

test('who asks for more time is listed, and answered', async () => {
  await using room = await GatewayRoom.make({ settings: { longestSessionMinutes: 60 } });
  const command = new CommandLine(room);
  using page = await room.station();
  await page.hear('free');
  await page.signIn('anna');
  assert.equal((await command.run('session', 'requests')).stdout, 'Nobody asks for more time.\n');
  room.clock.pass(57 * minuteMs);
  await page.hear('time');
  page.say({ say: 'ask-time' });
  await page.hear('time');
  const [asked, ...others] = await command.json<TimeRequest[]>(0, 'session', 'requests');
  assert.equal(asked?.user, 'anna');
  assert.equal(others.length, 0);
  assert.match((await command.run('session', 'requests')).stdout, /anna +Station 1 /);

  for (const words of [[], ['--minutes', '5', '--refuse'], ['--minutes', '0'], ['--minutes', 'ten'], ['--minutes', '2000']]) {
    const { code, stderr } = await command.run('session', 'extend', 'anna', ...words);
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
  }
  const given = await command.run('session', 'extend', 'anna', '--minutes', '20');
  assert.match(given.stdout, /^anna has 2[45] minutes left\.\n$/);
  assert.equal((await page.hear('time-answer')).minutes, 20);
  const { code, stderr } = await command.run('session', 'extend', 'anna', '--refuse');
  assert.deepEqual([code, stderr], [1, 'stationmaster: That cannot be done in the present state.\n']);
  assert.equal((await command.run('session', 'extend', 'nobody', '--minutes', '5')).code, 5);
});

interface Limit {
  name: string;
  value: number;
  source: { from: string; name: string };
}

test('limits are set for the computer, a group and a station, shown with their source, and taken back', async () => {
  await using room = await GatewayRoom.make();
  const command = new CommandLine(room);
  using page = await room.station();
  await page.hear('free');
  room.accounts.joinGroups('anna', ['pupils']);
  const idle = async (...words: string[]): Promise<[number, string]> => {
    const limits = await command.json<Limit[]>(0, 'limits', 'show', 'anna', ...words);
    const found = limits.find(({ name }) => name === 'idleSuspendMinutes');
    return [found?.value ?? -1, `${found?.source.from} ${found?.source.name}`];
  };
  assert.deepEqual(await idle(), [0, 'default ']);
  await command.json(0, 'limits', 'set', 'idleSuspendMinutes=30');
  assert.deepEqual(await idle(), [30, 'computer ']);
  await command.json(0, 'limits', 'set', 'idleSuspendMinutes=10', 'sessionProcesses=500', '--group', 'pupils');
  await command.json(0, 'limits', 'set', 'idleSuspendMinutes=0', '--station', 'Station 1');
  assert.deepEqual(await idle(), [10, 'group pupils']);
  assert.deepEqual(await idle('--station', 'Station 1'), [0, 'station Station 1']);
  const listed = await command.run('limits', 'list');
  assert.match(listed.stdout, /group +pupils +sessionProcesses +500 /);
  assert.match((await command.run('limits', 'show', 'anna')).stdout, /idleSuspendMinutes +10 +group pupils /);

  for (const [code, ...words] of [
    [2, 'set', 'idleSuspendMinutes'],
    [2, 'set', 'idleSuspendMinutes=ten'],
    [2, 'set', 'graceSeconds=5'],
    [2, 'set', 'sessionMemoryMegabytes=3', '--group', 'pupils'],
    [2, 'set', 'idleSuspendMinutes=5', '--group', 'pupils', '--station', 'Station 1'],
    [5, 'set', 'idleSuspendMinutes=5', '--group', 'nobodies'],
    [5, 'set', 'idleSuspendMinutes=5', '--station', 'Station 9'],
    [5, 'show', 'nobody-such'],
  ] as const) {
    const { code: ended, stderr } = await command.run('limits', ...words);
    assert.equal(ended, code, `${words.join(' ')}: ${stderr}`);
    assert.notEqual(stderr, '');
  }
  await command.json(0, 'limits', 'reset', 'idleSuspendMinutes', '--group', 'pupils');
  assert.deepEqual(await idle(), [30, 'computer ']);
  await command.json(0, 'limits', 'reset', '--station', 'Station 1');
  await command.json(0, 'limits', 'reset');
  const { rules } = await command.json<{ rules: { values: object }[] }>(0, 'limits', 'list');
  assert.deepEqual(
    rules.map(({ values }) => values),
    [{ sessionProcesses: 500 }],
  );
  assert.deepEqual(await idle(), [0, 'default ']);
});

test('a token for settings sets limits of stations too, as it sees which there are', async () => {
  await using room = await GatewayRoom.make();
  // The command holds the gateway's name against its certificate.
  const { cert, key } = await ownCertificate();
  for (const name of ['server.crt', 'ca.crt']) writeFileSync(join(room.places.certificateDir, name), cert);
  writeFileSync(join(room.places.certificateDir, 'server.key'), key);
  await room.stopGateway();
  await room.startGateway();
  const command = new CommandLine(room);
  using page = await room.station();
  await page.hear('free');
  const given = { name: 'settings', level: 'administrator', scopes: ['settings'] };
  const { body: made } = await room.ask('POST', '/tokens', { local: true, body: given });
  const limits = async (...words: string[]): Promise<string> => {
    const token = { STATIONMASTER_TOKEN: String(made.token) };
    const { code, stdout, stderr } = await command.runWith(
      token,
      'limits',
      ...words,
      '--server',
      `https://localhost:${new URL(room.origin).port}`,
    );
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await limits('set', 'idleSuspendMinutes=5', '--station', 'Station 1');
  assert.match(await limits('list'), /station +Station 1 +idleSuspendMinutes +5 /);
});
