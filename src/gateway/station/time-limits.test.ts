// The limits of time at a station, through the whole gateway before the real host: the page counts down, input that the relay passes
// ends it, the desktop is suspended; who asks for more time is answered by a teacher.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveEvent } from '#contract/live.ts';
import { GatewayRoom, textOf, until } from '../../../test/support/gateway-room.ts';
import type { TestStation } from '../../../test/support/gateway-room.ts';

const minuteMs = 60_000;
const idle = { idleSuspendMinutes: 10, idleWarningSeconds: 60 };
const hour = { longestSessionMinutes: 60, longestSessionWarningMinutes: 5 };

/** What a page says to an X server before it sends input. */
const handshake = Buffer.from([...Buffer.from('RFB 003.008\n', 'latin1'), 1, 1]);
const pointer = Buffer.from([5, 0, 0, 10, 0, 10]);
const frameRequest = Buffer.from([3, 1, 0, 0, 0, 0, 0, 10, 0, 10]);

async function signedIn(room: GatewayRoom, user = 'anna'): Promise<{ page: TestStation; ticket: string; session: string }> {
  const page = await room.station();
  await page.hear('free');
  const ticket = await page.signIn(user);
  const session = room.sessions.list().find((one) => one.user === user)?.id ?? '';
  return { page, ticket, session };
}

const stateOf = (room: GatewayRoom, id: string): string | undefined => room.sessions.list().find((one) => one.id === id)?.state;

test('an idle desktop is suspended after its countdown; input ends it, pixels that are only watched do not', async () => {
  await using room = await GatewayRoom.make({ settings: idle });
  const { page, ticket, session } = await signedIn(room);
  await using desktop = await room.xServer(session);
  const pixels = await room.pixels(ticket);
  pixels.send(handshake);
  pixels.send(pointer);
  await until('the pointer arrives', () => Buffer.concat(desktop.received).includes(pointer));

  room.clock.pass(9.5 * minuteMs);
  const { ends } = await page.hear('time');
  assert.equal(ends?.why, 'idle');
  assert.ok(ends.remainingMs > 0 && ends.remainingMs <= minuteMs, String(ends.remainingMs));
  pixels.send(pointer);
  assert.equal((await page.hear('time')).ends, null);

  room.clock.pass(9.5 * minuteMs);
  assert.equal((await page.hear('time')).ends?.why, 'idle');
  page.say({ say: 'here' });
  assert.equal((await page.hear('time')).ends, null);

  room.clock.pass(9.5 * minuteMs);
  await page.hear('time');
  pixels.send(frameRequest);
  await until('the request for a frame arrives', () => Buffer.concat(desktop.received).includes(frameRequest));
  assert.equal(stateOf(room, session), 'active');
  room.clock.pass(minuteMs);
  const { because } = await page.hear('free');
  assert.deepEqual(because, { reason: 'session', cause: 'idle', user: 'anna' });
  assert.equal(stateOf(room, session), 'suspended');
  const { body } = await room.ask('GET', '/audit?action=session.suspend', { local: true });
  assert.deepEqual(body[0].details, { session, cause: 'idle' });
  assert.deepEqual([body[0].actor, body[0].target, body[0].outcome], ['', 'anna', 'done']);

  await page.signIn('anna');
  assert.equal(stateOf(room, session), 'active');
});

test('a locked desktop is suspended too, and a page that is reloaded meanwhile is told how much is left', async () => {
  await using room = await GatewayRoom.make({ settings: idle });
  const { page, session } = await signedIn(room);
  page.say({ say: 'lock' });
  await page.hear('locked');
  room.clock.pass(9.5 * minuteMs);
  await page.hear('time');
  const again = await room.station(page.key);
  await again.hear('locked');
  assert.equal((await again.hear('time')).ends?.why, 'idle');
  room.clock.pass(minuteMs);
  await again.hear('free');
  assert.equal(stateOf(room, session), 'suspended');
});

test('a gateway that starts again counts from the beginning', async () => {
  await using room = await GatewayRoom.make({ settings: idle });
  const { page, session } = await signedIn(room);
  room.clock.pass(9.5 * minuteMs);
  await page.hear('time');
  await room.stopGateway();
  await room.startGateway();
  const again = await room.station(page.key);
  await again.hear('desktop');
  room.clock.pass(9 * minuteMs - 5000);
  // What is said now is said before what would have been said of the time.
  again.say({ say: 'lock' });
  await again.hear('locked');
  assert.ok(!again.heard.some(({ say }) => say === 'time'));
  assert.equal(stateOf(room, session), 'locked');
});

