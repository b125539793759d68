// The product's relay behind a server of its own: /0 leads to the first desktop given, /1 to the second. With a certificate
// and its key in front, over TLS as in production.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { relayPixels } from '#gateway/pixel-relay.ts';

const [certificate = '', ...desktops] = process.argv.slice(2);
const server =
  certificate === ''
    ? createServer()
    : createTlsServer({ cert: readFileSync(`${certificate}/server.crt`), key: readFileSync(`${certificate}/server.key`) });
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false, maxPayload: 65_536 });
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (page) => {
    relayPixels(page, socket, desktops[Number(request.url?.slice(1))] ?? '');
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
