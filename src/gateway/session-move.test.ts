// Sessions that are moved: what both stations are told, who may order it, and what becomes of it when something breaks meanwhile.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeCodes } from '#contract/wire.ts';
import { closeCode, GatewayRoom, until } from '../../test/support/gateway-room.ts';
import type { Reply, TestStation } from '../../test/support/gateway-room.ts';

/** Pages of so many stations, free. */
async function stations(room: GatewayRoom, count: number): Promise<{ page: TestStation; id: string; name: string }[]> {
  const open = [];
  for (let number = 0; number < count; number += 1) {
    const page = await room.station();
    open.push({ page, ...(await page.hear('free')).station });
  }
  return open;
}

const sessionOf = (room: GatewayRoom, user: string) => {
  const session = room.sessions.list().find((one) => one.user === user);
  assert.ok(session !== undefined, `${user} has a session`);
  return session;
};

const move = async (room: GatewayRoom, id: string, body: object, options: object = { local: true }): Promise<Reply> =>
  await room.ask('POST', `/sessions/${id}/move`, { ...options, body });

async function entries(room: GatewayRoom, action: string): Promise<{ target: string; outcome: string; details: object }[]> {
  const { body } = await room.ask('GET', '/audit?limit=200', { local: true });
  return body.filter((entry: { action: string }) => entry.action === action);
}

