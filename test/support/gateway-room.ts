// For tests: a gateway in this process, in places of its own and on a free port, with the real host server over fake people
// and desktops; and clients that speak to it as station pages, pixel connections, pages and command lines do.
import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { configSchema } from '#contract/config.ts';
import { pixelSocket, placesFrom } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import { stationProofText } from '#contract/wire.ts';
import type { GatewaySaysToStation, StationPageSays } from '#contract/station-page.ts';
import type { TimingClock } from '#gateway/clock.ts';
import { Gateway } from '#gateway/gateway.ts';
import { FakeAccounts } from '#host/fake-accounts.ts';
import { FakeComputer } from '#host/fake-desktops.ts';
import type { FakeQuestion } from '#host/fake-sign-ins.ts';
import type { Sessions } from '#host/sessions.ts';
import type { Settings } from '#model/settings.ts';
import { ownCertificate } from './certificate.ts';
import type { RoomHost } from './room-host.ts';
import { ScriptedHost } from './scripted-host.ts';

const patienceMs = 10_000;
const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' });

/** A clock that tests set: both times run on, from where they are put. */
export class TestClock implements TimingClock {
  wallShiftMs = 0;
  monotonicShiftMs = 0;
  /** What is to be called, by when. */
  readonly #appointments = new Map<() => void, number>();

  nowMs(): number {
    return Math.round(Date.now() + this.wallShiftMs);
  }

  monotonicMs(): number {
    return performance.now() + this.monotonicShiftMs;
  }

