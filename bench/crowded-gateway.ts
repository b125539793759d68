// The real gateway as a program of its own, over a host that says there are as many stations and sessions as are wanted; in places of
// its own.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as localRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { placesFrom } from '#contract/places.ts';
import { Store } from '#gateway/store.ts';
import type { Session } from '#model/session.ts';
import type { Station } from '#model/station.ts';
import { eventually } from '../test/e2e/eventually.ts';
import { freePort } from '../test/support/free-port.ts';
import { ownCertificate } from '../test/support/certificate.ts';
import { ScriptedHost } from '../test/support/scripted-host.ts';
import { processTree } from './process-figures.ts';

const tree = resolve(import.meta.dirname, '..');
const patienceMs = 60_000;

export class CrowdedGateway implements AsyncDisposable {
  readonly host: ScriptedHost;
  readonly origin: string;
  /** Of the gateway's own process. */
  readonly pid: number;
  /** As a browser sends it: an administrator is signed in. */
  readonly cookie: string;
  readonly #agent: Agent;
  readonly #ending: AsyncDisposableStack;

  private constructor(
    host: ScriptedHost,
    origin: string,
    pid: number,
    cookie: string,
    agent: Agent,
    ending: AsyncDisposableStack,
  ) {
    this.host = host;
    this.origin = origin;
    this.pid = pid;
    this.cookie = cookie;
    this.#agent = agent;
    this.#ending = ending;
  }

  static async start(crowd: { stations: readonly Station[]; sessions: readonly Session[] }): Promise<CrowdedGateway> {
    await using ending = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'stationmaster-bench-gateway-'));
    ending.defer(() => rm(folder, { recursive: true, force: true }));
    const environment = {
      STATIONMASTER_STATE: join(folder, 'state'),
      STATIONMASTER_RUN: join(folder, 'run'),
      STATIONMASTER_CONFIG: join(folder, 'config.toml'),
    };
    const places = placesFrom(environment);
    for (const each of [places.gatewayRunDir, places.gatewayStateDir, places.certificateDir, places.sessionsRunDir])
      await mkdir(each, { recursive: true, mode: 0o700 });
    const { cert, key } = await ownCertificate();
    for (const name of ['server.crt', 'ca.crt']) await writeFile(join(places.certificateDir, name), cert);
    await writeFile(join(places.certificateDir, 'server.key'), key);
    const port = await freePort();
    await writeFile(places.configFile, `address = "127.0.0.1"\nhttps_port = ${port}\nhttp_port = 0\nlog_level = "warn"\n`);
    {
      using store = Store.open(join(places.gatewayStateDir, 'store.db'));
      store.transaction(() => {
        for (const { id, name, enrolledAt, lastSeenAt, address, widthPx, heightPx, configuration } of crowd.stations)
          store.run(
            'INSERT INTO stations (id, key, name, enrolledAt, lastSeenAt, address, widthPx, heightPx, configuration) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
            id,
            id,
            name,
            enrolledAt,
            lastSeenAt,
            address,
            widthPx,
            heightPx,
            JSON.stringify(configuration),
          );
      });
    }
    const host = ending.use(new ScriptedHost(places.hostSocket, hostname()));
    for (const session of crowd.sessions) host.sessions.set(session.id, { ...session, computer: hostname() });
    await host.start();
    const program: ChildProcess = spawn(process.execPath, ['--max-semi-space-size=1', join(tree, 'src/gateway/main.ts')], {
      env: { ...process.env, ...environment, NODE_COMPILE_CACHE: join(folder, 'compiled') },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    ending.defer(async () => {
      if (program.exitCode !== null) return;
      program.kill('SIGTERM');
      await once(program, 'exit');
    });
    const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
    ending.defer(() => agent.destroy());
    const asRoot = async (method: string, path: string, body?: unknown): Promise<number> => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = localRequest({ socketPath: places.gatewaySocket, method, path: `/api/v1${path}`, headers, agent: false });
      sent.end(body === undefined ? undefined : JSON.stringify(body));
      const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
      response.resume();
      await once(response, 'end');
      return response.statusCode ?? 0;
    };
    // Their stations are no pages here: nobody is to be suspended for that.
    const settings = { graceSeconds: 3600, enrolment: 'open' };
    await eventually('the gateway answers', patienceMs, async () =>
      (await asRoot('PATCH', '/settings', settings)) === 200 ? true : null,
    );
    const origin = `https://localhost:${port}`;
    const cookie = await eventually('an administrator is signed in', patienceMs, async () => {
      const { status, headers } = await ask(agent, origin, 'POST', '/sign-in', {
        body: { user: 'admin', password: 'admin', page: 'manager' },
      });
      return status === 200 ? (/^[^;]+/.exec(String(headers['set-cookie']))?.[0] ?? null) : null;
    });
    const pid = processTree(program.pid ?? 0)[0] ?? 0;
    return new CrowdedGateway(host, origin, pid, cookie, agent, ending.move());
  }

  /** One request to the API as the administrator. */
  async ask(method: string, path: string, body?: unknown): Promise<Buffer> {
    const { status, body: got } = await ask(this.#agent, this.origin, method, path, {
      cookie: this.cookie,
      ...(body !== undefined && { body }),
    });
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${got.toString('utf8').slice(0, 300)}`);
    return got;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ending.disposeAsync();
  }
}

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

async function ask(
  agent: Agent,
  origin: string,
  method: string,
  path: string,
  { body, cookie }: { body?: unknown; cookie?: string } = {},
): Promise<Answer> {
  const headers = {
    origin,
    ...(cookie !== undefined && { cookie }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const sent = request(`${origin}/api/v1${path}`, { method, headers, agent });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) };
}
