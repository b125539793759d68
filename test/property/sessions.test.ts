// Drives the real sessions behind the real host server, over its unix socket, through random interleavings of all that people,
// administrators, desktops and the host program itself can do, and checks after every step that nothing is doubled or lost.
// Only the desktops, the people and the clock are fake.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { AccountRemovals } from '#host/account-removals.ts';
import { AutoLogonList } from '#host/auto-logon-list.ts';
import { FakeAccounts } from '#host/fake-accounts.ts';
import { FakeClock } from '#host/fake-clock.ts';
import { FakeComputer, FakeDesktops } from '#host/fake-desktops.ts';
import type { FakeWay } from '#host/fake-desktops.ts';
import { FakeSignIns } from '#host/fake-sign-ins.ts';
import { FakeThisComputer } from '#host/fake-this-computer.ts';
import { HostServer } from '#host/host-server.ts';
import { newIdentity } from '#host/identity.ts';
import { SessionRecords } from '#host/session-record.ts';
import { Sessions } from '#host/sessions.ts';
import { TestClient } from '#host/test-client.ts';
import { isRunning, sessionAfter, sessionHappenings } from '#model/session.ts';
import type { Session, SessionState } from '#model/session.ts';

const runs = 300;
const mostCommands = 80;
const people = ['anna', 'ben', 'carla'];
const stations = people.map(() => newIdentity());
const connections = 3;

/** One thing that a gateway asks for. Numbers choose among what there is. */
type Operation = { by: number } & (
  | { ask: 'enter'; person: number; station: number; choice: 'any' | 'new' | number }
  | { ask: 'suspend' | 'stale-suspend' | 'lock' | 'end' | 'keep'; session: number }
  | { ask: 'unlock'; session: number; person: number | 'own' }
  | { ask: 'end-later'; session: number; afterMs: number }
  /** `displaces`: whoever the order believes to be there; a number means just any session. */
  | { ask: 'move'; session: number; station: number; displaces: 'nobody' | 'there' | number; stale: boolean }
  | { ask: 'hibernate'; session: number; closing: boolean }
  | { ask: 'suspend-all' }
  | { ask: 'hibernate-all' }
  | { ask: 'check' }
  /** Another gateway connects and takes this one's place. */
  | { ask: 'subscribe' }
);

/** What may be answered where a wish is not fulfilled. The computer is unreachable when the host program is restarted. */
const mayBeRefused: Readonly<Record<Operation['ask'], readonly ErrorCode[]>> = {
  enter: [
    'changed-meanwhile',
    'desktop-failed',
    'ended-meanwhile',
    'image-damaged',
    'not-possible-now',
    'restore-failed',
    'session-not-found',
    'station-taken',
    'suspended-meanwhile',
  ],
  suspend: ['not-possible-now', 'session-not-found'],
  'stale-suspend': ['session-not-found'],
  lock: ['not-possible-now', 'session-not-found'],
  unlock: ['not-allowed', 'not-possible-now', 'session-not-found'],
  end: ['session-not-found'],
  'end-later': ['session-not-found'],
  keep: ['not-possible-now', 'session-not-found'],
  move: ['changed-meanwhile', 'not-possible-now', 'session-not-found', 'station-taken'],
  hibernate: ['changed-meanwhile', 'ended-meanwhile', 'not-possible-now', 'save-failed', 'session-not-found'],
  'suspend-all': [],
  'hibernate-all': [],
  check: [],
  subscribe: [],
};

/** What may be said of single sessions when all are saved. */
const mayBeUnsaved: readonly string[] = [...mayBeRefused.hibernate];

/** The table's steps, and those that are told as one when a desktop opens, or could not be saved, while somebody waits for it. */
function isInTable(from: SessionState, to: SessionState): boolean {
  const step = (state: SessionState): SessionState[] =>
    sessionHappenings.flatMap((happening) => sessionAfter(state, happening) ?? []);
  const straightToStation = from === 'starting' || from === 'restoring' || from === 'hibernating';
  return step(from).includes(to) || (straightToStation && to === 'active');
}

