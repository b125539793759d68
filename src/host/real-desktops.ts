// Desktops for real: an X server and a desktop in namespaces of their own, under a keeper that needs none of our programs to
// live. What runs is found again from the session's folders. See docs/protocol.md for what lies in them.
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, readFileSync, readSync, readdirSync, watch } from 'node:fs';
import { chmod, chown, lstat, mkdir, open as openFile, readdir, rename, stat, statfs, writeFile } from 'node:fs/promises';
import { Socket, connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CodedError } from '#contract/errors.ts';
import { pixelSocket } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import type { SessionCause } from '#model/session.ts';
import type { Desktop, DesktopOrder, Desktops } from './desktops.ts';
import { PamAttempt, compileCache } from './pam-sign-ins.ts';
import { isRunning, kill, signal } from './processes.ts';
import type { ProcessMark } from './processes.ts';
import type { SignInAttempt } from './sign-in.ts';
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
const socketRetryMs = 5;
/** Less room than this on a disk counts as none. */
const smallestRoomBytes = 256 * 1024;

/** Each session has a slot: its X display's number, and where its PIDs begin. */
const lowestSlot = 1;
const slots = 500;
const lowestFirstPid = 300;

/** The desktop script's exit codes. */
const endings: Readonly<Record<number, SessionCause>> = { 40: 'desktop-ended', 41: 'x-server-died', 42: 'desktop-failed' };

/** What is kept of a session in its folder, `record.json`. */
interface DesktopRecord {
  session: string;
  user: string;
  uid: number;
  desktop: string;
  slot: number;
  pamService: string;
}

/** Names and codes of what goes wrong, for the log; never a secret. */
type DesktopLog = (details: Readonly<Record<string, string | number>>, message: string) => void;

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}

async function makeFolder(folder: string, mode: number, uid = 0, gid = 0): Promise<void> {
  await mkdir(folder);
  await chown(folder, uid, gid);
  await chmod(folder, mode);
}

