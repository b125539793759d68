// Saving, continuing and restarting, with the real host's sessions and its going down behind the gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '#contract/api.ts';
import { GatewayRoom, newStationKey, until } from '../../test/support/gateway-room.ts';

/** Who, what, outcome of these actions, oldest first. */
async function entries(room: GatewayRoom, ...actions: string[]): Promise<unknown[]> {
  const { body } = await room.ask('GET', '/audit?limit=500', { local: true });
  return (body as AuditEntry[])
    .filter(({ action }) => actions.includes(action))
    .toReversed()
    .map(({ actor, action, target, outcome }) => [actor, action, target, outcome]);
}

const stateOf = (room: GatewayRoom, user: string): string | undefined =>
  room.sessions.list().find((session) => session.user === user)?.state;

test('a session at a station is saved by order, survives gateway and host, and is continued by signing in', async () => {
  await using room = await GatewayRoom.make();
  const key = newStationKey();
  const page = await room.station(key);
  await page.hear('free');
  await page.signIn('anna');
  const [{ id } = { id: '' }] = room.sessions.list();
  const { status, body } = await room.ask('POST', `/sessions/${id}/hibernate`, { local: true, body: {} });
  assert.deepEqual([status, body.state], [200, 'hibernated']);
  assert.deepEqual((await page.hear('free')).because, {
    reason: 'session',
    cause: 'hibernated-by-administrator',
    user: 'anna',
  });
  await room.stopGateway();
  await room.stopHost();
  await room.startHost();
  await room.startGateway();
  const again = await room.station(key);
  await again.hear('free');
  again.say({ say: 'sign-in', user: 'anna', password: 'anna' });
  assert.equal((await again.hear('opening')).what, 'restore');
  await again.hear('desktop');
  assert.deepEqual(
    room.sessions.list().map((session) => [session.id, session.state]),
    [[id, 'active']],
  );
  await until('it is written', async () => (await entries(room, 'session.restore')).length === 1);
  assert.deepEqual(await entries(room, 'session.hibernate', 'session.restore'), [
    ['root', 'session.hibernate', 'anna', 'done'],
    ['', 'session.restore', 'anna', 'done'],
  ]);
});

test('who signs in while the session is being saved waits for it', async () => {
  await using room = await GatewayRoom.make();
  const page = await room.station();
  await page.hear('free');
  await page.signIn('anna');
  const [{ id } = { id: '' }] = room.sessions.list();
  room.computer.savings = 'when-told';
  const saving = room.ask('POST', `/sessions/${id}/hibernate`, { local: true, body: {} });
  await page.hear('free');
  await until('it is being saved', () => stateOf(room, 'anna') === 'hibernating');
  page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
  assert.equal((await page.hear('opening')).what, 'save');
  room.computer.finishSaving(id, true);
  assert.equal((await page.hear('opening')).what, 'restore');
  await page.hear('desktop');
  await saving;
  assert.equal(stateOf(room, 'anna'), 'active');
});

test('a damaged image is told, kept, and does not keep its person from working', async () => {
  await using room = await GatewayRoom.make();
  const page = await room.station();
  await page.hear('free');
  await page.signIn('anna');
  const [{ id } = { id: '' }] = room.sessions.list();
  await room.ask('POST', `/sessions/${id}/hibernate`, { local: true, body: {} });
  await page.hear('free');
  room.computer.damage(id);
  await room.stopHost();
  await room.startHost();
  await until('the gateway knows', async () => {
    const { body } = await room.ask('GET', '/sessions', { local: true });
    return body[0]?.saved?.fault === 'image-damaged';
  });
  await until('the host is reached', async () => (await room.ask('GET', '/healthz', { local: true })).body.host);
  page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
  const { sessions } = await page.hear('lost');
  assert.equal(sessions[0]?.fault, 'image-damaged');
  assert.ok((sessions[0]?.programs.length ?? 0) > 0);
  page.say({ say: 'accept-lost' });
  await page.hear('desktop');
  assert.deepEqual(
    room.sessions
      .list()
      .map(({ state }) => state)
      .toSorted(),
    ['active', 'hibernated'],
  );
});

test('a restart warns, suspends, saves and accounts for every session', async () => {
  await using room = await GatewayRoom.make();
  const page = await room.station();
  await page.hear('free');
  await page.signIn('anna');
  const path = `/computers/${room.computerName}`;
  const begun = await room.ask('POST', `${path}/leave`, { local: true, body: { how: 'restart', seconds: 600 } });
  assert.deepEqual([begun.status, begun.body.leaving.phase, begun.body.leaving.by], [200, 'warning', 'root']);
  assert.ok(((await page.hear('leaving')).remainingMs ?? 0) > 500_000);
  assert.equal((await room.ask('POST', `${path}/stay`, { local: true })).status, 200);
  assert.equal((await page.hear('leaving')).remainingMs, null);
  const now = await room.ask('POST', `${path}/leave`, { local: true, body: { how: 'restart', seconds: 0 } });
  assert.equal(now.status, 200);
  assert.equal((await page.hear('wait')).why, 'computer-restarting');
  await until('it is on disk', () => stateOf(room, 'anna') === 'hibernated');
  await until('it goes', async () => {
    const { body } = await room.ask('GET', '/computers', { local: true });
    return body[0].leaving?.phase === 'going';
  });
  await room.stopHost();
  await room.startHost();
  await until('the account is written', async () => (await entries(room, 'computer.left')).length === 1);
  assert.deepEqual(await entries(room, 'computer.leave', 'computer.stay'), [
    ['root', 'computer.leave', room.computerName, 'done'],
    ['root', 'computer.stay', room.computerName, 'done'],
    ['root', 'computer.leave', room.computerName, 'done'],
  ]);
  assert.deepEqual(await entries(room, 'session.hibernate', 'computer.left'), [
    ['', 'session.hibernate', 'anna', 'done'],
    ['root', 'computer.left', 'anna', 'done'],
  ]);
});

test('the settings reach the host and hold there without the gateway', async () => {
  await using room = await GatewayRoom.make();
  await room.ask('PATCH', '/settings', { local: true, body: { keepSavedDays: 9, leaveLimitSeconds: 77 } });
  await until('the host has them', () => room.hostSettings.keepSavedDays === 9 && room.hostSettings.leaveLimitSeconds === 77);
  await room.stopGateway();
  await room.stopHost();
  await room.startHost();
  assert.equal(room.hostSettings.leaveLimitSeconds, 77);
});
