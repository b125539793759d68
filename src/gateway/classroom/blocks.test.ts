// Blocking, over the API of a whole room: what passes, for whom it holds, how long, and who may undo it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeCodes } from '#contract/wire.ts';
import { GatewayRoom, closeCode, until } from '../../../test/support/gateway-room.ts';
import type { AskOptions, TestStation } from '../../../test/support/gateway-room.ts';

const sessionOf = (room: GatewayRoom, user: string): string =>
  room.sessions.list().find((session) => session.user === user)?.id ?? '';

async function atStation(room: GatewayRoom, user: string): Promise<{ page: TestStation; ticket: string }> {
  const page = await room.station();
  await page.hear('free');
  return { page, ticket: await page.signIn(user) };
}

async function teacherOf(room: GatewayRoom): Promise<AskOptions> {
  return { cookie: await room.pageCookie('teacher', 'dashboard') };
}

const block = async (room: GatewayRoom, as: AskOptions, body: object): Promise<unknown> => {
  const { status, body: told } = await room.ask('POST', '/desktops/block', { ...as, body });
  assert.equal(status, 200);
  return told;
};
const everybody = { who: { all: true } };

test('neither picture nor input passes, held keys are let go, and the desktop comes back by itself', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  const { page, ticket } = await atStation(room, 'anna');
  const session = sessionOf(room, 'anna');
  await using x = await room.xServer(session);
  const pixels = await room.pixels(ticket);
  await until('it is joined', () => x.connections.length === 1);
  const closed = closeCode(pixels);
  await block(room, teacher, { who: { sessions: [session] }, message: '  Look here, please  ' });
  assert.deepEqual((await page.hear('covered')).cover, { kind: 'block', text: 'Look here, please', by: 'Theo Teacher' });
  assert.equal(await closed, closeCodes.sessionLeft);
  await until('the X server is left', () => x.connections.every(({ destroyed }) => destroyed));
  page.say({ say: 'ticket' });
  assert.equal((await page.hear('covered')).cover.kind, 'block');
  const { body: listed } = await room.ask('GET', '/sessions', teacher);
  assert.equal(
    (listed as { id: string; state: string; cover?: { by: string } }[]).find(({ id }) => id === session)?.state,
    'active',
  );
  assert.equal((listed as { id: string; cover?: { by: string } }[]).find(({ id }) => id === session)?.cover?.by, 'Theo Teacher');
  const { body } = await room.ask('POST', '/desktops/unblock', { ...teacher, body: { who: { sessions: [session] } } });
  assert.equal(body.outcomes[0].error, null);
  const back = await room.pixels((await page.hear('desktop')).ticket);
  await until('it is joined again', () => x.connections.some(({ destroyed }) => !destroyed));
  assert.equal(back.readyState, back.OPEN);
});

test('a ticket from before opens nothing, nor do another tab, another station, a new sign-in, or the own picture', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  const { page, ticket } = await atStation(room, 'anna');
  const session = sessionOf(room, 'anna');
  await using x = await room.xServer(session);
  const own = await room.pageCookie('anna').catch(() => null);
  await block(room, teacher, { who: { sessions: [session] } });
  await page.hear('covered');
  assert.equal(await closeCode(await room.pixels(ticket)), closeCodes.refused);
  const tab = await room.station(page.key);
  assert.equal((await tab.hear('covered')).user, 'anna');
  const elsewhere = await room.station();
  await elsewhere.hear('free');
  elsewhere.say({ say: 'sign-in', user: 'anna', password: 'anna' });
  await elsewhere.hear('covered');
  elsewhere.say({ say: 'size', widthPx: 900, heightPx: 700 });
  elsewhere.say({ say: 'disconnect' });
  await elsewhere.hear('free');
  elsewhere.say({ say: 'sign-in', user: 'anna', password: 'anna' });
  await elsewhere.hear('covered');
  elsewhere.say({ say: 'lock' });
  await elsewhere.hear('locked');
  elsewhere.say({ say: 'unlock', password: 'anna' });
  await elsewhere.hear('covered');
  assert.equal(x.connections.length, 0);
  if (own !== null) {
    const { status } = await room.ask('GET', `/sessions/${session}/picture?size=small`, { cookie: own });
    assert.equal(status, 403);
  }
  assert.ok([...page.heard, ...tab.heard, ...elsewhere.heard].filter(({ say }) => say === 'desktop').length === 1);
});