/** Reads a small file of root's; undefined if it is not there. */
function readSmall(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function lacksRoom(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < smallestRoomBytes;
}

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

/** Where a session's things are. */
class Folders {
  readonly run: string;
  readonly state: string;

  constructor(places: Places, session: string) {
    this.run = `${places.sessionsRunDir}/${session}`;
    this.state = `${places.sessionsStateDir}/${session}`;
  }

  get init(): ProcessMark | null {
    const [pid, startTicks] = (readSmall(`${this.run}/init`) ?? '').split(' ').map(Number);
    return pid !== undefined && startTicks !== undefined && pid > 1 ? { pid, startTicks } : null;
  }

  get record(): DesktopRecord | null {
    try {
      return JSON.parse(readFileSync(`${this.run}/record.json`, 'utf8')) as DesktopRecord;
    } catch {
      return null;
    }
  }

  get exitCode(): number | null {
    const text = readSmall(`${this.run}/exit`);
    return text === undefined ? null : Number(text);
  }

  /** rm, because it does not follow links that the person may put there meanwhile. */
  async remove(): Promise<void> {
    await run('rm', ['-rf', '--one-file-system', '--', this.run, this.state]);
  }
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

/** Fulfilled when there is something of this name in the folder. Rejects when `signal` aborts. */
function appearance(folder: string, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder);
    const look = (): void => {
      if (!signal.aborted && !existsSync(`${folder}/${name}`)) return;
      watcher.close();
      signal.removeEventListener('abort', look);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    watcher.on('change', look);
    watcher.on('error', reject);
    signal.addEventListener('abort', look);
    look();
  });
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

class RealDesktop implements Desktop {
  readonly session: string;
  readonly desktop: string;
  readonly gone: Promise<SessionCause>;
  readonly #folders: Folders;
  readonly #lifeline: Lifeline;
  #ending = false;
  #opened = false;

  /** `clear` removes what is left of it. */
  constructor(record: DesktopRecord, folders: Folders, lifeline: Lifeline, clear: (ending: Ending) => Promise<void>) {
    this.session = record.session;
    this.desktop = record.desktop;
    this.#folders = folders;
    this.#lifeline = lifeline;
    this.gone = lifeline.gone.then(async () => {
      const ending = await this.#ended();
      await clear(ending);
      return ending.cause;
    });
  }

  async #ended(): Promise<Ending> {
    const { init, exitCode } = this.#folders;
    const orphaned = init !== null && isRunning(init);
    if (orphaned) await kill(init, killPatienceMs);
    const lost = orphaned || exitCode === null;
    if (this.#ending) return { cause: 'signed-out', lost };
    if (lost) return { cause: 'keeper-lost', lost };
    return { cause: this.#opened ? (endings[exitCode] ?? 'desktop-ended') : 'desktop-failed', lost };
  }

  /** From here on its end is no failure to start. */
  opened(): this {
    this.#opened = true;
    return this;
  }

  async end(): Promise<void> {
    this.#ending = true;
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
}

export class RealDesktops implements Desktops {
  readonly #places: Places;
  readonly #log: DesktopLog;
  /** Slots given to desktops that have no record yet. */
  readonly #slotsInHand = new Set<number>();

  constructor(places: Places, log: DesktopLog = () => undefined) {
    this.#places = places;
    this.#log = log;
  }

  async found(): Promise<string[]> {
    const names = new Set<string>();
    for (const folder of [this.#places.sessionsRunDir, this.#places.sessionsStateDir]) {
      for (const name of await readdir(folder).catch(() => [])) if (/^[a-z2-7]{16}$/.test(name)) names.add(name);
    }
    return [...names].sort();
  }

  async adopt(session: string): Promise<Desktop | null> {
    const folders = new Folders(this.#places, session);
    const { record } = folders;
    const file = record === null ? null : openLifeline(`${folders.run}/alive`);
    if (record === null || file === null) {
      // Nobody keeps it: what may be left of it has no right to live.
      if (folders.init !== null) await kill(folders.init, killPatienceMs);
      await this.#clear(folders, record, true);
      return null;
    }
    const desktop = new RealDesktop(record, folders, new Lifeline(file), ({ lost }) => this.#clear(folders, record, lost));
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
      if ((await stat(`${folders.run}/pixels`)).uid === 0) return desktop;
      try {
        await answers(pixelSocket(this.#places, session), AbortSignal.timeout(openLimitMs));
        await this.#closePixels(folders, record.uid);
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
    if (!(attempt instanceof PamAttempt)) throw new CodedError('internal');
    const folders = new Folders(this.#places, order.session);
    let slot: number | null = null;
    let record: DesktopRecord | null = null;
    try {
      const xSession = chooseXSession(await installedXSessions(), order.desktop);
      if (xSession === null) throw new CodedError('desktop-not-installed');
      slot = this.#takeSlot();
      record = {
        session: order.session,
        user: order.account.name,
        uid: order.account.uid,
        desktop: xSession.name,
        slot,
        pamService: this.#places.pamService,
      };
      await this.#prepare(folders, record, order);
      return await this.#open(order, record, xSession, folders, attempt);
    } catch (error) {
      attempt.finish();
      // A worker that was killed for taking too long may have left the PAM session open.
      await this.#clear(folders, record, true);
      if (error instanceof CodedError) throw error;
      this.#log({ session: order.session, reason: String(error) }, 'the desktop was not opened');
      throw new CodedError(isDiskFull(error) ? 'disk-full' : 'desktop-failed', {}, { cause: error });
    } finally {
      if (slot !== null) this.#slotsInHand.delete(slot);
    }
  }

  async #open(
    order: DesktopOrder,
    record: DesktopRecord,
    xSession: XSession,
    folders: Folders,
    attempt: PamAttempt,
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
      desktop = new RealDesktop(record, folders, lifeline, async ({ lost }) => {
        if (!over.signal.aborted) failure = await this.#whyFailed(folders, order.session);
        await this.#clear(folders, record, lost);
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

  /** A number that no session of ours and no X server of anybody's has. */
  #takeSlot(): number {
    const taken = new Set(this.#slotsInHand);
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

  /** Makes the session's folders as root; what is the person's is given to them last. */
  async #prepare(folders: Folders, record: DesktopRecord, order: DesktopOrder): Promise<void> {
    const { uid } = order.account;
    const gatewayGid = await this.#gatewayGid();
    await makeFolder(folders.run, 0o711);
    await makeFolder(folders.state, 0o700);
    await makeFolder(`${folders.state}/root`, 0o755);
    await makeFolder(`${folders.state}/tmp`, 0o1777);
    await makeFolder(`${folders.state}/tmp/.X11-unix`, 0o1777);
    await makeFolder(`${folders.state}/tmp/.ICE-unix`, 0o1777);
    await makeFolder(`${folders.run}/pixels`, 0o2710, uid, gatewayGid);
    // The session mounts a memory disk of its own there, and copies the file into it.
    await makeFolder(`${folders.run}/runtime`, 0o700);
    await writeFile(`${folders.run}/Xauthority`, authorityFile(record.slot), { mode: 0o600 });
    await run('mkfifo', ['--mode=0600', '--', `${folders.run}/alive`]);
    await writeWhole(`${folders.run}/record.json`, JSON.stringify(record), 0o600);
    for (const folder of [folders.run, folders.state]) {
      if (await lacksRoom(folder)) throw new CodedError('disk-full');
    }
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

  /** Removes what is left of a session whose processes are gone. */
  async #clear(folders: Folders, record: DesktopRecord | null, lost: boolean): Promise<void> {
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
      await folders.remove();
    } catch (error) {
      this.#log({ session: record?.session ?? '', reason: String(error) }, 'the folders of a session were not removed');
    }
  }
}
