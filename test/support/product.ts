// For tests: the whole product on this computer, in places of its own, on free ports, with throw-away accounts; its programs can
// be killed and started again. Needs root.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Places } from '#contract/places.ts';
import { makeTestRoom } from '#host/test-room.ts';
import type { TestAccount, TestRoom } from '#host/test-room.ts';
import type { Settings } from '#model/settings.ts';
import { keepCertificate } from '../../src/cli/computer/certificate.ts';
import { readConfig } from '../../src/cli/computer/config-file.ts';
import { endSessions } from '../../src/cli/computer/ending-sessions.ts';
import { makeFolders } from '../../src/cli/computer/folders.ts';
import { HostClient } from '../../src/cli/computer/host-client.ts';
import { compileCacheDir, layoutFrom, nodeOf } from '../../src/cli/computer/layout.ts';
import type { Layout } from '../../src/cli/computer/layout.ts';
import { buildPages } from '../../src/cli/computer/pages.ts';
import { tryProgram } from '../../src/cli/computer/program-run.ts';
import type { ProgramResult } from '../../src/cli/computer/program-run.ts';
import { asGatewayUser, nodeOptions, systemPath } from '../../src/cli/computer/programs.ts';
import { installRunTree } from '../../src/cli/computer/run-tree.ts';
import { lookUpUser } from '../../src/cli/computer/system-accounts.ts';
import { GatewayClient } from '../../src/cli/room/gateway-client.ts';
import { freePort } from './free-port.ts';

export interface ProductOptions {
  /** Standard users. Default 2. */
  accounts?: number;
  /** Also an administrator. Default true. */
  administrator?: boolean;
  /** Also a Dashboard user. Default false. */
  teacher?: boolean;
  /** Beyond the tests' own: every browser becomes a station, no privacy notice. */
  settings?: Partial<Settings>;
  /** Text of the PAM service instead of the packaged one. */
  pamService?: string;
}

const patienceMs = 30_000;

/** Asks again and again until the answer is yes; rejects with `what` after 30 s. */
async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await pause(10);
  }
}

export class Product implements AsyncDisposable {
  readonly room: TestRoom;
  readonly layout: Layout;
  readonly port: number;
  readonly httpPort: number;
  readonly accounts: readonly TestAccount[];
  readonly #administrator: TestAccount | null;
  readonly #teacher: TestAccount | null;
  /** The tree that the programs run from. */
  readonly tree: string;
  readonly #rights: readonly string[];
  readonly #programs: { host: ChildProcess | null; gateway: ChildProcess | null } = { host: null, gateway: null };

  constructor(given: {
    room: TestRoom;
    layout: Layout;
    tree: string;
    port: number;
    httpPort: number;
    rights: readonly string[];
    accounts: readonly TestAccount[];
    administrator: TestAccount | null;
    teacher: TestAccount | null;
  }) {
    this.room = given.room;
    this.layout = given.layout;
    this.tree = given.tree;
    this.port = given.port;
    this.httpPort = given.httpPort;
    this.#rights = given.rights;
    this.accounts = given.accounts;
    this.#administrator = given.administrator;
    this.#teacher = given.teacher;
  }

  get places(): Places {
    return this.layout.places;
  }

  /** What other programs find this product's places by. */
  get environment(): Readonly<Record<string, string>> {
    return this.room.environment;
  }

  get origin(): string {
    return `https://localhost:${this.port}`;
  }

  get urls(): { station: string; manager: string; dashboard: string } {
    return { station: `${this.origin}/`, manager: `${this.origin}/manager`, dashboard: `${this.origin}/dashboard` };
  }

  /** PEM file of the certificate authority. */
  get ca(): string {
    return `${this.places.certificateDir}/ca.crt`;
  }

