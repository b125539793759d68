// Making the first administrator.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GatewayRoom } from '../../../test/support/gateway-room.ts';

async function withoutAdministrator(): Promise<GatewayRoom> {
  const room = await GatewayRoom.make();
  room.accounts.moveToGroups('admin', []);
  return room;
}

describe('the set-up', () => {
  test('makes a new administrator with the code, once', async () => {
    await using room = await withoutAdministrator();
    assert.deepEqual((await room.ask('GET', '/setup')).body, { needed: true });
    const { code } = (await room.ask('POST', '/setup/code', { local: true })).body;
    const order = { code, user: 'olga', password: 'secret', create: true, fullName: 'Olga', settings: { enrolment: 'code' } };
    assert.equal((await room.ask('POST', '/setup', { body: { ...order, code: 'AAAA-BBBB' } })).body.code, 'code-wrong');
    assert.equal((await room.ask('POST', '/setup', { body: order })).status, 200);
    assert.deepEqual((await room.ask('GET', '/setup')).body, { needed: false });
    assert.equal((await room.ask('GET', '/settings', { local: true })).body.enrolment, 'code');
    await room.pageCookie('olga', 'manager', 'secret');
    assert.equal((await room.ask('POST', '/setup', { body: { ...order, user: 'eve' } })).body.code, 'code-wrong');
    assert.equal((await room.ask('POST', '/setup/code', { local: true })).body.code, 'not-possible-now');
  });

  test('gives an account that exists the level, if the password is its own', async () => {
    await using room = await withoutAdministrator();
    const { code } = (await room.ask('POST', '/setup/code', { local: true })).body;
    const order = { code, user: 'ben', password: 'wrong', create: false, fullName: '', settings: { enrolment: 'approval' } };
    assert.equal((await room.ask('POST', '/setup', { body: order })).body.code, 'wrong-credentials');
    assert.equal((await room.ask('GET', '/settings', { local: true })).body.enrolment, 'open', 'nothing half done');
    assert.equal((await room.ask('POST', '/setup', { body: { ...order, password: 'ben' } })).status, 200);
    await room.pageCookie('ben');
  });

  test('a name that is taken changes nothing, and the code still works', async () => {
    await using room = await withoutAdministrator();
    const { code } = (await room.ask('POST', '/setup/code', { local: true })).body;
    const order = { code, user: 'ben', password: 'x', create: true, fullName: '', settings: {} };
    assert.equal((await room.ask('POST', '/setup', { body: order })).body.code, 'name-taken');
    const [last] = (await room.ask('GET', '/audit', { local: true })).body;
    assert.deepEqual([last.action, last.outcome], ['setup', 'name-taken']);
    assert.equal((await room.ask('POST', '/setup', { body: { ...order, user: 'olga' } })).status, 200);
  });

  test('of two at the same instant one makes the administrator', async () => {
    await using room = await withoutAdministrator();
    const { code } = (await room.ask('POST', '/setup/code', { local: true })).body;
    const order = { code, password: 'x', create: true, fullName: '', settings: {} };
    const replies = await Promise.all(['olga', 'eve'].map((user) => room.ask('POST', '/setup', { body: { ...order, user } })));
    assert.deepEqual(
      replies.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 409],
    );
  });

  test('a code holds an hour, and a newer one ends it', async () => {
    await using room = await withoutAdministrator();
    const make = async (): Promise<string> => (await room.ask('POST', '/setup/code', { local: true })).body.code;
    const order = { user: 'olga', password: 'x', create: true, fullName: '', settings: {} };
    const first = await make();
    const second = await make();
    assert.equal((await room.ask('POST', '/setup', { body: { ...order, code: first } })).body.code, 'code-wrong');
    room.clock.wallShiftMs -= 3_600_000;
    room.clock.monotonicShiftMs += 3_600_001;
    assert.equal((await room.ask('POST', '/setup', { body: { ...order, code: second } })).body.code, 'code-wrong');
  });
});
