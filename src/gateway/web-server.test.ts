// The doors: headers, pages, the redirect, certificates, limits.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { configSchema } from '#contract/config.ts';
import { ownCertificate } from '../../test/support/certificate.ts';
import { GatewayRoom, until } from '../../test/support/gateway-room.ts';
import { systemClock } from './clock.ts';
import { StartFault } from './configuration.ts';
import { Gateway } from './gateway.ts';
import { makeLog } from './log.ts';

function makePages(room: GatewayRoom): void {
  const web = join(room.folder, 'web');
  for (const page of ['station', 'manager', 'dashboard']) {
    mkdirSync(join(web, page), { recursive: true });
    writeFileSync(join(web, page, 'index.html'), `<title>${page}</title>`);
  }
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(web, 'assets', 'a-1234.js'), 'plain');
  writeFileSync(join(web, 'assets', 'a-1234.js.gz'), 'pressed');
}

/** Asks for a WebSocket, with `behind` in the same packet. `stays`: the client does not close when the gateway does. */
async function upgrade(room: GatewayRoom, path: string, headers: string, behind: Buffer, stays = false): Promise<TLSSocket> {
  const to = { host: '127.0.0.1', port: room.port, rejectUnauthorized: false, allowHalfOpen: stays };
  const socket = connect(to);
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  const head = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${room.port}`,
    `Origin: ${room.origin}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n${headers}\r\n`), behind]));
  return socket;
}

describe('the web server', () => {
  test('serves the pages: HTML asked for anew each time, hashed files kept for ever, compressed where there is one', async () => {
    await using room = await GatewayRoom.make();
    makePages(room);
    for (const [path, title] of [
      ['/', 'station'],
      ['/manager', 'manager'],
      ['/dashboard', 'dashboard'],
    ] as const) {
      const { status, body, headers } = await room.ask('GET', path);
      assert.deepEqual([status, body, headers['cache-control']], [200, `<title>${title}</title>`, 'no-cache']);
      assert.match(String(headers['content-type']), /text\/html/);
    }
    const plain = await room.ask('GET', '/assets/a-1234.js');
    assert.deepEqual(
      [plain.status, plain.body, plain.headers['cache-control']],
      [200, 'plain', 'public, max-age=31536000, immutable'],
    );
    const pressed = await room.ask('GET', '/assets/a-1234.js', { headers: { 'accept-encoding': 'gzip' } });
    assert.deepEqual([pressed.body, pressed.headers['content-encoding']], ['pressed', 'gzip']);
    const missing = await room.ask('GET', '/assets/a-5678.js');
    assert.deepEqual([missing.status, missing.headers['cache-control']], [404, 'no-store']);
    assert.equal((await room.ask('GET', '/assets/../../state/gateway/store.db')).status >= 400, true);
    assert.equal((await room.ask('GET', '/assets/..%2f..%2fstate%2fgateway%2fstore.db')).status >= 400, true);
    assert.equal((await room.ask('GET', '/ca.crt')).headers['content-type'], 'application/x-x509-ca-cert');
  });

  test('serves the documentation, and no other file by its address', async () => {
    await using room = await GatewayRoom.make();
    makePages(room);
    const folder = join(room.folder, 'web/docs/decisions');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '../api.html'), '<title>api</title>');
    writeFileSync(join(folder, '0001-why.html'), '<title>why</title>');
    for (const [path, title] of [
      ['/docs/api', 'api'],
      ['/docs/decisions/0001-why', 'why'],
    ]) {
      const { status, body, headers } = await room.ask('GET', path ?? '');
      assert.deepEqual([status, body, headers['cache-control']], [200, `<title>${title}</title>`, 'no-cache']);
    }
    const { status, headers } = await room.ask('GET', '/docs');
    assert.deepEqual([status, headers['location']], [302, '/docs/administrators']);
    for (const path of [
      '/docs/none',
      '/docs/api.html',
      '/docs/..%2fmanager%2findex',
      '/docs/decisions',
      '/docs/decisions/../api/',
    ])
      assert.equal((await room.ask('GET', path)).status, 404, path);
  });

  test('every answer has the strict headers, errors as well', async () => {
    await using room = await GatewayRoom.make();
    for (const path of ['/', '/healthz', '/me', '/no-such-route']) {
      const { headers } = await room.ask('GET', path);
      assert.match(String(headers['content-security-policy']), /default-src 'self'; script-src 'self'; style-src 'self'/, path);
      assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/);
      assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.ok(headers['strict-transport-security']);
    }
    assert.equal((await room.ask('GET', '/settings', { local: true })).headers['cache-control'], 'no-store');
  });

  test('what is asked in a wrong form is a bad request, never an error of ours', async () => {
    await using room = await GatewayRoom.make();
    const cookie = await room.pageCookie('admin');
    const status = async (method: string, path: string, body?: unknown): Promise<[number, string]> => {
      const reply = await room.ask(method, path, { cookie, ...(body === undefined ? {} : { body }) });
      return [reply.status, reply.body.code];
    };
    assert.deepEqual(await status('PATCH', '/settings', '{"graceSeconds":'), [400, 'bad-request']);
    assert.deepEqual(await status('PATCH', '/settings', { graceSeconds: 'soon' }), [400, 'bad-request']);
    assert.deepEqual(await status('PATCH', '/settings', { noSuchSetting: 1 }), [400, 'bad-request']);
    assert.deepEqual(await status('PATCH', '/settings', '[]'), [400, 'bad-request']);
    assert.deepEqual(await status('PATCH', '/settings', 'null'), [200, undefined]);
    assert.deepEqual(await status('POST', '/sessions/..%2f..%2fx/suspend', {}), [400, 'bad-request']);
    assert.deepEqual(await status('GET', '/audit?limit=100000'), [400, 'bad-request']);
    assert.deepEqual(await status('POST', '/sign-in', { user: 'x', password: 'y'.repeat(513), page: 'manager' }), [
      400,
      'bad-request',
    ]);
    assert.deepEqual(await status('POST', '/sign-in', `"${'x'.repeat(70_000)}"`), [413, 'too-large']);
    assert.deepEqual(await status('GET', '/no-such-route'), [404, 'not-found']);
    assert.deepEqual(await status('POST', '/tokens', { name: '  ', level: 'dashboard' }), [400, 'bad-request']);
    assert.deepEqual(await status('POST', '/tokens', { name: 'x', level: 'standard' }), [400, 'bad-request']);
    const nameOf = async (name: string): Promise<[number, string]> => status('PATCH', '/stations/aaaaaaaaaaaaaaaa', { name });
    assert.deepEqual(await nameOf('a\u202eb'), [400, 'bad-request']);
    assert.deepEqual(await nameOf('fine'), [404, 'station-not-found']);
  });

  test('a rename that is based on an old name, or takes one that is taken, is refused', async () => {
    await using room = await GatewayRoom.make();
    const one = (await (await room.station()).hear('free')).station;
    await (await room.station()).hear('free');
    const rename = async (body: object): Promise<string> =>
      (await room.ask('PATCH', `/stations/${one.id}`, { local: true, body })).body.code;
    assert.equal(await rename({ name: 'A', was: 'Station 9' }), 'changed-meanwhile');
    assert.equal(await rename({ name: 'station 2' }), 'name-taken');
    assert.equal(await rename({ name: 'A', was: 'Station 1' }), undefined);
  });

  test('a WebSocket that is refused may send what it likes behind its request: the gateway goes on', async () => {
    await using room = await GatewayRoom.make();
    const brokenFrame = Buffer.from([0xf2, 0x80, 0, 0, 0, 0]);
    for (const [path, protocols] of [
      ['pixels', 'Sec-WebSocket-Protocol: binary, ticket.none\r\n'],
      ['live', ''],
      ['station', ''],
    ] as const) {
      const socket = await upgrade(room, `/api/v1/${path}`, protocols, brokenFrame);
      socket.resume();
      await once(socket, 'close');
      assert.equal((await room.ask('GET', '/healthz')).status, 200, path);
    }
  });

  test('a refused connection is closed, also if the other end never closes it', async () => {
    await using room = await GatewayRoom.make();
    const socket = await upgrade(room, '/no-such-route', '', Buffer.alloc(0), true);
    socket.resume();
    await once(socket, 'end');
    await until('the gateway takes nothing more', () => {
      if (!socket.destroyed) socket.write('more');
      return socket.destroyed;
    });
  });

  test('plain HTTP only redirects to the same place on HTTPS', async () => {
    await using room = await GatewayRoom.make();
    await room.stopGateway();
    // A free port for HTTP, asked of the system by listening on it for a moment.
    const { createServer } = await import('node:net');
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const port = (probe.address() as { port: number }).port;
    probe.close();
    await once(probe, 'close');
    const config = { ...configSchema.parse({}), address: '127.0.0.1', https_port: 0, http_port: port };
    await using gateway = new Gateway({
      places: room.places,
      config,
      webRoot: room.folder,
      clock: systemClock,
      log: makeLog('silent'),
    });
    await gateway.start();
    const ask = async (path: string, host: string): Promise<IncomingMessage> => {
      const asked = request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }).end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.resume();
      return response;
    };
    const moved = await ask('/manager?x=1', 'room.example:8080');
    assert.deepEqual([moved.statusCode, moved.headers.location], [308, `https://room.example:${gateway.port}/manager?x=1`]);
    assert.equal((await ask('/', 'evil.example/@x')).statusCode, 400);
    assert.equal((await ask('http://elsewhere/', 'room.example')).headers.location, `https://room.example:${gateway.port}/`);
  });

  test('a changed certificate is used without a restart; one that does not fit its key is not', async () => {
    await using room = await GatewayRoom.make();
    const { certificateDir } = room.places;
    const fingerprint = async (): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port: room.port, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const before = await fingerprint();
    const good = readFileSync(join(certificateDir, 'server.crt'));
    writeFileSync(join(certificateDir, 'server.crt'), 'nonsense');
    writeFileSync(join(certificateDir, 'server.crt'), good);
    assert.equal(await fingerprint(), before);
    const { cert, key } = await ownCertificate('new');
    writeFileSync(join(certificateDir, 'server.key'), key);
    writeFileSync(join(certificateDir, 'server.crt'), cert);
    await until('the new certificate is served', async () => (await fingerprint()) !== before);
  });

  test('the unix socket is for its owner only, and a port that is taken is named', async () => {
    await using room = await GatewayRoom.make();
    assert.equal(statSync(room.places.gatewaySocket).mode & 0o777, 0o600);
    assert.equal((await room.ask('GET', '/me', { local: true })).body.principal.by, 'socket');
    const port = room.port;
    const config = { ...configSchema.parse({}), address: '127.0.0.1', https_port: port, http_port: 0 as const };
    await room.stopGateway();
    await using first = new Gateway({
      places: room.places,
      config,
      webRoot: room.folder,
      clock: systemClock,
      log: makeLog('silent'),
    });
    await first.start();
    const second = await GatewayRoom.make();
    await second.stopGateway();
    await using taken = new Gateway({
      places: second.places,
      config,
      webRoot: room.folder,
      clock: systemClock,
      log: makeLog('silent'),
    });
    await assert.rejects(taken.start(), (error) => error instanceof StartFault && error.message.includes(`https_port ${port}`));
    await second[Symbol.asyncDispose]();
  });

  test('suspend all and log off all say what became of each session', async () => {
    await using room = await GatewayRoom.make();
    for (const user of ['anna', 'ben']) {
      const page = await room.station();
      await page.hear('free');
      await page.signIn(user);
    }
    const cookie = await room.pageCookie('admin');
    const path = `/computers/${room.computerName}`;
    const all = (await room.ask('POST', `${path}/log-off-all`, { cookie, body: { seconds: 3600 } })).body.outcomes;
    assert.deepEqual(
      all.map(({ user, error }: { user: string; error: unknown }) => [user, error]),
      [
        ['anna', null],
        ['ben', null],
      ],
    );
    assert.ok(room.sessions.list().every(({ endsAt }) => endsAt !== null));
    const suspended = (await room.ask('POST', `${path}/suspend-all`, { cookie })).body.outcomes;
    assert.equal(suspended.length, 2);
    assert.deepEqual((await room.ask('POST', `${path}/suspend-all`, { cookie })).body.outcomes, []);
    assert.equal((await room.ask('POST', '/computers/other/suspend-all', { cookie })).body.code, 'computer-not-found');
    await room.stopHost();
    const away = await room.ask('POST', `${path}/suspend-all`, { cookie });
    assert.deepEqual([away.status, away.body.code], [503, 'computer-unreachable']);
    const [last] = (await room.ask('GET', '/audit', { local: true })).body;
    assert.deepEqual([last.actor, last.action, last.outcome], ['admin', 'computer.suspend-all', 'computer-unreachable']);
  });
});
