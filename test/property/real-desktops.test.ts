// The same promises with real desktops: the real host program, PAM, Xvnc and processes, killed with `kill -9` in between.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { CodedError } from '#contract/errors.ts';
import { pixelSocket } from '#contract/places.ts';
import { HibernationAbility } from '#host/hibernation/ability.ts';
import { newIdentity } from '#host/identity.ts';
import { TestClient } from '#host/test-client.ts';
import { makeTestRoom } from '#host/test-room.ts';
import type { TestRoom } from '#host/test-room.ts';
import type { Session } from '#model/session.ts';

const program = fileURLToPath(new URL('../../src/host/main.ts', import.meta.url));
const stations = [newIdentity(), newIdentity()];
const budgetMs = 45_000;

type Act =
  | { do: 'enter' | 'enter-twice'; person: number; station: number }
  | { do: 'suspend' | 'lock' | 'sign-out' | 'kill-x-server'; person: number }
  | { do: 'hibernate'; person: number }
  /** The host program is killed so long after it was told to save, or to restore. */
  | { do: 'kill-while-saving' | 'kill-while-restoring'; person: number; afterMs: number }
  | { do: 'suspend-all' | 'kill-host' | 'restart-host' };

/** The real host program in a test room, and what must be true of it. */
class World implements AsyncDisposable {
  readonly room: TestRoom;
  #host: ChildProcess | null = null;
  client: TestClient | null = null;
  /** X servers by session, as `PID start-time`: the same for as long as the session lives; null while it is on disk. */
  readonly #servers = new Map<string, string | null>();
  /** Why a session that is no longer there may be missing. */
  readonly #ended = new Set<string>();

  constructor(room: TestRoom) {
    this.room = room;
  }

