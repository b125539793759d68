// A room to measure saving in: the host program without a gateway, people with programs on their desktops, saved and restored
// at its socket; and who watches, from outside, how far CRIU has come.
import { execFile } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SavedDesktops } from '#host/hibernation/saved-desktops.ts';
import type { Manifest } from '#host/hibernation/saved-desktops.ts';
import { startInSession } from '#host/hibernation/run-in-session.ts';
import { processesOf, textIn } from '#host/hibernation/session-processes.ts';
import { newIdentity } from '#host/identity.ts';
import type { ProcessMark } from '#host/processes.ts';
import { Folders } from '#host/session-folders.ts';
import { TestClient } from '#host/test-client.ts';
import type { TestAccount } from '#host/test-room.ts';
import { startProduct } from '../test/support/product.ts';
import type { Product } from '../test/support/product.ts';
import { tell } from './figures.ts';
import { cpuSecondsOf } from './process-figures.ts';

const run = promisify(execFile);

const windowPatienceMs = 60_000;
const quietPatienceMs = 60_000;
const quietSpanMs = 1_000;
/** Of one core: a desktop that uses less has come to rest. */
const quietPart = 0.04;

/** A desktop with programs, as it is measured. */
export interface Scene {
  name: string;
  desktop: 'openbox' | 'xfce';
  programs: readonly { command: readonly string[]; title: RegExp }[];
}

const counting =
  'i=0; while :; do i=$((i + 1)); echo tick $i; echo $i >"$HOME/count.new"; mv "$HOME/count.new" "$HOME/count"; sleep 1; done';
const editor = { command: ['mousepad'], title: /Mousepad/ };

/** The three of the experiment that saving goes back to. */
export const scenes = {
  small: {
    name: 'openbox, xterm counting, mousepad',
    desktop: 'openbox',
    programs: [{ command: ['xterm', '-T', 'counting', '-e', 'sh', '-c', counting], title: /counting/ }, editor],
  },
  xfce: {
    name: 'XFCE, mousepad, terminal',
    desktop: 'xfce',
    programs: [
      { command: ['xfce4-terminal', '--title', 'terminal at work', '--disable-server'], title: /terminal at work/ },
      editor,
    ],
  },
  office: {
    name: 'openbox, LibreOffice Writer',
    desktop: 'openbox',
    programs: [{ command: ['libreoffice', '--writer', '--norestore', '--nologo'], title: /LibreOffice Writer/ }],
  },
  counting: {
    name: 'XFCE, xterm counting, mousepad',
    desktop: 'xfce',
    programs: [{ command: ['xterm', '-T', 'counting', '-e', 'sh', '-c', counting], title: /counting/ }, editor],
  },
} as const satisfies Record<string, Scene>;

/** Milliseconds from an order until something was seen. */
export interface Course {
  /** Until the answer. */
  answeredMs: number;
  /** Until CRIU began and came to its end, seen by the files that it makes first and last. */
  criuBegunMs: number;
  criuEndedMs: number;
}

