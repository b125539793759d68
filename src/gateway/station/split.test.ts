// Split screens: two stations of one key, side by side, and what becomes of them.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { closeCodes } from '#contract/wire.ts';
import type { StationPageSays } from '#contract/station-page.ts';
import type { Station } from '#model/station.ts';
import { closeCode, GatewayRoom, newStationKey, until } from '../../../test/support/gateway-room.ts';
import type { Reply, StationKey, TestStation } from '../../../test/support/gateway-room.ts';

/** A page that says which half it is. */
async function half(room: GatewayRoom, key: StationKey, which: 'left' | 'right'): Promise<TestStation> {
  const page = await room.openPage(key);
  const say = page.say.bind(page);
  page.say = (message: StationPageSays) => say(message.say === 'hello' ? { ...message, half: which, widthPx: 637 } : message);
  await page.prove();
  return page;
}

const ask = async (room: GatewayRoom, task: 'split' | 'unsplit', id: string, body: object = {}): Promise<Reply> =>
  await room.ask('POST', `/stations/${id}/${task}`, { local: true, body });

async function list(room: GatewayRoom): Promise<Station[]> {
  return (await room.ask('GET', '/stations', { local: true })).body;
}

/** A split screen with both halves open. */
async function splitScreen(room: GatewayRoom) {
  const key = newStationKey();
  const whole = await room.station(key);
  const { id } = (await whole.hear('free')).station;
  const { body } = await ask(room, 'split', id);
  assert.equal((await whole.hear('halves')).half, 'left');
  const left = await half(room, key, 'left');
  const right = await half(room, key, 'right');
  assert.equal((await left.hear('free')).station.id, body.left.id);
  assert.equal((await right.hear('free')).station.id, body.right.id);
  return { key, whole, left, right, leftId: body.left.id as string, rightId: body.right.id as string };
}

const sessionOf = (room: GatewayRoom, user: string) => room.sessions.list().find((session) => session.user === user);

