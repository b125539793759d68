// CRIU, the program that writes running processes to disk and makes them run again: how it is found, called and understood.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { criuCommands } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import type { ProcessMark } from '../processes.ts';
import { textIn } from './session-processes.ts';

const run = promisify(execFile);

const restoredScript = fileURLToPath(new URL('../session/restored.sh', import.meta.url));

const checkLimitMs = 20_000;
/** Bit of CAP_SYS_RESOURCE in CapEff. */
const sysResource = 24n;
/** What is in memory of files that were deleted, programs updated meanwhile among them, is saved up to this size. */
const ghostLimit = '1G';

/** What CRIU needs to save as the person where root lacks CAP_SYS_RESOURCE. */
const capabilities = [
  'checkpoint_restore',
  'sys_ptrace',
  'sys_admin',
  'net_admin',
  'dac_read_search',
  'dac_override',
  'setuid',
  'setgid',
  'setpcap',
  'chown',
  'fowner',
  'kill',
  'sys_chroot',
  'net_raw',
  'mknod',
  'sys_nice',
]
  .map((name) => `+${name}`)
  .join(',');

/** Both at the save and at the restore. */
const alike = [
  '--shell-job',
  '--ext-unix-sk',
  '--file-locks',
  '--link-remap',
  '--tcp-close',
  '--manage-cgroups=ignore',
  '--ghost-limit',
  ghostLimit,
  '-v2',
];

/** True if root may do everything here that saving another user's processes takes. */
export function mayEverything(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(textIn('/proc/self/status'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> sysResource) & 1n) === 1n;
}

/** Under a filter of system calls `criu check` is content, and no session can be saved. */
function isFiltered(): boolean {
  return !/^Seccomp:\s*0$/m.test(textIn('/proc/self/status'));
}

/** It did not work; `words` are what it wrote of errors, `pid` the process that it stumbled over, as the computer counts. */
export class CriuFailure extends Error {
  override name = 'CriuFailure';
  readonly words: string;
  readonly pid: number | null;

  constructor(log: string) {
    const lines = log.split('\n').filter((line) => line.includes('Error ('));
    const words = lines.map((line) => line.replace(/^.*?Error \([^)]*\): /, '')).join('; ');
    super(`criu: ${words.slice(0, 500)}`);
    this.words = words;
    const pid = /\bpid: (\d+)/.exec(words)?.[1];
    this.pid = pid === undefined ? null : Number(pid);
  }
}

export interface DumpOrder {
  init: ProcessMark;
  /** An empty folder that the person can write to. */
  folder: string;
  /** Mount points of the session that come from outside. */
  mounts: readonly string[];
  person: { uid: number; gid: number };
  /** Told its process, before anything else, so that a later life can wait for it. */
  started: (criu: ProcessMark) => Promise<void>;
}

/** A mount point as a name in CRIU's arguments. */
function mountKey(place: string): string {
  return encodeURIComponent(place);
}

export class Criu {
  readonly #command: readonly string[];
  /** `Version: 4.1.1`. */
  readonly version: string;
  readonly asRoot = mayEverything();

  private constructor(command: readonly string[], version: string) {
    this.#command = command;
    this.version = version;
  }

  /** The first that works on this kernel; else what the last one that is there said, null if none is there. */
  static async find(places: Places): Promise<{ criu: Criu } | { criu: null; says: string | null }> {
    if (isFiltered())
      return { criu: null, says: 'a filter of system calls (seccomp) is set: it does not let CRIU save anything' };
    let says: string | null = null;
    for (const command of criuCommands(places, process.arch)) {
      const [program = '', ...args] = command;
      try {
        await run(program, [...args, 'check'], { timeout: checkLimitMs });
        const { stdout } = await run(program, [...args, '--version'], { timeout: checkLimitMs });
        return { criu: new Criu(command, stdout.split('\n')[0] ?? '') };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
        says = new CriuFailure(`${stdout}\n${stderr}`).words || String(error);
      }
    }
    return { criu: null, says };
  }

  /** Writes a session to `folder` and leaves it stopped. Rejects with CriuFailure; it runs on then, unless CRIU was killed. */
  async dump({ init, folder, mounts, person, started }: DumpOrder): Promise<void> {
    const command = [
      ...this.#command,
      'dump',
      ...(this.asRoot ? [] : ['--unprivileged']),
      '--tree',
      String(init.pid),
      '--images-dir',
      folder,
      '--log-file',
      'dump.log',
      '--leave-stopped',
      ...alike,
      ...mounts.flatMap((place) => ['--external', `mnt[${place}]:${mountKey(place)}`]),
    ];
    const asPerson = [
      'setpriv',
      `--reuid=${person.uid}`,
      `--regid=${person.gid}`,
      '--clear-groups',
      `--inh-caps=${capabilities}`,
      `--ambient-caps=${capabilities}`,
      '--',
    ];
    const [program = '', ...args] = this.asRoot ? command : [...asPerson, ...command];
    // Ending it in the middle could end the session: it outlives this program.
    const child = spawn(program, args, { cwd: '/', detached: true, stdio: 'ignore' });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    ended.catch(() => undefined);
    await once(child, 'spawn');
    const startTicks = Number(textIn(`/proc/${child.pid}/stat`).split(') ')[1]?.split(' ')[19]);
    // Whatever comes of that, CRIU is at work until it ends.
    const [startedOutcome] = await Promise.allSettled([started({ pid: child.pid ?? 0, startTicks })]);
    const [code] = await ended;
    if (startedOutcome.status === 'rejected') throw startedOutcome.reason;
    if (code !== 0)
      throw new CriuFailure(await readFile(`${folder}/dump.log`, 'utf8').catch(() => `Error (): exit code ${code}`));
  }

  /** The command that makes a session run again, as a child of the process that the caller is a child of. */
  restoreCommand(order: {
    folder: string;
    pidFile: string;
    /** A private bind mount of the computer's root. */
    root: string;
    /** Mount points of the session, and where they come from now. */
    mounts: readonly { place: string; from: string }[];
  }): string[] {
    return [
      ...this.#command,
      'restore',
      '--restore-detached',
      '--restore-sibling',
      '--images-dir',
      order.folder,
      '--log-file',
      'restore.log',
      '--action-script',
      restoredScript,
      '--pidfile',
      order.pidFile,
      '--root',
      order.root,
      ...alike,
      ...order.mounts.flatMap(({ place, from }) => ['--external', `mnt[${mountKey(place)}]:${from}`]),
    ];
  }
}
