// Raised hands, over the API of a whole room: who may raise one, who sees it, who takes it down, and how long it is up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostRaises } from '#model/raised-hand.ts';
import { GatewayRoom, until } from '../../../test/support/gateway-room.ts';
import type { AskOptions, TestStation } from '../../../test/support/gateway-room.ts';

type ToldError = { code: string; details: object };

const sessionOf = (room: GatewayRoom, user: string): string =>
  room.sessions.list().find((session) => session.user === user)?.id ?? '';

async function atStation(room: GatewayRoom, user: string): Promise<TestStation> {
  const page = await room.station();
  await page.hear('free');
  await page.signIn(user);
  return page;
}

/** What a page was last told of its person's hand. */
const lastTold = (page: TestStation): boolean | null => page.heard.findLast((said) => said.say === 'hand')?.up ?? null;

async function raise(page: TestStation): Promise<void> {
  await until('it is known that there is somebody to help', () => lastTold(page) !== null);
  page.say({ say: 'hand', up: true });
  await until('the hand is up', () => lastTold(page) === true);
}

const teacherOf = async (room: GatewayRoom): Promise<AskOptions> => ({ cookie: await room.pageCookie('teacher', 'dashboard') });

const handsOf = async (room: GatewayRoom, as: AskOptions): Promise<string[]> => {
  const { body } = await room.ask('GET', '/desktops/hands', as);
  return (body as { user: string }[]).map(({ user }) => user);
};

const takeDown = async (room: GatewayRoom, as: AskOptions, who: object): Promise<{ user: string; error: ToldError | null }[]> => {
  const { status, body } = await room.ask('POST', '/desktops/lower-hands', { ...as, body: { who } });
  assert.equal(status, 200);
  return (body as { outcomes: { user: string; error: ToldError | null }[] }).outcomes;
};

test('hands are a queue in the order in which they were raised; who takes one down is told to its person, and to who comes later', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  const anna = await atStation(room, 'anna');
  const ben = await atStation(room, 'ben');
  await raise(ben);
  await raise(anna);
  assert.deepEqual(await handsOf(room, teacher), ['ben', 'anna']);
  assert.deepEqual(await takeDown(room, teacher, { sessions: [sessionOf(room, 'ben')] }), [
    { session: sessionOf(room, 'ben'), user: 'ben', error: null },
  ]);
  await until('ben is told', () =>
    ben.heard.some((said) => said.say === 'hand' && said.up === false && said.by === 'Theo Teacher'),
  );
  assert.deepEqual(await handsOf(room, teacher), ['anna']);
  const [late] = await takeDown(room, teacher, { sessions: [sessionOf(room, 'ben')] });
  assert.equal(late?.error?.code, 'hand-down');
  assert.deepEqual(late.error.details, { by: 'Theo Teacher' });
  assert.deepEqual(
    (await takeDown(room, teacher, { all: true })).map(({ user }) => user),
    ['anna'],
  );
  assert.deepEqual(await handsOf(room, teacher), []);
});

test('its person takes it down; so does leaving the station, by suspending or signing out', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  const anna = await atStation(room, 'anna');
  await raise(anna);
  anna.say({ say: 'hand', up: false });
  await until('it is down', () => lastTold(anna) === false);
  assert.deepEqual(await handsOf(room, teacher), []);
  await raise(anna);
  anna.say({ say: 'disconnect' });
  await anna.hear('free');
  assert.deepEqual(await handsOf(room, teacher), []);
  await anna.signIn('anna');
  await raise(anna);
  anna.say({ say: 'sign-out' });
  await anna.hear('free');
  assert.deepEqual(await handsOf(room, teacher), []);
});

test('nobody raises it all the time', async () => {
  await using room = await GatewayRoom.make();
  const anna = await atStation(room, 'anna');
  for (let times = 0; times < mostRaises; times += 1) {
    await raise(anna);
    anna.say({ say: 'hand', up: false });
    await until('it is down', () => lastTold(anna) === false);
  }
  anna.say({ say: 'hand', up: true });
  assert.equal((await anna.hear('error')).error.code, 'too-many-requests');
});

test('a page without a session raises none, nor an administrator at a station; who is not signed in neither reads the queue nor takes a hand down', async () => {
  await using room = await GatewayRoom.make();
  const free = await room.station();
  await free.hear('free');
  free.say({ say: 'hand', up: true });
  assert.equal((await free.hear('error')).error.code, 'not-possible-now');
  const admin = await atStation(room, 'admin');
  admin.say({ say: 'hand', up: true });
  assert.equal((await admin.hear('error')).error.code, 'not-possible-now');
  const anna = await atStation(room, 'anna');
  await raise(anna);
  assert.equal((await room.ask('GET', '/desktops/hands')).status, 401);
  const body = { who: { sessions: [sessionOf(room, 'anna')] } };
  assert.equal((await room.ask('POST', '/desktops/lower-hands', { body })).status, 401);
  assert.deepEqual(await handsOf(room, await teacherOf(room)), ['anna']);
});

test('a hand stays up while the gateway restarts, not that of who left meanwhile', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  const anna = await atStation(room, 'anna');
  const ben = await atStation(room, 'ben');
  await raise(anna);
  await raise(ben);
  const leaving = sessionOf(room, 'ben');
  await room.stopGateway();
  room.sessions.end(leaving, 'logged-off-by-administrator', 0);
  await room.startGateway();
  const again = await room.station(anna.key);
  await until('it is told that it is up', () => lastTold(again) === true);
  assert.deepEqual(await handsOf(room, teacher), ['anna']);
});
