// Station pages as they come, become stations, sign in, show desktops and lose them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeCodes } from '#contract/wire.ts';
import { closeCode, GatewayRoom, newStationKey, until } from '../../../test/support/gateway-room.ts';

describe('becoming a station', () => {
  test('with enrolment open a browser is a station at once, under the lowest free name', async () => {
    await using room = await GatewayRoom.make();
    const one = await room.station();
    assert.equal((await one.hear('free')).station.name, 'Station 1');
    const two = await room.station();
    const { station } = await two.hear('free');
    assert.equal(station.name, 'Station 2');
    const three = await room.station();
    assert.equal((await three.hear('free')).station.name, 'Station 3');
    await room.ask('DELETE', `/stations/${station.id}`, { local: true });
    assert.equal((await two.closed).code, closeCodes.removed);
    const four = await room.station();
    assert.equal((await four.hear('free')).station.name, 'Station 2');
  });

  test('the same key is the same station after the page and the gateway restart', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const before = (await (await room.station(key)).hear('free')).station;
    await room.ask('PATCH', `/stations/${before.id}`, { local: true, body: { name: 'By the window', was: 'Station 1' } });
    await room.stopGateway();
    await room.startGateway();
    const after = (await (await room.station(key)).hear('free')).station;
    assert.deepEqual(after, { id: before.id, name: 'By the window' });
  });

  test('with approval the page waits with a word, and goes on by itself once the administrator says yes', async () => {
    await using room = await GatewayRoom.make({ settings: { enrolment: 'approval' } });
    const page = await room.station();
    const { way, label, error } = await page.hear('enrol');
    assert.deepEqual({ way, error }, { way: 'approval', error: null });
    const { body } = await room.ask('GET', '/stations', { local: true });
    assert.deepEqual(
      body.map((station: { name: string; state: string }) => [station.name, station.state]),
      [[label, 'waiting']],
    );
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    const admitted = await room.ask('POST', `/stations/${body[0].id}/admit`, { local: true });
    assert.equal(admitted.body.name, 'Station 1');
    assert.equal((await page.hear('free')).station.name, 'Station 1');
    await page.signIn('anna');
  });

  test('a page that waits and goes leaves nothing; one that was refused is closed', async () => {
    await using room = await GatewayRoom.make({ settings: { enrolment: 'approval' } });
    const page = await room.station();
    await page.hear('enrol');
    page.socket.terminate();
    await until(
      'the waiting page is forgotten',
      async () => (await room.ask('GET', '/stations', { local: true })).body.length === 0,
    );
    const other = await room.station();
    await other.hear('enrol');
    const [{ id }] = (await room.ask('GET', '/stations', { local: true })).body;
    await room.ask('DELETE', `/stations/${id}`, { local: true });
    assert.equal((await other.closed).code, closeCodes.removed);
  });

  test('a code lets browsers in for its time, a wrong or old one does not', async () => {
    await using room = await GatewayRoom.make({ settings: { enrolment: 'code' } });
    const { code } = (await room.ask('POST', '/stations/codes', { local: true, body: { minutes: 10 } })).body;
    const page = await room.station();
    assert.equal((await page.hear('enrol')).way, 'code');
    page.say({ say: 'enrol', code: 'AAAA-AAAA' });
    assert.equal((await page.hear('enrol')).error?.code, 'code-wrong');
    page.say({ say: 'enrol', code: code.toLowerCase().replace('-', ' ') });
    assert.equal((await page.hear('free')).station.name, 'Station 1');
    // Also after a restart, with the clock set back an hour: the code holds no longer than it was given.
    await room.stopGateway();
    await room.startGateway();
    const second = await room.station();
    await second.hear('enrol');
    second.say({ say: 'enrol', code });
    await second.hear('free');
    room.clock.wallShiftMs -= 3_600_000;
    room.clock.monotonicShiftMs += 11 * 60_000;
    const third = await room.station();
    await third.hear('enrol');
    third.say({ say: 'enrol', code });
    assert.equal((await third.hear('enrol')).error?.code, 'code-wrong');
  });

  test('a forged proof is refused, and so is the proof of another nonce or key', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    await (await room.station(key)).hear('free');
    const thief = newStationKey();
    const page = await room.openPage({ ...key, sign: (text) => thief.sign(text) });
    await page.prove();
    assert.equal((await page.hear('error')).error.code, 'proof-wrong');
    assert.equal((await page.closed).code, closeCodes.refused);
    const late = await room.openPage({ ...key, sign: () => key.sign(`stationmaster station ${room.origin} old`) });
    await late.prove();
    assert.equal((await late.closed).code, closeCodes.refused);
    const nonsense = await room.openPage({ x: 'A'.repeat(43), y: 'B'.repeat(43), sign: () => 'C'.repeat(86) });
    await nonsense.prove();
    assert.equal((await nonsense.closed).code, closeCodes.refused);
  });

  test('the newest window of a station wins, the older one is told and its pixels are cut', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const first = await room.station(key);
    await first.hear('free');
    const ticket = await first.signIn('anna');
    const [session] = room.sessions.list();
    await using _x = await room.xServer(session?.id ?? '');
    const pixels = await room.pixels(ticket);
    const cut = closeCode(pixels);
    const second = await room.station(key);
    assert.equal((await second.hear('desktop')).user, 'anna');
    assert.equal((await first.closed).code, closeCodes.replaced);
    assert.equal(await cut, closeCodes.replaced);
    assert.equal(room.sessions.list()[0]?.state, 'active');
  });

  test('messages that are none end that page and disturb no other', async () => {
    await using room = await GatewayRoom.make();
    const calm = await room.station();
    await calm.hear('free');
    for (const garbage of ['{', '[]', '{"say":"dance"}', '{"say":"hello"}', 'null', '"x"']) {
      const page = await room.openPage();
      page.socket.send(garbage);
      assert.equal((await page.closed).code, closeCodes.badMessage, garbage);
    }
    const binary = await room.openPage();
    binary.socket.send(Buffer.from('{"say":"cancel"}'));
    assert.equal((await binary.closed).code, closeCodes.badMessage);
    const long = await room.openPage();
    long.socket.send(`{"say":"enrol","code":"${'x'.repeat(70_000)}"}`);
    assert.equal((await long.closed).code, 1009);
    const loud = await room.station();
    await loud.hear('free');
    for (let times = 0; times < 400; times += 1) loud.socket.send('{"say":"cancel"}');
    assert.equal((await loud.closed).code, closeCodes.tooMany);
    await calm.signIn('anna');
  });

  test('whatever is said at a wrong moment is answered with an error', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.openPage();
    page.say({ say: 'proof', signature: 'x'.repeat(86) });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    page.say({ say: 'lock' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    await page.prove();
    await page.hear('free');
    for (const say of ['lock', 'disconnect', 'sign-out', 'ticket', 'cancel', 'accept-notice'] as const) {
      page.say({ say });
      assert.equal((await page.hear('error')).error.code, 'not-possible-now', say);
    }
    page.say({ say: 'answer', answer: 'x' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    page.say({ say: 'choose', session: 'new' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    page.say({ say: 'unlock', password: 'x' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    page.say({ say: 'enrol', code: 'x' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    await page.signIn('anna');
    page.say({ say: 'sign-in', user: 'ben', password: 'ben' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
  });
});

describe('signing in', () => {
  test('a wrong password and an unknown name are told in the same words', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.station();
    await page.hear('free');
    const reasons: unknown[] = [];
    for (const user of ['anna', 'nobody-there', '', '-rf', 'a b', 'x'.repeat(256), 'né\ufffd']) {
      page.say({ say: 'sign-in', user, password: 'wrong' });
      reasons.push((await page.hear('free')).because);
    }
    for (const reason of reasons) assert.deepEqual(reason, reasons[0]);
    assert.equal((reasons[0] as { error: { code: string } }).error.code, 'wrong-credentials');
    page.say({ say: 'sign-in', user: 'x'.repeat(257), password: 'wrong' });
    assert.equal((await page.closed).code, closeCodes.badMessage);
  });

  test('what PAM asks further goes to the page and back', async () => {
    const question = { visible: false, text: 'New password:', messages: ['Your password has expired.'] };
    await using room = await GatewayRoom.make({ further: { question, answer: 'new' } });
    const page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    assert.deepEqual((await page.hear('question')).question, question);
    page.say({ say: 'cancel' });
    assert.deepEqual((await page.hear('free')).because, { reason: 'none' });
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await page.hear('question');
    page.say({ say: 'answer', answer: 'new' });
    assert.equal((await page.hear('desktop')).user, 'anna');
  });

  test('a page that goes in the middle of a sign-in leaves nothing behind', async () => {
    const question = { visible: false, text: 'Code:', messages: [] };
    await using room = await GatewayRoom.make({ further: { question, answer: '1' } });
    const page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await page.hear('question');
    page.socket.terminate();
    const other = await room.station();
    await other.hear('free');
    assert.deepEqual(room.sessions.list(), []);
  });

  test('a standard user accepts the notice once, an administrator never sees it', async () => {
    await using room = await GatewayRoom.make({ settings: { privacyNotice: true } });
    const page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await page.hear('notice');
    page.say({ say: 'cancel' });
    await page.hear('free');
    assert.deepEqual(room.sessions.list(), []);
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await page.hear('notice');
    page.say({ say: 'accept-notice' });
    await page.hear('desktop');
    page.say({ say: 'disconnect' });
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await page.hear('desktop');
    assert.equal(page.heard.filter(({ say }) => say === 'notice').length, 2);
    const second = await room.station();
    await second.hear('free');
    await second.signIn('admin');
    assert.ok(!second.heard.some(({ say }) => say === 'notice'));
  });

  test('signing in elsewhere moves the session; the old station says where to', async () => {
    await using room = await GatewayRoom.make();
    const one = await room.station();
    await one.hear('free');
    await one.signIn('anna');
    const two = await room.station();
    await two.hear('free');
    await two.signIn('anna');
    assert.deepEqual((await one.hear('free')).because, { reason: 'moved', station: 'Station 2', user: 'anna', ordered: false });
    assert.equal(room.sessions.list().length, 1);
  });

  test('two sign-ins of one account at the same instant make one session and one winner', async () => {
    await using room = await GatewayRoom.make();
    const one = await room.station();
    const two = await room.station();
    await one.hear('free');
    await two.hear('free');
    one.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    two.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    const last = async (page: typeof one): Promise<string> => {
      for (;;) {
        const said = await page.next();
        if (said.say === 'desktop' || said.say === 'free') return said.say;
      }
    };
    await Promise.all([last(one), last(two)]);
    assert.equal(room.sessions.list().length, 1);
    const [session] = room.sessions.list();
    assert.equal(session?.state, 'active');
    const showing = [one, two].filter(
      (page) => page.heard.findLast(({ say }) => say === 'desktop' || say === 'free')?.say === 'desktop',
    );
    assert.equal(showing.length, 1);
  });

  test('of several suspended sessions the person chooses; with one and one only it goes on', async () => {
    await using room = await GatewayRoom.make({ settings: { multipleSessions: true } });
    const one = await room.station();
    const two = await room.station();
    await one.hear('free');
    await two.hear('free');
    await one.signIn('anna');
    await two.signIn('anna');
    assert.equal(room.sessions.list().length, 2);
    await room.ask('POST', `/computers/${room.computerName}/suspend-all`, { local: true });
    await one.hear('free');
    one.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    const { sessions, mayStartNew } = await one.hear('choose');
    assert.equal(mayStartNew, true);
    assert.deepEqual(
      sessions.map(({ session }) => session).toSorted(),
      room.sessions
        .list()
        .map(({ id }) => id)
        .toSorted(),
    );
    one.say({ say: 'choose', session: 'aaaaaaaaaaaaaaaa' });
    assert.equal((await one.hear('error')).error.code, 'not-possible-now');
    const second = sessions[1]?.session ?? '';
    one.say({ say: 'choose', session: second });
    await one.hear('desktop');
    assert.equal(room.sessions.list().find(({ id }) => id === second)?.state, 'active');
    await two.hear('free');
    two.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await two.hear('choose');
    two.say({ say: 'choose', session: 'new' });
    await two.hear('desktop');
    assert.equal(room.sessions.list().length, 3);
  });

  test('a desktop that fails is told with its reason', async () => {
    await using room = await GatewayRoom.make();
    room.computer.opening = 'fails';
    const page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    const { because } = await page.hear('free');
    assert.equal(because.reason === 'refused' ? because.error.code : because, 'desktop-failed');
  });

  test('a session suspended while it starts leaves its station with the reason', async () => {
    await using room = await GatewayRoom.make();
    room.computer.opening = 'when-told';
    const page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    await page.hear('opening');
    await until('it starts', () => room.computer.waiting().length === 1);
    const [session] = room.sessions.list();
    await room.ask('POST', `/sessions/${session?.id}/suspend`, { local: true });
    assert.deepEqual((await page.hear('free')).because, { reason: 'session', cause: 'suspended-by-administrator', user: 'anna' });
    room.computer.finishOpening(session?.id ?? '', true);
    await until('it is suspended', () => room.sessions.list()[0]?.state === 'suspended');
  });
});

describe('a session at a station', () => {
  test('disconnect, lock, unlock and sign out do what they say', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.station();
    await page.hear('free');
    const ticket = await page.signIn('anna');
    const [session] = room.sessions.list();
    await using x = await room.xServer(session?.id ?? '');
    const pixels = await room.pixels(ticket);
    const cut = closeCode(pixels);
    page.say({ say: 'lock' });
    await page.hear('locked');
    assert.equal(await cut, closeCodes.sessionLeft);
    for (const say of ['disconnect', 'sign-out', 'ticket', 'lock'] as const) {
      page.say({ say });
      assert.equal((await page.hear('error')).error.code, 'not-possible-now', say);
    }
    page.say({ say: 'unlock', password: 'wrong' });
    assert.equal((await page.hear('locked')).error?.code, 'wrong-credentials');
    page.say({ say: 'unlock', password: 'anna' });
    const again = await page.hear('desktop');
    const second = await room.pixels(again.ticket);
    await until('the pixels come again', () => x.connections.length === 2);
    page.say({ say: 'disconnect' });
    assert.deepEqual((await page.hear('free')).because, { reason: 'session', cause: 'disconnected', user: 'anna' });
    assert.equal(await closeCode(second), closeCodes.sessionLeft);
    await page.signIn('anna');
    page.say({ say: 'sign-out' });
    assert.deepEqual((await page.hear('free')).because, { reason: 'session', cause: 'signed-out', user: 'anna' });
    await until('it has ended', () => room.sessions.list().length === 0);
  });

  test('a locked station stays locked for a page that comes back, and for another account', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const page = await room.station(key);
    await page.hear('free');
    await page.signIn('anna');
    page.say({ say: 'lock' });
    await page.hear('locked');
    const again = await room.station(key);
    assert.equal((await again.hear('locked')).user, 'anna');
    again.say({ say: 'sign-in', user: 'ben', password: 'ben' });
    assert.equal((await again.hear('error')).error.code, 'not-possible-now');
  });

  test('the countdown of a log-off is shown, can be taken back, and comes again with the page', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const page = await room.station(key);
    await page.hear('free');
    await page.signIn('anna');
    const [session] = room.sessions.list();
    await room.ask('POST', `/sessions/${session?.id}/log-off`, { local: true, body: { seconds: 60 } });
    const { remainingMs } = await page.hear('countdown');
    assert.ok(remainingMs !== null && remainingMs > 50_000 && remainingMs <= 60_000, String(remainingMs));
    const again = await room.station(key);
    assert.ok(((await again.hear('countdown')).remainingMs ?? 0) > 50_000);
    await room.ask('POST', `/sessions/${session?.id}/keep`, { local: true });
    assert.equal((await again.hear('countdown')).remainingMs, null);
    await room.ask('POST', `/sessions/${session?.id}/log-off`, { local: true, body: { seconds: 0 } });
    assert.deepEqual((await again.hear('free')).because, {
      reason: 'session',
      cause: 'logged-off-by-administrator',
      user: 'anna',
    });
  });

  test('identify shows and hides the name, also for a page that comes later', async () => {
    await using room = await GatewayRoom.make();
    const key = newStationKey();
    const page = await room.station(key);
    const { station } = await page.hear('free');
    await room.ask('POST', `/stations/${station.id}/identify`, { local: true, body: { on: true } });
    assert.equal((await page.hear('identify')).on, true);
    const again = await room.station(key);
    assert.deepEqual(await again.hear('identify'), {
      say: 'identify',
      on: true,
      station: 'Station 1',
      computer: room.computerName,
    });
    await room.ask('POST', `/computers/${room.computerName}/identify`, { local: true, body: { on: false } });
    assert.equal((await again.hear('identify')).on, false);
  });

  test('a page that comes back within the grace time has its desktop again', async () => {
    await using room = await GatewayRoom.make({ settings: { graceSeconds: 60 } });
    const key = newStationKey();
    const page = await room.station(key);
    await page.hear('free');
    await page.signIn('anna');
    page.socket.terminate();
    await until('the page is gone', async () => !(await room.ask('GET', '/stations', { local: true })).body[0].online);
    const again = await room.station(key);
    await again.hear('desktop');
    assert.equal(room.sessions.list()[0]?.attachment, 1);
  });

  test('a session whose station stays away is suspended after the grace time, also one found after a start of the gateway', async () => {
    await using room = await GatewayRoom.make({ settings: { graceSeconds: 1 } });
    const key = newStationKey();
    const page = await room.station(key);
    await page.hear('free');
    await page.signIn('anna');
    page.socket.terminate();
    await until('it is suspended', () => room.sessions.list()[0]?.state === 'suspended');
    assert.equal(room.sessions.list()[0]?.cause, 'station-lost');
    const again = await room.station(key);
    assert.deepEqual((await again.hear('free')).because, { reason: 'session', cause: 'station-lost', user: 'anna' });
    await again.signIn('anna');
    await room.stopGateway();
    assert.equal((await again.closed).code, closeCodes.restarting);
    assert.equal(room.sessions.list()[0]?.state, 'active');
    await room.startGateway();
    await until('it is suspended', () => room.sessions.list()[0]?.state === 'suspended');
  });

  test('a stale grace time does not suspend a session that went on elsewhere', async () => {
    await using room = await GatewayRoom.make({ settings: { graceSeconds: 1 } });
    const one = await room.station();
    await one.hear('free');
    await one.signIn('anna');
    one.socket.terminate();
    const two = await room.station();
    await two.hear('free');
    await two.signIn('anna');
    const three = await room.station();
    await three.hear('free');
    await three.signIn('ben');
    three.socket.terminate();
    await until('the grace time of the third is over', () => room.sessions.list().some(({ state }) => state === 'suspended'));
    assert.equal(room.sessions.list().find(({ user }) => user === 'anna')?.state, 'active');
  });

  test('a station removed by the administrator lets its session go on suspended', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.station();
    const { station } = await page.hear('free');
    const ticket = await page.signIn('anna');
    await room.ask('DELETE', `/stations/${station.id}`, { local: true });
    assert.equal((await page.closed).code, closeCodes.removed);
    assert.equal(room.sessions.list()[0]?.state, 'suspended');
    assert.equal(await closeCode(await room.pixels(ticket)), closeCodes.refused);
  });

  test('an X server that dies ends the session, and the station says why', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.station();
    await page.hear('free');
    await page.signIn('anna');
    room.computer.crash(room.sessions.list()[0]?.id ?? '', 'x-server-died');
    assert.deepEqual((await page.hear('free')).because, { reason: 'session', cause: 'x-server-died', user: 'anna' });
  });

  test('while the host is away free pages wait and desktops stay; then all goes on by itself', async () => {
    await using room = await GatewayRoom.make();
    const free = await room.station();
    await free.hear('free');
    const busy = await room.station();
    await busy.hear('free');
    await busy.signIn('anna');
    await room.stopHost();
    assert.equal((await free.hear('wait')).why, 'host-unreachable');
    busy.say({ say: 'ticket' });
    await busy.hear('desktop');
    busy.say({ say: 'disconnect' });
    assert.equal((await busy.hear('error')).error.code, 'computer-unreachable');
    free.say({ say: 'sign-in', user: 'ben', password: 'ben' });
    await free.hear('wait');
    await room.startHost();
    await free.hear('free');
    await free.signIn('ben');
    assert.deepEqual(
      room.sessions.list().map(({ user, state }) => [user, state]),
      [
        ['anna', 'active'],
        ['ben', 'active'],
      ],
    );
  });

  test('a session that ended while the host was away leaves its station', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.station();
    await page.hear('free');
    await page.signIn('anna');
    const id = room.sessions.list()[0]?.id ?? '';
    await room.stopHost();
    room.computer.crash(id, 'desktop-ended');
    await room.startHost();
    const { because } = await page.hear('free');
    assert.equal(because.reason, 'session');
  });
});
