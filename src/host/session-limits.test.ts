// The limits of sessions against a folder that has the files of a control group; what the kernel makes of them is not looked at.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { pino } from 'pino';
import { defaultSettings } from '#model/settings.ts';
import type { Session, SessionState } from '#model/session.ts';
import { SessionLimits } from './session-limits.ts';

const mebibyte = 1_048_576;
const none = { sessionMemoryMegabytes: 0, sessionProcessorPercent: 0, sessionProcesses: 0 };

class Room implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'stationmaster-session-limits-'));
  readonly groups = join(this.root, 'desktops');
  readonly logged: string[] = [];
  readonly values = { ...defaultSettings, ...none };
  /** What single sessions have of their own. */
  readonly own = new Map<string, Partial<typeof none>>();
  readonly #sessions = new Map<string, Session>();
  readonly #listeners = new Map<string, (session: Session) => void>();
  readonly limits: SessionLimits;

  constructor(values: Partial<typeof none> = {}, group: string | null = 'desktops') {
    Object.assign(this.values, values);
    mkdirSync(this.groups);
    this.file('../cgroup.controllers', 'cpuset cpu io memory pids');
    this.file('cgroup.controllers', 'cpu memory pids');
    this.file('cgroup.subtree_control', '');
    this.file('cgroup.procs', '');
    this.limits = new SessionLimits({
      sessions: {
        list: () => [...this.#sessions.values()],
        on: (listener) => this.#on('session', listener),
      },
      limits: {
        of: (session) => ({ ...this.values, ...this.own.get(session) }),
        onChange: (listener) => this.#on('change', listener),
      },
      root: this.root,
      group,
      log: pino({}, { write: (line: string) => this.logged.push(line) }),
    });
  }

  #on(name: string, listener: (session: Session) => void): () => void {
    this.#listeners.set(name, listener);
    return () => this.#listeners.delete(name);
  }

  file(name: string, text: string): void {
    writeFileSync(join(this.groups, name), text);
  }

  /** What the kernel would show of a group that programs are in. */
  running(id: string, usedMegabytes: number): void {
    mkdirSync(join(this.groups, id), { recursive: true });
    this.file(`${id}/memory.current`, `${usedMegabytes * mebibyte}\n`);
  }

  become(id: string, state: SessionState): void {
    const session = { id, state } as Session;
    this.#sessions.set(id, session);
    this.#listeners.get('session')?.(session);
  }

  change(values: Partial<typeof none>): void {
    Object.assign(this.values, values);
    this.#listeners.get('change')?.({} as Session);
  }

  /** Memory in MB. */
  given(id: string): Record<string, string> {
    const read = (name: string): string => readFileSync(join(this.groups, id, name), 'utf8');
    const megabytes = (name: string): string =>
      read(name) === 'max' ? 'max' : String(Math.round(Number(read(name)) / mebibyte));
    return { high: megabytes('memory.high'), max: megabytes('memory.max'), cpu: read('cpu.max'), pids: read('pids.max') };
  }

  [Symbol.dispose](): void {
    this.limits.stop();
    rmSync(this.root, { recursive: true });
  }
}

it('gives a session its limits before its first program, and a changed limit to those that run', () => {
  using room = new Room({ sessionMemoryMegabytes: 1000, sessionProcessorPercent: 150, sessionProcesses: 400 });
  assert.equal(room.limits.fault, null);
  room.limits.start();
  room.become('anna', 'starting');
  assert.equal(readFileSync(join(room.groups, 'cgroup.subtree_control'), 'utf8'), '+cpu +memory +pids');
  room.file('cgroup.subtree_control', 'cpu memory pids');
  const limited = { high: '900', max: '1000', cpu: '150000 100000', pids: '400' };
  assert.deepEqual(room.given('anna'), limited);
  room.become('anna', 'active');
  room.running('anna', 300);
  room.become('anna', 'suspended');
  assert.deepEqual(room.given('anna'), limited);
  room.change({ sessionMemoryMegabytes: 600, sessionProcesses: 0 });
  assert.deepEqual(room.given('anna'), { high: '540', max: '600', cpu: '150000 100000', pids: 'max' });
  room.change(none);
  assert.deepEqual(room.given('anna'), { high: 'max', max: 'max', cpu: 'max 100000', pids: 'max' });
});

