import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import type { Session } from '#model/session.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeComputer, FakeDesktops } from './fake-desktops.ts';
import { newIdentity } from './identity.ts';
import { SessionRecords } from './session-record.ts';
import type { SessionRecord } from './session-record.ts';
import { Sessions } from './sessions.ts';
import type { EnterOrder, SessionBounds, SessionRules } from './sessions.ts';

const hour = 3_600_000;

/** Records on a disk that can be full. */
class RecordsOnDisk extends SessionRecords {
  full = false;

  override write(record: SessionRecord): void {
    if (this.full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    super.write(record);
  }
}

/** A computer with people, on which host programs can be started one after the other. */
class Room implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-sessions-'));
  readonly computer = new FakeComputer();
  readonly clock = new FakeClock();
  readonly records = new RecordsOnDisk(this.folder);
  readonly people = new FakeAccounts();
  readonly anna = this.people.add('anna', 'Anna Adams', 'standard', 'a');
  readonly ben = this.people.add('ben', 'Ben Baker', 'standard', 'b');
  readonly stations = [newIdentity(), newIdentity(), newIdentity()] as const;
  readonly logged: { msg: string; from?: string; to?: string }[] = [];
  readonly events: Session[] = [];
  finished = 0;
  bounds: SessionBounds = { mostSessionsPerPerson: 0, mostSessions: 0 };
  /** What sessions were said to have of their own, in order, with their state then. */
  readonly given: Parameters<SessionRules['give']>[0][number][] = [];
  desktops = new FakeDesktops(this.computer);
  sessions = this.#make();

  #make(): Sessions {
    const log = pino({ base: null }, { write: (line: string) => this.logged.push(JSON.parse(line) as never) });
    return new Sessions(this.desktops, this.records, this.clock, log, {
      bounds: () => this.bounds,
      give: (given) => this.given.push(...given),
    });
  }

  async start(): Promise<this> {
    await this.sessions.start();
    this.sessions.on((session) => this.events.push(session));
    return this;
  }

  /** The host program ends and another one starts. */
  async restart(how: 'stopped' | 'killed' = 'stopped'): Promise<void> {
    if (how === 'stopped') this.sessions.stop();
    this.desktops.cutOff();
    this.desktops = new FakeDesktops(this.computer);
    this.sessions = this.#make();
    await this.start();
  }

  order(options: Partial<EnterOrder> = {}): EnterOrder {
    const attempt = {
      answer: () => Promise.reject(new Error('nobody asks')),
      finish: () => {
        this.finished += 1;
      },
    };
    const size = { widthPx: 1280, heightPx: 720 };
    const station = this.stations[0];
    return {
      account: this.anna,
      attempt,
      station,
      choice: 'any',
      multiple: false,
      desktop: 'xfce',
      language: 'fr',
      ...size,
      ...options,
    };
  }

  async enter(options: Partial<EnterOrder> = {}): Promise<Session> {
    return (await this.sessions.enter(this.order(options))).session;
  }

  /** A session of the person's that is on disk. */
  async saved(options: Partial<EnterOrder> = {}): Promise<Session> {
    const { id } = await this.enter(options);
    return await this.sessions.hibernate(id, 'hibernated-by-administrator', { closing: false });
  }

  /** The power is cut, and comes back. */
  async losePower(): Promise<void> {
    this.desktops.cutOff();
    this.computer.pullPlug();
    for (const name of readdirSync(this.folder)) rmSync(join(this.folder, name));
    await this.restart('killed');
  }

  /** What is told of the session, from the oldest on. */
  told(id: string): string[] {
    return this.events.filter((session) => session.id === id).map(({ state, cause }) => `${state} ${cause}`);
  }

  get(id: string): Session | undefined {
    return this.sessions.list().find((session) => session.id === id);
  }

  [Symbol.dispose](): void {
    this.sessions.stop();
    rmSync(this.folder, { recursive: true });
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function coded(code: string, details?: object): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CodedError, String(error));
    assert.equal(error.code, code);
    if (details !== undefined) assert.deepEqual(error.details, details);
    return true;
  };
}

