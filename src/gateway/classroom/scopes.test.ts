// A Dashboard user with a scope, over the API of a whole room: what is outside of it is neither seen nor reached, by no way there is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { apiRoutes } from '#contract/api.ts';
import type { ApiRouteName } from '#contract/api.ts';
import { liveEventSchema } from '#contract/live.ts';
import type { LiveEvent } from '#contract/live.ts';
import type { Station } from '#model/station.ts';
import { may } from '#model/permissions.ts';
import { GatewayRoom, textOf, until } from '../../../test/support/gateway-room.ts';
import type { AskOptions, TestStation } from '../../../test/support/gateway-room.ts';

interface School extends AsyncDisposable {
  room: GatewayRoom;
  teacher: AskOptions;
  pages: Record<string, TestStation>;
  sessionOf: (user: string) => string;
  stationOf: (user: string) => string;
  give: (scope: unknown, user?: string) => Promise<{ status: number; body: { code?: string } }>;
  put: (user: string, room: string) => Promise<void>;
}

/** anna sits in Blue, ben in Green, carla in no room and is in the class 8b. */
async function school(): Promise<School> {
  const room = await GatewayRoom.make();
  room.accounts.joinGroups('carla', ['8b']);
  const pages: Record<string, TestStation> = {};
  for (const user of ['anna', 'ben', 'carla']) {
    const page = await room.station();
    pages[user] = page;
    await page.hear('free');
    await page.signIn(user);
  }
  const sessionOf = (user: string): string => room.sessions.list().find((session) => session.user === user)?.id ?? '';
  const stationOf = (user: string): string => room.sessions.list().find((session) => session.user === user)?.station ?? '';
  const put = async (user: string, name: string): Promise<void> => {
    const body = { configuration: { room: name } };
    assert.equal((await room.ask('PATCH', `/stations/${stationOf(user)}`, { local: true, body })).status, 200);
  };
  await put('anna', 'Blue');
  await put('ben', 'Green');
  return {
    room,
    pages,
    teacher: { cookie: await room.pageCookie('teacher', 'dashboard') },
    sessionOf,
    stationOf,
    put,
    give: (scope, user = 'teacher') => room.ask('PATCH', `/users/${user}/scope`, { local: true, body: { scope } }),
    async [Symbol.asyncDispose]() {
      for (const page of Object.values(pages)) page[Symbol.dispose]();
      await room[Symbol.asyncDispose]();
    },
  };
}

async function feed(room: GatewayRoom, cookie: string): Promise<LiveEvent[]> {
  const socket = await room.webSocket('live', { headers: { cookie: `__Host-stationmaster=${cookie}` } });
  const events: LiveEvent[] = [];
  socket.on('message', (data) => events.push(liveEventSchema.parse(JSON.parse(textOf(data)))));
  await until('the snapshot', () => events.length > 0);
  return events;
}

/** Who and what is known after these events. */
function known(events: readonly LiveEvent[]): { users: string[]; stations: string[] } {
  const users = new Map<string, string>();
  const stations = new Set<string>();
  for (const event of events) {
    if (event.event === 'snapshot') {
      users.clear();
      stations.clear();
      for (const { id, user } of event.sessions) users.set(id, user);
      for (const { id } of event.stations) stations.add(id);
    }
    if (event.event === 'session.changed') users.set(event.session.id, event.session.user);
    if (event.event === 'session.removed') users.delete(event.session);
    if (event.event === 'station.changed') stations.add(event.station.id);
    if (event.event === 'station.removed') stations.delete(event.station);
  }
  return { users: [...users.values()].toSorted(), stations: [...stations].toSorted() };
}