  get administrator(): TestAccount {
    if (this.#administrator === null) throw new Error('the product was started without an administrator');
    return this.#administrator;
  }

  get teacher(): TestAccount {
    if (this.#teacher === null) throw new Error('the product was started without a teacher');
    return this.#teacher;
  }

  /** The API as root over the unix socket. */
  get api(): GatewayClient {
    return GatewayClient.local(this.places);
  }

  /** The user `number` (from 0). */
  user(number: number): TestAccount {
    const account = this.accounts[number];
    if (account === undefined) throw new Error(`the product has no user ${number}`);
    return account;
  }

  get hostPid(): number | null {
    return this.#programs.host?.pid ?? null;
  }

  get gatewayPid(): number | null {
    return this.#programs.gateway?.pid ?? null;
  }

  async #start(name: 'host' | 'gateway', rights: readonly string[]): Promise<void> {
    if (this.#programs[name] !== null) throw new Error(`the ${name} runs already`);
    await using log = await open(this.logFile(name), 'a');
    const node = existsSync(nodeOf(this.tree)) ? nodeOf(this.tree) : process.execPath;
    const child = spawn(
      'setpriv',
      ['--pdeathsig=KILL', ...rights, '--', node, ...nodeOptions, `${this.tree}/src/${name}/main.ts`],
      {
        cwd: this.tree,
        env: {
          PATH: systemPath,
          LANG: 'C.UTF-8',
          HOME: '/',
          NODE_COMPILE_CACHE: compileCacheDir(this.places, name),
          ...this.environment,
        },
        stdio: ['ignore', log.fd, log.fd],
        detached: true,
      },
    );
    this.#programs[name] = child;
    child.once('exit', () => {
      if (this.#programs[name] === child) this.#programs[name] = null;
    });
  }

  logFile(name: 'host' | 'gateway'): string {
    return `${this.layout.logDir}/${name}.log`;
  }

  /** What a program has logged so far. */
  async log(name: 'host' | 'gateway'): Promise<string> {
    return await readFile(this.logFile(name), 'utf8').catch(() => '');
  }

  async #untilUp(name: 'host' | 'gateway', ask: () => Promise<boolean>): Promise<void> {
    try {
      await until(`the ${name} answers`, async () => {
        if (this.#programs[name] === null) throw new Error(`the ${name} ended at its start`);
        return await ask();
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}; its log ends:\n${(await this.log(name)).slice(-4000)}`, { cause: error });
    }
  }

  /** Starts the host; fulfilled when it answers. */
  async startHost(): Promise<void> {
    await this.#start('host', []);
    await this.#untilUp('host', async () => {
      return await HostClient.connect(this.places).then(
        (client) => {
          client[Symbol.dispose]();
          return true;
        },
        () => false,
      );
    });
  }

  /** Starts the gateway; fulfilled when it serves. */
  async startGateway(): Promise<void> {
    await this.#start('gateway', this.#rights);
    await this.#untilUp(
      'gateway',
      async () => (await this.api.health())?.host === true || (this.hostPid === null && (await this.api.health()) !== null),
    );
  }

  async #end(name: 'host' | 'gateway', signal: NodeJS.Signals): Promise<void> {
    const child = this.#programs[name];
    if (child === null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await exit;
    clearTimeout(killer);
  }

  /** `kill -9`; fulfilled when it is gone. */
  async killHost(): Promise<void> {
    await this.#end('host', 'SIGKILL');
  }

  async killGateway(): Promise<void> {
    await this.#end('gateway', 'SIGKILL');
  }

  /** The gentle way. */
  async stopHost(): Promise<void> {
    await this.#end('host', 'SIGTERM');
  }

  async stopGateway(): Promise<void> {
    await this.#end('gateway', 'SIGTERM');
  }

  /** The command line as root on this computer; resolves whatever its exit code is. */
  async cli(...args: string[]): Promise<ProgramResult> {
    return await this.cliWith({}, ...args);
  }

  /** The same with further environment. */
  async cliWith(variables: Readonly<Record<string, string>>, ...args: string[]): Promise<ProgramResult> {
    return await tryProgram(process.execPath, [`${this.layout.tree}/src/cli/main.ts`, ...args], {
      environment: { PATH: systemPath, LANG: 'C.UTF-8', HOME: '/root', ...this.environment, ...variables },
    });
  }

  /** Ends all sessions, stops everything; rejects if sessions left something behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    const faults: unknown[] = [];
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      await work().catch((error: unknown) => faults.push(error));
    };
    await attempt(async () => {
      if (this.hostPid === null) await this.startHost();
      await endSessions(this.places, 'logged-off-by-administrator', () => true);
    });
    await attempt(async () => await this.stopGateway());
    await attempt(async () => await this.stopHost());
    if (faults.length > 0) {
      process.stderr.write(`host log:\n${await this.log('host')}\ngateway log:\n${(await this.log('gateway')).slice(-8000)}\n`);
    }
    await attempt(async () => await this.room[Symbol.asyncDispose]());
    if (faults.length > 0) throw new AggregateError(faults, faults.map(String).join('\n'));
  }
}

/** The clone itself if the gateway's user can read it, else an installed copy such as `up` makes. */
async function readableTree(layout: Layout): Promise<string> {
  const user = layout.places.gatewayUser;
  const files = ['src/gateway/main.ts', 'node_modules/fastify/package.json', 'dist/web/station/index.html'];
  const readable = await Promise.all(
    files.map(async (file) => {
      const rights = [`--reuid=${user}`, `--regid=${user}`, '--init-groups'];
      return (await tryProgram('setpriv', [...rights, '--', 'test', '-r', `${layout.tree}/${file}`])).code === 0;
    }),
  );
  return readable.every(Boolean) ? layout.tree : await installRunTree(layout);
}

/** Starts it; `await using product = await startProduct()`. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const room = await makeTestRoom(options.pamService === undefined ? {} : { pamService: options.pamService });
  let product: Product | null = null;
  try {
    const layout = layoutFrom(room.environment);
    const gateway = await lookUpUser(layout.places.gatewayUser);
    if (gateway === null) throw new Error(`there is no user ${layout.places.gatewayUser}`);
    await makeFolders(layout, gateway);
    await buildPages(layout.tree);
    const port = await freePort();
    const httpPort = await freePort();
    await writeFile(layout.places.configFile, `https_port = ${port}\nhttp_port = ${httpPort}\n`);
    await keepCertificate(layout, gateway, Date.now());
    const accounts: TestAccount[] = [];
    for (let number = 0; number < (options.accounts ?? 2); number += 1) accounts.push(await room.addAccount());
    const administrator = (options.administrator ?? true) ? await room.addAccount({ level: 'administrator' }) : null;
    const teacher = options.teacher === true ? await room.addAccount({ level: 'dashboard' }) : null;
    const rights = asGatewayUser(layout.places.gatewayUser, await readConfig(layout));
    const tree = await readableTree(layout);
    product = new Product({ room, layout, tree, port, httpPort, rights, accounts, administrator, teacher });
    await product.startHost();
    await product.startGateway();
    await product.api.call('changeSettings', { body: { enrolment: 'open', privacyNotice: false, ...options.settings } });
    return product;
  } catch (error) {
    await (product ?? room)[Symbol.asyncDispose]().catch(() => undefined);
    throw error;
  }
}