describe('entering', () => {
  it('starts a session for a person who has none, and tells it as starting and then as active', async () => {
    using room = await new Room().start();
    const { session, started } = await room.sessions.enter(room.order());
    assert.equal(started, true);
    assert.deepEqual(
      room.events.map(({ state, station, attachment }) => ({ state, station, attachment })),
      [
        { state: 'starting', station: room.stations[0], attachment: 1 },
        { state: 'active', station: room.stations[0], attachment: 1 },
      ],
    );
    assert.deepEqual(room.sessions.list(), [session]);
    assert.deepEqual(
      room.computer.living().map((order) => [order.account.name, order.widthPx, order.heightPx, order.language]),
      [['anna', 1280, 720, 'fr']],
    );
    assert.equal(room.finished, 1);
  });

  it('continues a suspended session at another station', async () => {
    using room = await new Room().start();
    const first = await room.enter();
    room.sessions.suspend(first.id, 'suspended-by-administrator');
    const { session, started } = await room.sessions.enter(room.order({ station: room.stations[1] }));
    assert.equal(started, false);
    assert.equal(session.id, first.id);
    assert.deepEqual(
      [session.state, session.station, session.attachment, session.cause],
      ['active', room.stations[1], 2, 'signed-in'],
    );
    assert.equal(room.computer.living().length, 1);
    assert.equal(room.finished, 2);
  });

  it('takes a session that is shown elsewhere over, and says that it moved', async () => {
    using room = await new Room().start();
    const first = await room.enter();
    const session = await room.enter({ station: room.stations[1] });
    assert.deepEqual([session.id, session.station, session.cause], [first.id, room.stations[1], 'moved']);
  });

  it('opens a locked session with the password of its person', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.sessions.lock(id);
    assert.equal((await room.enter()).state, 'active');
  });

  it('makes one session of two sign-ins at the same instant: the later one gets it', async () => {
    using room = await new Room().start();
    room.computer.opening = 'when-told';
    const earlier = room.sessions.enter(room.order());
    const later = room.sessions.enter(room.order({ station: room.stations[1] }));
    await assert.rejects(earlier, coded('suspended-meanwhile', { cause: 'moved' }));
    const [session] = room.computer.waiting();
    room.computer.finishOpening(session ?? '', true);
    const answer = await later;
    assert.deepEqual([answer.started, answer.session.station, answer.session.state], [false, room.stations[1], 'active']);
    assert.equal(room.sessions.list().length, 1);
    assert.equal(room.computer.living().length, 1);
    assert.equal(room.finished, 2);
  });

  it('refuses a station where somebody else works, or is awaited, and lets it be taken after that', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    await assert.rejects(room.enter({ account: room.ben }), coded('station-taken'));
    assert.equal(room.computer.living().length, 1);
    room.sessions.suspend(id, 'disconnected');
    room.computer.opening = 'when-told';
    const awaited = room.enter({ account: room.ben });
    await assert.rejects(room.enter(), coded('station-taken'));
    room.computer.finishOpening(room.computer.waiting()[0] ?? '', true);
    assert.equal((await awaited).user, 'ben');
  });

  it('rejects with the reason and leaves nothing when the desktop does not open', async () => {
    using room = await new Room().start();
    room.computer.opening = 'fails';
    await assert.rejects(room.enter(), coded('desktop-failed'));
    assert.deepEqual(room.sessions.list(), []);
    assert.deepEqual(readdirSync(room.folder), []);
    assert.deepEqual(
      room.events.map(({ state, cause }) => [state, cause]),
      [
        ['starting', 'signed-in'],
        ['ended', 'desktop-failed'],
      ],
    );
    assert.equal(room.finished, 1);
  });

  it('refuses the session of somebody else and one that does not exist in the same way', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    const station = room.stations[1];
    await assert.rejects(room.enter({ account: room.ben, station, choice: id }), coded('session-not-found'));
    await assert.rejects(room.enter({ account: room.ben, station, choice: newIdentity() }), coded('session-not-found'));
    const reused = { ...room.ben, uid: room.anna.uid };
    await assert.rejects(room.enter({ account: reused, station, choice: id }), coded('session-not-found'));
  });

  it('starts a further session only where multiple sessions are allowed', async () => {
    using room = await new Room().start();
    const first = await room.enter();
    await assert.rejects(room.enter({ choice: 'new', station: room.stations[1] }), coded('not-possible-now', { sessions: 1 }));
    const second = await room.enter({ choice: 'new', station: room.stations[1], multiple: true });
    assert.notEqual(second.id, first.id);
    assert.equal(room.computer.living().length, 2);
  });

  it('starts no new one on a computer that has as many as it may have, and continues those there are', async () => {
    using room = await new Room().start();
    const [first, second, third] = room.stations;
    const anna = await room.enter();
    room.bounds = { mostSessionsPerPerson: 0, mostSessions: 1 };
    const refused = coded('computer-full', { sessions: 1, most: 1 });
    await assert.rejects(room.enter({ account: room.ben, station: second }), refused);
    room.sessions.suspend(anna.id, 'disconnected');
    await assert.rejects(room.enter({ account: room.ben, station: second }), refused);
    assert.equal((await room.enter({ station: third })).id, anna.id);
    await assert.rejects(room.enter({ station: third, choice: 'new', multiple: true }), refused);
    assert.deepEqual([room.get(anna.id)?.state, room.get(anna.id)?.station], ['active', third], 'it stays where it is');
    assert.equal(room.sessions.list().length, 1);
    assert.equal(room.finished, 5);

    await room.sessions.hibernate(anna.id, 'hibernated-by-administrator', { closing: false });
    const ben = await room.enter({ account: room.ben, station: second });
    assert.equal((await room.enter({ station: first })).id, anna.id, 'a saved one is continued although it is full');
    assert.deepEqual(
      room.sessions.list().map(({ id, state }) => [id, state]),
      [
        [anna.id, 'active'],
        [ben.id, 'active'],
      ],
    );
    room.sessions.suspend(ben.id, 'disconnected');
    await room.restart();
    const carla = room.people.add('carla', 'Carla Cole', 'standard', 'c');
    await assert.rejects(room.enter({ account: carla, station: second }), coded('computer-full', { sessions: 2, most: 1 }));
  });

  it('says what a session has of its own before it starts, and again when it goes on elsewhere', async () => {
    using room = await new Room().start();
    const states: string[] = [];
    room.sessions.on(({ state }) => states.push(`${state} after ${room.given.length}`));
    const { id } = await room.enter({ limits: { sessionProcesses: 500 } });
    room.sessions.suspend(id, 'disconnected');
    await room.enter({ station: room.stations[1] });
    assert.deepEqual(room.given, [
      { session: id, limits: { sessionProcesses: 500 } },
      { session: id, limits: {} },
    ]);
    assert.deepEqual(states, ['starting after 1', 'active after 1', 'suspended after 1', 'active after 2']);
  });

  it('lets the order say how many sessions a person may have there', async () => {
    using room = await new Room().start();
    room.bounds = { mostSessionsPerPerson: 1, mostSessions: 0 };
    await room.enter();
    const further = { choice: 'new', multiple: true } as const;
    await room.enter({ ...further, station: room.stations[1], mostSessionsPerPerson: 2 });
    await assert.rejects(
      room.enter({ ...further, station: room.stations[2], mostSessionsPerPerson: 2 }),
      coded('person-full', { sessions: 2, most: 2 }),
    );
  });

  it('lets only so many in that come at the same instant', async () => {
    using room = await new Room().start();
    room.bounds = { mostSessionsPerPerson: 0, mostSessions: 1 };
    const outcomes = await Promise.allSettled([room.enter(), room.enter({ account: room.ben, station: room.stations[1] })]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
  });

  it('gives one person no more sessions than allowed; suspended and saved ones count, of others none', async () => {
    using room = await new Room().start();
    const [first, second, third] = room.stations;
    room.bounds = { mostSessionsPerPerson: 2, mostSessions: 0 };
    const saved = await room.saved();
    await room.enter({ choice: 'new', station: first, multiple: true });
    await room.enter({ account: room.ben, station: second });
    const another = { choice: 'new', station: third, multiple: true };
    await assert.rejects(room.enter(another), coded('person-full', { sessions: 2, most: 2 }));
    assert.equal((await room.enter({ choice: saved.id, station: third, multiple: true })).id, saved.id);
    room.bounds = { mostSessionsPerPerson: 3, mostSessions: 0 };
    assert.equal((await room.enter(another)).user, 'anna');
  });

  it('never picks one of several sessions by itself', async () => {
    using room = await new Room().start();
    const first = await room.enter();
    await room.enter({ choice: 'new', station: room.stations[1], multiple: true });
    await assert.rejects(room.enter({ station: room.stations[2], multiple: true }), coded('changed-meanwhile', { sessions: 2 }));
    assert.equal((await room.enter({ station: room.stations[2], choice: first.id })).id, first.id);
  });

  it("suspends the person's own other session that is at the station", async () => {
    using room = await new Room().start();
    const first = await room.enter();
    await room.enter({ choice: 'new', multiple: true });
    assert.deepEqual([room.get(first.id)?.state, room.get(first.id)?.cause], ['suspended', 'disconnected']);
  });

  it('waits until the old desktop is gone before it starts a new one', async () => {
    using room = await new Room().start();
    room.computer.slowToEnd = true;
    const first = await room.enter();
    room.sessions.end(first.id, 'signed-out', 0);
    const entering = room.enter();
    const alsoEntering = room.enter({ station: room.stations[1] });
    await settled();
    assert.equal(room.computer.living().length, 1);
    room.computer.crash(first.id, 'signed-out');
    await assert.rejects(entering, coded('suspended-meanwhile'));
    const second = await alsoEntering;
    assert.notEqual(second.id, first.id);
    assert.equal(room.computer.living().length, 1);
  });

  it('does not wait for ever for an old desktop that does not go', async () => {
    using room = await new Room().start();
    room.computer.slowToEnd = true;
    const first = await room.enter();
    room.sessions.end(first.id, 'signed-out', 0);
    const entering = assert.rejects(room.enter(), coded('not-possible-now'));
    room.clock.pass(30_000);
    await entering;
    assert.equal(room.clock.waiting, 0);
  });

  it('starts no second desktop when the session is ended while the person comes in', async () => {
    using room = await new Room().start();
    room.computer.slowToEnd = true;
    const first = await room.enter();
    const entering = room.enter({ station: room.stations[1] });
    room.sessions.end(first.id, 'signed-out', 0);
    room.computer.slowToEnd = false;
    await entering.catch(() => undefined);
    assert.ok(room.computer.living().length <= 1);
  });

  it('lets the next person in where a session is just being ended', async () => {
    using room = await new Room().start();
    room.computer.slowToEnd = true;
    const { id } = await room.enter();
    room.sessions.end(id, 'signed-out', 0);
    assert.equal(room.get(id)?.station, room.stations[0]);
    const other = await room.enter({ account: room.ben });
    assert.equal(other.station, room.stations[0]);
    assert.deepEqual([room.get(id)?.station, room.get(id)?.state], [null, 'ending']);
  });

  it('gives no session without a record: the next life could not find it', async () => {
    using room = await new Room().start();
    room.records.full = true;
    await assert.rejects(room.enter(), coded('disk-full'));
    assert.deepEqual([room.sessions.list(), room.computer.living(), readdirSync(room.folder), room.finished], [[], [], [], 1]);
  });
});