  async start(): Promise<void> {
    const host = spawn(process.execPath, [program], {
      env: { ...process.env, ...this.room.environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#host = host;
    const ready = Promise.withResolvers<void>();
    const log: string[] = [];
    const lines = createInterface({ input: host.stderr });
    lines.on('line', (line) => {
      log.push(line);
      if (line.includes('"ready"')) ready.resolve();
    });
    host.once('exit', () => ready.reject(new Error(`the host program ended:\n${log.join('\n')}`)));
    await ready.promise;
    this.client = await TestClient.greet(this.room.places.hostSocket);
    await this.client.subscribe();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const host = this.#host;
    if (host === null) return;
    this.#host = null;
    host.kill(signal);
    if (host.exitCode === null && host.signalCode === null) await once(host, 'exit');
    await this.client?.closed;
  }

  get #connection(): TestClient {
    assert.ok(this.client !== null);
    return this.client;
  }

  async list(): Promise<Session[]> {
    return (await this.#connection.call('session.list', {})).sessions;
  }

  async #sessionOf(person: number): Promise<Session | undefined> {
    const name = this.room.accounts[person]?.name;
    return (await this.list()).find(({ user }) => user === name);
  }

  async #enter(person: number, station: number): Promise<void> {
    const account = this.room.accounts[person];
    assert.ok(account !== undefined);
    const attempt = newIdentity();
    const { name: user, password } = account;
    const step = await this.#connection.call('signIn.begin', { attempt, user, password, remote: '192.0.2.7', who: 'listed' });
    assert.equal(step.step, 'accepted');
    const rest = { choice: 'any', multiple: false, desktop: 'openbox', widthPx: 800, heightPx: 600, language: 'en' };
    const args = { attempt, station: stations[station] ?? '', ...rest };
    const { session } = await this.#connection.call('session.enter', args);
    assert.deepEqual([session.user, session.state], [user, 'active']);
  }

  async act(act: Act): Promise<void> {
    switch (act.do) {
      case 'suspend-all':
        await this.#connection.call('session.suspendAll', { cause: 'suspended-by-administrator' });
        return;
      case 'kill-host':
      case 'restart-host':
        await this.end(act.do === 'kill-host' ? 'SIGKILL' : 'SIGTERM');
        await this.start();
        return;
      case 'enter':
        await this.#enter(act.person, act.station);
        return;
      case 'kill-while-restoring':
        if ((await this.#sessionOf(act.person))?.state !== 'hibernated') return;
        await this.#killMeanwhile(this.#enter(act.person, 0), act.afterMs);
        return;
      case 'enter-twice': {
        const both = await Promise.allSettled([this.#enter(act.person, 0), this.#enter(act.person, 1)]);
        const refused = both.find((one) => one.status === 'rejected');
        if (refused !== undefined) throw refused.reason;
        return;
      }
    }
    const own = await this.#sessionOf(act.person);
    if (own === undefined) return;
    const session = own.id;
    if (act.do === 'hibernate') await this.#hibernate(session);
    if (act.do === 'kill-while-saving' && own.state !== 'hibernated') {
      await this.#killMeanwhile(this.#hibernate(session), act.afterMs);
    }
    if (act.do === 'suspend') await this.#connection.call('session.suspend', { session, cause: 'disconnected' });
    if (act.do === 'lock') await this.#connection.call('session.lock', { session });
    if (act.do === 'sign-out') {
      this.#ended.add(session);
      await this.#connection.call('session.end', { session, cause: 'signed-out', afterMs: 0 });
    }
    if (act.do === 'kill-x-server') {
      const server = this.#xServers(act.person)[0];
      if (server === undefined || own.state === 'ending') return;
      this.#ended.add(session);
      process.kill(Number(server.split(' ')[0]), 'SIGKILL');
      await this.#untilGone(session);
    }
  }

  async #hibernate(session: string): Promise<void> {
    const cause = 'hibernated-by-administrator';
    const answer = await this.#connection.call('session.hibernate', { session, cause, closing: false });
    assert.equal(answer.session.state, 'hibernated');
  }

  async #killMeanwhile(work: Promise<void>, afterMs: number): Promise<void> {
    const outcome = Promise.allSettled([work]);
    // Not to wait for something, but to hit another moment every time.
    await pause(afterMs);
    await this.end('SIGKILL');
    const [how] = await outcome;
    const unreachable =
      how.status === 'rejected' && how.reason instanceof CodedError && how.reason.code === 'computer-unreachable';
    await this.start();
    if (how.status === 'rejected' && !unreachable) throw how.reason;
  }

  async #untilGone(session: string): Promise<void> {
    const untilMs = performance.now() + 20_000;
    while ((await this.list()).some(({ id }) => id === session)) {
      assert.ok(performance.now() < untilMs, `${session} does not go`);
      await pause(20);
    }
  }

  /** The X servers of a person, as `PID start-time`. */
  #xServers(person: number): string[] {
    const uid = this.room.accounts[person]?.uid;
    const found: string[] = [];
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        if (statSync(`/proc/${pid}`).uid !== uid) continue;
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (/\((Xvnc|Xtigervnc)\)/.test(stat) && state !== 'Z') found.push(`${pid} ${fields[18]}`);
      } catch {
        // It ended while we looked.
      }
    }
    return found;
  }

  /** One desktop a person, one session a station, none lost, none orphaned, and each the same desktop as before. */
  async check(): Promise<void> {
    const sessions = (await this.list()).filter(({ state }) => state !== 'ending');
    const taken = sessions.flatMap(({ station }) => (station === null ? [] : [station]));
    assert.equal(new Set(taken).size, taken.length, 'a station has two sessions');
    for (const [id] of this.#servers) {
      assert.ok(sessions.some((session) => session.id === id) || this.#ended.has(id), `session ${id} is lost`);
    }
    for (const [person, account] of this.room.accounts.entries()) {
      const own = sessions.filter(({ user }) => user === account.name);
      assert.ok(own.length <= 1, 'a person has two sessions');
      const [session] = own;
      if (session === undefined) continue;
      const servers = this.#xServers(person);
      const image = existsSync(`${this.room.places.hibernatedDir}/${session.id}`);
      assert.ok(['active', 'locked', 'suspended', 'hibernated'].includes(session.state), `it stays ${session.state}`);
      assert.equal(
        image,
        session.state === 'hibernated',
        `it is ${session.state}, its image is ${image ? 'there' : 'not there'}`,
      );
      if (session.state === 'hibernated') {
        assert.deepEqual(servers, [], 'it is in memory and on disk');
        // Restored, it has another number outside.
        this.#servers.set(session.id, null);
        continue;
      }
      assert.equal(servers.length, 1, `a person with a session has ${servers.length} X servers`);
      assert.equal(this.#servers.get(session.id) ?? servers[0], servers[0], 'it is another desktop than before');
      this.#servers.set(session.id, servers[0] ?? '');
      assert.ok(statSync(pixelSocket(this.room.places, session.id)).isSocket());
    }
  }

  /** Everybody signs out; the room looks for what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#host === null) return;
    try {
      for (const { id, state } of await this.list()) {
        // One that is ending may be gone before it is asked to.
        if (state !== 'ending') await this.#connection.call('session.end', { session: id, cause: 'signed-out', afterMs: 0 });
        await this.#untilGone(id);
      }
    } finally {
      await this.end('SIGTERM');
    }
  }
}

const person = fc.nat(1);
const act: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('enter' as const), person, station: fc.nat(1) }), weight: 5 },
  { arbitrary: fc.record({ do: fc.constant('enter-twice' as const), person, station: fc.constant(0) }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constantFrom('suspend', 'lock', 'sign-out', 'kill-x-server'), person }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constantFrom('suspend-all', 'kill-host', 'kill-host', 'restart-host') }), weight: 3 },
);

const afterMs = fc.integer({ min: 0, max: 1500 });
const actOfSaving: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('hibernate' as const), person }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constantFrom('kill-while-saving', 'kill-while-restoring'), person, afterMs }), weight: 2 },
);

const refusals = ['station-taken', 'suspended-meanwhile', 'not-possible-now', 'session-not-found'];

it('holds with real desktops too, whoever is killed in between', { timeout: 180_000 }, async (context) => {
  await using room = await makeTestRoom({ accounts: 2 });
  await using world = new World(room);
  await world.start();
  const untilMs = performance.now() + budgetMs;
  let steps = 0;
  // What a newcomer's first minutes are, then whatever comes.
  const first: Act[] = [
    { do: 'enter', person: 0, station: 0 },
    { do: 'suspend-all' },
    { do: 'kill-host' },
    { do: 'enter', person: 0, station: 1 },
    { do: 'kill-host' },
    { do: 'enter-twice', person: 1, station: 0 },
  ];
  const saves = (await new HibernationAbility(room.places).criu()) !== null;
  if (saves) {
    first.push(
      { do: 'hibernate', person: 0 },
      { do: 'kill-host' },
      { do: 'enter', person: 0, station: 1 },
      { do: 'kill-while-saving', person: 0, afterMs: 300 },
      { do: 'hibernate', person: 0 },
      { do: 'kill-while-restoring', person: 0, afterMs: 200 },
      { do: 'enter', person: 0, station: 1 },
    );
  } else {
    context.diagnostic('no CRIU that works on this kernel: nothing is saved');
  }
  const any = saves ? fc.oneof({ arbitrary: act, weight: 3 }, { arbitrary: actOfSaving, weight: 1 }) : act;
  const seed = Number(process.env['STATIONMASTER_TEST_SEED'] ?? Date.now() % 2_147_483_647);
  context.diagnostic(`seed ${seed} (STATIONMASTER_TEST_SEED)`);
  for (const one of [...first, ...fc.sample(any, { numRuns: 60, seed })]) {
    if (performance.now() > untilMs) break;
    try {
      await world.act(one);
    } catch (error) {
      if (!(error instanceof CodedError) || !refusals.includes(error.code)) throw error;
    }
    await world.check();
    steps += 1;
  }
  context.diagnostic(`${steps} steps`);
  assert.ok(steps > first.length);
});
