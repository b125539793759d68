// For tests of watching: somebody at a station of a room, whose real X server's connections are counted.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { pixelSocket } from '#contract/places.ts';
import type { GatewayRoom, TestStation } from './gateway-room.ts';
import { startXServer } from './x-server.ts';
import type { XServer } from './x-server.ts';

export interface Desk extends AsyncDisposable {
  page: TestStation;
  session: string;
  x: XServer;
  /** Connections to its X server so far, and those that are open. */
  connections: { all: number; open: number };
}

/** Somebody at a station, with a real X server whose connections are counted. */
export async function desk(room: GatewayRoom, user: string): Promise<Desk> {
  const page = await room.station();
  await page.hear('free');
  await page.signIn(user);
  const session = room.sessions.list().find((one) => one.user === user)?.id ?? '';
  const x = await startXServer({ geometry: '800x600' });
  await x.run('xsetroot', ['-solid', '#3366cc']);
  const path = pixelSocket(room.places, session);
  mkdirSync(dirname(path), { recursive: true });
  const counted = await countConnections(path, x);
  return {
    page,
    session,
    x,
    connections: counted.connections,
    async [Symbol.asyncDispose]() {
      page[Symbol.dispose]();
      await counted[Symbol.asyncDispose]();
      await x[Symbol.asyncDispose]();
    },
  };
}

/** Leads from `path` to the X server. */
export async function countConnections(path: string, x: XServer): Promise<AsyncDisposable & Pick<Desk, 'connections'>> {
  const connections = { all: 0, open: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections.all += 1;
    connections.open += 1;
    const to = connect(x.path);
    sockets.add(socket);
    socket.pipe(to).pipe(socket);
    socket.on('error', () => to.destroy());
    to.on('error', () => socket.destroy());
    to.on('close', () => socket.destroy());
    socket.on('close', () => {
      connections.open -= 1;
      sockets.delete(socket);
      to.destroy();
    });
  }).listen(path);
  await once(server, 'listening');
  return {
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
