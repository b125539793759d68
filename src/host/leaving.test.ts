import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { leaveReportSchema, leavingSchema } from '#contract/values.ts';
import type { LeaveReport } from '#contract/values.ts';
import { defaultSettings } from '#model/settings.ts';
import type { Session, SessionState } from '#model/session.ts';
import { FakeClock } from './fake-clock.ts';
import { FakePower } from './fake-power.ts';
import { FakeSavedSessions } from './fake-saved-sessions.ts';
import { LeaveAccount } from './leave-account.ts';
import { Leaving } from './leaving.ts';

/** Enough turns of the event loop for all that waits for no clock. */
async function settle(): Promise<void> {
  for (let count = 0; count < 20; count += 1) await turn();
}

class Room implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-leaving-'));
  readonly file = join(this.folder, 'host', 'last-leave.json');
  readonly clock = new FakeClock();
  readonly sessions = new FakeSavedSessions(this.clock);
  readonly power = new FakePower();
  readonly settings = { values: { ...defaultSettings } };
  readonly logged: string[] = [];
  readonly told: string[] = [];
  leaving: Leaving;

  constructor() {
    this.leaving = this.#start();
  }

  #start(): Leaving {
    const { sessions, power, settings, clock } = this;
    const log = pino({}, { write: (line: string) => this.logged.push(line) });
    const leaving = new Leaving({ sessions, power, account: new LeaveAccount(this.file, log), settings, clock, log });
    leaving.start();
    leaving.on(() => {
      const shown = leaving.describe();
      if (shown !== null) leavingSchema.parse(shown);
      this.told.push(shown === null ? 'here' : `${shown.phase} ${shown.unsaved}`);
    });
    return leaving;
  }

  /** The next life of the host program. */
  restart(): void {
    this.leaving.stop();
    this.leaving = this.#start();
  }

  get phase(): string {
    return this.leaving.describe()?.phase ?? 'here';
  }

  get account(): LeaveReport | null {
    return existsSync(this.file) ? leaveReportSchema.parse(JSON.parse(readFileSync(this.file, 'utf8'))) : null;
  }

  order(afterMs: number, how: 'restart' | 'shut-down' = 'restart'): void {
    this.leaving.order({ how, afterMs, by: 'root' });
  }

  outcomes(report = this.account): string[] {
    return (report?.sessions ?? []).map(({ user, outcome, programs, error }) =>
      [user, outcome, ...programs, ...(error === null ? [] : [`(${error.code})`])].join(' '),
    );
  }

  [Symbol.dispose](): void {
    this.leaving.stop();
    assert.equal(this.clock.waiting, 0, 'timers were left');
    assert.equal(this.sessions.listening, 0, 'listeners were left');
    rmSync(this.folder, { recursive: true });
  }
}

function coded(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof CodedError && error.code === code;
}

