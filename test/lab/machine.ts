// A machine of the lab: Debian 13 with systemd as PID 1, a disk, a network address and clocks of its own, in a container of
// systemd-nspawn. It can be restarted, switched off and have its plug pulled; all of it is gone at the end. Needs root.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createWriteStream, existsSync, openSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import koffi from 'koffi';
import { FileLock } from '../../src/cli/computer/file-lock.ts';
import { ProgramFailed, runProgram, tryProgram } from '../../src/cli/computer/program-run.ts';
import type { ProgramResult } from '../../src/cli/computer/program-run.ts';
import { systemPath } from '../../src/cli/computer/programs.ts';
import { copyBase, labDir } from './base.ts';

const bridge = 'smlab0';
const network = '10.78.0';
const firstNumber = 11;
const lastNumber = 99;
/** The leak check of `test` knows things of tests by this beginning. */
const namePrefix = 'stationmaster-test-lab-';

const bootPatienceMs = 60_000;
const endPatienceMs = 60_000;
const betweenMs = 10;

/** What nspawn ends with when its machine wants to be started again. */
const restartCode = 133;

export interface MachineOptions {
  /** What its clocks (monotonic, boot time) say when it is switched on for the first time. Default 0. */
  uptimeSeconds?: number;
  /** Small disks of their own, by the folder that they are mounted on: what can be filled to the last byte. */
  disks?: readonly { at: string; mebibytes: number }[];
  /** Folders of this computer that are seen inside, read-only. */
  folders?: readonly { from: string; at: string }[];
}

export interface StartOptions {
  /** What its clocks say when it is switched on, as the small number after a real start. Default 0. */
  uptimeSeconds?: number;
}

export interface RunOptions {
  /** A user of the machine instead of root. */
  user?: string;
  input?: string;
  environment?: Readonly<Record<string, string>>;
}

/** Process and start time: names one process for ever. */
async function processMark(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  return `${pid} ${text.replace(/^.*\) /s, '').split(' ')[19]}`;
}

/** The folder of the one hierarchy of control groups; beside the older ones it is not where it usually is. */
async function controlGroupDir(): Promise<string> {
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const fields = line.split(' ');
    if (fields[fields.indexOf('-') + 1] === 'cgroup2' && fields[4] !== undefined) return fields[4];
  }
  throw new Error('no cgroup2 is mounted on this computer');
}

/** Every process in it and below is killed at one stroke; fulfilled when they are gone and the group is removed. */
async function killGroup(group: string): Promise<void> {
  const killed = await writeFile(`${group}/cgroup.kill`, '1').then(
    () => true,
    () => false,
  );
  if (!killed) return;
  const deadline = performance.now() + endPatienceMs;
  while (!(await readFile(`${group}/cgroup.events`, 'utf8')).includes('populated 0')) {
    if (performance.now() > deadline) throw new Error(`processes in ${group} cannot be killed`);
    await pause(betweenMs);
  }
  await removeGroup(group);
}

async function removeGroup(group: string): Promise<void> {
  for (const entry of await readdir(group, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeGroup(`${group}/${entry.name}`);
  }
  await rmdir(group);
}

const machinesDir = `${labDir}/machines`;

/** One at a time comes or goes: they share the bridge and the numbers. */
async function lockMachines(): Promise<FileLock> {
  await mkdir(machinesDir, { recursive: true });
  return await FileLock.take(`${labDir}/machines.lock`, () => undefined);
}

async function removeMachine(name: string): Promise<void> {
  await killGroup(`${await controlGroupDir()}/${name}`);
  const folder = `${machinesDir}/${name}`;
  const points = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.toReversed()) await unmountDisk(point);
  await rm(folder, { recursive: true, force: true });
  // nspawn makes it for what is mounted into a machine later.
  await rm(`/run/systemd/nspawn/propagate/${name}`, { recursive: true, force: true });
}

/** Machines whose test is no more. */
async function sweep(): Promise<void> {
  for (const name of await readdir(machinesDir)) {
    const owner = await readFile(`${machinesDir}/${name}/owner`, 'utf8').catch(() => '');
    if (owner !== '' && (await processMark(Number(owner.split(' ')[0]))) === owner) continue;
    await removeMachine(name);
  }
}

/**
 * What is unmounted here is unmounted in the other machines as well, each of which has begun with a copy of all that was mounted;
 * else it would keep its neighbours' disks.
 */