function exported(pid: number): Record<string, string> {
  const pairs = textIn(`/proc/${pid}/environ`)
    .split('\0')
    .filter((word) => word.includes('='))
    .map((word): [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  return Object.fromEntries(pairs);
}

/** Calls back at the first sight of files with these names in the folder, which is there already or will be made in `parent`. */
class FolderWatch implements Disposable {
  readonly #seenAt = new Map<string, number>();
  readonly #watchers: { close(): void }[] = [];
  #over = false;

  constructor(parent: string, folder: string) {
    let found = false;
    const look = (): void => {
      if (found || this.#over) return;
      // It is made a moment after the folder around it, of which alone we are told.
      if (!existsSync(folder)) {
        setImmediate(look);
        return;
      }
      found = true;
      outer.close();
      const inner = watch(folder, (_kind, name) => {
        if (name !== null && !this.#seenAt.has(name)) this.#seenAt.set(name, performance.now());
      });
      inner.on('error', () => undefined);
      this.#watchers.push(inner);
    };
    const outer = watch(parent, look);
    outer.on('error', () => undefined);
    this.#watchers.push(outer);
  }

  at(name: string): number {
    return this.#seenAt.get(name) ?? Number.NaN;
  }

  [Symbol.dispose](): void {
    this.#over = true;
    for (const watcher of this.#watchers) watcher.close();
  }
}

export class HibernateRoom implements AsyncDisposable {
  readonly product: Product;
  readonly station = newIdentity();
  #client: TestClient;

  private constructor(product: Product, client: TestClient) {
    this.product = product;
    this.#client = client;
  }

  static async open(accounts: number): Promise<HibernateRoom> {
    tell(`Starting the host, with ${accounts} accounts …`);
    const product = await startProduct({ accounts, administrator: false });
    try {
      // It would not know the stations that are made up here.
      await product.stopGateway();
      return new HibernateRoom(product, await TestClient.greet(product.places.hostSocket));
    } catch (error) {
      await product[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
    await this.product[Symbol.asyncDispose]();
  }

  get client(): TestClient {
    return this.#client;
  }

  /** As at a restart of the computer: another life of the host finds what there is. */
  async restartHost(): Promise<void> {
    await this.product.killHost();
    await this.#client.closed;
    await this.product.startHost();
    this.#client = await TestClient.greet(this.product.places.hostSocket);
  }

  folders(session: string): Folders {
    return new Folders(this.product.places, session);
  }

  init(session: string): ProcessMark {
    const { init } = this.folders(session);
    if (init === null) throw new Error('the session does not run');
    return init;
  }

  /** PAM lets the person in; gives the attempt. */
  async #accepted({ name, password }: TestAccount): Promise<string> {
    const attempt = newIdentity();
    const said = await this.#client.call('signIn.begin', { attempt, user: name, password, remote: '', who: 'listed' });
    if (said.step !== 'accepted') throw new Error('PAM refused.');
    return attempt;
  }

  async #enter(attempt: string, desktop: string, station: string): Promise<string> {
    const { session } = await this.#client.call('session.enter', {
      attempt,
      station,
      choice: 'any',
      multiple: false,
      desktop,
      widthPx: 1920,
      heightPx: 1080,
      language: 'en',
    });
    return session.id;
  }

  /** A new session with the scene's programs, come to rest; suspended. Gives its id. */
  async start(scene: Scene, account: TestAccount): Promise<string> {
    const station = newIdentity();
    const session = await this.#enter(await this.#accepted(account), scene.desktop, station);
    await this.furnish(session, scene, account);
    await this.#client.call('session.suspend', { session, cause: 'suspended-by-administrator' });
    return session;
  }

  /** Starts the scene's programs in a session that runs, and waits until all has come to rest. */
  async furnish(session: string, scene: Scene, account: TestAccount): Promise<void> {
    const manager = scene.desktop === 'xfce' ? 'xfce4-panel' : 'openbox';
    const init = this.init(session);
    const environment = await this.#until(`${manager} runs`, () => {
      const found = processesOf(init).find(({ name }) => name === manager);
      const variables = found === undefined ? {} : exported(found.pid);
      return Promise.resolve(variables['DISPLAY'] === undefined ? null : variables);
    });
    await this.untilQuiet(session);
    for (const { command, title } of scene.programs) {
      const reopening = { name: command[0] ?? '', command: [...command], environment, folder: account.home };
      await startInSession(init, account, reopening);
      await this.#until(`a window ${title.source}`, async () => (title.test(await this.#windows(session)) ? true : null));
    }
    await this.untilQuiet(session);
  }

  async #windows(session: string): Promise<string> {
    const { record, run: runFolder } = this.folders(session);
    const env = {
      ...process.env,
      DISPLAY: `:${record?.slot}`,
      XAUTHORITY: `/proc/${this.init(session).pid}/root${runFolder}/runtime/Xauthority`,
    };
    return (await run('xwininfo', ['-root', '-tree'], { env })).stdout;
  }

  async #until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
    const deadline = performance.now() + windowPatienceMs;
    for (;;) {
      const answer = await ask();
      if (answer !== null) return answer;
      if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
      await wait(100);
    }
  }

  /** Until the session's processes use next to no processor time for a while. */
  async untilQuiet(session: string): Promise<void> {
    const { pid } = this.init(session);
    const deadline = performance.now() + quietPatienceMs;
    for (let quiet = 0; quiet < 2; ) {
      const before = cpuSecondsOf(pid);
      await wait(quietSpanMs);
      quiet = cpuSecondsOf(pid) - before < (quietPart * quietSpanMs) / 1000 ? quiet + 1 : 0;
      if (performance.now() > deadline) throw new Error('the desktop does not come to rest');
    }
  }

  /** Has it saved. */
  async save(session: string): Promise<Course> {
    const { hibernatedDir } = this.product.places;
    using seen = new FolderWatch(hibernatedDir, `${hibernatedDir}/${session}.new/raw`);
    const ordered = performance.now();
    await this.#explained(
      this.#client.call('session.hibernate', { session, cause: 'hibernated-by-administrator', closing: false }),
    );
    const answeredMs = performance.now() - ordered;
    return { answeredMs, criuBegunMs: seen.at('dump.log') - ordered, criuEndedMs: seen.at('stats-dump') - ordered };
  }

  /** Has it restored, and suspended again afterwards. PAM's answer came before. */
  async restore(session: string, account: TestAccount): Promise<Course> {
    const saved = `${this.product.places.hibernatedDir}/${session}`;
    const attempt = await this.#accepted(account);
    using seen = new FolderWatch(saved, `${saved}/raw`);
    const ordered = performance.now();
    const entered = await this.#explained(this.#enter(attempt, '', this.station));
    const answeredMs = performance.now() - ordered;
    if (entered !== session) throw new Error('another session was started');
    await this.#client.call('session.suspend', { session, cause: 'suspended-by-administrator' });
    return { answeredMs, criuBegunMs: seen.at('restore.log') - ordered, criuEndedMs: seen.at('stats-restore') - ordered };
  }

  /** What fails is told with the end of the host's log. */
  async #explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw new Error(`the host's log ends:\n${(await this.product.log('host')).slice(-4000)}`, { cause: error });
    }
  }

  async manifest(session: string): Promise<Manifest> {
    const found = await new SavedDesktops(this.product.places).read(session);
    if (found?.manifest == null) throw new Error('the session is not saved');
    return found.manifest;
  }

  /** The count of a scene that counts, as it stands in the home folder. */
  async count({ home }: TestAccount): Promise<number> {
    return Number(await readFile(`${home}/count`, 'utf8').catch(() => '0'));
  }
}
