// Saves one running desktop: looks what stands against it, closes what has to be closed, has CRIU write it, packs that, and
// makes it count. Whatever fails, the desktop runs on as if nothing had happened.
import { watch } from 'node:fs';
import { chmod, chown, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '#contract/errors.ts';
import type { Session } from '#model/session.ts';
import { isRunning, signal } from '../processes.ts';
import type { ProcessMark } from '../processes.ts';
import { isDiskFull } from '../durable-file.ts';
import type { DesktopRecord } from '../session-folders.ts';
import type { HibernationAbility } from './ability.ts';
import { quitScript, reopeningOf } from './browsers.ts';
import type { Reopening } from './browsers.ts';
import { CriuFailure } from './criu.ts';
import type { Criu } from './criu.ts';
import { filesOf } from './image-file.ts';
import type { ImageWriter } from './image-file.ts';
import type { ProgramNames } from './program-names.ts';
import { risksOf, unixConnections } from './risks.ts';
import type { Risk, UnixConnection } from './risks.ts';
import { askInSession, runAmongMounts, startInSession } from './run-in-session.ts';
import type { KeptFile } from './saved-desktops.ts';
import { sessionMounts } from './session-mount-table.ts';
import { processesOf, textIn } from './session-processes.ts';
import type { SessionProcess } from './session-processes.ts';

/** How long who looks at the desktop may take to let go of it. */
const watchersPatienceMs = 3_000;
const lookAgainMs = 20;
const unmountLimitMs = 10_000;
/** How long a program that was asked to close may take; then it is killed. */
const closePatienceMs = 10_000;
const askPatienceMs = 10_000;
/** How long it may take to have on the disk what the programs of a session have written. */
const writeOutPatienceMs = 30_000;
/** Mount points of every session that nobody writes to a disk at. */
const kernelPlaces: ReadonlySet<string> = new Set(['/sys', '/dev', '/dev/pts', '/run']);
/** Beside what is in memory: what CRIU writes about it. */
const overheadBytes = 48 * 1024 * 1024;
/** What is in memory is for a moment on the disk both as it is and packed. */
const roomFactor = 1.25;

export interface SaveOrder {
  /** As it is listed; the image keeps it. */
  session: Session;
  /** Programs that cannot be saved are asked to close. */
  closing: boolean;
  encrypted: boolean;
}

export interface Target {
  record: DesktopRecord;
  init: ProcessMark;
  /** Folder of the X server's socket. */
  pixels: string;
  /** Group that may enter it. */
  gatewayGid: number;
}

type Log = (details: Readonly<Record<string, string | number>>, message: string) => void;

/** Where the kernel tells what a process has in memory: at once but each for itself, or shared out, for which it walks through it all. */
const memoryTables = {
  atMost: { file: 'status', lines: /^(?:RssAnon|RssShmem|VmSwap):\s*(\d+)/gm },
  exactly: { file: 'smaps_rollup', lines: /^(?:Pss_Anon|Pss_Shmem|SwapPss):\s*(\d+)/gm },
} as const;

/** What the session has in memory that is not on disk anyway, in bytes. */
function memoryOf(init: ProcessMark, how: keyof typeof memoryTables): number {
  const { file, lines } = memoryTables[how];
  let kilobytes = 0;
  for (const { pid } of processesOf(init)) {
    for (const match of textIn(`/proc/${pid}/${file}`).matchAll(lines)) kilobytes += Number(match[1]);
  }
  return kilobytes * 1024;
}

/** Programs, libraries and the like that the session has in memory or holds open, but nothing of the person's. */
function filesInUse(init: ProcessMark): string[] {
  const paths = new Set<string>();
  const ofSystem = /^\/(?:usr|lib|lib64|bin|sbin|opt|etc|var\/cache|var\/lib)\//;
  for (const { pid } of processesOf(init)) {
    for (const line of textIn(`/proc/${pid}/maps`).split('\n')) {
      const path = line.slice(line.indexOf('/'));
      if (ofSystem.test(path) && !path.endsWith(' (deleted)')) paths.add(path);
    }
  }
  return [...paths];
}

async function untilGone(marks: readonly ProcessMark[], patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (marks.some((mark) => isRunning(mark))) {
    if (performance.now() > deadline) return false;
    await pause(lookAgainMs);
  }
  return true;
}

/** The person's own group. */
function groupOf(init: ProcessMark): number {
  return Number(/^Gid:\s*(\d+)/m.exec(textIn(`/proc/${init.pid}/status`))?.[1]);
}

/** Asks the outermost process of each program to end, unless somebody has already, and kills what does not. */
async function close(risks: readonly Risk[], isAsked: (process: SessionProcess) => boolean): Promise<void> {
  await Promise.all(
    risks.map(async ({ processes }) => {
      const [outermost] = processes;
      if (outermost === undefined) return;
      if (isAsked(outermost) && (await untilGone(processes, closePatienceMs))) return;
      signal(outermost, 'SIGTERM');
      if (await untilGone(processes, closePatienceMs)) return;
      for (const process of processes) signal(process, 'SIGKILL');
      await untilGone(processes, closePatienceMs);
    }),
  );
}

/** As Promise.all, but nothing is under way any more when it rejects. */
async function allOf<const T extends readonly Promise<unknown>[]>(work: T): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

/** Lets run on what CRIU has stopped: children first, so that no shell believes that somebody has stopped its program. */
export function letRunOn(init: ProcessMark, stoppedBefore: ReadonlySet<number> = new Set()): void {
  for (const process of processesOf(init).toReversed()) {
    if (!stoppedBefore.has(process.pid)) signal(process, 'SIGCONT');
  }
}

export class Saving {
  readonly #ability: HibernationAbility;
  readonly #names: ProgramNames;
  readonly #log: Log;

  constructor(ability: HibernationAbility, names: ProgramNames, log: Log) {
    this.#ability = ability;
    this.#names = names;
    this.#log = log;
  }

  /**
   * Fulfilled when the image counts; the desktop is stopped then and has only to be killed. Rejects with a CodedError
   * (`hibernation-impossible`, `cannot-be-saved`, `still-watched`, `disk-full`, `save-failed`): then it runs on.
   */
  async save(target: Target, order: SaveOrder): Promise<void> {
    const criu = await this.#ability.criu();
    if (criu === null) throw new CodedError('hibernation-impossible');
    const { init, pixels } = target;
    const reopen: Reopening[] = [];
    let begun = false;
    let keeping: Promise<KeptFile[]> | null = null;
    const keepFiles = (): Promise<KeptFile[]> => {
      keeping ??= this.#ability.saved.keepFiles(order.session.id, filesInUse(init));
      return keeping;
    };
    let mounts: string[] = [];
    let writingOut: Promise<void> | null = null;
    const writeOut = (): Promise<void> => {
      writingOut ??= this.#writeOut(init, mounts);
      return writingOut;
    };
    const stoppedBefore = new Set<number>();
    await chmod(pixels, 0o700);
    try {
      const [connections] = await Promise.all([this.#untilUnwatched(pixels), this.#mustHaveRoom(init)]);
      const programs = this.#names.open(processesOf(init));
      const risks = await risksOf(init, `${pixels}/rfb`, criu.asRoot, this.#names, connections);
      const lost = risks.filter(({ fate }) => fate === 'lost');
      if (lost[0] !== undefined && !order.closing) {
        throw new CodedError('cannot-be-saved', { program: lost[0].program, reason: lost[0].reason });
      }
      const asked = new Set<SessionProcess>();
      for (const { processes } of risks) {
        const [outermost] = processes;
        const reopening = outermost === undefined ? null : reopeningOf(outermost);
        if (outermost === undefined || reopening === null) continue;
        reopen.push(reopening);
        if (await this.#askToQuit(target, reopening)) asked.add(outermost);
      }
      await close(
        risks.filter(({ fate }) => fate !== 'disconnected'),
        (process) => asked.has(process),
      );
      await this.#unmount(init);
      for (const { pid, state } of processesOf(init)) if (state === 'T') stoppedBefore.add(pid);
      const { folder, raw } = await this.#ability.saved.begin(order.session.id);
      mounts = sessionMounts(init.pid)
        .filter(({ external }) => external)
        .map(({ place }) => place);
      await using writer = await this.#ability.saved.writer(order.session.id, order.encrypted);
      begun = true;
      await this.#dump(criu, target, { folder, raw, mounts }, writer, () => {
        void keepFiles().catch(() => undefined);
        void writeOut();
      });
      const { saved } = this.#ability;
      const [files, contents] = await allOf([keepFiles(), writer.finish(), saved.forgetRaw(order.session.id), writeOut()]);
      await saved.commit({
        session: order.session,
        desktop: target.record,
        savedAt: Date.now(),
        programs,
        mounts,
        reopen,
        files,
        criu: criu.version,
        contents,
      });
    } catch (error) {
      // A CRIU that somebody has killed leaves them stopped as well.
      if (begun) letRunOn(init, stoppedBefore);
      await Promise.resolve(keeping).catch(() => undefined);
      await this.#undo(target, order.session.id, reopen);
      throw this.#told(error, target.init);
    }
  }

  /**
   * CRIU writes, and what it has written is packed at the same time. `stopped` is told when all processes are, but not where none
   * has memory of its own.
   */
  async #dump(
    criu: Criu,
    { init, record }: Target,
    { folder, raw, mounts }: { folder: string; raw: string; mounts: string[] },
    writer: ImageWriter,
    stopped: () => void,
  ): Promise<void> {
    const gid = groupOf(init);
    if (!criu.asRoot) await chown(raw, record.uid, gid);
    const packed = new Map<string, number>();
    const packing: Promise<void>[] = [];
    let latest: string | null = null;
    const pack = async (name: string): Promise<void> => {
      packed.set(name, (await stat(`${raw}/${name}`)).size);
      await writer.add(raw, [name]);
    };
    // It writes one process after the other: when the pages of the next are begun, those before are complete.
    const watcher = watch(raw);
    watcher.on('error', () => undefined);
    watcher.on('change', (_kind, name) => {
      if (typeof name !== 'string' || !/^pages-\d+\.img$/.test(name) || name === latest || packed.has(name)) return;
      if (latest === null) stopped();
      else {
        packed.set(latest, 0);
        const packingIt = pack(latest);
        packingIt.catch(() => undefined);
        packing.push(packingIt);
      }
      latest = name;
    });
    try {
      await criu.dump({
        init,
        folder: raw,
        mounts,
        person: { uid: record.uid, gid },
        started: ({ pid, startTicks }) => writeFile(`${folder}/criu`, `${pid} ${startTicks}`, { mode: 0o600 }),
      });
    } finally {
      watcher.close();
      await Promise.allSettled(packing);
    }
    await Promise.all(packing);
    for (const [name, bytes] of packed) {
      if ((await stat(`${raw}/${name}`)).size !== bytes) throw new Error(`${name} grew after it was packed`);
    }
    const rest = (await filesOf(raw)).filter((name) => !packed.has(name) && !name.endsWith('.log'));
    await writer.add(raw, rest);
  }

  /**
   * What its programs have written must be on the disk when the image is: they count on it, and CRIU looks at the size of every file
   * that they have open. A server that does not answer must not keep the session from being saved. Never rejects.
   */
  async #writeOut(init: ProcessMark, mounts: readonly string[]): Promise<void> {
    const places = ['/', ...mounts.filter((place) => !kernelPlaces.has(place))];
    const written = runAmongMounts(init, ['sync', '--file-system', '--', ...places], writeOutPatienceMs).then(
      () => null,
      (error: unknown) => String(error),
    );
    const late = pause(writeOutPatienceMs, 'it takes too long', { ref: false });
    const reason = await Promise.race([written, late]);
    if (reason !== null) this.#log({ reason }, 'what a session had written is perhaps not on the disk');
  }

  /** True if a program quits now that only writes down what it has open when it is asked by the desktop. Never rejects. */
  async #askToQuit({ init, record }: Target, reopening: Reopening): Promise<boolean> {
    const script = quitScript(reopening);
    if (script === null) return false;
    try {
      const person = { name: record.user, gid: groupOf(init) };
      return (await askInSession(init, person, { script, words: [], limitMs: askPatienceMs })).split('\n').includes('asked');
    } catch (error) {
      this.#log({ program: reopening.name, reason: String(error) }, 'a program could not be asked to quit; it is ended');
      return false;
    }
  }

  /** Gives all connections there are then. */
  async #untilUnwatched(pixels: string): Promise<UnixConnection[]> {
    const deadline = performance.now() + watchersPatienceMs;
    for (;;) {
      const connections = await unixConnections();
      if (!connections.some(({ path, peer }) => path === `${pixels}/rfb` && peer !== '0')) return connections;
      if (performance.now() > deadline) throw new CodedError('still-watched');
      await pause(lookAgainMs);
    }
  }

  async #mustHaveRoom(init: ProcessMark): Promise<void> {
    const free = await this.#ability.saved.freeBytes();
    if (memoryOf(init, 'atMost') * roomFactor + overheadBytes <= free) return;
    const needed = memoryOf(init, 'exactly') * roomFactor + overheadBytes;
    if (free < needed) throw new CodedError('disk-full', { neededBytes: Math.round(needed), freeBytes: free });
  }

  /** Views that a helper offers and makes again, and what the person has mounted and is to be closed. */
  async #unmount(init: ProcessMark): Promise<void> {
    for (const { place, foreign, helper } of sessionMounts(init.pid)) {
      if (!foreign && !helper) continue;
      // It may have gone with the one in which it was.
      if (!sessionMounts(init.pid).some((mount) => mount.place === place)) continue;
      // Neither is who offers it asked, who may never answer, nor a link followed that the person puts there.
      await runAmongMounts(init, ['umount', '--lazy', '--no-canonicalize', '--', place], unmountLimitMs);
    }
  }

  async #undo({ init, pixels, gatewayGid, record }: Target, session: string, reopen: readonly Reopening[]): Promise<void> {
    try {
      await this.#ability.saved.abandon(session);
      await chown(pixels, 0, gatewayGid);
      await chmod(pixels, 0o710);
    } catch (error) {
      this.#log({ session, reason: String(error) }, 'what was left of saving a session could not be cleared away');
    }
    const gid = groupOf(init);
    if (!isRunning(init)) return;
    await this.reopen(init, { name: record.user, gid }, reopen);
  }

  /** Opens again what was closed for saving. Never rejects. */
  async reopen(init: ProcessMark, person: { name: string; gid: number }, reopen: readonly Reopening[]): Promise<void> {
    for (const reopening of reopen) {
      try {
        await startInSession(init, person, reopening);
      } catch (error) {
        this.#log({ program: reopening.name, reason: String(error) }, 'a program was not opened again');
      }
    }
  }

  #told(error: unknown, init: ProcessMark): CodedError {
    if (error instanceof CodedError) return error;
    this.#log({ reason: String(error) }, 'a session was not saved');
    if (isDiskFull(error)) return new CodedError('disk-full', {}, { cause: error });
    if (!(error instanceof CriuFailure)) return new CodedError('save-failed', {}, { cause: error });
    if (/No space left|ENOSPC/.test(error.words)) return new CodedError('disk-full', {}, { cause: error });
    const culprit = processesOf(init).find(({ pid }) => pid === error.pid);
    const program = culprit === undefined ? {} : { program: this.#names.of(culprit) ?? culprit.name };
    return new CodedError('save-failed', { ...program, reason: error.words.slice(0, 200) }, { cause: error });
  }
}
