// Every route of the API for every role, and every WebSocket: who is not allowed gets nothing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apiRoutes } from '#contract/api.ts';
import type { ApiRouteName } from '#contract/api.ts';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { closeCodes } from '#contract/wire.ts';
import { may, scopesAllow, tokenScopes } from '#model/permissions.ts';
import type { Role, Target, TokenScope } from '#model/permissions.ts';
import { closeCode, GatewayRoom, textOf } from '../../test/support/gateway-room.ts';
import type { AskOptions, TestStation } from '../../test/support/gateway-room.ts';

/** Somebody who asks: how, in which role, and whether sessions of the account `teacher` are the own ones. */
interface Asker {
  name: string;
  role: Role;
  options: AskOptions;
  /** Of a token that is held to some. */
  scopes?: readonly TokenScope[];
}

let room: GatewayRoom;
let askers: Asker[] = [];
let pages: TestStation[] = [];
let sessions: Record<'standard' | 'teacher' | 'admin', string> = { standard: '', teacher: '', admin: '' };

before(async () => {
  room = await GatewayRoom.make();
  const token = async (level: string, scopes: readonly TokenScope[] | null = null): Promise<string> => {
    const name = scopes === null ? `walk ${level}` : `walk ${level} ${scopes.join(' ')}`;
    return (await room.ask('POST', '/tokens', { local: true, body: { name, level, scopes } })).body.token;
  };
  askers = [
    { name: 'nobody', role: 'nobody', options: {} },
    { name: 'a cookie that is none', role: 'nobody', options: { cookie: 'x'.repeat(43) } },
    { name: 'teacher at the Dashboard', role: 'dashboard', options: { cookie: await room.pageCookie('teacher', 'dashboard') } },
    { name: 'token of a teacher', role: 'dashboard', options: { token: await token('dashboard'), origin: null } },
    { name: 'administrator at the Manager', role: 'administrator', options: { cookie: await room.pageCookie('admin') } },
    { name: 'token of an administrator', role: 'administrator', options: { token: await token('administrator'), origin: null } },
    { name: 'root', role: 'administrator', options: { local: true } },
  ];
  for (const scope of Object.keys(tokenScopes) as TokenScope[]) {
    const options = { token: await token('administrator', [scope]), origin: null };
    askers.push({ name: `token for ${scope}`, role: 'administrator', options, scopes: [scope] });
  }
  for (const scope of ['read', 'sessions'] as const) {
    const options = { token: await token('dashboard', [scope]), origin: null };
    askers.push({ name: `token of a teacher for ${scope}`, role: 'dashboard', options, scopes: [scope] });
  }
  for (const user of ['anna', 'teacher', 'admin']) {
    const page = await room.station();
    await page.hear('free');
    await page.signIn(user);
    pages.push(page);
  }
  const idOf = (user: string): string => room.sessions.list().find((session) => session.user === user)?.id ?? '';
  sessions = { standard: idOf('anna'), teacher: idOf('teacher'), admin: idOf('admin') };
});

after(async () => {
  for (const page of pages) page[Symbol.dispose]();
  await room[Symbol.asyncDispose]();
});

/** Bodies that are of the form expected and change nothing, or fail for another reason than rights. */
const bodies: Partial<Record<ApiRouteName, unknown>> = {
  signIn: { user: 'nobody-there', password: 'x', page: 'manager' },
  signInAnswer: { attempt: 'aaaaaaaaaaaaaaaa', answer: 'x' },
  setup: { code: 'x', user: 'x', password: 'x', create: true, fullName: '', settings: {} },
  identifyAll: { on: false },
  configureStation: { name: 'x' },
  identifyStation: { on: false },
  changeSettings: {},
  leave: { how: 'restart' },
  makeToken: { name: 'walk administrator', level: 'dashboard' },
};

/** What the table says without looking into what the gateway does. */
function expected(asker: Asker, name: ApiRouteName, target: Target): ErrorCode | 'passes' {
  const { action } = apiRoutes[name];
  if (!scopesAllow(asker.scopes ?? null, action)) return 'token-not-allowed';
  if (may(asker.role, action, target)) return 'passes';
  return asker.role === 'nobody' ? 'not-signed-in' : 'not-allowed';
}

