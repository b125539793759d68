// For tests: a room of one's own on this computer (folders, PAM service, throw-away accounts), and the check that a test
// left nothing behind. Needs root.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { placesFrom } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import { levelGroups, levels } from '#model/account.ts';
import type { Level } from '#model/account.ts';

const run = promisify(execFile);

/** Rooms of several test processes share the level groups and the gateway's user: the last one to leave removes them. */
const registerDir = '/run/stationmaster-test-rooms';
/** A folder that is always there, locked while the register or the account database changes. */
const registerLock = '/etc/pam.d';
/** How long processes, mounts and folders may take to go before they count as left behind. */
const leakPatienceMs = 5_000;

interface TestAccountOptions {
  /** null: in none of the level groups. Default: the room's. */
  level?: Level | null;
  shell?: string;
  /** Default: a home folder is made. */
  home?: 'made' | 'missing';
  /** A system account, with a uid below 1000. */
  system?: boolean;
}

export interface TestAccount {
  name: string;
  password: string;
  uid: number;
  gid: number;
  home: string;
  level: Level | null;
}

interface TestRoomOptions {
  /** How many accounts to begin with. Default 0. */
  accounts?: number;
  /** Level of the accounts. Default `standard`. */
  level?: Level | null;
  /** Text of the PAM service instead of the packaged one. */
  pamService?: string;
}

function randomName(): string {
  return randomBytes(4).toString('hex');
}

/** Runs a program that changes the account database, one at a time among all test processes. */
async function alone(program: string, args: readonly string[], input = ''): Promise<void> {
  const child = run('flock', [registerLock, program, ...args]);
  child.child.stdin?.end(input);
  await child;
}

/** Runs a shell text (of this file only) while no other test process changes the register. */
async function inRegister(script: string, ...args: string[]): Promise<void> {
  await run('flock', [registerLock, 'sh', '-ec', script, 'register', ...args]);
}

const enterRegister = `
  mkdir -p "$1"
  : >"$1/$2"
  for group in $3; do
    getent group "$group" >/dev/null || { groupadd --system "$group"; echo "group $group" >>"$1/made"; }
  done
  getent passwd "$4" >/dev/null || {
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$4"
    echo "user $4" >>"$1/made"
  }`;

const leaveRegister = `
  cd "$1"
  rm -f "$2"
  for mark in room-*; do
    [ -e "$mark" ] || continue
    pid=\${mark#room-}; pid=\${pid%%-*}
    if [ -e "/proc/$pid" ]; then exit 0; fi
    rm -f "$mark"
  done
  if [ -e made ]; then
    while read -r kind name; do
      case $kind in user) userdel "$name" ;; group) groupdel "$name" ;; esac
    done <made
  fi
  cd /
  rm -rf "$1"`;

/** Folders, a PAM service and accounts for one test or suite; disposing of it fails if something was left behind. */
export class TestRoom implements AsyncDisposable {
  readonly places: Places;
  /** What `placesFrom` needs in another process to find the same places. */
  readonly environment: Readonly<Record<string, string>>;
  readonly accounts: TestAccount[] = [];
  readonly #level: Level | null;
  readonly #mark: string;
  readonly #configDir: string;
  readonly #mounts: string[] = [];

  constructor(name: string, level: Level | null) {
    this.#level = level;
    this.#mark = `room-${process.pid}-${name}`;
    this.#configDir = `/etc/stationmaster-test-${name}`;
    this.environment = {
      STATIONMASTER_STATE: `/var/lib/stationmaster-test-${name}`,
      STATIONMASTER_RUN: `/run/stationmaster-test-${name}`,
      STATIONMASTER_CONFIG: `${this.#configDir}/config.toml`,
      STATIONMASTER_PAM_SERVICE: `stationmaster-test-${name}`,
    };
    this.places = placesFrom(this.environment);
  }