class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-property-'));
  readonly socket = join(this.folder, 'host.sock');
  readonly computer = new FakeComputer();
  readonly accounts = new FakeAccounts();
  readonly multiple: boolean;
  /** Every session that there ever was, oldest first. */
  readonly known: string[] = [];
  /** Those that somebody or something has ended, or is going to. */
  readonly mayEnd = new Set<string>();
  /** Those of which nothing was on disk yet when the plug was pulled. */
  readonly lostForEver = new Set<string>();
  /** Those that could not be continued once: beside them their persons may have begun new ones. */
  readonly troubled = new Set<string>();
  readonly faults: string[] = [];
  steps = 0;
  clock = new FakeClock();
  clients: TestClient[] = [];
  #signIns = new FakeSignIns(this.accounts);
  #desktops = new FakeDesktops(this.computer);
  #sessions: Sessions | null = null;
  #server: HostServer | null = null;
  readonly #pending = new Set<Promise<void>>();

  constructor(multiple: boolean) {
    this.multiple = multiple;
    for (const name of people) this.accounts.add(name, name, 'standard', name);
  }

  async start(): Promise<void> {
    const log = pino({ level: 'silent' });
    this.#signIns = new FakeSignIns(this.accounts);
    this.#desktops = new FakeDesktops(this.computer);
    const { clock } = this;
    const sessions = new Sessions(this.#desktops, new SessionRecords(join(this.folder, 'sessions')), clock, log);
    const { computer, ownLimits } = new FakeThisComputer(join(this.folder, 'host'), sessions, clock, log);
    const autoLogons = new AutoLogonList(
      { kept: join(this.folder, 'auto-logon.json'), byRoot: join(this.folder, 'auto-logon') },
      (user) => this.accounts.describe(user),
      log,
    );
    const { accounts } = this;
    const removals = AccountRemovals.of(
      { accounts, sessions, autoLogons, clock, log },
      { notesDir: join(this.folder, 'removals'), archiveDir: join(this.folder, 'archives') },
    );
    const parts = {
      sessions,
      signIns: this.#signIns,
      autoLogons,
      accounts,
      removals,
      computer,
      ownLimits,
      clock,
      log,
      version: '0',
    };
    const server = new HostServer({ path: this.socket, gid: null }, parts);
    await sessions.start();
    await server.start();
    this.#sessions = sessions;
    this.#server = server;
    this.clients = await Promise.all(Array.from({ length: connections }, () => this.#connect()));
    await Promise.all(this.clients.map((client) => client.subscribe()));
  }

  async #connect(): Promise<TestClient> {
    const client = await TestClient.greet(this.socket);
    client.onChange = (session, before) => this.#watch(session, before, client.mirror);
    return client;
  }

  #watch(session: Session, before: Session | undefined, others: ReadonlyMap<string, Session>): void {
    if (session.saved?.fault != null) this.troubled.add(session.id);
    if (before === undefined) {
      if (session.state !== 'starting') this.faults.push(`${session.id} appeared as ${session.state}`);
      for (const { id, user, state, saved } of others.values()) {
        const outOfReach = state === 'lost' || (state === 'hibernated' && saved?.fault != null);
        if (!this.multiple && user === session.user && !outOfReach)
          this.faults.push(`${session.id} began beside ${id}, ${state}`);
      }
      if (!this.known.includes(session.id)) this.known.push(session.id);
      return;
    }
    const alteredOnly = before.state === session.state && before.endsAt !== session.endsAt;
    if (!alteredOnly && !isInTable(before.state, session.state)) {
      this.faults.push(`${session.id} went from ${before.state} to ${session.state}`);
    }
    if (session.user !== before.user || session.uid !== before.uid) this.faults.push(`${session.id} was given to somebody else`);
    if (before.state === 'locked' && session.state === 'active' && session.cause === 'moved-by-administrator')
      this.faults.push(`${session.id} was opened by moving it`);
    if (session.attachment < before.attachment) this.faults.push(`${session.id} counts attachments backwards`);
    if (session.state === 'ending' || session.state === 'ended') this.#ends(before);
  }

  /** An end must have been asked for, have happened to its desktop, or have been announced for this time. */
  #ends(before: Session): void {
    const due = before.endsAt !== null && before.endsAt <= this.clock.wallMs();
    if (due) this.mayEnd.add(before.id);
    if (!this.#hasReason(before.id)) this.faults.push(`${before.id} ended without a reason`);
  }

  #hasReason(id: string): boolean {
    return this.mayEnd.has(id) || this.computer.failed.has(id) || this.lostForEver.has(id);
  }

  /** The host program ends. `killed`: without a chance to do anything. */
  async end(how: 'stopped' | 'killed'): Promise<void> {
    if (how === 'stopped') this.#sessions?.stop();
    this.#desktops.cutOff();
    await this.#server?.stop();
    for (const client of this.clients) await client.closed;
    await Promise.all(this.#pending);
    if (how === 'stopped')
      assert.equal(this.#signIns.open.size, this.#beingOpened(), 'a host program that stops lets go of sign-ins');
    const wallMs = this.clock.wallMs();
    this.clock = new FakeClock(wallMs, this.clock.runningMs());
  }

  /** Sign-ins that a desktop which is being opened or restored will let go when that is over. */
  #beingOpened(): number {
    return this.computer.waiting().length;
  }

  /** The computer stops without warning and is started again. */
  async losePower(): Promise<void> {
    const before = await this.list();
    await this.end('killed');
    this.computer.pullPlug();
    for (const { id, state } of before) if (state === 'starting' || state === 'ending') this.lostForEver.add(id);
    rmSync(join(this.folder, 'sessions'), { recursive: true });
    this.clock = new FakeClock(this.clock.wallMs() + 60_000, 10_000);
    await this.start();
    const after = new Map((await this.list()).map((session) => [session.id, session]));
    for (const { id, user, state } of before) {
      const now = after.get(id);
      if (state === 'starting') assert.equal(now, undefined, `${id} began just before the power was lost`);
      else if (state === 'hibernated' || state === 'restoring') assert.equal(now?.state, 'hibernated', `${id} was on disk`);
      else if (state !== 'ending') assert.deepEqual([now?.state, now?.station], ['lost', null], `${id} was ${state}`);
      if (now !== undefined) assert.equal(now.user, user);
    }
  }

  pick<T>(list: readonly T[], number: number): T | undefined {
    return list[number % Math.max(1, list.length)];
  }

  /** Does several things at the same instant. */
  async doAtOnce(operations: readonly Operation[]): Promise<void> {
    const prepared: (() => Promise<unknown>)[] = [];
    for (const operation of operations) {
      const client = this.pick(this.clients, operation.by);
      assert.ok(client !== undefined);
      prepared.push(await this.#prepare(client, operation));
    }
    const subscriptions: Promise<void>[] = [];
    operations.forEach((operation, index) => {
      const answer = (prepared[index] as () => Promise<unknown>)();
      const done = answer.then(
        () => undefined,
        (error: unknown) => this.#checkRefusal(operation.ask, error),
      );
      this.#pending.add(done);
      void done.finally(() => this.#pending.delete(done));
      if (operation.ask === 'subscribe') subscriptions.push(done);
    });
    await Promise.all(subscriptions);
  }

  /** A session is to be saved, and at the same instant its person comes for it. */
  async comeBack(
    number: number,
    by: number,
    station: number,
    how: FakeWay,
    then: readonly ('end' | 'suspend' | 'enter' | 'new')[],
  ): Promise<void> {
    const mirror = this.pick(this.clients, by)?.mirror ?? new Map<string, Session>();
    const present = this.pick([...mirror.values()], number);
    if (present === undefined) return;
    this.computer.savings = how;
    const which = this.known.indexOf(present.id);
    const person = people.indexOf(present.user);
    const enter = { ask: 'enter', by, person } as const;
    const rest = then.map((ask): Operation => {
      if (ask === 'end' || ask === 'suspend') return { ask, by, session: which };
      return { ...enter, station: (station + 1) % stations.length, choice: ask === 'new' ? 'new' : which };
    });
    const save: Operation = { ask: 'hibernate', by, session: number, closing: false };
    await this.doAtOnce([save, { ...enter, station, choice: which }, ...rest]);
  }

  #checkRefusal(ask: Operation['ask'], error: unknown): void {
    if (!(error instanceof CodedError)) this.faults.push(`${ask}: ${String(error)}`);
    else if (error.code !== 'computer-unreachable' && !mayBeRefused[ask].includes(error.code)) {
      this.faults.push(`${ask} was answered with ${error.code}`);
    }
  }

  async #signIn(client: TestClient, name: string): Promise<string> {
    const attempt = newIdentity();
    const step = await client.call('signIn.begin', { attempt, user: name, password: name, remote: '', who: 'listed' });
    assert.equal(step.step, 'accepted');
    return attempt;
  }

  /** Everything but the asking itself. */
  async #prepare(client: TestClient, operation: Operation): Promise<() => Promise<unknown>> {
    if (operation.ask === 'subscribe') {
      const fresh = await this.#connect();
      return async () => {
        await fresh.subscribe();
        if (!this.clients.includes(client)) fresh[Symbol.dispose]();
        this.clients = this.clients.map((one) => (one === client ? fresh : one));
        client[Symbol.dispose]();
      };
    }
    if (operation.ask === 'hibernate-all') {
      return async () => {
        const args = { cause: 'computer-restarting', closing: false } as const;
        const { outcomes } = await client.call('session.hibernateAll', args);
        const wrong = outcomes.filter(({ error }) => error !== null && !mayBeUnsaved.includes(error.code));
        if (wrong.length > 0) this.faults.push(`saving all: ${JSON.stringify(wrong)}`);
      };
    }
    if (operation.ask === 'check') {
      return async () => {
        const running = [...client.mirror.values()].filter((session) => isRunning(session)).length;
        const { checks } = await client.call('session.check', {});
        if (checks.length > running + this.known.length) this.faults.push('checks of sessions that there are not');
      };
    }
    if (operation.ask === 'suspend-all') return () => client.call('session.suspendAll', { cause: 'suspended-by-administrator' });
    if (operation.ask === 'enter') {
      const attempt = await this.#signIn(client, people[operation.person] ?? '');
      const choice = typeof operation.choice === 'number' ? (this.pick(this.known, operation.choice) ?? 'any') : operation.choice;
      const station = stations[operation.station] ?? '';
      const rest = { multiple: this.multiple, desktop: 'xfce', widthPx: 800, heightPx: 600, language: 'en' };
      return async () => {
        const { session } = await client.call('session.enter', { attempt, station, choice, ...rest });
        assert.deepEqual([session.state, session.station, session.user], ['active', station, people[operation.person]]);
      };
    }
    const session = this.pick(this.known, operation.session) ?? newIdentity();
    const now = client.mirror.get(session);
    switch (operation.ask) {
      case 'suspend':
        return () => client.call('session.suspend', { session, cause: 'disconnected' });
      case 'stale-suspend': {
        const attachment = (now?.attachment ?? 1) - 1;
        return async () => {
          const before = client.mirror.get(session);
          const answer = await client.call('session.suspend', { session, cause: 'station-lost', attachment });
          if (before !== undefined && answer.session.cause === 'station-lost') this.faults.push('a stale suspend did something');
        };
      }
      case 'move': {
        const station = stations[operation.station] ?? '';
        const there = [...client.mirror.values()].find((other) => other.station === station && other.id !== session)?.id ?? null;
        const just = typeof operation.displaces === 'number' ? (this.pick(this.known, operation.displaces) ?? null) : null;
        const displaces = operation.displaces === 'there' ? there : just;
        const attachment = operation.stale ? (now?.attachment ?? 1) - 1 : (now?.attachment ?? 1);
        return async () => {
          const { session: moved } = await client.call('session.move', { session, station, displaces, attachment });
          if (operation.stale) this.faults.push('a stale move did something');
          if (moved.station !== station) this.faults.push(`moved, it is at ${moved.station}`);
        };
      }
      case 'lock':
        return () => client.call('session.lock', { session });
      case 'unlock': {
        const own = now?.user ?? 'anna';
        const attempt = await this.#signIn(client, operation.person === 'own' ? own : (people[operation.person] ?? ''));
        return () => client.call('session.unlock', { session, attempt });
      }
      case 'hibernate': {
        const { closing } = operation;
        // One that there is now; of older ones it is refused anyway.
        const present = this.pick([...client.mirror.keys()], operation.session) ?? session;
        const args = { session: present, cause: 'hibernated-by-administrator', closing } as const;
        return async () => {
          const answer = await client.call('session.hibernate', args);
          // Restored at once, if somebody had come for it meanwhile.
          const states: SessionState[] = ['hibernated', 'restoring'];
          if (!states.includes(answer.session.state)) this.faults.push(`saved, it is ${answer.session.state}`);
        };
      }
      case 'end':
        this.mayEnd.add(session);
        return () => client.call('session.end', { session, cause: 'signed-out', afterMs: 0 });
      case 'end-later': {
        const { afterMs } = operation;
        return () => client.call('session.end', { session, cause: 'logged-off-by-administrator', afterMs });
      }
      case 'keep':
        return () => client.call('session.keep', { session });
    }
  }

  async list(): Promise<Session[]> {
    const client = this.clients[0] as TestClient;
    return (await client.call('session.list', {})).sessions;
  }

  /** Waits until all that can happen without being told to has happened, then looks at everything. */
  async check(): Promise<void> {
    this.steps += 1;
    let sessions: Session[] = [];
    for (const client of this.clients) sessions = (await client.call('session.list', {})).sessions;
    // What the last answers set off.
    for (const client of this.clients) sessions = (await client.call('session.list', {})).sessions;
    assert.deepEqual(this.faults, []);
    assert.deepEqual(this.computer.doubled, [], 'a session would run twice');
    const living = new Set(this.computer.living().map(({ session }) => session));
    const opening = new Set(this.computer.waiting());
    const onDisk = new Set(this.computer.onDisk());
    const beingSaved = new Set(this.computer.beingSaved());
    const byId = new Map(sessions.map((session) => [session.id, session]));
    for (const client of this.clients) assert.deepEqual(client.mirror, byId, 'what was told adds up to what is');
    for (const id of [...living, ...opening]) assert.ok(byId.has(id), `the desktop of ${id} belongs to no session`);
    for (const id of onDisk) assert.ok(byId.has(id), `the image of ${id} belongs to no session`);
    for (const id of living) assert.ok(!onDisk.has(id), `${id} is in memory and on disk`);
    for (const { session, account } of this.computer.living()) {
      assert.equal(byId.get(session)?.user, account.name, `${session} runs as somebody else`);
    }
    for (const id of this.known) assert.ok(byId.has(id) || this.#hasReason(id), `session ${id} is lost`);
    const atStation = new Set<string>();
    for (const { id, state, station, endsAt, saved } of sessions) {
      assert.ok(endsAt === null || endsAt > this.clock.wallMs(), `${id} outlived its announced end`);
      if (state === 'starting') assert.ok(opening.has(id), `${id} is starting but its desktop is not`);
      else if (state === 'restoring') assert.ok(opening.has(id) && onDisk.has(id), `${id} is restoring but its desktop is not`);
      else if (state === 'hibernated') assert.ok(onDisk.has(id) && !opening.has(id), `${id} is hibernated but has no image`);
      else if (state === 'lost') assert.ok(!onDisk.has(id) && !living.has(id) && !opening.has(id), `${id} is not lost`);
      else if (state === 'ending') assert.ok(living.has(id) || opening.has(id), `${id} is ending but its desktop is gone`);
      else assert.ok(living.has(id), `${id} is ${state} but has no desktop`);
      if (state === 'active' || state === 'locked') assert.ok(station !== null, `${id} is ${state} nowhere`);
      if (state === 'suspended' || state === 'hibernated' || state === 'lost') {
        assert.equal(station, null, `${id} is ${state} at ${station}`);
      }
      const hasSaved = state === 'hibernated' || state === 'restoring' || state === 'lost';
      if (state !== 'ending') assert.equal(saved !== null, hasSaved, `${id} is ${state} with ${JSON.stringify(saved)}`);
      if (state === 'hibernating') {
        // It is being saved, or waits for its turn behind as many as are saved side by side.
        assert.ok(beingSaved.has(id) || beingSaved.size >= availableParallelism(), `nobody saves ${id}`);
      }
      if (station === null) continue;
      assert.ok(!atStation.has(station), `two sessions are at ${station}`);
      atStation.add(station);
    }
    if (!this.multiple) {
      for (const name of people) {
        const own = sessions.filter(({ user, id }) => user === name && (living.has(id) || opening.has(id)));
        const regular = own.filter(({ id }) => !this.troubled.has(id));
        assert.ok(regular.length <= 1, `${name} has ${own.length} desktops`);
      }
    }
    if (opening.size > 0 || beingSaved.size > 0 || this.computer.askedToEnd().length > 0) return;
    assert.equal(this.#pending.size, 0, 'somebody waits though nothing happens');
    assert.equal(this.#signIns.open.size, 0, 'sign-in attempts were left');
  }

  /** Everything that waits to be told what becomes of it goes on, and goes well. */
  async #letGoOn(): Promise<void> {
    this.computer.slowToEnd = false;
    this.computer.opening = 'at-once';
    this.computer.savings = 'at-once';
    this.computer.restorings = 'at-once';
    const goesOn = (): boolean => {
      const { computer } = this;
      const waiting = [...computer.waiting(), ...computer.beingSaved(), ...computer.askedToEnd()];
      for (const id of computer.askedToEnd()) computer.crash(id, 'signed-out');
      for (const id of computer.beingSaved()) computer.finishSaving(id, true);
      for (const id of computer.waiting()) computer.finishOpening(id, true);
      return waiting.length > 0;
    };
    while (goesOn()) await this.list();
  }

  /** Ends everything; nothing may be left. */
  async finish(): Promise<void> {
    try {
      await this.#letGoOn();
      await this.check();
      for (const id of this.known) this.mayEnd.add(id);
      const client = this.clients[0] as TestClient;
      for (const { id } of (await client.call('session.list', {})).sessions) {
        await client.call('session.end', { session: id, cause: 'signed-out', afterMs: 0 });
      }
      await this.check();
      assert.deepEqual((await client.call('session.list', {})).sessions, []);
      assert.deepEqual(this.computer.found(), []);
      assert.equal(this.#pending.size, 0, 'somebody still waits for an answer');
      assert.deepEqual(readdirSync(join(this.folder, 'sessions')), []);
    } finally {
      this.#sessions?.stop();
      await this.#server?.stop();
    }
    assert.equal(this.#signIns.open.size, 0, 'sign-in attempts were left');
    assert.equal(this.clock.waiting, 0, 'timers were left');
    assert.deepEqual(readdirSync(this.folder), ['sessions']);
    rmSync(this.folder, { recursive: true });
  }
}

/** A command of fast-check's from what it does; `check` follows every one. */
class Step implements fc.AsyncCommand<object, World> {
  readonly #name: string;
  readonly #action: (world: World) => Promise<void> | void;

  constructor(name: string, action: (world: World) => Promise<void> | void) {
    this.#name = name;
    this.#action = action;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, world: World): Promise<void> {
    await this.#action(world);
    await world.check();
  }

  toString(): string {
    return this.#name;
  }
}

const by = fc.nat(connections - 1);
const person = fc.nat(people.length - 1);
const session = fc.nat(11);
const enter = fc.record({
  ask: fc.constant('enter' as const),
  by,
  person,
  station: fc.nat(stations.length - 1),
  choice: fc.oneof({ arbitrary: fc.constant('any' as const), weight: 5 }, fc.constant('new' as const), session),
});
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { arbitrary: enter, weight: 6 },
  {
    arbitrary: fc.record({ ask: fc.constantFrom('suspend', 'stale-suspend', 'lock', 'end', 'keep'), by, session }),
    weight: 6,
  },
  {
    arbitrary: fc.record({
      ask: fc.constant('unlock' as const),
      by,
      session,
      person: fc.oneof(person, fc.constant('own' as const)),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({ ask: fc.constant('end-later' as const), by, session, afterMs: fc.integer({ min: 1, max: 60_000 }) }),
    weight: 1,
  },
  { arbitrary: fc.record({ ask: fc.constant('hibernate' as const), by, session, closing: fc.boolean() }), weight: 4 },
  {
    arbitrary: fc.record({
      ask: fc.constant('move' as const),
      by,
      session,
      station: fc.nat(stations.length - 1),
      displaces: fc.oneof({ arbitrary: fc.constantFrom('nobody' as const, 'there' as const), weight: 4 }, session),
      stale: fc.nat(9).map((one) => one === 0),
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ ask: fc.constantFrom('suspend-all', 'subscribe', 'hibernate-all', 'check'), by }), weight: 3 },
);

const endOrTake: fc.Arbitrary<Operation> = fc.record({ ask: fc.constantFrom('end', 'end', 'suspend', 'lock'), by, session });
const save: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ ask: fc.constant('hibernate' as const), by, session, closing: fc.boolean() }),
  fc.record({ ask: fc.constant('hibernate-all' as const), by }),
);
const afterwards = fc.constantFrom('end' as const, 'suspend' as const, 'enter' as const, 'new' as const);
const way = fc.constantFrom<FakeWay>('at-once', 'at-once', 'when-told', 'when-told', 'fails');

/** As it was; that an image is damaged the next life sees at once. */
function expectedAfter(session: Session, { computer }: World): Session {
  const { saved } = session;
  if (saved === null || !computer.damaged().includes(session.id)) return session;
  return { ...session, saved: { ...saved, fault: 'image-damaged' } };
}

function doAtOnce(operations: Operation[]): Step {
  return new Step(`at once: ${JSON.stringify(operations)}`, (world) => world.doAtOnce(operations));
}

const steps: fc.Arbitrary<Step>[] = [
  fc.array(operation, { minLength: 1, maxLength: 4 }).map(doAtOnce),
  // One person at several stations at once, while the session is being ended or taken away.
  fc
    .tuple(fc.array(enter, { minLength: 1, maxLength: 3 }), fc.array(endOrTake, { maxLength: 2 }), fc.boolean())
    .map(([enters, others, first]) => {
      const same = enters.map((one) => Object.assign(one, { person: enters[0]?.person ?? 0 }));
      return doAtOnce(first ? [...others, ...same] : [...same, ...others]);
    }),
  fc.array(operation, { minLength: 1, maxLength: 2 }).map(doAtOnce),
  // Sessions are saved while people come for them and go.
  fc
    .tuple(fc.array(save, { minLength: 1, maxLength: 2 }), fc.array(fc.oneof(enter, endOrTake), { maxLength: 3 }), fc.boolean())
    .map(([saves, others, first]) => doAtOnce(first ? [...saves, ...others] : [...others, ...saves])),
  // Somebody comes back to just this session while it is being saved or restored, and what then may happen to it.
  fc
    .record({
      number: session,
      by,
      station: enter.map((one) => one.station),
      how: way,
      others: fc.array(afterwards, { maxLength: 3 }),
    })
    .map(
      ({ number, by: client, station, how, others }) =>
        new Step(`session ${number} is saved ${how}, entered at ${station} by ${client}, then ${others.join(' and ')}`, (world) =>
          world.comeBack(number, client, station, how, others),
        ),
    ),
  way.map(
    (how) =>
      new Step(`sessions are saved ${how}`, (world) => {
        world.computer.savings = how;
      }),
  ),
  way.map(
    (how) =>
      new Step(`sessions are restored ${how}`, (world) => {
        world.computer.restorings = how;
      }),
  ),
  fc.tuple(session, fc.boolean()).map(
    ([number, well]) =>
      new Step(`session ${number} is saved ${well ? 'well' : 'not'}`, (world) => {
        const id = world.pick(world.computer.beingSaved(), number);
        if (id !== undefined) world.computer.finishSaving(id, well);
      }),
  ),
  session.map(
    (number) =>
      new Step(`image ${number} is damaged`, (world) => {
        const id = world.pick(world.computer.onDisk(), number);
        if (id === undefined) return;
        world.troubled.add(id);
        world.computer.damage(id);
      }),
  ),
  fc.constant(new Step('the plug is pulled', (world) => world.losePower())),
  fc.constantFrom<FakeWay>('at-once', 'at-once', 'when-told', 'fails').map(
    (way) =>
      new Step(`desktops open ${way}`, (world) => {
        world.computer.opening = way;
      }),
  ),
  fc.tuple(session, fc.boolean()).map(
    ([number, well]) =>
      new Step(`desktop ${number} opens ${well ? 'well' : 'not'}`, (world) => {
        const id = world.pick(world.computer.waiting(), number);
        if (id !== undefined) world.computer.finishOpening(id, well);
      }),
  ),
  fc.boolean().map(
    (slow) =>
      new Step(`desktops end ${slow ? 'slowly' : 'at once'}`, (world) => {
        world.computer.slowToEnd = slow;
      }),
  ),
  session.map(
    (number) =>
      new Step(`ending desktop ${number} is gone`, (world) => {
        const id = world.pick(world.computer.askedToEnd(), number);
        if (id !== undefined) world.computer.crash(id, 'signed-out');
      }),
  ),
  session.map(
    (number) =>
      new Step(`desktop ${number} crashes`, (world) => {
        const id = world.pick(world.computer.living(), number)?.session;
        if (id === undefined) return;
        world.mayEnd.add(id);
        world.computer.crash(id, 'x-server-died');
      }),
  ),
  fc.integer({ min: 1, max: 40_000 }).map((ms) => new Step(`${ms} ms pass`, (world) => world.clock.pass(ms))),
  fc.tuple(fc.constantFrom('stopped' as const, 'killed' as const), fc.constantFrom('before', 'well', 'not', 'not')).map(
    ([how, finish]) =>
      new Step(`the host program is ${how}, what was on its way ends ${finish}`, async (world) => {
        const { computer } = world;
        const before = await world.list();
        await world.end(how);
        // With `before` the next life finds it on its way.
        const wasSaved = new Set<string>();
        if (finish !== 'before') {
          for (const id of computer.waiting()) computer.finishOpening(id, finish === 'well');
          for (const id of computer.beingSaved()) {
            computer.finishSaving(id, finish === 'well');
            if (finish === 'well') wasSaved.add(id);
          }
        }
        await world.start();
        const after = new Map((await world.list()).map((session) => [session.id, session]));
        for (const session of before) {
          const now = after.get(session.id);
          if (session.state === 'hibernating') {
            assert.equal(now?.state, wasSaved.has(session.id) ? 'hibernated' : 'suspended', 'it was being saved');
          } else if (session.state === 'restoring') {
            assert.equal(now?.state, finish === 'well' ? 'suspended' : 'hibernated', 'it was being restored');
          } else if (session.state !== 'starting' && session.state !== 'ending') {
            assert.deepEqual(now, expectedAfter(session, world), 'the next life knows it as it was');
          }
        }
      }),
  ),
];

it('holds for every interleaving: no desktop doubled, no station with two sessions, no session lost, no desktop orphaned', async (context) => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.boolean(),
      fc.commands(steps, { maxCommands: mostCommands, size: 'max' }),
      async (multiple, slow, commands) => {
        const world = new World(multiple);
        world.computer.slowToEnd = slow;
        if (slow) world.computer.opening = 'when-told';
        await world.start();
        let ok = false;
        try {
          await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
          ok = true;
        } finally {
          taken += world.steps;
          await world.finish().catch((error: unknown) => {
            if (ok) throw error;
            rmSync(world.folder, { recursive: true, force: true });
          });
        }
      },
    ),
    { numRuns: runs, endOnFailure: false },
  );
  context.diagnostic(`${runs} runs, ${taken} steps`);
});