async function shareMounts(): Promise<void> {
  if ((await tryProgram('mountpoint', ['--quiet', '--', machinesDir])).code === 0) return;
  await runProgram('mount', ['--bind', '--', machinesDir, machinesDir]);
  await runProgram('mount', ['--make-shared', '--', machinesDir]);
}

async function layBridge(): Promise<void> {
  if ((await tryProgram('ip', ['link', 'show', 'dev', bridge])).code === 0) return;
  await runProgram('ip', ['link', 'add', 'name', bridge, 'type', 'bridge']);
  await runProgram('ip', ['address', 'add', `${network}.1/24`, 'dev', bridge]);
  await runProgram('ip', ['link', 'set', 'dev', bridge, 'up']);
}

async function mountDisk(image: string, point: string): Promise<void> {
  await mkdir(point, { recursive: true });
  // What the image has in memory of this computer is as good as on its disk: nothing here survives a failure of its power.
  await runProgram('mount', ['-o', 'loop,nobarrier', '--', image, point]);
}

/** Fulfilled when nobody has the file system any more, in whatever namespace; only then does it let its disk go. */
async function unmountDisk(point: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const device = mounts
    .find((fields) => fields[1] === point)?.[0]
    ?.split('/')
    .at(-1);
  if (device === undefined) throw new Error(`nothing is mounted at ${point}`);
  await runProgram('umount', ['--', point]);
  const deadline = performance.now() + endPatienceMs;
  while (existsSync(`/sys/fs/ext4/${device}`)) {
    if (performance.now() > deadline) throw new Error(`somebody keeps the file system of ${point} (${device})`);
    await pause(betweenMs);
  }
}

const ioctl = koffi.load('libc.so.6').func('int ioctl(int file, unsigned long request, _Inout_ uint32_t *flags)') as (
  file: number,
  request: number,
  flags: Uint32Array,
) => number;

/** From now on nothing of the file system reaches its disk, not even its journal: as where the power fails. */
function cutOff(point: string): void {
  // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH, fs/ext4/ext4.h of Linux.
  const shutdown = 0x8004587d;
  const withoutJournal = Uint32Array.of(2);
  const file = openSync(point, 'r');
  try {
    if (ioctl(file, shutdown, withoutJournal) !== 0) throw new Error(`the disk at ${point} cannot be cut off`);
  } finally {
    closeSync(file);
  }
}

interface Running {
  supervisor: ChildProcess;
  /** Its PID 1, as this computer numbers it. */
  init: number;
  ended: Promise<number>;
}

export class Machine implements AsyncDisposable {
  readonly name: string;
  readonly address: string;
  /** Its file system, as this computer sees it; can be read and written whether the machine runs or not. */
  readonly root: string;
  readonly #folder: string;
  readonly #group: string;
  readonly #options: MachineOptions;
  #running: Running | null = null;

  private constructor(number: number, group: string, options: MachineOptions) {
    this.name = `${namePrefix}${number}`;
    this.address = `${network}.${number}`;
    this.#folder = `${machinesDir}/${this.name}`;
    this.root = `${this.#folder}/root`;
    this.#group = group;
    this.#options = options;
  }

