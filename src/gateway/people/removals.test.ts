// How the gateway hears of the end of a removal, from a host that the test leads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import type { AccountRemoval } from '#contract/values.ts';
import { GatewayRoom, until } from '../../../test/support/gateway-room.ts';

test('the end of a removal is heard also if the computer once gave no answer in time', async () => {
  await using room = await GatewayRoom.make({ scripted: true });
  const going: AccountRemoval = {
    id: 'r'.repeat(16),
    user: 'anna',
    files: 'keep',
    phase: 'removing',
    doneBytes: 0,
    totalBytes: null,
    archive: null,
    left: null,
    error: null,
    startedAt: 1,
    by: 'ada',
    address: '',
  };
  room.script.answer('account.remove', () => going);
  room.script.answer('account.removal', () => {
    if (room.script.heardOf('account.removal').length === 1) throw new CodedError('computer-unreachable');
    return { ...going, phase: 'done', left: '/home/anna' };
  });
  room.script.answer('account.removalNoted', () => ({}));
  const begun = await room.ask('DELETE', '/users/anna?files=keep', { local: true });
  assert.equal(begun.body.phase, 'removing');
  await until('its end is noted', () => {
    room.clock.pass(5_000);
    return room.script.heardOf('account.removalNoted').length === 1;
  });
  const { body } = await room.ask('GET', '/audit?search=account.remove', { local: true });
  assert.deepEqual([body[0].target, body[0].outcome], ['anna', 'done']);
});
