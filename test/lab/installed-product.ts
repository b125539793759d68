// Stationmaster in a machine of the lab, as somebody installs it from a clone there: looked after by the machine's systemd, at
// the machine's address, with accounts of the machine.
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, readdir } from 'node:fs/promises';
import { request } from 'node:https';
import { resolve } from 'node:path';
import { levelGroups } from '#model/account.ts';
import type { Level } from '#model/account.ts';
import type { Settings } from '#model/settings.ts';
import { ProgramFailed } from '../../src/cli/computer/program-run.ts';
import { eventually } from '../e2e/eventually.ts';
import { builtPages } from '../support/pages.ts';
import type { Machine, MachineOptions } from './machine.ts';

const clone = resolve(import.meta.dirname, '../..');
/** Where the clone lies in the machine. */
const cloneInside = '/root/stationmaster';
const command = '/usr/local/bin/stationmaster';
const port = 8443;
const patienceMs = 30_000;

/** For `Machine.boot`: the npm packages, which nobody can fetch in there. */
export const productFolders: NonNullable<MachineOptions['folders']> = [
  { from: `${clone}/node_modules`, at: `${cloneInside}/node_modules` },
];

export interface MachineAccount {
  name: string;
  password: string;
  uid: number;
  gid: number;
  home: string;
}

/** Copies this clone, with its pages built, into the machine. */
async function copyClone(machine: Machine): Promise<void> {
  await builtPages();
  const target = `${machine.root}${cloneInside}`;
  const left = new Set(['.git', '.cache', 'dist', 'node_modules', 'bench']);
  await mkdir(target, { recursive: true });
  const names = (await readdir(clone)).filter((name) => !left.has(name));
  for (const name of [...names, 'dist/web', '.cache/pages.sha256']) {
    await cp(`${clone}/${name}`, `${target}/${name}`, { recursive: true });
  }
}

export class InstalledProduct {
  readonly machine: Machine;

  private constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Installs and starts it by `up`, in a machine that was booted with `productFolders`. */
  static async install(machine: Machine, settings: Partial<Settings> = {}): Promise<InstalledProduct> {
    const product = new InstalledProduct(machine);
    await copyClone(machine);
    await product.up();
    await product.changeSettings({ enrolment: 'open', privacyNotice: false, ...settings });
    return product;
  }

  /** `up` from the machine's clone; answers with what it told the person. */
  async up(): Promise<string> {
    const result = await this.machine.tryRun(`${cloneInside}/stationmaster`, ['up', '--json', '--detach']);
    if (result.code !== 0) throw new ProgramFailed('stationmaster up', result);
    return result.stderr;
  }

  get origin(): string {
    return `https://${this.machine.address}:${port}`;
  }

  get urls(): { station: string; manager: string; dashboard: string } {
    return { station: `${this.origin}/`, manager: `${this.origin}/manager`, dashboard: `${this.origin}/dashboard` };
  }

  /** The installed command line as root; answers with what it wrote. */
  async cli(...args: string[]): Promise<string> {
    return await this.machine.run(command, args);
  }

  async changeSettings(settings: Partial<Settings>): Promise<void> {
    await this.cli('system', 'settings', '--set', ...Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`));
  }

  /** Status of the station page, asked over the network with trust in the machine's own authority; rejects without an answer. */
  async #ask(): Promise<number> {
    const ca = await readFile(`${this.machine.root}/var/lib/stationmaster/certificates/ca.crt`);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const asked = request(`${this.origin}/`, { ca, agent: false, timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer'))).on('error', reject);
    asked.end();
    return await promise;
  }

  /** Fulfilled when it answers over the network. */
  async answers(): Promise<void> {
    await eventually(`the product answers at ${this.origin}`, patienceMs, async () =>
      (await this.#ask()) === 200 ? true : undefined,
    );
  }

  async addAccount(level: Level = 'standard'): Promise<MachineAccount> {
    const name = `smt-${randomBytes(4).toString('hex')}`;
    const password = randomBytes(12).toString('base64url');
    const home = `/home/${name}`;
    const group = levelGroups[level];
    await this.machine.run('useradd', [
      '--create-home',
      '--home-dir',
      home,
      '--shell',
      '/bin/bash',
      '--groups',
      group,
      '--',
      name,
    ]);
    await this.machine.run('chpasswd', [], { input: `${name}:${password}\n` });
    const uid = Number(await this.machine.run('id', ['-u', '--', name]));
    const gid = Number(await this.machine.run('id', ['-g', '--', name]));
    return { name, password, uid, gid, home };
  }
}