describe('suspending', () => {
  it('takes the session from its station and keeps it running', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    const session = room.sessions.suspend(id, 'suspended-by-administrator');
    assert.deepEqual([session.state, session.station, session.cause], ['suspended', null, 'suspended-by-administrator']);
    assert.equal(room.computer.living().length, 1);
  });

  it('does nothing when the attachment is an older one, or when it is suspended already', async () => {
    using room = await new Room().start();
    const first = await room.enter();
    const moved = await room.enter({ station: room.stations[1] });
    assert.equal(room.sessions.suspend(first.id, 'station-lost', first.attachment), moved);
    const suspended = room.sessions.suspend(first.id, 'station-lost', moved.attachment);
    assert.equal(suspended.state, 'suspended');
    assert.equal(room.sessions.suspend(first.id, 'disconnected'), suspended);
  });

  it('while it starts: who waits is told, the desktop goes on as a suspended one', async () => {
    using room = await new Room().start();
    room.computer.opening = 'when-told';
    const entering = assert.rejects(room.enter(), coded('suspended-meanwhile', { cause: 'suspended-by-administrator' }));
    const [id = ''] = room.computer.waiting();
    assert.deepEqual(room.sessions.suspendAll('suspended-by-administrator'), [{ session: id, user: 'anna', error: null }]);
    await entering;
    assert.deepEqual([room.get(id)?.state, room.get(id)?.station, room.finished], ['starting', null, 0]);
    room.computer.finishOpening(id, true);
    await settled();
    assert.deepEqual([room.get(id)?.state, room.get(id)?.cause, room.finished], ['suspended', 'suspended-by-administrator', 1]);
  });

  it('of all says what became of each that was at a station', async () => {
    using room = await new Room().start();
    room.computer.slowToEnd = true;
    const annas = await room.enter();
    const bens = await room.enter({ account: room.ben, station: room.stations[1] });
    const third = await room.enter({ account: room.ben, station: room.stations[2], choice: 'new', multiple: true });
    room.sessions.suspend(third.id, 'disconnected');
    room.sessions.end(bens.id, 'signed-out', 0);
    const outcomes = room.sessions.suspendAll('suspended-by-administrator');
    assert.deepEqual(
      outcomes.map(({ session, user, error }) => [session, user, error?.code]),
      [
        [annas.id, 'anna', undefined],
        [bens.id, 'ben', 'not-possible-now'],
      ],
    );
    assert.equal(room.get(third.id)?.cause, 'disconnected');
  });

  it('of a session that is being ended is refused, and logged with both states', async () => {
    using room = await new Room().start();
    room.computer.slowToEnd = true;
    const { id } = await room.enter();
    room.sessions.end(id, 'signed-out', 0);
    assert.throws(
      () => room.sessions.suspend(id, 'disconnected'),
      coded('not-possible-now', { state: 'ending', happening: 'suspend' }),
    );
    assert.ok(room.logged.some(({ from, to }) => from === 'ending' && to === 'suspended'));
  });
});

describe('moving', () => {
  const move = (room: Room, id: string, to: 0 | 1 | 2, displaces: string | null = null, attachment?: number): Session =>
    room.sessions.move(id, { station: room.stations[to], displaces, attachment });

  it('brings a session that is shown, or suspended, to another station in one step, and says who is behind it', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    const moved = move(room, id, 1);
    assert.deepEqual(
      [moved.state, moved.station, moved.attachment, moved.cause],
      ['active', room.stations[1], 2, 'moved-by-administrator'],
    );
    assert.deepEqual(room.told(id).slice(-1), ['active moved-by-administrator']);
    room.sessions.suspend(id, 'disconnected');
    const back = move(room, id, 0);
    assert.deepEqual([back.state, back.station, back.attachment], ['active', room.stations[0], 3]);
    assert.deepEqual(room.computer.living().length, 1);
  });

  it('leaves a locked session locked', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.sessions.lock(id);
    assert.deepEqual([move(room, id, 2).state, room.get(id)?.station], ['locked', room.stations[2]]);
    assert.equal(room.sessions.unlock(id, room.anna).state, 'active');
  });

  it('suspends only whom the order names; another one there keeps the station', async () => {
    using room = await new Room().start();
    const anna = await room.enter();
    const ben = await room.enter({ account: room.ben, station: room.stations[1] });
    assert.throws(() => move(room, anna.id, 1), coded('station-taken'));
    assert.throws(() => move(room, anna.id, 1, newIdentity()), coded('station-taken'));
    assert.deepEqual([room.get(anna.id)?.station, room.get(ben.id)?.station], [room.stations[0], room.stations[1]]);
    move(room, anna.id, 1, ben.id);
    assert.deepEqual([room.get(ben.id)?.state, room.get(ben.id)?.station], ['suspended', null]);
    assert.equal(room.get(anna.id)?.station, room.stations[1]);
  });

  it('sends away who is awaited there, too, and is not disturbed by one that just ends', async () => {
    using room = await new Room().start();
    const anna = await room.enter();
    room.computer.opening = 'when-told';
    const awaited = room.enter({ account: room.ben, station: room.stations[1] });
    const [coming] = room.computer.waiting();
    move(room, anna.id, 1, coming ?? '');
    await assert.rejects(awaited, coded('suspended-meanwhile'));
    room.computer.finishOpening(coming ?? '', true);
    await settled();
    assert.equal(room.get(coming ?? '')?.state, 'suspended');
    room.computer.slowToEnd = true;
    room.sessions.end(anna.id, 'signed-out', 0);
    assert.equal(move(room, coming ?? '', 1).station, room.stations[1]);
    assert.deepEqual([room.get(anna.id)?.state, room.get(anna.id)?.station], ['ending', null]);
  });

  it('of two orders on the same attachment takes the first, and tells the second', async () => {
    using room = await new Room().start();
    const { id, attachment } = await room.enter();
    move(room, id, 1, null, attachment);
    assert.throws(() => move(room, id, 2, null, attachment), coded('changed-meanwhile'));
    assert.equal(room.get(id)?.station, room.stations[1]);
    const told = room.events.length;
    assert.equal(move(room, id, 1).attachment, attachment + 1);
    assert.equal(room.events.length, told, 'where it is already, nothing happens');
  });

  it('is refused for what does not run in memory, and while the computer lets nobody in', async () => {
    using room = await new Room().start();
    const saved = await room.saved();
    assert.throws(() => move(room, saved.id, 1), coded('not-possible-now', { state: 'hibernated', happening: 'move' }));
    assert.throws(() => move(room, newIdentity(), 1), coded('session-not-found'));
    const ben = await room.enter({ account: room.ben });
    room.sessions.refuseEntering(new CodedError('computer-leaving'));
    assert.throws(() => move(room, ben.id, 1), coded('computer-leaving'));
    assert.equal(room.get(ben.id)?.station, room.stations[0]);
  });

  it('makes an older grace time stale: the station that vanished suspends nothing any more', async () => {
    using room = await new Room().start();
    const { id, attachment } = await room.enter();
    move(room, id, 1);
    room.sessions.suspend(id, 'station-lost', attachment);
    assert.equal(room.get(id)?.state, 'active');
  });

  it('takes the countdown of a log-off along, with who asked for it, also into the next life of the host program', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    const { endsAt } = room.sessions.end(id, 'logged-off-by-administrator', 60_000, 'maria');
    move(room, id, 1);
    assert.deepEqual([room.get(id)?.endsAt, room.get(id)?.endsBy], [endsAt, 'maria']);
    await room.restart('killed');
    assert.deepEqual([room.get(id)?.station, room.get(id)?.endsBy], [room.stations[1], 'maria']);
    assert.deepEqual([room.sessions.keep(id).endsAt, room.get(id)?.endsBy], [null, '']);
  });
});

