// Logging off: what is known of unsaved work before, who is told what, and taking it back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GatewayRoom, until } from '../../test/support/gateway-room.ts';
import type { TestStation } from '../../test/support/gateway-room.ts';

async function signedIn(room: GatewayRoom, user: string): Promise<{ page: TestStation; id: string }> {
  const page = await room.station();
  await page.hear('free');
  await page.signIn(user);
  const session = room.sessions.list().find((one) => one.user === user);
  assert.ok(session !== undefined);
  return { page, id: session.id };
}

describe('a log-off with a countdown', () => {
  test('tells the person how long, and who asked for it; taken back, it tells that as well', async () => {
    await using room = await GatewayRoom.make({ settings: { logOffCountdownSeconds: 40 } });
    const { page, id } = await signedIn(room, 'anna');
    const cookie = await room.pageCookie('teacher', 'dashboard');
    const { body: teacher } = await room.ask('GET', '/me', { cookie });
    const { body: token } = await room.ask('POST', '/tokens', {
      local: true,
      body: { name: 'Night script', level: 'administrator' },
    });
    for (const [options, by] of [
      [{ cookie }, teacher.principal.fullName],
      [{ token: token.token, origin: null }, 'Night script'],
      [{ local: true }, ''],
    ] as const) {
      const { status, body } = await room.ask('POST', `/sessions/${id}/log-off`, { ...options, body: {} });
      assert.deepEqual([status, body.endsBy], [200, by]);
      const told = await page.hear('countdown');
      assert.equal(told.by, by);
      assert.ok(told.remainingMs !== null && told.remainingMs > 30_000 && told.remainingMs <= 40_000, String(told.remainingMs));
    }
    assert.equal((await room.ask('POST', `/sessions/${id}/keep`, { cookie, body: {} })).status, 200);
    assert.deepEqual(await page.hear('countdown'), { say: 'countdown', remainingMs: null, by: '' });
    assert.equal(room.sessions.list()[0]?.state, 'active');
  });

  test('is told at a locked station and after a reload of the page, too, and goes along with a move', async () => {
    await using room = await GatewayRoom.make();
    const { page, id } = await signedIn(room, 'anna');
    await room.ask('POST', `/sessions/${id}/log-off`, { local: true, body: { seconds: 300 } });
    await page.hear('countdown');
    page.say({ say: 'lock' });
    await page.hear('locked');
    const again = await room.station(page.key);
    await again.hear('locked');
    assert.ok(((await again.hear('countdown')).remainingMs ?? 0) > 290_000);
    const other = await room.station();
    const { station } = await other.hear('free');
    await room.ask('POST', `/sessions/${id}/move`, { local: true, body: { station: station.id } });
    await other.hear('locked');
    assert.ok(((await other.hear('countdown')).remainingMs ?? 0) > 290_000);
  });

  test('of all asks once and can be called off for each', async () => {
    await using room = await GatewayRoom.make();
    const [anna, ben] = [await signedIn(room, 'anna'), await signedIn(room, 'ben')];
    const { body } = await room.ask('POST', `/computers/${room.computerName}/log-off-all`, {
      local: true,
      body: { seconds: 60 },
    });
    assert.equal(body.outcomes.length, 2);
    for (const { page } of [anna, ben]) await page.hear('countdown');
    await room.ask('POST', `/sessions/${anna.id}/keep`, { local: true });
    assert.equal((await anna.page.hear('countdown')).remainingMs, null);
    assert.ok(room.sessions.list().find(({ user }) => user === 'ben')?.endsAt !== null);
  });
});

describe('unsaved work before a log-off', () => {
  test('is told of one session and of all at stations, to those who may log it off', async () => {
    await using room = await GatewayRoom.make();
    const { id } = await signedIn(room, 'anna');
    await signedIn(room, 'ben');
    const admin = await signedIn(room, 'admin');
    const unsaved = [{ program: 'Mousepad', title: '*Letter.txt - Mousepad' }];
    room.computer.unsaved.set('anna', unsaved);
    room.computer.unsaved.set('ben', null);
    const { body } = await room.ask('GET', `/sessions/${id}/unsaved`, { local: true });
    assert.deepEqual(body, { session: id, user: 'anna', looked: true, unsaved, silent: ['Terminal'] });
    await room.ask('POST', `/sessions/${admin.id}/suspend`, { local: true });
    const { body: all } = await room.ask('GET', `/computers/${room.computerName}/unsaved`, { local: true });
    assert.deepEqual(
      all.sessions.map(({ user, looked }: { user: string; looked: boolean }) => [user, looked]),
      [
        ['anna', true],
        ['ben', false],
      ],
      'who is at no station is not concerned',
    );
    const cookie = await room.pageCookie('teacher', 'dashboard');
    assert.equal((await room.ask('GET', `/sessions/${id}/unsaved`, { cookie })).status, 200);
    assert.equal((await room.ask('GET', `/sessions/${admin.id}/unsaved`, { cookie })).status, 403);
    assert.equal((await room.ask('GET', `/computers/${room.computerName}/unsaved`, { cookie })).status, 403);
    assert.equal((await room.ask('GET', '/sessions/aaaaaaaaaaaaaaaa/unsaved', { local: true })).body.code, 'session-not-found');
    await room.stopHost();
    await until(
      'the gateway knows',
      async () => (await room.ask('GET', '/computers', { local: true })).body[0].reachable === false,
    );
    assert.equal((await room.ask('GET', `/sessions/${id}/unsaved`, { local: true })).body.code, 'computer-unreachable');
  });
});
