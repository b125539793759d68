// Taking control through a whole gateway: who may, what the person at the station is asked and sees, and how it ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeCodes } from '#contract/wire.ts';
import { GatewayRoom, until } from '../../../test/support/gateway-room.ts';
import type { AskOptions, FakeXServer, Reply, TestStation } from '../../../test/support/gateway-room.ts';

interface Lesson extends AsyncDisposable {
  room: GatewayRoom;
  teacher: AskOptions;
  page: TestStation;
  session: string;
  x: FakeXServer;
  control(body?: object, by?: AskOptions, signal?: AbortSignal): Promise<Reply>;
}

async function lesson(settings: object = {}): Promise<Lesson> {
  const room = await GatewayRoom.make({ settings });
  const page = await room.station();
  await page.hear('free');
  await page.signIn('anna');
  const session = room.sessions.list().find(({ user }) => user === 'anna')?.id ?? '';
  const x = await room.xServer(session);
  const teacher = { cookie: await room.pageCookie('teacher', 'dashboard') };
  return {
    room,
    teacher,
    page,
    session,
    x,
    control: async (body = {}, by = teacher, signal) =>
      await room.ask('POST', `/desktops/${session}/control`, { ...by, body, ...(signal && { signal }) }),
    async [Symbol.asyncDispose]() {
      page[Symbol.dispose]();
      await x[Symbol.asyncDispose]();
      await room[Symbol.asyncDispose]();
    },
  };
}

const greeting = Uint8Array.from('RFB 003.008\n\u0001\u0001', (character) => character.charCodeAt(0));
const keyDown = Uint8Array.of(4, 1, 0, 0, 0, 0, 0, 0x61);
const keyUp = Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0x61);
const pointer = Uint8Array.of(5, 1, 0, 9, 0, 9);
const clipboard = Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 1, 0x61);
const size = Uint8Array.of(251, 0, 2, 128, 1, 224, 1, 0, ...Array.from<number>({ length: 16 }).fill(0));
const update = Uint8Array.of(3, 1, 0, 0, 0, 0, 0, 1, 0, 1);

const heardBy = ({ received }: FakeXServer): string => Buffer.concat(received).toString('hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const entries = async (
  room: GatewayRoom,
  action: string,
): Promise<{ target: string; outcome: string; details: Record<string, unknown> }[]> =>
  (await room.ask('GET', `/audit?action=${action}`, { local: true })).body;

test('who uses a desktop has keys, pointer and clipboard there, but does not change its size; its person sees the mark', async () => {
  await using here = await lesson();
  const { room, page, x } = here;
  const { status, body } = await here.control();
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(await page.hear('controlled'), {
    say: 'controlled',
    by: [{ name: 'Theo Teacher', uses: true }],
    mayEnd: false,
    asks: null,
  });
  const line = await room.pixels(body.ticket);
  for (const message of [greeting, keyDown, pointer, clipboard, size, update]) line.send(message);
  await until('the desktop heard the last', () => heardBy(x).endsWith(hex(update)));
  for (const message of [keyDown, pointer, clipboard]) assert.ok(heardBy(x).includes(hex(message)), hex(message));
  assert.ok(!heardBy(x).includes(hex(size)), 'the size stays');
  line.close();
  assert.deepEqual((await page.hear('controlled')).by, []);
  await until('held keys were let go', () => heardBy(x).includes(hex(keyUp)));
  const [end] = await entries(room, 'session.control-end');
  assert.deepEqual([end?.target, end?.details['why']], ['anna', 'stopped']);
  assert.equal((await entries(room, 'session.control'))[0]?.details['policy'], 'notify');
});

test('who only sees it has no keys, no pointer, no clipboard and no size there', async () => {
  await using here = await lesson();
  const { body } = await here.control({ uses: false });
  assert.deepEqual((await here.page.hear('controlled')).by, [{ name: 'Theo Teacher', uses: false }]);
  const line = await here.room.pixels(body.ticket);
  for (const message of [greeting, keyDown, pointer, clipboard, size, update]) line.send(message);
  await until('the desktop heard the last', () => heardBy(here.x).endsWith(hex(update)));
  for (const message of [keyDown, pointer, clipboard, size]) assert.ok(!heardBy(here.x).includes(hex(message)), hex(message));
});