describe('looking for unsaved work', () => {
  it('says what windows say, of those that run; those that are no more are left out', async () => {
    using room = await new Room().start();
    const anna = await room.enter();
    const ben = await room.saved({ account: room.ben, station: room.stations[1] });
    const unsaved = [{ program: 'Mousepad', title: '*Letter' }];
    room.computer.unsaved.set('anna', unsaved);
    assert.deepEqual(await room.sessions.unsaved([anna.id, ben.id, newIdentity(), anna.id]), [
      { session: anna.id, user: 'anna', looked: true, unsaved, silent: ['Terminal'] },
      { session: ben.id, user: 'ben', looked: false, unsaved: [], silent: [] },
    ]);
    room.computer.unsaved.set('anna', null);
    const [unknown] = await room.sessions.unsaved([anna.id]);
    assert.deepEqual([unknown?.looked, unknown?.unsaved], [false, []]);
  });

  it('is over before the session is saved, and a session that is being saved is not looked at', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    const asked = Promise.withResolvers<void>();
    room.computer.beforeLooking = asked.promise;
    room.computer.savings = 'when-told';
    const looking = room.sessions.unsaved([id]);
    await settled();
    const saving = room.sessions.hibernate(id, 'hibernated-by-administrator', { closing: false });
    await settled();
    assert.deepEqual([room.get(id)?.state, room.computer.beingSaved()], ['hibernating', []]);
    const [meanwhile] = await room.sessions.unsaved([id]);
    assert.equal(meanwhile?.looked, false);
    asked.resolve();
    assert.equal((await looking)[0]?.looked, true);
    await settled();
    assert.deepEqual(room.computer.beingSaved(), [id]);
    room.computer.finishSaving(id, true);
    assert.equal((await saving).state, 'hibernated');
  });
});

describe('locking', () => {
  it('keeps the station; the password of its own person opens it', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    assert.deepEqual([room.sessions.lock(id).state, room.get(id)?.station], ['locked', room.stations[0]]);
    assert.throws(() => room.sessions.lock(id), coded('not-possible-now'));
    assert.throws(() => room.sessions.unlock(id, room.ben), coded('not-allowed'));
    assert.equal(room.sessions.unlock(id, room.anna).state, 'active');
    assert.throws(() => room.sessions.unlock(id, room.anna), coded('not-possible-now'));
  });

  it('of a suspended session is refused', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.sessions.suspend(id, 'disconnected');
    assert.throws(() => room.sessions.lock(id), coded('not-possible-now', { state: 'suspended', happening: 'lock' }));
  });
});

describe('ending', () => {
  it('at once ends the desktop, keeps the cause and removes the record', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    assert.equal(room.sessions.end(id, 'signed-out', 0).state, 'ending');
    await settled();
    assert.deepEqual(
      [room.events.at(-1)?.state, room.events.at(-1)?.cause, room.events.at(-1)?.station],
      ['ended', 'signed-out', null],
    );
    assert.deepEqual([room.sessions.list(), room.computer.living(), readdirSync(room.folder)], [[], [], []]);
    assert.throws(() => room.sessions.suspend(id, 'disconnected'), coded('session-not-found'));
  });

  it('with a countdown happens when that is over, suspended or not', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    const warned = room.sessions.end(id, 'logged-off-by-administrator', 30_000);
    assert.deepEqual([warned.state, warned.endsAt], ['active', room.clock.wallMs() + 30_000]);
    room.sessions.suspend(id, 'disconnected');
    room.clock.pass(29_999);
    assert.equal(room.get(id)?.state, 'suspended');
    room.clock.pass(1);
    assert.deepEqual(
      [room.get(id)?.state, room.get(id)?.cause, room.get(id)?.endsAt],
      ['ending', 'logged-off-by-administrator', null],
    );
    await settled();
    assert.deepEqual(room.sessions.list(), []);
    assert.equal(room.clock.waiting, 0);
  });

  it('can be announced anew for another time, and taken back', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.sessions.end(id, 'logged-off-by-administrator', 30_000);
    room.sessions.end(id, 'logged-off-by-administrator', 60_000);
    room.clock.pass(59_000);
    assert.equal(room.sessions.keep(id).endsAt, null);
    room.clock.pass(hour);
    assert.equal(room.get(id)?.state, 'active');
    assert.equal(room.clock.waiting, 0);
    room.computer.slowToEnd = true;
    room.sessions.end(id, 'signed-out', 0);
    assert.throws(() => room.sessions.keep(id), coded('not-possible-now'));
    assert.equal(room.sessions.end(id, 'logged-off-by-administrator', 60_000).cause, 'signed-out');
  });

  it('is neither later nor earlier when somebody sets the clock', async () => {
    for (const jump of [-hour, hour]) {
      using room = await new Room().start();
      const { id } = await room.enter();
      room.sessions.end(id, 'logged-off-by-administrator', 30_000);
      room.clock.setWall(room.clock.wallMs() + jump);
      await room.restart('killed');
      assert.equal(room.get(id)?.endsAt, room.clock.wallMs() + 30_000);
      room.clock.setWall(room.clock.wallMs() + jump);
      room.clock.pass(29_999);
      assert.equal(room.get(id)?.state, 'active');
      room.clock.pass(1);
      assert.equal(room.get(id)?.state, 'ending');
    }
  });

  it('while it starts ends the desktop as soon as it is open; who waits is told', async () => {
    using room = await new Room().start();
    room.computer.opening = 'when-told';
    const entering = assert.rejects(room.enter(), coded('ended-meanwhile', { cause: 'logged-off-by-administrator' }));
    const [id = ''] = room.computer.waiting();
    room.sessions.end(id, 'logged-off-by-administrator', 0);
    await entering;
    assert.equal(room.get(id)?.state, 'ending');
    room.computer.finishOpening(id, true);
    await settled();
    assert.deepEqual([room.sessions.list(), room.computer.living()], [[], []]);
    assert.deepEqual([room.events.at(-1)?.state, room.events.at(-1)?.cause], ['ended', 'logged-off-by-administrator']);
  });

  it('is said with its own reason when the desktop ends by itself', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.sessions.end(id, 'logged-off-by-administrator', 30_000);
    room.computer.crash(id, 'x-server-died');
    await settled();
    assert.deepEqual([room.events.at(-1)?.state, room.events.at(-1)?.cause], ['ended', 'x-server-died']);
    assert.equal(room.clock.waiting, 0);
  });
});

describe('a new life of the host program', () => {
  for (const how of ['stopped', 'killed'] as const) {
    it(`finds every session as it was after the old one was ${how}`, async () => {
      using room = await new Room().start();
      const active = await room.enter();
      const locked = await room.enter({ account: room.ben, station: room.stations[1] });
      const suspended = await room.enter({ account: room.ben, station: room.stations[2], choice: 'new', multiple: true });
      room.sessions.lock(locked.id);
      room.sessions.suspend(suspended.id, 'disconnected');
      room.sessions.end(active.id, 'logged-off-by-administrator', 30_000);
      const before = room.sessions.list();
      await room.restart(how);
      const byId = (a: Session, b: Session): number => a.id.localeCompare(b.id);
      assert.deepEqual(room.sessions.list().toSorted(byId), before.toSorted(byId));
      room.clock.pass(30_000);
      await settled();
      assert.equal(room.get(active.id), undefined);
      room.computer.crash(locked.id, 'x-server-died');
      await settled();
      assert.equal(room.get(locked.id), undefined);
    });
  }

  it('forgets those that ended meanwhile', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.desktops.cutOff();
    room.computer.crash(id, 'desktop-ended');
    await room.restart();
    assert.deepEqual([room.sessions.list(), readdirSync(room.folder)], [[], []]);
  });

  it('makes a suspended session of a desktop that was starting and lives', async () => {
    using room = await new Room().start();
    room.computer.opening = 'when-told';
    const entering = assert.rejects(room.enter(), coded('computer-unreachable'));
    const [id = ''] = room.computer.waiting();
    room.desktops.cutOff();
    room.sessions.stop();
    await entering;
    room.computer.finishOpening(id, true);
    await room.restart();
    assert.deepEqual([room.get(id)?.state, room.get(id)?.station], ['suspended', null]);
  });

  it('goes on ending what was being ended', async () => {
    using room = await new Room().start();
    room.computer.slowToEnd = true;
    const { id } = await room.enter();
    room.sessions.end(id, 'signed-out', 0);
    room.computer.slowToEnd = false;
    await room.restart('killed');
    await settled();
    assert.deepEqual([room.sessions.list(), room.computer.living(), readdirSync(room.folder)], [[], [], []]);
  });

  it('ends a desktop that belongs to nobody, and is not disturbed by a record that is garbage', async () => {
    using room = await new Room().start();
    const good = await room.enter();
    const bad = await room.enter({ account: room.ben, station: room.stations[1] });
    writeFileSync(join(room.folder, `${bad.id}.json`), '{"version":1,"session":{"id":');
    mkdirSync(join(room.folder, 'not-a-session'));
    await room.restart('killed');
    assert.deepEqual(
      room.sessions.list().map(({ id }) => id),
      [good.id],
    );
    assert.deepEqual(
      room.computer.living().map(({ session }) => session),
      [good.id],
    );
    assert.deepEqual(readdirSync(room.folder).toSorted(), [`${good.id}.json`, 'not-a-session'].toSorted());
  });
});

