import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { FakeClock } from './fake-clock.ts';
import { KeptProgram } from './kept-program.ts';

async function eventually(what: string, look: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!look()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await pause(10);
  }
}

class Room implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly lines: string[] = [];
  readonly said: string[] = [];
  readonly logged: string[] = [];
  readonly pids: number[] = [];
  ends = 0;
  readonly program: KeptProgram;

  constructor(...command: [string, ...string[]]) {
    this.program = new KeptProgram({
      command,
      onLine: (line) => this.lines.push(line),
      onSaid: (line) => this.said.push(line),
      onStart: ({ pid }) => this.pids.push(pid ?? 0),
      onEnd: () => {
        this.ends += 1;
      },
      clock: this.clock,
      log: pino({}, { write: (line: string) => this.logged.push(line) }),
    });
    this.program.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program.stop();
    assert.equal(this.clock.waiting, 0, 'timers were left');
    for (const pid of this.pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  }
}

describe('a program that is kept running', () => {
  it('is heard line by line, and ends when it is stopped', async () => {
    await using room = new Room('sh', '-c', 'echo one; echo two; echo three >&2; exec cat');
    await eventually('its lines', () => room.lines.length === 2 && room.said.length === 1);
    assert.deepEqual([room.lines, room.said], [['one', 'two'], ['three']]);
    room.program.start();
    await room.program.stop();
    await room.program.stop();
    assert.deepEqual([room.pids.length, room.ends], [1, 0]);
    room.program.start();
    await eventually('it runs again', () => room.lines.length === 4);
  });

  it('is started again when it ends, after longer and longer pauses, and after a short one once it was well', async () => {
    await using room = new Room('sh', '-c', 'echo broken >&2; exit 3');
    for (const [index, pauseMs] of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000].entries()) {
      await eventually(`end ${index + 1}`, () => room.ends === index + 1);
      room.clock.pass(pauseMs - 1);
      assert.equal(room.pids.length, index + 1);
      room.clock.pass(1);
    }
    assert.match(room.logged[0] ?? '', /"code":3.*broken/);
  });

  it('counts as well when it has run for a minute', async () => {
    await using room = new Room('cat');
    await eventually('it runs', () => room.pids.length === 1);
    process.kill(room.pids[0] ?? 0, 'SIGKILL');
    await eventually('its end', () => room.ends === 1);
    room.clock.pass(1_000);
    await eventually('it runs again', () => room.pids.length === 2);
    room.clock.pass(60_000);
    process.kill(room.pids[1] ?? 0, 'SIGKILL');
    await eventually('its second end', () => room.ends === 2);
    room.clock.pass(1_000);
    await eventually('it runs after the short pause', () => room.pids.length === 3);
  });

  it('is killed when it does not end by being asked to', async () => {
    await using room = new Room('sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 1; done');
    await eventually('it runs', () => room.lines.length === 1);
    const stopped = room.program.stop();
    room.clock.pass(5_000);
    await stopped;
  });

  it('is tried again where it is not installed', async () => {
    await using room = new Room('no-such-program-here');
    await eventually('its end', () => room.ends === 1);
    room.clock.pass(1_000);
    await eventually('the next one', () => room.ends === 2);
  });
});
