import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pino } from 'pino';
import type { LeaveWay } from '#contract/values.ts';
import { systemClock } from './clock.ts';
import { FakeLogind } from './fake-logind.ts';
import { readLogindLine, ShutdownWatch } from './shutdown-watch.ts';

const patienceMs = 20_000;

async function eventually(what: string, look: () => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!look()) {
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await pause(20);
  }
}

/** Takes a mark for the lock, as nobody can be given a real one here; the real one is held in the lab. */
const inhibitScript = `#!/bin/sh
for last; do :; done
echo $$ >"$LOCK_FILE"
trap 'rm -f "$LOCK_FILE"' EXIT
trap 'exit 1' TERM
"$last"
`;

/** The watch on a bus of its own. Environment variables are how busctl is told which. */
class Room implements AsyncDisposable {
  readonly logind: FakeLogind;
  readonly told: string[] = [];
  readonly watch: ShutdownWatch;
  phase: string | null = null;
  #listener: () => void = () => undefined;
  readonly #before = { ...process.env };

  private constructor(logind: FakeLogind) {
    this.logind = logind;
    writeFileSync(join(logind.folder, 'systemd-inhibit'), inhibitScript);
    chmodSync(join(logind.folder, 'systemd-inhibit'), 0o755);
    Object.assign(process.env, {
      DBUS_SYSTEM_BUS_ADDRESS: logind.address,
      LOCK_FILE: this.lockFile,
      PATH: `${logind.folder}:${process.env['PATH']}`,
    });
    this.watch = new ShutdownWatch({
      leaving: {
        describe: () => (this.phase === null ? null : { phase: this.phase }),
        on: (listener) => {
          this.#listener = listener;
          return () => undefined;
        },
        systemBegins: ({ how, withinMs }: { how: LeaveWay; withinMs: number }) => {
          this.told.push(`${how} within ${Math.round(withinMs / 1_000)} s`);
        },
        systemStays: () => {
          this.told.push('stays');
        },
      },
      clock: systemClock,
      log: pino({ level: 'silent' }),
    });
  }

  static async make(prepare: (logind: FakeLogind) => void = () => undefined): Promise<Room> {
    const room = new Room(await new FakeLogind().start());
    prepare(room.logind);
    room.watch.watch();
    await eventually('the lock is held and the bus listened to', () => room.watch.isReady);
    return room;
  }

  get lockFile(): string {
    return join(this.logind.folder, 'lock');
  }

  /** Somebody asks for it; this logind does nothing of the kind. */
  async order(member: string): Promise<void> {
    const args = [
      'call',
      'org.freedesktop.login1',
      '/org/freedesktop/login1',
      'org.freedesktop.login1.Manager',
      member,
      'b',
      'false',
    ];
    await promisify(execFile)('busctl', ['--system', ...args]);
  }

  async heard(count: number): Promise<string[]> {
    await eventually(`${count} are told: ${this.told.join(', ')}`, () => this.told.length >= count);
    return this.told;
  }

  set(phase: string | null): void {
    this.phase = phase;
    this.#listener();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watch.stop();
    process.env = this.#before;
    assert.ok(!existsSync(this.lockFile), 'the lock was left');
    await this.logind[Symbol.asyncDispose]();
  }
}

const signal = (member: string, data: readonly unknown[]): string =>
  JSON.stringify({ type: 'signal', interface: 'org.freedesktop.login1.Manager', member, payload: { type: 'b', data } });

describe('a line of busctl', () => {
  it('is understood as logind means it', () => {
    const withMetadata = (type: string): string =>
      signal('PrepareForShutdownWithMetadata', [true, { type: { type: 's', data: type } }]);
    assert.deepEqual(readLogindLine(signal('PrepareForShutdown', [true])), { news: 'going', how: null });
    assert.deepEqual(readLogindLine(signal('PrepareForShutdown', [false])), { news: 'staying' });
    for (const type of ['reboot', 'kexec', 'soft-reboot'])
      assert.deepEqual(readLogindLine(withMetadata(type)), { news: 'going', how: 'restart' });
    for (const type of ['power-off', 'poweroff', 'halt'])
      assert.deepEqual(readLogindLine(withMetadata(type)), { news: 'going', how: 'shut-down' });
    assert.deepEqual(readLogindLine(withMetadata('something new')), { news: 'going', how: null });
    assert.deepEqual(readLogindLine(signal('PrepareForShutdownWithMetadata', [true, {}])), { news: 'going', how: null });
    const call = signal('Reboot', [true]).replace('"signal"', '"method_call"');
    assert.deepEqual(readLogindLine(call), { news: 'order', how: 'restart' });
  });

  it('is nothing where it is anything else', () => {
    const others = ['', '{', '[]', 'null', '7', '"PrepareForShutdown"', '{"type":"signal"}'];
    others.push(signal('PrepareForShutdown', []), signal('PrepareForShutdown', ['true']), signal('PrepareForSleep', [true]));
    others.push(signal('PrepareForShutdown', [true]).replace('login1', 'login2'), signal('Reboot', [true]));
    others.push(signal('ListSessions', []).replace('"signal"', '"method_call"'));
    for (const line of others) assert.equal(readLogindLine(line), null, line);
  });
});

