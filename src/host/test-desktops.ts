// For tests: real desktops in a room of one's own, and ways to look into them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Places } from '#contract/places.ts';
import type { Session } from '#model/session.ts';
import type { Desktop } from './desktops.ts';
import { HibernationAbility } from './hibernation/ability.ts';
import { PamSignIns } from './pam-sign-ins.ts';
import { RealDesktops } from './real-desktops.ts';
import type { TestAccount, TestRoom } from './test-room.ts';

const run = promisify(execFile);

export function desktopsOf(places: Places, encrypted = false): RealDesktops {
  return new RealDesktops(places, new HibernationAbility(places), () => encrypted);
}

export function newSession(): string {
  return Array.from({ length: 16 }, () => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(randomInt(32))).join('');
}

/** Waits until `look` gives something. */
export async function until<T>(what: string, look: () => Promise<T | null | false | undefined>, limitMs = 15_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await pause(25);
  }
}

export async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  const limit = new AbortController();
  try {
    return await Promise.race([
      promise,
      pause(limitMs, undefined, { signal: limit.signal }).then(() => assert.fail(`not within ${limitMs} ms`)),
    ]);
  } finally {
    limit.abort();
  }
}

export async function running(desktops: RealDesktops, session: string): Promise<Desktop> {
  const found = await desktops.find(session);
  assert.equal(found.kind, 'running');
  assert.ok('desktop' in found);
  return found.desktop;
}

interface EnterOptions {
  desktop?: string;
  session?: string;
  desktops?: RealDesktops;
}

async function enter(
  room: TestRoom,
  account: TestAccount | undefined,
  options: EnterOptions,
  how: 'open' | 'restore',
): Promise<Desktop> {
  assert.ok(account);
  const { attempt, outcome } = await new PamSignIns(room.places).begin({
    user: account.name,
    password: account.password,
    remote: '192.0.2.7',
    who: 'listed',
  });
  assert.equal(outcome.step, 'accepted', JSON.stringify(outcome));
  return (options.desktops ?? desktopsOf(room.places))[how](
    {
      session: options.session ?? newSession(),
      account: outcome.account,
      desktop: options.desktop ?? 'openbox',
      widthPx: 1000,
      heightPx: 700,
      language: 'fr',
    },
    attempt,
  );
}

export function open(room: TestRoom, account: TestAccount | undefined, options: EnterOptions = {}): Promise<Desktop> {
  return enter(room, account, options, 'open');
}

export function restore(
  room: TestRoom,
  account: TestAccount | undefined,
  { session, desktops }: Required<Pick<EnterOptions, 'session' | 'desktops'>>,
): Promise<Desktop> {
  return enter(room, account, { session, desktops }, 'restore');
}

/** The session of a desktop as it would be listed. */
export function listed(desktop: Desktop, account: TestAccount): Session {
  return {
    id: desktop.session,
    user: account.name,
    uid: account.uid,
    fullName: 'Anna Adams',
    computer: 'lab',
    state: 'hibernating',
    cause: 'hibernated-by-administrator',
    station: null,
    attachment: 1,
    startedAt: 1,
    since: 2,
    endsAt: null,
    endsBy: '',
    desktop: desktop.desktop,
    saved: null,
  };
}

export async function init(room: TestRoom, session: string): Promise<{ pid: number; startTicks: number }> {
  const [pid, startTicks] = (await readFile(`${room.places.sessionsRunDir}/${session}/init`, 'utf8')).split(' ').map(Number);
  assert.ok(pid !== undefined && startTicks !== undefined);
  return { pid, startTicks };
}

export function appearing(room: TestRoom, desktop: Desktop, name: string): Promise<number> {
  return until(name, async () => (await named(room, desktop.session, name))[0]);
}

/** PIDs (on the computer) of the session's processes of this name. */
export async function named(room: TestRoom, session: string, name: string): Promise<number[]> {
  const space = await readlink(`/proc/${(await init(room, session)).pid}/ns/pid`);
  const found: number[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if ((await readlink(`/proc/${pid}/ns/pid`)) !== space) continue;
      if ((await readFile(`/proc/${pid}/comm`, 'utf8')).trim() === name) found.push(Number(pid));
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** What a shell text prints when it runs inside the session, as its person. */
export async function inside(room: TestRoom, desktop: Desktop, account: TestAccount, script: string): Promise<string> {
  const { pid } = await init(room, desktop.session);
  const { stdout } = await run('nsenter', [
    '-t',
    String(pid),
    '-m',
    '-p',
    '-i',
    '--',
    'setpriv',
    '--reuid',
    account.name,
    '--regid',
    account.name,
    '--init-groups',
    '--',
    'sh',
    '-c',
    `. "$1/runtime/environment"; ${script}`,
    'sh',
    `${room.places.sessionsRunDir}/${desktop.session}`,
  ]);
  return stdout;
}
