// Tokens as programs use them: scopes, expiry, what is refused, and what the audit has of that.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { WebSocket } from 'ws';
import { closeCodes } from '#contract/wire.ts';
import { closeCode, GatewayRoom, textOf } from '../../../test/support/gateway-room.ts';
import type { Reply } from '../../../test/support/gateway-room.ts';

const dayMs = 86_400_000;

let room: GatewayRoom;

before(async () => {
  room = await GatewayRoom.make();
});
after(async () => {
  await room[Symbol.asyncDispose]();
});

let made = 0;

async function make(body: object = {}): Promise<{ id: string; name: string; token: string; expiresAt: number | null }> {
  made += 1;
  const given = { name: `Token ${made}`, level: 'administrator', ...body };
  const reply = await room.ask('POST', '/tokens', { local: true, body: given });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
}

async function ask(token: string, method: string, path: string, body?: object): Promise<Reply> {
  return await room.ask(method, path, { token, origin: null, ...(body === undefined ? {} : { body }) });
}

async function refusalsOf(name: string): Promise<{ outcome: string; details: Record<string, string | number> }[]> {
  const { body } = await room.ask('GET', `/audit?action=token.refuse&target=${encodeURIComponent(name)}`, { local: true });
  return body;
}

async function watch(token: string): Promise<WebSocket> {
  const socket = await room.webSocket('live', { headers: { authorization: `Bearer ${token}` }, origin: null });
  const first = await new Promise<string>((resolve) => {
    socket.once('message', (data) => resolve(textOf(data)));
  });
  assert.equal(JSON.parse(first).event, 'snapshot');
  return socket;
}

describe('scopes', () => {
  test('a token does what its scopes say and is told what it lacks', async () => {
    const { token } = await make({ scopes: ['users', 'metrics'] });
    assert.equal((await ask(token, 'GET', '/users')).status, 200);
    assert.equal((await ask(token, 'GET', '/metrics')).status, 200);
    const { status, body } = await ask(token, 'GET', '/sessions');
    assert.deepEqual([status, body.code, body.details], [403, 'token-not-allowed', { scopes: 'read, sessions' }]);
    assert.equal((await ask(token, 'PATCH', '/settings', {})).body.details.scopes, 'settings');
  });

  test('no token with scopes makes tokens or revokes any', async () => {
    const { token, id } = await make({ scopes: ['read', 'metrics', 'sessions', 'stations', 'computers', 'users', 'settings'] });
    for (const [method, path, body] of [
      ['GET', '/tokens', undefined],
      ['POST', '/tokens', { name: 'more', level: 'administrator' }],
      ['DELETE', `/tokens/${id}`, undefined],
    ] as const)
      assert.equal((await ask(token, method, path, body)).body.code, 'token-not-allowed', `${method} ${path}`);
  });

  test('no token with scopes makes an administrator, or takes the account of one over', async () => {
    const { token, name } = await make({ scopes: ['read', 'metrics', 'sessions', 'stations', 'computers', 'users', 'settings'] });
    const nora = { user: 'nora', password: 'nora-secret' };
    for (const [method, path, body] of [
      ['POST', '/users', { ...nora, level: 'administrator' }],
      ['PATCH', '/users/anna', { level: 'administrator' }],
      ['PATCH', '/users/admin', { fullName: 'Another' }],
      ['PATCH', '/users/admin', { level: 'standard' }],
      ['POST', '/users/admin/password', { password: 'mine-now' }],
      ['POST', '/users/%61dmin/password', { password: 'mine-now' }],
      ['DELETE', '/users/admin?files=keep', undefined],
    ] as const) {
      const reply = await ask(token, method, path, body);
      assert.deepEqual([reply.status, reply.body.code], [403, 'token-not-allowed'], `${method} ${path}`);
    }
    assert.deepEqual((await refusalsOf(name))[0]?.details, { right: 'administrators.manage' });
    assert.equal(room.accounts.find('nora'), null);
    assert.equal(room.accounts.find('anna')?.level, 'standard');
    assert.notEqual(room.accounts.check('admin', 'admin'), null);
    assert.equal(room.accounts.find('admin')?.fullName, 'Ada Admin');
    // Others are what the scope is for; a token without scopes may all.
    assert.equal((await ask(token, 'POST', '/users', { ...nora, level: 'dashboard' })).status, 200);
    assert.equal((await ask(token, 'POST', '/users/nora/password', { password: 'other-secret' })).status, 200);
    const { token: whole } = await make();
    assert.equal((await ask(whole, 'PATCH', '/users/nora', { level: 'administrator' })).status, 200);
    assert.equal((await ask(token, 'DELETE', '/users/nora?files=keep')).body.code, 'token-not-allowed');
    assert.equal((await ask(whole, 'DELETE', '/users/nora?files=keep')).status, 200);
  });

  test('metrics wants its scope, where there are scopes', async () => {
    const { token } = await make({ scopes: ['users'] });
    assert.equal((await ask(token, 'GET', '/metrics')).body.code, 'token-not-allowed');
  });

  test('scopes that are none, doubled, or of no use to the level', async () => {
    for (const body of [
      { scopes: [] },
      { scopes: ['everything'] },
      { scopes: 'read' },
      { level: 'dashboard', scopes: ['users'] },
      { expiresInDays: 0 },
      { expiresInDays: 1.5 },
      { expiresInDays: 100_000 },
      { level: 'standard' },
    ]) {
      const given = { name: 'refused', level: 'administrator', ...body };
      const reply = await room.ask('POST', '/tokens', { local: true, body: given });
      assert.deepEqual([reply.status, reply.body.code], [400, 'bad-request'], JSON.stringify(body));
    }
    await make({ name: 'doubled', scopes: ['users', 'read', 'users'] });
    const { body } = await room.ask('GET', '/tokens', { local: true });
    const listed = body.find(({ name }: { name: string }) => name === 'doubled');
    assert.deepEqual(listed.scopes, ['read', 'users']);
    assert.ok(!body.some(({ name }: { name: string }) => name === 'refused'));
  });
});