describe('a restart that a person orders', () => {
  it('warns, suspends, saves, writes its account and only then goes', async () => {
    using room = new Room();
    const { sessions, power, clock } = room;
    sessions.add('anna', 'active');
    sessions.add('ben', 'suspended');
    sessions.add('carla', 'hibernated');
    let accountWhenAsked: string[] | null = null;
    const leave = power.leave.bind(power);
    power.leave = async (how) => {
      accountWhenAsked = room.outcomes();
      await leave(how);
    };
    room.order(30_000);
    assert.deepEqual(room.leaving.describe(), {
      how: 'restart',
      phase: 'warning',
      until: clock.wallMs() + 30_000,
      unsaved: 2,
      by: 'root',
      stoppable: true,
    });
    clock.pass(29_999);
    await settle();
    assert.equal(sessions.state('anna'), 'active');
    const refusals = (): unknown[] => [sessions.refusal, room.leaving.refusal].map((refusal) => refusal?.code);
    assert.deepEqual(refusals(), [undefined, undefined]);
    clock.pass(1);
    assert.deepEqual(refusals(), ['computer-leaving', 'computer-leaving']);
    await settle();
    assert.deepEqual(sessions.tries.toSorted(), ['anna computer-restarting', 'ben computer-restarting']);
    assert.deepEqual(accountWhenAsked, ['anna saved', 'ben saved']);
    assert.deepEqual(power.asked, ['restart']);
    assert.equal(room.phase, 'going');
    assert.deepEqual([room.account?.how, room.account?.by, room.account?.at], ['restart', 'root', clock.wallMs()]);
    assert.equal(room.leaving.lastLeave, null, 'it has not happened yet');
    const left = sessions.list().map(({ user, state }) => `${user} ${state}`);
    assert.deepEqual(left, ['anna hibernated', 'ben hibernated', 'carla hibernated']);
    room.restart();
    assert.deepEqual(room.leaving.lastLeave, room.account);
    assert.equal(room.phase, 'here');
    assert.equal(statSync(room.file).mode & 0o777, 0o600);
  });

  it('goes at once where nobody is to be warned and nothing is to be saved', async () => {
    using room = new Room();
    room.order(0, 'shut-down');
    await settle();
    assert.deepEqual(room.power.asked, ['shut-down']);
    assert.deepEqual(room.told, ['saving 0', 'going 0']);
  });

  it('is not ordered twice', async () => {
    using room = new Room();
    room.order(30_000);
    assert.throws(() => room.order(0), coded('not-possible-now'));
    room.clock.pass(30_000);
    await settle();
    assert.throws(() => room.order(0), coded('not-possible-now'));
    assert.deepEqual(room.power.asked, ['restart']);
    assert.match(room.logged.join(''), /"from":"going".*refused/);
  });

  it('is taken back during the warning, and only then', async () => {
    using room = new Room();
    const { id } = room.sessions.add('anna', 'suspended', ['waits']);
    assert.throws(() => room.leaving.stay(), coded('not-possible-now'));
    room.order(30_000);
    room.leaving.stay();
    assert.equal(room.phase, 'here');
    room.clock.pass(60_000);
    await settle();
    assert.deepEqual(room.sessions.tries, []);
    room.order(0);
    await settle();
    assert.throws(() => room.leaving.stay(), coded('not-possible-now'));
    room.sessions.finish(id);
    await settle();
    assert.throws(() => room.leaving.stay(), coded('not-possible-now'));
    assert.deepEqual(room.power.asked, ['restart']);
  });

  it('counts what is still to be saved, and tells each time', async () => {
    using room = new Room();
    const ids = ['anna', 'ben', 'carla'].map((user) => room.sessions.add(user, 'active', ['waits']).id);
    room.order(0);
    await settle();
    for (const id of ids) {
      room.sessions.finish(id);
      await settle();
    }
    assert.deepEqual(room.told, ['saving 3', 'saving 2', 'saving 1', 'saving 0', 'going 0']);
  });

  it('waits for a desktop that is just starting, being continued, or ending', async () => {
    using room = new Room();
    const { sessions } = room;
    const starting = sessions.add('anna', 'starting').id;
    const restoring = sessions.add('ben', 'restoring').id;
    const ending = sessions.add('carla', 'ending').id;
    room.order(0);
    await settle();
    assert.equal(room.phase, 'saving');
    sessions.happen(starting, 'opened', 'signed-in');
    await settle();
    assert.equal(sessions.state('anna'), 'hibernated');
    sessions.happen(restoring, 'opened', 'restored');
    await settle();
    assert.equal(room.phase, 'saving');
    sessions.happen(ending, 'gone', 'signed-out');
    await settle();
    assert.deepEqual(room.outcomes(), ['anna saved', 'ben saved']);
    assert.deepEqual(room.power.asked, ['restart']);
  });

  it('suspends again who came to a station in the last instant', async () => {
    using room = new Room();
    const slow = room.sessions.add('ben', 'suspended', ['waits']).id;
    const late = room.sessions.add('anna', 'starting').id;
    room.order(0);
    await settle();
    room.sessions.happen(late, 'opened', 'signed-in');
    room.sessions.happen(late, 'attach', 'signed-in');
    room.sessions.finish(slow);
    await settle();
    assert.deepEqual(room.outcomes().toSorted(), ['anna saved', 'ben saved']);
  });
});

