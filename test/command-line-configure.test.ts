// The command line configures stations and rooms, remaps them, and closes them, against a real gateway and host with fake people.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Station } from '#model/station.ts';
import { CommandLine } from './support/command-line.ts';
import { GatewayRoom } from './support/gateway-room.ts';
import type { TestStation } from './support/gateway-room.ts';

let room: GatewayRoom;
let command: CommandLine;
let pages: TestStation[] = [];

before(async () => {
  room = await GatewayRoom.make();
  command = new CommandLine(room);
  for (let count = 0; count < 2; count += 1) {
    const page = await room.station();
    await page.hear('free');
    pages.push(page);
  }
});
after(async () => {
  for (const page of pages) page[Symbol.dispose]();
  pages = [];
  await room[Symbol.asyncDispose]();
});

const stations = (): Promise<Station[]> => command.json<Station[]>(0, 'station', 'list', '--all');

describe('configuring', () => {
  test('several stations at once; what is not named stays', async () => {
    const both = ['Station 1', 'Station 2'];
    const done = await command.run(
      'station',
      'set',
      ...both,
      '--room',
      'Library',
      '--language',
      'fr',
      '--orientation',
      'portrait',
    );
    assert.deepEqual([done.code, done.stdout], [0, 'Station 1 is configured.\nStation 2 is configured.\n'], done.stderr);
    await command.json(0, 'station', 'set', 'Station 1', '--users', 'anna, ben', '--groups', 'class 7b');
    const [first] = (await stations()).filter(({ name }) => name === 'Station 1');
    const { room: where, language, orientation, users, groups } = first?.configuration ?? {};
    assert.deepEqual([where, language, orientation, users, groups], ['Library', 'fr', 'portrait', ['anna', 'ben'], ['class 7b']]);
    await command.json(0, 'station', 'set', 'Station 1', '--everyone', '--language', 'browser');
    const [after] = (await stations()).filter(({ name }) => name === 'Station 1');
    assert.deepEqual([after?.configuration.users, after?.configuration.language], [[], '']);
  });

  test('says what is wrong: nothing to change, one name for two, an orientation that is none, an account that may not', async () => {
    assert.equal((await command.run('station', 'set', 'Station 1')).code, 2);
    assert.equal((await command.run('station', 'set', 'Station 1', 'Station 2', '--name', 'A')).code, 2);
    assert.equal((await command.run('station', 'set', 'Station 1', '--orientation', 'diagonal')).code, 2);
    assert.equal((await command.run('station', 'set', 'Station 99', '--room', 'A')).code, 5);
    const auto = await command.run('station', 'set', 'Station 1', '--auto-logon', 'anna');
    assert.equal(auto.code, 1);
    assert.match(auto.stderr, /\/etc\/stationmaster\/auto-logon/);
  });

  test('rooms are made, renamed, ordered and removed', async () => {
    await command.json(0, 'room', 'add', 'Attic', 'Workshop');
    await command.json(0, 'room', 'rename', 'library', 'Reading room');
    await command.json(0, 'room', 'order', 'Workshop');
    const removed = await command.json<{ rooms: string[] }>(0, 'room', 'remove', 'Attic');
    assert.deepEqual(removed.rooms, ['Workshop', 'Reading room']);
    const listed = await command.json<{ name: string; stations: string[] }[]>(0, 'room', 'list');
    assert.deepEqual(listed[1], { name: 'Reading room', stations: ['Station 1', 'Station 2'] });
    assert.equal((await command.run('room', 'remove', 'Attic')).code, 5);
  });
});

test('a remap is begun, looked at, finished at the stations, and undone', async () => {
  const [one, two] = pages as [TestStation, TestStation];
  await command.json(0, 'station', 'remap', 'start', '--new-names');
  assert.equal((await command.run('station', 'remap', 'start')).code, 1, 'one at a time');
  await two.hear('remap');
  two.say({ say: 'remap-press' });
  await two.hear('remap');
  const { stdout } = await command.run('station', 'remap', 'status');
  assert.match(stdout, /B +Station 2 +1/);
  await one.hear('remap');
  one.say({ say: 'remap-press' });
  assert.equal((await two.hear('remap')).shows, null);
  const id = (await stations()).find(({ name }) => name === 'Station 1')?.id;
  await command.json(0, 'station', 'remap', 'undo');
  assert.equal((await stations()).find((station) => station.id === id)?.name, 'Station 2');
  assert.equal((await command.run('station', 'remap', 'undo')).code, 1);
  assert.equal((await command.run('station', 'remap', 'cancel')).code, 1);
});

test('console mode closes the stations, station mode opens them', async () => {
  const [one] = pages as [TestStation, TestStation];
  const closed = await command.run('system', 'mode', 'console');
  assert.equal(closed.code, 0, closed.stderr);
  assert.equal((await one.hear('wait')).why, 'console-mode');
  assert.equal((await command.run('system', 'mode', 'sleep')).code, 2);
  await command.json(0, 'system', 'mode', 'station');
  await one.hear('free');
});
