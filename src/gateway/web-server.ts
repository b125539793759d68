// The doors of the gateway: HTTPS for everybody, HTTP that only redirects, and the unix socket for root; behind all of them
// the same pages, API and WebSockets.
import { chmodSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import rateLimit from '@fastify/rate-limit';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Config } from '#contract/config.ts';
import { CodedError, errorCodes, tellError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { Places } from '#contract/places.ts';
import { longestStationMessage } from '#contract/station-page.ts';
import { ticketProtocolPrefix } from '#contract/wire.ts';
import { refuseUnrouted, setUpApi } from './api.ts';
import type { ApiParts } from './api.ts';
import type { Callers } from './callers.ts';
import type { RoomSettings } from './room-settings.ts';
import type { Certificate } from './certificate.ts';
import type { Supervisors } from './classroom/supervisors.ts';
import { StartFault } from './configuration.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Log } from './log.ts';
import { setUpPages } from './pages.ts';
import type { PixelDoor } from './station/pixel-door.ts';
import type { StationDoor } from './station/station-door.ts';
import type { WatchDoor } from './watching/watch-door.ts';
import { addressOf, isOwnOrigin } from './web-security.ts';

/** Bytes. A body is a settings change at most. */
const longestBody = 64_000;
/** noVNC sends what is longer in several frames. */
const longestPixelMessage = 64 * 1024;
const mostSocketsPerAddress = 400;
const mostSockets = 4000;
/** Per address; a whole school may come from one. */
const mostRequestsPerMinute = 3000;
const mostUpgradesPerMinute = 1200;
const closePatienceMs = 1000;

export interface WebServerParts extends ApiParts {
  places: Places;
  config: Config;
  certificate: Certificate;
  webRoot: string;
  callers: Callers;
  settings: RoomSettings;
  stationDoor: StationDoor;
  pixelDoor: PixelDoor;
  liveFeed: LiveFeed;
  supervisors: Supervisors;
  watchDoor: WatchDoor;
  isHostReachable: () => boolean;
  log: Log;
}

export class WebServer {
  readonly #parts: WebServerParts;
  readonly #sockets = new Map<string, number>();
  readonly #upgrades = new Map<string, number>();
  readonly #pages = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: longestStationMessage,
    clientTracking: true,
  });
  readonly #pixels = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: longestPixelMessage,
    clientTracking: true,
    handleProtocols: () => 'binary',
  });
  #app: FastifyInstance | null = null;
  #https: HttpsServer | null = null;
  #http: Server | null = null;
  #unix: Server | null = null;
  #forget: NodeJS.Timeout | null = null;

  constructor(parts: WebServerParts) {
    this.#parts = parts;
  }

  /** The port that HTTPS listens on. */
  get port(): number {
    return (this.#https?.address() as AddressInfo | null)?.port ?? 0;
  }

  /** The port that only redirects, 0 for none. */
  get httpPort(): number {
    return (this.#http?.address() as AddressInfo | null)?.port ?? 0;
  }

  /** Opens the unix socket, then HTTPS, then HTTP. Throws a StartFault. */
  async start(): Promise<void> {
    const { certificate, config, places, log } = this.#parts;
    const pair = certificate.read();
    const app = await this.#makeApp((handle) => {
      const https = createHttpsServer({ ...pair, minVersion: 'TLSv1.2', handshakeTimeout: 20_000 }, handle);
      this.#https = https;
      this.#unix = createHttpServer(handle);
      return https;
    });
    this.#app = app;
    await app.ready();
    const { https, unix } = { https: this.#https, unix: this.#unix };
    if (https === null || unix === null) throw new Error('The servers were not made.');
    for (const server of [https, unix]) {
      server.headersTimeout = 15_000;
      server.requestTimeout = 30_000;
      server.keepAliveTimeout = 60_000;
      server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head));
    }
    certificate.start((renewed) => https.setSecureContext({ ...renewed, minVersion: 'TLSv1.2' }));

    unix.on('connection', (socket: Socket) => this.#parts.callers.addLocal(socket));
    rmSync(places.gatewaySocket, { force: true });
    await listen(unix, { path: places.gatewaySocket }, places.gatewaySocket);
    chmodSync(places.gatewaySocket, 0o600);

    const host = config.address === undefined ? {} : { host: config.address };
    await listen(https, { port: config.https_port, ...host }, `https_port ${config.https_port} of ${places.configFile}`);
    if (config.http_port !== 0) {
      this.#http = createHttpServer((request, response) => this.#redirect(request, response));
      this.#http.headersTimeout = 5000;
      this.#http.requestTimeout = 5000;
      await listen(this.#http, { port: config.http_port, ...host }, `http_port ${config.http_port} of ${places.configFile}`);
    }
    this.#forget = setInterval(() => this.#upgrades.clear(), 60_000);
    log.info({ port: this.port, httpPort: this.httpPort, socket: places.gatewaySocket }, 'The gateway serves.');
  }

  /** Reads the certificate's files now. */
  rereadCertificate(): void {
    this.#parts.certificate.reread((renewed) => this.#https?.setSecureContext({ ...renewed, minVersion: 'TLSv1.2' }));
  }

  /** Takes nobody in any more, lets what is under way end, for a second at most. */
  async stop(): Promise<void> {
    if (this.#forget !== null) clearInterval(this.#forget);
    this.#parts.certificate.stop();
    const servers = [this.#https, this.#http, this.#unix].filter((server) => server !== null);
    const closed = Promise.all(
      servers.filter((server) => server.listening).map((server) => new Promise((done) => server.close(done))),
    );
    for (const server of servers) server.closeIdleConnections();
    const patience = setTimeout(() => {
      for (const client of [...this.#pages.clients, ...this.#pixels.clients]) client.terminate();
      for (const server of servers) server.closeAllConnections();
    }, closePatienceMs);
    await closed;
    clearTimeout(patience);
    await this.#app?.close();
    rmSync(this.#parts.places.gatewaySocket, { force: true });
  }

  async #makeApp(makeServer: (handle: RequestListener) => HttpsServer): Promise<FastifyInstance> {
    const { webRoot, places, isHostReachable } = this.#parts;
    const app: FastifyInstance = fastify({
      // Fastify takes any server whose requests it can handle; its type names the plain one.
      serverFactory: (handle) => makeServer(handle) as unknown as Server,
      bodyLimit: longestBody,
      logger: false,
      trustProxy: false,
      routerOptions: { maxParamLength: 300 },
      return503OnClosing: true,
      frameworkErrors: refuseUnrouted,
    });
    await app.register(rateLimit, {
      max: mostRequestsPerMinute,
      timeWindow: 60_000,
      cache: 5000,
      keyGenerator: (request) => addressOf(request.raw),
      allowList: (request) => addressOf(request.raw) === '',
      errorResponseBuilder: () => new CodedError('too-many-requests'),
      addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    });
    setUpApi(app, this.#parts);
    app.setNotFoundHandler(() => {
      throw new CodedError('not-found');
    });
    await setUpPages(app, webRoot, `${places.certificateDir}/ca.crt`);
    app.get('/healthz', () => ({ ready: true, host: isHostReachable() }));
    return app;
  }

  #redirect(request: IncomingMessage, response: Parameters<RequestListener>[1]): void {
    const host = /^([A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/.exec(request.headers.host ?? '')?.[1];
    if (host === undefined) {
      response.writeHead(400, { connection: 'close' }).end();
      return;
    }
    const port = this.port === 443 ? '' : `:${this.port}`;
    const path = (request.url ?? '/').startsWith('/') ? request.url : '/';
    response.writeHead(308, { location: `https://${host}${port}${path}`, connection: 'close' }).end();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // The page may vanish while it is looked at.
    socket.on('error', () => {});
    this.#admit(request, socket, head).catch((error: unknown) => {
      const told = tellError(error);
      if (told.code === 'internal') this.#parts.log.error({ err: error }, 'A WebSocket could not be opened.');
      refuse(socket, told.code);
    });
  }

  async #admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const address = addressOf(request);
    this.#countUpgrade(address);
    switch (request.url?.split('?')[0]) {
      case '/api/v1/station': {
        if (!isOwnOrigin(request)) throw new CodedError('foreign-origin');
        const origin = request.headers.origin ?? '';
        this.#open(this.#pages, request, socket, head, (page) => this.#parts.stationDoor.enter(page, { address, origin }));
        return;
      }
      case '/api/v1/pixels': {
        if (!isOwnOrigin(request)) throw new CodedError('foreign-origin');
        const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
        const ticket = offered.find((one) => one.startsWith(ticketProtocolPrefix))?.slice(ticketProtocolPrefix.length);
        if (!offered.includes('binary') || ticket === undefined) throw new CodedError('bad-request');
        this.#open(this.#pixels, request, socket, head, (page) => this.#parts.pixelDoor.enter(page, socket, ticket));
        return;
      }
      case '/api/v1/live':
        await this.#admitCaller(request, socket, head, {
          enter: (page, caller) => {
            // Before the feed tells this one everything.
            if (request.url?.endsWith('?page=dashboard') === true && caller.principal?.by === 'page')
              page.on('close', this.#parts.supervisors.came(caller));
            this.#parts.liveFeed.enter(page, caller);
          },
        });
        return;
      case '/api/v1/watch':
        await this.#admitCaller(request, socket, head, this.#parts.watchDoor);
        return;
      default:
        throw new CodedError('not-found');
    }
  }

  async #admitCaller(request: IncomingMessage, socket: Duplex, head: Buffer, door: Pick<LiveFeed, 'enter'>): Promise<void> {
    const caller = await this.#parts.callers.find(request);
    const byPage = caller.principal === null || caller.principal.by === 'page';
    if (byPage && !isOwnOrigin(request)) throw new CodedError('foreign-origin');
    this.#open(this.#pages, request, socket, head, (page) => door.enter(page, caller));
  }

  #open(server: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer, enter: (page: WebSocket) => void): void {
    const address = addressOf(request);
    const open = this.#sockets.get(address) ?? 0;
    const all = this.#pages.clients.size + this.#pixels.clients.size;
    if (open >= mostSocketsPerAddress || all >= mostSockets) throw new CodedError('too-many-requests');
    server.handleUpgrade(request, socket, head, (page) => {
      // Also of a page that is refused at once: an error that nobody listens to would end the gateway.
      page.on('error', () => {});
      this.#sockets.set(address, (this.#sockets.get(address) ?? 0) + 1);
      page.on('close', () => {
        const left = (this.#sockets.get(address) ?? 1) - 1;
        if (left > 0) this.#sockets.set(address, left);
        else this.#sockets.delete(address);
      });
      enter(page);
    });
  }

  #countUpgrade(address: string): void {
    const upgrades = (this.#upgrades.get(address) ?? 0) + 1;
    this.#upgrades.set(address, upgrades);
    if (upgrades > mostUpgradesPerMinute && address !== '') throw new CodedError('too-many-requests');
  }
}

function refuse(socket: Duplex, code: ErrorCode): void {
  const { status } = errorCodes[code];
  const body = JSON.stringify(tellError(new CodedError(code)));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  // Does not wait for the other end to close as well: it may never do so.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

async function listen(server: Server | HttpsServer, options: ListenOptions, what: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (error: NodeJS.ErrnoException): void => {
    const remedy =
      error.code === 'EADDRINUSE'
        ? 'another program uses it; choose another one or stop that program'
        : (error.code ?? error.message);
    reject(new StartFault(`The gateway cannot listen on ${what}: ${remedy}.`, { cause: error }));
  };
  server.once('error', failed);
  server.listen(options, () => {
    server.off('error', failed);
    resolve();
  });
  await promise;
}