test('a block of all holds for who comes later, and over a restart of the gateway and the host', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  await block(room, teacher, { ...everybody, message: 'Listen' });
  const page = await room.station();
  await page.hear('free');
  page.say({ say: 'sign-in', user: 'ben', password: 'ben' });
  assert.equal((await page.hear('covered')).cover.text, 'Listen');
  assert.ok(!page.heard.some(({ say }) => say === 'desktop'));
  await room.stopGateway();
  await room.stopHost();
  await room.startHost();
  await room.startGateway();
  const again = await room.station(page.key);
  const first = await again.next();
  assert.notEqual(first.say, 'desktop');
  const later = await room.station();
  await later.hear('free');
  later.say({ say: 'sign-in', user: 'anna', password: 'anna' });
  await later.hear('covered');
  const admin = await room.station();
  await admin.hear('free');
  await admin.signIn('admin');
});

test('what somebody else blocked is told, and undone only where that was said', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  const admin: AskOptions = { cookie: await room.pageCookie('admin') };
  const { page } = await atStation(room, 'anna');
  const session = sessionOf(room, 'anna');
  await block(room, admin, everybody);
  await page.hear('covered');
  const one = { ...teacher, body: { who: { sessions: [session] } } };
  const refused = (await room.ask('POST', '/desktops/unblock', one)).body;
  assert.equal(refused.outcomes[0].error.code, 'ordered-by-another');
  assert.equal(refused.outcomes[0].error.details.by, 'Ada Admin');
  const all = (await room.ask('POST', '/desktops/unblock', { ...teacher, body: everybody })).body;
  assert.equal(all.left.length, 1);
  assert.equal(all.outcomes[0].error.code, 'ordered-by-another');
  const asked = { ...teacher, body: { who: { sessions: [session] }, others: true } };
  assert.equal((await room.ask('POST', '/desktops/unblock', asked)).body.outcomes[0].error, null);
  await page.hear('desktop');
  const ben = await room.station();
  await ben.hear('free');
  ben.say({ say: 'sign-in', user: 'ben', password: 'ben' });
  await ben.hear('covered');
  const undone = await room.ask('POST', '/desktops/unblock', { ...teacher, body: { ...everybody, others: true } });
  assert.deepEqual(undone.body.left, []);
  assert.deepEqual((await room.ask('GET', '/desktops/blocks', teacher)).body.orders, []);
  const { body: entries } = await room.ask('GET', '/audit?action=desktops.unblock-all', { local: true });
  assert.deepEqual(
    (entries as { actor: string; details: { others: number } }[]).map(({ actor, details }) => `${actor} ${details.others}`),
    ['teacher 1', 'teacher 0'],
  );
});

test('the message is kept for each teacher, and changes on the screens of those who are blocked', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  const { page } = await atStation(room, 'anna');
  await room.ask('PATCH', '/desktops/block-message', { ...teacher, body: { message: 'مرحبا' } });
  await block(room, teacher, everybody);
  assert.equal((await page.hear('covered')).cover.text, 'مرحبا');
  await room.ask('PATCH', '/desktops/block-message', { ...teacher, body: { message: '<b>Now</b>' } });
  assert.equal((await page.hear('covered')).cover.text, '<b>Now</b>');
  assert.equal((await room.ask('GET', '/desktops/block-message', teacher)).body.message, '<b>Now</b>');
  const { status } = await room.ask('PATCH', '/desktops/block-message', { ...teacher, body: { message: 'x'.repeat(301) } });
  assert.equal(status, 400);
});

test('who may not is refused, each by itself, and nothing happens', async () => {
  await using room = await GatewayRoom.make();
  const teacher = await teacherOf(room);
  const { page } = await atStation(room, 'admin');
  const body = { who: { sessions: [sessionOf(room, 'admin')] } };
  const told = (await block(room, teacher, body)) as { outcomes: { error: { code: string } }[] };
  assert.equal(told.outcomes[0]?.error.code, 'not-allowed');
  assert.ok(!page.heard.some(({ say }) => say === 'covered'));
  const { body: entries } = await room.ask('GET', '/audit?action=session.block', { local: true });
  assert.deepEqual(
    (entries as { target: string; outcome: string }[]).map(({ target, outcome }) => `${target} ${outcome}`),
    ['admin not-allowed'],
  );
});