describe('a scope', () => {
  test('is everybody until something is given, and holds at once', async () => {
    await using place = await school();
    const { room, teacher, give, sessionOf, stationOf } = place;
    const lists = async (): Promise<{ desktops: string[]; sessions: string[]; stations: string[] }> => {
      const ids = async (path: string): Promise<{ id: string }[]> => (await room.ask('GET', path, teacher)).body;
      const { sessions } = (await ids('/desktops')) as unknown as { sessions: { id: string }[] };
      return {
        desktops: sessions.map(({ id }) => id).toSorted(),
        sessions: (await ids('/sessions')).map(({ id }) => id).toSorted(),
        stations: (await ids('/stations')).map(({ id }) => id).toSorted(),
      };
    };
    const of = (...users: string[]): Awaited<ReturnType<typeof lists>> => {
      const sessions = users.map(sessionOf).toSorted();
      return { desktops: sessions, sessions, stations: users.map(stationOf).toSorted() };
    };
    assert.deepEqual(await lists(), of('anna', 'ben', 'carla'));
    assert.equal((await give({ rooms: ['blue'], groups: [] })).status, 200);
    assert.deepEqual(await lists(), of('anna'));
    assert.equal((await give({ rooms: ['Green'], groups: ['8b'] })).status, 200);
    assert.deepEqual(await lists(), of('ben', 'carla'));
    await room.stopGateway();
    await room.startGateway();
    const { body: kept } = await room.ask('GET', '/scopes', { local: true });
    assert.deepEqual(kept.scopes, [{ owner: 'account', of: 'teacher', scope: { rooms: ['Green'], groups: ['8b'] } }]);
    assert.equal((await give(null)).status, 200);
    assert.deepEqual((await room.ask('GET', '/scopes', { local: true })).body.scopes, []);
  });

  test('tells of each desktop its room and classes', async () => {
    await using place = await school();
    const { body } = await place.room.ask('GET', '/desktops', place.teacher);
    const told = (body.sessions as { id: string }[]).toSorted((a, b) => a.id.localeCompare(b.id));
    const expected = [
      { id: place.sessionOf('anna'), room: 'Blue', classes: [] },
      { id: place.sessionOf('ben'), room: 'Green', classes: [] },
      { id: place.sessionOf('carla'), room: '', classes: ['8b'] },
    ];
    assert.deepEqual(
      told,
      expected.toSorted((a, b) => a.id.localeCompare(b.id)),
    );
  });

  test('every route about a session or station outside of it is refused and in the activity', async () => {
    await using place = await school();
    const { room, teacher, give, sessionOf, stationOf } = place;
    await give({ rooms: ['Blue'], groups: [] });
    const outside = { session: sessionOf('ben'), station: stationOf('ben') };
    const before = JSON.stringify(room.sessions.list());
    const tried: string[] = [];
    for (const name of Object.keys(apiRoutes) as ApiRouteName[]) {
      const { path, method } = apiRoutes[name];
      const id = path.startsWith('/sessions/:id') ? outside.session : path.startsWith('/stations/:id') ? outside.station : null;
      if (id === null) continue;
      const options = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
      const { status, body } = await room.ask(method, path.replace(':id', id), { ...teacher, ...options });
      assert.deepEqual([status, body.code], [403, 'not-allowed'], `${method} ${path}`);
      tried.push(name);
    }
    assert.ok(tried.length > 15, tried.join(', '));
    const all = { who: { sessions: [outside.session] } };
    for (const name of Object.keys(apiRoutes) as ApiRouteName[]) {
      const { path, method, action } = apiRoutes[name];
      if (method !== 'POST' || !path.startsWith('/desktops/') || !may('dashboard', action, 'sessions')) continue;
      const { status, body } = await room.ask(method, path, { ...teacher, body: all });
      // One that wants more than whom it is for has not come so far as to do anything.
      if (status === 400) continue;
      assert.deepEqual([status, body.outcomes?.[0]?.error?.code], [200, 'not-allowed'], path);
    }
    assert.equal(JSON.stringify(room.sessions.list()), before);
    const { body: entries } = await room.ask('GET', '/audit?actor=teacher', { local: true });
    const refusals = (entries as { action: string; target: string; outcome: string }[]).filter(
      ({ outcome }) => outcome === 'not-allowed',
    );
    const stationName = ((await room.ask('GET', '/stations', { local: true })).body as Station[]).find(
      ({ id }) => id === outside.station,
    )?.name;
    const told = refusals.map(({ action, target }) => `${action} ${target}`);
    for (const entry of ['scope.refuse ben', `scope.refuse ${stationName ?? ''}`, 'session.suspend ben', 'session.log-off ben'])
      assert.ok(told.includes(entry), `${entry}: ${told.join(', ')}`);
  });

  test('nobody is moved out of it, and who is outside makes no room', async () => {
    await using place = await school();
    const { room, teacher, give, sessionOf, stationOf } = place;
    await give({ rooms: ['Blue'], groups: [] });
    const attachment = room.sessions.list().find(({ user }) => user === 'anna')?.attachment;
    const body = { station: stationOf('ben'), displaces: sessionOf('ben'), attachment };
    const { status, body: told } = await room.ask('POST', `/sessions/${sessionOf('anna')}/move`, { ...teacher, body });
    assert.deepEqual([status, told.code], [403, 'not-allowed']);
    await room.ask('POST', `/computers/${room.computerName}/identify`, { ...teacher, body: { on: true } });
    const lit = ((await room.ask('GET', '/stations', { local: true })).body as Station[]).filter(
      ({ identifying }) => identifying,
    );
    assert.deepEqual(
      lit.map(({ id }) => id),
      [stationOf('anna')],
    );
  });

  test('the live feed has nothing of those outside, and follows who comes, goes, and is given', async () => {
    await using place = await school();
    const { room, teacher, give, put, stationOf } = place;
    await give({ rooms: ['Blue'], groups: ['8b'] });
    const events = await feed(room, teacher.cookie ?? '');
    const sees = (users: string[], stations = users): Promise<void> =>
      until(`${users.join(', ')} are seen`, () => {
        const now = known(events);
        return (
          JSON.stringify(now.users) === JSON.stringify(users) &&
          JSON.stringify(now.stations) === JSON.stringify(stations.map(stationOf).toSorted())
        );
      });
    await sees(['anna', 'carla']);
    assert.ok(!JSON.stringify(events).includes('"ben"'), 'nothing of ben was sent');
    await put('ben', 'Blue');
    await sees(['anna', 'ben', 'carla']);
    await put('anna', 'Green');
    await sees(['ben', 'carla']);
    // A group that is taken away counts no longer than half a minute.
    room.accounts.joinGroups('carla', []);
    room.clock.pass(31_000);
    await put('anna', '');
    await sees(['ben']);
    await give({ rooms: ['Green'], groups: [] });
    await sees([]);
    await give(null);
    await sees(['anna', 'ben', 'carla']);
    await give({ rooms: ['Blue'], groups: [] });
    await sees(['ben']);
  });

  test('one own session is seen and reached, wherever it is', async () => {
    await using place = await school();
    const { room, teacher, give, sessionOf } = place;
    using page = await room.station();
    await page.hear('free');
    await page.signIn('teacher');
    await give({ rooms: ['Blue'], groups: [] });
    const { body } = await room.ask('GET', '/sessions', teacher);
    assert.deepEqual((body as { user: string }[]).map(({ user }) => user).toSorted(), ['anna', 'teacher']);
    assert.equal((await room.ask('POST', `/sessions/${sessionOf('teacher')}/suspend`, teacher)).status, 200);
  });

  test('of an administrator changes nothing', async () => {
    await using place = await school();
    const { room, give, sessionOf } = place;
    await give({ rooms: ['Blue'], groups: [] }, 'admin');
    const cookie = await room.pageCookie('admin');
    assert.equal((await room.ask('POST', `/sessions/${sessionOf('ben')}/suspend`, { cookie })).status, 200);
  });

  test('a token is held to what it was made for', async () => {
    await using place = await school();
    const { room, sessionOf } = place;
    const make = (body: object): Promise<{ status: number; body: { token: string; code?: string; id: string } }> =>
      room.ask('POST', '/tokens', { local: true, body: { name: 'lab', level: 'dashboard', ...body } });
    assert.equal((await make({ sees: { rooms: ['Nowhere'], groups: [] } })).body.code, 'room-not-found');
    assert.equal((await make({ level: 'administrator', sees: { rooms: ['Blue'], groups: [] } })).body.code, 'bad-request');
    const { body: made } = await make({ sees: { rooms: ['Blue'], groups: [] } });
    const token: AskOptions = { token: made.token, origin: null };
    assert.equal((await room.ask('POST', `/sessions/${sessionOf('ben')}/suspend`, token)).status, 403);
    assert.equal((await room.ask('POST', `/sessions/${sessionOf('anna')}/suspend`, token)).status, 200);
    await room.ask('DELETE', `/tokens/${made.id}`, { local: true });
    assert.deepEqual((await room.ask('GET', '/scopes', { local: true })).body.scopes, []);
  });

  test('a room keeps its people when it is renamed, and is nobody when it is no more', async () => {
    await using place = await school();
    const { room, teacher, give } = place;
    await give({ rooms: ['Blue'], groups: [] });
    const users = async (): Promise<string[]> =>
      ((await room.ask('GET', '/sessions', teacher)).body as { user: string }[]).map(({ user }) => user);
    const arrange = async (rooms: object[], based: string[]): Promise<number> =>
      (await room.ask('POST', '/rooms', { local: true, body: { rooms, based } })).status;
    assert.equal(
      await arrange(
        [
          { name: 'Azure', was: 'Blue' },
          { name: 'Green', was: 'Green' },
        ],
        ['Blue', 'Green'],
      ),
      200,
    );
    assert.deepEqual(await users(), ['anna']);
    assert.equal(await arrange([{ name: 'Green', was: 'Green' }], ['Azure', 'Green']), 200);
    assert.deepEqual(await users(), []);
  });

  test('what is wrong is said, and nothing has changed then', async () => {
    await using place = await school();
    const { room, give } = place;
    const code = async (scope: unknown, user?: string): Promise<string | undefined> => (await give(scope, user)).body.code;
    assert.equal(await code({ rooms: ['Yellow'], groups: [] }), 'room-not-found');
    assert.equal(await code({ rooms: [], groups: ['9z'] }), 'group-not-found');
    assert.equal(await code({ rooms: [], groups: [] }), 'bad-request');
    assert.equal(await code({ rooms: ['Blue'] }), 'bad-request');
    assert.equal(await code({ rooms: ['Blue'], groups: [] }, 'nobody-there'), 'not-found');
    await give({ rooms: ['Blue'], groups: [] });
    const late = { scope: null, was: { rooms: ['Green'], groups: [] } };
    const { body } = await room.ask('PATCH', '/users/teacher/scope', { local: true, body: late });
    assert.equal(body.code, 'changed-meanwhile');
    const { body: kept } = await room.ask('GET', '/scopes', { local: true });
    assert.deepEqual(kept.scopes[0].scope, { rooms: ['Blue'], groups: [] });
    const { body: entries } = await room.ask('GET', '/audit?action=scope.change', { local: true });
    assert.deepEqual(
      (entries as { target: string; details: object }[]).map(({ target, details }) => ({ target, details })),
      [{ target: 'teacher', details: { sees: '* → Blue' } }],
    );
  });
});
