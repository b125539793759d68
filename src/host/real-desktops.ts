// Desktops for real: an X server and a desktop in namespaces of their own, under a keeper that needs none of our programs to
// live. What runs is found again from the session's folders. See docs/protocol.md for what lies in them.
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, readSync, readdirSync, rmSync } from 'node:fs';
import { chmod, chown, lstat, open as openFile, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { Socket, connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CodedError } from '#contract/errors.ts';
import { pixelSocket } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import { sessionSchema } from '#contract/values.ts';
import type { ProgramAtRisk, SavedSession, Session, SessionCause, UnsavedWindow } from '#model/session.ts';
import { z } from 'zod';
import type { Desktop, DesktopOrder, Desktops, FoundDesktop, SaveOrder } from './desktops.ts';
import { isDiskFull, writeDurablyMeanwhile } from './durable-file.ts';
import type { HibernationAbility } from './hibernation/ability.ts';
import { mayEverything } from './hibernation/criu.ts';
import { ProgramNames } from './hibernation/program-names.ts';
import { prepareRestore, whyNotRestored } from './hibernation/restoring.ts';
import { risksOf } from './hibernation/risks.ts';
import { askInSession } from './hibernation/run-in-session.ts';
import { savedSessionOf } from './hibernation/saved-desktops.ts';
import { Saving, letRunOn } from './hibernation/saving.ts';
import { processesOf } from './hibernation/session-processes.ts';
import { PamAttempt, compileCache } from './pam-sign-ins.ts';
import { isRunning, kill, signal } from './processes.ts';
import { Folders, appearance, lacksRoom, makeFolder, markFrom, readSmall, removeFolders, writeWhole } from './session-folders.ts';
import type { DesktopRecord } from './session-folders.ts';
import type { SignInAttempt } from './sign-in.ts';
import { windowScript, windowsFrom, workIn } from './window-titles.ts';
import { authorityFile } from './x-authority.ts';
import { chooseXSession, installedXSessions } from './x-sessions.ts';
import type { XSession } from './x-sessions.ts';

const run = promisify(execFile);

const scriptsFolder = fileURLToPath(new URL('./session', import.meta.url));
const closeScript = fileURLToPath(new URL('./close-pam-session.ts', import.meta.url));

/** Pictures a second that the X server makes at most. */
const frameRate = 240;
/** From the order until the X server must answer. */
const openLimitMs = 30_000;
/** From the polite request to end until what is left is killed. */
const endPatienceMs = 5_000;
const killPatienceMs = 10_000;
const closeLimitMs = 20_000;
/** A window that does not answer must not hold up who asks what is unsaved. */
const titlesLimitMs = 4_000;
const socketRetryMs = 5;
const lookAgainMs = 20;
/** An earlier life may have left CRIU at work. */
const criuPatienceMs = 120_000;

/** Each session has a slot: its X display's number, and where its PIDs begin. */
const lowestSlot = 1;
const slots = 500;
const lowestFirstPid = 300;

/** The desktop script's exit codes. */
const endings: Readonly<Record<number, SessionCause>> = { 40: 'desktop-ended', 41: 'x-server-died', 42: 'desktop-failed' };

/** Names and codes of what goes wrong, for the log; never a secret. */
type DesktopLog = (details: Readonly<Record<string, string | number>>, message: string) => void;

/** The end of a file in a folder of the person's, who may have put anything there. */
async function lastWords(file: string): Promise<string> {
  try {
    await using handle = await openFile(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2048), 0, 2048, Math.max(0, size - 2048));
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}

async function installedLocales(): Promise<string[]> {
  return run('locale', ['-a']).then(
    ({ stdout }) => stdout.split('\n'),
    () => [],
  );
}

/** The reading end of a keeper's FIFO: tells when the keeper is no more. */
class Lifeline {
  readonly gone: Promise<void>;
  readonly #socket: Socket;

  /** `file` was opened without blocking, for reading. */
  constructor(file: number) {
    this.#socket = new Socket({ fd: file, readable: true, writable: false });
    this.gone = new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
    });
    this.#socket.on('error', () => undefined);
    this.#socket.resume();
    this.#socket.unref();
  }

  /** Keeps this program running until it is seen: somebody waits for it. */
  await(): void {
    this.#socket.ref();
  }
}

