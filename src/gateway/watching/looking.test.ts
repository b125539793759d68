// Pictures of sessions over the API: real X servers behind the sessions of a room.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { pixelSocket } from '#contract/places.ts';
import type { AuditEntry } from '#contract/api.ts';
import { GatewayRoom, until } from '../../../test/support/gateway-room.ts';
import type { AskOptions, Reply } from '../../../test/support/gateway-room.ts';
import { countConnections, desk } from '../../../test/support/watched-desk.ts';
import { startXServer } from '../../../test/support/x-server.ts';

const root: AskOptions = { local: true };

const look = async (room: GatewayRoom, session: string, options: AskOptions = root, query = ''): Promise<Reply> =>
  await room.ask('GET', `/sessions/${session}/picture${query}`, options);

const having = (reply: Reply, options: AskOptions = root): AskOptions => ({
  ...options,
  headers: { 'if-none-match': String(reply.headers['etag']) },
});

/** A request that was sent before is under way once a later one has its answer. */
const afterThat = async (room: GatewayRoom, session: string): Promise<void> => {
  assert.equal((await look(room, session)).status, 200);
};

const trace = async (room: GatewayRoom, action: string): Promise<AuditEntry[]> =>
  (await room.ask('GET', `/audit?action=${action}`, root)).body;

