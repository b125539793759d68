import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, it } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { closeCodes } from '#contract/wire.ts';
import { ScreenReader } from '#pixels/screen-reader.ts';
import { startXServer } from '../../test/support/x-server.ts';
import { relayPixels } from './pixel-relay.ts';
import type { PixelRelay } from './pixel-relay.ts';

interface Gateway extends AsyncDisposable {
  /** Opens a page and gives it with the relay behind it. */
  open(): Promise<{ page: WebSocket; relay: PixelRelay }>;
}

async function startGateway(desktopPath: string): Promise<Gateway> {
  const http = createHttpServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 65_536 });
  const relays: PixelRelay[] = [];
  let opened = Promise.withResolvers<PixelRelay>();
  http.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (page) => {
      const relay = relayPixels(page, socket, desktopPath);
      relays.push(relay);
      opened.resolve(relay);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    open: async () => {
      opened = Promise.withResolvers();
      const page = new WebSocket(`ws://127.0.0.1:${port}/`, 'binary', { perMessageDeflate: false });
      page.on('error', () => {});
      return { page, relay: await opened.promise };
    },
    [Symbol.asyncDispose]: async () => {
      for (const relay of relays) relay.close(closeCodes.restarting, '');
      await Promise.all(relays.map(({ closed }) => closed));
      http.close();
      http.closeAllConnections();
    },
  };
}

interface PlayedDesktop extends AsyncDisposable {
  path: string;
  /** What the relay's connections sent so far. */
  heard(): Buffer;
  /** The connection of the relay that came first. */
  readonly connected: Promise<Socket>;
  /** Fulfilled when that connection is closed, with everything that it sent. */
  readonly ended: Promise<Buffer>;
}

