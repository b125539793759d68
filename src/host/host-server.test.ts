import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { hostProtocol, longestHostLine } from '#contract/host.ts';
import type { HostArgs } from '#contract/host.ts';
import { AutoLogonList } from './auto-logon-list.ts';
import { AccountRemovals } from './account-removals.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeComputer, FakeDesktops } from './fake-desktops.ts';
import { FakeSignIns } from './fake-sign-ins.ts';
import { FakeThisComputer } from './fake-this-computer.ts';
import { HostServer } from './host-server.ts';
import { newIdentity } from './identity.ts';
import { SessionRecords } from './session-record.ts';
import { Sessions } from './sessions.ts';
import { TestClient } from './test-client.ts';

const question = { question: { visible: false, text: 'Code: ', messages: ['Look at your telephone'] }, answer: '123456' };

class Room implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-server-'));
  readonly socket = join(this.folder, 'host.sock');
  readonly computer = new FakeComputer();
  readonly clock = new FakeClock();
  readonly accounts = new FakeAccounts();
  readonly signIns: FakeSignIns;
  readonly sessions: Sessions;
  readonly logged: string[] = [];
  readonly stations = [newIdentity(), newIdentity()] as const;
  readonly server: HostServer;
  readonly thisComputer: FakeThisComputer;
  readonly removals: AccountRemovals;
  readonly #clients: TestClient[] = [];

  constructor(options: { gid?: number; asks?: boolean } = {}) {
    const log = pino({ level: 'debug' }, { write: (line: string) => this.logged.push(line) });
    const { accounts, clock } = this;
    for (const name of ['anna', 'ben']) accounts.add(name, `${name} of the room`, 'standard', `pass-${name}`);
    this.signIns = new FakeSignIns(accounts, options.asks === true ? question : null);
    const { signIns } = this;
    const sessions = new Sessions(new FakeDesktops(this.computer), new SessionRecords(join(this.folder, 'sessions')), clock, log);
    this.sessions = sessions;
    this.thisComputer = new FakeThisComputer(join(this.folder, 'state'), sessions, clock, log);
    const { computer, ownLimits } = this.thisComputer;
    const autoLogons = new AutoLogonList(
      { kept: join(this.folder, 'state/auto-logon.json'), byRoot: join(this.folder, 'auto-logon') },
      (user) => accounts.describe(user),
      log,
      process.getuid?.() ?? 0,
    );
    this.removals = AccountRemovals.of(
      { accounts, sessions, autoLogons, clock, log },
      { notesDir: join(this.folder, 'state/removals'), archiveDir: join(this.folder, 'state/archives') },
    );
    const { removals } = this;
    const parts = { sessions, signIns, autoLogons, accounts, removals, computer, ownLimits, clock, log, version: '1.2.3' };
    this.server = new HostServer({ path: this.socket, gid: options.gid ?? null }, parts);
  }

  async start(): Promise<this> {
    await this.sessions.start();
    await this.removals.start();
    this.thisComputer.leaving.start();
    await this.server.start();
    return this;
  }

  async client(): Promise<TestClient> {
    const client = await TestClient.greet(this.socket);
    this.#clients.push(client);
    return client;
  }

  async stranger(): Promise<TestClient> {
    const client = await TestClient.connect(this.socket);
    this.#clients.push(client);
    return client;
  }

  order(user = 'anna', password = `pass-${user}`): HostArgs<'signIn.begin'> {
    return { attempt: newIdentity(), user, password, remote: '192.0.2.7', who: 'listed' };
  }

  async accepted(client: TestClient, user = 'anna'): Promise<string> {
    const order = this.order(user);
    assert.equal((await client.call('signIn.begin', order)).step, 'accepted');
    return order.attempt;
  }

  enterArgs(attempt: string, options: Partial<HostArgs<'session.enter'>> = {}): HostArgs<'session.enter'> {
    const size = { widthPx: 1280, heightPx: 720 };
    const station = this.stations[0];
    return { attempt, station, choice: 'any', multiple: false, desktop: 'xfce', language: 'en', ...size, ...options };
  }

  /** Every test ends with the check that nothing is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    await this.server.stop();
    this.thisComputer.leaving.stop();
    this.sessions.stop();
    assert.equal(this.signIns.open.size, this.computer.waiting().length, 'sign-in attempts were left');
    assert.equal(this.clock.waiting, 0, 'timers were left');
    assert.ok(!existsSync(this.socket));
    rmSync(this.folder, { recursive: true });
  }
}

function coded(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CodedError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

describe('the conversation', () => {
  it('begins with hello and the number of the protocol', async () => {
    await using room = await new Room().start();
    const client = await room.stranger();
    const hello = await client.call('hello', { protocol: hostProtocol });
    assert.deepEqual([hello.protocol, hello.version], [hostProtocol, '1.2.3']);
    const old = await room.stranger();
    await assert.rejects(old.call('hello', { protocol: hostProtocol + 1 }), coded('version-mismatch'));
    await old.closed;
    const rude = await room.stranger();
    await assert.rejects(rude.call('session.list', {}), coded('bad-request'));
    await rude.closed;
  });

  it('leaves who says nothing after connecting', async () => {
    await using room = await new Room().start();
    const silent = await room.stranger();
    const client = await room.client();
    room.clock.pass(10_000);
    await silent.closed;
    assert.deepEqual((await client.call('session.list', {})).sessions, []);
  });

  it('tells the computer as it is', async () => {
    await using room = await new Room().start();
    const computer = await (await room.client()).call('computer.status', {});
    assert.ok(computer.reachable && computer.cores > 0 && computer.memoryTotal > computer.memoryAvailable);
    assert.ok(computer.memoryAvailable > 0 && computer.startedAt < Date.now() && computer.system !== '');
  });

  it('takes lines in pieces, and several in one piece', async () => {
    await using room = await new Room().start();
    const client = await room.stranger();
    const line = `${JSON.stringify({ id: 0, call: 'hello', args: { protocol: hostProtocol } })}\n`;
    client.socket.setNoDelay(true);
    for (const character of line) client.socket.write(character);
    const lists = Array.from({ length: 50 }, () => client.call('session.list', {}));
    assert.equal((await Promise.all(lists)).length, 50);
  });

  it('refuses arguments of the wrong form and goes on', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const bad: [string, unknown][] = [
      ['session.suspend', { session: 'no id', cause: 'disconnected' }],
      ['session.suspend', { session: newIdentity(), cause: 'because' }],
      ['session.end', { session: newIdentity(), cause: 'signed-out', afterMs: -1 }],
      ['signIn.begin', { ...room.order(), password: 'x'.repeat(513) }],
      ['signIn.begin', { ...room.order(), user: 'x'.repeat(257) }],
      ['session.enter', room.enterArgs(newIdentity(), { widthPx: 0 })],
      ['session.list', null],
    ];
    for (const [call, args] of bad) await assert.rejects(client.callRaw(call, args), coded('bad-request'), call);
    assert.deepEqual((await client.call('session.list', {})).sessions, []);
  });

  for (const [what, bytes, code] of [
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'bad-request'],
    ['bytes that are no text', Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]), 'bad-request'],
    ['null', Buffer.from('null\n'), 'bad-request'],
    ['an empty line', Buffer.from('\n'), 'bad-request'],
    ['a call that does not exist', Buffer.from('{"id":-7,"call":"computer.explode","args":{}}\n'), 'bad-request'],
    ['a line without an end', Buffer.alloc(longestHostLine + 1, 0x61), 'too-large'],
  ] as const) {
    it(`closes a connection on which comes ${what}, with a clear error, and disturbs no other`, async () => {
      await using room = await new Room().start();
      const other = await room.client();
      await other.subscribe();
      const client = await room.client();
      client.socket.write(bytes);
      await client.closed;
      assert.deepEqual(client.strayErrors, [code]);
      assert.ok(room.logged.some((line) => line.includes(code)));
      assert.deepEqual((await other.call('session.list', {})).sessions, []);
    });
  }

  it('names the call that does not exist in its answer', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    await assert.rejects(client.callRaw('computer.explode', {}), coded('bad-request'));
    await client.closed;
  });

  it('is not disturbed by half a line and a connection that breaks', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const other = await room.client();
    client.socket.write('{"id":1,"call":"session.su');
    client.socket.end();
    await client.closed;
    assert.deepEqual((await other.call('session.list', {})).sessions, []);
  });

  it('takes a line of exactly the longest length', async () => {
    await using room = await new Room().start();
    const client = await room.stranger();
    const start = `{"id":5,"call":"hello","args":{"protocol":${hostProtocol},"more":"`;
    client.socket.write(`${start}${'x'.repeat(longestHostLine - start.length - 3)}"}}\n`);
    assert.deepEqual((await client.call('session.list', {})).sessions, []);
  });
});

describe('subscribing', () => {
  it('gives everything and then every change, without a gap, to many', async () => {
    await using room = await new Room().start();
    const worker = await room.client();
    const early = await room.client();
    await early.subscribe();
    const { session } = await worker.call('session.enter', room.enterArgs(await room.accepted(worker)));
    const late = await room.client();
    // In the same instant as the change.
    const subscribed = late.subscribe();
    await worker.call('session.suspend', { session: session.id, cause: 'disconnected' });
    await subscribed;
    await Promise.all([early, late].map((client) => client.call('session.list', {})));
    assert.deepEqual(
      early.events.map(({ state }) => state),
      ['starting', 'active', 'suspended'],
    );
    assert.deepEqual(early.mirror, late.mirror);
    assert.equal(late.mirror.get(session.id)?.state, 'suspended');
    assert.deepEqual(worker.events, [], 'who did not subscribe is told nothing');
  });

  it('ends for a subscriber who does not read, and for nobody else', async () => {
    await using room = await new Room().start();
    const worker = await room.client();
    const slow = await room.client();
    await slow.subscribe();
    const { session } = await worker.call('session.enter', room.enterArgs(await room.accepted(worker)));
    slow.socket.pause();
    let isClosed = false;
    slow.socket.once('close', () => (isClosed = true));
    const closedByServer = (): boolean => room.logged.some((line) => line.includes('does not read'));
    while (!closedByServer()) {
      for (let count = 0; count < 1_000; count += 1) room.sessions.end(session.id, 'signed-out', 60_000);
      await worker.call('session.list', {});
    }
    slow.socket.resume();
    if (!isClosed) await slow.closed;
    assert.equal((await worker.call('session.keep', { session: session.id })).session.endsAt, null);
  });
});

describe('signing in', () => {
  it('is refused with a wrong password, and nothing of it is left', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const step = await client.call('signIn.begin', room.order('anna', 'secret-that-is-wrong'));
    assert.deepEqual([step.step, step.step === 'refused' ? step.error.code : null], ['refused', 'wrong-credentials']);
    assert.equal(room.signIns.open.size, 0);
  });

  it('is accepted with the account and its sessions, and says no more of it than it must', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const { session } = await client.call('session.enter', room.enterArgs(await room.accepted(client)));
    await client.call('session.enter', room.enterArgs(await room.accepted(client, 'ben'), { station: room.stations[1] }));
    const step = (await client.callRaw('signIn.begin', room.order())) as { account: object; sessions: { id: string }[] };
    assert.deepEqual(Object.keys(step.account).toSorted(), ['fullName', 'level', 'listed', 'name', 'uid']);
    assert.deepEqual(
      step.sessions.map(({ id }) => id),
      [session.id],
    );
  });

  it('asks further questions', async () => {
    await using room = await new Room({ asks: true }).start();
    const client = await room.client();
    const order = room.order();
    assert.deepEqual(await client.call('signIn.begin', order), { step: 'question', question: question.question });
    await assert.rejects(client.call('session.enter', room.enterArgs(order.attempt)), coded('not-possible-now'));
    assert.equal((await client.call('signIn.answer', { attempt: order.attempt, answer: '123456' })).step, 'accepted');
    await assert.rejects(client.call('signIn.answer', { attempt: order.attempt, answer: '1' }), coded('not-possible-now'));
    const second = room.order();
    await client.call('signIn.begin', second);
    assert.equal((await client.call('signIn.answer', { attempt: second.attempt, answer: 'wrong' })).step, 'refused');
    await assert.rejects(client.call('signIn.answer', { attempt: second.attempt, answer: 'again' }), coded('sign-in-timed-out'));
  });

  it('is good for one use, on the connection that began it, for 60 seconds', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const other = await room.client();
    const attempt = await room.accepted(client);
    await assert.rejects(other.call('session.enter', room.enterArgs(attempt)), coded('sign-in-timed-out'));
    await client.call('session.enter', room.enterArgs(attempt));
    await assert.rejects(client.call('session.enter', room.enterArgs(attempt)), coded('sign-in-timed-out'));
    const late = await room.accepted(client);
    room.clock.pass(60_000);
    assert.equal(room.signIns.open.size, 0);
    await assert.rejects(client.call('session.enter', room.enterArgs(late)), coded('sign-in-timed-out'));
  });

  it('is let go when it is finished, when its question is not answered, and when its connection closes', async () => {
    await using room = await new Room({ asks: true }).start();
    const client = await room.client();
    const finished = room.order();
    await client.call('signIn.begin', finished);
    await client.call('signIn.finish', { attempt: finished.attempt });
    await client.call('signIn.finish', { attempt: newIdentity() });
    assert.equal(room.signIns.open.size, 0);
    await client.call('signIn.begin', room.order());
    room.clock.pass(300_000);
    assert.equal(room.signIns.open.size, 0);
    await client.call('signIn.begin', room.order());
    const other = await room.client();
    await other.call('signIn.begin', room.order());
    // Closed while the sign-in is being looked at.
    other.socket.write(`${JSON.stringify({ id: 99, call: 'signIn.begin', args: room.order() })}\n`, () => other.socket.destroy());
    await other.closed;
    client[Symbol.dispose]();
    const watcher = await room.client();
    while (room.signIns.open.size > 0) await watcher.call('session.list', {});
  });

  it('keeps passwords and answers out of the log', async () => {
    await using room = await new Room({ asks: true }).start();
    const client = await room.client();
    const order = room.order();
    await client.call('signIn.begin', order);
    await client.call('signIn.answer', { attempt: order.attempt, answer: '123456' });
    await assert.rejects(client.callRaw('signIn.begin', { ...order, attempt: 'bad' }), coded('bad-request'));
    client.socket.write(`{"password":"pass-anna" garbage\n`);
    await client.closed;
    assert.ok(!room.logged.join('').includes('pass-anna') && !room.logged.join('').includes('123456'));
  });

  it('is limited in number', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const steps = await Promise.allSettled(Array.from({ length: 140 }, () => client.call('signIn.begin', room.order())));
    const refused = steps.filter((step) => step.status === 'rejected');
    assert.equal(refused.length, 12);
    assert.ok(refused.every(({ reason }) => coded('too-many-requests')(reason)));
  });
});

describe('sessions', () => {
  it('are suspended, locked, opened and ended by their calls', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const { session, started } = await client.call('session.enter', room.enterArgs(await room.accepted(client)));
    assert.deepEqual([started, session.state, session.user], [true, 'active', 'anna']);
    const id = { session: session.id };
    assert.equal((await client.call('session.lock', id)).session.state, 'locked');
    const bens = await room.accepted(client, 'ben');
    await assert.rejects(client.call('session.unlock', { ...id, attempt: bens }), coded('not-allowed'));
    assert.equal(room.signIns.open.size, 0);
    const annas = await room.accepted(client);
    assert.equal((await client.call('session.unlock', { ...id, attempt: annas })).session.state, 'active');
    const stale = { ...id, cause: 'station-lost', attachment: 0 } as const;
    assert.equal((await client.call('session.suspend', stale)).session.state, 'active');
    const { outcomes } = await client.call('session.suspendAll', { cause: 'suspended-by-administrator' });
    assert.deepEqual(outcomes, [{ ...id, user: 'anna', error: null }]);
    const warned = await client.call('session.end', { ...id, cause: 'logged-off-by-administrator', afterMs: 1_000 });
    assert.equal(warned.session.endsAt, room.clock.wallMs() + 1_000);
    assert.equal((await client.call('session.keep', id)).session.endsAt, null);
    assert.equal((await client.call('session.end', { ...id, cause: 'signed-out', afterMs: 0 })).session.state, 'ending');
    assert.deepEqual((await client.call('session.list', {})).sessions, []);
    await assert.rejects(client.call('session.lock', id), coded('session-not-found'));
  });

  it('of somebody who waited while the stations were closed stays in memory, and at no station', async () => {
    await using room = await new Room().start();
    room.computer.slowToEnd = true;
    const client = await room.client();
    const { session: first } = await client.call('session.enter', room.enterArgs(await room.accepted(client)));
    await client.call('session.end', { session: first.id, cause: 'signed-out', afterMs: 0 });
    const refused = assert.rejects(
      client.call('session.enter', room.enterArgs(await room.accepted(client))),
      coded('console-mode'),
    );
    await client.call('computer.setMode', { mode: 'console' });
    room.computer.crash(first.id, 'signed-out');
    await refused;
    const { sessions } = await client.call('session.list', {});
    assert.deepEqual(
      sessions.map(({ state, station }) => ({ state, station })),
      [{ state: 'suspended', station: null }],
    );
  });

  it('are not unlocked, and nobody is let onto the list of auto-logon, by a sign-in that proved nothing', async () => {
    await using room = await new Room().start();
    room.accounts.add('head', 'Head', 'administrator', 'pass-head');
    writeFileSync(join(room.folder, 'auto-logon'), 'anna\nhead\n', { mode: 0o600 });
    const client = await room.client();
    const automatic = async (user: string): Promise<string> => {
      const attempt = newIdentity();
      const step = await client.call('signIn.automatic', { attempt, user, remote: '192.0.2.7', who: 'listed' });
      assert.equal(step.step, 'accepted');
      return attempt;
    };
    const { session } = await client.call('session.enter', room.enterArgs(await automatic('anna')));
    await client.call('session.lock', { session: session.id });
    const annas = await automatic('anna');
    await assert.rejects(client.call('session.unlock', { session: session.id, attempt: annas }), coded('not-allowed'));
    const heads = await automatic('head');
    await assert.rejects(client.call('autoLogon.allow', { attempt: heads, user: 'ben' }), coded('not-allowed'));
    await assert.rejects(client.call('autoLogon.check', { user: 'ben' }), coded('auto-logon-not-allowed'));
    assert.equal(room.signIns.open.size, 0);
    await client.call('autoLogon.allow', { attempt: await room.accepted(client, 'head'), user: 'ben' });
    await client.call('autoLogon.check', { user: 'ben' });
    await client.call('account.remove', { user: 'ben', files: 'keep', endSession: false, by: 'ada', address: '' });
    assert.doesNotMatch(readFileSync(join(room.folder, 'state/auto-logon.json'), 'utf8'), /ben/);
  });

  it('go on opening when the gateway that asked for them dies', async () => {
    await using room = await new Room().start();
    room.computer.opening = 'when-told';
    const client = await room.client();
    const attempt = await room.accepted(client);
    const entering = assert.rejects(client.call('session.enter', room.enterArgs(attempt)), coded('computer-unreachable'));
    await client.call('session.list', {});
    client[Symbol.dispose]();
    await entering;
    const next = await room.client();
    await next.subscribe();
    room.computer.finishOpening(room.computer.waiting()[0] ?? '', true);
    await next.call('session.list', {});
    assert.deepEqual(
      [...next.mirror.values()].map(({ state, station }) => [state, station]),
      [['active', room.stations[0]]],
    );
  });
});

describe('the computer', () => {
  it('keeps the settings that it is sent, and refuses those of the wrong form', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const { settings } = room.thisComputer;
    const values = { ...settings.values, keepSavedDays: 7 };
    await client.call('computer.configure', values);
    assert.equal(settings.values.keepSavedDays, 7);
    await assert.rejects(client.call('computer.configure', { ...values, keepSavedDays: -1 }), coded('bad-request'));
    assert.equal(settings.values.keepSavedDays, 7);
  });

  it('restarts when it is ordered to, and tells every subscriber how it goes on', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const other = await room.client();
    await other.subscribe();
    const phases: string[] = [];
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    other.onComputer = ({ leaving }) => {
      const phase = leaving?.phase ?? 'here';
      if (phases.at(-1) !== phase) phases.push(phase);
      if (phase === 'going') resolve();
    };
    const begun = await client.call('computer.leave', { how: 'restart', afterMs: 10_000, by: 'root' });
    assert.deepEqual([begun.leaving?.phase, begun.leaving?.stoppable], ['warning', true]);
    await assert.rejects(client.call('computer.leave', { how: 'restart', afterMs: 0, by: 'root' }), coded('not-possible-now'));
    const attempt = await room.accepted(client);
    assert.equal((await client.call('computer.stay', {})).leaving, null);
    await assert.rejects(client.call('computer.stay', {}), coded('not-possible-now'));
    const { session } = await client.call('session.enter', room.enterArgs(attempt));
    await client.call('computer.leave', { how: 'shut-down', afterMs: 0, by: 'root' });
    await assert.rejects(client.call('signIn.begin', room.order('ben')), coded('computer-leaving'));
    await gone;
    // What changes while it is being described is one event.
    assert.deepEqual(
      phases.filter((phase) => phase !== 'saving'),
      ['warning', 'here', 'going'],
    );
    assert.deepEqual(room.thisComputer.power.asked, ['shut-down']);
    assert.equal((await client.call('session.list', {})).sessions.find(({ id }) => id === session.id)?.state, 'hibernated');
    const again = await client.call('computer.prepare', { how: 'shut-down', limitMs: 1_000 });
    assert.deepEqual(
      again.sessions.map(({ user, outcome }) => [user, outcome]),
      [['anna', 'saved']],
    );
  });

  it('tells when it can save sessions, or cannot any longer', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    await client.subscribe();
    const told = Promise.withResolvers<string | null>();
    client.onComputer = ({ hibernation }) => told.resolve(hibernation.fault);
    room.thisComputer.hibernation.setFault('criu-missing');
    assert.equal(await told.promise, 'criu-missing');
    assert.equal((await client.call('computer.status', {})).hibernation.fault, 'criu-missing');
  });

  it('says what saving would do, and saves one session or all', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const { session } = await client.call('session.enter', room.enterArgs(await room.accepted(client)));
    const { checks } = await client.call('session.check', {});
    assert.deepEqual(checks, [{ session: session.id, user: 'anna', atRisk: [] }]);
    const cause = 'hibernated-by-administrator';
    const saved = await client.call('session.hibernate', { session: session.id, cause, closing: false });
    assert.equal(saved.session.state, 'hibernated');
    await assert.rejects(
      client.call('session.hibernate', { session: newIdentity(), cause, closing: false }),
      coded('session-not-found'),
    );
    const station = room.stations[1];
    const ben = await client.call('session.enter', room.enterArgs(await room.accepted(client, 'ben'), { station }));
    await client.call('session.suspend', { session: ben.session.id, cause: 'suspended-by-administrator' });
    const { outcomes } = await client.call('session.hibernateAll', { cause, closing: false });
    assert.deepEqual(outcomes, [{ session: ben.session.id, user: 'ben', error: null }]);
  });
});

describe('accounts', () => {
  it('are listed, described, made and given a level', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    assert.deepEqual(
      (await client.call('account.list', {})).accounts.map(({ name }) => name),
      ['anna', 'ben'],
    );
    assert.equal((await client.call('account.describe', { user: 'ben' })).level, 'standard');
    await assert.rejects(client.call('account.describe', { user: 'nobody-at-all' }), coded('not-found'));
    const order = { user: 'dora', fullName: '', password: 'x', level: 'dashboard' } as const;
    assert.equal((await client.call('account.create', order)).level, 'dashboard');
    await assert.rejects(client.call('account.create', order), coded('name-taken'));
    assert.equal((await client.call('account.setLevel', { user: 'dora', level: 'standard' })).level, 'standard');
  });

  it('are changed, get a password, and are removed with their session only if that is said', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const { session } = await client.call('session.enter', room.enterArgs(await room.accepted(client)));
    const changed = await client.call('account.change', { user: 'ben', fullName: 'Benjamin', was: { level: 'standard' } });
    assert.deepEqual([changed.fullName, changed.disabled, changed.domain], ['Benjamin', false, false]);
    assert.deepEqual(await client.call('account.password', { user: 'ben', password: 'a new one', mustChange: false }), {
      says: '',
    });
    const removal = { user: 'anna', files: 'archive', endSession: false, by: 'ada', address: '192.0.2.9' } as const;
    const refused = await client.call('account.remove', removal);
    assert.deepEqual([refused.phase, refused.error?.code], ['failed', 'session-exists']);
    assert.equal(room.sessions.list()[0]?.id, session.id);
    const { archive, by, address } = await client.call('account.remove', { ...removal, endSession: true });
    assert.match(archive ?? '', /anna/);
    assert.deepEqual([by, address], ['ada', '192.0.2.9']);
    assert.deepEqual(room.sessions.list(), []);
    await assert.rejects(client.call('account.describe', { user: 'anna' }), coded('not-found'));
  });
});

describe('the removal of an account that takes long', () => {
  it('goes on while whoever ordered it is answered, shows how far it is, and lets nobody change or use the account', async () => {
    await using room = await new Room().start();
    const client = await room.client();
    const attempt = await room.accepted(client);
    const packed = Promise.withResolvers<void>();
    const packing = Promise.withResolvers<void>();
    room.accounts.packing = async (progress) => {
      progress(3_000, 9_000);
      packing.resolve();
      await packed.promise;
    };
    const order = { user: 'anna', files: 'archive', endSession: false, by: 'ada', address: '' } as const;
    const ordered = client.call('account.remove', order);
    await packing.promise;
    await assert.rejects(client.call('account.remove', order), coded('account-being-removed'));
    await assert.rejects(client.call('account.change', { user: 'anna', disabled: false }), coded('account-being-removed'));
    await assert.rejects(client.call('account.setLevel', { user: 'anna', level: 'standard' }), coded('account-being-removed'));
    const password = { user: 'anna', password: 'another', mustChange: false };
    await assert.rejects(client.call('account.password', password), coded('account-being-removed'));
    await assert.rejects(client.call('session.enter', room.enterArgs(attempt)), coded('account-being-removed'));
    room.clock.pass(20_000);
    const going = await ordered;
    assert.deepEqual([going.phase, going.doneBytes, going.totalBytes], ['packing', 3_000, 9_000]);
    const asked = client.call('account.removal', { id: going.id });
    await client.call('session.list', {});
    await client.call('account.removalNoted', { id: going.id });
    packed.resolve();
    assert.equal((await asked).phase, 'done');
    assert.equal((await client.call('account.removals', {})).removals.length, 1);
    await client.call('account.removalNoted', { id: going.id });
    assert.deepEqual(await client.call('account.removals', {}), { removals: [] });
    await assert.rejects(client.call('account.removal', { id: going.id }), coded('not-found'));
  });
});

describe('the socket', () => {
  it('lets only its group in, replaces what an earlier life left, and goes with the server', async () => {
    const gid = Number(execFileSync('id', ['-g', '--', 'nobody'], { encoding: 'utf8' }));
    await using room = new Room({ gid });
    chmodSync(room.folder, 0o755);
    writeFileSync(room.socket, 'left behind');
    writeFileSync(`${room.socket}.new`, 'left behind');
    await room.start();
    const { mode, gid: group } = statSync(room.socket);
    assert.deepEqual([mode & 0o777, group], [0o660, gid]);
    await (await room.client()).call('session.list', {});
    assert.deepEqual(readdirSync(room.folder).toSorted(), ['host.sock', 'sessions', 'state']);
  });

  it('is not taken from a server that came after', async () => {
    await using first = await new Room().start();
    await using second = new Room();
    rmSync(first.socket);
    const client = await first.client().catch(() => null);
    assert.equal(client, null);
    writeFileSync(first.socket, 'the next one\u2019s');
    await first.server.stop();
    assert.ok(existsSync(first.socket));
    rmSync(first.socket);
    await second.start();
  });

  it('closes every connection when the server stops', async () => {
    await using room = await new Room().start();
    const clients = [await room.client(), await room.client()];
    const closing = clients.map((client) => once(client.socket, 'close'));
    await room.server.stop();
    await Promise.all(closing);
  });
});