it('takes no memory away from a session that has more already, nor gives it more at each look', () => {
  using room = new Room();
  room.limits.start();
  room.running('anna', 900);
  room.become('anna', 'active');
  room.change({ sessionMemoryMegabytes: 600 });
  room.file('cgroup.subtree_control', 'cpu memory pids');
  assert.deepEqual([room.given('anna')['high'], room.given('anna')['max']], ['900', '1000']);
  room.running('anna', 990);
  room.change({ sessionProcesses: 300 });
  assert.deepEqual([room.given('anna')['high'], room.given('anna')['max']], ['990', '1000']);
  room.running('anna', 580);
  room.change({ sessionProcesses: 301 });
  assert.deepEqual([room.given('anna')['high'], room.given('anna')['max']], ['580', '600']);
});

it('lets a saved session be read from disk whole, and holds it to the limits when it is there', () => {
  using room = new Room({ sessionMemoryMegabytes: 1000, sessionProcessorPercent: 50, sessionProcesses: 400 });
  room.limits.start();
  room.become('anna', 'restoring');
  assert.deepEqual(room.given('anna'), { high: 'max', max: 'max', cpu: '50000 100000', pids: 'max' });
  room.running('anna', 1800);
  room.become('anna', 'active');
  assert.deepEqual(room.given('anna'), { high: '1800', max: '2000', cpu: '50000 100000', pids: '400' });
});

it('holds sessions to them that ran before the host program', () => {
  using room = new Room({ sessionProcesses: 500 });
  room.running('anna', 100);
  room.become('anna', 'suspended');
  room.become('ben', 'suspended');
  room.limits.start();
  assert.equal(room.given('anna')['pids'], '500');
  assert.equal(existsSync(join(room.groups, 'ben')), false, 'one without a group of its own, from an earlier version');
  assert.deepEqual(room.logged, []);
});

it('touches nothing while there is no limit', () => {
  using room = new Room();
  room.limits.start();
  room.become('anna', 'starting');
  room.running('anna', 10);
  room.become('anna', 'active');
  assert.equal(readFileSync(join(room.groups, 'cgroup.subtree_control'), 'utf8'), '');
  assert.equal(existsSync(join(room.groups, 'anna', 'pids.max')), false);
});

it('says why a computer cannot, and does nothing there', () => {
  const spoil: readonly [string, (room: Room) => void][] = [
    ['control-groups-old', (room) => rmSync(join(room.root, 'cgroup.controllers'))],
    ['no-unit', (room) => rmSync(room.groups, { recursive: true })],
    ['no-controllers', (room) => room.file('cgroup.controllers', 'cpu pids')],
    ['group-in-use', (room) => room.file('cgroup.procs', '4711\n')],
  ];
  for (const [fault, how] of spoil) {
    using room = new Room({ sessionProcesses: 500 });
    how(room);
    room.limits.start();
    room.become('anna', 'starting');
    assert.equal(room.limits.fault, fault);
    assert.equal(existsSync(join(room.groups, 'anna')), false, fault);
    assert.match(room.logged.join(''), new RegExp(`"fault":"${fault}"`));
  }
  using elsewhere = new Room({ sessionProcesses: 500 }, null);
  assert.equal(elsewhere.limits.fault, 'no-unit');
});

it('says that it could not write, until it could', () => {
  using room = new Room({ sessionProcesses: 500 });
  room.limits.start();
  room.file('anna', 'in the way');
  room.become('anna', 'starting');
  assert.equal(room.limits.fault, 'not-written');
  room.become('ben', 'starting');
  assert.equal(room.limits.fault, null);
});

it('holds a session to what it has of its own, from its start on, and others to the settings', () => {
  using room = new Room({ sessionProcesses: 300 });
  room.limits.start();
  room.own.set('a', { sessionMemoryMegabytes: 2000, sessionProcesses: 0 });
  room.become('a', 'starting');
  room.become('b', 'starting');
  assert.deepEqual(room.given('a'), { high: '1800', max: '2000', cpu: 'max 100000', pids: 'max' });
  assert.deepEqual([room.given('b').pids, room.given('b').max], ['300', 'max']);
  room.running('a', 100);
  room.become('a', 'active');
  room.own.set('a', { sessionProcesses: 700 });
  room.change({});
  assert.deepEqual([room.given('a').pids, room.given('a').max], ['700', 'max']);
});