/** A unix socket at which the test itself plays the X server. */
async function playDesktop(): Promise<PlayedDesktop> {
  const folder = await mkdtemp('/run/stationmaster-test-x-');
  const path = `${folder}/rfb`;
  const chunks: Buffer[] = [];
  const connected = Promise.withResolvers<Socket>();
  const ended = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => {
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.write(answer);
    socket.on('close', () => {
      ended.resolve(Buffer.concat(chunks));
    });
    connected.resolve(socket);
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    path,
    heard: () => Buffer.concat(chunks),
    connected: connected.promise,
    ended: ended.promise,
    [Symbol.asyncDispose]: async () => {
      connected.promise.then(
        (socket) => socket.destroy(),
        () => {},
      );
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const greeting = Buffer.from('RFB 003.008\n\x01\x01');
/** What an X server says to it, without its last part, the screen's size and name. */
const answer = Buffer.from('RFB 003.008\n\x01\x01\0\0\0\0');

/** Says what every page says first, and waits until it has heard what a played desktop says to it. */
async function greet(page: WebSocket): Promise<void> {
  const whole = Promise.withResolvers<void>();
  let length = 0;
  const hear = (data: Buffer): void => {
    length += data.length;
    if (length === answer.length) whole.resolve();
  };
  page.on('message', hear);
  if (page.readyState !== page.OPEN) await once(page, 'open');
  page.send(greeting);
  await whole.promise;
  page.off('message', hear);
}

/** Looks at the screen through the relay, as a page would; gives the colour of the first pixel. */
async function seeThrough(page: WebSocket): Promise<number[]> {
  const reader = new ScreenReader();
  const seen = Promise.withResolvers<void>();
  page.on('message', (data: Buffer) => {
    for (const reply of reader.push(data)) page.send(reply);
    if (reader.screen !== null) seen.resolve();
  });
  page.once('close', () => {
    seen.reject(new Error('The page was closed.'));
  });
  await seen.promise;
  return [...(reader.screen?.pixels.subarray(0, 3) ?? [])];
}

describe('pixel relay with a real X server', () => {
  it('shows a page the desktop', async () => {
    await using server = await startXServer({ geometry: '800x600' });
    await server.run('xsetroot', ['-solid', '#204060']);
    await using gateway = await startGateway(server.path);
    const { page, relay } = await gateway.open();
    assert.deepEqual(await seeThrough(page), [0x20, 0x40, 0x60]);
    page.close(1000, 'enough');
    const end = await relay.closed;
    assert.deepEqual([end.by, end.code, end.reason], ['page', 1000, 'enough']);
    assert.ok(end.bytesToPage > 800 * 600 * 4);
    assert.ok(server.alive);
  });

  it('closes the page that sends garbage, and the desktop works on for the next', async () => {
    await using server = await startXServer();
    await server.run('xsetroot', ['-solid', '#010203']);
    await using gateway = await startGateway(server.path);
    for (const garbage of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.concat([greeting, randomBytes(5000)])]) {
      const { page, relay } = await gateway.open();
      await once(page, 'message');
      page.send(garbage);
      const [code] = (await once(page, 'close')) as [number];
      assert.equal(code, closeCodes.badMessage);
      const end = await relay.closed;
      assert.deepEqual([end.by, end.code], ['us', closeCodes.badMessage]);
    }
    const { page } = await gateway.open();
    assert.deepEqual(await seeThrough(page), [1, 2, 3]);
    assert.ok(server.alive);
  });

  it('tells the page when the X server is killed', async () => {
    await using server = await startXServer();
    await using gateway = await startGateway(server.path);
    const { page, relay } = await gateway.open();
    await once(page, 'message');
    server.signal('SIGKILL');
    const [code] = (await once(page, 'close')) as [number];
    assert.equal(code, closeCodes.desktopGone);
    assert.equal((await relay.closed).by, 'desktop');
  });
});

describe('pixel relay', () => {
  it('tells the page when there is no X server', async () => {
    await using gateway = await startGateway('/run/stationmaster-test-none/rfb');
    const { page, relay } = await gateway.open();
    const [code] = (await once(page, 'close')) as [number];
    assert.equal(code, closeCodes.desktopGone);
    assert.equal((await relay.closed).by, 'desktop');
  });

  it('passes what the desktop sends, of any length, byte for byte', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page } = await gateway.open();
    await greet(page);
    const socket = await desktop.connected;
    for (const length of [1, 125, 126, 127, 65_535, 65_536, 65_537, 262_144, 3_000_000]) {
      const sent = randomBytes(length);
      const chunks: Buffer[] = [];
      let received = 0;
      const whole = Promise.withResolvers<void>();
      const hear = (data: Buffer): void => {
        chunks.push(data);
        received += data.length;
        if (received >= length) whole.resolve();
      };
      page.on('message', hear);
      socket.write(sent);
      await whole.promise;
      page.off('message', hear);
      assert.ok(Buffer.concat(chunks).equals(sent), `${length} bytes`);
    }
  });

  it('speaks the greeting to the desktop ahead of the page, and gives the page one answer for each of its own', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page } = await gateway.open();
    const [version] = (await once(page, 'message')) as [Buffer];
    assert.deepEqual(version, answer.subarray(0, 12));
    while (desktop.heard().length < greeting.length) await once(await desktop.connected, 'data');
    page.send(greeting.subarray(0, 12));
    const [types] = (await once(page, 'message')) as [Buffer];
    assert.deepEqual(types, answer.subarray(12, 14));
    page.send(greeting.subarray(12, 13));
    const [result] = (await once(page, 'message')) as [Buffer];
    assert.deepEqual(result, answer.subarray(14));
    assert.deepEqual(desktop.heard(), greeting);
  });

  it('does not read without end what a desktop says before the page has answered', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page } = await gateway.open();
    const socket = await desktop.connected;
    const flood = randomBytes(1 << 20);
    socket.write(flood);
    await once(page, 'message');
    assert.ok(socket.writableLength > 0);
    const chunks: Buffer[] = [];
    page.on('message', (data: Buffer) => chunks.push(data));
    page.send(greeting);
    const length = answer.length - 12 + flood.length;
    while (chunks.reduce((sum, chunk) => sum + chunk.length, 0) < length) await once(page, 'message');
    assert.ok(Buffer.concat(chunks).equals(Buffer.concat([answer.subarray(12), flood])));
  });

  it('passes nothing of half a message when the page vanishes', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page, relay } = await gateway.open();
    await once(page, 'open');
    page.send(Buffer.concat([greeting, Buffer.of(5, 0, 0, 1, 0, 2, 6, 0, 0, 0, 0, 0, 0, 9, 104, 97)]));
    while (desktop.heard().length < greeting.length + 6) await once(await desktop.connected, 'data');
    page.terminate();
    assert.deepEqual(await desktop.ended, Buffer.concat([greeting, Buffer.of(5, 0, 0, 1, 0, 2)]));
    assert.equal((await relay.closed).by, 'page');
  });

  it('lets go of keys and buttons that are down when the page vanishes', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page } = await gateway.open();
    await once(page, 'open');
    const control = Buffer.of(4, 1, 0, 0, 0, 0, 0xff, 0xe3);
    const button = Buffer.of(5, 1, 0, 7, 0, 8);
    page.send(Buffer.concat([greeting, control, button]));
    while (desktop.heard().length < greeting.length + 14) await once(await desktop.connected, 'data');
    page.terminate();
    const after = (await desktop.ended).subarray(greeting.length + 14);
    assert.deepEqual([...after], [4, 0, 0, 0, 0, 0, 0xff, 0xe3, 5, 0, 0, 7, 0, 8]);
  });

  it('passes nothing more once it is closed by us, in either direction', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page, relay } = await gateway.open();
    await greet(page);
    const socket = await desktop.connected;
    const heardByPage: Buffer[] = [];
    page.on('message', (data: Buffer) => heardByPage.push(data));
    relay.close(closeCodes.sessionLeft, 'suspended');
    page.send(Buffer.of(4, 1, 0, 0, 0, 0, 0, 97));
    socket.write('too late');
    const [code, reason] = (await once(page, 'close')) as [number, Buffer];
    assert.deepEqual([code, String(reason)], [closeCodes.sessionLeft, 'suspended']);
    assert.deepEqual(await desktop.ended, greeting);
    assert.deepEqual(heardByPage, []);
    const end = await relay.closed;
    assert.deepEqual([end.by, end.code, end.bytesToPage], ['us', closeCodes.sessionLeft, answer.length]);
  });

  it('stops reading the desktop while the page does not read, and loses nothing', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page } = await gateway.open();
    await greet(page);
    const socket = await desktop.connected;
    page.pause();
    const flood = randomBytes(1 << 20);
    // The kernel's buffers and the relay's three take some megabytes; after that, the desktop cannot write.
    let written = 0;
    while (socket.writableLength < flood.length) {
      socket.write(flood);
      written += flood.length;
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(written < 64 * flood.length, 'the relay reads on without bound');
    }
    let received = 0;
    const whole = Promise.withResolvers<void>();
    page.on('message', (data: Buffer) => {
      assert.ok(data.equals(wrapping(flood, received, data.length)));
      received += data.length;
      if (received === written) whole.resolve();
    });
    page.resume();
    await whole.promise;
  });

  it('stops reading the page while the desktop does not read, and loses nothing', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page } = await gateway.open();
    await once(page, 'open');
    const socket = await desktop.connected;
    socket.pause();
    page.send(greeting);
    const text = Buffer.concat([Buffer.of(6, 0, 0, 0, 0, 0, 0x40, 0), randomBytes(0x4000)]);
    let sent = 0;
    while (page.bufferedAmount < 1 << 20) {
      page.send(text);
      sent += text.length;
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(sent < 64 << 20, 'the relay reads on without bound');
    }
    socket.resume();
    while (desktop.heard().length < greeting.length + sent) await once(socket, 'data');
    assert.ok(
      desktop
        .heard()
        .subarray(greeting.length)
        .equals(wrapping(text, 0, sent)),
    );
  });

  it('ends both sides within a stated time even when neither reads', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const { page, relay } = await gateway.open();
    await greet(page);
    const socket = await desktop.connected;
    socket.pause();
    page.pause();
    const flood = randomBytes(1 << 20);
    while (socket.writableLength < flood.length) {
      socket.write(flood);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const start = performance.now();
    relay.close(closeCodes.sessionLeft, 'moved');
    await relay.closed;
    assert.ok(performance.now() - start < 4000);
    page.terminate();
  });

  it('refuses text and frames that are too long', async () => {
    await using desktop = await playDesktop();
    await using gateway = await startGateway(desktop.path);
    const text = await gateway.open();
    await once(text.page, 'open');
    text.page.send('RFB 003.008\n');
    assert.equal(((await once(text.page, 'close')) as [number])[0], closeCodes.badMessage);
    const long = await gateway.open();
    await once(long.page, 'open');
    long.page.send(Buffer.alloc(100_000));
    assert.equal(((await once(long.page, 'close')) as [number])[0], 1009);
    assert.equal((await long.relay.closed).by, 'page');
    assert.deepEqual(await desktop.ended, greeting);
  });
});

/** `length` bytes of `pattern` repeated without end, from `start` on. */
function wrapping(pattern: Buffer, start: number, length: number): Buffer {
  const from = start % pattern.length;
  const times = Math.ceil((from + length) / pattern.length);
  return Buffer.concat(Array.from({ length: times }, () => pattern)).subarray(from, from + length);
}
