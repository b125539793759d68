// Limits of groups and stations through the whole gateway before the real host: decided, told with their source, and enforced.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import type { ToldLimit } from '#contract/values.ts';
import { GatewayRoom, until } from '../../test/support/gateway-room.ts';
import type { Reply, TestStation } from '../../test/support/gateway-room.ts';

const minuteMs = 60_000;

describe('limits of groups and stations', () => {
  let room: GatewayRoom;
  beforeEach(async () => {
    room = await GatewayRoom.make({ settings: { idleSuspendMinutes: 30, sessionProcesses: 400 } });
    room.accounts.joinGroups('anna', ['pupils', 'choir']);
  });
  afterEach(() => room[Symbol.asyncDispose]());

  const change = async (scope: string, of: string, values: object, more: object = {}): Promise<Reply> =>
    await room.ask('PATCH', '/limits', { local: true, body: { scope, of, values, ...more } });
  const changed = async (...given: Parameters<typeof change>): Promise<void> => {
    const { status, body } = await change(...given);
    assert.equal(status, 200, JSON.stringify(body));
  };
  const stationId = async (): Promise<string> => (await room.ask('GET', '/stations', { local: true })).body[0].id as string;
  const enter = async (user = 'anna'): Promise<{ page: TestStation; session: string }> => {
    const page = await room.station();
    await page.hear('free');
    await page.signIn(user);
    return { page, session: room.sessions.list().find((one) => one.user === user)?.id ?? '' };
  };
  const limitOf = (body: { limits: ToldLimit[] }, name: string): unknown => {
    const found = body.limits.find((limit) => limit.name === name);
    return [found?.value, found?.source.from, found?.source.name];
  };

  test('the value of a session is told with its source: computer, group, station', async () => {
    const { session } = await enter();
    const ask = async (name: string): Promise<unknown> =>
      limitOf((await room.ask('GET', `/sessions/${session}/limits`, { local: true })).body, name);
    assert.deepEqual(await ask('idleSuspendMinutes'), [30, 'computer', '']);
    assert.deepEqual(await ask('longestSessionMinutes'), [0, 'default', '']);
    await changed('group', 'pupils', { idleSuspendMinutes: 10, sessionProcesses: 900 });
    await until('the group counts', async () => JSON.stringify(await ask('idleSuspendMinutes')) === '[10,"group","pupils"]');
    await changed('group', 'choir', { idleSuspendMinutes: 20 });
    assert.deepEqual(await ask('idleSuspendMinutes'), [20, 'group', 'choir']);
    await changed('station', await stationId(), { idleSuspendMinutes: 5 });
    assert.deepEqual(await ask('idleSuspendMinutes'), [5, 'station', 'Station 1']);
    await until('the host is told', () => room.hostLimitsOf(session).sessionProcesses === 900);
    const { body } = await room.ask('GET', '/limits', { local: true });
    assert.deepEqual(
      body.rules.map(({ scope, name, exists, values }: { scope: string; name: string; exists: boolean; values: object }) => [
        scope,
        name,
        exists,
        values,
      ]),
      [
        ['group', 'choir', true, { idleSuspendMinutes: 20 }],
        ['group', 'pupils', true, { idleSuspendMinutes: 10, sessionProcesses: 900 }],
        ['station', 'Station 1', true, { idleSuspendMinutes: 5 }],
      ],
    );
  });

  test('the limits of a person are told, at a station and at none', async () => {
    await enter('ben');
    await changed('group', 'pupils', { longestSessionMinutes: 60 });
    await changed('station', await stationId(), { longestSessionMinutes: 15 });
    const ask = async (query: string): Promise<Reply> => await room.ask('GET', `/limits/effective?${query}`, { local: true });
    assert.deepEqual(limitOf((await ask('user=anna')).body, 'longestSessionMinutes'), [60, 'group', 'pupils']);
    assert.deepEqual(limitOf((await ask('user=ben')).body, 'longestSessionMinutes'), [0, 'default', '']);
    const there = await ask(`user=anna&station=${await stationId()}`);
    assert.deepEqual(limitOf(there.body, 'longestSessionMinutes'), [15, 'station', 'Station 1']);
    assert.deepEqual((await ask('user=nobody-such')).status, 404);
    assert.equal((await ask('user=anna&station=aaaaaaaaaaaaaaaa')).body.code, 'station-not-found');
  });

  test('a pupil who is idle is suspended by the limit of the group, a teacher is not', async () => {
    await changed('group', 'pupils', { idleSuspendMinutes: 10 });
    const anna = await enter();
    const ben = await enter('ben');
    room.clock.pass(9.5 * minuteMs);
    assert.equal((await anna.page.hear('time')).ends?.why, 'idle');
    room.clock.pass(minuteMs);
    await anna.page.hear('free');
    assert.equal(room.sessions.list().find(({ id }) => id === ben.session)?.state, 'active');
  });

  test('a new session starts with its limits, keeps them over restarts of both, and loses them when they are taken back', async () => {
    await changed('group', 'pupils', { sessionMemoryMegabytes: 2048, hibernateAfterMinutes: 7 });
    const started = Promise.withResolvers<number>();
    const stop = room.sessions.on(({ id, state }) => {
      if (state === 'starting') started.resolve(room.hostLimitsOf(id).sessionMemoryMegabytes);
    });
    const { session } = await enter();
    assert.equal(await started.promise, 2048);
    stop();
    await room.stopGateway();
    await room.stopHost();
    await room.startHost();
    assert.equal(room.hostLimitsOf(session).hibernateAfterMinutes, 7);
    await room.startGateway();
    const { body } = await room.ask('GET', '/limits', { local: true });
    assert.deepEqual(body.rules[0].values, { sessionMemoryMegabytes: 2048, hibernateAfterMinutes: 7 });
    await changed('group', 'pupils', { sessionMemoryMegabytes: null, hibernateAfterMinutes: null });
    await until('the host forgets them', () => room.hostLimitsOf(session).sessionMemoryMegabytes === 0);
    assert.deepEqual((await room.ask('GET', '/limits', { local: true })).body.rules, []);
  });

  test('how many sessions a person may have follows the group', async () => {
    const { status } = await room.ask('PATCH', '/settings', {
      local: true,
      body: { multipleSessions: true, mostSessionsPerPerson: 1 },
    });
    assert.equal(status, 200);
    await changed('group', 'choir', { mostSessionsPerPerson: 2 });
    await enter('anna');
    const second = await room.station();
    await second.hear('free');
    second.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await second.hear('desktop');
    const third = await room.station();
    await third.hear('free');
    third.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    const { because } = await third.hear('free');
    assert.equal(because.reason === 'refused' ? because.error.code : because.reason, 'person-full');
  });

  test('an unknown group is refused; one that is removed stays listed as such, and can be taken away', async () => {
    const { status, body } = await change('group', 'nobodies', { idleSuspendMinutes: 5 });
    assert.deepEqual([status, body.code, body.details], [404, 'group-not-found', { group: 'nobodies' }]);
    await changed('group', 'choir', { idleSuspendMinutes: 5 });
    room.accounts.joinGroups('anna', ['pupils']);
    const listed = (await room.ask('GET', '/limits', { local: true })).body;
    assert.deepEqual([listed.rules[0].name, listed.rules[0].exists], ['choir', false]);
    await changed('group', 'choir', { idleSuspendMinutes: null });
    assert.deepEqual((await room.ask('GET', '/limits', { local: true })).body.rules, []);
  });

  test('a station that is removed takes its limits along', async () => {
    const { page } = await enter();
    const id = await stationId();
    await changed('station', id, { idleSuspendMinutes: 5 });
    assert.equal((await room.ask('DELETE', `/stations/${id}`, { local: true })).status, 200);
    await page.closed;
    assert.deepEqual((await room.ask('GET', '/limits', { local: true })).body.rules, []);
    assert.equal((await change('station', id, { idleSuspendMinutes: 5 })).body.code, 'station-not-found');
  });

  test('of two changes at once the second is told; what is in the activity says before and after', async () => {
    await changed('group', 'pupils', { idleSuspendMinutes: 10 }, { was: {} });
    const late = await change('group', 'pupils', { idleSuspendMinutes: 12 }, { was: {} });
    assert.deepEqual([late.status, late.body.code], [409, 'changed-meanwhile']);
    await changed('group', 'pupils', { idleSuspendMinutes: 12 }, { was: { idleSuspendMinutes: 10 } });
    const { body } = await room.ask('GET', '/audit?action=limits.change', { local: true });
    assert.deepEqual(
      body.map(({ target, details }: { target: string; details: object }) => [target, details]),
      [
        ['pupils', { group: 'pupils', idleSuspendMinutes: '10 → 12' }],
        ['pupils', { group: 'pupils', idleSuspendMinutes: '– → 10' }],
      ],
    );
  });

  test('what is not of the form is refused, and changes nothing', async () => {
    for (const body of [
      {},
      { scope: 'group', of: 'pupils' },
      { scope: 'room', of: 'pupils', values: {} },
      { scope: 'group', of: '', values: {} },
      { scope: 'group', of: 'pupils', values: { idleSuspendMinutes: -1 } },
      { scope: 'group', of: 'pupils', values: { idleSuspendMinutes: 1.5 } },
      { scope: 'group', of: 'pupils', values: { idleSuspendMinutes: '5' } },
      { scope: 'group', of: 'pupils', values: { sessionMemoryMegabytes: 3 } },
      { scope: 'group', of: 'pupils', values: { graceSeconds: 3 } },
      { scope: 'group', of: 'x'.repeat(300), values: { idleSuspendMinutes: 5 } },
    ]) {
      const { status } = await room.ask('PATCH', '/limits', { local: true, body });
      assert.equal(status, 400, JSON.stringify(body));
    }
    for (const group of ['-g', '../etc', 'a:b', '0', '+1000', 'a\nb']) {
      const { body } = await change('group', group, { idleSuspendMinutes: 5 });
      assert.equal(body.code, 'group-not-found', JSON.stringify(group));
    }
    assert.deepEqual((await room.ask('GET', '/limits', { local: true })).body.rules, []);
  });
});