describe('what cannot be saved', () => {
  it('is tried again where that may help, and told with its reason and its programs', async () => {
    using room = new Room();
    const { sessions, clock } = room;
    sessions.add('anna', 'suspended', ['save-failed', 'saved']);
    const ben = sessions.add('ben', 'suspended', ['cannot-be-saved']);
    sessions.add('carla', 'suspended', ['still-watched']);
    const dora = sessions.add('dora', 'suspended');
    const emil = sessions.add('emil', 'suspended');
    sessions.atRisk.set(ben.id, [{ program: 'Scanner', fate: 'lost', reason: 'device' }]);
    sessions.atRisk.set(dora.id, [
      { program: 'Chess', fate: 'lost', reason: 'connection' },
      { program: 'Firefox', fate: 'reopened', reason: 'sandbox' },
    ]);
    sessions.atRisk.set(emil.id, [{ program: 'Firefox', fate: 'reopened', reason: 'sandbox' }]);
    room.order(0);
    await settle();
    assert.equal(room.phase, 'saving');
    clock.pass(1_000);
    await settle();
    const expected = [
      'anna saved',
      'ben lost Scanner (cannot-be-saved)',
      'carla lost (still-watched)',
      'dora saved-without Chess',
      'emil saved',
    ];
    assert.deepEqual(room.outcomes(), expected);
    assert.equal(sessions.tries.filter((text) => text.startsWith('ben')).length, 1);
    assert.equal(sessions.tries.filter((text) => text.startsWith('carla')).length, 2);
    assert.equal(sessions.state('ben'), 'suspended', 'it runs until the system ends it');
    assert.deepEqual(room.power.asked, ['restart']);
  });

  it('does not keep the computer longer than the limit', async () => {
    using room = new Room();
    room.settings.values.leaveLimitSeconds = 60;
    const { id } = room.sessions.add('anna', 'active', ['waits']);
    room.sessions.add('ben', 'starting');
    room.order(0);
    await settle();
    room.clock.pass(59_999);
    await settle();
    assert.equal(room.phase, 'saving');
    room.clock.pass(1);
    await settle();
    assert.deepEqual(room.outcomes(), ['anna lost', 'ben lost']);
    assert.deepEqual(
      room.account?.sessions.map(({ error }) => error),
      [null, null],
    );
    assert.deepEqual(room.power.asked, ['restart']);
    room.sessions.finish(id);
    await settle();
  });

  it('does not wait for a look at the programs that hangs', async () => {
    using room = new Room();
    room.sessions.checkHangs = true;
    room.sessions.add('anna', 'suspended');
    room.order(0);
    await settle();
    assert.equal(room.sessions.state('anna'), 'suspended');
    room.clock.pass(5_000);
    await settle();
    assert.deepEqual(room.outcomes(), ['anna saved']);
  });

  it('is named with all its programs once the computer is back', async () => {
    using room = new Room();
    const { id } = room.sessions.add('anna', 'suspended', ['cannot-be-saved']);
    room.sessions.atRisk.set(id, [{ program: 'Scanner', fate: 'lost', reason: 'device' }]);
    room.order(0);
    await settle();
    room.sessions.happen(id, 'lose', 'power-lost');
    const [session] = room.sessions.list() as [Session];
    room.sessions.list = () => [{ ...session, saved: { at: 1, bytes: 0, programs: ['Writer', 'Scanner'], fault: null } }];
    room.restart();
    assert.deepEqual(room.outcomes(room.leaving.lastLeave), ['anna lost Scanner Writer (cannot-be-saved)']);
    room.sessions.list = () => [];
    room.restart();
    assert.deepEqual(
      room.outcomes(room.leaving.lastLeave),
      ['anna lost Scanner Writer (cannot-be-saved)'],
      'also when it is dismissed',
    );
  });
});