describe('a full disk', () => {
  it('does not hold up a session; its state is recorded as soon as there is space', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.records.full = true;
    assert.equal(room.sessions.suspend(id, 'disconnected').state, 'suspended');
    const recorded = (): unknown =>
      (JSON.parse(readFileSync(join(room.folder, `${id}.json`), 'utf8')) as SessionRecord).session.state;
    assert.equal(recorded(), 'active');
    room.clock.pass(2_000);
    assert.equal(recorded(), 'active');
    room.records.full = false;
    room.clock.pass(2_000);
    assert.equal(recorded(), 'suspended');
    assert.deepEqual(readdirSync(room.folder), [`${id}.json`]);
    assert.equal(room.clock.waiting, 0);
  });

  it('makes old records, in which two sessions are at one station, give it to the one that came last', async () => {
    using room = await new Room().start();
    const first = await room.enter();
    room.records.full = true;
    room.sessions.suspend(first.id, 'disconnected');
    room.records.full = false;
    room.clock.pass(1);
    const second = await room.enter({ account: room.ben });
    await room.restart('killed');
    assert.deepEqual([room.get(first.id)?.state, room.get(first.id)?.station], ['suspended', null]);
    assert.deepEqual([room.get(second.id)?.state, room.get(second.id)?.station], ['active', room.stations[0]]);
  });
});

describe('hibernating', () => {
  it('saves a suspended session: it is on disk, out of memory, and told so', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.sessions.suspend(id, 'disconnected');
    const session = await room.sessions.hibernate(id, 'suspended-too-long', { closing: false });
    assert.deepEqual([session.state, session.cause, session.station], ['hibernated', 'suspended-too-long', null]);
    assert.deepEqual(session.saved, { at: 1, bytes: 1_000_000, programs: ['Text Editor', 'Terminal'], fault: null });
    assert.deepEqual([room.computer.living(), room.computer.onDisk()], [[], [id]]);
    assert.deepEqual(room.told(id).slice(2), [
      'suspended disconnected',
      'hibernating suspended-too-long',
      'hibernated suspended-too-long',
    ]);
    assert.equal(await room.sessions.hibernate(id, 'memory-short', { closing: false }), session);
  });

  it('suspends one that is at a station, or locked there, before', async () => {
    for (const locked of [false, true]) {
      using room = await new Room().start();
      const { id } = await room.enter();
      if (locked) room.sessions.lock(id);
      await room.sessions.hibernate(id, 'hibernated-by-administrator', { closing: false });
      const states = room.told(id).map((line) => line.split(' ')[0]);
      assert.deepEqual(states.slice(locked ? 3 : 2), ['suspended', 'hibernating', 'hibernated']);
      assert.equal((await room.enter({ account: room.ben })).station, room.stations[0]);
    }
  });

  it('is refused while a session starts, is restored, ends or is lost', async () => {
    using room = await new Room().start();
    const refused = async (id: string, state: string): Promise<void> => {
      assert.equal(room.get(id)?.state, state);
      const details = { state, happening: 'hibernate' };
      await assert.rejects(room.sessions.hibernate(id, 'memory-short', { closing: false }), coded('not-possible-now', details));
      assert.equal(room.get(id)?.state, state);
    };
    const lost = await room.enter();
    await room.losePower();
    await refused(lost.id, 'lost');
    room.computer.opening = 'when-told';
    const entering = room.enter();
    const [id = ''] = room.computer.waiting();
    await refused(id, 'starting');
    room.computer.finishOpening(id, true);
    await entering;
    await room.sessions.hibernate(id, 'memory-short', { closing: false });
    room.computer.restorings = 'when-told';
    const restored = room.enter();
    await refused(id, 'restoring');
    room.computer.finishOpening(id, true);
    await restored;
    room.computer.slowToEnd = true;
    room.sessions.end(id, 'signed-out', 0);
    await refused(id, 'ending');
  });

  it('that fails leaves it running, says so, and who comes gets it as if nothing had happened', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.computer.savings = 'fails';
    await assert.rejects(room.sessions.hibernate(id, 'memory-short', { closing: false }), coded('save-failed'));
    assert.deepEqual([room.get(id)?.state, room.get(id)?.cause, room.get(id)?.saved], ['suspended', 'not-saved', null]);
    assert.deepEqual([room.computer.living().length, room.computer.onDisk()], [1, []]);
    assert.deepEqual([(await room.enter()).id, room.finished], [id, 2]);
    room.computer.savings = 'at-once';
    assert.equal((await room.sessions.hibernate(id, 'memory-short', { closing: false })).state, 'hibernated');
  });

  it('ordered twice is done once, and both hear how it went', async () => {
    for (const well of [true, false]) {
      using room = await new Room().start();
      const { id } = await room.enter();
      room.computer.savings = 'when-told';
      const orders = [1, 2].map(() => room.sessions.hibernate(id, 'memory-short', { closing: false }));
      const outcomes = Promise.allSettled(orders);
      await settled();
      assert.deepEqual([room.get(id)?.state, room.computer.beingSaved()], ['hibernating', [id]]);
      room.computer.finishSaving(id, well);
      const statuses = (await outcomes).map(({ status }) => status);
      assert.deepEqual(statuses, well ? ['fulfilled', 'fulfilled'] : ['rejected', 'rejected']);
      assert.equal(room.told(id).filter((line) => line.startsWith('hibernating')).length, 1);
    }
  });

  it('says of every session of the computer what became of it', async () => {
    using room = await new Room().start();
    const annas = await room.enter();
    const bens = await room.enter({ account: room.ben, station: room.stations[1] });
    const atStation = await room.enter({ account: room.ben, station: room.stations[2], choice: 'new', multiple: true });
    room.sessions.suspend(annas.id, 'disconnected');
    room.sessions.suspend(bens.id, 'disconnected');
    room.computer.savings = 'when-told';
    const saving = room.sessions.hibernateAll('computer-restarting', { closing: true });
    await settled();
    room.computer.finishSaving(annas.id, true);
    await settled();
    room.computer.finishSaving(bens.id, false);
    const outcomes = (await saving).map(({ session, user, error }) => [session, user, error?.code]);
    assert.deepEqual(outcomes, [
      [annas.id, 'anna', undefined],
      [bens.id, 'ben', 'save-failed'],
    ]);
    assert.deepEqual([room.get(annas.id)?.state, room.get(bens.id)?.state], ['hibernated', 'suspended']);
    assert.equal(room.get(atStation.id)?.state, 'active');
  });

  it('of many saves as many side by side as there are processors, and the others after them', async () => {
    using room = await new Room().start();
    const many = availableParallelism() + 2;
    const ids: string[] = [];
    for (let count = 0; count < many; count += 1) {
      const { id } = await room.enter({ choice: 'new', multiple: true });
      room.sessions.suspend(id, 'disconnected');
      ids.push(id);
    }
    room.computer.savings = 'when-told';
    const saving = room.sessions.hibernateAll('computer-restarting', { closing: false });
    for (let saved = 0; saved < many; saved += 1) {
      await settled();
      const beingSaved = room.computer.beingSaved();
      assert.equal(beingSaved.length, Math.min(availableParallelism(), many - saved));
      room.computer.finishSaving(beingSaved[0] ?? '', true);
    }
    assert.deepEqual(
      (await saving).map(({ error }) => error),
      ids.map(() => null),
    );
    assert.deepEqual(room.computer.onDisk().toSorted(), ids.toSorted());
  });

  it('is called off for who signs in while the session only waits for its turn', async () => {
    using room = await new Room().start();
    room.computer.savings = 'when-told';
    for (let count = 0; count < availableParallelism(); count += 1) {
      const { id } = await room.enter({ account: room.ben, station: room.stations[1], choice: 'new', multiple: true });
      void room.sessions.hibernate(id, 'memory-short', { closing: false });
    }
    const { id } = await room.enter();
    const saving = room.sessions.hibernate(id, 'memory-short', { closing: false });
    saving.catch(() => undefined);
    await settled();
    assert.equal(room.get(id)?.state, 'hibernating');
    const session = await room.enter({ station: room.stations[2] });
    assert.deepEqual([session.id, session.state], [id, 'active']);
    for (const other of room.computer.beingSaved()) room.computer.finishSaving(other, true);
    await assert.rejects(saving, coded('changed-meanwhile'));
    assert.equal(room.get(id)?.state, 'active');
    const again = room.sessions.hibernate(id, 'memory-short', { closing: false });
    await settled();
    room.computer.finishSaving(id, true);
    assert.equal((await again).state, 'hibernated');
  });

  it('lets go of a session that crashes or is signed out before it is its turn', async () => {
    for (const how of ['crash', 'sign-out'] as const) {
      using room = await new Room().start();
      room.computer.savings = 'when-told';
      const before: Promise<unknown>[] = [];
      for (let count = 0; count < availableParallelism(); count += 1) {
        const { id } = await room.enter({ account: room.ben, station: room.stations[1], choice: 'new', multiple: true });
        before.push(room.sessions.hibernate(id, 'memory-short', { closing: false }));
      }
      const { id } = await room.enter();
      const hibernating = assert.rejects(
        room.sessions.hibernate(id, 'memory-short', { closing: false }),
        coded('ended-meanwhile'),
      );
      await settled();
      assert.deepEqual([room.get(id)?.state, room.computer.beingSaved().includes(id)], ['hibernating', false]);
      if (how === 'crash') room.computer.crash(id, 'x-server-died');
      else room.sessions.end(id, 'signed-out', 0);
      for (const one of room.computer.beingSaved()) room.computer.finishSaving(one, true);
      await Promise.all([hibernating, ...before]);
      await settled();
      assert.equal(room.get(id), undefined);
      assert.ok(room.computer.living().every(({ session }) => session !== id));
      assert.ok(!room.computer.onDisk().includes(id));
    }
  });
});

