// `stationmaster alerts` against a real gateway and host: what needs the administrator, put aside and shown again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToldAlert } from '#contract/api.ts';
import { CommandLine } from './support/command-line.ts';
import { GatewayRoom } from './support/gateway-room.ts';

test('alerts are listed the most urgent first, put aside, listed with --all, and shown again', async () => {
  await using room = await GatewayRoom.make();
  const command = new CommandLine(room);
  for (let tries = 0; tries < 5; tries += 1) {
    using page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: `nobody${tries}`, password: 'wrong' });
    await page.hear('free');
  }
  const failed = async (...words: string[]): Promise<ToldAlert | undefined> =>
    (await command.json<ToldAlert[]>(0, 'alerts', ...words)).find(({ code }) => code === 'failed-sign-ins');
  const key = (await failed())?.key ?? '';
  const listed = await command.run('alerts');
  assert.match(listed.stdout, /^Severity .*What/);
  assert.ok(listed.stdout.includes('5 failed sign-ins in 24 hours'), listed.stdout);
  assert.equal(await failed('--dismiss', key), undefined);
  const aside = await command.run('alerts', '--all');
  assert.match(aside.stdout, /aside \(.+\) .*5 failed sign-ins/);
  assert.notEqual(await failed('--restore', key), undefined);
  const unknown = await command.run('alerts', '--dismiss', 'nothing-such');
  assert.equal(unknown.code, 5, unknown.stderr);
  assert.notEqual(unknown.stderr, '');
});