describe('a session that was lost although the computer went in order', () => {
  it('says why, once the computer is back, however often the host program begins anew', async () => {
    using room = new Room();
    const { sessions } = room;
    const anna = sessions.add('anna', 'suspended', ['disk-full']);
    const ben = sessions.add('ben', 'suspended', ['waits']);
    const carla = sessions.add('carla', 'suspended', ['saved']);
    room.order(0);
    await settle();
    room.clock.pass(300_000);
    await settle();
    sessions.finish(ben.id, 'save-failed');
    await settle();
    const unwarned = sessions.add('dora', 'suspended');
    for (const { id } of [anna, ben, unwarned]) sessions.happen(id, 'lose', 'power-lost');
    const why = (): unknown[] => sessions.list().map(({ user, cause, saved }) => [user, cause, saved?.fault]);
    for (let life = 0; life < 2; life += 1) {
      room.restart();
      assert.deepEqual(why(), [
        ['anna', 'computer-restarting', 'disk-full'],
        ['ben', 'computer-restarting', null],
        ['carla', 'saved', null],
        ['dora', 'power-lost', null],
      ]);
    }
    assert.equal(sessions.list().find(({ id }) => id === carla.id)?.state, 'hibernated');
  });
});

describe('a computer that does not go', () => {
  it('is as before: people sign in, the sessions stay saved, and what the system said is told', async () => {
    using room = new Room();
    const { sessions, power } = room;
    sessions.add('anna', 'active');
    room.order(0);
    await settle();
    room.restart();
    const before = room.account;
    sessions.add('ben', 'active');
    power.refusal = new Error('an update is under way');
    room.order(0, 'shut-down');
    await settle();
    assert.equal(room.phase, 'here');
    assert.equal(room.leaving.fault, 'an update is under way');
    assert.deepEqual([sessions.refusal, room.leaving.refusal], [null, null]);
    assert.equal(sessions.state('ben'), 'hibernated');
    assert.deepEqual(
      [room.account, room.leaving.lastLeave],
      [before, before],
      'the account of what did not happen is taken back',
    );
    power.refusal = null;
    room.order(0);
    assert.equal(room.leaving.fault, null);
    await settle();
    assert.equal(room.phase, 'going');
  });

  it('is noticed after a while if the system says nothing', async () => {
    using room = new Room();
    room.order(0);
    await settle();
    room.clock.pass(600_000);
    assert.equal(room.phase, 'here');
    assert.equal(room.account, null);
  });
});

