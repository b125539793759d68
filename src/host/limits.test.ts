import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { defaultSettings } from '#model/settings.ts';
import type { Settings } from '#model/settings.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeSavedSessions } from './fake-saved-sessions.ts';
import { Limits } from './limits.ts';
import { readMemory } from './memory.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

async function settle(): Promise<void> {
  for (let count = 0; count < 10; count += 1) await turn();
}

class Room implements Disposable {
  readonly clock = new FakeClock();
  readonly sessions = new FakeSavedSessions(this.clock);
  readonly settings;
  readonly limits: Limits;
  readonly logged: string[] = [];
  /** What single sessions have of their own. */
  readonly own = new Map<string, Partial<Settings>>();
  leavingIsUnderWay = false;
  availablePercent = 50;
  memoryLooks = 0;
  /** What the host program kept of its last life. */
  keptTimes: ReadonlyMap<string, number> = new Map();
  #changed: (() => void)[] = [];

  constructor(settings: Partial<Settings>) {
    const on = (listener: () => void): (() => void) => {
      this.#changed.push(listener);
      return () => {
        this.#changed = this.#changed.filter((one) => one !== listener);
      };
    };
    this.settings = { values: { ...defaultSettings, hibernateBelowMemoryPercent: 0, ...settings } };
    const isUnderWay = (): boolean => this.leavingIsUnderWay;
    const { sessions, clock } = this;
    this.limits = new Limits({
      sessions,
      settings: this.settings,
      own: { of: (session) => ({ ...this.settings.values, ...this.own.get(session) }), onChange: on },
      leaving: {
        get isUnderWay() {
          return isUnderWay();
        },
        on,
      },
      memory: () => {
        this.memoryLooks += 1;
        return { totalBytes: 1_000, availableBytes: this.availablePercent * 10 };
      },
      times: {
        read: () => this.keptTimes,
        write: (times) => {
          this.keptTimes = new Map(times);
        },
      },
      clock,
      log: pino({}, { write: (line: string) => this.logged.push(line) }),
    });
  }

  /** Time passes in pieces, so that what is begun in between can go on. */
  async pass(ms: number, pieces = 1): Promise<void> {
    for (let piece = 0; piece < pieces; piece += 1) {
      this.clock.pass(ms / pieces);
      await settle();
    }
  }

  change(settings: Partial<Settings>): void {
    Object.assign(this.settings.values, settings);
    this.tellChange();
  }