describe('coming back to a session that is being saved', () => {
  /** Anna's, while it is being saved, and she is back at the second station. */
  async function awaited(room: Room): Promise<{ id: string; saving: Promise<Session>; entering: Promise<Session> }> {
    const { id } = await room.enter();
    room.computer.savings = 'when-told';
    const saving = room.sessions.hibernate(id, 'suspended-too-long', { closing: false });
    await settled();
    const entering = room.enter({ station: room.stations[1] });
    assert.deepEqual([room.get(id)?.state, room.get(id)?.station], ['hibernating', room.stations[1]]);
    return { id, saving, entering };
  }

  it('gives it back from disk', async () => {
    using room = await new Room().start();
    const { id, saving, entering } = await awaited(room);
    room.computer.finishSaving(id, true);
    const session = await entering;
    assert.deepEqual([session.id, session.state, session.station], [id, 'active', room.stations[1]]);
    assert.deepEqual([session.cause, session.saved, session.attachment], ['restored', null, 2]);
    await saving;
    assert.deepEqual([room.computer.living().length, room.computer.onDisk(), room.finished], [1, [], 2]);
  });

  it('gives it from memory if it could not be saved', async () => {
    using room = await new Room().start();
    const { id, saving, entering } = await awaited(room);
    room.computer.finishSaving(id, false);
    await assert.rejects(saving, coded('save-failed'));
    const session = await entering;
    assert.deepEqual([session.id, session.state, session.station], [id, 'active', room.stations[1]]);
    assert.deepEqual([room.computer.living().length, room.computer.onDisk(), room.finished], [1, [], 2]);
  });

  it('gives it to the later of two who come', async () => {
    using room = await new Room().start();
    const { id, saving, entering } = await awaited(room);
    const earlier = assert.rejects(entering, coded('suspended-meanwhile', { cause: 'moved' }));
    const later = room.enter({ station: room.stations[2] });
    await earlier;
    room.computer.finishSaving(id, true);
    assert.equal((await later).station, room.stations[2]);
    await saving;
    assert.deepEqual([room.computer.living().length, room.finished], [1, 3]);
  });

  it('leaves it on disk when the person is sent away again', async () => {
    using room = await new Room().start();
    const { id, saving, entering } = await awaited(room);
    const away = assert.rejects(entering, coded('suspended-meanwhile', { cause: 'computer-restarting' }));
    room.sessions.suspendAll('computer-restarting');
    await away;
    room.computer.finishSaving(id, true);
    assert.equal((await saving).state, 'hibernated');
    assert.deepEqual([room.computer.living(), room.computer.onDisk(), room.finished], [[], [id], 2]);
  });

  for (const well of [true, false]) {
    it(`leaves nothing when it is signed out meanwhile and saving ${well ? 'succeeds' : 'fails'}`, async () => {
      using room = await new Room().start();
      const { id, saving, entering } = await awaited(room);
      const away = assert.rejects(entering, coded('ended-meanwhile', { cause: 'signed-out' }));
      const unsaved = assert.rejects(saving, coded(well ? 'ended-meanwhile' : 'save-failed'));
      room.sessions.end(id, 'signed-out', 0);
      await away;
      assert.equal(room.get(id)?.state, 'ending');
      room.computer.finishSaving(id, well);
      await unsaved;
      await settled();
      assert.deepEqual([room.sessions.list(), room.computer.found(), readdirSync(room.folder)], [[], [], []]);
      assert.deepEqual([room.told(id).at(-1), room.finished], ['ended signed-out', 2]);
    });
  }

  it('is told that it has ended when its desktop crashes meanwhile', async () => {
    using room = await new Room().start();
    const { id, saving, entering } = await awaited(room);
    const unsaved = assert.rejects(saving);
    // Who waits may have it for an instant, but never for ever.
    const answered = entering.catch(() => undefined);
    room.computer.crash(id, 'x-server-died');
    await Promise.all([unsaved, answered]);
    await settled();
    assert.deepEqual([room.sessions.list(), room.computer.found(), room.finished], [[], [], 2]);
  });

  it('waits no longer when the host program stops', async () => {
    using room = await new Room().start();
    const { entering } = await awaited(room);
    const unreachable = assert.rejects(entering, coded('computer-unreachable'));
    room.sessions.stop();
    await unreachable;
    assert.equal(room.finished, 2);
  });
});

