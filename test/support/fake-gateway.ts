// A gateway for tests of the Manager and the Dashboard: the built pages under the real security headers, with a room that a test scripts.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Scope } from '#model/classroom.ts';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { alertsOf, dismissible } from '#model/alert.ts';
import type { AuditDamage } from '#model/alert.ts';
import type {
  ApiBody,
  ApiReply,
  AuditEntry,
  AuditReport,
  ListedPerson,
  Principal,
  SavedView,
  Token,
  ToldAlert,
} from '#contract/api.ts';
import type { Outcome } from '#contract/route.ts';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { LiveEvent } from '#contract/live.ts';
import type { AccountRemoval, Computer, Supervisor, ToldLimit, ToldLimitRule } from '#contract/values.ts';
import type { AccountFilesFate, ImportLine, Level } from '#model/account.ts';
import { isRunning } from '#model/session.ts';
import type { Session, SessionCheck, UnsavedWork } from '#model/session.ts';
import { defaultSettings } from '#model/settings.ts';
import { effectiveLimits } from '#model/limits.ts';
import type { LimitRule, LimitScope } from '#model/limits.ts';
import type { RaisedHand } from '#model/raised-hand.ts';
import type { TimeRequest } from '#model/session-time.ts';
import type { Settings } from '#model/settings.ts';
import { plainConfiguration } from '#model/station.ts';
import type { Station } from '#model/station.ts';
import { apiDocument } from '../../src/gateway/api-document.ts';
import { securityHeaders } from '../../src/gateway/web-security.ts';
import { ownCertificate } from './certificate.ts';
import { FakeWatching } from './fake-watching.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** An answer other than 200. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

export interface Call {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

type Answer = (call: Call, match: readonly string[]) => unknown;

export class FakeGateway implements AsyncDisposable {
  computers: Computer[] = [];
  stations: Station[] = [];
  rooms: string[] = [];
  sessions: Session[] = [];
  settings: Settings = { ...defaultSettings };
  /** By computer; told after the snapshot, as the gateway does. */
  checks: Record<string, readonly SessionCheck[]> = {};
  /** Who asks for more time; told after the snapshot. */
  timeRequests: TimeRequest[] = [];
  /** Who else has the Dashboard open; told after the snapshot. */
  supervisors: Supervisor[] = [];
  /** Who has a hand up; told after the snapshot. */
  hands: RaisedHand[] = [];
  limitRules: ToldLimitRule[] = [];
  /** What every session has left of its time. */
  leftMs: number | null = null;
  /** By session: what its windows say of unsaved work. */
  unsaved: Record<string, UnsavedWork['unsaved']> = {};
  accounts: ListedPerson[] = [];
  /** Whom Dashboard users see, by account. */
  readonly scopes = new Map<string, Scope>();
  /** What the look at a list of people that is to be imported says. */
  importLines: ImportLine[] = [];
  audit: AuditEntry[] = [];
  auditReport: AuditReport = {
    entries: 0,
    brokenAt: null,
    fault: null,
    anchor: 0,
    head: { number: 0, hash: '' },
    noted: null,
  };
  /** When the certificate of the pages ends; null: not known. */
  certificateEndsAt: number | null = null;
  /** What the guide for a new room is told. */
  firstSteps: ApiReply<'firstSteps'> = { certificate: 'given', people: 12, signedIn: true };
  /** What the gateway's own check of the audit found. */
  auditDamage: AuditDamage | null = null;
  /** By key: the alerts that somebody put aside. */
  readonly dismissed = new Map<string, NonNullable<ToldAlert['dismissed']>>();
  readonly watching = new FakeWatching();
  views: SavedView[] = [];
  tokens: Token[] = [];
  setupNeeded = false;
  /** What its clock shows, which the pages go by. */
  now: () => number = Date.now;
  /** Who is signed in, without having to; null: the sign-in page is shown. */
  principal: Principal | null = null;
  /** Every changing request, in order. */
  readonly calls: Call[] = [];
  readonly #answers: (readonly [RegExp, Answer])[] = [];
  readonly #readers = new Set<WebSocket>();
  readonly #pages: string;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  #server: Server | null = null;
  #port = 0;
  #up = true;

  private constructor(pages: string) {
    this.#pages = pages;
  }

  /** `pages`: the folder of the built pages. */
  static async start(pages: string): Promise<FakeGateway> {
    const gateway = new FakeGateway(pages);
    await gateway.#listen();
    return gateway;
  }