test('refused it is refused, silent it shows nothing, and both are written down', async () => {
  await using here = await lesson({ takeControl: 'refuse' });
  const { room, page } = here;
  assert.equal((await here.control()).body.code, 'control-refused');
  await room.ask('PATCH', '/settings', { local: true, body: { takeControl: 'silent' } });
  assert.equal((await here.control()).status, 200);
  page.say({ say: 'ticket' });
  await page.hear('desktop');
  assert.equal(page.heard.filter(({ say }) => say === 'controlled').length, 0);
  const noted = await entries(room, 'session.control');
  assert.deepEqual(noted.map(({ outcome }) => outcome).toSorted(), ['control-refused', 'done']);
});

test('of the groups of a person the strictest counts', async () => {
  await using here = await lesson({ takeControl: 'silent' });
  const { room } = here;
  room.accounts.joinGroups('anna', ['pupils', 'choir']);
  for (const [of, takeControl] of [
    ['pupils', 'notify'],
    ['choir', 'refuse'],
  ] as const) {
    const { status } = await room.ask('PATCH', '/limits', { local: true, body: { scope: 'group', of, values: { takeControl } } });
    assert.equal(status, 200);
  }
  assert.equal((await here.control()).body.code, 'control-refused');
});

test('asked, the person says yes and may end it, or says no, or never answers', async () => {
  await using here = await lesson({ takeControl: 'ask' });
  const { room, page } = here;
  const first = here.control();
  const asked = await page.hear('controlled');
  assert.deepEqual([asked.by, asked.asks?.by, asked.asks?.uses], [[], 'Theo Teacher', true]);
  const second = await here.control({}, { cookie: await room.pageCookie('admin') });
  assert.deepEqual([second.body.code, second.body.details], ['control-asked', { by: 'Theo Teacher' }]);
  page.say({ say: 'control-answer', question: asked.asks?.question ?? '', yes: true });
  const { body } = await first;
  const line = await room.pixels(body.ticket);
  const closed = new Promise<[number, string]>((done) => line.once('close', (code, reason) => done([code, reason.toString()])));
  await until('it may be ended', () => page.heard.some((said) => said.say === 'controlled' && said.mayEnd));
  page.say({ say: 'control-end' });
  assert.deepEqual(await closed, [closeCodes.controlEnded, 'person']);

  const again = here.control();
  await until(
    'it is asked again',
    () => page.heard.filter((said) => said.say === 'controlled' && said.asks !== null).length === 2,
  );
  const question = page.heard.findLast((said) => said.say === 'controlled' && said.asks !== null);
  if (question?.say !== 'controlled') throw new Error('nothing was asked');
  page.say({ say: 'control-answer', question: question.asks?.question ?? '', yes: false });
  assert.equal((await again).body.code, 'control-declined');

  const never = here.control();
  await until(
    'it is asked a third time',
    () => page.heard.filter((said) => said.say === 'controlled' && said.asks !== null).length === 3,
  );
  room.clock.pass(30_000);
  assert.equal((await never).body.code, 'control-not-answered');
});

test('a question is withdrawn when the page of who asked goes, and when the person does', async () => {
  await using here = await lesson({ takeControl: 'ask' });
  const { room, page } = here;
  const gone = new AbortController();
  const given = here.control({}, here.teacher, gone.signal).catch(() => null);
  await until('it is asked', () => page.heard.some((said) => said.say === 'controlled' && said.asks !== null));
  gone.abort();
  await given;
  await until('it is no longer asked', () => {
    const last = page.heard.findLast((said) => said.say === 'controlled');
    return last?.say === 'controlled' && last.asks === null;
  });
  const left = here.control();
  await until(
    'it is asked again',
    () => page.heard.filter((said) => said.say === 'controlled' && said.asks !== null).length === 2,
  );
  page.say({ say: 'disconnect' });
  assert.equal((await left).body.code, 'control-nobody-there');
  assert.equal((await here.control()).body.code, 'control-nobody-there');
  await room.ask('PATCH', '/settings', { local: true, body: { takeControl: 'notify' } });
  assert.equal((await here.control()).status, 200, 'a suspended desktop, where its person need not agree');
});