  /** Makes the folders, the groups and the PAM service. */
  async start(pamService?: string): Promise<void> {
    const { places } = this;
    const groups = levels.map((level) => levelGroups[level]).join(' ');
    await inRegister(enterRegister, registerDir, this.#mark, groups, places.gatewayUser);
    for (const folder of [
      places.stateDir,
      places.runDir,
      places.sessionsRunDir,
      places.sessionsStateDir,
      places.hibernatedDir,
      this.#configDir,
    ]) {
      await mkdir(folder, { recursive: true });
      await chmod(folder, 0o755);
    }
    await this.setPamService(
      pamService ?? (await readFile(new URL('../../packaging/pam.d/stationmaster', import.meta.url), 'utf8')),
    );
  }

  /** Replaces the room's PAM service. */
  async setPamService(text: string): Promise<void> {
    await writeFile(`/etc/pam.d/${this.places.pamService}`, text, { mode: 0o644 });
  }

  async addAccount(options: TestAccountOptions = {}): Promise<TestAccount> {
    const name = `smt-${randomName()}`;
    const password = randomBytes(12).toString('base64url');
    const level = options.level === undefined ? this.#level : options.level;
    const home = `/home/${name}`;
    await alone('useradd', [
      options.home === 'missing' ? '--no-create-home' : '--create-home',
      '--no-log-init',
      '--home-dir',
      home,
      '--shell',
      options.shell ?? '/bin/bash',
      ...(options.system === true ? ['--system', '--user-group'] : []),
      ...(level === null ? [] : ['--groups', levelGroups[level]]),
      '--',
      name,
    ]);
    const uid = Number((await run('id', ['-u', '--', name])).stdout);
    const gid = Number((await run('id', ['-g', '--', name])).stdout);
    const account = { name, password, uid, gid, home, level };
    this.accounts.push(account);
    await this.setPassword(account, password);
    return account;
  }

  /** Sets the password as the administrator would. */
  async setPassword(account: TestAccount, password: string): Promise<void> {
    await alone('chpasswd', [], `${account.name}:${password}\n`);
    account.password = password;
  }

  /** `usermod`, `chage` or `passwd` on an account, one at a time among all test processes. */
  async changeAccount(program: 'usermod' | 'chage' | 'passwd', args: readonly string[], account: TestAccount): Promise<void> {
    await alone(program, [...args, '--', account.name]);
  }

  /** Mounts a small memory disk there until the room is disposed of. */
  async mountMemory(folder: string, options: string): Promise<void> {
    await run('mount', ['-t', 'tmpfs', '-o', options, '--', 'stationmaster-test', folder]);
    this.#mounts.push(folder);
  }

  /** The processes of the room's accounts, as `PID name`. */
  async processes(): Promise<string[]> {
    const uids = new Set(this.accounts.map((account) => account.uid));
    const found: string[] = [];
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        if (!uids.has((await stat(`/proc/${pid}`)).uid)) continue;
        const status = await readFile(`/proc/${pid}/status`, 'utf8');
        if (/^State:\tZ/m.test(status)) continue;
        found.push(`${pid} ${/^Name:\t(.*)$/m.exec(status)?.[1] ?? ''}`);
      } catch {
        // It ended while we looked.
      }
    }
    return found;
  }

  /** What is left of sessions, one line a thing: processes, mounts, folders. */
  async leftBehind(): Promise<string[]> {
    const left = (await this.processes()).map((line) => `process ${line}`);
    for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
      const point = line.split(' ')[4] ?? '';
      if (point.startsWith(`${this.places.sessionsRunDir}/`) || point.startsWith(`${this.places.sessionsStateDir}/`)) {
        left.push(`mount ${point}`);
      }
    }
    for (const folder of [this.places.sessionsRunDir, this.places.sessionsStateDir, this.places.hibernatedDir]) {
      for (const name of await readdir(folder).catch(() => [])) left.push(`folder ${folder}/${name}`);
    }
    return left;
  }

  /** Removes everything; rejects, after that, if sessions had left something behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    const deadline = performance.now() + leakPatienceMs;
    let left = await this.leftBehind();
    while (left.length > 0 && performance.now() < deadline) {
      await pause(50);
      left = await this.leftBehind();
    }
    for (const line of await this.processes()) {
      try {
        process.kill(Number(line.split(' ')[0]), 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    // Whatever fails, the rest is removed nevertheless.
    const attempt = async (step: Promise<unknown>): Promise<void> => {
      await step.catch((error: unknown) => left.push(String(error)));
    };
    for (const folder of this.#mounts.toReversed()) await attempt(run('umount', ['-l', '--', folder]));
    for (const account of this.accounts) {
      await attempt(alone('userdel', ['--force', '--', account.name]));
      await attempt(rm(account.home, { recursive: true, force: true }));
      await attempt(rm(`/var/mail/${account.name}`, { force: true }));
    }
    await attempt(rm(`/etc/pam.d/${this.places.pamService}`, { force: true }));
    for (const folder of [this.places.stateDir, this.places.runDir, this.#configDir]) {
      await attempt(run('rm', ['-rf', '--one-file-system', '--', folder]));
    }
    await attempt(inRegister(leaveRegister, registerDir, this.#mark));
    if (left.length > 0) throw new Error(`left behind:\n${left.join('\n')}`);
  }
}

/** Makes a room; `await using room = await makeTestRoom({ accounts: 2 })`. */
export async function makeTestRoom(options: TestRoomOptions = {}): Promise<TestRoom> {
  const room = new TestRoom(randomName(), options.level === undefined ? 'standard' : options.level);
  try {
    await room.start(options.pamService);
    for (let count = 0; count < (options.accounts ?? 0); count += 1) await room.addAccount();
  } catch (error) {
    await room[Symbol.asyncDispose]().catch(() => undefined);
    throw error;
  }
  return room;
}