  url(path: string): string {
    return `https://localhost:${this.#port}${path}`;
  }

  /** Answers requests whose `METHOD /path` (below /api/v1) matches in this way from now on. */
  answer(line: RegExp, answer: Answer): void {
    this.#answers.unshift([line, answer]);
  }

  /** Tells everybody an event, and keeps the state that a later snapshot tells. */
  tell(event: LiveEvent): void {
    switch (event.event) {
      case 'snapshot':
        break;
      case 'computer.changed':
        this.computers = [...this.computers.filter((each) => each.name !== event.computer.name), event.computer];
        break;
      case 'checks.changed':
        this.checks = { ...this.checks, [event.computer]: event.checks };
        break;
      case 'time-requests.changed':
        this.timeRequests = event.requests;
        break;
      case 'station.changed':
        this.stations = [...this.stations.filter((each) => each.id !== event.station.id), event.station];
        break;
      case 'station.removed':
        this.stations = this.stations.filter((each) => each.id !== event.station);
        break;
      case 'session.changed':
        this.sessions = [...this.sessions.filter((each) => each.id !== event.session.id), event.session];
        break;
      case 'session.removed':
        this.sessions = this.sessions.filter((each) => each.id !== event.session);
        break;
      case 'hands.changed':
        this.hands = event.hands;
        break;
      case 'supervisors.changed':
        this.supervisors = event.supervisors;
        break;
      case 'settings.changed':
        this.settings = event.settings;
        break;
    }
    for (const reader of this.#readers) reader.send(JSON.stringify(event));
  }

  /** The sessions that a request is for. */
  #meant(who: unknown): Session[] {
    const { all, sessions = [] } = who as { all?: true; sessions?: readonly string[] };
    return this.sessions.filter(({ id, station }) => (all === true ? station !== null : sessions.includes(id)));
  }

  changeSession(id: string, change: Partial<Session>): Session {
    const session = this.sessions.find((each) => each.id === id);
    if (session === undefined) throw new Refusal('session-not-found');
    const changed = { ...session, ...change };
    this.tell({ event: 'session.changed', session: changed });
    return changed;
  }

  changeStation(id: string, change: Partial<Station>): Station {
    const station = this.stations.find((each) => each.id === id);
    if (station === undefined) throw new Refusal('station-not-found');
    const changed = { ...station, ...change };
    this.tell({ event: 'station.changed', station: changed });
    return changed;
  }

  changeComputer(name: string, change: Partial<Computer>): Computer {
    const computer = this.computers.find((each) => each.name === name);
    if (computer === undefined) throw new Refusal('computer-not-found');
    const changed = { ...computer, ...change };
    this.tell({ event: 'computer.changed', computer: changed });
    return changed;
  }

  /** As the host does: refused where a program cannot be saved, else on disk at once, those programs closed if asked to. */
  #hibernate(session: Session, closing: boolean): Session {
    if (!isRunning(session)) throw new Refusal('not-possible-now');
    const checks = this.checks[session.computer]?.find((each) => each.session === session.id)?.atRisk ?? [];
    const hindrance = checks.find(({ fate }) => fate === 'lost');
    if (hindrance !== undefined && !closing)
      throw new Refusal('cannot-be-saved', { program: hindrance.program, reason: hindrance.reason });
    const cause = 'hibernated-by-administrator';
    const since = Date.now();
    this.changeSession(session.id, { state: 'hibernating', station: null, cause, since });
    const saved = { at: since, bytes: 96 * 2 ** 20, programs: ['Mousepad', 'Terminal'], fault: null };
    return this.changeSession(session.id, { state: 'hibernated', cause: 'saved', since, saved });
  }

  /** The removal of an account, done unless `change` says otherwise. */
  removal(user: string, change: Partial<AccountRemoval> = {}): AccountRemoval {
    const usual = { id: 'r'.repeat(16), files: 'archive', phase: 'done', doneBytes: 0, totalBytes: null, archive: null } as const;
    return { ...usual, left: null, error: null, startedAt: Date.now(), by: 'ada', address: '192.0.2.1', user, ...change };
  }

