// Console mode as stations have it: closed with a notice, sessions kept, open again by themselves.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GatewayRoom, newStationKey } from '../../../test/support/gateway-room.ts';

const setMode = (room: GatewayRoom, computer: string, mode: string) =>
  room.ask('POST', `/computers/${computer}/mode`, { local: true, body: { mode } });

describe('console mode', () => {
  test('closes the stations, keeps the sessions, and station mode opens them without a restart', async () => {
    await using room = await GatewayRoom.make();
    const one = await room.station();
    const { computer } = await one.hear('free');
    await one.signIn('anna');
    const two = await room.station();
    await two.hear('free');
    const { status, body } = await setMode(room, computer, 'console');
    assert.deepEqual([status, body.mode], [200, 'console']);
    for (const page of [one, two]) assert.equal((await page.hear('wait')).why, 'console-mode');
    const session = room.sessions.list().find(({ user }) => user === 'anna');
    assert.equal(session?.state, 'suspended');
    two.say({ say: 'sign-in', user: 'ben', password: 'ben' });
    assert.equal((await two.hear('error')).error.code, 'console-mode');
    const late = await room.station();
    assert.equal((await late.hear('wait')).why, 'console-mode');
    // The Manager goes on.
    assert.notEqual(await room.pageCookie('admin'), '');
    await setMode(room, computer, 'station');
    await one.hear('free');
    await one.signIn('anna');
    assert.equal(room.sessions.list().find(({ user }) => user === 'anna')?.id, session.id);
    const { body: audit } = await room.ask('GET', '/audit?search=computer.mode', { local: true });
    assert.deepEqual(
      audit.map((entry: { details: { mode: string } }) => entry.details.mode),
      ['station', 'console'],
    );
  });

  test('who was just signing in does not slip through, and nothing is moved to a closed station', async () => {
    await using room = await GatewayRoom.make({ settings: { privacyNotice: true } });
    const one = await room.station();
    const { computer, station } = await one.hear('free');
    one.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await one.hear('notice');
    await setMode(room, computer, 'console');
    await one.hear('wait');
    one.say({ say: 'accept-notice' });
    assert.equal((await one.hear('error')).error.code, 'not-possible-now');
    assert.equal(room.sessions.list().length, 0);
    await setMode(room, computer, 'station');
    await one.hear('free');
    await one.signIn('anna');
    await setMode(room, computer, 'console');
    const [session] = room.sessions.list();
    const move = { local: true, body: { station: station.id } };
    assert.equal((await room.ask('POST', `/sessions/${session?.id}/move`, move)).body.code, 'console-mode');
  });

  test('a station that signs an account in by itself waits until it is opened', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const one = await room.station(key);
    const { computer, station } = await one.hear('free');
    const cookie = await room.pageCookie('admin');
    await setMode(room, computer, 'console');
    await one.hear('wait');
    const body = { configuration: { autoLogon: 'anna' }, password: 'admin' };
    assert.equal((await room.ask('PATCH', `/stations/${station.id}`, { cookie, body })).status, 200);
    one.say({ say: 'auto-logon', now: true });
    assert.equal((await one.hear('error')).error.code, 'console-mode');
    await setMode(room, computer, 'station');
    assert.equal((await one.hear('desktop')).user, 'anna');
  });

  test('a mode that is none is refused, and so is a computer that is none', async () => {
    await using room = await GatewayRoom.make();
    const one = await room.station();
    const { computer } = await one.hear('free');
    assert.equal((await setMode(room, computer, 'sleep')).status, 400);
    assert.equal((await setMode(room, 'nowhere', 'console')).body.code, 'computer-not-found');
  });
});
