// The command line about sessions on disk and about a computer that restarts, against a real gateway and a host that is led.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, afterEach, before, describe, test } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import type { LeaveReport } from '#contract/values.ts';
import { CommandLine, commandFile } from './support/command-line.ts';
import { GatewayRoom, until } from './support/gateway-room.ts';
import type { ScriptedHost } from './support/scripted-host.ts';

let room: GatewayRoom;
let host: ScriptedHost;
let command: CommandLine;
/** How a session's line of a table ends. */
const saved = { at: 1000, bytes: 52_428_800, programs: ['Mousepad', 'Firefox'], fault: null };

before(async () => {
  room = await GatewayRoom.make({ scripted: true });
  host = room.script;
  command = new CommandLine(room);
});
afterEach(async () => {
  for (const { id } of host.sessions.values()) host.happen(id, 'gone');
  host.checks = [];
  host.saving = async () => {};
  host.changeComputer({ leaving: null, lastLeave: null, leaveFault: null });
  // The gateway has heard all of it.
  await until('the room is empty', async () => {
    const { body } = await room.ask('GET', '/computers', { local: true });
    const { body: sessions } = await room.ask('GET', '/sessions', { local: true });
    return body[0].leaving === null && sessions.length === 0;
  });
});
after(async () => {
  await room[Symbol.asyncDispose]();
});

/** The lines of a table below its heading. */
const linesOf = (text: string): string[] => text.trimEnd().split('\n').slice(1);

describe('sessions on disk', () => {
  test('are listed with what they take on disk and why they cannot be continued; lost ones with what was open', async () => {
    host.add('anna', { state: 'hibernated', saved });
    host.add('ben', { state: 'hibernated', saved: { ...saved, fault: 'image-damaged' } });
    host.add('carla', { state: 'lost', cause: 'power-lost', saved: { ...saved, bytes: 0 } });
    host.add('teacher', { state: 'hibernating' });
    host.add('admin', { state: 'restoring', saved });
    await until('the gateway knows', async () => (await room.ask('GET', '/sessions', { local: true })).body.length === 5);
    const { stdout } = await command.run('session', 'list');
    const [heading] = stdout.split('\n');
    assert.match(heading ?? '', /State +Since +On disk +Remark$/);
    const line = (user: string): string => linesOf(stdout).find((each) => each.includes(` ${user} `)) ?? '';
    assert.match(line('anna'), /Suspended \(saved\) .* 50 MB$/);
    assert.match(line('ben'), /Suspended \(saved\) .* 50 MB +The saved session is damaged/);
    assert.match(line('carla'), /Lost .* Mousepad, Firefox$/);
    assert.match(line('teacher'), /Being saved/);
    assert.match(line('admin'), /Being restored/);
  });

  test('one is saved by its user, with programs closed only if that is said', async () => {
    const { id } = host.add('anna');
    await until('the gateway knows', async () => (await room.ask('GET', '/sessions', { local: true })).body.length === 1);
    const { outcomes } = await command.json<{ outcomes: unknown[] }>(0, 'session', 'hibernate', 'anna');
    assert.deepEqual(outcomes, [{ session: id, user: 'anna', error: null }]);
    assert.equal(host.heardOf('session.hibernate').at(-1)?.closing, false);
    host.happen(id, 'attach');
    host.happen(id, 'opened', { saved: null });
    await command.json(0, 'session', 'hibernate', id, '--close-programs');
    assert.equal(host.heardOf('session.hibernate').at(-1)?.closing, true);
    assert.equal((await command.run('session', 'hibernate', 'nobody')).code, 5);
  });

  test('all: done for some is 6, for none 1; what hindered is said', async () => {
    host.add('anna');
    host.add('ben');
    await until('the gateway knows', async () => (await room.ask('GET', '/sessions', { local: true })).body.length === 2);
    host.saving = async ({ user }) => {
      if (user === 'ben') throw new CodedError('cannot-be-saved', { program: 'Chess', reason: 'device' });
    };
    const some = await command.run('session', 'hibernate', '--all');
    assert.equal(some.code, 6);
    assert.match(some.stdout, /anna +\S+ +saved to disk\n/);
    assert.match(some.stdout, /ben +\S+ +A program of this session cannot be saved\./);
    const none = await command.run('session', 'hibernate', '--all', '--computer', room.computerName);
    assert.equal(none.code, 1);
    assert.equal((await command.run('session', 'hibernate', '--all', '--computer', 'elsewhere')).code, 5);
  });

  test('the check says what happens to which program and why, and that there is nothing', async () => {
    assert.equal((await command.run('session', 'check')).stdout, 'No session runs.\n');
    const { id: session } = host.add('anna');
    host.checks = [{ session, user: 'anna', atRisk: [] }];
    assert.equal((await command.run('session', 'check')).stdout, 'Every session can be saved as it is.\n');
    host.checks = [
      {
        session,
        user: 'anna',
        atRisk: [
          { program: 'Firefox', fate: 'reopened', reason: 'sandbox' },
          { program: 'ssh', fate: 'disconnected', reason: 'connection' },
          { program: 'Chess', fate: 'lost', reason: 'device' },
        ],
      },
    ];
    const { stdout } = await command.run('session', 'check', '--computer', room.computerName);
    assert.match(stdout, /^User +Program +What happens +Why\n/);
    assert.match(stdout, /anna +Firefox +closed, and started again with its last state +it runs in a sandbox/);
    assert.match(stdout, /anna +ssh +goes on, its connections are closed +it is connected/);
    assert.match(stdout, /anna +Chess +cannot be saved +it uses a device/);
    const { checks } = await command.json<{ checks: unknown }>(0, 'session', 'check');
    assert.deepEqual(checks, host.checks);
    assert.equal((await command.run('session', 'check', '--computer', 'elsewhere')).code, 5);
  });
});

