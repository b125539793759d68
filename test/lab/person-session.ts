// A person's session in a machine of the lab, from inside: programs are run on its desktop, its files and its picture are read.
import { readFile } from 'node:fs/promises';
import type { ProgramResult } from '../../src/cli/computer/program-run.ts';
import { ProgramFailed } from '../../src/cli/computer/program-run.ts';
import type { InstalledProduct, MachineAccount } from './installed-product.ts';

export class PersonSession {
  readonly id: string;
  readonly #product: InstalledProduct;
  readonly #account: MachineAccount;

  constructor(product: InstalledProduct, account: MachineAccount, id: string) {
    this.#product = product;
    this.#account = account;
    this.id = id;
  }

  /** The session of this account. Rejects if it has none. */
  static async of(product: InstalledProduct, account: MachineAccount): Promise<PersonSession> {
    const sessions = JSON.parse(await product.cli('session', 'list', '--json')) as { id: string; user: string; uid: number }[];
    const own = sessions.find(({ user, uid }) => user === account.name && uid === account.uid);
    if (own === undefined) throw new Error(`${account.name} has no session`);
    return new PersonSession(product, account, own.id);
  }

  get #runFolder(): string {
    return `/run/stationmaster/sessions/${this.id}`;
  }

  /** Its first process, as the machine numbers it. */
  async init(): Promise<number> {
    return Number((await this.#product.machine.run('cat', [`${this.#runFolder}/init`])).split(' ')[0]);
  }

  /** The variables that its desktop's programs have, as `NAME=value`. */
  async #environment(namespaces: readonly string[]): Promise<string[]> {
    const text = await this.#product.machine.run('cat', [`${this.#runFolder}/environment`]);
    const started = [...text.matchAll(/^export ([A-Za-z_]\w*)='((?:[^']|'\\'')*)'$/gm)].map(
      ([, name = '', value = '']) => `${name}=${value.replaceAll(String.raw`'\''`, "'")}`,
    );
    // The desktop's own bus is started later than what the file tells.
    const everybody = ['sh', '-c', 'grep -azhm1 "^DBUS_SESSION_BUS_ADDRESS=" /proc/[0-9]*/environ | tr "\\0" "\\n"'];
    const { stdout } = await this.#product.machine.tryRun('nsenter', [...namespaces, ...everybody]);
    return [
      ...started,
      ...stdout
        .split('\n')
        .filter((line) => line !== '')
        .slice(0, 1),
    ];
  }

  /** Runs a program as the person, in the session's namespaces and on its display, from their home; answers with its exit code. */
  async tryRun(command: string, ...args: string[]): Promise<ProgramResult> {
    const { uid, gid, home } = this.#account;
    const namespaces = [`--target=${await this.init()}`, '--mount', '--pid', '--ipc', '--'];
    return await this.#product.machine.tryRun('nsenter', [
      ...namespaces,
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--init-groups',
      '--inh-caps=-all',
      '--',
      'env',
      `--chdir=${home}`,
      ...(await this.#environment(namespaces)),
      command,
      ...args,
    ]);
  }

  /** The same; answers with what it wrote, rejects unless it ends with 0. */
  async run(command: string, ...args: string[]): Promise<string> {
    const result = await this.tryRun(command, ...args);
    if (result.code !== 0) throw new ProgramFailed(command, result);
    return result.stdout;
  }

  /** Starts a program that stays. Nothing of it is open outside the session. */
  async launch(command: string, ...args: string[]): Promise<void> {
    // A shell, so that what it starts has the session's own /dev/null, and the session's init for a parent.
    await this.run('setsid', 'sh', '-c', '"$@" </dev/null >/dev/null 2>&1 &', 'sh', command, ...args);
  }

  /** A file of the session's own /tmp. */
  async temporaryFile(name: string): Promise<Buffer> {
    return await readFile(`${this.#product.machine.root}/var/lib/stationmaster/sessions/${this.id}/tmp/${name}`);
  }

  /** The whole screen as XWD. */
  async picture(): Promise<Buffer> {
    await this.run('xwd', '-root', '-silent', '-out', '/tmp/lab.xwd');
    return await this.temporaryFile('lab.xwd');
  }
}
