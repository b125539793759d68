// Remapping all stations: letters on the screens, presses in the order of the room, and the way back.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import type { Station } from '#model/station.ts';
import { GatewayRoom, newStationKey, until } from '../../../test/support/gateway-room.ts';
import type { TestStation } from '../../../test/support/gateway-room.ts';
import { Audit } from '../audit.ts';
import { Store } from '../store.ts';
import { Remaps } from './remaps.ts';
import { Stations } from './stations.ts';

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
      ended: 'cancelled',
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

  test('a screen that goes off last is waited for; then all is done without it, and how it ended is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stationmaster-remap-'));
    try {
      using store = Store.open(join(folder, 'store.db'));
      const clock = { nowMs: () => 5, monotonicMs: () => 5 };
      const log = pino({ level: 'silent' });
      const stations = new Stations(store, clock, () => 'classroom');
      const facts = { address: '192.0.2.1', widthPx: 800, heightPx: 600 };
      const [a, b] = ['a', 'b'].map((letter) => stations.enrol(letter.repeat(16), `key of ${letter}`, facts, () => {}).id);
      assert.ok(a !== undefined && b !== undefined);
      for (const id of [a, b]) stations.seen(id, facts);
      const remaps = new Remaps(store, stations, new Audit(store, log, clock), log, 300);
      remaps.start();
      const by = { actor: 'ada', address: '' };
      const over = async (): Promise<void> => await until('it is over', () => !remaps.state.running);

      remaps.begin('classroom', false, by);
      remaps.press(b);
      stations.seen(a, null);
      assert.ok(remaps.state.running, 'its page may only be loaded anew');
      stations.seen(a, facts);
      remaps.press(a);
      assert.deepEqual(remaps.state, { running: false, undoable: true, ended: 'done' });

      remaps.begin('classroom', false, by);
      stations.seen(a, null);
      remaps.press(b);
      assert.ok(remaps.state.running);
      await over();
      assert.equal(remaps.state.ended, 'done-without-some');

      stations.seen(a, facts);
      remaps.begin('classroom', false, by);
      for (const id of [a, b]) stations.seen(id, null);
      assert.deepEqual([remaps.state.running, remaps.state.ended], [false, 'pages-gone']);

      stations.seen(b, facts);
      remaps.begin('classroom', false, by);
      remaps.cancel(by);
      assert.equal(remaps.state.ended, 'cancelled');
      remaps.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
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
