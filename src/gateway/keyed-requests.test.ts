// Requests with an Idempotency-Key: carried out once, whatever happens to the line or to the gateway meanwhile.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Outcome } from '#contract/route.ts';
import { CodedError } from '#contract/errors.ts';
import { GatewayRoom, until } from '../../test/support/gateway-room.ts';
import type { AskOptions, Reply } from '../../test/support/gateway-room.ts';

const dayMs = 86_400_000;
let keys = 0;

function newKey(): string {
  keys += 1;
  return `key-of-the-tests-${keys}`;
}

async function ask(room: GatewayRoom, path: string, key: string, options: AskOptions = {}): Promise<Reply> {
  const headers = { 'idempotency-key': key };
  return await room.ask('POST', path, { local: true, body: {}, headers, ...options });
}

const isReplayed = ({ headers }: Reply): boolean => headers['idempotency-replayed'] === 'true';

describe('a repeated request', () => {
  let room: GatewayRoom;

  before(async () => {
    room = await GatewayRoom.make({ scripted: true });
  });
  after(async () => {
    await room[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    room.script.heard.length = 0;
    room.clock.wallShiftMs = 0;
  });

  test('is carried out once and answered again, also after a restart of the gateway', async () => {
    const { id } = room.script.add('anna', { state: 'active', station: 'aaaaaaaaaaaaaaaa' });
    await until('the session is known', async () => (await room.ask('GET', '/sessions', { local: true })).body.length > 0);
    const key = newKey();
    const first = await ask(room, `/sessions/${id}/suspend`, key);
    assert.deepEqual([first.status, first.body.state, isReplayed(first)], [200, 'suspended', false]);
    room.script.happen(id, 'attach', { station: 'aaaaaaaaaaaaaaaa', attachment: 2 });
    for (const restart of [false, true]) {
      if (restart) {
        await room.stopGateway();
        await room.startGateway();
      }
      const again = await ask(room, `/sessions/${id}/suspend`, key);
      assert.deepEqual([again.status, again.body, isReplayed(again)], [200, first.body, true]);
    }
    assert.equal(room.script.heardOf('session.suspend').length, 1);
    assert.equal(room.script.sessions.get(id)?.state, 'active');
  });

  test('may not be another one, and is nobody else’s', async () => {
    const path = `/computers/${room.computerName}/identify`;
    const key = newKey();
    assert.equal((await ask(room, path, key, { body: { on: true } })).status, 200);
    const other = await ask(room, path, key, { body: { on: false } });
    assert.deepEqual([other.status, other.body.code], [422, 'idempotency-key-reused']);
    const elsewhere = await ask(room, `/computers/${room.computerName}/suspend-all`, key);
    assert.equal(elsewhere.body.code, 'idempotency-key-reused');
    const { body: made } = await room.ask('POST', '/tokens', { local: true, body: { name: 'other', level: 'administrator' } });
    const theirs = await ask(room, path, key, { local: false, token: made.token, origin: null, body: { on: false } });
    assert.deepEqual([theirs.status, isReplayed(theirs)], [200, false]);
    // The same request, written otherwise.
    const same = await ask(room, path, key, { body: '{ "more": 1, "on" : true }' });
    assert.deepEqual([same.status, isReplayed(same)], [200, true]);
  });

  test('beside the first waits for its answer', async () => {
    const { id } = room.script.add('ben', { state: 'active', station: 'aaaaaaaaaaaaaaab' });
    await until('the session is known', async () =>
      (await room.ask('GET', '/sessions', { local: true })).body.some((one: { id: string }) => one.id === id),
    );
    const go = Promise.withResolvers<void>();
    room.script.answer('session.suspend', async ({ session }) => {
      await go.promise;
      return { session: room.script.happen(session, 'suspend', { station: null }) };
    });
    const key = newKey();
    const all = Promise.all([1, 2, 3].map(() => ask(room, `/sessions/${id}/suspend`, key)));
    await until('the host is asked', () => room.script.heardOf('session.suspend').length > 0);
    const different = await ask(room, `/sessions/${id}/log-off`, key);
    assert.equal(different.body.code, 'idempotency-key-reused');
    go.resolve();
    const replies = await all;
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.deepEqual(replies.map(isReplayed).filter(Boolean), [true, true]);
    assert.equal(room.script.heardOf('session.suspend').length, 1);
  });

  test('is answered with the same refusal, but tried again after what passes', async () => {
    const key = newKey();
    const path = `/sessions/aaaaaaaaaaaaaaaa/suspend`;
    assert.equal((await ask(room, path, key)).body.code, 'session-not-found');
    const again = await ask(room, path, key);
    assert.deepEqual([again.status, again.body.code, isReplayed(again)], [404, 'session-not-found', true]);

    const stay = newKey();
    const here = `/computers/${room.computerName}/stay`;
    room.script.answer('computer.stay', () => {
      throw new CodedError('computer-unreachable');
    });
    assert.equal((await ask(room, here, stay)).status, 503);
    room.script.answer('computer.stay', () => room.script.computer);
    const second = await ask(room, here, stay);
    assert.deepEqual([second.status, isReplayed(second)], [200, false]);
  });

  test('is a new one after a day', async () => {
    const key = newKey();
    const path = `/computers/${room.computerName}/identify`;
    await ask(room, path, key, { body: { on: true } });
    room.clock.wallShiftMs = dayMs + 1000;
    const later = await ask(room, path, key, { body: { on: false } });
    assert.deepEqual([later.status, isReplayed(later)], [200, false]);
  });

  test('needs a key that cannot be guessed, and a route that takes one', async () => {
    const path = `/computers/${room.computerName}/identify`;
    for (const key of [
      '',
      'short',
      'x'.repeat(129),
      'with a space in it',
      'key-one-of-two-0, key-two-of-two-0',
      'ä'.repeat(20),
    ]) {
      const { status, body } = await ask(room, path, key, { body: { on: true } });
      assert.deepEqual([status, body.details], [400, { field: 'Idempotency-Key' }], key);
    }
    // Answers with secrets in them are kept nowhere.
    for (const [other, body] of [
      ['/tokens', { name: 'keyed', level: 'administrator' }],
      ['/stations/codes', { minutes: 60 }],
    ] as const)
      assert.equal((await ask(room, other, newKey(), { body })).status, 400, other);
    const read = await room.ask('GET', '/sessions', { local: true, headers: { 'idempotency-key': newKey() } });
    assert.equal(read.status, 200);
  });

  test('is asked anew whether one may', async () => {
    const { body: made } = await room.ask('POST', '/tokens', { local: true, body: { name: 'short', level: 'administrator' } });
    const key = newKey();
    const path = `/computers/${room.computerName}/identify`;
    const options = { local: false, token: made.token, origin: null, body: { on: true } };
    assert.equal((await ask(room, path, key, options)).status, 200);
    await room.ask('DELETE', `/tokens/${made.id}`, { local: true });
    assert.equal((await ask(room, path, key, options)).status, 401);
  });

  test('leaves neither its key nor a password in the store', async () => {
    const key = newKey();
    room.script.answer('account.create', () => ({ name: 'nina', uid: 4000, fullName: '', level: 'standard', listed: true }));
    const body = { user: 'nina', password: 'a-secret-of-nina' };
    assert.equal((await ask(room, '/users', key, { body })).status, 200);
    assert.equal(isReplayed(await ask(room, '/users', key, { body })), true);
    const state = room.places.gatewayStateDir;
    for (const name of readdirSync(state).filter((one) => one.startsWith('store.db'))) {
      const text = readFileSync(join(state, name), 'latin1');
      assert.ok(!text.includes(key) && !text.includes('a-secret-of-nina'), name);
    }
  });
});

describe('a gateway that is killed in the middle', () => {
  let room: GatewayRoom;
  let gateway: ChildProcess | null = null;

  /** A gateway in a process of its own, in the place of the room's. */
  async function start(isHostThere = true): Promise<void> {
    gateway = spawn(process.execPath, [resolve(import.meta.dirname, 'main.ts')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        STATIONMASTER_STATE: join(room.folder, 'state'),
        STATIONMASTER_RUN: join(room.folder, 'run'),
        STATIONMASTER_CONFIG: join(room.folder, 'config.toml'),
      },
    });
    await until('the gateway answers, and reaches the host', async () => {
      const reply = await room.ask('GET', '/healthz', { local: true }).catch(() => null);
      return reply?.body.host === isHostThere;
    });
  }

  async function kill(): Promise<void> {
    const child = gateway;
    gateway = null;
    if (child === null || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  beforeEach(async () => {
    room = await GatewayRoom.make({ scripted: true });
    await room.stopGateway();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    writeFileSync(
      join(room.folder, 'config.toml'),
      `address = "127.0.0.1"\nhttps_port = ${port}\nhttp_port = 0\nlog_level = "error"\n`,
    );
    for (const [at, user] of ['anna', 'ben', 'carla', 'teacher'].entries())
      room.script.add(user, { state: 'active', station: 'aaaaaaaaaaaaaaaa'.slice(0, 15) + 'abcd'.charAt(at) });
    await start();
  });
  afterEach(async () => {
    await kill();
    await room[Symbol.asyncDispose]();
  });

  /** What became of each, by account. */
  const byUser = (reply: Reply): [string, string][] =>
    (reply.body.outcomes as Outcome[])
      .map(({ user, error }): [string, string] => [user, error?.code ?? 'done'])
      .toSorted(([a], [b]) => a.localeCompare(b));

  const all = (what: string): [string, string][] => ['anna', 'ben', 'carla', 'teacher'].map((user) => [user, what]);

  /** Asks, kills the gateway as soon as `when`, starts it again and repeats the request. */
  async function interrupted(path: string, body: object, when: () => boolean): Promise<{ key: string; reply: Reply }> {
    const key = newKey();
    const first = ask(room, path, key, { body }).catch(() => null);
    await until('the host has what it needs', when);
    await kill();
    assert.equal(await first, null);
    await start();
    return { key, reply: await ask(room, path, key, { body }) };
  }

  test('while logging all off: who was logged off is reported, the rest is done, and nobody twice', async () => {
    const usersOf = new Map([...room.script.sessions.values()].map(({ id, user }) => [id, user]));
    const stuck = Promise.withResolvers<never>();
    let stick = true;
    room.script.answer('session.end', async ({ session }) => {
      if (stick && ['carla', 'teacher'].includes(usersOf.get(session) ?? '')) await stuck.promise;
      room.script.happen(session, 'end');
      return { session: room.script.happen(session, 'gone') };
    });
    const path = `/computers/${room.computerName}/log-off-all`;
    const { key, reply } = await interrupted(path, { seconds: 0 }, () => {
      const done = room.script.heardOf('session.end').length === 4 && room.script.sessions.size === 2;
      if (done) stick = false;
      return done;
    });
    assert.equal(reply.status, 200);
    assert.deepEqual(byUser(reply), all('done'));
    const ended = room.script.heardOf('session.end').map(({ session }) => usersOf.get(session) ?? '');
    assert.deepEqual(ended.toSorted(), ['anna', 'ben', 'carla', 'carla', 'teacher', 'teacher']);
    assert.equal(room.script.sessions.size, 0);
    const again = await ask(room, path, key, { body: { seconds: 0 } });
    assert.deepEqual([isReplayed(again), byUser(again)], [true, all('done')]);
    const { body: audit } = await room.ask('GET', '/audit?action=session.log-off', { local: true });
    const noted = new Set<string>(
      audit.map(({ target, outcome }: { target: string; outcome: string }) => `${target} ${outcome}`),
    );
    assert.deepEqual([...noted].toSorted(), ['anna done', 'ben done', 'carla done', 'teacher done']);
  });

  test('while suspending all, after the host did it: all is reported, and who has come back is left alone', async () => {
    const stuck = Promise.withResolvers<never>();
    room.script.answer('session.suspendAll', async ({ cause }) => {
      for (const { id } of room.script.sessions.values()) room.script.happen(id, 'suspend', { station: null, cause });
      return await stuck.promise;
    });
    let back = '';
    const { reply } = await interrupted(`/computers/${room.computerName}/suspend-all`, {}, () => {
      const anna = [...room.script.sessions.values()].find(({ user }) => user === 'anna');
      if (anna?.state !== 'suspended') return false;
      back = anna.id;
      room.script.happen(back, 'attach', { station: 'aaaaaaaaaaaaaaaa', attachment: anna.attachment + 1 });
      return true;
    });
    assert.deepEqual(byUser(reply), all('done'));
    assert.equal(room.script.sessions.get(back)?.state, 'active');
    assert.deepEqual([room.script.heardOf('session.suspendAll').length, room.script.heardOf('session.suspend').length], [1, 0]);
  });

  test('while suspending all, before the host did it: it is done', async () => {
    const stuck = Promise.withResolvers<never>();
    room.script.answer('session.suspendAll', () => stuck.promise);
    const { reply } = await interrupted(
      `/computers/${room.computerName}/suspend-all`,
      {},
      () => room.script.heardOf('session.suspendAll').length === 1,
    );
    assert.deepEqual(byUser(reply), all('done'));
    assert.ok([...room.script.sessions.values()].every(({ state }) => state === 'suspended'));
    assert.equal(room.script.heardOf('session.suspend').length, 4);
  });

  test('while it found nobody: who has come since is left alone', async () => {
    const stuck = Promise.withResolvers<never>();
    room.script.answer('session.suspendAll', () => stuck.promise);
    for (const { id } of room.script.sessions.values()) room.script.happen(id, 'suspend', { station: null });
    const [anna] = room.script.sessions.values();
    assert.ok(anna !== undefined);
    await until('the gateway knows', async () => {
      const { body } = await room.ask('GET', '/sessions', { local: true });
      return body.every((one: { state: string }) => one.state === 'suspended');
    });
    const { reply } = await interrupted(`/computers/${room.computerName}/suspend-all`, {}, () => {
      if (room.script.heardOf('session.suspendAll').length === 0) return false;
      room.script.happen(anna.id, 'attach', { station: 'aaaaaaaaaaaaaaaa', attachment: anna.attachment + 1 });
      return true;
    });
    assert.deepEqual([reply.status, reply.body.outcomes], [200, []]);
    assert.equal(room.script.sessions.get(anna.id)?.state, 'active');
    assert.deepEqual([room.script.heardOf('session.suspendAll').length, room.script.heardOf('session.suspend').length], [1, 0]);
  });

  test('before it heard the host: that it knew of nobody decides nothing, and all is done later', async () => {
    await kill();
    await room.stopHost();
    await start(false);
    const key = newKey();
    const path = `/computers/${room.computerName}/suspend-all`;
    assert.equal((await ask(room, path, key)).body.code, 'computer-unreachable');
    await room.startHost();
    await until('the host is back', async () => (await room.ask('GET', '/healthz', { local: true })).body.host === true);
    assert.deepEqual(byUser(await ask(room, path, key)), all('done'));
  });

  test('while hibernating all: saved ones are reported, the rest is saved, and who is at work is told apart', async () => {
    for (const { id, user } of room.script.sessions.values())
      room.script.happen(id, 'suspend', { station: null, fullName: user });
    await until('the gateway knows', async () => {
      const { body } = await room.ask('GET', '/sessions', { local: true });
      return body.every((one: { state: string }) => one.state === 'suspended');
    });
    const stuck = Promise.withResolvers<never>();
    const saved = { at: Date.now(), bytes: 1, programs: [], fault: null };
    room.script.answer('session.hibernateAll', async () => {
      for (const { id, user } of room.script.sessions.values()) {
        if (user === 'anna') {
          room.script.happen(id, 'hibernate');
          room.script.happen(id, 'saved', { saved });
        }
        if (user === 'ben') room.script.happen(id, 'attach', { station: 'aaaaaaaaaaaaaaaa', attachment: 2 });
      }
      return await stuck.promise;
    });
    const { reply } = await interrupted(
      `/computers/${room.computerName}/hibernate-all`,
      {},
      () => room.script.heardOf('session.hibernateAll').length === 1,
    );
    assert.deepEqual(byUser(reply), [
      ['anna', 'done'],
      ['ben', 'not-possible-now'],
      ['carla', 'done'],
      ['teacher', 'done'],
    ]);
    assert.equal(room.script.heardOf('session.hibernate').length, 2);
  });

  test('the repeat waits for nothing that it cannot know: without the host it is refused, and done later', async () => {
    const stuck = Promise.withResolvers<never>();
    room.script.answer('session.suspendAll', () => stuck.promise);
    const key = newKey();
    const path = `/computers/${room.computerName}/suspend-all`;
    const first = ask(room, path, key).catch(() => null);
    await until('the host is asked', () => room.script.heardOf('session.suspendAll').length === 1);
    await kill();
    await first;
    await start();
    await room.stopHost();
    await until('the host is away', async () => (await room.ask('GET', '/healthz', { local: true })).body.host === false);
    const refused = await ask(room, path, key);
    assert.deepEqual([refused.status, refused.body.code], [503, 'computer-unreachable']);
    await room.startHost();
    await until('the host is back', async () => (await room.ask('GET', '/healthz', { local: true })).body.host === true);
    assert.deepEqual(byUser(await ask(room, path, key)), all('done'));
  });
});
