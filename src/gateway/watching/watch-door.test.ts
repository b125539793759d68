// Many live pictures over one WebSocket: real X servers behind the sessions of a room.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import type { WebSocket } from 'ws';
import type { AuditEntry } from '#contract/api.ts';
import { closeCodes } from '#contract/wire.ts';
import { watchSaysSchema } from '#contract/watch.ts';
import { readPictureMessage } from '#model/picture.ts';
import type { PictureSize, SentPicture } from '#model/picture.ts';
import { GatewayRoom, closeCode, textOf, until } from '../../../test/support/gateway-room.ts';
import { desk } from '../../../test/support/watched-desk.ts';
import type { Desk } from '../../../test/support/watched-desk.ts';

type Shown = readonly [session: string, size: PictureSize, known?: string];

/** A page that watches; it says of each picture that it came, unless it is `slow`. */
class Watching {
  readonly socket: WebSocket;
  readonly pictures: SentPicture[] = [];
  readonly none: { session: string; code: string }[] = [];
  readonly bytes: Buffer[] = [];
  slow = false;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data, isBinary) => {
      if (!isBinary) {
        const { session, because } = watchSaysSchema.parse(JSON.parse(textOf(data)));
        this.none.push({ session, code: because.code });
        return;
      }
      assert.ok(Buffer.isBuffer(data));
      const picture = readPictureMessage(data);
      assert.ok(picture !== null);
      this.pictures.push(picture);
      this.bytes.push(data);
      if (!this.slow) this.got();
    });
  }

  got(): void {
    this.socket.send(JSON.stringify({ say: 'got', pictures: this.pictures.length }));
  }

  show(...pictures: Shown[]): void {
    const told = pictures.map(([session, size, known]) => ({ session, size, ...(known !== undefined && { known }) }));
    this.socket.send(JSON.stringify({ say: 'show', pictures: told }));
  }

  of(session: string): SentPicture[] {
    return this.pictures.filter((picture) => picture.session === session);
  }

  async has(session: string, count: number): Promise<SentPicture> {
    await until(`picture ${String(count)} of ${session}`, () => this.of(session).length >= count);
    const picture = this.of(session)[count - 1];
    assert.ok(picture !== undefined);
    return picture;
  }

  async hasNone(code: string): Promise<void> {
    await until(`none: ${code}`, () => this.none.some((one) => one.code === code));
  }
}

async function watch(room: GatewayRoom, cookie: string): Promise<Watching> {
  return new Watching(await room.webSocket('watch', { headers: { cookie: `__Host-stationmaster=${cookie}` } }));
}

const teacherOf = (room: GatewayRoom): Promise<string> => room.pageCookie('teacher', 'dashboard');

const paint = async ({ x }: Desk, colour: string): Promise<unknown> => await x.run('xsetroot', ['-solid', colour]);

async function colourOf({ jpeg }: SentPicture): Promise<string> {
  const data = await sharp(jpeg).raw().toBuffer();
  return [...data.subarray(0, 3)].map((value) => Math.round(value / 51)).join('');
}

const trace = async (room: GatewayRoom, action: string): Promise<AuditEntry[]> =>
  (await room.ask('GET', `/audit?action=${action}`, { local: true })).body;