describe('splitting a station', () => {
  test('the session stays, on the left, without being suspended; the right half is a station with its own sign-in', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const whole = await room.station(key);
    const { id } = (await whole.hear('free')).station;
    await whole.signIn('anna');
    const before = sessionOf(room, 'anna');
    assert.ok(before !== undefined);
    await using _x = await room.xServer(before.id);
    const { status, body } = await ask(room, 'split', id);
    assert.equal(status, 200);
    assert.deepEqual([body.left.name, body.right.name], ['Station 1', 'Station 1 right']);
    assert.deepEqual(body.left.split, { half: 'left', other: body.right.id });
    assert.deepEqual(body.right.split, { half: 'right', other: id });
    assert.equal((await whole.hear('halves')).half, 'left');
    const left = await half(room, key, 'left');
    assert.equal((await whole.closed).code, closeCodes.replaced);
    assert.equal((await left.hear('halves')).half, 'left');
    const { ticket } = await left.hear('desktop');
    await room.pixels(ticket);
    assert.deepEqual(sessionOf(room, 'anna'), before, 'nothing happened to it');
    const right = await half(room, key, 'right');
    assert.equal((await right.hear('halves')).half, 'right');
    assert.equal((await right.hear('free')).station.name, 'Station 1 right');
    await right.signIn('ben');
    assert.deepEqual([sessionOf(room, 'anna')?.station, sessionOf(room, 'ben')?.station], [id, body.right.id]);
    // Either half on its own.
    right.say({ say: 'disconnect' });
    await right.hear('free');
    assert.equal(sessionOf(room, 'anna')?.state, 'active');
    const widths = (await list(room)).map(({ name, widthPx, online }) => [name, widthPx, online]);
    assert.deepEqual(widths, [
      ['Station 1', 637, true],
      ['Station 1 right', 637, true],
    ]);
    const { body: audit } = await room.ask('GET', '/audit', { local: true });
    const [entry] = audit.filter(({ action }: { action: string }) => action === 'station.split');
    assert.deepEqual([entry.target, entry.details, entry.outcome], ['Station 1', { right: 'Station 1 right' }, 'done']);
  });

  test('both halves are the same stations after a reload of the page and a restart of the gateway', async () => {
    await using room = await GatewayRoom.make();
    const { key, leftId, rightId, left, right } = await splitScreen(room);
    await room.ask('PATCH', `/stations/${rightId}`, { local: true, body: { name: 'By the door' } });
    await right.hear('free');
    await right.signIn('ben');
    left.socket.close();
    right.socket.close();
    await room.stopGateway();
    await room.startGateway();
    const whole = await room.station(key);
    assert.equal((await whole.hear('halves')).half, 'left');
    const again = [await half(room, key, 'left'), await half(room, key, 'right')] as const;
    assert.deepEqual((await again[0].hear('free')).station, { id: leftId, name: 'Station 1' });
    const shown = await again[1].hear('desktop');
    assert.deepEqual([shown.station, shown.user], [{ id: rightId, name: 'By the door' }, 'ben']);
    assert.ok(!whole.heard.some(({ say }) => say === 'free' || say === 'desktop'), 'the page around them shows nothing itself');
    const rows = await list(room);
    assert.deepEqual(
      new Map(rows.map(({ id, split }) => [id, split?.half])),
      new Map([
        [leftId, 'left'],
        [rightId, 'right'],
      ]),
    );
  });

  test('is refused for half a screen, a narrow screen, a taken name, a station that waits or is none', async () => {
    await using room = await GatewayRoom.make();
    const { leftId, rightId } = await splitScreen(room);
    for (const id of [leftId, rightId]) assert.equal((await ask(room, 'split', id)).body.code, 'not-possible-now');
    const other = await room.station();
    const { id } = (await other.hear('free')).station;
    assert.equal((await ask(room, 'split', id, { name: 'station 1 RIGHT' })).body.code, 'name-taken');
    for (const name of ['', ' ', 'a'.repeat(65), 'a\nb', 7])
      assert.equal((await ask(room, 'split', id, { name })).body.code, 'bad-request', JSON.stringify(name));
    other.say({ say: 'size', widthPx: 800, heightPx: 1280 });
    await until('it is known to be narrow', async () => (await list(room)).some(({ widthPx }) => widthPx === 800));
    const { status, body } = await ask(room, 'split', id);
    assert.deepEqual([status, body.code, body.details], [409, 'screen-too-small', { widthPx: 800, neededPx: 1024 }]);
    assert.equal((await ask(room, 'split', 'aaaaaaaaaaaaaaaa')).body.code, 'station-not-found');
    assert.equal((await ask(room, 'unsplit', id)).body.code, 'not-possible-now');
    await room.ask('PATCH', '/settings', { local: true, body: { enrolment: 'approval' } });
    const waiting = await room.station();
    await waiting.hear('enrol');
    const asking = (await list(room)).find(({ state }) => state === 'waiting');
    assert.equal((await ask(room, 'split', asking?.id ?? '')).body.code, 'not-possible-now');
    assert.equal((await list(room)).filter(({ split }) => split !== null).length, 2);
  });

  test('a long name and a taken one give the right half a name all the same', async () => {
    await using room = await GatewayRoom.make();
    const first = (await (await room.station()).hear('free')).station;
    const second = (await (await room.station()).hear('free')).station;
    await room.ask('PATCH', `/stations/${second.id}`, { local: true, body: { name: 'Station 1 right' } });
    assert.equal((await ask(room, 'split', first.id)).body.right.name, 'Station 1 right 2');
    await room.ask('PATCH', `/stations/${second.id}`, { local: true, body: { name: 'x'.repeat(64) } });
    assert.equal((await ask(room, 'split', second.id)).body.right.name, `${'x'.repeat(58)} right`);
  });

  test('who claims to be the right half of a whole screen is turned away, and a forged proof as ever', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const { id } = (await (await room.station(key)).hear('free')).station;
    const right = await half(room, key, 'right');
    assert.equal((await right.hear('halves')).half, 'whole');
    assert.equal((await right.closed).code, closeCodes.removed);
    assert.deepEqual(
      (await list(room)).map((station) => station.id),
      [id],
    );
    const thief = newStationKey();
    await ask(room, 'split', id);
    const forged = await half(room, { ...key, sign: (text) => thief.sign(text) }, 'right');
    assert.equal((await forged.closed).code, closeCodes.refused);
    // Never seen: not even its left half is a station.
    const stranger = await half(room, newStationKey(), 'right');
    assert.equal((await stranger.closed).code, closeCodes.removed);
    assert.ok(!stranger.heard.some(({ say }) => say === 'halves' || say === 'free'));
  });

  test('only the station page may be framed, and only by the gateway itself', async () => {
    await using room = await GatewayRoom.make();
    for (const name of ['station', 'manager', 'dashboard']) {
      mkdirSync(join(room.folder, 'web', name), { recursive: true });
      writeFileSync(join(room.folder, 'web', name, 'index.html'), '<!doctype html>');
    }
    for (const [path, who, old] of [
      ['/', "'self'", 'SAMEORIGIN'],
      ['/manager', "'none'", 'DENY'],
      ['/dashboard', "'none'", 'DENY'],
    ] as const) {
      const { status, headers } = await room.ask('GET', path);
      assert.equal(status, 200);
      const policy = String(headers['content-security-policy']);
      assert.ok(policy.endsWith(`frame-ancestors ${who}`), `${path}: ${policy}`);
      assert.match(policy, /default-src 'self'; script-src 'self';/);
      assert.equal(headers['x-frame-options'], old);
    }
  });

  test('a sign-in under way at the whole screen is let go, and can be begun again at the left', async () => {
    await using room = await GatewayRoom.make({ settings: { privacyNotice: true } });
    const key = newStationKey();
    const whole = await room.station(key);
    const { id } = (await whole.hear('free')).station;
    whole.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await whole.hear('notice');
    await ask(room, 'split', id);
    const left = await half(room, key, 'left');
    await left.hear('free');
    await left.signIn('anna');
    assert.equal(sessionOf(room, 'anna')?.station, id);
  });

  test('a second window of the same station takes both halves over', async () => {
    await using room = await GatewayRoom.make();
    const { key, left, right } = await splitScreen(room);
    const other = await room.station(key);
    assert.equal((await other.hear('halves')).half, 'left');
    assert.equal((await left.closed).code, closeCodes.replaced);
    await half(room, key, 'right');
    assert.equal((await right.closed).code, closeCodes.replaced);
  });
});

