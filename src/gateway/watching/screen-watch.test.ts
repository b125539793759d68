// One look at a screen for everybody who watches: at real X servers, and at what only pretends to be one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { until } from '../../../test/support/gateway-room.ts';
import { startXServer } from '../../../test/support/x-server.ts';
import type { XServer } from '../../../test/support/x-server.ts';
import { ScreenWatch, usualTimes } from './screen-watch.ts';

const quick = { ...usualTimes, everyMs: 20 };
const patient = AbortSignal.timeout(60_000);

/** A unix socket behind which `talk` stands in for an X server. */
async function serveOn(talk: (socket: Socket) => void): Promise<AsyncDisposable & { path: string }> {
  const folder = await mkdtemp('/run/stationmaster-test-x-');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    talk(socket);
  });
  const path = `${folder}/rfb`;
  server.listen(path);
  await once(server, 'listening');
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function u16(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
}

function u32(value: number): Buffer {
  return Buffer.from([value >> 24, value >> 16, value >> 8, value].map((byte) => byte & 255));
}

const paint = async (server: XServer, colour: string): Promise<unknown> => await server.run('xsetroot', ['-solid', colour]);

/** Size, and whether the first pixel is of that colour. */
async function seen(jpeg: Buffer, colour: string): Promise<{ size: [number, number]; same: boolean }> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const same = wanted.every((value, channel) => Math.abs((data[channel] ?? 0) - value) <= 4);
  return { size: [info.width, info.height], same };
}

describe('watching a screen', () => {
  it('shows it in each size, in its colour and shape, and then as it changes', async () => {
    await using server = await startXServer({ geometry: '1000x500' });
    await paint(server, '#3366cc');
    using watch = new ScreenWatch(server.path, quick);
    const first = await watch.picture('small', patient);
    assert.deepEqual(await seen(first.jpeg, '#3366cc'), { size: [320, 160], same: true });
    assert.deepEqual((await seen((await watch.picture('medium', patient)).jpeg, '#3366cc')).size, [640, 320]);
    assert.deepEqual((await seen((await watch.picture('large', patient)).jpeg, '#3366cc')).size, [1000, 500]);
    const next = watch.pictureAfter(first.tag, 'small', patient);
    await paint(server, '#cc3366');
    assert.ok((await seen((await next).jpeg, '#cc3366')).same);
    assert.ok(server.alive);
  });

  it('makes one picture for all who watch, and none while nothing changes', async () => {
    await using server = await startXServer();
    await paint(server, '#204060');
    using watch = new ScreenWatch(server.path, quick);
    const [one, other] = await Promise.all([watch.picture('small', patient), watch.picture('small', patient)]);
    assert.equal(one.jpeg, other.jpeg);
    const limit = AbortSignal.timeout(300);
    await assert.rejects(watch.pictureAfter(one.tag, 'small', limit), { name: 'TimeoutError' });
    assert.equal((await watch.picture('small', patient)).jpeg, one.jpeg);
  });

  it('follows a screen that changes its size', async () => {
    await using server = await startXServer({ geometry: '800x600' });
    using watch = new ScreenWatch(server.path, quick);
    let picture = await watch.picture('large', patient);
    await server.run('xrandr', ['--output', 'VNC-0', '--mode', '640x480']);
    await until('the picture has the new size', async () => {
      picture = await watch.picture('large', patient);
      const [width, height] = (await seen(picture.jpeg, '#000000')).size;
      return width === 640 && height === 480;
    });
  });

  it('gives no picture of a screen that had another size before it was made', async () => {
    const asked = Promise.withResolvers<void>();
    let heard = 0;
    let resize: () => void = () => {};
    await using server = await serveOn((socket) => {
      socket.write(Buffer.concat([Buffer.from('RFB 003.008\n\x01\x01'), u32(0), u16(2000, 2000), Buffer.alloc(16), u32(0)]));
      socket.write(Buffer.concat([u16(0, 1), u16(0, 0, 2000, 2000), u32(0), Buffer.alloc(2000 * 2000 * 4, 200)]));
      resize = () =>
        void socket.write(
          Buffer.concat([u16(0, 2), u16(0, 0, 8, 4), u32(-223), u16(0, 0, 8, 4), u32(0), Buffer.alloc(8 * 4 * 4, 100)]),
        );
      socket.on('data', (bytes: Buffer) => {
        heard += bytes.length;
        // Greeting, format, encodings, the whole screen; then what changed.
        if (heard === 14 + 20 + 12 + 10 + 10) asked.resolve();
      });
    });
    using watch = new ScreenWatch(server.path, quick);
    await asked.promise;
    const picture = watch.picture('large', patient);
    const other = watch.picture('large', patient);
    resize();
    assert.deepEqual(await seen((await picture).jpeg, '#646464'), { size: [8, 4], same: true });
    assert.equal(await other, await picture);
  });

  it('ends when the X server is killed, also for those who wait', async () => {
    await using server = await startXServer();
    using watch = new ScreenWatch(server.path, quick);
    const { tag } = await watch.picture('small', patient);
    const waiting = watch.pictureAfter(tag, 'small', patient);
    server.signal('SIGKILL');
    await assert.rejects(waiting, /closed|ECONNRESET|EPIPE/);
    assert.ok(watch.ended.aborted);
    await assert.rejects(watch.picture('small', patient));
  });

  it('ends when the X server stops answering, however still the screen was before', async () => {
    await using server = await startXServer();
    using watch = new ScreenWatch(server.path, { everyMs: 10, stillMs: 50, limitMs: 500 });
    const { tag } = await watch.picture('small', patient);
    // It lives: nothing changes, and it says so each time.
    await assert.rejects(watch.pictureAfter(tag, 'small', AbortSignal.timeout(1500)), { name: 'TimeoutError' });
    assert.ok(!watch.ended.aborted);
    server.signal('SIGSTOP');
    await assert.rejects(watch.pictureAfter(tag, 'small', patient), /does not answer/);
  });

  it('says so when the X server is not there, says nothing, hangs up, or talks of something else', async () => {
    using none = new ScreenWatch('/run/stationmaster-test-none/rfb');
    await assert.rejects(none.picture('small', patient), { code: 'ENOENT' });
    const faults: [RegExp, (socket: Socket) => void][] = [
      [/too long/, () => {}],
      [/closed/, (socket) => void socket.end('RFB 003.008\n')],
      [/version/, (socket) => void socket.write('HTTP/1.1 200 OK\r\n')],
    ];
    for (const [what, talk] of faults) {
      await using server = await serveOn(talk);
      using watch = new ScreenWatch(server.path, { ...quick, limitMs: 100 });
      await assert.rejects(watch.picture('small', patient), what);
    }
  });

  it('lets go of who no longer waits, and of its connection when it is ended', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await serveOn((socket) => void socket.on('close', () => closed.resolve()));
    const leaving = new AbortController();
    const watch = new ScreenWatch(server.path, { ...quick, limitMs: 60_000 });
    const picture = watch.picture('small', leaving.signal);
    leaving.abort(new Error('gone'));
    await assert.rejects(picture, /gone/);
    assert.ok(!watch.ended.aborted);
    watch[Symbol.dispose]();
    await closed.promise;
  });
});
