// The limits of time at stations: who is warned, suspended, logged off and given more time, over a clock that tests lead.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TimesRoom } from '../../test/support/times-room.ts';

const id = 'aaaaaaaaaaaaaaaa';
const minuteMs = 60_000;
const record = (): void => {};

function room(limits: Partial<TimesRoom['limits']>): TimesRoom {
  const made = new TimesRoom();
  made.setLimits(limits);
  return made;
}

describe('nobody does anything at a station', () => {
  test('the countdown is shown, then the session is suspended', async () => {
    using times = room({ idleSuspendMinutes: 10, idleWarningSeconds: 60 });
    times.enter(id);
    await times.pass(9 * minuteMs - 1000);
    assert.equal(times.times.shown(id), null);
    await times.pass(2000);
    assert.equal(times.times.shown(id)?.why, 'idle');
    assert.deepEqual(times.deeds, []);
    await times.pass(minuteMs);
    assert.deepEqual(times.deeds, [{ call: 'session.suspend', session: id, cause: 'idle' }]);
    assert.equal(times.times.shown(id), null);
  });

  test('one that is locked is suspended as well', async () => {
    using times = room({ idleSuspendMinutes: 10 });
    times.enter(id);
    times.change(id, { state: 'locked', cause: 'locked' });
    await times.pass(10 * minuteMs + 1000);
    assert.equal(times.session(id).state, 'suspended');
  });

  test('any input ends the countdown, and the time begins anew', async () => {
    using times = room({ idleSuspendMinutes: 10 });
    times.enter(id);
    await times.pass(9.5 * minuteMs);
    const told: string[] = [];
    times.times.onChange((station) => told.push(station));
    times.times.input(id);
    assert.equal(times.times.shown(id), null);
    assert.deepEqual(told, ['bbbbbbbbbbbbbbbb']);
    await times.pass(9.5 * minuteMs);
    assert.deepEqual(times.deeds, []);
    await times.pass(minuteMs);
    assert.equal(times.deeds.length, 1);
  });

  test('a wall clock that is set does nothing', async () => {
    using times = room({ idleSuspendMinutes: 10 });
    times.enter(id);
    times.clock.setWall(times.clock.wallMs() + 400 * 86_400_000);
    await times.pass(5 * minuteMs);
    assert.deepEqual([times.deeds, times.times.shown(id)], [[], null]);
  });

  test('a restart of the gateway makes nobody idle who was not', async () => {
    using times = room({ idleSuspendMinutes: 10 });
    times.enter(id);
    await times.pass(9.5 * minuteMs);
    times.restart();
    assert.equal(times.times.shown(id), null);
    await times.pass(9.5 * minuteMs);
    assert.deepEqual(times.deeds, []);
  });

  test('a limit that is set while somebody is away long since still warns before', async () => {
    using times = room({});
    times.enter(id);
    await times.pass(60 * minuteMs);
    times.setLimits({ idleSuspendMinutes: 10, idleWarningSeconds: 60 });
    assert.equal(times.times.shown(id)?.why, 'idle');
    await times.pass(59_000);
    assert.deepEqual(times.deeds, []);
    await times.pass(2000);
    assert.equal(times.deeds.length, 1);
  });

  test('where the computer does not answer, the person is there anew when it does', async () => {
    using times = room({ idleSuspendMinutes: 10 });
    times.enter(id);
    await times.pass(9 * minuteMs);
    times.setReachable(false);
    await times.pass(30 * minuteMs);
    assert.deepEqual(times.deeds, []);
    times.setReachable(true);
    assert.equal(times.times.shown(id), null);
    await times.pass(10 * minuteMs + 2000);
    assert.equal(times.session(id).state, 'suspended');
  });

  test('during an ordered log-off its countdown is the only one', async () => {
    using times = room({ idleSuspendMinutes: 10 });
    times.enter(id);
    await times.pass(9.5 * minuteMs);
    times.change(id, { endsAt: times.clock.wallMs() + 3_600_000 });
    assert.equal(times.times.shown(id), null);
    await times.pass(5 * minuteMs);
    assert.deepEqual(times.deeds, []);
  });
});