describe('restart and shutdown', () => {
  const account = (sessions: LeaveReport['sessions']): LeaveReport => ({ how: 'restart', at: Date.now(), by: 'root', sessions });

  test('without a terminal nothing is done unless --yes is given; what is at stake is said either way', async () => {
    const { id: session } = host.add('anna');
    host.checks = [{ session, user: 'anna', atRisk: [{ program: 'Firefox', fate: 'reopened', reason: 'sandbox' }] }];
    await until('the gateway knows', async () => (await room.ask('GET', '/sessions', { local: true })).body.length === 1);
    const asked = host.heardOf('computer.leave').length;
    const refused = await command.run('system', 'restart');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /One session runs on \S+, 0 at a station\.\nIt is saved, .*except:\n.*\nanna +Firefox/);
    assert.match(refused.stderr, /--yes/);
    assert.equal(host.heardOf('computer.leave').length, asked);
    const begun = await command.run('system', 'shutdown', '--yes', '--no-wait', '--in', '40');
    assert.equal(begun.code, 0, begun.stderr);
    assert.match(begun.stdout, /shuts down in (40|39) s\.\n$/);
    assert.deepEqual(host.heardOf('computer.leave').at(-1), { how: 'shut-down', afterMs: 40_000, by: 'root' });
    assert.equal((await command.run('system', 'restart', '--yes')).code, 1, 'it has begun already');
    const stayed = await command.run('system', 'stay');
    assert.deepEqual([stayed.code, host.computer.leaving], [0, null]);
    assert.equal((await command.run('system', 'stay')).code, 1);
    assert.equal((await command.run('system', 'restart', '--yes', '--computer', 'elsewhere')).code, 5);
  });

  test('a computer that cannot save sessions is said to lose them', async () => {
    host.add('anna');
    await until('the gateway knows', async () => (await room.ask('GET', '/sessions', { local: true })).body.length === 1);
    const { hibernation } = host.computer;
    host.changeComputer({ hibernation: { ...hibernation, fault: 'criu-missing' } });
    const { stderr } = await command.run('system', 'restart');
    assert.match(stderr, /cannot save sessions.*LOST/);
    assert.match((await command.run('computer', 'list')).stdout, /no, CRIU is missing\n$/);
    host.changeComputer({ hibernation });
  });

  test('shows how it goes on until the computer is back, and what became of each session: 6 if one was lost', async () => {
    const [anna, ben] = [host.add('anna').id, host.add('ben').id];
    await until('the gateway knows', async () => (await room.ask('GET', '/sessions', { local: true })).body.length === 2);
    const running = command.run('system', 'restart', '--yes', '--in', '600');
    await until('it has begun', () => host.computer.leaving !== null);
    const { leaving } = host.computer;
    assert.ok(leaving !== null);
    const looks = async (): Promise<void> => {
      const before = host.heardOf('computer.status').length;
      // Twice: the first may have been asked before.
      await until('it looks', () => host.heardOf('computer.status').length >= before + 2);
    };
    await looks();
    host.changeComputer({ leaving: { ...leaving, phase: 'saving', unsaved: 2 } });
    await looks();
    host.changeComputer({ leaving: { ...leaving, phase: 'saving', unsaved: 1 } });
    await looks();
    host.changeComputer({ leaving: { ...leaving, phase: 'going', unsaved: 0 } });
    await looks();
    const lastLeave = account([
      { session: anna, user: 'anna', outcome: 'saved-without', programs: ['Chess'], error: null },
      { session: ben, user: 'ben', outcome: 'lost', programs: ['GIMP'], error: null },
      { session: anna, user: 'carla', outcome: 'saved', programs: [], error: null },
    ]);
    host.changeComputer({ leaving: null, lastLeave });
    const { code, stdout, stderr } = await running;
    assert.equal(code, 6, stderr);
    assert.match(
      stderr,
      /restarts in \d+ s\n.*\n?.*is saving: 2 sessions left\n.*is saving: one session left\n.*goes down now\n/s,
    );
    assert.match(stdout, /^2 saved, 1 lost: ben; .*\n/);
    assert.match(stdout, /anna +\S+ +saved without Chess\nben +\S+ +lost GIMP\n.* is back\.\n/);
    assert.doesNotMatch(stdout, /carla/);
  });

  test('is over when the gateway goes with the computer, but not while people are still being warned', async () => {
    for (const unsaved of [0, 2]) {
      const running = command.run('system', 'shutdown', '--yes', '--now');
      await until('it has begun', () => host.computer.leaving !== null);
      const { leaving } = host.computer;
      assert.ok(leaving !== null);
      host.changeComputer({ leaving: { ...leaving, phase: 'going', unsaved } });
      const before = host.heardOf('computer.status').length;
      await until('it looks', () => host.heardOf('computer.status').length >= before + 2);
      await room.stopGateway();
      const { code, stdout, stderr } = await running;
      assert.equal(code, unsaved === 0 ? 0 : 6, stderr);
      assert.match(stdout, /shuts down now\.\n$/);
      assert.equal(/2 sessions were lost/.test(stderr), unsaved === 2, stderr);
      await room.startGateway();
      host.changeComputer({ leaving: null });
    }
    const early = command.run('system', 'shutdown', '--yes', '--in', '600');
    await until('it has begun', () => host.computer.leaving !== null);
    const again = host.heardOf('computer.status').length;
    await until('it looks', () => host.heardOf('computer.status').length >= again + 2);
    await room.stopGateway();
    assert.equal((await early).code, 3);
    await room.startGateway();
  });

  test('that was taken back, or that the system refused, has failed', async () => {
    for (const [fault, words] of [
      [null, /taken back/],
      ['Interactive authentication required.', /did not go: Interactive/],
    ] as const) {
      const running = command.run('system', 'restart', '--yes', '--in', '600');
      await until('it has begun', () => host.computer.leaving !== null);
      host.changeComputer({ leaving: null, leaveFault: fault });
      const { code, stderr } = await running;
      assert.equal(code, 1);
      assert.match(stderr, words);
      host.changeComputer({ leaveFault: null });
    }
  });

  test('on a terminal it asks, and only a yes does it', async () => {
    const onTerminal = async (answer: string): Promise<{ code: number; text: string }> => {
      const line = `"${process.execPath}" "${commandFile}" system restart --now --no-wait`;
      const child = spawn('script', ['-qefc', line, '/dev/null'], { env: command.environment, stdio: ['pipe', 'pipe', 'pipe'] });
      let text = '';
      let answered = false;
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (answered || !text.includes('[y/N]')) return;
        answered = true;
        child.stdin.write(`${answer}\n`);
      });
      const [code] = (await once(child, 'exit')) as [number];
      return { code, text };
    };
    const before = host.heardOf('computer.leave').length;
    const no = await onTerminal('');
    assert.equal(no.code, 1, no.text);
    assert.match(no.text, /nothing was done/);
    assert.equal(host.heardOf('computer.leave').length, before);
    const yes = await onTerminal('yes');
    assert.equal(yes.code, 0, yes.text);
    assert.deepEqual(host.heardOf('computer.leave').at(-1), { how: 'restart', afterMs: 0, by: 'root' });
  });
});