test('one uses it at a time: the second is told who does, may take over, and the first only sees it then', async () => {
  await using here = await lesson();
  const { room, page, x } = here;
  const admin = { cookie: await room.pageCookie('admin') };
  const first = await room.pixels((await here.control()).body.ticket);
  first.send(greeting);
  first.send(keyDown);
  await until('the key is down', () => heardBy(x).includes(hex(keyDown)));
  const told = await here.control({}, admin);
  assert.deepEqual([told.body.code, told.body.details], ['control-taken', { by: 'Theo Teacher' }]);
  assert.equal((await here.control({ uses: false }, admin)).status, 200, 'to see it is free');
  assert.equal((await here.control({ takeOver: true }, admin)).status, 200);
  await until('held keys were let go', () => heardBy(x).includes(hex(keyUp)));
  await until('the mark says so', () => {
    const last = page.heard.findLast((said) => said.say === 'controlled');
    return (
      last?.say === 'controlled' &&
      last.by
        .filter(({ uses }) => uses)
        .map(({ name }) => name)
        .join() === 'Ada Admin'
    );
  });
  const before = heardBy(x);
  first.send(pointer);
  first.send(update);
  await until('the desktop heard the last', () => heardBy(x).endsWith(hex(update)));
  assert.ok(!heardBy(x).slice(before.length).includes(hex(pointer)));
  const noted = await entries(room, 'session.control');
  assert.ok(noted.some(({ details }) => details['from'] === 'Theo Teacher'));
});

test('it ends at once when the right, the sign-in or the setting goes, and with the session', async () => {
  await using here = await lesson();
  const { room, page } = here;
  const change = async (body: object): Promise<void> => void (await room.ask('PATCH', '/settings', { local: true, body }));
  const whys: string[] = [];
  const end = async (cause: () => Promise<void>, by = here.teacher): Promise<void> => {
    const { status, body } = await here.control({}, by);
    assert.equal(status, 200, JSON.stringify(body));
    const line = await room.pixels(body.ticket);
    const closed = new Promise<string>((done) => line.once('close', (_code, reason) => done(reason.toString())));
    let looks = 0;
    line.on('ping', () => (looks += 1));
    await cause();
    whys.push(await closed);
    assert.equal(looks, 0, 'it did not wait until it was looked at again');
  };
  await end(() => change({ takeControl: 'refuse' }));
  await change({ takeControl: 'notify' });
  await end(() => change({ takeControl: 'ask' }));
  await change({ takeControl: 'notify' });
  await end(() => change({ allowMonitoring: false }));
  await change({ allowMonitoring: true });
  const give = async (scope: object | null): Promise<void> =>
    assert.equal((await room.ask('PATCH', '/users/teacher/scope', { local: true, body: { scope } })).status, 200);
  room.accounts.joinGroups('admin', ['others']);
  await end(() => give({ rooms: [], groups: ['others'] }));
  await give(null);
  const other = { cookie: await room.pageCookie('teacher', 'dashboard') };
  await end(async () => void (await room.ask('POST', '/sign-out', other)), other);
  await end(async () => page.say({ say: 'sign-out' }));
  assert.deepEqual(whys, ['policy', 'policy', 'right-lost', 'right-lost', 'right-lost', 'session-left']);
});

test('it follows the session to another station; a ticket that nobody uses holds nothing', async () => {
  await using here = await lesson();
  const { room } = here;
  const line = await room.pixels((await here.control()).body.ticket);
  const other = await room.station();
  await other.hear('free');
  await other.signIn('anna');
  assert.deepEqual(
    other.heard.flatMap((said) => (said.say === 'controlled' ? said.by : [])),
    [{ name: 'Theo Teacher', uses: true }],
  );
  assert.equal(line.readyState, line.OPEN);
  line.close();
  assert.deepEqual((await other.hear('controlled')).by, []);
  const { body } = await here.control();
  assert.equal((await other.hear('controlled')).by.length, 1);
  room.clock.pass(20_000);
  assert.deepEqual((await other.hear('controlled')).by, []);
  const late = await room.pixels(body.ticket);
  assert.equal(await new Promise((done) => late.once('close', done)), closeCodes.refused);
});

test('what is out of reach is refused and written down', async () => {
  await using here = await lesson();
  const { room, teacher } = here;
  const page = await room.station();
  await page.hear('free');
  await page.signIn('admin');
  const id = room.sessions.list().find(({ user }) => user === 'admin')?.id ?? '';
  const refused = await room.ask('POST', `/desktops/${id}/control`, { ...teacher, body: {} });
  assert.deepEqual([refused.status, refused.body.code], [403, 'not-allowed']);
  assert.deepEqual(
    (await entries(room, 'session.control')).map(({ target, outcome }) => `${target} ${outcome}`),
    ['admin not-allowed'],
  );
  page[Symbol.dispose]();
});