describe('a session takes its time', () => {
  const hour = { longestSessionMinutes: 60, longestSessionWarningMinutes: 5 };

  test('warned, then logged off where nothing says that work is unsaved', async () => {
    using times = room(hour);
    times.enter(id);
    await times.pass(55 * minuteMs + 1000);
    assert.equal(times.times.shown(id)?.why, 'longest');
    await times.pass(5 * minuteMs);
    assert.deepEqual(times.deeds, [{ call: 'session.end', session: id, cause: 'time-over' }]);
  });

  for (const unsaved of [true, null]) {
    test(`${unsaved === null ? 'windows that cannot be looked at' : 'unsaved work'}: suspended once, and time to save it`, async () => {
      using times = room(hour);
      times.unsaved = unsaved;
      times.enter(id);
      await times.pass(60 * minuteMs + 1000);
      assert.deepEqual(times.deeds, [{ call: 'session.suspend', session: id, cause: 'time-over' }]);
      await times.pass(600 * minuteMs);
      times.enter(id);
      const shown = times.times.shown(id);
      assert.equal(shown?.why, 'longest');
      await times.pass(5 * minuteMs - 1000);
      assert.equal(times.deeds.length, 1);
      await times.pass(2000);
      assert.deepEqual(times.deeds[1], { call: 'session.end', session: id, cause: 'time-over' });
    });
  }

  test('suspended, time stands still; coming back does not give more of it', async () => {
    using times = room(hour);
    times.enter(id);
    await times.pass(58 * minuteMs);
    times.change(id, { state: 'suspended', station: null });
    await times.pass(600 * minuteMs);
    times.enter(id);
    await times.pass(minuteMs);
    assert.deepEqual(times.deeds, []);
    await times.pass(minuteMs + 1000);
    assert.deepEqual(times.deeds, [{ call: 'session.end', session: id, cause: 'time-over' }]);
  });

  test('a gateway that stops keeps what was used; one that is killed gives back a minute at most', async () => {
    for (const killed of [false, true]) {
      using times = room(hour);
      times.enter(id);
      await times.pass(40.5 * minuteMs);
      times.restart(killed);
      const leftMs = times.times.leftMs(times.session(id)) ?? 0;
      const right = 19.5 * minuteMs;
      assert.ok(leftMs >= right && leftMs <= right + (killed ? minuteMs : 0), `${killed}: ${leftMs}`);
    }
  });

  test('asked for more time: told to who may give it, once, and given', async () => {
    using times = room(hour);
    times.enter(id);
    const session = times.session(id);
    assert.throws(() => times.times.ask(session, record), { code: 'not-possible-now' });
    await times.pass(57 * minuteMs);
    const told: number[] = [];
    times.times.onRequests((requests) => told.push(requests.length));
    times.times.ask(session, record);
    assert.throws(() => times.times.ask(session, record), { code: 'not-possible-now' });
    assert.equal(times.times.shown(id)?.request, 'asked');
    assert.equal(times.times.requests()[0]?.endsAt, times.clock.wallMs() + 3 * minuteMs);
    const answers: (number | null)[] = [];
    times.times.onAnswer((_station, minutes) => answers.push(minutes));
    times.times.extend(session, 30, record);
    assert.deepEqual([told, answers, times.times.requests()], [[1, 0], [30], []]);
    assert.equal(times.times.shown(id), null);
    assert.equal(times.times.leftMs(session), 33 * minuteMs);
    await times.pass(33 * minuteMs - 1000);
    assert.deepEqual(times.deeds, []);
    await times.pass(2000);
    assert.equal(times.deeds.length, 1);
  });

  test('refused: said, and not asked again', async () => {
    using times = room(hour);
    times.enter(id);
    const session = times.session(id);
    assert.throws(() => times.times.refuse(session, record), { code: 'not-possible-now' });
    await times.pass(57 * minuteMs);
    times.times.ask(session, record);
    times.times.refuse(session, record);
    assert.equal(times.times.shown(id)?.request, 'refused');
    assert.throws(() => times.times.ask(session, record), { code: 'not-possible-now' });
  });

  test('whoever goes takes the question along', async () => {
    using times = room(hour);
    times.enter(id);
    await times.pass(57 * minuteMs);
    times.times.ask(times.session(id), record);
    const told: number[] = [];
    times.times.onRequests((requests) => told.push(requests.length));
    times.change(id, { state: 'suspended', station: null });
    assert.deepEqual(told, [0]);
  });

  test('more time for one that is suspended is kept; without a limit there is none to give', async () => {
    using times = room(hour);
    times.enter(id);
    await times.pass(50 * minuteMs);
    const suspended = times.change(id, { state: 'suspended', station: null });
    times.times.extend(suspended, 20, record);
    times.restart();
    assert.equal(times.times.leftMs(suspended), 30 * minuteMs);
    times.setLimits({ longestSessionMinutes: 0 });
    assert.throws(() => times.times.extend(suspended, 20, record), { code: 'no-time-limit' });
    assert.equal(times.times.leftMs(suspended), null);
  });

  test('a limit that is raised during the warning takes it back', async () => {
    using times = room(hour);
    times.enter(id);
    await times.pass(58 * minuteMs);
    times.setLimits({ longestSessionMinutes: 90 });
    assert.equal(times.times.shown(id), null);
    await times.pass(30 * minuteMs);
    assert.deepEqual(times.deeds, []);
  });
});
