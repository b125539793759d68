// A gateway for tests of the station page: the built page under the real security headers, a station WebSocket that a test
// scripts message by message, and pixels of a small painted desktop.
import { createPublicKey, verify } from 'node:crypto';
import { EventEmitter, on, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { stationPageSays } from '#contract/station-page.ts';
import { stationProofText } from '#contract/wire.ts';
import type { GatewaySaysToStation, StationPageSays } from '#contract/station-page.ts';
import { framedByOwnPage, securityHeaders } from '../../src/gateway/web-security.ts';
import { PaintedDesktop } from './painted-desktop.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export const station = { id: 'abcdefghijklmnop', name: 'Station 4' };
export const computer = 'lab-server';

type Said<S extends StationPageSays['say']> = Extract<StationPageSays, { say: S }>;

/** One open station page, proven. */
export class ScriptedPage {
  readonly socket: WebSocket;
  readonly key: { x: string; y: string };
  readonly language: string;
  readonly half: 'left' | 'right' | null;
  readonly widthPx: number;
  readonly heard: StationPageSays[] = [];
  readonly #events = new EventEmitter();

  constructor(socket: WebSocket, hello: Said<'hello'>) {
    this.socket = socket;
    this.key = hello.key;
    this.language = hello.language;
    this.half = hello.half ?? null;
    this.widthPx = hello.widthPx;
  }

  take(said: StationPageSays): void {
    this.heard.push(said);
    this.#events.emit('said', said);
  }

  say(message: GatewaySaysToStation): void {
    this.socket.send(JSON.stringify(message));
  }

  free(because: Extract<GatewaySaysToStation, { say: 'free' }>['because'] = { reason: 'none' }): void {
    this.say({ say: 'free', station, computer, because });
  }

  desktop(ticket: string): void {
    this.say({ say: 'desktop', station, computer, user: 'anna', fullName: 'Anna Lefèvre', ticket });
  }

  /** The next thing of this kind that the page says, or has said and nobody asked for yet. */
  async next<S extends StationPageSays['say']>(say: S, withinMs = 10_000): Promise<Said<S>> {
    const signal = AbortSignal.timeout(withinMs);
    const find = (): Said<S> | null => {
      const at = this.heard.findIndex((said) => said.say === say);
      return at < 0 ? null : (this.heard.splice(at, 1)[0] as Said<S>);
    };
    const found = find();
    if (found !== null) return found;
    for await (const _ of on(this.#events, 'said', { signal })) {
      const said = find();
      if (said !== null) return said;
    }
    throw new Error('unreachable');
  }
}

export class StationGateway implements AsyncDisposable {
  readonly #folder: string;
  readonly #events = new EventEmitter();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('binary') ? 'binary' : false),
  });
  readonly #pages: ScriptedPage[] = [];
  readonly desktops: PaintedDesktop[] = [];
  /** Tickets that were shown, in order. */
  readonly tickets: string[] = [];
  #server: Server | null = null;
  port = 0;
  /** What a proven page is told first. */
  welcome: (page: ScriptedPage) => void = (page) => page.free();
  /** Changes the page's HTML, as an update of Stationmaster does. */
  html: (text: string) => string = (text) => text;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** `folder`: the built pages. */
  static async start(folder: string): Promise<StationGateway> {
    const gateway = new StationGateway(folder);
    await gateway.open();
    return gateway;
  }

  get url(): string {
    return `http://localhost:${this.port}/`;
  }

  /** Listens, again on the same port after `close`. */
  async open(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        // Its `close` follows.
        webSocket.on('error', () => {});
        if (request.url === '/api/v1/pixels') this.#pixels(webSocket, request);
        else this.#station(webSocket);
      });
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Stops as a program does that is ended (`code`) or killed (none). */
  async close(code?: number): Promise<void> {
    for (const client of this.#sockets.clients) {
      if (code === undefined) client.terminate();
      else client.close(code);
    }
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** The next page that proved itself, or one that did and nobody asked for yet. */
  async page(withinMs = 10_000): Promise<ScriptedPage> {
    const signal = AbortSignal.timeout(withinMs);
    while (this.#pages.length === 0) await once(this.#events, 'page', { signal });
    return this.#pages.shift() as ScriptedPage;
  }

  /** The desktop's next pixel connection. */
  async pixels(withinMs = 10_000): Promise<PaintedDesktop> {
    const signal = AbortSignal.timeout(withinMs);
    while (this.desktops.length === 0) await once(this.#events, 'pixels', { signal });
    return this.desktops.shift() as PaintedDesktop;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.url).pathname;
    try {
      const body = await readFile(join(this.#folder, path === '/' ? 'station/index.html' : path));
      const headers = securityHeaders(request.headers.host);
      for (const [name, value] of Object.entries(path === '/' ? framedByOwnPage(headers) : headers))
        response.setHeader(name, value);
      response.setHeader('content-type', types[extname(path === '/' ? '.html' : path)] ?? 'text/html; charset=utf-8');
      response.end(path === '/' ? this.html(body.toString('utf8')) : body);
    } catch {
      response.writeHead(404).end();
    }
  }

  #station(socket: WebSocket): void {
    const nonce = `nonce ${Math.random()}`;
    let hello: Said<'hello'> | null = null;
    let page: ScriptedPage | null = null;
    socket.on('message', (data: Buffer) => {
      const said = stationPageSays.parse(JSON.parse(data.toString('utf8')));
      if (page !== null) page.take(said);
      else if (said.say === 'hello') {
        hello = said;
        socket.send(JSON.stringify({ say: 'challenge', nonce } satisfies GatewaySaysToStation));
      } else if (said.say === 'proof' && hello !== null) {
        const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', ...hello.key }, format: 'jwk' });
        const text = Buffer.from(stationProofText(this.url.slice(0, -1), nonce));
        const good = verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(said.signature, 'base64url'));
        if (!good) throw new Error('The page did not prove its key.');
        page = new ScriptedPage(socket, hello);
        this.#pages.push(page);
        this.welcome(page);
        this.#events.emit('page');
      }
    });
  }

  #pixels(socket: WebSocket, request: IncomingMessage): void {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
    this.tickets.push(offered.find((each) => each.startsWith('ticket.'))?.slice('ticket.'.length) ?? '');
    const desktop = new PaintedDesktop(socket, offered);
    this.desktops.push(desktop);
    this.#events.emit('pixels');
  }
}