describe('what the system begins', () => {
  it('leaves most of its time for saving, and asks nothing of the system', async () => {
    using room = new Room();
    const { id } = room.sessions.add('anna', 'active', ['waits']);
    room.leaving.systemBegins({ how: 'shut-down', withinMs: 10_000 });
    assert.deepEqual(room.leaving.describe(), {
      how: 'shut-down',
      phase: 'warning',
      until: room.clock.wallMs() + 2_000,
      unsaved: 1,
      by: '',
      stoppable: false,
    });
    assert.throws(() => room.leaving.stay(), coded('not-possible-now'));
    room.clock.pass(2_000);
    await settle();
    room.clock.pass(6_999);
    await settle();
    assert.equal(room.phase, 'saving');
    room.clock.pass(1);
    await settle();
    assert.equal(room.phase, 'going');
    assert.deepEqual([room.outcomes(), room.power.asked], [['anna lost'], []]);
    room.sessions.finish(id);
    await settle();
  });

  it('goes by the settings where the system gives time enough', async () => {
    using room = new Room();
    room.settings.values.leaveWarningSeconds = 20;
    room.settings.values.leaveLimitSeconds = 40;
    const { id } = room.sessions.add('anna', 'active', ['waits']);
    room.leaving.systemBegins({ how: 'restart', withinMs: 600_000 });
    room.clock.pass(19_999);
    assert.equal(room.phase, 'warning');
    room.clock.pass(1);
    await settle();
    room.clock.pass(39_999);
    assert.equal(room.phase, 'saving');
    room.clock.pass(1);
    assert.equal(room.phase, 'going');
    room.sessions.finish(id);
    await settle();
  });

  it('takes over what a person ordered, in the warning and while saving', async () => {
    for (const afterMs of [30_000, 0]) {
      using room = new Room();
      const { id } = room.sessions.add('anna', 'active', ['waits']);
      room.order(afterMs);
      await settle();
      room.leaving.systemBegins({ how: 'shut-down', withinMs: 5_000 });
      const shown = room.leaving.describe();
      assert.deepEqual([shown?.how, shown?.by, shown?.stoppable], ['shut-down', '', false]);
      assert.throws(() => room.leaving.stay(), coded('not-possible-now'));
      room.clock.pass(1_000);
      await settle();
      assert.equal(room.phase, 'saving');
      room.clock.pass(3_500);
      assert.equal(room.phase, 'going');
      assert.deepEqual(room.power.asked, []);
      room.sessions.finish(id);
      await settle();
    }
  });

  it('is our own order being carried out when all is saved', async () => {
    using room = new Room();
    room.order(0);
    await settle();
    room.leaving.systemBegins({ how: 'restart', withinMs: 5_000 });
    await settle();
    assert.deepEqual([room.phase, room.power.asked, room.account?.by], ['going', ['restart'], 'root']);
  });

  it('is over when the system takes it back', async () => {
    using room = new Room();
    const { id } = room.sessions.add('anna', 'active', ['waits']);
    room.leaving.systemStays();
    room.leaving.systemBegins({ how: 'restart', withinMs: 5_000 });
    room.clock.pass(1_000);
    await settle();
    room.leaving.systemStays();
    assert.equal(room.phase, 'here');
    room.sessions.finish(id);
    await settle();
    assert.equal(room.sessions.refusal, null);
    assert.equal(room.account, null);
    room.order(30_000);
    room.leaving.systemStays();
    assert.equal(room.phase, 'warning', 'what a person ordered is not the system’s');
  });

  it('is prepared without a warning when our programs are about to be stopped', async () => {
    using room = new Room();
    room.sessions.add('anna', 'active');
    const report = await room.leaving.prepare({ how: 'restart', limitMs: 60_000 });
    assert.deepEqual(room.outcomes(report), ['anna saved']);
    assert.deepEqual(room.account, report);
    assert.deepEqual([room.phase, room.power.asked], ['going', []]);
    assert.deepEqual(await room.leaving.prepare({ how: 'restart', limitMs: 60_000 }), report, 'nothing is left to do');
  });

  it('is joined by the preparing, which does not wait for the warning', async () => {
    using room = new Room();
    const { id } = room.sessions.add('anna', 'active', ['waits']);
    room.order(30_000);
    const first = room.leaving.prepare({ how: 'restart', limitMs: 60_000 });
    await settle();
    const second = room.leaving.prepare({ how: 'restart', limitMs: 60_000 });
    await settle();
    assert.deepEqual(room.sessions.waiting, [id]);
    room.sessions.finish(id);
    assert.deepEqual(room.outcomes(await first), ['anna saved']);
    assert.deepEqual(await second, await first);
    assert.deepEqual(room.power.asked, [], 'the system goes already');
  });

  it('gets the further time that the stopping of our programs gives', async () => {
    using room = new Room();
    const { id } = room.sessions.add('anna', 'active', ['waits']);
    room.sessions.add('ben', 'active', ['cannot-be-saved']);
    room.leaving.systemBegins({ how: 'restart', withinMs: 5_000 });
    room.clock.pass(1_000);
    await settle();
    room.clock.pass(3_500);
    await settle();
    assert.deepEqual(room.outcomes(), ['anna lost', 'ben lost (cannot-be-saved)']);
    const report = room.leaving.prepare({ how: 'restart', limitMs: 60_000 });
    await settle();
    assert.equal(room.phase, 'saving');
    room.sessions.finish(id);
    assert.deepEqual(room.outcomes(await report), ['anna saved', 'ben lost (cannot-be-saved)']);
    assert.deepEqual(room.outcomes(), ['anna saved', 'ben lost (cannot-be-saved)']);
  });

  it('rejects who waits when the host program stops', async () => {
    using room = new Room();
    const { id } = room.sessions.add('anna', 'active', ['waits']);
    const report = room.leaving.prepare({ how: 'restart', limitMs: 60_000 });
    await settle();
    room.leaving.stop();
    await assert.rejects(report, coded('computer-unreachable'));
    room.sessions.finish(id);
    await settle();
  });
});

