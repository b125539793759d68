// The relay that one writes first: ws, two sockets, a pause where the page is slow. For comparison.
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

const desktops = process.argv.slice(2);
const highWater = 1 << 20;

function relay(page: WebSocket, path: string): void {
  const desktop = connect(path);
  let paused = false;

  const resumeWhenDrained = (): void => {
    if (paused && page.bufferedAmount < highWater / 2) {
      paused = false;
      desktop.resume();
    }
  };

  desktop.on('data', (chunk) => {
    if (page.readyState !== page.OPEN) return;
    page.send(chunk, { binary: true }, resumeWhenDrained);
    if (page.bufferedAmount > highWater) {
      paused = true;
      desktop.pause();
    }
  });
  desktop.on('close', () => {
    page.close(1000);
  });
  desktop.on('error', () => {
    page.close(1011);
  });

  page.on('message', (data: Buffer) => {
    if (!desktop.write(data)) {
      page.pause();
      desktop.once('drain', () => {
        page.resume();
      });
    }
  });
  page.on('close', () => {
    desktop.destroy();
  });
  page.on('error', () => {
    desktop.destroy();
  });
}

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (page, request) => {
  relay(page, desktops[Number(request.url?.slice(1))] ?? '');
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