describe('on a bus of its own', () => {
  it('hears that the computer goes, how, and for how long it waits; and that it stays', async () => {
    await using room = await Room.make();
    const { logind } = room;
    assert.ok(existsSync(room.lockFile));
    logind.properties['InhibitDelayMaxUSec'] = ['t', 60_000_000n];
    logind.prepareForShutdown(true, 'reboot');
    await room.heard(2);
    logind.prepareForShutdown(false);
    await room.heard(3);
    logind.prepareForShutdown(true);
    // With metadata it comes in both forms.
    const restart = 'restart within 60 s';
    assert.deepEqual(await room.heard(4), [restart, restart, 'stays', restart]);
  });

  it('knows how by who asked for it, where logind does not say, and by nothing: a key that turns it off', async () => {
    await using room = await Room.make();
    room.logind.prepareForShutdown(true);
    await room.heard(1);
    await room.order('Reboot');
    room.logind.prepareForShutdown(true);
    await room.heard(2);
    await room.order('PowerOffWithFlags');
    room.logind.prepareForShutdown(true);
    assert.deepEqual(await room.heard(3), ['shut-down within 5 s', 'restart within 5 s', 'shut-down within 5 s']);
  });

  it('does not believe anybody else on the bus', async () => {
    await using room = await Room.make();
    const args = ['emit', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'PrepareForShutdown', 'b', 'true'];
    execFileSync('busctl', ['--system', ...args]);
    room.logind.prepareForShutdown(false);
    assert.deepEqual(await room.heard(1), ['stays']);
  });

  it('is not overtaken by the news that the computer stays', async () => {
    await using room = await Room.make();
    room.logind.prepareForShutdown(true);
    room.logind.prepareForShutdown(false);
    await room.heard(1);
    room.logind.prepareForShutdown(true);
    assert.deepEqual(await room.heard(2), ['stays', 'shut-down within 5 s']);
  });

  it('goes by what was scheduled', async () => {
    await using room = await Room.make(({ properties }) => {
      properties['ScheduledShutdown'] = ['(st)', ['reboot', 1n]];
    });
    room.logind.prepareForShutdown(true);
    assert.deepEqual(await room.heard(1), ['restart within 5 s']);
  });

  it('finds out what was begun before it listened', async () => {
    await using room = await Room.make(({ properties }) => {
      properties['PreparingForShutdown'] = ['b', true];
    });
    assert.deepEqual(await room.heard(1), ['shut-down within 5 s']);
  });

  it('lets the lock go when all is saved, and takes it again if the computer stays', async () => {
    await using room = await Room.make();
    room.set('warning');
    room.set('saving');
    assert.ok(existsSync(room.lockFile));
    room.set('going');
    await eventually('the lock is gone', () => !existsSync(room.lockFile));
    assert.ok(!room.watch.isReady);
    room.set(null);
    await eventually('the lock is taken again', () => room.watch.isReady && existsSync(room.lockFile));
    room.set('going');
    room.set(null);
    await eventually('the lock is held after all', () => room.watch.isReady && existsSync(room.lockFile));
  });

  it('comes back when its programs are ended', async () => {
    await using room = await Room.make();
    const [lock = ''] = execFileSync('cat', [room.lockFile], { encoding: 'utf8' }).split('\n');
    process.kill(Number(lock), 'SIGKILL');
    await eventually('the lock is lost', () => !room.watch.isReady);
    await eventually('the lock is taken again', () => room.watch.isReady);
    room.logind.prepareForShutdown(true, 'reboot');
    await room.heard(1);
  });
});