describe('the account', () => {
  it('is left out, with a line in the log, where the file is damaged', async () => {
    using room = new Room();
    room.order(0);
    await settle();
    room.restart();
    for (const text of ['', '{"how":', '{"how":"restart","at":1,"by":"","sessions":[{}]}']) {
      writeFileSync(room.file, text);
      room.restart();
      assert.equal(room.leaving.lastLeave, null);
      assert.match(room.logged.at(-1) ?? '', /cannot be read/);
    }
  });

  it('does not hold the computer up where it cannot be written', async () => {
    using room = new Room();
    writeFileSync(join(room.folder, 'host'), 'no folder can be here');
    room.order(0);
    await settle();
    assert.deepEqual(room.power.asked, ['restart']);
    assert.match(room.logged.join(''), /could not be written/);
  });

  it('is written whole, and nothing lies beside it', async () => {
    using room = new Room();
    room.order(0);
    await settle();
    assert.deepEqual(readdirSync(join(room.folder, 'host')), ['last-leave.json']);
  });
});

type Step =
  | { do: 'order'; afterMs: number }
  | { do: 'stay' | 'stays' | 'finish' | 'refuse' | 'open' | 'leave-station' | 'sign-in' | 'restart' }
  | { do: 'begins'; withinMs: number }
  | { do: 'prepare'; limitMs: number }
  | { do: 'pass'; ms: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('order' as const), afterMs: fc.constantFrom(0, 1_000, 30_000) }),
  fc.record({ do: fc.constantFrom('stay', 'stays', 'finish', 'refuse', 'open', 'leave-station', 'sign-in', 'restart') }),
  fc.record({ do: fc.constant('begins' as const), withinMs: fc.constantFrom(0, 5_000, 300_000) }),
  fc.record({ do: fc.constant('prepare' as const), limitMs: fc.constantFrom(0, 5_000, 300_000) }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 999, 1_000, 5_000, 60_000, 700_000) }),
) as fc.Arbitrary<Step>;