describe('moving a session', () => {
  test('the old station says where it went, the new one shows it without a sign-in, old pixels are cut, the audit has it', async () => {
    await using room = await GatewayRoom.make();
    const [one, two] = await stations(room, 2);
    assert.ok(one !== undefined && two !== undefined);
    const ticket = await one.page.signIn('anna');
    const { id } = sessionOf(room, 'anna');
    await using _x = await room.xServer(id);
    const cut = closeCode(await room.pixels(ticket));
    const { status, body } = await move(room, id, { station: two.id });
    assert.deepEqual([status, body.station, body.cause], [200, two.id, 'moved-by-administrator']);
    const because = { reason: 'moved', station: two.name, user: 'anna', ordered: true };
    assert.deepEqual((await one.page.hear('free')).because, because);
    const shown = await two.page.hear('desktop');
    assert.deepEqual([shown.user, shown.station.name, shown.movedHere], ['anna', two.name, true]);
    assert.equal(await cut, closeCodes.sessionLeft);
    await room.pixels(shown.ticket);
    const [entry] = await entries(room, 'session.move');
    assert.deepEqual(
      [entry?.target, entry?.outcome, entry?.details],
      ['anna', 'done', { session: id, from: one.name, to: two.name }],
    );
  });

  test('a suspended one goes there as well; a locked one asks for its password there', async () => {
    await using room = await GatewayRoom.make();
    const [one, two] = await stations(room, 2);
    assert.ok(one !== undefined && two !== undefined);
    await one.page.signIn('anna');
    const { id } = sessionOf(room, 'anna');
    await room.ask('POST', `/sessions/${id}/suspend`, { local: true });
    assert.equal((await move(room, id, { station: two.id })).status, 200);
    await two.page.hear('desktop');
    two.page.say({ say: 'lock' });
    await two.page.hear('locked');
    // Somebody begins to sign in where it goes: the lock takes that place.
    await room.ask('PATCH', '/settings', { local: true, body: { privacyNotice: true } });
    one.page.say({ say: 'sign-in', user: 'ben', password: 'ben' });
    await one.page.hear('notice');
    assert.equal((await move(room, id, { station: one.id })).status, 200);
    assert.equal((await one.page.hear('locked')).user, 'anna');
    one.page.say({ say: 'unlock', password: 'anna' });
    await one.page.hear('desktop');
    assert.equal(sessionOf(room, 'anna').station, one.id);
  });

  test('a station where somebody works is refused, unless that session is named; then it is suspended, and the audit has both', async () => {
    await using room = await GatewayRoom.make();
    const [one, two] = await stations(room, 2);
    assert.ok(one !== undefined && two !== undefined);
    await one.page.signIn('anna');
    await two.page.signIn('ben');
    const anna = sessionOf(room, 'anna');
    const ben = sessionOf(room, 'ben');
    const refused = await move(room, anna.id, { station: two.id });
    assert.deepEqual([refused.status, refused.body.code], [409, 'station-taken']);
    assert.equal((await move(room, anna.id, { station: two.id, displaces: ben.id })).status, 200);
    const shown = await two.page.hear('desktop');
    assert.equal(shown.user, 'anna');
    assert.deepEqual([sessionOf(room, 'ben').state, sessionOf(room, 'ben').station], ['suspended', null]);
    const [suspension] = await entries(room, 'session.suspend');
    assert.deepEqual([suspension?.target, suspension?.outcome], ['ben', 'done']);
    assert.equal((await entries(room, 'session.move')).length, 2, 'the refused one, too');
  });

  test('bad orders change nothing: unknown or closed stations, other attachments, wrong forms', async () => {
    await using room = await GatewayRoom.make();
    const [one, two] = await stations(room, 2);
    assert.ok(one !== undefined && two !== undefined);
    await one.page.signIn('anna');
    const { id, attachment } = sessionOf(room, 'anna');
    const codes = async (body: object): Promise<[number, string]> => {
      const { status, body: told } = await move(room, id, body);
      return [status, told.code];
    };
    assert.deepEqual(await codes({ station: 'aaaaaaaaaaaaaaaa' }), [404, 'station-not-found']);
    assert.deepEqual(await codes({ station: two.id, attachment: attachment + 1 }), [409, 'changed-meanwhile']);
    for (const body of [
      {},
      { station: 'x' },
      { station: 7 },
      { station: two.id, displaces: 'x' },
      { station: two.id, attachment: 'x' },
    ])
      assert.deepEqual(await codes(body), [400, 'bad-request'], JSON.stringify(body));
    two.page.socket.close();
    await two.page.closed;
    await until('the second station is off', async () => {
      const { body } = await room.ask('GET', '/stations', { local: true });
      return body.some((station: { id: string; online: boolean }) => station.id === two.id && !station.online);
    });
    assert.deepEqual(await codes({ station: two.id }), [409, 'station-offline']);
    assert.deepEqual([sessionOf(room, 'anna').station, sessionOf(room, 'anna').attachment], [one.id, attachment]);
  });

  test('a teacher moves pupils and displaces pupils, never an administrator', async () => {
    await using room = await GatewayRoom.make();
    const [one, two, three] = await stations(room, 3);
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    await one.page.signIn('anna');
    await two.page.signIn('admin');
    const cookie = await room.pageCookie('teacher', 'dashboard');
    const [anna, admin] = [sessionOf(room, 'anna'), sessionOf(room, 'admin')];
    const status = async (id: string, body: object): Promise<number> => (await move(room, id, body, { cookie })).status;
    assert.equal(await status(admin.id, { station: three.id }), 403);
    assert.equal(await status(anna.id, { station: two.id, displaces: admin.id }), 403);
    assert.equal(await status(anna.id, { station: two.id }), 409);
    assert.deepEqual([sessionOf(room, 'admin').station, sessionOf(room, 'anna').station], [two.id, one.id]);
    assert.equal(await status(anna.id, { station: three.id }), 200);
    const { status: nobody } = await move(room, anna.id, { station: one.id, displaces: admin.id }, {});
    assert.equal(nobody, 401);
  });

  test('the target vanishes in the middle: the session is suspended after the grace time, not lost', async () => {
    await using room = await GatewayRoom.make({ settings: { graceSeconds: 1 } });
    const [one, two] = await stations(room, 2);
    assert.ok(one !== undefined && two !== undefined);
    await one.page.signIn('anna');
    const { id } = sessionOf(room, 'anna');
    const answer = move(room, id, { station: two.id });
    two.page.socket.terminate();
    const { status, body } = await answer;
    // Either it had not been noticed yet, or it was, and the session stayed where it was.
    if (status !== 200) {
      assert.equal(body.code, 'station-offline');
      assert.equal(sessionOf(room, 'anna').station, one.id);
      return;
    }
    await until('it is suspended', () => sessionOf(room, 'anna').state === 'suspended');
    assert.equal(sessionOf(room, 'anna').cause, 'station-lost');
    await one.page.hear('free');
    await one.page.signIn('anna');
    assert.equal(sessionOf(room, 'anna').id, id);
  });

  test('two moves at once: one station gets it, nothing is doubled, the pages show what is', async () => {
    await using room = await GatewayRoom.make();
    const [one, two, three] = await stations(room, 3);
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    await one.page.signIn('anna');
    const { id, attachment } = sessionOf(room, 'anna');
    const answers = await Promise.all([two, three].map(({ id: station }) => move(room, id, { station, attachment })));
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 409],
    );
    const winner = answers[0]?.status === 200 ? two : three;
    assert.equal(sessionOf(room, 'anna').station, winner.id);
    await winner.page.hear('desktop');
    const loser = winner === two ? three : two;
    assert.ok(!loser.page.heard.some(({ say }) => say === 'desktop'));
    // Two people for the same free place.
    await loser.page.signIn('ben');
    const [anna, ben] = [sessionOf(room, 'anna'), sessionOf(room, 'ben')];
    const both = await Promise.all([anna, ben].map((session) => move(room, session.id, { station: one.id })));
    assert.deepEqual(
      both.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 409],
    );
    assert.equal(room.sessions.list().filter(({ station }) => station === one.id).length, 1);
    assert.equal(room.sessions.list().filter(({ station }) => station !== null).length, 2);
  });

  test('while the host is away nothing moves, and the answer says so', async () => {
    await using room = await GatewayRoom.make();
    const [one, two] = await stations(room, 2);
    assert.ok(one !== undefined && two !== undefined);
    await one.page.signIn('anna');
    const { id } = sessionOf(room, 'anna');
    await room.stopHost();
    await until(
      'the gateway knows',
      async () => (await room.ask('GET', '/computers', { local: true })).body[0].reachable === false,
    );
    const { status, body } = await move(room, id, { station: two.id });
    assert.deepEqual([status, body.code], [503, 'computer-unreachable']);
    await room.startHost();
    assert.equal(sessionOf(room, 'anna').station, one.id);
  });
});
