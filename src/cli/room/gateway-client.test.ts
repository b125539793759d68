// What the command line does when the line to the gateway breaks in the middle of a task on many.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { GatewayClient } from './gateway-client.ts';

let folder = '';
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {};
/** Path and key of every request. */
let heard: (readonly [string, string | undefined])[] = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stationmaster-client-'));
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const key = request.headers['idempotency-key'];
      heard.push([request.url ?? '', typeof key === 'string' ? key : undefined]);
      answer(request, response);
    });
  }).listen(join(folder, 'api.sock'));
  await once(server, 'listening');
});
after(async () => {
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  heard = [];
});

const client = (): GatewayClient => new GatewayClient({ socketPath: join(folder, 'api.sock'), host: 'localhost' }, false);

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

test('a task on many is asked for again by the same key, until the gateway is back and reaches the host', async () => {
  answer = (request, response) => {
    if (heard.length === 1) request.socket.destroy();
    else if (heard.length === 2) reply(response, 503, { code: 'computer-unreachable', message: 'x', details: {} });
    else reply(response, 200, { outcomes: [] });
  };
  assert.deepEqual(await client().call('suspendAll', { params: { name: 'room' } }), { outcomes: [] });
  assert.equal(heard.length, 3);
  const [first] = heard;
  assert.match(first?.[1] ?? '', /^[0-9a-f-]{36}$/);
  assert.ok(heard.every(([path, key]) => path === '/api/v1/computers/room/suspend-all' && key === first?.[1]));
  await client().call('suspendAll', { params: { name: 'room' } });
  assert.notEqual(heard[3]?.[1], first?.[1], 'another order has another key');
});

test('what is refused is not asked again, and other tasks are not repeated', async () => {
  answer = (_request, response) => reply(response, 503, { code: 'computer-unreachable', message: 'x', details: {} });
  await assert.rejects(client().call('logOffAll', { params: { name: 'room' } }));
  assert.equal(heard.length, 1);
  answer = (request) => request.socket.destroy();
  await assert.rejects(client().call('setMode', { params: { name: 'room' }, body: { mode: 'console' } }));
  assert.deepEqual(heard.slice(1), [['/api/v1/computers/room/mode', undefined]]);
});

test('a gateway that is not there is said at once', async () => {
  const away = new GatewayClient({ socketPath: join(folder, 'nobody.sock'), host: 'localhost' }, false);
  await assert.rejects(away.call('suspendAll', { params: { name: 'room' } }), /does not run on this computer/);
});
