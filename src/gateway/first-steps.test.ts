// What the guide of a new room is told, by the real gateway and host program with fake accounts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiReply } from '#contract/api.ts';
import { GatewayRoom } from '../../test/support/gateway-room.ts';

test('the guide sees who may sign in, and that somebody has; what it says survives a restart', async () => {
  await using room = await GatewayRoom.make();
  const look = async (): Promise<ApiReply<'firstSteps'>> =>
    (await room.ask('GET', '/first-steps', { local: true })).body as ApiReply<'firstSteps'>;
  const first = await look();
  assert.deepEqual([first.certificate, first.signedIn], ['own-authority', false]);
  const made = await room.ask('POST', '/users', {
    local: true,
    body: { user: 'emma', fullName: '', password: 'a long word', level: 'standard', mustChange: false },
  });
  assert.equal(made.status, 200);
  assert.equal((await look()).people, first.people + 1);
  await room.ask('PATCH', '/users/emma', { local: true, body: { disabled: true } });
  assert.equal((await look()).people, first.people);
  const administrator = { user: 'olga', fullName: '', password: 'a long word', level: 'administrator', mustChange: false };
  await room.ask('POST', '/users', { local: true, body: administrator });
  assert.equal((await look()).people, first.people);
  using page = await room.station();
  await page.hear('free');
  await page.signIn('anna');
  assert.equal((await look()).signedIn, true);
  await room.stopGateway();
  await room.startGateway();
  assert.equal((await look()).signedIn, true);
  await room.stopHost();
  const away = await room.ask('GET', '/first-steps', { local: true });
  assert.deepEqual([away.status, away.body.code], [503, 'computer-unreachable']);
});