  #person(name: string): ListedPerson {
    const person = this.accounts.find((one) => one.name === name);
    if (person === undefined) throw new Refusal('not-found');
    return person;
  }

  #alerts(): ToldAlert[] {
    const { computers, stations, sessions, certificateEndsAt } = this;
    const now = this.now();
    const failed = this.audit.filter(({ at, outcome }) => outcome === 'wrong-credentials' && at > now - 86_400_000);
    const failedSignIns = { count: failed.length, lastAt: Math.max(0, ...failed.map(({ at }) => at)) };
    const facts = { computers, stations, sessions, certificateEndsAt, failedSignIns, now };
    const full = this.audit.filter(({ at, outcome }) => outcome === 'computer-full' && at > now - 86_400_000);
    const refusedAsFull = { count: full.length, lastAt: Math.max(0, ...full.map(({ at }) => at)) };
    const { mostSessions } = this.settings;
    return alertsOf({ ...facts, mostSessions, refusedAsFull, auditDamage: this.auditDamage }).map((alert) => ({
      ...alert,
      dismissed: this.dismissed.get(alert.key) ?? null,
    }));
  }

  /** Everybody is in every group. */
  #limitsAt(station: string | null): ToldLimit[] {
    const groups = this.limitRules.filter(({ scope }) => scope === 'group').map(({ of }) => of);
    const rules = this.limitRules as unknown as LimitRule[];
    const nameOf = (of: string): string => this.limitRules.find((rule) => rule.of === of)?.name ?? '';
    return effectiveLimits(this.settings, rules, { groups, station }).map(({ name, value, source }) => ({
      name,
      value,
      source: { from: source.from, name: nameOf(source.of) },
    }));
  }

  #workIn(session: Session | undefined): UnsavedWork {
    if (session === undefined) throw new Refusal('session-not-found');
    const unsaved = this.unsaved[session.id] ?? [];
    return { session: session.id, user: session.user, looked: true, unsaved, silent: ['Terminal', 'libreoffice-writer'] };
  }

  /** As if the gateway were gone: live feeds break and every request fails, until `comeBack`. */
  vanish(): void {
    this.#up = false;
    for (const reader of this.#readers) reader.terminate();
    this.watching.vanish();
  }

  comeBack(): void {
    this.#up = true;
  }

  /** The server no longer takes the sign-in. */
  endSignIn(): void {
    this.principal = null;
    for (const reader of this.#readers) reader.close(4002, 'refused');
  }

  async #listen(): Promise<void> {
    const server = createServer(await ownCertificate());
    this.#server = server;
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('upgrade', (request, socket, head) => {
      if (!this.#up) {
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (reader) => {
        if (this.principal === null) {
          reader.close(4002, 'refused');
          return;
        }
        if (request.url === '/api/v1/watch') {
          this.watching.enter(reader);
          return;
        }
        this.#readers.add(reader);
        reader.on('close', () => this.#readers.delete(reader));
        const { computers, stations, sessions, settings } = this;
        reader.send(JSON.stringify({ event: 'snapshot', computers, stations, sessions, settings } satisfies LiveEvent));
        for (const [computer, checks] of Object.entries(this.checks))
          reader.send(JSON.stringify({ event: 'checks.changed', computer, checks: [...checks] } satisfies LiveEvent));
        const requests = this.timeRequests;
        const { supervisors } = this;
        if (supervisors.length > 0)
          reader.send(JSON.stringify({ event: 'supervisors.changed', supervisors } satisfies LiveEvent));
        const { hands } = this;
        if (hands.length > 0) reader.send(JSON.stringify({ event: 'hands.changed', hands } satisfies LiveEvent));
        if (requests.length > 0) reader.send(JSON.stringify({ event: 'time-requests.changed', requests } satisfies LiveEvent));
      });
    });
    await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
    this.#port = (server.address() as AddressInfo).port;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#up) {
      request.socket.destroy();
      return;
    }
    for (const [name, value] of Object.entries(securityHeaders(request.headers.host))) response.setHeader(name, value);
    response.setHeader('date', new Date(this.now()).toUTCString());
    const { pathname, search } = new URL(request.url ?? '/', 'https://localhost');
    try {
      if (pathname.startsWith('/api/v1/')) {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        const call: Call = {
          method: request.method ?? '',
          path: pathname.slice('/api/v1'.length) + search,
          body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
        };
        if (call.method !== 'GET') this.calls.push(call);
        const reply = (await this.#reply(call)) ?? {};
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(reply));
        return;
      }
      const page = /^\/(manager|dashboard|api)(\/|$)/.exec(pathname)?.[1];
      const documentation = /^\/docs\/[a-z/-]+$/.test(pathname) ? `${pathname}.html` : null;
      const file = documentation ?? (pathname.startsWith('/assets/') ? pathname : `/${page ?? 'station'}/index.html`);
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
      response.end(await readFile(join(this.#pages, file)));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('internal');
      response.statusCode = errorCodes[refusal.code].status;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ error: { code: refusal.code, message: errorCodes[refusal.code].text, details: refusal.details } }),
      );
    }
  }

  async #reply(call: Call): Promise<unknown> {
    const line = `${call.method} ${call.path}`;
    for (const [pattern, answer] of [...this.#answers, ...this.#usual]) {
      const match = pattern.exec(line);
      if (match !== null) return answer(call, match.slice(1).map(decodeURIComponent));
    }
    throw new Refusal('not-found');
  }

  /** What a well-behaved gateway does. */
  readonly #usual: readonly (readonly [RegExp, Answer])[] = [
    [
      /^GET \/me$/,
      () => {
        if (this.principal === null) throw new Refusal('not-signed-in');
        return { principal: this.principal, computer: this.computers[0]?.name ?? 'computer' };
      },
    ],
    [
      /^POST \/sign-in$/,
      ({ body }) => {
        if (body['password'] !== 'right') throw new Refusal('wrong-credentials');
        this.principal = makePrincipal(String(body['user']), body['page'] === 'manager' ? 'administrator' : 'dashboard');
        return { step: 'done', principal: this.principal };
      },
    ],
    [
      /^POST \/sign-out$/,
      () => {
        this.principal = null;
      },
    ],
    [/^GET \/setup$/, () => ({ needed: this.setupNeeded })],
    [/^GET \/first-steps$/, () => this.firstSteps],
    [/^GET \/alerts$/, () => this.#alerts()],
    [
      /^POST \/alerts\/dismiss$/,
      ({ body }) => {
        const alert = this.#alerts().find(({ key }) => key === body['key']);
        if (alert === undefined) throw new Refusal('not-found');
        if (!dismissible.has(alert.code)) throw new Refusal('not-possible-now');
        this.dismissed.set(alert.key, { by: this.principal?.name ?? '', at: Date.now() });
      },
    ],
    [
      /^POST \/alerts\/restore$/,
      ({ body }) => {
        if (!this.dismissed.delete(String(body['key']))) throw new Refusal('not-found');
      },
    ],
    [/^GET \/openapi\.json$/, () => JSON.parse(apiDocument()) as unknown],
    [/^GET \/tokens$/, () => this.tokens],
    [
      /^POST \/tokens$/,
      ({ body }) => {
        const { name, level, scopes, expiresInDays } = body as ApiBody<'makeToken'>;
        if (this.tokens.some((each) => each.name === name)) throw new Refusal('name-taken', { name });
        const now = Date.now();
        const expiresAt = expiresInDays == null ? null : now + expiresInDays * 86_400_000;
        const id = idOf(`t${'abcdefghij'.charAt(this.tokens.length)}`);
        const token: Token = { id, name, level, scopes: scopes ?? null, createdAt: now, expiresAt, lastUsedAt: null };
        this.tokens = [...this.tokens, token];
        return { ...token, token: `smt_${'x'.repeat(43)}` };
      },
    ],
    [
      /^DELETE \/tokens\/(\w+)$/,
      (_call, [id]) => {
        this.tokens = this.tokens.filter((each) => each.id !== id);
      },
    ],
    [/^GET \/views$/, () => this.views],
    [
      /^POST \/views$/,
      ({ body }) => {
        const name = String(body['name']);
        const view = { id: idOf(`v${this.views.length}`.replace(/\d/, 'd')), name, query: String(body['query']) };
        this.views = [...this.views.filter((each) => each.name !== name), view];
        return view;
      },
    ],
    [
      /^DELETE \/views\/(\w+)$/,
      (_call, [id]) => {
        this.views = this.views.filter((each) => each.id !== id);
      },
    ],
    [/^GET \/users$/, () => this.accounts],
    [/^GET \/scopes$/, () => ({ scopes: [...this.scopes].map(([of, scope]) => ({ owner: 'account', of, scope })) })],
    [
      /^PATCH \/users\/([^/]+)\/scope$/,
      ({ body }, [name = '']) => {
        const scope = body['scope'] as Scope | null;
        if (scope?.groups.includes('9z') === true) throw new Refusal('group-not-found');
        if (scope === null) this.scopes.delete(name);
        else this.scopes.set(name, scope);
        return { scope };
      },
    ],
    [
      /^POST \/users$/,
      ({ body }) => {
        const name = String(body['user']);
        if (this.accounts.some((one) => one.name === name)) throw new Refusal('name-taken');
        const person = makePerson(name, body['level'] as Level, { fullName: String(body['fullName']) });
        this.accounts = [...this.accounts, person];
        return person;
      },
    ],
    [/^POST \/users\/import\/preview$/, () => ({ lines: this.importLines })],
    [
      /^PATCH \/users\/([^/]+)$/,
      ({ body }, [name = '']) => {
        const { was, ...change } = body as { was?: Partial<ListedPerson> } & Partial<ListedPerson>;
        const person = this.#person(name);
        if (was !== undefined && Object.entries(was).some(([key, value]) => person[key as keyof ListedPerson] !== value))
          throw new Refusal('changed-meanwhile');
        const changed = { ...person, ...change, listed: person.listed || change.level !== undefined };
        this.accounts = this.accounts.map((one) => (one.name === name ? changed : one));
        return changed;
      },
    ],
    [
      /^POST \/users\/([^/]+)\/password$/,
      ({ body }, [name = '']) => {
        this.#person(name);
        if (String(body['password']).length < 3) throw new Refusal('password-refused', { says: 'BAD PASSWORD: too short' });
        return { says: '' };
      },
    ],
    [
      /^DELETE \/users\/([^/?]+)\?files=(\w+)&endSession=(\w+)$/,
      (_call, [name = '', files, endSession]) => {
        this.#person(name);
        const own = this.sessions.filter((each) => each.user === name);
        if (own.length > 0 && endSession !== 'yes') throw new Refusal('session-exists', { sessions: own.length });
        for (const session of own) this.tell({ event: 'session.removed', session: session.id });
        this.accounts = this.accounts.filter((one) => one.name !== name);
        return this.removal(name, {
          files: files as AccountFilesFate,
          archive: files === 'archive' ? `/archives/${name}.tar.zst` : null,
          left: files === 'keep' ? `/home/${name}` : null,
        });
      },
    ],
    [/^POST \/audit\/verify$/, () => this.auditReport],
    [
      /^GET \/audit(?!\/)(.*)$/,
      (_call, [query]) => {
        const asked = new URLSearchParams(query);
        const before = Number(asked.get('before') ?? Number.MAX_SAFE_INTEGER);
        const wanted = asked.get('search') ?? '';
        return this.audit
          .filter((entry) => entry.number < before && JSON.stringify(entry).includes(wanted))
          .filter((entry) => (['actor', 'action', 'target'] as const).every((name) => fits(entry, name, asked.get(name))))
          .filter((entry) => asked.get('outcome') === null || (asked.get('outcome') === 'done') === (entry.outcome === 'done'))
          .filter((entry) => entry.at >= Number(asked.get('from') ?? 0) && entry.at < Number(asked.get('to') ?? Infinity))
          .toSorted((a, b) => b.number - a.number)
          .slice(0, Number(asked.get('limit') ?? 100));
      },
    ],
    [/^GET \/settings$/, () => this.settings],
    [
      /^PATCH \/settings$/,
      ({ body }) => {
        const { was = {}, ...given } = body as { was?: Partial<Settings> } & Partial<Settings>;
        const names = Object.keys(was) as (keyof Settings)[];
        if (names.some((name) => was[name] !== this.settings[name])) throw new Refusal('changed-meanwhile');
        this.tell({ event: 'settings.changed', settings: { ...this.settings, ...given } });
        return this.settings;
      },
    ],
    [
      /^GET \/desktops$/,
      () => ({
        sessions: this.sessions.map(({ id, station }) => ({
          id,
          room: this.stations.find((one) => one.id === station)?.configuration.room ?? '',
          classes: [],
        })),
      }),
    ],
    [
      /^POST \/desktops\/suspend$/,
      ({ body }) => ({
        outcomes: this.#meant(body['who']).map(({ id, user }): Outcome => {
          this.changeSession(id, { state: 'suspended', station: null, cause: 'suspended-by-administrator' });
          return { session: id, user, error: null };
        }),
      }),
    ],
    [
      /^POST \/computers\/([^/]+)\/suspend-all$/,
      (_call, [computer]) => {
        const outcomes: Outcome[] = [];
        for (const session of this.sessions) {
          if (session.computer !== computer || session.station === null) continue;
          this.changeSession(session.id, { state: 'suspended', station: null, cause: 'suspended-by-administrator' });
          outcomes.push({ session: session.id, user: session.user, error: null });
        }
        return { outcomes };
      },
    ],
    [
      /^POST \/computers\/([^/]+)\/log-off-all$/,
      ({ body }, [computer]) => {
        const outcomes: Outcome[] = [];
        for (const session of this.sessions) {
          if (session.computer !== computer || session.station === null) continue;
          this.changeSession(session.id, { endsAt: Date.now() + Number(body['seconds']) * 1000 });
          outcomes.push({ session: session.id, user: session.user, error: null });
        }
        return { outcomes };
      },
    ],
    [
      /^POST \/computers\/([^/]+)\/hibernate-all$/,
      ({ body }, [computer]) => {
        const outcomes: Outcome[] = [];
        for (const session of this.sessions) {
          if (session.computer !== computer || session.state !== 'suspended') continue;
          let error: Outcome['error'] = null;
          try {
            this.#hibernate(session, body['closing'] === true);
          } catch (fault) {
            if (!(fault instanceof Refusal)) throw fault;
            error = { code: fault.code, message: errorCodes[fault.code].text, details: { ...fault.details } };
          }
          outcomes.push({ session: session.id, user: session.user, error });
        }
        return { outcomes };
      },
    ],
    [/^GET \/computers\/([^/]+)\/check$/, (_call, [computer = '']) => ({ checks: this.checks[computer] ?? [] })],
    [
      /^POST \/computers\/([^/]+)\/leave$/,
      ({ body }, [computer = '']) => {
        if (this.computers.find((each) => each.name === computer)?.leaving != null) throw new Refusal('not-possible-now');
        const until = Date.now() + Number(body['seconds'] ?? this.settings.leaveWarningSeconds) * 1000;
        const how = body['how'] === 'restart' ? 'restart' : 'shut-down';
        const unsaved = this.sessions.filter((each) => each.computer === computer && isRunning(each)).length;
        const by = this.principal?.name ?? '';
        return this.changeComputer(computer, { leaving: { how, phase: 'warning', until, unsaved, by, stoppable: true } });
      },
    ],
    [
      /^POST \/computers\/([^/]+)\/stay$/,
      (_call, [computer = '']) => {
        const leaving = this.computers.find((each) => each.name === computer)?.leaving ?? null;
        if (leaving === null || leaving.phase !== 'warning' || !leaving.stoppable) throw new Refusal('not-possible-now');
        return this.changeComputer(computer, { leaving: null });
      },
    ],
    [
      /^POST \/computers\/([^/]+)\/identify$/,
      ({ body }, [computer]) => {
        for (const station of this.stations) {
          if (station.computer === computer && station.online)
            this.changeStation(station.id, { identifying: body['on'] === true });
        }
      },
    ],
    [/^POST \/stations\/codes$/, () => ({ code: 'K7WM-4PXD', expiresAt: Date.now() + 3_600_000 })],
    [
      /^PATCH \/stations\/(\w+)$/,
      ({ body }, [id = '']) => {
        const station = this.stations.find((each) => each.id === id);
        if (body['was'] !== undefined && body['was'] !== station?.name) throw new Refusal('changed-meanwhile');
        const was = body['wasConfiguration'];
        if (was !== undefined && JSON.stringify(was) !== JSON.stringify(station?.configuration))
          throw new Refusal('changed-meanwhile');
        const configuration = { ...plainConfiguration, ...station?.configuration, ...(body['configuration'] as object) };
        if (configuration.room !== '' && !this.rooms.includes(configuration.room)) this.rooms.push(configuration.room);
        const name = typeof body['name'] === 'string' ? body['name'] : (station?.name ?? '');
        return this.changeStation(id, { name, configuration });
      },
    ],
    [/^GET \/rooms$/, () => ({ rooms: this.rooms })],
    [
      /^POST \/rooms$/,
      ({ body }) => {
        if (JSON.stringify(body['based']) !== JSON.stringify(this.rooms)) throw new Refusal('changed-meanwhile');
        const asked = body['rooms'] as { name: string; was?: string }[];
        this.rooms = asked.map(({ name }) => name);
        for (const { id, configuration } of this.stations) {
          const room = asked.find(({ was }) => was === configuration.room)?.name ?? '';
          this.changeStation(id, { configuration: { ...configuration, room } });
        }
        return { rooms: this.rooms };
      },
    ],
    [/^POST \/stations\/(\w+)\/admit$/, (_call, [id = '']) => this.changeStation(id, { state: 'enrolled', name: 'Station 9' })],
    [
      /^POST \/stations\/(\w+)\/split$/,
      ({ body }, [id = '']) => {
        const whole = this.stations.find((each) => each.id === id);
        if (whole === undefined) throw new Refusal('station-not-found');
        if (whole.widthPx < 1024) throw new Refusal('screen-too-small', { widthPx: whole.widthPx });
        const other = `right${id}`.slice(0, 16);
        const name = String(body['name']);
        const right: Station = { ...whole, id: other, name, split: { half: 'right', other: id } };
        this.tell({ event: 'station.changed', station: right });
        return { left: this.changeStation(id, { split: { half: 'left', other } }), right };
      },
    ],
    [
      /^POST \/stations\/(\w+)\/unsplit$/,
      ({ body }, [id = '']) => {
        const { split } = this.stations.find((each) => each.id === id) ?? {};
        if (split == null) throw new Refusal('not-possible-now');
        const [left, right] = split.half === 'left' ? [id, split.other] : [split.other, id];
        const there = this.sessions.find((each) => each.station === right);
        if (there !== undefined && body['suspend'] !== true) throw new Refusal('station-taken');
        if (there !== undefined)
          this.changeSession(there.id, { state: 'suspended', station: null, cause: 'suspended-by-administrator' });
        this.tell({ event: 'station.removed', station: right });
        return this.changeStation(left, { split: null });
      },
    ],
    [/^POST \/stations\/(\w+)\/identify$/, ({ body }, [id = '']) => this.changeStation(id, { identifying: body['on'] === true })],
    [/^DELETE \/stations\/(\w+)$/, (_call, [station = '']) => this.tell({ event: 'station.removed', station })],
    [
      /^POST \/sessions\/(\w+)\/suspend$/,
      (_call, [id = '']) => this.changeSession(id, { state: 'suspended', station: null, cause: 'suspended-by-administrator' }),
    ],
    [
      /^POST \/sessions\/(\w+)\/move$/,
      ({ body }, [id = '']) => {
        const station = String(body['station']);
        const there = this.sessions.find((each) => each.station === station && each.id !== id);
        if (there !== undefined && there.id !== body['displaces']) throw new Refusal('station-taken');
        if (there !== undefined)
          this.changeSession(there.id, { state: 'suspended', station: null, cause: 'suspended-by-administrator' });
        return this.changeSession(id, { state: 'active', station, cause: 'moved-by-administrator' });
      },
    ],
    [
      /^POST \/sessions\/(\w+)\/hibernate$/,
      ({ body }, [id = '']) => {
        const session = this.sessions.find((each) => each.id === id);
        if (session === undefined) throw new Refusal('session-not-found');
        return this.#hibernate(session, body['closing'] === true);
      },
    ],
    [
      /^POST \/sessions\/(\w+)\/log-off$/,
      ({ body }, [id = '']) =>
        body['seconds'] === 0
          ? this.changeSession(id, { state: 'ending' })
          : this.changeSession(id, { endsAt: Date.now() + Number(body['seconds']) * 1000 }),
    ],
    [/^GET \/sessions\/(\w+)\/unsaved$/, (_call, [id = '']) => this.#workIn(this.sessions.find((each) => each.id === id))],
    [
      /^GET \/computers\/([^/]+)\/unsaved$/,
      (_call, [computer]) => ({
        sessions: this.sessions
          .filter((each) => each.computer === computer && each.station !== null)
          .map((each) => this.#workIn(each)),
      }),
    ],
    [/^GET \/limits$/, () => ({ rules: this.limitRules })],
    [
      /^PATCH \/limits$/,
      ({ body }) => {
        const { scope, of, values } = body as { scope: LimitScope; of: string; values: Record<string, number | null> };
        const others = this.limitRules.filter((rule) => rule.scope !== scope || rule.of !== of);
        const before = this.limitRules.find((rule) => rule.scope === scope && rule.of === of);
        const merged = Object.entries({ ...before?.values, ...values }).filter(([, value]) => value !== null);
        const name = scope === 'station' ? (this.stations.find(({ id }) => id === of)?.name ?? '') : of;
        this.limitRules =
          merged.length === 0 ? others : [...others, { scope, of, name, exists: true, values: Object.fromEntries(merged) }];
        return { rules: this.limitRules };
      },
    ],
    [/^GET \/limits\/effective\?/, () => ({ limits: this.#limitsAt(null) })],
    [
      /^GET \/sessions\/(\w+)\/limits$/,
      (_call, [id = '']) => ({
        limits: this.#limitsAt(this.sessions.find((each) => each.id === id)?.station ?? null),
        leftMs: this.leftMs,
      }),
    ],
    [/^POST \/sessions\/(\w+)\/keep$/, (_call, [id = '']) => this.changeSession(id, { endsAt: null, endsBy: '' })],
  ];

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.#readers) reader.terminate();
    this.#sockets.close();
    const server = this.#server;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise<void>((closed) => server.close(() => closed()));
  }
}

/** Whether a filter lets an entry through by one of its texts. */
function fits(entry: AuditEntry, name: 'actor' | 'action' | 'target', wanted: string | null): boolean {
  return wanted === null || entry[name].toLowerCase() === wanted.toLowerCase();
}

export function makePrincipal(name: string, level: Level): Principal {
  return { name, fullName: 'Ada Martin', level, by: 'page' };
}

let lastUid = 1000;

export function makePerson(name: string, level: Level, change: Partial<ListedPerson> = {}): ListedPerson {
  lastUid += 1;
  const usual = {
    fullName: '',
    listed: true,
    domain: false,
    disabled: false,
    inGroups: false,
    sessions: 0,
    lastSignInAt: null,
    removal: null,
  };
  return { name, uid: lastUid, level, ...usual, ...change };
}

export function makeComputer(name: string, change: Partial<Computer> = {}): Computer {
  return {
    name,
    reachable: true,
    version: '0.1.0',
    system: 'Debian GNU/Linux 12 (bookworm)',
    startedAt: Date.now() - 3 * 86_400_000,
    cores: 4,
    load: 1.3,
    processorBusy: 0.33,
    memoryTotal: 16 * 2 ** 30,
    memoryAvailable: 9.4 * 2 ** 30,
    hibernation: { fault: null, says: '4.1', asRoot: true, freeBytes: 120 * 2 ** 30, savedBytes: 0 },
    sessionLimitsFault: null,
    unavailable: {
      uniqueAddress: { reason: 'none-set-aside', interface: 'enp3s0', network: '192.0.2.0/24', addresses: 253 },
      graphics: { reason: 'display-server-cannot', cards: ['renderD128 (i915)'], displayServer: 'TigerVNC 1.12.0' },
    },
    leaving: null,
    lastLeave: null,
    leaveFault: null,
    mode: 'station',
    disks: [{ holds: ['state', 'homes'], totalBytes: 500 * 2 ** 30, freeBytes: 320 * 2 ** 30 }],
    ...change,
  };
}

/** An identity of 16 characters a-z2-7 from a short word. */
export function idOf(word: string): string {
  return word.padEnd(16, 'a');
}

export function makeStation(id: string, name: string, computer: string, change: Partial<Station> = {}): Station {
  return {
    id: idOf(id),
    name,
    computer,
    state: 'enrolled',
    online: true,
    enrolledAt: Date.now() - 86_400_000,
    lastSeenAt: Date.now() - 300_000,
    address: '192.0.2.17',
    widthPx: 1920,
    heightPx: 1080,
    latencyMs: 3.4,
    identifying: false,
    split: null,
    configuration: plainConfiguration,
    ...change,
  };
}

export function makeSession(
  id: string,
  user: string,
  computer: string,
  station: string | null,
  change: Partial<Session> = {},
): Session {
  return {
    id: idOf(id),
    user,
    uid: 1001,
    fullName: '',
    computer,
    state: station === null ? 'suspended' : 'active',
    cause: 'signed-in',
    station: station === null ? null : idOf(station),
    attachment: 1,
    startedAt: Date.now() - 7_200_000,
    since: Date.now() - 1_500_000,
    endsAt: null,
    endsBy: '',
    desktop: 'xfce',
    saved: null,
    ...change,
  };
}
