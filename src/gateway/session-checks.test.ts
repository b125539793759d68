// When the computers are asked what saving would do, and who hears of it.
import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { Fleet } from '#fleet/fleet.ts';
import type { Session, SessionCheck } from '#model/session.ts';
import { GatewayRoom, textOf, until } from '../../test/support/gateway-room.ts';
import { makeLog } from './log.ts';
import { SessionChecks } from './session-checks.ts';
import type { KnownChecks } from './session-checks.ts';

const check = (session: string, program: string): SessionCheck => ({
  session: session.padEnd(16, 'a'),
  user: 'anna',
  atRisk: [{ program, fate: 'reopened', reason: 'sandbox' }],
});

/** One computer that answers when it is told to. */
function lonelyComputer() {
  const asked: ((checks: SessionCheck[] | Error) => Promise<void>)[] = [];
  const gone = new Set<string>();
  const fleet = {
    computers: () => [{ name: 'lab', reachable: true }],
    session: (id: string) => (gone.has(id) ? null : ({ id } as Session)),
    call: () => {
      const { promise, resolve, reject } = Promise.withResolvers<{ checks: SessionCheck[] }>();
      asked.push(async (checks) => {
        if (checks instanceof Error) reject(checks);
        else resolve({ checks });
        await new Promise((done) => setImmediate(done));
      });
      return promise;
    },
  };
  const told: KnownChecks[] = [];
  const checks = new SessionChecks(fleet as unknown as Fleet, makeLog('silent'), (known) => told.push(known));
  return { asked, gone, told, checks };
}

const session = (state: Session['state']): Session => ({ state }) as Session;

describe('checks of the running sessions', () => {
  test('are asked at once, every 15 seconds and soon after a change, one ask at a time, and told when they are others', async () => {
    mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
    try {
      const { asked, told, checks } = lonelyComputer();
      checks.sessionChanged(session('active'), null);
      mock.timers.tick(60_000);
      assert.equal(asked.length, 0, 'nobody watches');
      checks.watch();
      checks.watch();
      assert.equal(asked.length, 1);
      mock.timers.tick(15_000);
      checks.sessionChanged(session('suspended'), session('active'));
      mock.timers.tick(15_000);
      assert.equal(asked.length, 1, 'it has not answered');
      await asked[0]?.([check('b', 'Firefox')]);
      assert.deepEqual(told, [{ computer: 'lab', checks: [check('b', 'Firefox')] }]);
      mock.timers.tick(1000);
      assert.equal(asked.length, 2, 'what was wanted meanwhile is asked once');
      await asked[1]?.([check('b', 'Firefox')]);
      assert.equal(told.length, 1, 'the same is not told');
      checks.sessionChanged(session('suspended'), session('suspended'));
      mock.timers.tick(1000);
      assert.equal(asked.length, 2, 'the same state');
      checks.sessionChanged(session('suspended'), session('active'));
      checks.sessionChanged(session('active'), session('suspended'));
      mock.timers.tick(1000);
      assert.equal(asked.length, 3);
      await asked[2]?.(new Error('away'));
      mock.timers.tick(15_000);
      assert.equal(asked.length, 4, 'an ask that failed does not end it');
      await asked[3]?.([]);
      assert.deepEqual(told.at(-1), { computer: 'lab', checks: [] });
      checks.unwatch();
      checks.sessionChanged(session('active'), session('suspended'));
      mock.timers.tick(60_000);
      assert.equal(asked.length, 4, 'nobody watches any more');
    } finally {
      mock.timers.reset();
    }
  });

  test('an answer after the last reader left is kept and not told; what is known has no ended sessions', async () => {
    const { asked, gone, told, checks } = lonelyComputer();
    checks.watch();
    checks.unwatch();
    const [b, c] = [check('b', 'Firefox'), check('c', 'Chess')];
    await asked[0]?.([b, c]);
    assert.deepEqual(told, []);
    gone.add(c.session);
    assert.deepEqual(checks.known(), [{ computer: 'lab', checks: [b] }]);
    checks.reachableChanged('lab', false);
    assert.deepEqual(checks.known(), []);
  });

  test('reach the live feed; who comes later gets the last ones right after the snapshot', async () => {
    await using room = await GatewayRoom.make({ scripted: true });
    const { id, user } = room.script.add('anna');
    room.script.checks = [{ ...check('b', 'Firefox'), session: id, user }];
    assert.equal(room.script.heardOf('session.check').length, 0);
    const cookie = await room.pageCookie('admin');
    const events = async () => {
      const socket = await room.webSocket('live', { headers: { cookie: `__Host-stationmaster=${cookie}` } });
      const seen: { event: string; checks?: unknown }[] = [];
      socket.on('message', (data) => seen.push(JSON.parse(textOf(data)) as { event: string }));
      return seen;
    };
    const first = await events();
    await until('it hears', () => first.some(({ event }) => event === 'checks.changed'));
    assert.deepEqual(first.find(({ event }) => event === 'checks.changed')?.checks, room.script.checks);
    // From now on the host does not answer: what the second hears is what is known.
    room.script.answer('session.check', () => new Promise(() => {}));
    const second = await events();
    await until('it hears', () => second.length >= 2);
    assert.deepEqual([second[0]?.event, second[1]?.event, second[1]?.checks], ['snapshot', 'checks.changed', room.script.checks]);
  });
});