  /** A new one with the base's disk, running. The base is built first where there is none: minutes, once. */
  static async boot(options: MachineOptions = {}): Promise<Machine> {
    const machine = await Machine.#make(options);
    try {
      await machine.#lay();
      await machine.start(options.uptimeSeconds === undefined ? {} : { uptimeSeconds: options.uptimeSeconds });
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  static async #make(options: MachineOptions): Promise<Machine> {
    await using _lock = await lockMachines();
    await sweep();
    const taken = await readdir(machinesDir);
    for (let number = firstNumber; number <= lastNumber; number += 1) {
      const name = `${namePrefix}${number}`;
      if (taken.includes(name)) continue;
      const machine = new Machine(number, `${await controlGroupDir()}/${name}`, options);
      await mkdir(machine.root, { recursive: true });
      await writeFile(`${machine.#folder}/owner`, (await processMark(process.pid)) ?? '');
      await layBridge();
      await shareMounts();
      return machine;
    }
    throw new Error(`all ${lastNumber - firstNumber + 1} machines of the lab are in use`);
  }

  /** Its disks, as images and where they are mounted on this computer; the first is the root. */
  get #disks(): { image: string; point: string }[] {
    const others = (this.#options.disks ?? []).map((_, index) => `${this.#folder}/disk-${index}`);
    return [this.root, ...others].map((point) => ({ image: `${point}.ext4`, point }));
  }

  /** Its disks, and what makes it this machine. */
  async #lay(): Promise<void> {
    for (const [index, { image, point }] of this.#disks.entries()) {
      if (index === 0) {
        await copyBase(image);
      } else {
        await runProgram('truncate', ['--size', `${this.#options.disks?.[index - 1]?.mebibytes}M`, image]);
        await runProgram('mkfs.ext4', ['-q', '-m', '0', image]);
      }
      await mountDisk(image, point);
    }
    await writeFile(`${this.root}/etc/hostname`, `lab-${this.address.split('.').at(-1)}\n`);
    await mkdir(`${this.root}/etc/systemd/network`, { recursive: true });
    await writeFile(
      `${this.root}/etc/systemd/network/10-lab.network`,
      `[Match]\nName=host0\n\n[Network]\nAddress=${this.address}/24\nLinkLocalAddressing=no\n`,
    );
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** PID 1 of the machine, as this computer numbers it. */
  get init(): number {
    return this.#on().init;
  }

  #on(): Running {
    if (this.#running === null) throw new Error(`${this.name} is switched off`);
    return this.#running;
  }

  /** Switches it on, its disks as they are; fulfilled when it has booted. */
  async start(options: StartOptions = {}): Promise<void> {
    if (this.#running !== null) throw new Error(`${this.name} runs already`);
    await mkdir(this.#group, { recursive: true });
    const uptimeSeconds = options.uptimeSeconds ?? 0;
    const boottimeSeconds = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
    const monotonicSeconds = Number(process.hrtime.bigint()) / 1e9;
    const shift = (hereSeconds: number): string => String(Math.ceil(uptimeSeconds - hereSeconds));
    // A shell for one thing: nspawn must be in the group before it looks which one it is in.
    const entering = ['-c', 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"', 'sh', this.#group];
    const clocks = ['--time', '--monotonic', shift(monotonicSeconds), '--boottime', shift(boottimeSeconds)];
    const container = [
      '--quiet',
      '--boot',
      '--console=pipe',
      '--register=no',
      '--keep-unit',
      '--link-journal=no',
      '--capability=all',
      `--directory=${this.root}`,
      `--machine=${this.name}`,
      `--network-bridge=${bridge}`,
      ...(this.#options.disks ?? []).map(({ at }, index) => `--bind=${this.#folder}/disk-${index}:${at}`),
      ...(this.#options.folders ?? []).map(({ from, at }) => `--bind-ro=${from}:${at}`),
    ];
    const supervisor = spawn(
      'sh',
      [...entering, 'setpriv', '--pdeathsig=KILL', '--', 'unshare', ...clocks, '--', 'systemd-nspawn', ...container],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        // A container's filter of system calls would be on every process, and CRIU saves none from under a filter of its own.
        env: { PATH: systemPath, LANG: 'C.UTF-8', SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1', SYSTEMD_SECCOMP: '0' },
      },
    );
    const console = createWriteStream(this.#consoleFile, { flags: 'a' });
    supervisor.stdout.pipe(console, { end: false });
    supervisor.stderr.pipe(console, { end: false });
    const ended = once(supervisor, 'close').then(([code]) => {
      console.end();
      if (this.#running?.supervisor === supervisor) this.#running = null;
      return (code as number | null) ?? 128;
    });
    let hasEnded = false;
    void ended.then(() => {
      hasEnded = true;
    });
    const deadline = performance.now() + bootPatienceMs;
    let init: number | null = null;
    for (;;) {
      if (hasEnded || performance.now() > deadline) {
        supervisor.kill('SIGKILL');
        throw new Error(`${this.name} did not boot; its console:\n${await this.console()}\n${await this.journal()}`);
      }
      init ??= await this.#findInit(supervisor.pid ?? 0);
      if (init !== null) {
        this.#running = { supervisor, init, ended };
        if (existsSync(`/proc/${init}/root/run/dbus/system_bus_socket`)) {
          const { stdout } = await this.tryRun('systemctl', ['is-system-running', '--wait']);
          if (['running', 'degraded'].includes(stdout.trim())) return;
        }
      }
      await pause(betweenMs);
    }
  }

  async #findInit(supervisor: number): Promise<number | null> {
    const children = await readFile(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8').catch(() => '');
    for (const child of children.split(' ').filter((text) => text !== '')) {
      const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${child}/comm`, 'utf8').catch(() => '');
      if (/^NSpid:\t\d+\t1$/m.test(status) && command.trim() === 'systemd') return Number(child);
    }
    return null;
  }

  /** Runs a program inside, as root; answers with its exit code. */
  async tryRun(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<ProgramResult> {
    const asUser =
      options.user === undefined ? [] : ['setpriv', `--reuid=${options.user}`, `--regid=${options.user}`, '--init-groups', '--'];
    const environment = { PATH: systemPath, LANG: 'C.UTF-8', HOME: '/root', ...options.environment };
    const given = options.input === undefined ? {} : { input: options.input };
    const entered = ['--all', `--target=${this.#on().init}`, '--', ...asUser, command, ...args];
    return await tryProgram('nsenter', entered, { environment, ...given });
  }

  /** Runs a program inside, as root; answers with what it wrote, rejects unless it ends with 0. */
  async run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<string> {
    const result = await this.tryRun(command, args, options);
    if (result.code !== 0) throw new ProgramFailed(command, result);
    return result.stdout;
  }

  /** Waits for a machine that is going down; answers with nspawn's code. */
  async #down(): Promise<number> {
    const { ended } = this.#on();
    const timer = new AbortController();
    const late = pause(endPatienceMs, 'late' as const, { signal: timer.signal });
    late.catch(() => undefined);
    const outcome = await Promise.race([ended, late]);
    timer.abort();
    if (outcome === 'late') throw new Error(`${this.name} does not go down:\n${await this.journal()}`);
    // Also what it left of its own in the group.
    await killGroup(this.#group);
    return outcome;
  }

  /** The orderly restart that somebody asked for inside; fulfilled when it has booted again. */
  async restart(options: StartOptions = {}): Promise<void> {
    await this.run('systemctl', ['reboot', '--no-block']);
    await this.restarted(options);
  }

  /** Fulfilled when a restart that has been asked for inside is done. */
  async restarted(options: StartOptions = {}): Promise<void> {
    const code = await this.#down();
    if (code !== restartCode) throw new Error(`${this.name} ended with ${code} instead of restarting`);
    await this.start(options);
  }

  /** Orderly, with all that systemd does at the end. */
  async powerOff(): Promise<void> {
    await this.run('systemctl', ['poweroff', '--no-block']);
    await this.switchedOff();
  }

  /** Fulfilled when it is off, as has been asked for inside. */
  async switchedOff(): Promise<void> {
    const code = await this.#down();
    if (code !== 0) throw new Error(`${this.name} ended with ${code} instead of being switched off`);
  }

  /**
   * The plug is pulled: every program in it is gone from one instant to the next. What was written and is not on the disk yet
   * is lost with `unwritten: 'lost'`, as it is where the power fails; by default it is kept, as with luck.
   */
  async unplug({ unwritten = 'kept' }: { unwritten?: 'kept' | 'lost' } = {}): Promise<void> {
    const { ended } = this.#on();
    await killGroup(this.#group);
    await ended;
    if (unwritten === 'kept') return;
    for (const { image, point } of this.#disks) {
      cutOff(point);
      await unmountDisk(point);
      await mountDisk(image, point);
    }
  }

  get #consoleFile(): string {
    return `${this.#folder}/console.log`;
  }

  /** What it and nspawn wrote on the console since it was made. */
  async console(): Promise<string> {
    return await readFile(this.#consoleFile, 'utf8').catch(() => '');
  }

  /** Its journal of all boots, whether it runs or not. */
  async journal(...args: string[]): Promise<string> {
    const folder = `--directory=${this.root}/var/log/journal`;
    const { stdout, stderr } = await tryProgram('journalctl', ['--no-pager', '--quiet', folder, '--merge', ...args]);
    return `${stdout}${stderr}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#running;
    await using _lock = await lockMachines();
    await removeMachine(this.name);
    await running?.ended;
    if ((await readdir(machinesDir)).length > 0) return;
    await tryProgram('ip', ['link', 'delete', 'dev', bridge]);
    await tryProgram('umount', ['--', machinesDir]);
  }
}