describe('expiry', () => {
  test('a token holds for a year unless something else is said, and for ever only if that is said', async () => {
    const now = room.clock.nowMs();
    const { expiresAt } = await make();
    assert.ok(Math.abs((expiresAt ?? 0) - now - 365 * dayMs) < 60_000, String(expiresAt));
    assert.equal((await make({ expiresInDays: null })).expiresAt, null);
  });

  test('an expired one is refused everywhere, with a word on what to do, and stays in the list', async () => {
    const { token, name, expiresAt } = await make({ expiresInDays: 1 });
    assert.equal((await ask(token, 'GET', '/me')).status, 200);
    room.clock.wallShiftMs = dayMs + 1000;
    try {
      for (const path of ['/me', '/metrics', '/setup']) {
        const { status, body } = await ask(token, 'GET', path);
        assert.deepEqual([status, body.code, body.details], [401, 'token-expired', { expiredAt: expiresAt }], path);
        assert.match(body.message, /stationmaster token add/);
      }
      await assert.rejects(watch(token), /401/);
      const { body } = await room.ask('GET', '/tokens', { local: true });
      assert.ok(body.some((one: { name: string }) => one.name === name));
    } finally {
      room.clock.wallShiftMs = 0;
    }
  });

  test('the live feed ends when its token expires, by itself', async () => {
    const { token } = await make({ expiresInDays: 1 });
    room.clock.wallShiftMs = dayMs - 1500;
    try {
      const socket = await watch(token);
      assert.equal(await closeCode(socket), closeCodes.refused);
    } finally {
      room.clock.wallShiftMs = 0;
    }
  });

  test('a token made with a token ends with it', async () => {
    const short = await make({ expiresInDays: 2 });
    const { body } = await ask(short.token, 'POST', '/tokens', { name: 'child', level: 'dashboard', expiresInDays: null });
    assert.equal(body.expiresAt, short.expiresAt);
    const { body: shorter } = await ask(short.token, 'POST', '/tokens', {
      name: 'child 2',
      level: 'dashboard',
      expiresInDays: 1,
    });
    assert.ok(shorter.expiresAt < (short.expiresAt ?? 0));
  });
});

describe('the live feed', () => {
  test('ends when its token is revoked', async () => {
    const { token, id } = await make({ scopes: ['read'] });
    const socket = await watch(token);
    const closed = closeCode(socket);
    await room.ask('DELETE', `/tokens/${id}`, { local: true });
    assert.equal(await closed, closeCodes.refused);
  });
});

describe('what the audit has of refusals', () => {
  test('the first at once, a loop only as a number', async () => {
    const { token, name } = await make({ scopes: ['users'] });
    for (let times = 0; times < 30; times += 1) await ask(token, 'GET', times % 2 === 0 ? '/sessions' : '/stations');
    const [first, ...others] = await refusalsOf(name);
    assert.deepEqual([first?.outcome, first?.details], ['token-not-allowed', { right: 'sessions.list' }]);
    assert.equal(others.length, 0);
    // Later a new entry; what was counted until then comes before it.
    room.clock.monotonicShiftMs = 10 * 60_000;
    await ask(token, 'GET', '/rooms');
    room.clock.monotonicShiftMs = 0;
    const [again, counted] = await refusalsOf(name);
    assert.deepEqual(again?.details, { right: 'stations.list' });
    assert.deepEqual(counted?.details, { more: 29, right: 'sessions.list, stations.list' });
  });

  test('also of those that nobody knows, and of what is only counted when the gateway stops', async () => {
    const own = await GatewayRoom.make();
    try {
      for (let times = 0; times < 5; times += 1)
        assert.equal((await own.ask('GET', '/me', { token: `smt_${times}`, origin: null })).status, 401);
      await own.stopGateway();
      await own.startGateway();
      const { body } = await own.ask('GET', '/audit?action=token.refuse', { local: true });
      assert.deepEqual(
        body.map(({ outcome, details }: { outcome: string; details: object }) => [outcome, details]),
        [
          ['not-signed-in', { more: 4 }],
          ['not-signed-in', {}],
        ],
      );
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });
});