  after(delayMs: number, action: () => void): Disposable {
    const timer = setTimeout(() => call(), delayMs);
    const call = (): void => {
      clearTimeout(timer);
      if (this.#appointments.delete(call)) action();
    };
    this.#appointments.set(call, this.monotonicMs() + delayMs);
    return {
      [Symbol.dispose]: () => {
        clearTimeout(timer);
        this.#appointments.delete(call);
      },
    };
  }

  /** As time passes: both go on, and what becomes due is called. */
  pass(ms: number): void {
    this.wallShiftMs += ms;
    this.monotonicShiftMs += ms;
    for (const [call, dueMs] of this.#appointments) if (dueMs <= this.monotonicMs()) call();
  }
}

/** Fulfilled once `ask` says yes; rejects with `what` after 10 s. */
export async function until(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

/** The key of a browser. */
export interface StationKey {
  x: string;
  y: string;
  sign(text: string): string;
}

export function newStationKey(): StationKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  return {
    x: String(x),
    y: String(y),
    sign: (text) => createSign('sha256').update(text).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' }, 'base64url'),
  };
}

/** An X server that says its version and keeps what it is told. */
export interface FakeXServer extends AsyncDisposable {
  connections: Socket[];
  received: Buffer[];
}

export interface Reply {
  status: number;
  // Tests look at what they expect.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  headers: Record<string, string | string[] | undefined>;
  /** As they came. */
  bytes: Buffer;
}

export interface AskOptions {
  body?: unknown;
  cookie?: string;
  token?: string;
  /** The Origin header; the gateway's own if left out, none if null. */
  origin?: string | null;
  headers?: Record<string, string>;
  /** Over the unix socket, as root. */
  local?: boolean;
  /** Gives the request up. */
  signal?: AbortSignal;
}

/** What a page says and hears, over the station WebSocket. */
export class TestStation implements Disposable {
  readonly socket: WebSocket;
  readonly key: StationKey;
  readonly heard: GatewaySaysToStation[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #origin: string;
  #read = 0;
  #wake: () => void = () => {};
  answersPings = true;

  constructor(socket: WebSocket, key: StationKey, origin: string) {
    this.socket = socket;
    this.key = key;
    this.#origin = origin;
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#wake();
      });
    });
    socket.on('message', (data) => {
      const said = JSON.parse(textOf(data)) as GatewaySaysToStation;
      if (said.say === 'ping') {
        if (this.answersPings) this.say({ say: 'pong', number: said.number });
        return;
      }
      this.heard.push(said);
      this.#wake();
    });
  }

  say(message: StationPageSays): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message that was not taken yet. */
  async next(): Promise<GatewaySaysToStation> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const said = this.heard[this.#read];
      if (said !== undefined) {
        this.#read += 1;
        return said;
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.socket.readyState === WebSocket.CLOSED) {
        throw new Error(`nothing more was said; before: ${JSON.stringify(this.heard.slice(-5))}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The next message of this kind; those before it are passed over. */
  async hear<S extends GatewaySaysToStation['say']>(kind: S): Promise<Extract<GatewaySaysToStation, { say: S }>> {
    const passed: string[] = [];
    for (;;) {
      const said = await this.next().catch((error: unknown) => {
        throw new Error(`waited for "${kind}", heard ${JSON.stringify(passed)}`, { cause: error });
      });
      if (said.say === kind) return said as Extract<GatewaySaysToStation, { say: S }>;
      passed.push(JSON.stringify(said));
    }
  }

  async prove(): Promise<void> {
    const { x, y } = this.key;
    this.say({ say: 'hello', key: { x, y }, language: 'en', widthPx: 1280, heightPx: 800 });
    const { nonce } = await this.hear('challenge');
    this.say({ say: 'proof', signature: this.key.sign(stationProofText(this.#origin, nonce)) });
  }

  /** Signs in up to the desktop; accepts the notice on the way. Gives the ticket. */
  async signIn(user: string, password = user): Promise<string> {
    this.say({ say: 'sign-in', user, password });
    for (;;) {
      const said = await this.next();
      if (said.say === 'notice') this.say({ say: 'accept-notice' });
      if (said.say === 'desktop') return said.ticket;
      if (said.say === 'free') throw new Error(`not signed in: ${JSON.stringify(said.because)}`);
    }
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

export class GatewayRoom implements AsyncDisposable {
  readonly folder: string;
  readonly places: Places;
  readonly clock = new TestClock();
  readonly accounts = FakeAccounts.demonstration();
  readonly computer = new FakeComputer();
  readonly computerName = hostname();
  #further: FakeQuestion | null = null;
  readonly #sockets = new Set<WebSocket>();
  #script: ScriptedHost | null = null;
  #host: RoomHost | null = null;
  #gateway: Gateway | null = null;

  readonly #keepFolder: boolean;
  #address = '127.0.0.1';

  private constructor(folder: string, keepFolder: boolean) {
    this.folder = folder;
    this.#keepFolder = keepFolder;
    this.places = placesFrom({
      STATIONMASTER_STATE: join(folder, 'state'),
      STATIONMASTER_RUN: join(folder, 'run'),
      STATIONMASTER_CONFIG: join(folder, 'config.toml'),
    });
  }

  /**
   * Everything started. `settings` beyond: every browser becomes a station, no privacy notice. A given `folder` stays.
   * `scripted`: the host is one that the test leads (`script`), instead of the real one over fake people and desktops.
   */
  static async make(
    options: {
      settings?: Partial<Settings>;
      further?: FakeQuestion;
      folder?: string;
      scripted?: boolean;
      /** Where the gateway listens; loopback if left out. */
      address?: string;
    } = {},
  ): Promise<GatewayRoom> {
    const room = new GatewayRoom(
      options.folder ?? mkdtempSync(join(tmpdir(), 'stationmaster-gateway-')),
      options.folder !== undefined,
    );
    room.#address = options.address ?? room.#address;
    room.#further = options.further ?? null;
    const { gatewayRunDir, gatewayStateDir, certificateDir, sessionsRunDir } = room.places;
    for (const folder of [gatewayRunDir, gatewayStateDir, certificateDir, sessionsRunDir])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    await makeCertificate(certificateDir);
    if (options.scripted === true) room.#script = new ScriptedHost(room.places.hostSocket, room.computerName);
    await room.startHost();
    await room.startGateway();
    const settings = { enrolment: 'open', privacyNotice: false, ...options.settings };
    const { status } = await room.ask('PATCH', '/settings', { local: true, body: settings });
    if (status !== 200) throw new Error('The settings were refused.');
    return room;
  }

  async startHost(): Promise<void> {
    if (this.#script !== null) {
      await this.#script.start();
      return;
    }
    const { RoomHost } = await import('./room-host.ts');
    const { places, computer, accounts } = this;
    const host = new RoomHost({ places, computer, accounts, further: this.#further, log });
    await host.start();
    this.#host = host;
  }

  async stopHost(): Promise<void> {
    await this.#script?.stop();
    const host = this.#host;
    this.#host = null;
    await host?.stop();
  }

  /** The host, where it is one that the test leads. */
  get script(): ScriptedHost {
    if (this.#script === null) throw new Error('The host of this room is the real one.');
    return this.#script;
  }

  /** The host's own sessions. */
  get sessions(): Sessions {
    if (this.#host === null) throw new Error('The host is stopped.');
    return this.#host.sessions;
  }

  get hostSettings(): RoomHost['settings'] {
    if (this.#host === null) throw new Error('The host is stopped.');
    return this.#host.settings;
  }

  /** The limits that the host holds a session to. */
  hostLimitsOf(session: string): RoomHost['settings'] {
    if (this.#host === null) throw new Error('The host is stopped.');
    return this.#host.limitsOf(session);
  }

  async startGateway(): Promise<void> {
    const gateway = new Gateway({
      places: this.places,
      // Port 0, any free one, is for tests only.
      config: { ...configSchema.parse({}), address: this.#address, https_port: 0, http_port: 0 },
      webRoot: join(this.folder, 'web'),
      clock: this.clock,
      log,
    });
    this.#gateway = gateway;
    await gateway.start();
    await until('the gateway reaches the host', async () => {
      if (this.#host === null && this.#script === null) return true;
      const { body } = await this.ask('GET', '/healthz', { local: true });
      return (body as { host: boolean }).host;
    });
  }

  async stopGateway(): Promise<void> {
    await this.#gateway?.stop();
    this.#gateway = null;
  }

  get port(): number {
    return this.#gateway?.port ?? 0;
  }

  get origin(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** One request to the API (or, with a path outside of it like `/healthz`, to the rest). */
  async ask(method: string, path: string, options: AskOptions = {}): Promise<Reply> {
    const url =
      ['/healthz', '/ca.crt', '/manager', '/dashboard', '/api', '/', '/metrics'].includes(path) ||
      /^\/(?:assets|docs)\b/.test(path)
        ? path
        : `/api/v1${path}`;
    const headers: Record<string, string> = { ...options.headers };
    const origin = options.origin === undefined ? this.origin : options.origin;
    if (origin !== null && options.local !== true) headers['origin'] = origin;
    if (options.cookie !== undefined) headers['cookie'] = `__Host-stationmaster=${options.cookie}`;
    if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
    const text =
      options.body === undefined ? null : typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
    if (text !== null) headers['content-type'] ??= 'application/json';
    const request =
      options.local === true
        ? httpRequest({ socketPath: this.places.gatewaySocket, method, path: url, headers, agent: false })
        : httpsRequest({
            host: '127.0.0.1',
            port: this.port,
            method,
            path: url,
            headers,
            rejectUnauthorized: false,
            agent: false,
          });
    options.signal?.addEventListener('abort', () => request.destroy(new Error('given up')), { once: true });
    request.end(text ?? undefined);
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const got = bytes.toString('utf8');
    const json = response.headers['content-type']?.split(';', 1)[0] === 'application/json';
    return { status: response.statusCode ?? 0, body: json ? JSON.parse(got) : got, headers: response.headers, bytes };
  }

  /** Signs in at a page and gives the cookie's value. */
  async pageCookie(user: string, page: 'manager' | 'dashboard' = 'manager', password = user): Promise<string> {
    const { status, headers, body } = await this.ask('POST', '/sign-in', { body: { user, password, page } });
    if (status !== 200) throw new Error(`not signed in: ${JSON.stringify(body)}`);
    return /__Host-stationmaster=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? '';
  }

  /** Opens a WebSocket; rejects with the HTTP status where it is refused. */
  async webSocket(
    path: string,
    options: { origin?: string | null; protocols?: string[]; headers?: Record<string, string> } = {},
  ): Promise<WebSocket> {
    const origin = options.origin === undefined ? this.origin : options.origin;
    const headers = { ...options.headers, ...(origin === null ? {} : { origin }) };
    const socket = new WebSocket(`wss://127.0.0.1:${this.port}/api/v1/${path}`, options.protocols ?? [], {
      rejectUnauthorized: false,
      perMessageDeflate: false,
      headers,
    });
    this.#sockets.add(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        reject(new Error(String(response.statusCode)));
      });
      socket.once('error', reject);
    });
    return socket;
  }

  /** A page that has not said anything yet. */
  async openPage(key = newStationKey()): Promise<TestStation> {
    return new TestStation(await this.webSocket('station'), key, this.origin);
  }

  /** A page that has proven its key. */
  async station(key = newStationKey()): Promise<TestStation> {
    const page = await this.openPage(key);
    await page.prove();
    return page;
  }

  async pixels(ticket: string): Promise<WebSocket> {
    return await this.webSocket('pixels', { protocols: ['binary', `ticket.${ticket}`] });
  }

  /** Listens where the session's X server would. */
  async xServer(session: string): Promise<FakeXServer> {
    const path = pixelSocket(this.places, session);
    mkdirSync(dirname(path), { recursive: true });
    const connections: Socket[] = [];
    const received: Buffer[] = [];
    const server: Server = createServer((socket) => {
      connections.push(socket);
      socket.write('RFB 003.008\n');
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      socket.on('error', () => {});
    }).listen(path);
    await once(server, 'listening');
    return {
      connections,
      received,
      async [Symbol.asyncDispose]() {
        for (const socket of connections) socket.destroy();
        server.close();
        await once(server, 'close');
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await this.stopGateway();
    await this.stopHost();
    if (!this.#keepFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}

let keptCertificate: Awaited<ReturnType<typeof ownCertificate>> | null = null;

async function makeCertificate(folder: string): Promise<void> {
  keptCertificate ??= await ownCertificate('test');
  writeFileSync(join(folder, 'server.crt'), keptCertificate.cert);
  writeFileSync(join(folder, 'server.key'), keptCertificate.key);
  writeFileSync(join(folder, 'ca.crt'), keptCertificate.cert);
}

/** A text message of a WebSocket. */
export function textOf(data: WebSocket.RawData): string {
  if (!Buffer.isBuffer(data)) throw new TypeError('not one piece');
  return data.toString('utf8');
}

/** The close code that a WebSocket ends with. */
export async function closeCode(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close', { signal: AbortSignal.timeout(patienceMs) })) as [number];
  return code;
}