describe('restoring', () => {
  it('is just signing in: the session comes to the station, once', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    assert.deepEqual(
      room.sessions.resumable(room.anna).map((session) => session.id),
      [id],
    );
    const { session, started } = await room.sessions.enter(room.order({ station: room.stations[1] }));
    assert.deepEqual([session.id, started, session.state, session.cause, session.saved], [id, false, 'active', 'restored', null]);
    assert.deepEqual([session.station, session.attachment], [room.stations[1], 2]);
    assert.deepEqual([room.computer.living().length, room.computer.onDisk(), room.finished], [1, [], 2]);
  });

  it('holds the station, and gives the session to the later of two who come', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    room.computer.restorings = 'when-told';
    const earlier = assert.rejects(room.enter(), coded('suspended-meanwhile', { cause: 'moved' }));
    assert.deepEqual([room.get(id)?.state, room.get(id)?.station], ['restoring', room.stations[0]]);
    await assert.rejects(room.enter({ account: room.ben }), coded('station-taken'));
    const later = room.enter({ station: room.stations[1] });
    await earlier;
    room.computer.finishOpening(id, true);
    assert.equal((await later).station, room.stations[1]);
    assert.deepEqual([room.computer.living().length, room.computer.doubled, room.finished], [1, [], 4]);
  });

  it('goes on without anybody when the person is suspended meanwhile', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    room.computer.restorings = 'when-told';
    const entering = assert.rejects(room.enter(), coded('suspended-meanwhile', { cause: 'suspended-by-administrator' }));
    room.sessions.suspend(id, 'suspended-by-administrator');
    await entering;
    room.computer.finishOpening(id, true);
    await settled();
    assert.deepEqual([room.get(id)?.state, room.get(id)?.saved, room.finished], ['suspended', null, 2]);
  });

  it('that fails keeps it saved with the reason, says what was open, and can be tried again', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    room.computer.restorings = 'fails';
    await assert.rejects(room.enter(), coded('restore-failed', { programs: 'Text Editor, Terminal' }));
    const kept = room.get(id);
    assert.deepEqual([kept?.state, kept?.cause, kept?.station], ['hibernated', 'not-restored', null]);
    assert.equal(kept?.saved?.fault, 'restore-failed');
    assert.deepEqual([room.computer.living(), room.computer.onDisk(), room.finished], [[], [id], 2]);
    room.computer.restorings = 'at-once';
    const session = await room.enter();
    assert.deepEqual([session.id, session.saved], [id, null]);
  });

  it('that failed lets the person begin a new session by choice, but not while it is tried again', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    await assert.rejects(room.enter({ choice: 'new' }), coded('not-possible-now', { sessions: 1 }));
    room.computer.restorings = 'fails';
    await assert.rejects(room.enter(), coded('restore-failed'));
    room.computer.restorings = 'when-told';
    const again = assert.rejects(room.enter(), coded('restore-failed'));
    const station = room.stations[1];
    await assert.rejects(room.enter({ choice: 'new', station }), coded('not-possible-now', { sessions: 1 }));
    room.computer.finishOpening(id, false);
    await again;
    const fresh = await room.enter({ choice: 'new', station });
    assert.notEqual(fresh.id, id);
    assert.deepEqual([room.get(id)?.state, room.computer.onDisk()], ['hibernated', [id]]);
    await assert.rejects(room.enter(), coded('changed-meanwhile', { sessions: 2 }));
  });

  it('that failed does not let a new session begin while another one of the person is still being ended', async () => {
    using room = await new Room().start();
    await room.saved();
    room.computer.restorings = 'fails';
    await assert.rejects(room.enter(), coded('restore-failed'));
    room.computer.slowToEnd = true;
    const second = await room.enter({ choice: 'new' });
    room.sessions.end(second.id, 'signed-out', 0);
    const entering = room.enter({ choice: 'new' });
    await settled();
    assert.equal(room.computer.living().length, 1);
    room.computer.crash(second.id, 'signed-out');
    assert.equal((await entering).state, 'active');
    assert.equal(room.computer.living().length, 1);
  });

  it('of a damaged image is refused, and it is not offered again; the person begins a new session', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    room.computer.damage(id);
    await assert.rejects(room.enter(), coded('image-damaged', { programs: 'Text Editor, Terminal' }));
    assert.deepEqual(room.sessions.resumable(room.anna), []);
    await assert.rejects(room.enter({ choice: id }), coded('not-possible-now'));
    const fresh = await room.enter();
    assert.notEqual(fresh.id, id);
    assert.deepEqual([room.get(id)?.state, room.get(id)?.saved?.fault], ['hibernated', 'image-damaged']);
    await room.restart();
    assert.deepEqual([room.get(id)?.state, room.get(id)?.saved?.fault], ['hibernated', 'image-damaged']);
  });

  for (const well of [true, false]) {
    it(`of a session that is signed out meanwhile leaves nothing, whether it ${well ? 'succeeds' : 'fails'}`, async () => {
      using room = await new Room().start();
      const { id } = await room.saved();
      room.computer.restorings = 'when-told';
      const entering = assert.rejects(room.enter(), coded('ended-meanwhile', { cause: 'signed-out' }));
      room.sessions.end(id, 'signed-out', 0);
      await entering;
      room.computer.finishOpening(id, well);
      await settled();
      assert.deepEqual([room.sessions.list(), room.computer.found(), readdirSync(room.folder)], [[], [], []]);
      assert.deepEqual([room.told(id).at(-1), room.finished], ['ended signed-out', 2]);
    });
  }
});

describe('a saved session', () => {
  it('is removed from disk when it ends, at once or after a countdown', async () => {
    for (const afterMs of [0, 30_000]) {
      using room = await new Room().start();
      const { id } = await room.saved();
      room.sessions.end(id, 'saved-too-long', afterMs);
      room.clock.pass(afterMs);
      await settled();
      assert.deepEqual([room.sessions.list(), room.computer.found(), readdirSync(room.folder)], [[], [], []]);
      assert.equal(room.told(id).at(-1), 'ended saved-too-long');
    }
  });

  it('takes the countdown of its log-off with it to the disk, and to the next life of the host program', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.sessions.end(id, 'logged-off-by-administrator', 30_000);
    await room.sessions.hibernate(id, 'hibernated-by-administrator', { closing: false });
    await room.restart('killed');
    assert.deepEqual([room.get(id)?.state, room.get(id)?.endsAt], ['hibernated', room.clock.wallMs() + 30_000]);
    room.clock.pass(30_000);
    await settled();
    assert.deepEqual([room.sessions.list(), room.computer.found()], [[], []]);
  });

  it('belongs to its person only', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    await assert.rejects(room.enter({ account: room.ben, choice: id }), coded('session-not-found'));
    const reused = { ...room.anna, uid: room.ben.uid };
    await assert.rejects(room.enter({ account: reused, choice: id }), coded('session-not-found'));
    assert.notEqual((await room.enter({ account: reused })).id, id);
    assert.equal(room.get(id)?.state, 'hibernated');
  });

  it('is not lost with the power', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    await room.losePower();
    assert.deepEqual([room.get(id)?.state, room.get(id)?.user, room.get(id)?.saved?.fault], ['hibernated', 'anna', null]);
    assert.equal((await room.enter()).id, id);
  });
});

