// Station pages and sessions on disk: what opens, what is lost, and what is said when the computer goes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import type { AuditEntry } from '#contract/api.ts';
import type { SavedSession } from '#model/session.ts';
import { closeCodes } from '#contract/wire.ts';
import { closeCode, GatewayRoom, newStationKey, until } from '../../../test/support/gateway-room.ts';
import type { TestStation } from '../../../test/support/gateway-room.ts';

const saved: SavedSession = { at: 1000, bytes: 5_000_000, programs: ['Mousepad', 'Firefox'], fault: null };
const onDisk = { state: 'hibernated', cause: 'suspended-too-long', saved } as const;
const lost = { state: 'lost', cause: 'power-lost', saved: { ...saved, bytes: 0, programs: ['LibreOffice Writer'] } } as const;
const damaged = { ...onDisk, saved: { ...saved, fault: 'image-damaged' } } as const;

const room = (settings = {}): Promise<GatewayRoom> => GatewayRoom.make({ scripted: true, settings });

async function freePage(room: GatewayRoom): Promise<TestStation> {
  const page = await room.station();
  await page.hear('free');
  return page;
}

function signIn(page: TestStation, user = 'anna'): void {
  page.say({ say: 'sign-in', user, password: user });
}

/** Everything that was said up to the next message of this kind, by kind. */
async function kindsUpTo(page: TestStation, last: string): Promise<string[]> {
  const kinds: string[] = [];
  while (kinds.at(-1) !== last) {
    const said = await page.next();
    kinds.push(said.say === 'opening' ? `opening ${said.what}` : said.say);
  }
  return kinds;
}

describe('what opens', () => {
  test('a new desktop, one in memory, one from disk: each is said', async () => {
    await using here = await room();
    here.script.add('ben');
    here.script.add('carla', onDisk);
    for (const [user, what] of [
      ['anna', 'start'],
      ['ben', 'resume'],
      ['carla', 'restore'],
    ] as const) {
      const page = await freePage(here);
      signIn(page, user);
      assert.equal((await page.hear('opening')).what, what, user);
      await page.hear('desktop');
    }
  });

  test('one that is just being saved is waited for, then read from disk', async () => {
    await using here = await room();
    const { id } = here.script.add('anna', { state: 'hibernating', cause: 'suspended-too-long' });
    let go: () => void = () => {};
    here.script.opening = () => new Promise((resolve) => (go = resolve));
    const page = await freePage(here);
    signIn(page);
    assert.equal((await page.hear('opening')).what, 'save');
    await until('it waits', () => here.script.sessions.get(id)?.station !== null);
    here.script.happen(id, 'saved', { cause: 'suspended-too-long', saved });
    go();
    assert.equal((await page.hear('opening')).what, 'restore');
    await until('it is being restored', () => here.script.sessions.get(id)?.state === 'restoring');
    go();
    const { ticket } = await page.hear('desktop');
    await using x = await here.xServer(id);
    await here.pixels(ticket);
    await until('its pixels come', () => x.connections.length === 1);
  });

  test('the choice has those on disk, and says so; the chosen one is continued', async () => {
    await using here = await room({ multipleSessions: true });
    const inMemory = here.script.add('anna');
    const asleep = here.script.add('anna', onDisk);
    here.script.add('anna', lost);
    here.script.add('anna', damaged);
    const page = await freePage(here);
    signIn(page);
    await page.hear('lost');
    page.say({ say: 'accept-lost' });
    const { sessions } = await page.hear('choose');
    assert.deepEqual(
      sessions.map((one) => [one.session, one.saved]),
      [
        [inMemory.id, false],
        [asleep.id, true],
      ],
    );
    page.say({ say: 'choose', session: asleep.id });
    assert.equal((await page.hear('opening')).what, 'restore');
    await page.hear('desktop');
    assert.equal(here.script.sessions.get(asleep.id)?.state, 'active');
    assert.equal(here.script.sessions.get(inMemory.id)?.state, 'suspended');
  });

  test('with several sessions allowed, the only one that is free is continued also from disk', async () => {
    await using here = await room({ multipleSessions: true });
    const { id } = here.script.add('anna', onDisk);
    const page = await freePage(here);
    signIn(page);
    await page.hear('desktop');
    assert.deepEqual([...here.script.sessions.keys()], [id]);
  });

  test('a page that comes back while its session is being restored waits for it', async () => {
    await using here = await room();
    const { id } = here.script.add('anna', onDisk);
    let go: () => void = () => {};
    here.script.opening = () => new Promise((resolve) => (go = resolve));
    const key = newStationKey();
    const page = await here.station(key);
    await page.hear('free');
    signIn(page);
    await page.hear('opening');
    await until('it is being restored', () => here.script.sessions.get(id)?.state === 'restoring');
    page.socket.terminate();
    const again = await here.station(key);
    assert.equal((await again.hear('opening')).what, 'restore');
    go();
    await again.hear('desktop');
  });
});