const people = fc.array(
  fc.record({
    state: fc.constantFrom<SessionState>(
      'starting',
      'active',
      'locked',
      'suspended',
      'hibernated',
      'restoring',
      'ending',
      'lost',
    ),
    script: fc.array(fc.constantFrom('saved' as const, 'waits' as const, 'save-failed' as const, 'cannot-be-saved' as const), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  { maxLength: 5 },
);

/** At the moment of going the account on the disk says of each session what is true of it. */
function checkAtGoing({ phase, leaving, account, sessions }: Room): void {
  assert.deepEqual([phase, leaving.describe()?.stoppable], ['going', false]);
  assert.ok(account !== null, 'no account');
  for (const { session, outcome } of account.sessions) {
    const state = sessions.list().find(({ id }) => id === session)?.state;
    assert.equal(outcome === 'lost', state !== 'hibernated', `${state} is told as ${outcome}`);
  }
  const named = new Set(account.sessions.map(({ session }) => session));
  for (const { id, state } of sessions.list()) {
    if (!['hibernated', 'lost', 'ending'].includes(state)) assert.ok(named.has(id), `a session that is ${state} is not named`);
  }
}

describe('whatever comes in whatever order', () => {
  it('goes only with an account that is true, within its time, and is never stuck', async () => {
    await fc.assert(
      fc.asyncProperty(people, fc.array(steps, { maxLength: 12 }), async (given, order) => {
        using room = new Room();
        const { sessions, clock, power } = room;
        for (const [index, { state, script }] of given.entries()) sessions.add(`p${index}`, state, script);
        const waits: Promise<unknown>[] = [];
        const asked = (): number => power.asked.length;
        const leave = power.leave.bind(power);
        // What fails in there is taken for the system's refusal.
        const faults: unknown[] = [];
        power.leave = async (how) => {
          try {
            checkAtGoing(room);
          } catch (error) {
            faults.push(error);
          }
          await leave(how);
        };
        let bySystem = false;
        const begun = (): boolean => room.phase !== 'here';
        for (const step of order) {
          const before = room.phase;
          const askedBefore = asked();
          const tryIt = (action: () => void, allowed: boolean): void => {
            if (allowed) action();
            else assert.throws(action, coded('not-possible-now'));
          };
          switch (step.do) {
            case 'order':
              tryIt(() => room.order(step.afterMs), !begun());
              if (before === 'here') bySystem = false;
              break;
            case 'stay':
              tryIt(() => room.leaving.stay(), before === 'warning' && !bySystem);
              break;
            case 'begins':
              room.leaving.systemBegins({ how: 'restart', withinMs: step.withinMs });
              if (before !== 'going') bySystem = true;
              break;
            case 'stays':
              room.leaving.systemStays();
              if (bySystem) assert.equal(room.phase, 'here');
              break;
            case 'prepare':
              waits.push(room.leaving.prepare({ how: 'restart', limitMs: step.limitMs }).catch(coded('not-possible-now')));
              bySystem = true;
              assert.notEqual(room.phase, 'warning');
              break;
            case 'finish':
            case 'refuse':
              for (const id of sessions.waiting) sessions.finish(id, step.do === 'finish' ? 'saved' : 'save-failed');
              break;
            case 'open':
              for (const { id, state } of sessions.list()) {
                if (state === 'starting' || state === 'restoring') sessions.happen(id, 'opened', 'signed-in');
                if (state === 'ending') sessions.happen(id, 'gone', 'signed-out');
              }
              break;
            case 'leave-station':
              sessions.suspendAll('disconnected');
              break;
            case 'sign-in':
              if (sessions.refusal === null) sessions.add('late', 'active', ['saved']);
              break;
            case 'restart':
              power.refusal = power.refusal === null ? new Error('refused') : null;
              break;
            case 'pass':
              clock.pass(step.ms);
              break;
          }
          await settle();
          if (bySystem && begun()) assert.equal(asked(), askedBefore, 'the system that goes already is not asked to');
          if (!begun()) bySystem = false;
          assert.equal(
            sessions.refusal === null,
            !room.leaving.isUnderWay,
            'signing in is refused exactly while it is under way',
          );
        }
        // Left alone it comes to an end: it goes in time, or the computer is here again, and nobody waits for ever.
        clock.pass(30_000 + 300_000);
        await settle();
        assert.notEqual(room.phase, 'warning');
        clock.pass(300_000);
        await settle();
        assert.notEqual(room.phase, 'saving');
        clock.pass(600_000);
        await settle();
        assert.equal(room.phase, 'here');
        assert.equal(sessions.refusal, null);
        await Promise.all(waits);
        assert.deepEqual(faults, []);
        for (const id of sessions.waiting) sessions.finish(id);
        await settle();
      }),
      { numRuns: 300 },
    );
  });
});
