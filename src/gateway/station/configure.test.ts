// Configuring stations: what is kept, who may use them, what their pages are told, and the rooms that they stand in.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainConfiguration } from '#model/station.ts';
import type { Station } from '#model/station.ts';
import { GatewayRoom, newStationKey } from '../../../test/support/gateway-room.ts';
import type { Reply } from '../../../test/support/gateway-room.ts';

const configure = (room: GatewayRoom, id: string, body: object): Promise<Reply> =>
  room.ask('PATCH', `/stations/${id}`, { local: true, body });

const stations = async (room: GatewayRoom): Promise<Station[]> => (await room.ask('GET', '/stations', { local: true })).body;

const rooms = async (room: GatewayRoom): Promise<string[]> => (await room.ask('GET', '/rooms', { local: true })).body.rooms;

describe('configuring a station', () => {
  test('what is given is changed and kept over a restart, the rest stays; the audit says what became of what', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const { id } = (await (await room.station(key)).hear('free')).station;
    const first = await configure(room, id, { configuration: { room: 'Library', orientation: 'portrait' } });
    assert.equal(first.status, 200);
    const second = await configure(room, id, { name: 'By the door', configuration: { language: 'fr', users: ['anna'] } });
    const wanted = { ...plainConfiguration, room: 'Library', orientation: 'portrait', language: 'fr', users: ['anna'] };
    assert.deepEqual(second.body.configuration, wanted);
    await room.stopGateway();
    await room.startGateway();
    const [after] = await stations(room);
    assert.deepEqual([after?.name, after?.configuration], ['By the door', wanted]);
    const { body: audit } = await room.ask('GET', '/audit?search=station.configure', { local: true });
    assert.deepEqual(audit[0].details, { name: 'By the door', language: ' → fr', users: ' → anna' });
  });

  test('the page is told how its screen hangs, first and when it changes', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const page = await room.station(key);
    assert.equal((await page.hear('configured')).orientation, 'landscape');
    const { id } = (await page.hear('free')).station;
    await configure(room, id, { configuration: { orientation: 'portrait-flipped' } });
    assert.deepEqual(await page.hear('configured'), { say: 'configured', orientation: 'portrait-flipped', language: '' });
    const again = await room.station(key);
    assert.equal((await again.hear('configured')).orientation, 'portrait-flipped');
  });

  test('who may not use it is told so there, and may at others; its users and administrators may', async () => {
    await using room = await GatewayRoom.make();
    const one = await room.station();
    const { id } = (await one.hear('free')).station;
    await configure(room, id, { configuration: { users: ['ben'] } });
    one.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await one.hear('checking');
    const { because } = await one.hear('free');
    assert.equal(because.reason === 'refused' && because.error.code, 'account-not-here');
    await one.signIn('ben');
    one.say({ say: 'sign-out' });
    await one.hear('free');
    await one.signIn('admin');
    const two = await room.station();
    await two.hear('free');
    await two.signIn('anna');
  });

  test('of two who change the same, the second is told', async () => {
    await using room = await GatewayRoom.make();
    const { id } = (await (await room.station()).hear('free')).station;
    const based = { wasConfiguration: plainConfiguration };
    assert.equal((await configure(room, id, { configuration: { room: 'A' }, ...based })).status, 200);
    const late = await configure(room, id, { configuration: { room: 'B' }, ...based });
    assert.deepEqual([late.status, late.body.code], [409, 'changed-meanwhile']);
    assert.deepEqual(await rooms(room), ['A']);
  });

  for (const [what, configuration] of Object.entries({
    'an orientation that is none': { orientation: 'diagonal' },
    'a language that is none': { language: 'xx' },
    'a room with a line break': { room: 'A\nB' },
    'a room of 65 characters': { room: 'x'.repeat(65) },
    'a user with a comma': { users: ['a,b'] },
    'a group that is empty': { groups: [''] },
    'users that are no list': { users: 'anna' },
    'more users than a list holds': { users: Array.from({ length: 101 }, (_, at) => `u${at}`) },
    'something that is no part of it': { colour: 'red' },
  }))
    test(`${what} is refused, and nothing is changed`, async () => {
      await using room = await GatewayRoom.make();
      const { id } = (await (await room.station()).hear('free')).station;
      const { status, body } = await configure(room, id, { name: 'New', configuration });
      assert.deepEqual([status, body.code], [400, 'bad-request']);
      const [after] = await stations(room);
      assert.deepEqual([after?.name, after?.configuration], ['Station 1', plainConfiguration]);
    });
});

describe('rooms', () => {
  test('are made, renamed, ordered and removed in one step; stations go along', async () => {
    await using room = await GatewayRoom.make();
    const ids = [];
    for (const name of ['A', 'B', 'C']) {
      const { id } = (await (await room.station()).hear('free')).station;
      await configure(room, id, { configuration: { room: name } });
      ids.push(id);
    }
    // A and B change names, which no moment in between allows; C goes, D is new.
    const order = { rooms: [{ name: 'D' }, { name: 'A', was: 'B' }, { name: 'B', was: 'A' }], based: ['A', 'B', 'C'] };
    const { status, body } = await room.ask('POST', '/rooms', { local: true, body: order });
    assert.deepEqual([status, body], [200, { rooms: ['D', 'A', 'B'] }]);
    const where = new Map((await stations(room)).map(({ id, configuration }) => [id, configuration.room]));
    assert.deepEqual(
      ids.map((id) => where.get(id)),
      ['B', 'A', ''],
    );
    await room.stopGateway();
    await room.startGateway();
    assert.deepEqual(await rooms(room), ['D', 'A', 'B']);
  });

  test('a room is one room whatever its letters, and a station brings the one that is new', async () => {
    await using room = await GatewayRoom.make();
    const { id } = (await (await room.station()).hear('free')).station;
    await room.ask('POST', '/rooms', { local: true, body: { rooms: [{ name: 'Library' }], based: [] } });
    assert.equal((await configure(room, id, { configuration: { room: 'LIBRARY' } })).body.configuration.room, 'Library');
    assert.deepEqual(await rooms(room), ['Library']);
  });

  test('a list that names one twice, or is based on an old one, or renames what is not there, changes nothing', async () => {
    await using room = await GatewayRoom.make();
    const arrange = async (body: object): Promise<string> =>
      (await room.ask('POST', '/rooms', { local: true, body })).body.code ?? 'done';
    assert.equal(await arrange({ rooms: [{ name: 'A' }], based: [] }), 'done');
    assert.equal(await arrange({ rooms: [{ name: 'B' }, { name: 'b' }], based: ['A'] }), 'name-taken');
    assert.equal(await arrange({ rooms: [{ name: 'B' }], based: [] }), 'changed-meanwhile');
    assert.equal(await arrange({ rooms: [{ name: 'B', was: 'Z' }], based: ['A'] }), 'not-found');
    assert.deepEqual(await rooms(room), ['A']);
  });
});
