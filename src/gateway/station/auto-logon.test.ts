// Stations that sign an account in by themselves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { GatewayRoom, newStationKey, until } from '../../../test/support/gateway-room.ts';
import { autoLogonDelayMs } from './auto-logon.ts';

/** A room whose first station signs Anna in by itself, as an administrator has confirmed with the own password. */
async function automatic(room: GatewayRoom, user = 'anna') {
  const key = newStationKey();
  const page = await room.station(key);
  const { id } = (await page.hear('free')).station;
  const admin = { cookie: await room.pageCookie('admin') };
  const configure = (password?: string) =>
    room.ask('PATCH', `/stations/${id}`, {
      ...admin,
      body: { configuration: { autoLogon: user }, ...(password !== undefined && { password }) },
    });
  return { key, page, id, configure };
}

async function desktop(page: Awaited<ReturnType<GatewayRoom['station']>>): Promise<string> {
  for (;;) {
    const said = await page.next();
    if (said.say === 'notice') page.say({ say: 'accept-notice' });
    if (said.say === 'desktop') return said.user;
  }
}

describe('auto-logon', () => {
  test('needs the password of an administrator once; then the station signs in when it appears', async () => {
    await using room = await GatewayRoom.make();
    const { key, page, configure } = await automatic(room);
    assert.deepEqual((await configure()).body.code, 'auto-logon-not-allowed');
    assert.deepEqual((await configure('wrong')).body.code, 'wrong-credentials');
    assert.equal((await room.ask('GET', '/stations', { local: true })).body[0].configuration.autoLogon, '');
    assert.equal((await configure('admin')).status, 200);
    assert.equal(await desktop(page), 'anna');
    page.say({ say: 'disconnect', signInPage: true });
    assert.deepEqual((await page.hear('free')).autoLogon, { user: 'anna', inMs: null });
    const again = await room.station(key);
    const { autoLogon } = await again.hear('free');
    assert.ok(autoLogon?.inMs != null && autoLogon.inMs > 0, 'somebody has just left: there is a countdown');
    again.say({ say: 'auto-logon', now: true });
    assert.equal(await desktop(again), 'anna');
    const { body: audit } = await room.ask('GET', '/audit?search=auto-logon', { local: true });
    assert.ok(
      audit.some((entry: { action: string; actor: string }) => entry.action === 'auto-logon.allow' && entry.actor === 'admin'),
    );
    assert.ok(
      audit.some((entry: { action: string; actor: string }) => entry.action === 'station.auto-logon' && entry.actor === 'anna'),
    );
  });

  test('the session stays when the screen is split, and with the station the right to sign in goes', async () => {
    await using room = await GatewayRoom.make();
    const { page, id, configure } = await automatic(room);
    await configure('admin');
    await desktop(page);
    const local = { local: true, body: {} };
    const { right } = (await room.ask('POST', `/stations/${id}/split`, local)).body;
    assert.equal(right.configuration.autoLogon, '');
    assert.equal((await room.ask('DELETE', `/stations/${id}`, { local: true })).status, 200);
    const other = await room.station();
    const next = (await other.hear('free')).station.id;
    const body = { configuration: { autoLogon: 'anna' } };
    const reply = await room.ask('PATCH', `/stations/${next}`, { cookie: await room.pageCookie('admin'), body });
    assert.equal(reply.body.code, 'auto-logon-not-allowed');
  });

  test('after a sign-out there is a countdown, which a person can cut short or stop', async () => {
    await using room = await GatewayRoom.make();
    const { page, configure } = await automatic(room);
    await configure('admin');
    await desktop(page);
    page.say({ say: 'sign-out' });
    const { autoLogon } = await page.hear('free');
    assert.equal(autoLogon?.user, 'anna');
    assert.ok(autoLogon.inMs !== null && autoLogon.inMs > 25_000 && autoLogon.inMs <= 30_000);
    page.say({ say: 'auto-logon', now: false });
    await page.signIn('ben');
    page.say({ say: 'sign-out' });
    await page.hear('free');
    page.say({ say: 'auto-logon', now: true });
    assert.equal(await desktop(page), 'anna');
  });

  test('an administrator is refused, whatever password is given, and nothing is kept', async () => {
    await using room = await GatewayRoom.make();
    const { configure } = await automatic(room, 'admin');
    assert.equal((await configure('admin')).body.code, 'auto-logon-administrator');
    assert.equal((await room.ask('GET', '/stations', { local: true })).body[0].configuration.autoLogon, '');
  });

  test('the host itself refuses: a gateway that asks for an account that is on no list gets no session', async () => {
    await using room = await GatewayRoom.make();
    const { page, configure, id } = await automatic(room);
    await configure('admin');
    await desktop(page);
    page.say({ say: 'sign-out' });
    await page.hear('free');
    // No station uses it any more: the computer forgets it.
    await room.ask('PATCH', `/stations/${id}`, { local: true, body: { configuration: { autoLogon: '' } } });
    await until(
      'the computer has forgotten it',
      async () =>
        (await room.ask('PATCH', `/stations/${id}`, { local: true, body: { configuration: { autoLogon: 'anna' } } })).body
          .code === 'auto-logon-not-allowed',
    );
  });

  test('whom no station signs in does not stay on the list: neither after a refused change nor after the host was away', async () => {
    await using room = await GatewayRoom.make();
    const { page, id } = await automatic(room);
    const list = (): string => readFileSync(join(room.places.stateDir, 'host/auto-logon.json'), 'utf8');
    const admin = { cookie: await room.pageCookie('admin') };
    const order = { configuration: { autoLogon: 'anna' }, password: 'admin' };
    const stale = { ...order, name: 'Door', was: 'Window' };
    const refused = await room.ask('PATCH', `/stations/${id}`, { ...admin, body: stale });
    assert.equal(refused.body.code, 'changed-meanwhile');
    await until('the computer has forgotten it', () => !list().includes('anna'));
    assert.equal((await room.ask('PATCH', `/stations/${id}`, { ...admin, body: order })).status, 200);
    assert.equal(await desktop(page), 'anna');
    await room.stopHost();
    await room.ask('PATCH', `/stations/${id}`, { local: true, body: { configuration: { autoLogon: '' } } });
    assert.match(list(), /anna/);
    await room.startHost();
    await until('the computer is told', () => !list().includes('anna'));
  });

  test('what fails says why and comes later each time', async () => {
    await using room = await GatewayRoom.make();
    const { page, configure, id } = await automatic(room);
    await configure('admin');
    await desktop(page);
    page.say({ say: 'sign-out' });
    await page.hear('free');
    await room.ask('PATCH', `/stations/${id}`, { local: true, body: { configuration: { users: ['ben'] } } });
    const waits = [];
    for (let round = 0; round < 2; round += 1) {
      page.say({ say: 'auto-logon', now: true });
      await page.hear('checking');
      const { because, autoLogon } = await page.hear('free');
      assert.equal(because.reason === 'refused' && because.error.code, 'account-not-here');
      waits.push(Math.ceil((autoLogon?.inMs ?? 0) / 10_000));
    }
    assert.deepEqual(waits, [3, 6]);
  });

  test('two stations do not share an account whose only session one would take from the other', async () => {
    await using room = await GatewayRoom.make();
    const { page, configure } = await automatic(room);
    await configure('admin');
    await desktop(page);
    const second = await room.station();
    const other = (await second.hear('free')).station.id;
    const share = () => room.ask('PATCH', `/stations/${other}`, { local: true, body: { configuration: { autoLogon: 'anna' } } });
    const { station } = (await room.ask('GET', '/sessions', { local: true })).body[0];
    const names = (await room.ask('GET', '/stations', { local: true })).body as { id: string; name: string }[];
    const refused = (await share()).body;
    assert.deepEqual(
      [refused.code, refused.details.station],
      ['auto-logon-shared', names.find(({ id }) => id === station)?.name],
    );
    await room.ask('PATCH', '/settings', { local: true, body: { multipleSessions: true } });
    assert.equal((await share()).status, 200);
    assert.equal(await desktop(second), 'anna');
    const sessions = (await room.ask('GET', '/sessions', { local: true })).body as { station: string; state: string }[];
    assert.deepEqual(
      sessions.map(({ state }) => state),
      ['active', 'active'],
    );
    assert.equal(new Set(sessions.map((session) => session.station)).size, 2);
  });

  test('where the settings no longer allow it, a station says so and leaves the other one alone', async () => {
    await using room = await GatewayRoom.make();
    await room.ask('PATCH', '/settings', { local: true, body: { multipleSessions: true } });
    const { page, configure } = await automatic(room);
    await configure('admin');
    await desktop(page);
    const second = await room.station();
    const other = (await second.hear('free')).station.id;
    await room.ask('PATCH', `/stations/${other}`, { local: true, body: { configuration: { autoLogon: 'anna' } } });
    assert.equal(await desktop(second), 'anna');
    second.say({ say: 'sign-out' });
    await second.hear('free');
    await room.ask('PATCH', '/settings', { local: true, body: { multipleSessions: false } });
    second.say({ say: 'auto-logon', now: true });
    await second.hear('checking');
    const { because, autoLogon } = await second.hear('free');
    assert.equal(because.reason === 'refused' && because.error.code, 'session-elsewhere');
    assert.ok(autoLogon?.inMs != null && autoLogon.inMs > 25_000);
    const sessions = (await room.ask('GET', '/sessions', { local: true })).body as { state: string }[];
    assert.ok(sessions.some(({ state }) => state === 'active'));
  });

  test('after a break each of several stations continues a session of its own', async () => {
    await using room = await GatewayRoom.make();
    await room.ask('PATCH', '/settings', { local: true, body: { multipleSessions: true } });
    const keys = [newStationKey(), newStationKey(), newStationKey()];
    const pages = await Promise.all(keys.map((key) => room.station(key)));
    for (const page of pages) {
      const { id } = (await page.hear('free')).station;
      const admin = { cookie: await room.pageCookie('admin') };
      const body = { configuration: { autoLogon: 'anna' }, password: 'admin' };
      assert.equal((await room.ask('PATCH', `/stations/${id}`, { ...admin, body })).status, 200);
      assert.equal(await desktop(page), 'anna');
    }
    const idsOf = async () =>
      ((await room.ask('GET', '/sessions', { local: true })).body as { id: string; station: string | null }[])
        .filter(({ station }) => station !== null)
        .map(({ id }) => id)
        .toSorted();
    const before = await idsOf();
    assert.equal(before.length, 3);
    await room.ask('POST', `/computers/${room.computerName}/suspend-all`, { local: true, body: {} });
    for (const page of pages) await page.hear('free');
    for (const page of pages) page.say({ say: 'auto-logon', now: true });
    for (const page of pages) assert.equal(await desktop(page), 'anna');
    assert.deepEqual(await idsOf(), before);
  });

  test('how long it waits', () => {
    const session = (cause: 'disconnected' | 'suspended-by-administrator' | 'computer-restarting') =>
      autoLogonDelayMs({ reason: 'session', cause, user: 'anna' }, 0);
    assert.equal(autoLogonDelayMs({ reason: 'none' }, 0), 0);
    assert.equal(session('disconnected'), 10_000);
    assert.equal(session('suspended-by-administrator'), null);
    assert.equal(session('computer-restarting'), 0);
    assert.equal(autoLogonDelayMs({ reason: 'none' }, 20), 600_000);
  });
});