/** The FIFO's reading end if a keeper holds the other, else null. */
function openLifeline(fifo: string): number | null {
  let file: number;
  try {
    file = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  const buffer = Buffer.alloc(64);
  try {
    while (readSync(file, buffer) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return file;
  }
  closeSync(file);
  return null;
}

/** True if an RFB server answers at the unix socket, false if none does or `signal` aborts before. */
function speaksRfb(socketPath: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: socketPath, signal });
    socket.once('data', (data) => {
      resolve(data.toString('latin1').startsWith('RFB '));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

/** Fulfilled when the X server of the session answers; rejects when `signal` aborts. */
async function answers(socketPath: string, signal: AbortSignal): Promise<void> {
  const folder = dirname(socketPath);
  await appearance(folder, socketPath.slice(folder.length + 1), signal);
  // It may have a name some microseconds before it listens.
  while (!(await speaksRfb(socketPath, signal))) await pause(socketRetryMs, undefined, { signal });
}

/** Its PIDs begin behind this number; those of different slots are far apart. */
function pidsBehind(slot: number): number {
  const most = Number(readSmall('/proc/sys/kernel/pid_max') ?? 32_768);
  return lowestFirstPid + (slot - lowestSlot) * Math.floor((most - 2 * lowestFirstPid) / slots);
}

interface Ending {
  cause: SessionCause;
  /** Its keeper could not do its work: the PAM session is still open. */
  lost: boolean;
}

const noteSchema = z.object({ session: sessionSchema, programs: z.array(z.string()), at: z.number() });

/** What a desktop needs of what it belongs to. */
interface Surroundings {
  places: Places;
  saving: Saving;
  ability: HibernationAbility;
  names: ProgramNames;
  log: DesktopLog;
  gatewayGid: () => Promise<number>;
  encrypted: () => boolean;
  /** Its processes are gone, and what is left of them is on its way. */
  parting: (session: string, gone: Promise<unknown>) => void;
}

class RealDesktop implements Desktop {
  readonly session: string;
  readonly desktop: string;
  readonly gone: Promise<SessionCause>;
  readonly #record: DesktopRecord;
  readonly #folders: Folders;
  readonly #lifeline: Lifeline;
  readonly #around: Surroundings;
  #ending = false;
  #opened = false;
  #saved = false;
  #noting: Promise<void> = Promise.resolve();

  /** `clear` removes what is left of it. */
  constructor(
    record: DesktopRecord,
    folders: Folders,
    lifeline: Lifeline,
    around: Surroundings,
    clear: (ending: Ending) => Promise<void>,
  ) {
    this.session = record.session;
    this.desktop = record.desktop;
    this.#record = record;
    this.#folders = folders;
    this.#lifeline = lifeline;
    this.#around = around;
    this.gone = lifeline.gone.then(async () => {
      const ending = await this.#ended();
      await this.#noting;
      await clear(ending);
      return ending.cause;
    });
  }

  async #ended(): Promise<Ending> {
    const { init, exitCode, state } = this.#folders;
    const orphaned = init !== null && isRunning(init);
    if (orphaned) await kill(init, killPatienceMs);
    const lost = orphaned || exitCode === null;
    if (this.#saved) return { cause: 'saved', lost };
    if (this.#ending) return { cause: 'signed-out', lost };
    if (lost) return { cause: 'keeper-lost', lost };
    if (!this.#opened) return { cause: 'desktop-failed', lost };
    const told = endings[exitCode] ?? endings[Number(/^ended (\d+)$/m.exec(await lastWords(`${state}/tmp/desktop.log`))?.[1])];
    return { cause: told ?? 'desktop-ended', lost };
  }

  /** From here on its end is no failure to start. */
  opened(): this {
    this.#opened = true;
    return this;
  }

  async end(): Promise<void> {
    this.#ending = true;
    // Should the computer stop now, nobody has lost anything.
    rmSync(`${this.#folders.state}/note.json`, { force: true });
    this.#lifeline.await();
    const { init } = this.#folders;
    if (init !== null) {
      signal(init, 'SIGTERM');
      const timer = setTimeout(() => signal(init, 'SIGKILL'), endPatienceMs);
      void this.gone.then(() => clearTimeout(timer));
    }
    await this.gone;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#lifeline.await();
    const { init } = this.#folders;
    if (init !== null) signal(init, 'SIGKILL');
    await this.gone;
  }

  async atRisk(): Promise<ProgramAtRisk[]> {
    const { init } = this.#folders;
    if (init === null) return [];
    const risks = await risksOf(init, pixelSocket(this.#around.places, this.session), mayEverything(), this.#around.names);
    return risks.map(({ program, fate, reason }) => ({ program, fate, reason }));
  }

  async openWork(): Promise<{ unsaved: UnsavedWindow[]; silent: string[] }> {
    const { init, run: runFolder } = this.#folders;
    const gid = init === null ? undefined : /^Gid:\t(\d+)/m.exec(readSmall(`/proc/${init.pid}/status`) ?? '')?.[1];
    if (init === null || gid === undefined) throw new CodedError('ended-meanwhile');
    const printed = await askInSession(
      init,
      { name: this.#record.user, gid: Number(gid) },
      { script: windowScript, words: [`:${this.#record.slot}`, `${runFolder}/runtime/Xauthority`], limitMs: titlesLimitMs },
    );
    const windows = windowsFrom(printed);
    if (windows === null) throw new Error('its windows were not told to the end');
    return workIn(windows);
  }

  note(session: Session): Promise<void> {
    this.#noting = this.#noting.then(async () => {
      const { init, state } = this.#folders;
      if (this.#saved || this.#ending || init === null || !isRunning(init)) return;
      const programs = this.#around.names.open(processesOf(init));
      try {
        await writeDurablyMeanwhile(`${state}/note.json`, JSON.stringify({ session, programs, at: Date.now() }));
      } catch (error) {
        this.#around.log({ session: this.session, reason: String(error) }, 'what is open in a session could not be noted');
      }
    });
    return this.#noting;
  }

  async save({ session, closing }: SaveOrder): Promise<SavedSession> {
    const { init, run: runFolder } = this.#folders;
    if (init === null || !isRunning(init)) throw new CodedError('ended-meanwhile');
    const { saving, ability, gatewayGid, encrypted } = this.#around;
    const target = { record: this.#record, init, pixels: `${runFolder}/pixels`, gatewayGid: await gatewayGid() };
    await saving.save(target, { session, closing, encrypted: encrypted() });
    this.#saved = true;
    this.#lifeline.await();
    this.#around.parting(this.session, this.gone);
    await kill(init, killPatienceMs);
    const saved = await ability.saved.read(this.session);
    const listed = saved === null ? null : savedSessionOf(saved);
    if (listed?.saved == null) throw new CodedError('internal');
    return listed.saved;
  }
}

export class RealDesktops implements Desktops {
  readonly #places: Places;
  readonly #ability: HibernationAbility;
  readonly #log: DesktopLog;
  readonly #around: Surroundings;
  /** Slots given to desktops that have no record yet. */
  readonly #slotsInHand = new Set<number>();
  /** Desktops whose processes are gone and whose rests are just being removed. */
  readonly #clearing = new Map<string, Promise<unknown>>();

  /** `encrypted`: whether what is saved shall be. */
  constructor(places: Places, ability: HibernationAbility, encrypted: () => boolean, log: DesktopLog = () => undefined) {
    this.#places = places;
    this.#ability = ability;
    this.#log = log;
    const names = new ProgramNames();
    this.#around = {
      places,
      ability,
      names,
      log,
      encrypted,
      saving: new Saving(ability, names, log),
      gatewayGid: () => this.#gatewayGid(),
      parting: (session, gone) => this.#hold(session, gone),
    };
  }

  async found(): Promise<string[]> {
    const names = new Set<string>(await this.#ability.saved.sessions());
    for (const folder of [this.#places.sessionsRunDir, this.#places.sessionsStateDir]) {
      for (const name of await readdir(folder).catch(() => [])) if (/^[a-z2-7]{16}$/.test(name)) names.add(name);
    }
    return [...names].sort();
  }

  async find(session: string): Promise<FoundDesktop> {
    await this.#clearing.get(session);
    const { saved: store } = this.#ability;
    const { saved, writing, restoring } = store.place(session);
    await store.sweep(session);
    await this.#untilCriuIsDone(session, readSmall(`${writing}/criu`));
    const folders = new Folders(this.#places, session);
    if (existsSync(restoring)) {
      const desktop = await this.#adopt(session, folders);
      if (desktop !== null) {
        await store.discard(session);
        return { kind: 'running', desktop };
      }
      await store.putBack(session);
    }
    if (existsSync(saved)) {
      // An earlier life made it count and did not come to end what it was made of.
      if (folders.init !== null) await kill(folders.init, killPatienceMs);
      await this.#clear(folders, folders.record, { lost: true, keep: true });
      const listed = await this.#listed(folders);
      return listed === null ? { kind: 'nothing' } : { kind: 'saved', session: listed };
    }
    const noted = existsSync(folders.run) ? null : this.#noted(folders);
    if (noted !== null) return { kind: 'lost', session: noted };
    const desktop = await this.#adopt(session, folders);
    if (desktop === null) {
      await store.discard(session);
      return { kind: 'nothing' };
    }
    if (existsSync(writing)) await this.#letGoOfSaving(folders);
    return { kind: 'running', desktop };
  }

  async discard(session: string): Promise<void> {
    await this.#clearing.get(session);
    await this.#ability.saved.discard(session);
    await new Folders(this.#places, session).remove();
  }

  /** A saved session as it is listed; one whose image tells nothing, as it was noted while it ran. */
  async #listed(folders: Folders): Promise<Session | null> {
    const found = await this.#ability.saved.read(folders.session);
    if (found === null) return null;
    const noted = this.#noted(folders);
    if (found.manifest !== null || noted?.saved == null) return savedSessionOf(found);
    return { ...noted, state: 'hibernated', saved: { ...noted.saved, bytes: found.bytes, fault: found.fault } };
  }

  /** What was open when it was last looked at, as a lost session; null where nothing tells. */
  #noted(folders: Folders): Session | null {
    try {
      const { session, programs, at } = noteSchema.parse(JSON.parse(readSmall(`${folders.state}/note.json`) ?? ''));
      const saved = { at, bytes: 0, programs, fault: null };
      return { ...session, state: 'lost', cause: 'power-lost', station: null, endsAt: null, endsBy: '', saved };
    } catch {
      return null;
    }
  }

  /** Ending CRIU in the middle could end the session. */
  async #untilCriuIsDone(session: string, text: string | undefined): Promise<void> {
    const criu = markFrom(text);
    if (criu === null) return;
    const deadline = performance.now() + criuPatienceMs;
    while (isRunning(criu)) {
      if (performance.now() > deadline) {
        this.#log({ session }, 'CRIU does not come to an end and is killed');
        await kill(criu, killPatienceMs);
      }
      await pause(lookAgainMs);
    }
  }

  /** An earlier life was saving it and did not come to an end: it runs on. */
  async #letGoOfSaving(folders: Folders): Promise<void> {
    const { init, record } = folders;
    if (init === null || record === null) return;
    letRunOn(init);
    await this.#closePixels(folders, record.uid);
    await this.#ability.saved.abandon(record.session);
  }

  async #adopt(session: string, folders: Folders): Promise<Desktop | null> {
    const { record } = folders;
    const file = record === null ? null : openLifeline(`${folders.run}/alive`);
    const keep = existsSync(this.#ability.saved.place(session).restoring);
    if (record === null || file === null) {
      // Nobody keeps it: what may be left of it has no right to live.
      if (folders.init !== null) await kill(folders.init, killPatienceMs);
      await this.#clear(folders, record, { lost: true, keep });
      return null;
    }
    const desktop = new RealDesktop(record, folders, new Lifeline(file), this.#around, ({ lost }) =>
      this.#clear(folders, record, { lost, keep: keep && !adopted }),
    );
    let adopted = false;
    desktop.opened();
    // A host that was killed while it opened this desktop may have left it at any point.
    const limit = new AbortController();
    const limits = AbortSignal.any([limit.signal, AbortSignal.timeout(openLimitMs)]);
    try {
      await Promise.race([appearance(folders.run, 'init', limits), desktop.gone]);
    } catch {
      await desktop.kill();
    } finally {
      limit.abort();
    }
    if (folders.init !== null && isRunning(folders.init)) {
      if ((await stat(`${folders.run}/pixels`)).uid === 0) {
        adopted = true;
        return desktop;
      }
      try {
        await answers(pixelSocket(this.#places, session), AbortSignal.timeout(openLimitMs));
        await this.#closePixels(folders, record.uid);
        adopted = true;
        return desktop;
      } catch (error) {
        this.#log({ session, reason: String(error) }, 'a desktop that was being opened does not answer');
        await desktop.kill();
      }
    }
    // It is just ending.
    await desktop.gone;
    return null;
  }

  async open(order: DesktopOrder, attempt: SignInAttempt): Promise<Desktop> {
    const pamAttempt = this.#mustBePam(attempt);
    const folders = new Folders(this.#places, order.session);
    let slot: number | null = null;
    let record: DesktopRecord | null = null;
    try {
      const xSession = chooseXSession(await installedXSessions(), order.desktop);
      if (xSession === null) throw new CodedError('desktop-not-installed');
      slot = await this.#takeSlot();
      record = {
        session: order.session,
        user: order.account.name,
        uid: order.account.uid,
        desktop: xSession.name,
        slot,
        pamService: this.#places.pamService,
      };
      await this.#prepareState(folders);
      await this.#prepareRun(folders, record, order.account.uid);
      return await this.#start(order, record, xSession, folders, pamAttempt, false);
    } catch (error) {
      pamAttempt.finish();
      // A worker that was killed for taking too long may have left the PAM session open.
      await this.#clear(folders, record, { lost: true, keep: false });
      throw this.#told(error, order.session, 'desktop-failed');
    } finally {
      if (slot !== null) this.#slotsInHand.delete(slot);
    }
  }

  async restore(order: DesktopOrder, attempt: SignInAttempt): Promise<Desktop> {
    const pamAttempt = this.#mustBePam(attempt);
    const { session, account } = order;
    await this.#clearing.get(session);
    const { saved: store } = this.#ability;
    const saved = await store.read(session);
    const manifest = saved?.manifest ?? null;
    if (saved === null) throw new CodedError('session-not-found');
    if (saved.fault !== null || manifest === null) throw new CodedError(saved.fault ?? 'image-damaged');
    const { desktop: record } = manifest;
    if (record.uid !== account.uid || record.user !== account.name) throw new CodedError('not-allowed');
    const folders = new Folders(this.#places, session);
    try {
      await this.#prepareRun(folders, record, 0);
      await prepareRestore(manifest, this.#ability, this.#places);
      const xSession = chooseXSession(await installedXSessions(), record.desktop);
      const used = xSession ?? { name: record.desktop, desktopNames: record.desktop, command: [] };
      const desktop = await this.#start(order, record, used, folders, pamAttempt, true);
      await store.discard(session);
      const { init } = folders;
      if (init !== null) void this.#around.saving.reopen(init, account, manifest.reopen);
      return desktop;
    } catch (error) {
      pamAttempt.finish();
      const { restoring } = store.place(session);
      const log = await readFile(`${restoring}/raw/restore.log`, 'utf8').catch(() => '');
      await this.#clear(folders, record, { lost: true, keep: true });
      if (existsSync(restoring)) await store.putBack(session);
      const told = this.#told(error, session, 'restore-failed', log);
      if (told.code === 'image-damaged') await store.condemn(session, told.code);
      throw told;
    }
  }

  #mustBePam(attempt: SignInAttempt): PamAttempt {
    if (attempt instanceof PamAttempt) return attempt;
    throw new CodedError('internal');
  }

  #told(error: unknown, session: string, code: 'desktop-failed' | 'restore-failed', criuLog = ''): CodedError {
    if (error instanceof CodedError && (code === 'desktop-failed' || error.code !== 'desktop-failed')) return error;
    this.#log({ session, reason: String(error), criu: criuLog.slice(-2000) }, 'the desktop was not opened');
    if (isDiskFull(error)) return new CodedError('disk-full', {}, { cause: error });
    if (code === 'restore-failed') return whyNotRestored(criuLog, error);
    return new CodedError(code, {}, { cause: error });
  }

  /** Has the attempt's worker become the keeper, which starts the desktop anew or from its image; waits until it answers. */
  async #start(
    order: DesktopOrder,
    record: DesktopRecord,
    xSession: XSession,
    folders: Folders,
    attempt: PamAttempt,
    restoring: boolean,
  ): Promise<Desktop> {
    const { account } = order;
    const runtimeDir = `${folders.run}/runtime`;
    const limit = AbortSignal.timeout(openLimitMs);
    const over = new AbortController();
    const limits = AbortSignal.any([limit, over.signal]);
    // Held open until the keeper holds it, so that its end is not seen before its beginning.
    const hold = openSync(`${folders.run}/alive`, constants.O_RDWR | constants.O_NONBLOCK);
    const lifeline = new Lifeline(openSync(`${folders.run}/alive`, constants.O_RDONLY | constants.O_NONBLOCK));
    let failure: CodedError | null = null;
    let desktop: RealDesktop;
    try {
      const keeper = await attempt.openSession({
        folder: folders.run,
        uid: account.uid,
        gid: account.gid,
        environment: {
          user: account.name,
          home: account.home,
          shell: account.shell,
          desktopNames: xSession.desktopNames,
          desktop: xSession.name,
          display: `:${record.slot}`,
          authorityFile: `${runtimeDir}/Xauthority`,
          runtimeDir,
          language: order.language,
          locales: await installedLocales(),
        },
        command: xSession.command,
        variables: {
          frame_rate: String(frameRate),
          geometry: `${order.widthPx}x${order.heightPx}`,
          title: account.name,
        },
        keeper: [
          '/usr/bin/env',
          '--default-signal',
          'sh',
          `${scriptsFolder}/keeper.sh`,
          folders.run,
          folders.state,
          String(account.uid),
          String(account.gid),
          String(pidsBehind(record.slot)),
          record.pamService,
          process.execPath,
          compileCache(this.#places),
          closeScript,
          scriptsFolder,
        ],
      });
      desktop = new RealDesktop(record, folders, lifeline, this.#around, async ({ lost }) => {
        const failed = !over.signal.aborted;
        if (failed && !restoring) failure = await this.#whyFailed(folders, order.session);
        await this.#clear(folders, record, { lost, keep: failed && restoring });
      });
      await Promise.race([appearance(folders.run, 'init', limits), keeper.gone]).catch(() => undefined);
    } finally {
      closeSync(hold);
    }
    try {
      const socket = pixelSocket(this.#places, order.session);
      const ready = await Promise.race([
        answers(socket, limits)
          .then(() => this.#closePixels(folders, account.uid))
          .then(
            () => true,
            () => false,
          ),
        desktop.gone.then(() => false),
      ]);
      if (ready) return desktop.opened();
      await desktop.kill();
      throw failure ?? new CodedError('desktop-failed');
    } finally {
      over.abort();
    }
  }

  /**
   * Takes the socket's folder from the person, who could put a link to another person's socket there, which the gateway
   * would follow. Rejects if that has been done.
   */
  async #closePixels(folders: Folders, uid: number): Promise<void> {
    const folder = `${folders.run}/pixels`;
    await chown(folder, 0, await this.#gatewayGid());
    await chmod(folder, 0o710);
    const socket = await lstat(`${folder}/rfb`);
    if (!socket.isSocket() || socket.uid !== uid) throw new Error('the socket is not the X server’s own');
  }

  /** A number that no session of ours, saved ones among them, and no X server of anybody's has. */
  async #takeSlot(): Promise<number> {
    const taken = new Set<number>();
    for (const session of await this.#ability.saved.sessions()) {
      const slot = (await this.#ability.saved.read(session))?.manifest?.desktop.slot;
      if (slot !== undefined) taken.add(slot);
    }
    for (const slot of this.#slotsInHand) taken.add(slot);
    for (const name of readdirSync(this.#places.sessionsRunDir)) {
      const slot = new Folders(this.#places, name).record?.slot;
      if (slot !== undefined) taken.add(slot);
    }
    for (const match of (readSmall('/proc/net/unix') ?? '').matchAll(/\/\.X11-unix\/X(\d+)$/gm)) taken.add(Number(match[1]));
    const free = Array.from({ length: slots }, (_, index) => lowestSlot + index).filter((slot) => !taken.has(slot));
    const slot = free[randomInt(Math.max(free.length, 1))];
    if (slot === undefined) throw new Error('no display number is free');
    this.#slotsInHand.add(slot);
    return slot;
  }

  /** What lies on disk, and stays while it is saved. */
  async #prepareState(folders: Folders): Promise<void> {
    await makeFolder(folders.state, 0o700);
    await makeFolder(`${folders.state}/root`, 0o755);
    await makeFolder(`${folders.state}/tmp`, 0o1777);
    await makeFolder(`${folders.state}/tmp/.X11-unix`, 0o1777);
    await makeFolder(`${folders.state}/tmp/.ICE-unix`, 0o1777);
    if (await lacksRoom(folders.state)) throw new CodedError('disk-full');
  }

  /** Made as root; the socket's folder is given to `pixelsUid` last, who makes the socket there. */
  async #prepareRun(folders: Folders, record: DesktopRecord, pixelsUid: number): Promise<void> {
    const gatewayGid = await this.#gatewayGid();
    await makeFolder(folders.run, 0o711);
    await makeFolder(`${folders.run}/pixels`, 0o2710, pixelsUid, gatewayGid);
    // The session mounts a memory disk of its own there, and copies the file into it.
    await makeFolder(`${folders.run}/runtime`, 0o700);
    await writeFile(`${folders.run}/Xauthority`, authorityFile(record.slot), { mode: 0o600 });
    await run('mkfifo', ['--mode=0600', '--', `${folders.run}/alive`]);
    await writeWhole(`${folders.run}/record.json`, JSON.stringify(record), 0o600);
    if (await lacksRoom(folders.run)) throw new CodedError('disk-full');
  }

  async #gatewayGid(): Promise<number> {
    const { stdout } = await run('getent', ['group', '--', this.#places.gatewayUser]);
    return Number(stdout.split(':')[2]);
  }

  /** Why a desktop did not come up; its last words go to the log. */
  async #whyFailed(folders: Folders, session: string): Promise<CodedError> {
    for (const folder of [folders.run, folders.state]) {
      if (await lacksRoom(folder).catch(() => false)) return new CodedError('disk-full');
    }
    this.#log({ session, words: await lastWords(`${folders.state}/tmp/desktop.log`) }, 'the desktop failed to start');
    return new CodedError('desktop-failed');
  }

  /** Whoever wants to do something with the session's folders waits until `gone`. */
  #hold(session: string, gone: Promise<unknown>): void {
    const held = gone.finally(() => {
      if (this.#clearing.get(session) === held) this.#clearing.delete(session);
    });
    this.#clearing.set(session, held);
  }

  /** Removes what is left of a session whose processes are gone; `keep`, or an image that counts: not what lies on disk. */
  async #clear(folders: Folders, record: DesktopRecord | null, { lost, keep }: { lost: boolean; keep: boolean }): Promise<void> {
    try {
      if (lost && record !== null && existsSync(`${folders.run}/pam.json`)) {
        await run(process.execPath, [closeScript, folders.run, record.pamService], {
          timeout: closeLimitMs,
          env: { ...process.env, NODE_COMPILE_CACHE: compileCache(this.#places) },
        });
      }
    } catch (error) {
      this.#log({ session: record?.session ?? '', reason: String(error) }, 'the PAM session was not closed');
    }
    try {
      if (keep || existsSync(this.#ability.saved.place(folders.session).saved)) await removeFolders(folders.run);
      else await folders.remove();
    } catch (error) {
      this.#log({ session: record?.session ?? '', reason: String(error) }, 'the folders of a session were not removed');
    }
  }
}