describe('every route for every role', () => {
  // Signing out would end the walk for that cookie, and is allowed to whoever is signed in; logging everybody off ends it for all.
  const names = (Object.keys(apiRoutes) as ApiRouteName[]).filter(
    (name) => !['signOut', 'logOffAll', 'suspendAll'].includes(name),
  );

  for (const name of names) {
    const route = apiRoutes[name];
    test(`${route.method} ${route.path}`, async () => {
      const targets: [string, Target][] = route.path.startsWith('/sessions/:id')
        ? [
            [sessions.standard, 'standard-session'],
            [sessions.teacher, 'privileged-session'],
            [sessions.admin, 'privileged-session'],
            ['aaaaaaaaaaaaaaaa', 'standard-session'],
          ]
        : [
            [
              'aaaaaaaaaaaaaaaa',
              route.path.startsWith('/stations/:id')
                ? 'station'
                : route.path.startsWith('/computers/:name')
                  ? 'computer'
                  : route.path.startsWith('/desktops/')
                    ? 'sessions'
                    : 'none',
            ],
          ];
      for (const asker of askers) {
        for (const [id, target] of targets) {
          // Whoever passes would log the session off: the walk only wants to know whether one passes.
          const own = asker.name === 'teacher at the Dashboard' && id === sessions.teacher;
          const verdict = expected(asker, name, own ? 'own-session' : target);
          const passing = verdict === 'passes';
          const usedId =
            passing && ['logOffSession', 'suspendSession', 'hibernateSession'].includes(name) && id !== 'aaaaaaaaaaaaaaaa'
              ? null
              : id;
          if (usedId === null) continue;
          const path = route.path.replace(':id', usedId).replace(':name', 'no-such-computer');
          const body = route.method === 'GET' || route.method === 'DELETE' ? {} : { body: bodies[name] ?? {} };
          const { status, body: told } = await room.ask(route.method, path, { ...asker.options, ...body });
          const who = `${asker.name}, ${route.method} ${path}: ${status} ${JSON.stringify(told).slice(0, 200)}`;
          if (verdict !== 'passes') {
            assert.deepEqual([status, told.code], [errorCodes[verdict].status, verdict], who);
          } else if (name === 'setupCode') {
            assert.equal(told.code, asker.name === 'root' ? 'not-possible-now' : 'not-allowed', who);
          } else {
            assert.ok(
              !['not-signed-in', 'not-allowed', 'token-not-allowed', 'foreign-origin', 'internal'].includes(told.code),
              who,
            );
          }
        }
      }
    });
  }

  test('GET /metrics, which is outside of the contract', async () => {
    for (const { name, role, options, scopes = null } of askers) {
      const { status } = await room.ask('GET', '/metrics', options);
      assert.equal(status, !scopesAllow(scopes, 'metrics.see') ? 403 : may(role, 'metrics.see') ? 200 : 401, name);
    }
  });

  test('a teacher may suspend a pupil and the own session, nobody else', async () => {
    const cookie = askers.find(({ name }) => name === 'teacher at the Dashboard')?.options.cookie ?? '';
    const suspend = async (id: string): Promise<number> => (await room.ask('POST', `/sessions/${id}/suspend`, { cookie })).status;
    assert.equal(await suspend(sessions.standard), 200);
    assert.equal(await suspend(sessions.teacher), 200);
    assert.equal(await suspend(sessions.admin), 403);
    assert.equal((await room.ask('POST', `/computers/${room.computerName}/suspend-all`, { cookie })).status, 403);
    assert.equal((await room.ask('POST', `/computers/${room.computerName}/log-off-all`, { cookie })).status, 403);
    const hibernate = async (id: string) => await room.ask('POST', `/sessions/${id}/hibernate`, { cookie, body: {} });
    for (const id of [sessions.standard, sessions.teacher]) {
      const { status } = await hibernate(id);
      assert.ok(status !== 401 && status !== 403, String(status));
    }
    assert.equal((await hibernate(sessions.admin)).status, 403);
    for (const [task, body] of Object.entries({ 'hibernate-all': {}, leave: { how: 'restart' }, stay: {} })) {
      const path = `/computers/${room.computerName}/${task}`;
      assert.equal((await room.ask('POST', path, { cookie, body })).status, 403, task);
    }
    assert.equal((await room.ask('GET', `/computers/${room.computerName}/check`, { cookie })).status, 200);
  });

  test('a teacher may touch sessions of administrators only while the settings allow it', async () => {
    const cookie = askers.find(({ name }) => name === 'teacher at the Dashboard')?.options.cookie ?? '';
    const allow = async (allowOrchestration: boolean): Promise<void> => {
      const { status } = await room.ask('PATCH', '/settings', { local: true, body: { allowOrchestration } });
      assert.equal(status, 200);
    };
    const suspend = async (): Promise<number> =>
      (await room.ask('POST', `/sessions/${sessions.admin}/suspend`, { cookie })).status;
    assert.equal(await suspend(), 403);
    await allow(true);
    assert.equal(await suspend(), 200);
    await allow(false);
    assert.equal(await suspend(), 403);
  });

  test("a token that is named like a person does not reach that person's session as its own", async () => {
    const { body } = await room.ask('POST', '/tokens', { local: true, body: { name: 'admin', level: 'dashboard' } });
    const { status } = await room.ask('POST', `/sessions/${sessions.admin}/suspend`, { token: body.token, origin: null });
    assert.equal(status, 403);
  });

  test('a wrong token is refused at once, also beside a good cookie', async () => {
    const cookie = askers.find(({ name }) => name === 'administrator at the Manager')?.options.cookie ?? '';
    assert.equal((await room.ask('GET', '/me', { cookie, token: 'smt_wrong' })).status, 401);
    assert.equal((await room.ask('GET', '/setup', { token: 'smt_wrong' })).status, 401);
  });
});