test('while groups cannot be asked, those known before count; they are asked again after a minute', async () => {
  await using room = await GatewayRoom.make({ scripted: true, settings: { hibernateAfterMinutes: 5 } });
  const { script } = room;
  let asked: () => string[] = () => ['teachers'];
  script.answer('account.groups', () => ({ groups: asked(), classes: [] }));
  script.answer('group.list', ({ groups }) => ({ groups }));
  const { id } = script.add('anna');
  const told = (): number | undefined =>
    script
      .heardOf('session.limit')
      .at(-1)
      ?.sessions.find(({ session }) => session === id)?.limits.hibernateAfterMinutes;
  const tellings = (): number => script.heardOf('session.limit').length;
  const change = async (path: string, body: object): Promise<void> => {
    const before = tellings();
    assert.equal((await room.ask('PATCH', path, { local: true, body })).status, 200);
    await until('the host is told', () => tellings() > before);
  };
  await change('/limits', { scope: 'group', of: 'teachers', values: { hibernateAfterMinutes: 60 } });
  assert.equal(told(), 60);

  for (const code of ['internal', 'computer-unreachable'] as const) {
    asked = () => {
      throw new CodedError(code);
    };
    await change('/settings', { hibernateAfterMinutes: code === 'internal' ? 6 : 7 });
    assert.equal(told(), 60, code);
    const { body } = await room.ask('GET', `/sessions/${id}/limits`, { local: true });
    assert.equal((body.limits as ToldLimit[]).find(({ name }) => name === 'hibernateAfterMinutes')?.value, 60, code);
  }

  // A gateway that starts meanwhile knows nothing from before: the host keeps what it has.
  await room.stopGateway();
  const beforeStart = tellings();
  const asksBeforeStart = script.heardOf('account.groups').length;
  await room.startGateway();
  await until('the groups are asked for', () => script.heardOf('account.groups').length > asksBeforeStart);
  // Each asks the host, over one line: with the second's answer it has heard what was told after the first's.
  for (const _ of [1, 2]) assert.equal((await room.ask('GET', '/limits', { local: true })).status, 200);
  assert.equal(tellings(), beforeStart);

  asked = () => ['pupils'];
  const before = tellings();
  room.clock.pass(minuteMs);
  await until('the groups are asked for again', () => tellings() > before);
  assert.equal(told(), undefined);

  asked = () => ['teachers'];
  await change('/settings', { hibernateAfterMinutes: 8 });
  assert.equal(told(), 60);
  asked = () => {
    throw new CodedError('not-found');
  };
  await change('/settings', { hibernateAfterMinutes: 9 });
  assert.equal(told(), undefined);
});
