import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { startXServer } from '../../test/support/x-server.ts';
import { takePicture } from './session-picture.ts';

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

describe('session picture', () => {
  it('shows the screen of a real X server, in its colour and shape', async () => {
    await using server = await startXServer({ geometry: '1000x500' });
    await server.run('xsetroot', ['-solid', '#3366cc']);
    const jpeg = await takePicture(server.path, { widthPx: 200 });
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.format, info.width, info.height], ['raw', 200, 100]);
    for (const [channel, value] of [0x33, 0x66, 0xcc].entries()) {
      assert.ok(Math.abs((data[channel] ?? 0) - value) <= 3, `channel ${channel} is ${data[channel]}`);
    }
    assert.ok(server.alive);
  });

  it('says so when the X server is not there', async () => {
    await assert.rejects(takePicture('/run/stationmaster-test-none/rfb', { widthPx: 100 }), { code: 'ENOENT' });
  });

  it('gives up when the X server says nothing', async () => {
    await using server = await serveOn(() => {});
    await assert.rejects(takePicture(server.path, { widthPx: 100, limitMs: 30 }), /too long/);
  });

  it('gives up when the X server closes the connection', async () => {
    await using server = await serveOn((socket) => socket.end('RFB 003.008\n'));
    await assert.rejects(takePicture(server.path, { widthPx: 100 }), /closed/);
  });

  it('gives up at once when it is no longer wanted, and closes its connection', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await serveOn((socket) => {
      socket.on('close', () => closed.resolve());
      giveUp.abort();
    });
    const giveUp = new AbortController();
    await assert.rejects(takePicture(server.path, { widthPx: 100, limitMs: 60_000, signal: giveUp.signal }), /no longer wanted/);
    await closed.promise;
    await assert.rejects(takePicture(server.path, { widthPx: 100, signal: giveUp.signal }), /no longer wanted/);
  });

  it('gives up when it hears garbage', async () => {
    await using server = await serveOn((socket) => socket.write('HTTP/1.1 200 OK\r\n'));
    await assert.rejects(takePicture(server.path, { widthPx: 100 }), /version/);
  });
});
