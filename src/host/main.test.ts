import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Computer } from '#contract/values.ts';
import { newIdentity } from './identity.ts';
import { TestClient } from './test-client.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

const settings = {
  alwaysConsoleMode: false,
  mostSessionsPerPerson: 0,
  mostSessions: 0,
  sessionMemoryMegabytes: 0,
  sessionProcessorPercent: 0,
  sessionProcesses: 0,
  hibernateAfterMinutes: 0,
  logOffSuspendedHours: 0,
  hibernateBelowMemoryPercent: 0,
  keepSavedDays: 0,
  encryptSaved: false,
  leaveWarningSeconds: 0,
  leaveLimitSeconds: 60,
};

/** Folders of one's own, and the host programs started in them. */
class Room implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-main-'));
  readonly socket = join(this.folder, 'run', 'host.sock');
  readonly #children: ChildProcess[] = [];

  /** Starts the host program with fakes; fulfilled with its log when it is ready or has ended. */
  async start(): Promise<{ child: ChildProcess; log: string }> {
    const child = spawn(process.execPath, [program, '--fake'], {
      env: { ...process.env, STATIONMASTER_STATE: join(this.folder, 'state'), STATIONMASTER_RUN: join(this.folder, 'run') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#children.push(child);
    let log = '';
    for await (const line of createInterface({ input: child.stderr })) {
      log += `${line}\n`;
      if ((JSON.parse(line) as { msg: string }).msg === 'ready') return { child, log };
    }
    if (child.exitCode === null) await once(child, 'exit');
    return { child, log };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true });
  }
}

it('serves its socket, stops when it is asked to, and starts again', async () => {
  await using room = new Room();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { child } = await room.start();
    using client = await TestClient.greet(room.socket);
    const attempt = newIdentity();
    await client.call('signIn.begin', { attempt, user: 'anna', password: 'anna', remote: '', who: 'listed' });
    const rest = { choice: 'any', multiple: false, desktop: 'xfce', widthPx: 800, heightPx: 600, language: 'en' };
    const { session } = await client.call('session.enter', { attempt, station: newIdentity(), ...rest });
    assert.deepEqual([session.state, session.user], ['active', 'anna']);
    assert.ok(existsSync(join(room.folder, 'run', 'sessions', session.id, 'pixels', 'rfb')));
    child.kill(signal);
    await client.closed;
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.ok(!existsSync(room.socket));
    assert.ok(existsSync(join(room.folder, 'run', 'records', `${session.id}.json`)), 'a session is left for the next life');
  }
});

it('keeps its settings, and a fake computer comes back with the account of its sessions', async () => {
  await using room = new Room();
  const { child } = await room.start();
  {
    using client = await TestClient.greet(room.socket);
    await client.subscribe();
    const attempt = newIdentity();
    await client.call('signIn.begin', { attempt, user: 'anna', password: 'anna', remote: '', who: 'listed' });
    const rest = { choice: 'any', multiple: false, desktop: 'xfce', widthPx: 800, heightPx: 600, language: 'en' };
    await client.call('session.enter', { attempt, station: newIdentity(), ...rest });
    const back = Promise.withResolvers<Computer>();
    client.onComputer = (computer) => {
      if (computer.leaving === null && computer.lastLeave !== null) back.resolve(computer);
    };
    await client.call('computer.configure', { ...settings, leaveLimitSeconds: 99 });
    await client.call('computer.leave', { how: 'restart', afterMs: 0, by: 'root' });
    const { lastLeave } = await back.promise;
    assert.deepEqual([lastLeave?.how, lastLeave?.by], ['restart', 'root']);
    assert.deepEqual(
      lastLeave?.sessions.map(({ user, outcome }) => [user, outcome]),
      [['anna', 'saved']],
    );
    const after = { ...rest, attempt: newIdentity(), station: newIdentity() };
    await client.call('signIn.begin', { attempt: after.attempt, user: 'anna', password: 'anna', remote: '', who: 'listed' });
    const { session, started } = await client.call('session.enter', after);
    assert.deepEqual([session.state, started], ['active', false]);
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
  const kept = JSON.parse(readFileSync(join(room.folder, 'state', 'host', 'settings.json'), 'utf8')) as typeof settings;
  assert.equal(kept.leaveLimitSeconds, 99);
  await room.start();
  using client = await TestClient.greet(room.socket);
  assert.equal((await client.call('computer.status', {})).lastLeave?.sessions.length, 1);
});

it('does not start twice in the same places, and the first one is not disturbed', async () => {
  await using room = new Room();
  await room.start();
  using client = await TestClient.greet(room.socket);
  await client.subscribe();
  const second = await room.start();
  assert.equal(second.child.exitCode, 75);
  assert.match(second.log, /another host program runs here already/);
  assert.deepEqual((await client.call('session.list', {})).sessions, []);
  (await TestClient.greet(room.socket))[Symbol.dispose]();
});

it('starts again at once after it was killed', async () => {
  await using room = new Room();
  const { child } = await room.start();
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(existsSync(room.socket));
  await room.start();
  using client = await TestClient.greet(room.socket);
  assert.deepEqual((await client.call('session.list', {})).sessions, []);
});

it('stays within 100 MB of memory', async () => {
  await using room = new Room();
  const environment = process.env['NODE_COMPILE_CACHE'];
  process.env['NODE_COMPILE_CACHE'] = join(room.folder, 'cache');
  try {
    const first = await room.start();
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');
    const { child } = await room.start();
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const residentKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    assert.ok(residentKb < 100_000, `${residentKb} kB`);
  } finally {
    if (environment === undefined) delete process.env['NODE_COMPILE_CACHE'];
    else process.env['NODE_COMPILE_CACHE'] = environment;
  }
});