test('a session that took its time is logged off; with work unsaved it is suspended, once', async () => {
  await using room = await GatewayRoom.make({ settings: hour });
  room.computer.unsaved.set('anna', [{ program: 'Writer', title: '*Letter' }]);
  const first = await signedIn(room);
  const second = await signedIn(room, 'ben');
  room.clock.pass(58 * minuteMs);
  assert.equal((await first.page.hear('time')).ends?.why, 'longest');
  await second.page.hear('time');
  room.clock.pass(5 * minuteMs);
  assert.deepEqual((await first.page.hear('free')).because, { reason: 'session', cause: 'time-over', user: 'anna' });
  assert.deepEqual((await second.page.hear('free')).because, { reason: 'session', cause: 'time-over', user: 'ben' });
  assert.equal(stateOf(room, first.session), 'suspended');
  await until('the session of ben is no more', () => stateOf(room, second.session) === undefined);

  await first.page.signIn('anna');
  assert.equal((await first.page.hear('time')).ends?.why, 'longest');
  room.clock.pass(5 * minuteMs + 1000);
  await first.page.hear('free');
  await until('the session of anna is no more', () => stateOf(room, first.session) === undefined);
  const { body } = await room.ask('GET', '/audit?action=session.log-off', { local: true });
  assert.deepEqual(
    body.map((entry: { target: string; details: { cause: string } }) => [entry.target, entry.details.cause]),
    [
      ['anna', 'time-over'],
      ['ben', 'time-over'],
    ],
  );
});

test('who asks for more time is seen by the Dashboard, and answered', async () => {
  await using room = await GatewayRoom.make({ settings: hour });
  const { page, session } = await signedIn(room);
  page.say({ say: 'ask-time' });
  assert.equal((await page.hear('error')).error.code, 'not-possible-now');
  room.clock.pass(57 * minuteMs);
  await page.hear('time');
  const cookie = await room.pageCookie('teacher', 'dashboard');
  const socket = await room.webSocket('live', { headers: { cookie: `__Host-stationmaster=${cookie}` } });
  const requests: string[][] = [];
  socket.on('message', (data) => {
    const event = JSON.parse(textOf(data)) as LiveEvent;
    if (event.event === 'time-requests.changed') requests.push(event.requests.map(({ user }) => user));
  });
  page.say({ say: 'ask-time' });
  assert.equal((await page.hear('time')).ends?.request, 'asked');
  await until('the Dashboard hears of it', () => requests.length === 1);
  const asked = await room.ask('GET', '/time-requests', { cookie });
  assert.deepEqual([asked.status, asked.body[0]?.session], [200, session], JSON.stringify(asked.body));

  const refused = await room.ask('POST', `/sessions/${session}/refuse-time`, { cookie });
  assert.equal(refused.status, 200);
  assert.equal((await page.hear('time-answer')).minutes, null);
  assert.equal((await room.ask('POST', `/sessions/${session}/refuse-time`, { cookie })).body.code, 'not-possible-now');

  for (const minutes of [0, -5, 1.5, 1441, '30', null]) {
    const { status } = await room.ask('POST', `/sessions/${session}/extend`, { cookie, body: { minutes } });
    assert.equal(status, 400, String(minutes));
  }
  const given = await room.ask('POST', `/sessions/${session}/extend`, { cookie, body: { minutes: 30 } });
  assert.equal(given.status, 200);
  // The clock was put forward: the warning began late, and is given in full all the same.
  assert.ok(given.body.leftMs > 34 * minuteMs && given.body.leftMs <= 35 * minuteMs, String(given.body.leftMs));
  assert.equal((await page.hear('time-answer')).minutes, 30);
  await until('nobody asks any more', () => requests.length === 2);
  assert.deepEqual(requests, [['anna'], []]);
  const { body } = await room.ask('GET', '/audit?target=anna', { local: true });
  const deeds = body.map(({ actor, action }: { actor: string; action: string }) => `${actor} ${action}`);
  assert.deepEqual(deeds.slice(0, 2), ['teacher session.extend', 'teacher session.refuse-time']);
  room.clock.pass(31 * minuteMs);
  assert.equal(stateOf(room, session), 'active');
});

test('without a limit there is no more time to give, and nobody is told that there is', async () => {
  await using room = await GatewayRoom.make();
  const { session } = await signedIn(room);
  const { status, body } = await room.ask('POST', `/sessions/${session}/extend`, { local: true, body: { minutes: 30 } });
  assert.deepEqual([status, body.code], [409, 'no-time-limit']);
});