describe('a session that was lost with the power', () => {
  it('is listed with what was open, does not stand in the way of a new one, and goes when it is dismissed', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    await room.losePower();
    const lost = room.get(id);
    assert.deepEqual([lost?.state, lost?.cause, lost?.station, lost?.user], ['lost', 'power-lost', null, 'anna']);
    assert.deepEqual(lost?.saved?.programs, ['Text Editor', 'Terminal']);
    assert.deepEqual(room.sessions.resumable(room.anna), []);
    await assert.rejects(room.enter({ choice: id }), coded('not-possible-now'));
    const fresh = await room.enter({ choice: 'new' });
    assert.notEqual(fresh.id, id);
    assert.throws(() => room.sessions.suspend(id, 'disconnected') && room.sessions.lock(id), coded('not-possible-now'));
    assert.equal(room.sessions.end(id, 'dismissed', 0).state, 'ending');
    await settled();
    assert.deepEqual([room.get(id), room.told(id).at(-1)], [undefined, 'ended dismissed']);
    await room.restart();
    assert.deepEqual(
      room.sessions.list().map((session) => session.id),
      [fresh.id],
    );
  });

  it('says why where that is known, and only of a lost one', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.sessions.explainLost(id, 'computer-restarting', 'disk-full');
    assert.deepEqual([room.get(id)?.cause, room.get(id)?.saved], ['signed-in', null]);
    await room.losePower();
    const before = room.told(id).length;
    room.sessions.explainLost(id, 'computer-restarting', 'disk-full');
    const lost = room.get(id);
    assert.deepEqual([lost?.state, lost?.cause, lost?.saved?.fault], ['lost', 'computer-restarting', 'disk-full']);
    assert.deepEqual(lost?.saved?.programs, ['Text Editor', 'Terminal']);
    assert.deepEqual(room.told(id).slice(before), ['lost computer-restarting']);
    room.sessions.explainLost('aaaaaaaaaaaaaaaa', 'computer-restarting', null);
  });

  it('stays listed until then, however often host and computer begin anew', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    await room.losePower();
    const lost = room.get(id);
    await room.restart('killed');
    assert.deepEqual(room.get(id), lost);
    await room.losePower();
    assert.equal(room.get(id)?.state, 'lost');
  });

  it('is known too if it was on its way when the host program began anew', async () => {
    using room = await new Room().start();
    room.computer.opening = 'when-told';
    const entering = assert.rejects(room.enter(), coded('computer-unreachable'));
    const [id = ''] = room.computer.waiting();
    room.desktops.cutOff();
    room.sessions.stop();
    await entering;
    room.computer.finishOpening(id, true);
    await room.restart();
    await room.losePower();
    assert.equal(room.get(id)?.state, 'lost');
  });
});

describe('a computer that lets nobody in', () => {
  it('refuses everybody until it does again', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    room.sessions.refuseEntering(new CodedError('computer-leaving'));
    await assert.rejects(room.enter(), coded('computer-leaving'));
    await assert.rejects(room.enter({ account: room.ben }), coded('computer-leaving'));
    assert.deepEqual([room.get(id)?.state, room.sessions.list().length, room.finished], ['hibernated', 1, 3]);
    room.sessions.refuseEntering(null);
    assert.equal((await room.enter()).id, id);
  });

  it('refuses who has been waiting for an old desktop to be gone as well', async () => {
    using room = await new Room().start();
    room.computer.slowToEnd = true;
    const { id } = await room.enter();
    room.sessions.end(id, 'signed-out', 0);
    const entering = assert.rejects(room.enter(), coded('computer-leaving'));
    await settled();
    room.sessions.refuseEntering(new CodedError('computer-leaving'));
    room.computer.crash(id, 'signed-out');
    await entering;
    assert.deepEqual([room.sessions.list(), room.computer.found(), room.finished], [[], [], 2]);
  });
});

describe('the check before saving', () => {
  it('looks at the sessions that run, and leaves out one that cannot be looked at', async () => {
    using room = await new Room().start();
    await room.saved();
    const bens = await room.enter({ account: room.ben });
    const other = await room.enter({ account: room.ben, station: room.stations[1], choice: 'new', multiple: true });
    room.sessions.suspend(other.id, 'disconnected');
    room.computer.atRisk = [{ program: 'Firefox', fate: 'reopened', reason: 'sandbox' }];
    const { atRisk } = room.computer;
    assert.deepEqual(await room.sessions.check(), [
      { session: bens.id, user: 'ben', atRisk },
      { session: other.id, user: 'ben', atRisk },
    ]);
    let looks = 0;
    Object.defineProperty(room.computer, 'atRisk', {
      get: () => {
        looks += 1;
        if (looks === 1) throw new Error('gone');
        return atRisk;
      },
    });
    assert.deepEqual(await room.sessions.check(), [{ session: other.id, user: 'ben', atRisk }]);
    assert.ok(room.logged.some(({ msg }) => msg.includes('could not be looked')));
  });
});

describe('a new life of the host program, and sessions on disk', () => {
  for (const how of ['stopped', 'killed'] as const) {
    it(`finds saved ones as they were after the old one was ${how}, with what is known against them`, async () => {
      using room = await new Room().start();
      const annas = await room.saved();
      const bens = await room.saved({ account: room.ben });
      room.computer.restorings = 'fails';
      await assert.rejects(room.enter({ account: room.ben }), coded('restore-failed'));
      const before = new Map(room.sessions.list().map((session) => [session.id, session]));
      await room.restart(how);
      assert.deepEqual(new Map(room.sessions.list().map((session) => [session.id, session])), before);
      assert.deepEqual([room.get(annas.id)?.state, room.get(bens.id)?.saved?.fault], ['hibernated', 'restore-failed']);
    });
  }

  for (const [finish, state] of [
    ['well', 'hibernated'],
    ['not', 'suspended'],
    ['never', 'suspended'],
  ] as const) {
    it(`takes one that was being saved for ${state} if that ended: ${finish}`, async () => {
      using room = await new Room().start();
      const { id } = await room.enter();
      room.computer.savings = 'when-told';
      void room.sessions.hibernate(id, 'memory-short', { closing: false });
      await settled();
      room.desktops.cutOff();
      if (finish !== 'never') room.computer.finishSaving(id, finish === 'well');
      await room.restart('killed');
      assert.deepEqual([room.get(id)?.state, room.get(id)?.station], [state, null]);
      assert.equal(room.get(id)?.saved === null, state === 'suspended');
      room.computer.savings = 'at-once';
      assert.equal((await room.enter()).id, id);
      assert.deepEqual([room.computer.living().length, room.computer.onDisk()], [1, []]);
    });

    it(`takes one that was being restored for what it is if that ended: ${finish}`, async () => {
      using room = await new Room().start();
      const { id } = await room.saved();
      room.computer.restorings = 'when-told';
      void room.enter();
      await settled();
      room.desktops.cutOff();
      if (finish !== 'never') room.computer.finishOpening(id, finish === 'well');
      room.computer.restorings = 'at-once';
      await room.restart('killed');
      assert.equal(room.get(id)?.state, finish === 'well' ? 'suspended' : 'hibernated');
      assert.equal((await room.enter()).id, id);
      assert.deepEqual([room.computer.living().length, room.computer.onDisk(), room.computer.doubled], [1, [], []]);
    });
  }

  it('never counts attachments backwards, though the image is older', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    room.computer.savings = 'when-told';
    const saving = room.sessions.hibernate(id, 'memory-short', { closing: false });
    await settled();
    const entering = assert.rejects(room.enter(), coded('suspended-meanwhile'));
    room.sessions.suspend(id, 'disconnected');
    await entering;
    room.computer.finishSaving(id, true);
    assert.equal((await saving).attachment, 2);
    await room.restart('killed');
    assert.equal(room.get(id)?.attachment, 2);
  });

  it('goes on removing one that was being ended', async () => {
    using room = await new Room().start();
    const { id } = await room.saved();
    room.desktops.cutOff();
    room.sessions.end(id, 'signed-out', 0);
    await room.restart('killed');
    await settled();
    assert.deepEqual([room.sessions.list(), room.computer.found(), readdirSync(room.folder)], [[], [], []]);
  });

  it('understands the records of a version that could not save sessions', async () => {
    using room = await new Room().start();
    const { id } = await room.enter();
    const file = join(room.folder, `${id}.json`);
    const record = JSON.parse(readFileSync(file, 'utf8')) as { session: Partial<Session> };
    delete record.session.saved;
    writeFileSync(file, JSON.stringify(record));
    await room.restart('killed');
    assert.deepEqual([room.get(id)?.state, room.get(id)?.saved], ['active', null]);
    assert.equal((await room.sessions.hibernate(id, 'memory-short', { closing: false })).state, 'hibernated');
  });
});

describe('listening', () => {
  it('ends with the remover, and one listener that fails does not hurt another', async () => {
    using room = await new Room().start();
    const heard: string[] = [];
    room.sessions.on(() => {
      throw new Error('broken');
    });
    const remove = room.sessions.on(({ state }) => heard.push(state));
    const { id } = await room.enter();
    remove();
    room.sessions.suspend(id, 'disconnected');
    assert.deepEqual(heard, ['starting', 'active']);
  });
});