describe('watching many', () => {
  test('sends each picture in the size that is shown, again when it is another, the same bytes to all, over one connection', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    await using ben = await desk(room, 'ben');
    const [one, other] = [await watch(room, await teacherOf(room)), await watch(room, await room.pageCookie('admin'))];
    one.show([anna.session, 'tiny'], [ben.session, 'small'], [ben.session, 'large']);
    other.show([anna.session, 'tiny']);
    const first = await one.has(anna.session, 1);
    assert.deepEqual([first.size, (await sharp(first.jpeg).metadata()).width], ['tiny', 160]);
    await one.has(ben.session, 2);
    assert.deepEqual(
      one
        .of(ben.session)
        .map(({ size }) => size)
        .toSorted(),
      ['large', 'small'],
    );
    await other.has(anna.session, 1);
    await paint(anna, '#cc3300');
    assert.equal(await colourOf(await one.has(anna.session, 2)), '410');
    await other.has(anna.session, 2);
    const bytesOf = ({ bytes }: Watching): Buffer[] => bytes.filter((each) => readPictureMessage(each)?.session === anna.session);
    assert.deepEqual(bytesOf(one), bytesOf(other));
    // A screen that stays as it is sends nothing: ben's was sent once in each size, however often anna's changed.
    assert.equal(one.of(ben.session).length, 2);
    assert.deepEqual(
      [anna.connections, ben.connections],
      [
        { all: 1, open: 1 },
        { all: 1, open: 1 },
      ],
    );
  });

  test('what is shown no more is let go, and comes again only where it is another than the page has', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    await using ben = await desk(room, 'ben');
    const page = await watch(room, await teacherOf(room));
    page.show([anna.session, 'tiny'], [ben.session, 'tiny']);
    const { tag } = await page.has(anna.session, 1);
    const { tag: tagOfBen } = await page.has(ben.session, 1);
    page.show();
    await until('nobody is watched', () => anna.connections.open + ben.connections.open === 0);
    await paint(ben, '#00cc33');
    page.show([anna.session, 'tiny', tag], [ben.session, 'tiny', tagOfBen]);
    assert.equal(await colourOf(await page.has(ben.session, 2)), '041');
    await paint(anna, '#cc3300');
    assert.equal(await colourOf(await page.has(anna.session, 2)), '410');
    assert.equal(page.of(anna.session).length, 2);
    page.socket.close();
    await until('nobody is watched', () => anna.connections.open + ben.connections.open === 0);
  });

  test('a page that does not keep up gets the newest once it does, and slows nobody', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    // Noise is a large picture, so that few of them are enough to be behind.
    const noise = async (): Promise<unknown> =>
      await anna.x.run('xsetroot', ['-mod', String(2 + Math.floor(Math.random() * 9)), '3']);
    const [slow, quick] = [await watch(room, await teacherOf(room)), await watch(room, await room.pageCookie('admin'))];
    slow.slow = true;
    for (const page of [slow, quick]) page.show([anna.session, 'large'], [anna.session, 'medium'], [anna.session, 'small']);
    let shown = 0;
    await until('the slow one gets nothing more while the quick one does', async () => {
      const [before, beforeOfQuick] = [slow.pictures.length, quick.pictures.length];
      await noise();
      await until('the quick one has the next', () => quick.pictures.length >= beforeOfQuick + 3);
      shown += 1;
      return slow.pictures.length === before && shown > 1;
    });
    await paint(anna, '#cc3300');
    await until('the quick one has the colour', async () => {
      const last = quick.pictures.at(-1);
      return last !== undefined && (await colourOf(last)) === '410';
    });
    const before = slow.pictures.length;
    slow.slow = false;
    slow.got();
    await until('the slow one has the newest', () => slow.pictures.length >= before + 3);
    for (const picture of slow.pictures.slice(before)) assert.equal(await colourOf(picture), '410');
  });

  test('is refused where one may not look, each by itself, and begins when one may', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    await using admin = await desk(room, 'admin');
    const page = await watch(room, await teacherOf(room));
    page.show([admin.session, 'tiny'], [anna.session, 'tiny'], ['aaaaaaaaaaaaaaaa', 'tiny']);
    await page.has(anna.session, 1);
    await until('both are told', () => page.none.length === 2);
    assert.deepEqual(
      page.none.map(({ session, code }) => `${session} ${code}`).toSorted(),
      [`aaaaaaaaaaaaaaaa session-not-found`, `${admin.session} not-allowed`].toSorted(),
    );
    assert.equal(admin.connections.all, 0);
    await room.ask('PATCH', '/settings', { local: true, body: { allowOrchestration: true } });
    await page.has(admin.session, 1);
    await room.ask('PATCH', '/settings', { local: true, body: { allowMonitoring: false } });
    await page.hasNone('monitoring-off');
    await until('nobody is watched', () => anna.connections.open + admin.connections.open === 0);
    const before = page.pictures.length;
    await room.ask('PATCH', '/settings', { local: true, body: { allowMonitoring: true, allowOrchestration: false } });
    await until('it begins again', () => page.of(anna.session).length === 2);
    assert.equal(page.pictures.length, before + 1);
  });

  test('ends at once where somebody is not in the rooms and classes of a teacher any more, and begins when they are', async () => {
    await using room = await GatewayRoom.make();
    room.accounts.addGroup('8b');
    room.accounts.addGroup('9a');
    room.accounts.joinGroups('anna', ['8b']);
    await using anna = await desk(room, 'anna');
    const give = async (group: string): Promise<void> => {
      const body = { scope: { rooms: [], groups: [group] } };
      assert.equal((await room.ask('PATCH', '/users/teacher/scope', { local: true, body })).status, 200);
    };
    await give('9a');
    const page = await watch(room, await teacherOf(room));
    page.show([anna.session, 'tiny']);
    await page.hasNone('not-allowed');
    assert.equal(anna.connections.all, 0);
    await give('8b');
    await page.has(anna.session, 1);
    await give('9a');
    await until('nobody is watched', () => anna.connections.open === 0);
    await paint(anna, '#440000');
    await give('8b');
    await page.has(anna.session, 2);
  });

  test('is of nobody who has not accepted the notice', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    const page = await watch(room, await teacherOf(room));
    page.show([anna.session, 'tiny']);
    await page.has(anna.session, 1);
    await room.ask('PATCH', '/settings', { local: true, body: { privacyNotice: true } });
    await page.hasNone('notice-not-accepted');
    await paint(anna, '#cc3300');
    anna.page.say({ say: 'disconnect' });
    await anna.page.hear('free');
    await anna.page.signIn('anna');
    await until('it is seen again', async () => {
      const last = page.of(anna.session).slice(1).at(-1);
      return last !== undefined && (await colourOf(last)) === '410';
    });
  });

  test('says so when the X server dies, and when the session ends', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    await using ben = await desk(room, 'ben');
    const page = await watch(room, await teacherOf(room));
    page.show([anna.session, 'tiny'], [ben.session, 'tiny']);
    await page.has(anna.session, 1);
    await page.has(ben.session, 1);
    anna.x.signal('SIGKILL');
    await page.hasNone('no-picture');
    await room.ask('POST', `/sessions/${ben.session}/log-off`, { local: true, body: { seconds: 0 } });
    await page.hasNone('session-not-found');
  });

  test('ends with the sign-in, the token, and the gateway; who has not signed in does not come in', async () => {
    await using room = await GatewayRoom.make();
    const cookie = await teacherOf(room);
    const page = await watch(room, cookie);
    const out = closeCode(page.socket);
    await room.ask('POST', '/sign-out', { cookie });
    assert.equal(await out, closeCodes.refused);
    const stranger = await watch(room, 'x'.repeat(43));
    assert.equal(await closeCode(stranger.socket), closeCodes.refused);

    const tokenOf = async (scopes: string[] | null): Promise<{ token: string; socket: WebSocket }> => {
      const { body } = await room.ask('POST', '/tokens', {
        local: true,
        body: { name: `eye ${String(scopes)}`, level: 'dashboard', scopes },
      });
      const headers = { authorization: `Bearer ${String(body.token)}` };
      return { token: body.token, socket: await room.webSocket('watch', { origin: null, headers }) };
    };
    const revoked = await tokenOf(['read']);
    const closed = closeCode(revoked.socket);
    const tokens = (await room.ask('GET', '/tokens', { local: true })).body as { id: string }[];
    await room.ask('DELETE', `/tokens/${tokens[0]?.id}`, { local: true });
    assert.equal(await closed, closeCodes.refused);
    assert.equal(await closeCode((await tokenOf(['metrics'])).socket), closeCodes.refused);
    await assert.rejects(room.webSocket('watch', { origin: 'https://elsewhere.example', headers: { cookie: '' } }), /403/);

    const last = await watch(room, await teacherOf(room));
    const ended = closeCode(last.socket);
    await room.stopGateway();
    assert.equal(await ended, closeCodes.restarting);
  });

  for (const [what, said] of [
    ['is no JSON', 'hello'],
    ['is not of the form', { say: 'show', pictures: [{ session: '../../etc', size: 'tiny' }] }],
    ['has a size that there is not', { say: 'show', pictures: [{ session: 'a'.repeat(16), size: 'huge' }] }],
    ['shows too many', { say: 'show', pictures: Array.from({ length: 401 }, () => ({ session: 'a'.repeat(16), size: 'tiny' })) }],
    ['has more pictures than were sent', { say: 'got', pictures: 1 }],
    ['is binary', Buffer.from('{"say":"got","pictures":0}')],
  ] as const)
    test(`who says what ${what} is disconnected`, async () => {
      await using room = await GatewayRoom.make();
      const page = await watch(room, await teacherOf(room));
      page.socket.send(typeof said === 'string' || Buffer.isBuffer(said) ? said : JSON.stringify(said));
      assert.equal(await closeCode(page.socket), closeCodes.badMessage);
    });

  test('leaves a trace as one look at each: begun, and ended with its length', async () => {
    await using room = await GatewayRoom.make();
    await using anna = await desk(room, 'anna');
    const page = await watch(room, await teacherOf(room));
    page.show([anna.session, 'tiny']);
    const { tag } = await page.has(anna.session, 1);
    page.show([anna.session, 'large'], [anna.session, 'tiny', tag]);
    await page.has(anna.session, 2);
    page.show([anna.session, 'tiny', tag]);
    const begun = await trace(room, 'session.watch');
    assert.deepEqual(
      begun.map(({ actor, target }) => `${actor} ${target}`),
      ['teacher anna'],
    );
    room.clock.pass(42_000);
    await room.stopGateway();
    await room.startGateway();
    const [end, ...others] = await trace(room, 'session.watch-end');
    assert.ok(Number(end?.details['seconds']) >= 42 && others.length === 0);
  });
});
