import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
import type { EnterOrder } from './sessions.ts';

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
  desktops = new FakeDesktops(this.computer);
  sessions = this.#make();

  #make(): Sessions {
    const log = pino({ base: null }, { write: (line: string) => this.logged.push(JSON.parse(line) as never) });
    return new Sessions(this.desktops, this.records, this.clock, log);
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
