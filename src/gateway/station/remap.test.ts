// Remapping all stations: letters on the screens, presses in the order of the room, and the way back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Station } from '#model/station.ts';
import { GatewayRoom, newStationKey } from '../../../test/support/gateway-room.ts';
import type { TestStation } from '../../../test/support/gateway-room.ts';

async function furnished(room: GatewayRoom) {
  const keys = [newStationKey(), newStationKey(), newStationKey()];
  const pages: TestStation[] = [];
  const ids: string[] = [];
  let name = '';
  for (const key of keys) {
    const page = await room.station(key);
    const { station, computer } = await page.hear('free');
    pages.push(page);
    ids.push(station.id);
    name = computer;
  }
  const [one, two, three] = pages as [TestStation, TestStation, TestStation];
  return { keys, one, two, three, ids, computer: name };
}

const order = (room: GatewayRoom, computer: string, what: string, body: object = {}) =>
  room.ask('POST', `/computers/${computer}/remap${what}`, { local: true, body });

async function numbered(room: GatewayRoom): Promise<[string, number][]> {
  const stations = (await room.ask('GET', '/stations', { local: true })).body as Station[];
  return stations
    .map(({ name: called, configuration: { number } }): [string, number] => [called, number])
    .toSorted((a, b) => a[1] - b[1]);
}

describe('remapping all stations', () => {
  test('the order of the presses becomes the order of the stations; names, rooms and auto-logon stay', async () => {
    await using room = await GatewayRoom.make();
    const { one, two, three, ids, computer } = await furnished(room);
    await room.ask('PATCH', `/stations/${ids[0]}`, { local: true, body: { name: 'Door', configuration: { room: 'Lab' } } });
    assert.equal((await order(room, computer, '')).status, 200);
    for (const [at, page] of [one, two, three].entries())
      assert.deepEqual((await page.hear('remap')).shows, { letter: 'ABC'.charAt(at), number: 0 });
    for (const [at, page] of [three, one].entries()) {
      page.say({ say: 'remap-press' });
      assert.equal((await page.hear('remap')).shows?.number, at + 1);
    }
    assert.deepEqual(
      (await numbered(room)).map(([, number]) => number),
      [0, 0, 0],
      'nothing before the last press',
    );
    two.say({ say: 'remap-press' });
    assert.equal((await three.hear('remap')).shows, null);
    assert.deepEqual(await numbered(room), [
      ['Station 3', 1],
      ['Door', 2],
      ['Station 2', 3],
    ]);
    const stations = (await room.ask('GET', '/stations', { local: true })).body as Station[];
    assert.equal(stations.find(({ id }) => id === ids[0])?.configuration.room, 'Lab');
  });

  test('with new names they are Station 1, 2, …, and an undo gives back what nobody has changed since, after a restart too', async () => {
    await using room = await GatewayRoom.make();
    const { one, two, three, ids, computer } = await furnished(room);
    await order(room, computer, '', { newNames: true });
    for (const page of [three, two, one]) {
      page.say({ say: 'remap-press' });
      await page.hear('remap');
      await page.hear('remap');
    }
    assert.deepEqual(await numbered(room), [
      ['Station 1', 1],
      ['Station 2', 2],
      ['Station 3', 3],
    ]);
    const names = async () =>
      new Map(((await room.ask('GET', '/stations', { local: true })).body as Station[]).map((each) => [each.id, each.name]));
    assert.equal((await names()).get(ids[0] ?? ''), 'Station 3');
    await room.ask('PATCH', `/stations/${ids[1]}`, { local: true, body: { name: 'Window' } });
    await room.stopGateway();
    await room.startGateway();
    assert.equal((await order(room, computer, '/undo')).status, 200);
    const after = await names();
    assert.deepEqual(
      ids.map((id) => after.get(id)),
      ['Station 1', 'Window', 'Station 3'],
    );
    assert.equal((await order(room, computer, '/undo')).body.code, 'not-possible-now', 'only once');
  });

  test('a second remap is refused, a cancelled one changes nothing, and pressing without one is refused', async () => {
    await using room = await GatewayRoom.make();
    const { one, two, computer } = await furnished(room);
    one.say({ say: 'remap-press' });
    assert.equal((await one.hear('error')).error.code, 'not-possible-now');
    await order(room, computer, '');
    assert.equal((await order(room, computer, '')).body.code, 'not-possible-now');
    await one.hear('remap');
    one.say({ say: 'remap-press' });
    await one.hear('remap');
    one.say({ say: 'remap-press' });
    assert.equal((await one.hear('error')).error.code, 'not-possible-now', 'each letter counts once');
    await two.hear('remap');
    assert.equal((await order(room, computer, '/cancel')).status, 200);
    assert.equal((await two.hear('remap')).shows, null);
    assert.deepEqual(
      (await numbered(room)).map(([, number]) => number),
      [0, 0, 0],
    );
    assert.deepEqual((await room.ask('GET', `/computers/${computer}/remap`, { local: true })).body, {
      running: false,
      undoable: false,
    });
    assert.equal((await order(room, computer, '/cancel')).body.code, 'not-possible-now');
  });

  test('stations that vanish or are removed in the middle do not hold it up; one that comes back joins again', async () => {
    await using room = await GatewayRoom.make();
    const { keys, one, two, three, ids, computer } = await furnished(room);
    await order(room, computer, '');
    await one.hear('remap');
    two.socket.terminate();
    await two.closed;
    const back = await room.station(keys[1]);
    assert.equal((await back.hear('remap')).shows?.number, 0);
    back.say({ say: 'remap-press' });
    assert.equal((await back.hear('remap')).shows?.number, 1);
    await room.ask('DELETE', `/stations/${ids[2]}`, { local: true });
    await three.closed;
    one.say({ say: 'remap-press' });
    await one.hear('remap');
    assert.equal((await one.hear('remap')).shows, null);
    assert.deepEqual(await numbered(room), [
      ['Station 2', 1],
      ['Station 1', 2],
    ]);
  });

  test('a session goes on under the letter', async () => {
    await using room = await GatewayRoom.make();
    const { one, computer } = await furnished(room);
    await one.signIn('anna');
    await order(room, computer, '');
    await one.hear('remap');
    one.say({ say: 'remap-press' });
    await one.hear('remap');
    assert.equal(room.sessions.list().find(({ user }) => user === 'anna')?.state, 'active');
  });

  test('without an open station there is nothing to remap, and there is no such computer', async () => {
    await using room = await GatewayRoom.make();
    const { body: computers } = await room.ask('GET', '/computers', { local: true });
    assert.equal((await order(room, computers[0].name, '')).body.code, 'not-possible-now');
    assert.equal((await order(room, 'nowhere', '')).body.code, 'computer-not-found');
  });
});