describe('the picture of a session', () => {
  test('is a JPEG of its screen in the size that was asked for, which nobody keeps', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    for (const [query, widthPx] of [
      ['', 640],
      ['?size=tiny', 160],
      ['?size=small', 320],
      ['?size=large', 800],
    ] as const) {
      const { status, headers, bytes } = await look(room, anna.session, root, query);
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'image/jpeg');
      assert.equal(headers['cache-control'], 'private, no-store');
      const { width, height } = await sharp(bytes).metadata();
      assert.deepEqual([width, height], [widthPx, (widthPx * 3) / 4]);
    }
    for (const query of ['?size=huge', '?wait=26', '?wait=-1', '?wait=x'])
      assert.equal((await look(room, anna.session, root, query)).status, 400);
    assert.equal((await look(room, 'aaaaaaaaaaaaaaaa')).body.code, 'session-not-found');
  });

  test('is made once for all who watch, over one connection, and costs nothing while the screen is still', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    const cookie = await room.pageCookie('teacher', 'dashboard');
    const [one, other] = await Promise.all([look(room, anna.session), look(room, anna.session, { cookie })]);
    assert.ok(one.bytes.length > 1000);
    assert.deepEqual(one.bytes, other.bytes);
    assert.equal(one.headers['etag'], other.headers['etag']);
    const same = await look(room, anna.session, having(one));
    assert.deepEqual([same.status, same.bytes.length, same.headers['etag']], [304, 0, one.headers['etag']]);
    assert.equal((await look(room, anna.session, having(one), '?wait=1')).status, 304);

    const waiting = [
      look(room, anna.session, having(one), '?wait=25'),
      look(room, anna.session, having(one, { cookie }), '?wait=25'),
    ];
    await afterThat(room, anna.session);
    await anna.x.run('xsetroot', ['-solid', '#cc3366']);
    const [next, nextOfOther] = await Promise.all(waiting);
    assert.equal(next?.status, 200);
    assert.notEqual(next?.headers['etag'], one.headers['etag']);
    assert.deepEqual(next?.bytes, nextOfOther?.bytes);
    assert.deepEqual(anna.connections, { all: 1, open: 1 });
    await until('nobody watches any more, and nothing runs', () => anna.connections.open === 0);
  });

  test('is of suspended sessions as well; a session that is saved is let go at once and has its last picture', async () => {
    await using room = await GatewayRoom.make({ scripted: true });
    const page = await room.station();
    await page.hear('free');
    await page.signIn('anna');
    const session = [...room.script.sessions.keys()][0] ?? '';
    await using x = await startXServer();
    const path = pixelSocket(room.places, session);
    mkdirSync(dirname(path), { recursive: true });
    await using counted = await countConnections(path, x);
    const { connections } = counted;
    page.say({ say: 'disconnect' });
    await page.hear('free');
    const file = join(room.places.gatewayStateDir, 'pictures', `${session}.jpg`);
    await until('the last picture is kept', () => existsSync(file));
    const live = await look(room, session);
    assert.equal(live.status, 200);
    const waiting = look(room, session, having(live), '?wait=25');
    await afterThat(room, session);
    room.script.happen(session, 'hibernate', { cause: 'suspended-too-long' });
    await until('nobody watches', () => connections.open === 0);
    assert.equal((await waiting).body.code, 'no-picture');
    room.script.happen(session, 'saved', { cause: 'saved' });
    rmSync(path);
    const kept = await look(room, session);
    assert.deepEqual([kept.status, kept.headers['content-type']], [200, 'image/jpeg']);
    assert.equal((await look(room, session, having(kept))).status, 304);
  });

  test('is refused with a plain code when the X server dies, or the session ends, while somebody watches', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    await using ben = await desk(room, 'ben');
    const ofAnna = await look(room, anna.session);
    const ofBen = await look(room, ben.session);
    const killed = look(room, anna.session, having(ofAnna), '?wait=25');
    const ended = look(room, ben.session, having(ofBen), '?wait=25');
    await afterThat(room, anna.session);
    await afterThat(room, ben.session);
    anna.x.signal('SIGKILL');
    assert.deepEqual([(await killed).status, (await killed).body.code], [409, 'no-picture']);
    await room.ask('POST', `/sessions/${ben.session}/log-off`, { ...root, body: { seconds: 0 } });
    assert.ok(['session-not-found', 'no-picture'].includes((await ended).body.code));
    assert.equal((await look(room, ben.session)).body.code, 'session-not-found');
  });

  test('is not of those whom one may not look at, nor once one may no longer', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    await using admin = await desk(room, 'admin');
    const cookie = await room.pageCookie('teacher', 'dashboard');
    assert.equal((await look(room, admin.session, { cookie })).body.code, 'not-allowed');
    assert.equal(admin.connections.all, 0);
    await room.ask('PATCH', '/settings', { ...root, body: { allowOrchestration: true } });
    assert.equal((await look(room, admin.session, { cookie })).status, 200);
    const { body } = await room.ask('POST', '/tokens', { ...root, body: { name: 'eye', level: 'dashboard' } });
    const token: AskOptions = { token: body.token, origin: null };
    const waiting = look(room, anna.session, having(await look(room, anna.session, token), token), '?wait=25');
    await afterThat(room, anna.session);
    const tokens = (await room.ask('GET', '/tokens', root)).body as { id: string }[];
    await room.ask('DELETE', `/tokens/${tokens[0]?.id}`, root);
    await anna.x.run('xsetroot', ['-solid', '#00ff00']);
    assert.deepEqual([(await waiting).status, (await waiting).body.code], [401, 'not-signed-in']);
  });

  test('is of nobody while the settings forbid it, from that moment on', async () => {
    await using room = await GatewayRoom.make({ settings: { privacyNotice: true } });
    await using anna = await desk(room, 'anna');
    const waiting = look(room, anna.session, having(await look(room, anna.session)), '?wait=25');
    await afterThat(room, anna.session);
    await room.ask('PATCH', '/settings', { ...root, body: { allowMonitoring: false } });
    assert.deepEqual([(await waiting).status, (await waiting).body.code], [403, 'monitoring-off']);
    await until('the connection is closed', () => anna.connections.open === 0);
    assert.equal((await look(room, anna.session)).body.code, 'monitoring-off');

    // Who comes now is not told that the screen may be watched, and is not watched when it may be.
    const page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'ben', password: 'ben' });
    await page.hear('desktop');
    assert.ok(page.heard.every(({ say }) => say !== 'notice'));
    await room.ask('PATCH', '/settings', { ...root, body: { allowMonitoring: true } });
    const ben = room.sessions.list().find(({ user }) => user === 'ben')?.id ?? '';
    assert.deepEqual([(await look(room, ben)).status, (await look(room, ben)).body.code], [409, 'notice-not-accepted']);
    assert.equal((await look(room, anna.session)).status, 200);
    page.say({ say: 'disconnect' });
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'ben', password: 'ben' });
    await page.hear('notice');
  });

  test('leaves a trace: one entry when a look begins, one with its length when it is over', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    const cookie = await room.pageCookie('teacher', 'dashboard');
    let last = await look(room, anna.session, { cookie });
    for (let count = 0; count < 3; count += 1) last = await look(room, anna.session, having(last, { cookie }));
    await look(room, anna.session);
    // What shows nothing is no look.
    await look(room, 'aaaaaaaaaaaaaaaa', { cookie });
    const begun = await trace(room, 'session.watch');
    assert.deepEqual(
      begun.map(({ actor, target, address, outcome, details }) => ({ actor, target, address, outcome, details })).toReversed(),
      [
        { actor: 'teacher', target: 'anna', address: '127.0.0.1', outcome: 'done', details: { session: anna.session } },
        { actor: 'root', target: 'anna', address: '', outcome: 'done', details: { session: anna.session } },
      ],
    );
    assert.deepEqual(await trace(room, 'session.watch-end'), []);
    room.clock.pass(42_000);
    await room.stopGateway();
    await room.startGateway();
    const ended = await trace(room, 'session.watch-end');
    assert.deepEqual(ended.map(({ actor, target }) => `${actor} ${target}`).toSorted(), ['root anna', 'teacher anna']);
    for (const { details } of ended) assert.ok(Number(details['seconds']) >= 42);
  });

  test('is let go by who gives the request up', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    const first = await look(room, anna.session);
    const leaving = new AbortController();
    const given = look(room, anna.session, { ...having(first), signal: leaving.signal }, '?wait=25');
    await afterThat(room, anna.session);
    leaving.abort();
    await assert.rejects(given, /given up/);
    await until('nobody watches any more', () => anna.connections.open === 0);
  });
});
