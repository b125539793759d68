// Who else has the Dashboard open, over the live feeds of a whole room.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { liveEventSchema } from '#contract/live.ts';
import { GatewayRoom, textOf, until } from '../../../test/support/gateway-room.ts';

interface OpenPage {
  socket: WebSocket;
  /** Who else is there, as the page knows it now. */
  others: () => string[];
}

async function open(room: GatewayRoom, user: string, page = '?page=dashboard'): Promise<OpenPage> {
  const cookie = await room.pageCookie(user, 'dashboard');
  const socket = await room.webSocket(`live${page}`, { headers: { cookie: `__Host-stationmaster=${cookie}` } });
  let others: string[] | null = null;
  socket.on('message', (data) => {
    const event = liveEventSchema.parse(JSON.parse(textOf(data)));
    if (event.event === 'snapshot') others = [];
    if (event.event === 'supervisors.changed') others = event.supervisors.map(({ user: name }) => name);
  });
  await until('the snapshot', () => others !== null);
  return { socket, others: () => others ?? [] };
}

const sees = (page: OpenPage, ...users: string[]): Promise<void> =>
  until(`${users.join(', ')} are seen`, () => JSON.stringify(page.others()) === JSON.stringify(users));

test('each is told of the others who come and go, once, not of themselves, and not of those without a Dashboard', async () => {
  await using room = await GatewayRoom.make();
  const theo = await open(room, 'teacher');
  await open(room, 'teacher');
  await open(room, 'admin', '');
  const ada = await open(room, 'admin');
  await sees(theo, 'admin');
  await sees(ada, 'teacher');
  ada.socket.close();
  await sees(theo);
});

test('those are told of each other who have people in common, as scopes and people change', async () => {
  await using room = await GatewayRoom.make();
  room.accounts.add('uma', 'Uma Unger', 'dashboard', 'uma');
  room.accounts.joinGroups('anna', ['8b', '9a']);
  room.accounts.addGroup('7c');
  const give = async (user: string, group: string): Promise<void> => {
    const body = { scope: { rooms: [], groups: [group] } };
    assert.equal((await room.ask('PATCH', `/users/${user}/scope`, { local: true, body })).status, 200);
  };
  await give('teacher', '8b');
  await give('uma', '9a');
  const theo = await open(room, 'teacher');
  const uma = await open(room, 'uma');
  using page = await room.station();
  await page.hear('free');
  assert.deepEqual([theo.others(), uma.others()], [[], []], 'nobody is there yet whom both see');
  await page.signIn('anna');
  await sees(theo, 'uma');
  await sees(uma, 'teacher');
  await give('uma', '7c');
  await sees(theo);
  await sees(uma);
});