describe('what cannot be continued', () => {
  for (const code of [
    'image-damaged',
    'image-foreign',
    'restore-failed',
    'software-changed',
    'processor-lacks',
    'display-taken',
    'memory-short',
    'home-missing',
  ] as const) {
    test(`${code}: the sign-in page says so, and what was open`, async () => {
      await using here = await room();
      const { id } = here.script.add('anna', onDisk);
      here.script.opening = () => Promise.reject(new CodedError(code, { name: 'x' }));
      const page = await freePage(here);
      signIn(page);
      const { because } = await page.hear('free');
      assert.ok(because.reason === 'refused');
      assert.equal(because.error.code, code);
      assert.deepEqual(because.error.details, { name: 'x', programs: 'Mousepad, Firefox' });
      assert.equal(here.script.sessions.get(id)?.state, 'hibernated');
      const { body } = await here.ask('GET', '/audit?search=session.restore', { local: true });
      assert.deepEqual(
        body.map((entry: AuditEntry) => [entry.actor, entry.target, entry.outcome, entry.details['session']]),
        [['', 'anna', code, id]],
      );
    });
  }

  test('one that failed once is continued or left alone, as the person chooses; it keeps nobody from working', async () => {
    await using here = await room();
    const failed = here.script.add('anna', { ...onDisk, saved: { ...saved, fault: 'memory-short' } });
    const page = await freePage(here);
    signIn(page);
    const { sessions, mayStartNew } = await page.hear('choose');
    assert.deepEqual(
      [sessions.map((one) => [one.session, one.saved, one.fault]), mayStartNew],
      [[[failed.id, true, 'memory-short']], true],
    );
    page.say({ say: 'choose', session: 'new' });
    assert.equal((await page.hear('opening')).what, 'start');
    await page.hear('desktop');
    page.say({ say: 'sign-out' });
    await page.hear('free');
    signIn(page);
    await page.hear('choose');
    page.say({ say: 'choose', session: failed.id });
    assert.equal((await page.hear('opening')).what, 'restore');
    await page.hear('desktop');
  });

  test('a session beside it that is well must be continued where only one is allowed', async () => {
    await using here = await room();
    here.script.add('anna', { ...onDisk, saved: { ...saved, fault: 'memory-short' } });
    here.script.add('anna');
    const page = await freePage(here);
    signIn(page);
    assert.equal((await page.hear('choose')).mayStartNew, false);
    page.say({ say: 'choose', session: 'new' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
  });

  test('what is lost is said once, before the desktop; accepted, it is gone for good', async () => {
    await using here = await room();
    const gone = here.script.add('anna', lost);
    const bens = here.script.add('ben', lost);
    const page = await freePage(here);
    signIn(page);
    const { sessions } = await page.hear('lost');
    const { startedAt } = gone;
    assert.deepEqual(sessions, [{ startedAt, at: saved.at, programs: ['LibreOffice Writer'], cause: 'power-lost', fault: null }]);
    assert.equal(here.script.heardOf('session.enter').length, 0);
    page.say({ say: 'choose', session: 'new' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    page.say({ say: 'accept-lost' });
    assert.deepEqual(await kindsUpTo(page, 'desktop'), ['checking', 'opening start', 'desktop']);
    assert.deepEqual(here.script.heardOf('session.end'), [{ session: gone.id, cause: 'dismissed', afterMs: 0 }]);
    assert.ok(here.script.sessions.has(bens.id), "another person's loss stays to be told");
    page.say({ say: 'accept-lost' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    page.say({ say: 'sign-out' });
    await page.hear('free');
    signIn(page);
    assert.deepEqual(await kindsUpTo(page, 'desktop'), ['checking', 'opening start', 'desktop']);
  });

  test('a damaged one is kept for the administrator, told once also after a restart of the gateway, and a new desktop starts', async () => {
    await using here = await room();
    const { id } = here.script.add('anna', damaged);
    const key = newStationKey();
    const page = await here.station(key);
    await page.hear('free');
    signIn(page);
    assert.deepEqual(
      (await page.hear('lost')).sessions.map(({ fault, programs }) => [fault, programs]),
      [['image-damaged', saved.programs]],
    );
    page.say({ say: 'accept-lost' });
    await page.hear('desktop');
    assert.equal(here.script.heardOf('session.end').length, 0);
    assert.equal(here.script.sessions.get(id)?.state, 'hibernated');
    page.say({ say: 'sign-out' });
    await page.hear('free');
    await here.stopGateway();
    await here.startGateway();
    const again = await here.station(key);
    await again.hear('free');
    signIn(again);
    assert.deepEqual(await kindsUpTo(again, 'desktop'), ['checking', 'opening start', 'desktop']);
  });

  test('a loss that was not accepted is told again; one that cannot be ended keeps nobody from working', async () => {
    await using here = await room();
    here.script.add('anna', lost);
    here.script.answer('session.end', () => {
      throw new CodedError('disk-full');
    });
    const page = await freePage(here);
    signIn(page);
    await page.hear('lost');
    page.say({ say: 'cancel' });
    await page.hear('free');
    signIn(page);
    await page.hear('lost');
    page.say({ say: 'accept-lost' });
    await page.hear('desktop');
    page.say({ say: 'disconnect' });
    await page.hear('free');
    signIn(page);
    assert.deepEqual(await kindsUpTo(page, 'desktop'), ['checking', 'opening resume', 'desktop']);
  });

  test('the loss of an account of the same name but another uid is not told', async () => {
    await using here = await room();
    here.script.add('anna', { ...lost, uid: 4242 });
    const page = await freePage(here);
    signIn(page);
    assert.deepEqual(await kindsUpTo(page, 'desktop'), ['checking', 'opening start', 'desktop']);
  });
});

describe('a computer that leaves', () => {
  const leaving = (seconds: number) => ({ local: true, body: { how: 'restart', seconds } });

  test('warns every station page, also those that come later or get a desktop, and takes it back', async () => {
    await using here = await room();
    const path = `/computers/${here.computerName}`;
    const free = await freePage(here);
    const busy = await freePage(here);
    await busy.signIn('anna');
    assert.equal((await here.ask('POST', `${path}/leave`, leaving(60))).status, 200);
    for (const page of [free, busy]) {
      const { how, remainingMs } = await page.hear('leaving');
      assert.equal(how, 'restart');
      assert.ok(remainingMs !== null && remainingMs > 50_000 && remainingMs <= 60_000, String(remainingMs));
    }
    const later = await here.station();
    await later.hear('free');
    assert.ok(((await later.hear('leaving')).remainingMs ?? 0) > 50_000);
    busy.say({ say: 'ticket' });
    assert.deepEqual(await kindsUpTo(busy, 'leaving'), ['desktop', 'leaving']);
    // The same end, told a little otherwise, is nothing new; another end is.
    const { leaving: now } = here.script.computer;
    assert.ok(now !== null);
    here.script.changeComputer({ leaving: { ...now, until: now.until + 3 } });
    here.script.changeComputer({ leaving: { ...now, until: now.until + 600_000 } });
    for (const page of [free, busy, later]) assert.ok(((await page.hear('leaving')).remainingMs ?? 0) > 600_000);
    await here.ask('POST', `${path}/stay`, { local: true });
    for (const page of [free, busy, later])
      assert.deepEqual(await page.hear('leaving'), { say: 'leaving', how: 'restart', remainingMs: null });
  });

  test('while sessions are saved every station waits and says why; if it does not go, the stations are free with the reason', async () => {
    await using here = await room();
    const free = await freePage(here);
    const busy = await freePage(here);
    const ticket = await busy.signIn('anna');
    const [session] = here.script.sessions.values();
    const id = session?.id ?? '';
    await using _x = await here.xServer(id);
    const cut = closeCode(await here.pixels(ticket));
    await here.ask('POST', `/computers/${here.computerName}/leave`, leaving(0));
    const [now] = [here.script.computer.leaving];
    assert.ok(now !== null && now !== undefined);
    here.script.changeComputer({ leaving: { ...now, phase: 'saving' } });
    assert.equal((await free.hear('wait')).why, 'computer-restarting');
    here.script.happen(id, 'suspend', { station: null, cause: 'computer-restarting' });
    assert.equal((await busy.hear('wait')).why, 'computer-restarting');
    assert.equal(await cut, closeCodes.sessionLeft);
    signIn(free, 'ben');
    assert.equal((await free.hear('wait')).why, 'computer-restarting');
    // The host program goes before the gateway does: that is no reason to say something else.
    await here.stopHost();
    const late = await here.station();
    await late.hear('configured');
    assert.equal((await late.next()).say, 'wait');
    here.script.changeComputer({ leaving: null });
    await here.startHost();
    assert.deepEqual((await busy.hear('free')).because, { reason: 'session', cause: 'computer-restarting', user: 'anna' });
    const { because } = await free.hear('free');
    assert.equal(because.reason === 'refused' ? because.error.code : because.reason, 'computer-leaving');
  });

  test('a shutdown is called one', async () => {
    await using here = await room();
    const page = await freePage(here);
    await here.ask('POST', `/computers/${here.computerName}/leave`, { local: true, body: { how: 'shut-down' } });
    const { how, remainingMs } = await page.hear('leaving');
    assert.equal(how, 'shut-down');
    assert.ok(remainingMs !== null && remainingMs > 20_000 && remainingMs <= 30_000, 'the setting counts where nothing is said');
    const { leaving: now } = here.script.computer;
    assert.ok(now !== null);
    here.script.changeComputer({ leaving: { ...now, phase: 'going' } });
    assert.equal((await page.hear('wait')).why, 'computer-shutting-down');
  });
});
