// `stationmaster session requests` and `session extend` against a real gateway and host.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TimeRequest } from '#model/session-time.ts';
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