describe('making a split screen whole', () => {
  test('given either half, the left one gets all of it and its session stays; the right station is no more', async () => {
    await using room = await GatewayRoom.make();
    const { key, left, right, leftId, rightId } = await splitScreen(room);
    await left.signIn('anna');
    const before = sessionOf(room, 'anna');
    const { status, body } = await ask(room, 'unsplit', rightId);
    assert.deepEqual([status, body.id, body.split], [200, leftId, null]);
    assert.equal((await left.hear('halves')).half, 'whole');
    assert.equal((await right.hear('halves')).half, 'whole');
    assert.equal((await right.closed).code, closeCodes.removed);
    const whole = await room.station(key);
    assert.equal((await whole.hear('desktop')).user, 'anna');
    assert.ok(!whole.heard.some(({ say }) => say === 'halves'));
    assert.deepEqual(sessionOf(room, 'anna'), before);
    assert.deepEqual(
      (await list(room)).map(({ id }) => id),
      [leftId],
    );
    assert.equal((await ask(room, 'unsplit', leftId)).body.code, 'not-possible-now');
    assert.equal((await ask(room, 'split', leftId)).body.right.id, rightId, 'split again, it is the same station');
  });

  test('with somebody at the right half it is refused, unless that session is to be suspended', async () => {
    await using room = await GatewayRoom.make();
    const { left, right, leftId } = await splitScreen(room);
    const ticket = await right.signIn('ben');
    const ben = sessionOf(room, 'ben');
    await using _x = await room.xServer(ben?.id ?? '');
    const cut = closeCode(await room.pixels(ticket));
    const refused = await ask(room, 'unsplit', leftId);
    assert.deepEqual([refused.status, refused.body.code, refused.body.details], [409, 'station-taken', { user: 'ben' }]);
    assert.equal(sessionOf(room, 'ben')?.state, 'active');
    assert.equal((await ask(room, 'unsplit', leftId, { suspend: true })).status, 200);
    assert.deepEqual([sessionOf(room, 'ben')?.state, sessionOf(room, 'ben')?.id], ['suspended', ben?.id]);
    await cut;
    await left.hear('halves');
    const { body } = await room.ask('GET', '/audit', { local: true });
    const deeds = body.map(({ action, target }: { action: string; target: string }) => `${action} ${target}`);
    assert.ok(deeds.includes('station.unsplit Station 1') && deeds.includes('session.suspend ben'), deeds.join());
  });

  test('while the host is away the right session is suspended when it is back', async () => {
    await using room = await GatewayRoom.make({ settings: { graceSeconds: 1 } });
    const { right, leftId } = await splitScreen(room);
    await right.signIn('ben');
    await room.stopHost();
    await until(
      'the gateway knows',
      async () => (await room.ask('GET', '/computers', { local: true })).body[0].reachable === false,
    );
    assert.equal((await ask(room, 'unsplit', leftId, { suspend: true })).status, 200);
    await right.closed;
    await room.startHost();
    await until('it is suspended', () => sessionOf(room, 'ben')?.state === 'suspended');
  });

  test('removing the right half makes the screen whole; removing the left one removes both', async () => {
    await using room = await GatewayRoom.make();
    const one = await splitScreen(room);
    await one.right.signIn('ben');
    assert.equal((await room.ask('DELETE', `/stations/${one.rightId}`, { local: true })).status, 200);
    assert.equal((await one.left.hear('halves')).half, 'whole');
    await until('ben is suspended', () => sessionOf(room, 'ben')?.state === 'suspended');
    await ask(room, 'split', one.leftId);
    const left = await half(room, one.key, 'left');
    const right = await half(room, one.key, 'right');
    await left.hear('free');
    await right.hear('free');
    await left.signIn('anna');
    await right.signIn('ben');
    assert.equal((await room.ask('DELETE', `/stations/${one.leftId}`, { local: true })).status, 200);
    assert.equal((await left.closed).code, closeCodes.removed);
    assert.equal((await right.closed).code, closeCodes.removed);
    assert.ok(!right.heard.slice(-2).some(({ say }) => say === 'halves'), 'nothing is whole again');
    await until('both are suspended', () => room.sessions.list().every(({ state }) => state === 'suspended'));
    assert.deepEqual(await list(room), []);
  });

  test('split and unsplit in a hurry end in what was asked for last', async () => {
    await using room = await GatewayRoom.make();
    const { leftId } = await splitScreen(room);
    const answers = await Promise.all([
      ask(room, 'unsplit', leftId),
      ask(room, 'unsplit', leftId),
      ask(room, 'split', leftId),
      ask(room, 'split', leftId),
    ]);
    assert.ok(
      answers.every(({ status }) => status === 200 || status === 409),
      JSON.stringify(answers.map(({ body }) => body)),
    );
    const stations = await list(room);
    const kinds = stations.map(({ split }) => split?.half ?? 'whole').toSorted();
    assert.ok(kinds.join() === 'whole' || kinds.join() === 'left,right', kinds.join());
    await room.stopGateway();
    await room.startGateway();
    assert.deepEqual((await list(room)).map(({ split }) => split?.half ?? 'whole').toSorted(), kinds);
  });
});
