// Signing in to Manager and Dashboard, and how long that lasts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeCodes } from '#contract/wire.ts';
import { closeCode, GatewayRoom } from '../../../test/support/gateway-room.ts';

const minute = 60_000;

describe('signed in at a page', () => {
  test('the cookie is HttpOnly, Secure, SameSite=Strict, and only its hash is in the store', async () => {
    await using room = await GatewayRoom.make();
    const { headers, body } = await room.ask('POST', '/sign-in', { body: { user: 'admin', password: 'admin', page: 'manager' } });
    assert.match(String(headers['set-cookie']), /^__Host-stationmaster=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
    assert.deepEqual(body, {
      step: 'done',
      principal: { name: 'admin', fullName: 'Ada Admin', level: 'administrator', by: 'page' },
    });
  });

  test('it lasts over a restart of the gateway and ends with signing out', async () => {
    await using room = await GatewayRoom.make();
    const cookie = await room.pageCookie('admin');
    await room.stopGateway();
    await room.startGateway();
    assert.equal((await room.ask('GET', '/me', { cookie })).body.principal.name, 'admin');
    const out = await room.ask('POST', '/sign-out', { cookie });
    assert.match(String(out.headers['set-cookie']), /Max-Age=0/);
    assert.equal((await room.ask('GET', '/me', { cookie })).status, 401);
  });

  test('it ends after 30 minutes without use, and after 12 hours with it; a clock set back changes nothing', async () => {
    await using room = await GatewayRoom.make();
    const cookie = await room.pageCookie('admin');
    room.clock.pass(29 * minute);
    assert.equal((await room.ask('GET', '/me', { cookie })).status, 200);
    room.clock.wallShiftMs -= 60 * minute;
    room.clock.monotonicShiftMs += 31 * minute;
    assert.equal((await room.ask('GET', '/me', { cookie })).status, 401);
    const long = await room.pageCookie('admin');
    let lasted = 0;
    while ((await room.ask('GET', '/me', { cookie: long })).status === 200) {
      room.clock.pass(20 * minute);
      lasted += 20;
      assert.ok(lasted <= 12 * 60, 'more than 12 hours');
    }
    assert.equal(lasted, 12 * 60);
  });

  test("who is below the page's level does not come in", async () => {
    await using room = await GatewayRoom.make();
    const code = async (user: string, page: string): Promise<string> =>
      (await room.ask('POST', '/sign-in', { body: { user, password: user, page } })).body.code ?? 'in';
    assert.equal(await code('anna', 'dashboard'), 'level-too-low');
    assert.equal(await code('anna', 'manager'), 'level-too-low');
    assert.equal(await code('teacher', 'manager'), 'level-too-low');
    assert.equal(await code('teacher', 'dashboard'), 'in');
    assert.equal(await code('admin', 'dashboard'), 'in');
  });

  test('somebody demoted loses the right within a minute, the live feed as well', async () => {
    await using room = await GatewayRoom.make();
    const cookie = await room.pageCookie('admin');
    room.accounts.add('second', '', 'administrator', 'second');
    await room.accounts.setLevel('admin', 'dashboard');
    room.clock.pass(31_000);
    assert.equal((await room.ask('GET', '/audit', { cookie })).status, 403);
    assert.equal((await room.ask('GET', '/sessions', { cookie })).status, 200);
    const live = await room.webSocket('live', { headers: { cookie: `__Host-stationmaster=${cookie}` } });
    const ended = closeCode(live);
    await room.accounts.setLevel('admin', 'standard');
    room.clock.pass(31_000);
    assert.equal((await room.ask('GET', '/me', { cookie })).status, 401);
    assert.equal(await ended, closeCodes.refused);
  });

  test('a level that was lost does not come back with a restart while the computer is away', async () => {
    await using room = await GatewayRoom.make();
    const cookie = await room.pageCookie('admin');
    room.accounts.add('second', '', 'administrator', 'second');
    await room.accounts.setLevel('admin', 'dashboard');
    room.clock.pass(31_000);
    assert.equal((await room.ask('GET', '/tokens', { cookie })).status, 403);
    await room.stopGateway();
    await room.stopHost();
    await room.startGateway();
    assert.equal((await room.ask('GET', '/me', { cookie })).body.principal.level, 'dashboard');
    assert.equal((await room.ask('GET', '/tokens', { cookie })).status, 403);
  });

  test("PAM's further questions are asked at a page too; the answer counts only from where they were asked", async () => {
    const question = { visible: true, text: 'Code:', messages: [] };
    await using room = await GatewayRoom.make({ further: { question, answer: '123' } });
    const first = await room.ask('POST', '/sign-in', { body: { user: 'admin', password: 'admin', page: 'manager' } });
    assert.deepEqual([first.body.step, first.body.question], ['question', question]);
    const { attempt } = first.body;
    const second = await room.ask('POST', '/sign-in/answer', { body: { attempt, answer: '123' } });
    assert.equal(second.body.step, 'done');
    const again = await room.ask('POST', '/sign-in/answer', { body: { attempt, answer: '123' } });
    assert.equal(again.body.code, 'sign-in-timed-out');
  });

  test('every sign-in is in the audit; a name that nobody has is not, it may be a password', async () => {
    await using room = await GatewayRoom.make();
    await room.ask('POST', '/sign-in', { body: { user: 'hunter2', password: 'x', page: 'manager' } });
    await room.ask('POST', '/sign-in', { body: { user: 'admin', password: 'wrong', page: 'manager' } });
    await room.pageCookie('admin');
    const { body } = await room.ask('GET', '/audit?search=page.sign-in', { local: true });
    const told = body.map(({ actor, outcome }: { actor: string; outcome: string }) => `${actor} ${outcome}`).toSorted();
    assert.deepEqual(told, [' wrong-credentials', 'admin done', 'admin wrong-credentials']);
    assert.ok(!JSON.stringify(body).includes('hunter2'));
  });

  test('a token works until it is revoked, and its live feed ends with it', async () => {
    await using room = await GatewayRoom.make();
    const { body } = await room.ask('POST', '/tokens', { local: true, body: { name: 'nightly', level: 'administrator' } });
    assert.equal(
      (await room.ask('POST', '/tokens', { local: true, body: { name: 'Nightly', level: 'dashboard' } })).body.code,
      'name-taken',
    );
    const { token, id } = body;
    assert.equal((await room.ask('GET', '/me', { token, origin: null })).body.principal.name, 'nightly');
    assert.ok(!JSON.stringify((await room.ask('GET', '/tokens', { local: true })).body).includes(token));
    const ended = closeCode(await room.webSocket('live', { origin: null, headers: { authorization: `Bearer ${token}` } }));
    assert.equal((await room.ask('DELETE', `/tokens/${id}`, { local: true })).status, 200);
    assert.equal(await ended, closeCodes.refused);
    assert.equal((await room.ask('GET', '/me', { token, origin: null })).status, 401);
  });
});