  tellChange(): void {
    for (const listener of this.#changed) listener();
  }

  suspend(user: string, script?: Parameters<FakeSavedSessions['add']>[2]): string {
    const { id } = this.sessions.add(user, 'active', script);
    this.sessions.happen(id, 'suspend', 'disconnected');
    return id;
  }

  [Symbol.dispose](): void {
    this.limits.stop();
    assert.equal(this.clock.waiting, 0, 'timers were left');
    assert.equal(this.sessions.listening, 0, 'listeners were left');
    assert.equal(this.#changed.length, 0, 'listeners were left');
    assert.ok(this.sessions.mostAtOnce <= 1, 'more than one was saved at once');
  }
}

describe('suspended too long', () => {
  it('is saved when the time is over, and not before; one at a station is left', async () => {
    using room = new Room({ hibernateAfterMinutes: 30 });
    room.limits.start();
    room.sessions.add('ben', 'active');
    room.suspend('anna');
    await room.pass(30 * minuteMs - 1);
    assert.deepEqual(room.sessions.tries, []);
    await room.pass(1);
    assert.deepEqual(room.sessions.tries, ['anna suspended-too-long']);
    assert.equal(room.sessions.state('anna'), 'hibernated');
    assert.equal(room.clock.waiting, 0, 'nothing is looked at while nothing can become due');
    await room.pass(10 * dayMs);
    assert.equal(room.sessions.state('ben'), 'active');
  });

  it('counts from the last suspend, and over the lives of the host program', async () => {
    using room = new Room({ hibernateAfterMinutes: 30 });
    const id = room.suspend('anna');
    await room.pass(20 * minuteMs);
    room.limits.start();
    await room.pass(9 * minuteMs);
    room.sessions.happen(id, 'attach', 'signed-in');
    room.sessions.happen(id, 'suspend', 'disconnected');
    await room.pass(29 * minuteMs);
    assert.equal(room.sessions.state('anna'), 'suspended');
    room.limits.stop();
    room.limits.start();
    await room.pass(minuteMs);
    assert.equal(room.sessions.state('anna'), 'hibernated');
  });

  it('goes by the running time when the clock jumps', async () => {
    using room = new Room({ hibernateAfterMinutes: 30 });
    room.limits.start();
    room.suspend('anna');
    room.clock.setWall(room.clock.wallMs() + 365 * dayMs);
    await room.pass(29 * minuteMs);
    assert.equal(room.sessions.state('anna'), 'suspended');
    await room.pass(minuteMs);
    assert.equal(room.sessions.state('anna'), 'hibernated');
  });

  it('is tried again after ten minutes where it fails, the others at once and one at a time', async () => {
    using room = new Room({ hibernateAfterMinutes: 30 });
    room.limits.start();
    room.suspend('anna', ['save-failed', 'saved']);
    room.suspend('ben');
    const slow = room.suspend('carla', ['waits']);
    room.suspend('dora');
    await room.pass(30 * minuteMs);
    assert.deepEqual(
      room.sessions.tries,
      ['anna', 'ben', 'carla'].map((user) => `${user} suspended-too-long`),
    );
    await room.pass(5 * minuteMs);
    room.sessions.finish(slow);
    await settle();
    assert.equal(room.sessions.state('dora'), 'hibernated');
    await room.pass(5 * minuteMs - 1);
    assert.equal(room.sessions.state('anna'), 'suspended');
    await room.pass(1);
    assert.equal(room.sessions.state('anna'), 'hibernated');
    assert.match(room.logged.join(''), /save-failed/);
  });

  it('is tried with one session in ten minutes where the computer cannot save at all', async () => {
    using room = new Room({ hibernateAfterMinutes: 30, hibernateBelowMemoryPercent: 90 });
    for (const user of ['anna', 'ben', 'carla']) room.suspend(user, ['hibernation-impossible', 'saved']);
    room.limits.start();
    await settle();
    assert.equal(room.sessions.tries.length, 1);
    await room.pass(10 * minuteMs - 1, 20);
    assert.equal(room.sessions.tries.length, 1);
    await room.pass(1);
    assert.ok(room.sessions.tries.length > 1);
  });

  it('is left alone while somebody else saves it, and while the computer goes down', async () => {
    using room = new Room({ hibernateAfterMinutes: 30 });
    room.limits.start();
    const id = room.suspend('anna', ['waits']);
    const saving = room.sessions.hibernate(id, 'hibernated-by-administrator');
    room.leavingIsUnderWay = true;
    room.suspend('ben');
    room.tellChange();
    await room.pass(60 * minuteMs);
    room.sessions.finish(id, 'save-failed');
    await assert.rejects(saving);
    await settle();
    assert.deepEqual(room.sessions.tries, ['anna hibernated-by-administrator']);
    room.leavingIsUnderWay = false;
    room.tellChange();
    await settle();
    assert.deepEqual(room.sessions.tries.slice(1), ['anna suspended-too-long']);
    room.sessions.finish(id);
    await settle();
    assert.equal(room.sessions.state('ben'), 'hibernated');
  });

  it('follows a setting that is changed, and 0 means never', async () => {
    using room = new Room({ hibernateAfterMinutes: 0 });
    room.limits.start();
    room.suspend('anna');
    await room.pass(30 * dayMs);
    assert.equal(room.sessions.state('anna'), 'suspended');
    room.change({ hibernateAfterMinutes: 525_600 });
    await room.pass(300 * dayMs, 2_000);
    assert.equal(room.sessions.state('anna'), 'suspended');
    room.change({ hibernateAfterMinutes: 60 });
    await settle();
    assert.equal(room.sessions.state('anna'), 'hibernated');
  });
});

describe('memory that is short', () => {
  it('has the longest suspended saved, one after the other, until there is enough', async () => {
    using room = new Room({ hibernateBelowMemoryPercent: 10 });
    room.limits.start();
    for (const user of ['anna', 'ben', 'carla']) {
      room.suspend(user);
      await room.pass(minuteMs);
    }
    assert.deepEqual(room.sessions.tries, []);
    const stop = room.sessions.on(({ state }) => {
      if (state === 'hibernated') room.availablePercent += 3;
    });
    room.availablePercent = 6;
    await room.pass(5_000);
    assert.deepEqual(room.sessions.tries, ['anna memory-short', 'ben memory-short']);
    assert.equal(room.sessions.state('carla'), 'suspended');
    await room.pass(minuteMs, 12);
    assert.equal(room.sessions.tries.length, 2);
    stop();
  });

  it('passes over the one that cannot be saved, for ten minutes', async () => {
    using room = new Room({ hibernateBelowMemoryPercent: 10 });
    room.limits.start();
    room.suspend('anna', ['cannot-be-saved', 'saved']);
    await room.pass(minuteMs);
    room.suspend('ben');
    room.availablePercent = 9.9;
    await room.pass(5_000);
    assert.deepEqual(room.sessions.tries, ['anna memory-short', 'ben memory-short']);
    const looks = room.memoryLooks;
    await room.pass(594_000, 120);
    assert.equal(room.memoryLooks, looks, 'nothing is looked at while nothing could be done');
    await room.pass(6_000);
    assert.equal(room.sessions.state('anna'), 'hibernated');
  });

  it('is looked at each five seconds, only while a session is suspended', async () => {
    using room = new Room({ hibernateBelowMemoryPercent: 10 });
    room.limits.start();
    room.sessions.add('anna', 'active');
    await room.pass(minuteMs, 12);
    assert.equal(room.memoryLooks, 0);
    assert.equal(room.clock.waiting, 0);
    const id = room.suspend('ben');
    await room.pass(minuteMs, 12);
    assert.equal(room.memoryLooks, 13);
    room.sessions.happen(id, 'attach', 'signed-in');
    await room.pass(minuteMs, 12);
    assert.equal(room.memoryLooks, 13);
  });

  it('is what the computer says', () => {
    const { totalBytes, availableBytes } = readMemory();
    assert.ok(totalBytes > 100e6 && availableBytes > 0 && availableBytes < totalBytes);
  });
});

describe('saved too long ago', () => {
  it('is ended, when it has been over the limit for ten minutes', async () => {
    using room = new Room({ keepSavedDays: 14 });
    room.limits.start();
    room.sessions.add('anna', 'hibernated');
    await room.pass(7 * dayMs, 28);
    room.sessions.add('ben', 'hibernated');
    room.sessions.add('carla', 'lost');
    await room.pass(7 * dayMs, 28);
    assert.equal(room.sessions.state('anna'), 'hibernated');
    await room.pass(10 * minuteMs - 1);
    assert.equal(room.sessions.state('anna'), 'hibernated');
    await room.pass(1);
    assert.equal(room.sessions.state('anna'), undefined);
    await room.pass(6 * dayMs, 28);
    assert.equal(room.sessions.state('ben'), 'hibernated');
    await room.pass(2 * dayMs, 28);
    assert.equal(room.sessions.state('ben'), undefined);
    assert.equal(room.sessions.state('carla'), 'lost');
    assert.equal(room.clock.waiting, 0);
  });

  it('is not what a clock that jumps for a while says', async () => {
    using room = new Room({ keepSavedDays: 14 });
    room.limits.start();
    room.sessions.add('anna', 'hibernated');
    await room.pass(dayMs, 4);
    const right = room.clock.wallMs();
    room.clock.setWall(right + 20 * dayMs);
    room.tellChange();
    await room.pass(9 * minuteMs, 9);
    room.clock.setWall(right + 9 * minuteMs);
    await room.pass(dayMs, 24);
    assert.equal(room.sessions.state('anna'), 'hibernated');
    // Once more and again, each time a little less than ten minutes.
    for (let jump = 0; jump < 5; jump += 1) {
      room.clock.setWall(right + (20 + jump) * dayMs);
      room.tellChange();
      await room.pass(9 * minuteMs, 9);
    }
    assert.equal(room.sessions.state('anna'), 'hibernated');
  });

  it('takes two hours where it is so old that the clock may be wrong by years', async () => {
    using room = new Room({ keepSavedDays: 14 });
    room.sessions.add('anna', 'hibernated');
    room.clock.setWall(room.clock.wallMs() + 3_650 * dayMs);
    room.limits.start();
    await room.pass(119 * minuteMs, 119);
    assert.equal(room.sessions.state('anna'), 'hibernated');
    await room.pass(minuteMs);
    assert.equal(room.sessions.state('anna'), undefined);
  });

  it('is never where the setting is 0', async () => {
    using room = new Room({ keepSavedDays: 0 });
    room.limits.start();
    room.sessions.add('anna', 'hibernated');
    await room.pass(4_000 * dayMs, 20);
    assert.equal(room.sessions.state('anna'), 'hibernated');
    assert.equal(room.clock.waiting, 0);
  });
});

describe('suspended until it is logged off', () => {
  it('is ended when the time is over, and not before; who continues in time begins anew; one at a station is left', async () => {
    using room = new Room({ logOffSuspendedHours: 8 });
    room.limits.start();
    room.sessions.add('ben', 'active');
    const anna = room.suspend('anna');
    const causes: string[] = [];
    const stop = room.sessions.on(({ state, user, cause }) => {
      if (state === 'ended') causes.push(`${user} ${cause}`);
    });
    await room.pass(8 * hourMs - 1);
    assert.equal(room.sessions.state('anna'), 'suspended');
    room.sessions.happen(anna, 'attach', 'signed-in');
    await room.pass(30 * dayMs);
    room.sessions.happen(anna, 'suspend', 'disconnected');
    await room.pass(8 * hourMs - 1);
    assert.deepEqual(causes, []);
    await room.pass(1);
    assert.deepEqual(causes, ['anna not-continued']);
    assert.equal(room.sessions.state('ben'), 'active');
    assert.equal(room.clock.waiting, 0, 'nothing is looked at while nothing can become due');
    stop();
  });

  it('is kept where it was saved to disk before', async () => {
    using room = new Room({ logOffSuspendedHours: 1, hibernateAfterMinutes: 60 - 1 });
    room.limits.start();
    room.suspend('anna');
    room.suspend('ben', ['cannot-be-saved']);
    await room.pass(2 * dayMs, 96);
    assert.equal(room.sessions.state('anna'), 'hibernated');
    assert.equal(room.sessions.state('ben'), undefined);
  });

  it('counts over the lives of the host program, by running time alone; what nobody measured counts from the start', async () => {
    using room = new Room({ logOffSuspendedHours: 8 });
    room.suspend('carla');
    room.limits.start();
    room.suspend('anna');
    await room.pass(7 * hourMs);
    room.limits.stop();
    room.clock.setWall(room.clock.wallMs() + 3_650 * dayMs);
    room.suspend('ben');
    room.clock.setWall(room.clock.wallMs() + 3_650 * dayMs);
    room.limits.start();
    await room.pass(hourMs - 1);
    assert.deepEqual([room.sessions.state('anna'), room.sessions.state('ben')], ['suspended', 'suspended']);
    await room.pass(1);
    assert.equal(room.sessions.state('anna'), undefined);
    assert.equal(room.sessions.state('carla'), undefined);
    await room.pass(7 * hourMs - 1);
    assert.equal(room.sessions.state('ben'), 'suspended');
    await room.pass(1);
    assert.equal(room.sessions.state('ben'), undefined);
  });

  it('is left while the computer goes down, and where the setting is 0', async () => {
    using room = new Room({ logOffSuspendedHours: 1 });
    room.limits.start();
    room.leavingIsUnderWay = true;
    room.suspend('anna');
    await room.pass(dayMs);
    assert.equal(room.sessions.state('anna'), 'suspended');
    room.change({ logOffSuspendedHours: 0 });
    room.leavingIsUnderWay = false;
    room.tellChange();
    await room.pass(30 * dayMs);
    assert.equal(room.sessions.state('anna'), 'suspended');
    assert.equal(room.clock.waiting, 0);
  });

  it('ends exactly those that were suspended for so long, whatever happens meanwhile', async () => {
    type Step =
      | { do: 'pass'; minutes: number }
      | { do: 'jump'; days: number }
      | { do: 'toggle'; who: number }
      | { do: 'restart' };
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ do: fc.constant('jump' as const), days: fc.integer({ min: -400, max: 400 }) }),
      fc.record({ do: fc.constant('toggle' as const), who: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ do: fc.constant('restart' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 40 }), async (hours, steps) => {
        using room = new Room({ logOffSuspendedHours: hours });
        room.limits.start();
        // The model: by running minutes alone; null while at a station, `over` once it must have ended.
        const people = ['anna', 'ben', 'carla'].map((user) => ({
          user,
          id: room.sessions.add(user, 'active').id,
          suspended: null as number | null,
          over: false,
        }));
        for (const one of steps) {
          switch (one.do) {
            case 'pass':
              await room.pass(one.minutes * minuteMs);
              for (const person of people) {
                if (person.suspended === null) continue;
                person.suspended += one.minutes;
                if (person.suspended >= hours * 60) person.over = true;
              }
              break;
            case 'jump':
              room.clock.setWall(room.clock.wallMs() + one.days * dayMs);
              break;
            case 'toggle': {
              const person = people[one.who];
              if (person === undefined || person.over) break;
              const toStation = person.suspended !== null;
              room.sessions.happen(person.id, toStation ? 'attach' : 'suspend', toStation ? 'signed-in' : 'disconnected');
              person.suspended = toStation ? null : 0;
              break;
            }
            case 'restart':
              room.limits.stop();
              room.limits.start();
              break;
          }
          for (const { user, suspended, over } of people) {
            const expected = over ? undefined : suspended === null ? 'active' : 'suspended';
            assert.equal(room.sessions.state(user), expected, user);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('limits of single sessions', () => {
  it('are saved and ended when theirs says so, the others when the settings do', async () => {
    using room = new Room({ hibernateAfterMinutes: 60 });
    room.limits.start();
    room.own.set(room.suspend('anna'), { hibernateAfterMinutes: 10 });
    room.own.set(room.suspend('ben'), { hibernateAfterMinutes: 0, logOffSuspendedHours: 2 });
    room.suspend('carla');
    room.tellChange();
    await room.pass(10 * minuteMs);
    assert.deepEqual(room.sessions.tries, ['anna suspended-too-long']);
    await room.pass(50 * minuteMs);
    assert.deepEqual(room.sessions.tries, ['anna suspended-too-long', 'carla suspended-too-long']);
    assert.equal(room.sessions.state('ben'), 'suspended');
    await room.pass(60 * minuteMs);
    assert.notEqual(room.sessions.state('ben'), 'suspended');
  });
});
