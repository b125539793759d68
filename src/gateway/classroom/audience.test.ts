// Whom the acts of the Dashboard reach, over the API of a whole room.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '#contract/route.ts';
import { GatewayRoom } from '../../../test/support/gateway-room.ts';
import type { AskOptions, TestStation } from '../../../test/support/gateway-room.ts';

async function full(): Promise<AsyncDisposable & { room: GatewayRoom; teacher: AskOptions; idOf: (user: string) => string }> {
  const room = await GatewayRoom.make();
  const pages: TestStation[] = [];
  for (const user of ['anna', 'ben', 'teacher', 'admin']) {
    const page = await room.station();
    pages.push(page);
    await page.hear('free');
    await page.signIn(user);
  }
  return {
    room,
    teacher: { cookie: await room.pageCookie('teacher', 'dashboard') },
    idOf: (user) => room.sessions.list().find((session) => session.user === user)?.id ?? '',
    async [Symbol.asyncDispose]() {
      for (const page of pages) page[Symbol.dispose]();
      await room[Symbol.asyncDispose]();
    },
  };
}

const told = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map(({ user, error }) => `${user} ${error?.code ?? 'done'}`).toSorted();

const activeIn = (room: GatewayRoom): string[] =>
  room.sessions
    .list()
    .filter(({ state }) => state === 'active')
    .map(({ user }) => user)
    .toSorted();

test('all are those whom a teacher has: no administrators, no Dashboard users, not the own session', async () => {
  await using school = await full();
  const { room, teacher } = school;
  const { body: had } = await room.ask('GET', '/desktops', teacher);
  const ids = (had.sessions as { id: string }[]).map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), [school.idOf('anna'), school.idOf('ben')].toSorted());
  const { status, body } = await room.ask('POST', '/desktops/suspend', { ...teacher, body: { who: { all: true } } });
  assert.equal(status, 200);
  assert.deepEqual(told(body.outcomes), ['anna done', 'ben done']);
  assert.deepEqual(activeIn(room), ['admin', 'teacher']);
});

test('with the setting they are those of administrators too, but never the own one', async () => {
  await using school = await full();
  const { room, teacher } = school;
  await room.ask('PATCH', '/settings', { local: true, body: { allowOrchestration: true } });
  const { body } = await room.ask('POST', '/desktops/log-off', { ...teacher, body: { who: { all: true }, seconds: 0 } });
  assert.deepEqual(told(body.outcomes), ['admin done', 'anna done', 'ben done']);
});

test('an administrator does not touch the sessions of others like them by all either', async () => {
  await using school = await full();
  const { room } = school;
  const cookie = await room.pageCookie('admin');
  const { body } = await room.ask('POST', '/desktops/suspend', { cookie, body: { who: { all: true } } });
  assert.deepEqual(told(body.outcomes), ['anna done', 'ben done']);
});

test('what is out of reach is refused each by itself, told, and written down', async () => {
  await using school = await full();
  const { room, teacher, idOf } = school;
  const sessions = [idOf('anna'), idOf('admin'), idOf('teacher'), 'aaaaaaaaaaaaaaaa', idOf('anna')];
  const { body } = await room.ask('POST', '/desktops/suspend', { ...teacher, body: { who: { sessions } } });
  assert.deepEqual(told(body.outcomes), [' session-not-found', 'admin not-allowed', 'anna done', 'teacher not-allowed']);
  assert.deepEqual(activeIn(room), ['admin', 'ben', 'teacher']);
  const { body: entries } = await room.ask('GET', '/audit?action=session.suspend&actor=teacher', { local: true });
  assert.deepEqual(
    (entries as { target: string; outcome: string }[]).map(({ target, outcome }) => `${target} ${outcome}`).toSorted(),
    ['admin not-allowed', 'anna done', 'teacher not-allowed'],
  );
  const foreign = await room.ask('POST', '/desktops/suspend', { cookie: 'x'.repeat(43), body: { who: { all: true } } });
  assert.equal(foreign.body.code, 'not-signed-in');
});
