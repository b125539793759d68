// Two administrators change the same thing, each on the ground of what both saw: the second is told, and nothing of the first is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayRoom } from '../../test/support/gateway-room.ts';

test('of two changes of the same thing the second is told, whatever it is', async () => {
  await using room = await GatewayRoom.make();
  using page = await room.station();
  const { station } = await page.hear('free');
  const ask = (method: string, path: string, body?: object) =>
    room.ask(method, path, { local: true, ...(body === undefined ? {} : { body }) });
  await ask('POST', '/rooms', { rooms: [{ name: 'Library' }], based: [] });
  const stationNow = (await ask('GET', '/stations')).body[0];
  const settingsNow = (await ask('GET', '/settings')).body;

  const changes: { what: string; method: string; path: string; look: string; first: object; second: object }[] = [
    {
      what: 'the name of a station',
      method: 'PATCH',
      path: `/stations/${station.id}`,
      look: '/stations',
      first: { name: 'Door', was: stationNow.name },
      second: { name: 'Window', was: stationNow.name },
    },
    {
      what: 'the configuration of a station',
      method: 'PATCH',
      path: `/stations/${station.id}`,
      look: '/stations',
      first: { configuration: { language: 'fr' }, wasConfiguration: stationNow.configuration },
      second: { configuration: { orientation: 'portrait' }, wasConfiguration: stationNow.configuration },
    },
    {
      what: 'the rooms',
      method: 'POST',
      path: '/rooms',
      look: '/rooms',
      first: { rooms: [{ name: 'Lab', was: 'Library' }], based: ['Library'] },
      second: { rooms: [], based: ['Library'] },
    },
    {
      what: 'a setting',
      method: 'PATCH',
      path: '/settings',
      look: '/settings',
      first: { graceSeconds: 20, was: { graceSeconds: settingsNow.graceSeconds } },
      second: { graceSeconds: 30, privacyNotice: false, was: { graceSeconds: settingsNow.graceSeconds } },
    },
    {
      what: 'an account',
      method: 'PATCH',
      path: '/users/anna',
      look: '/users',
      first: { fullName: 'Anna the First', was: { fullName: 'Anna Adams' } },
      second: { fullName: 'Anna the Second', level: 'dashboard', was: { fullName: 'Anna Adams' } },
    },
  ];
  for (const { what, method, path, look, first, second } of changes) {
    assert.equal((await ask(method, path, first)).status, 200, what);
    const kept = (await ask('GET', look)).body;
    const refused = await ask(method, path, second);
    assert.deepEqual([refused.status, refused.body.code], [409, 'changed-meanwhile'], what);
    assert.deepEqual((await ask('GET', look)).body, kept, what);
  }
  const { details } = (
    await ask('PATCH', '/settings', { graceSeconds: 40, was: { graceSeconds: 1, privacyNotice: settingsNow.privacyNotice } })
  ).body;
  assert.deepEqual(details, { names: 'graceSeconds' }, 'it is said which');
});