describe('requests of foreign pages', () => {
  test('a changing request with another Origin, or from a page with none, is refused', async () => {
    const cookie = askers.find(({ name }) => name === 'administrator at the Manager')?.options.cookie ?? '';
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${room.port}`, 'https://127.0.0.1', null]) {
      const path = `/computers/${room.computerName}/identify`;
      const { status, body } = await room.ask('POST', path, { cookie, origin, body: { on: true } });
      assert.deepEqual([status, body.code], [403, 'foreign-origin'], String(origin));
      const signIn = await room.ask('POST', '/sign-in', { origin, body: { user: 'admin', password: 'admin', page: 'manager' } });
      assert.equal(signIn.body.code, 'foreign-origin', String(origin));
    }
    assert.equal((await room.ask('GET', '/sessions', { cookie, origin: 'https://evil.example' })).status, 403);
    assert.equal((await room.ask('GET', '/sessions', { cookie, origin: null })).status, 200);
  });

  test('a form post that is not JSON is not taken', async () => {
    const cookie = askers.find(({ name }) => name === 'administrator at the Manager')?.options.cookie ?? '';
    const { status } = await room.ask('POST', `/computers/${room.computerName}/identify`, {
      cookie,
      body: 'on=true',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(status, 400);
  });

  test('no WebSocket opens for a foreign Origin, or for none', async () => {
    const cookie = askers.find(({ name }) => name === 'administrator at the Manager')?.options.cookie ?? '';
    for (const path of ['station', 'pixels', 'live']) {
      for (const origin of ['https://evil.example', null]) {
        const headers = { cookie: `__Host-stationmaster=${cookie}` };
        const protocols = path === 'pixels' ? ['binary', `ticket.${'x'.repeat(43)}`] : [];
        await assert.rejects(room.webSocket(path, { origin, headers, protocols }), /403/, `${path} ${origin}`);
      }
    }
    await assert.rejects(room.webSocket('elsewhere'), /404/);
  });

  test('the live feed is closed to those without the right, and open to those with it', async () => {
    for (const { name, role, options, scopes = null } of askers) {
      if (options.local === true) continue;
      const headers: Record<string, string> = {
        ...(options.cookie === undefined ? {} : { cookie: `__Host-stationmaster=${options.cookie}` }),
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      };
      const socket = await room.webSocket('live', { headers, ...(options.token === undefined ? {} : { origin: null }) });
      if (may(role, 'live.watch') && scopesAllow(scopes, 'live.watch')) {
        const text = await new Promise<string>((resolve) => {
          socket.once('message', (data) => resolve(textOf(data)));
        });
        assert.equal(JSON.parse(text).event, 'snapshot', name);
        socket.terminate();
      } else {
        assert.equal(await closeCode(socket), closeCodes.refused, name);
      }
    }
  });
});
