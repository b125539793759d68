// Drives the limits of time through random histories of input, absence, sign-ins, settings, grants, restarts and clocks that jump, beside
// a plain account of what happened: nobody is taken away too early or without the warning, and nobody stays who should not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { TimeLimits } from '#model/session-time.ts';
import { settled, stepMs, TimesRoom } from '../support/times-room.ts';

const id = 'aaaaaaaaaaaaaaaa';
const minuteMs = 60_000;
/** Timers and steps round up. */
const slackMs = 3 * stepMs;

type Happening =
  | { do: 'pass'; seconds: number }
  | { do: 'input' | 'leave' | 'enter' | 'lock' | 'restart' | 'kill' | 'ask' | 'refuse' }
  | { do: 'unsaved'; unsaved: boolean | null }
  | { do: 'reachable'; reachable: boolean }
  | { do: 'limits'; limits: Partial<TimeLimits> }
  | { do: 'grant'; minutes: number }
  | { do: 'wall'; ms: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 400 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['input', 'input', 'leave', 'enter', 'enter', 'lock', 'restart', 'kill', 'ask', 'refuse'] as const),
      ),
    }),
  },
  fc.record({ do: fc.constant('unsaved' as const), unsaved: fc.constantFrom(true, false, null) }),
  fc.record({ do: fc.constant('reachable' as const), reachable: fc.boolean() }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('limits' as const),
      limits: fc.record(
        {
          idleSuspendMinutes: fc.constantFrom(0, 1, 3, 10),
          idleWarningSeconds: fc.constantFrom(10, 60, 600),
          longestSessionMinutes: fc.constantFrom(0, 2, 15, 40),
          longestSessionWarningMinutes: fc.constantFrom(1, 5, 60),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  fc.record({ do: fc.constant('grant' as const), minutes: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ do: fc.constant('wall' as const), ms: fc.constantFrom(-86_400_000, 3_600_000, 400 * 86_400_000) }),
);

/** What anybody who stood beside it with a stopwatch would have written down. */
class Account {
  /** Since when nobody did anything. */
  idleSinceMs: number;
  /** The same, or since when what decides about it is another. */
  idleSameSinceMs: number;
  usedMs = 0;
  grantedMs = 0;
  /** Since when the countdown that is shown now has been shown. */
  shownSince: { why: 'idle' | 'longest'; ms: number } | null = null;
  /** What was suspended with its time over, and may be ended the next time. */
  heldBack = false;
  judged = 0;
  /** Since when nothing has kept the time of the session from ending it. */
  undisturbedSinceMs: number;

  constructor(nowMs: number) {
    this.idleSinceMs = nowMs;
    this.idleSameSinceMs = nowMs;
    this.undisturbedSinceMs = nowMs;
  }
}

const idleWarningMs = ({ idleSuspendMinutes, idleWarningSeconds }: TimeLimits): number =>
  Math.min(idleWarningSeconds * 1000, (idleSuspendMinutes * minuteMs) / 2);
const longestWarningMs = ({ longestSessionMinutes, longestSessionWarningMinutes }: TimeLimits): number =>
  Math.min(longestSessionWarningMinutes, longestSessionMinutes / 2) * minuteMs;

function isAtWork(room: TimesRoom): boolean {
  return room.has(id) && ['active', 'locked'].includes(room.session(id).state);
}

/** After each step: whoever was taken away, was so rightly; whoever stays, does so rightly. */
function judge(room: TimesRoom, account: Account): void {
  const nowMs = room.clock.runningMs();
  const { limits } = room;
  for (const { call, cause } of room.deeds.slice(account.judged)) {
    const { shownSince } = account;
    if (cause === 'idle') {
      assert.equal(call, 'session.suspend');
      assert.ok(nowMs - account.idleSinceMs >= limits.idleSuspendMinutes * minuteMs - slackMs, 'suspended too early');
      assert.ok(
        shownSince?.why === 'idle' && nowMs - shownSince.ms >= idleWarningMs(limits) - slackMs,
        'suspended without the warning',
      );
    } else {
      assert.equal(cause, 'time-over');
      const leastMs = limits.longestSessionMinutes * minuteMs + account.grantedMs;
      assert.ok(account.usedMs >= leastMs - slackMs, `ended after ${account.usedMs} of ${leastMs} ms`);
      if (call === 'session.suspend') account.heldBack = true;
      else assert.ok(room.unsaved === false || account.heldBack, 'logged off with work unsaved');
    }
  }
  account.judged = room.deeds.length;
  const shown = room.times.shown(id);
  if (shown === null) account.shownSince = null;
  else if (account.shownSince?.why !== shown.why) account.shownSince = { why: shown.why, ms: nowMs };
  if (!isAtWork(room) || !room.reachable) return;
  const { idleSuspendMinutes, longestSessionMinutes } = limits;
  if (idleSuspendMinutes > 0) {
    const mostMs = idleSuspendMinutes * minuteMs + idleWarningMs(limits) + slackMs;
    assert.ok(nowMs - account.idleSameSinceMs <= mostMs, 'stays though nobody does anything');
  }
  if (longestSessionMinutes > 0) {
    // Warned twice at most, where work was unsaved; a minute more after a gateway that was killed.
    const mostMs = longestSessionMinutes * minuteMs + account.grantedMs + 2 * longestWarningMs(limits) + 2 * minuteMs;
    assert.ok(
      account.usedMs <= mostMs || nowMs - account.undisturbedSinceMs <= mostMs + slackMs,
      'stays though its time is over',
    );
  }
}

async function happen(room: TimesRoom, account: Account, what: Happening): Promise<void> {
  const begin = (): void => {
    account.idleSinceMs = room.clock.runningMs();
    account.idleSameSinceMs = room.clock.runningMs();
    account.shownSince = null;
  };
  const disturb = (): void => {
    account.undisturbedSinceMs = room.clock.runningMs();
  };
  switch (what.do) {
    case 'pass':
      for (let left = what.seconds * 1000; left > 0; left -= stepMs) {
        const counted = isAtWork(room);
        await room.pass(stepMs);
        if (counted) account.usedMs += stepMs;
        judge(room, account);
      }
      return;
    case 'input':
      room.times.input(id);
      if (isAtWork(room)) begin();
      break;
    case 'leave':
      if (isAtWork(room)) room.change(id, { state: 'suspended', station: null, cause: 'disconnected' });
      break;
    case 'lock':
      if (!isAtWork(room) || room.session(id).state === 'locked') break;
      room.change(id, { state: 'locked', cause: 'locked' });
      begin();
      break;
    case 'enter':
      if (!room.has(id)) {
        account.usedMs = 0;
        account.grantedMs = 0;
        account.heldBack = false;
      }
      room.enter(id);
      begin();
      disturb();
      break;
    case 'restart':
    case 'kill':
      room.restart(what.do === 'kill');
      begin();
      disturb();
      break;
    case 'ask':
    case 'refuse':
      try {
        if (room.has(id)) {
          room.times[what.do](room.session(id), () => {});
          begin();
        }
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'not-possible-now');
      }
      break;
    case 'unsaved':
      room.unsaved = what.unsaved;
      break;
    case 'reachable':
      room.setReachable(what.reachable);
      begin();
      disturb();
      break;
    case 'limits':
      room.setLimits(what.limits);
      account.idleSameSinceMs = room.clock.runningMs();
      disturb();
      break;
    case 'grant':
      if (!room.has(id)) break;
      if (room.limits.longestSessionMinutes === 0) {
        assert.throws(() => room.times.extend(room.session(id), what.minutes, () => {}), { code: 'no-time-limit' });
        break;
      }
      {
        const before = room.times.leftMs(room.session(id)) ?? 0;
        room.times.extend(room.session(id), what.minutes, () => {});
        const after = room.times.leftMs(room.session(id)) ?? 0;
        assert.ok(after >= before + what.minutes * minuteMs - 1, `${before} and ${what.minutes} min are ${after}`);
        account.grantedMs += what.minutes * minuteMs;
        account.heldBack = false;
      }
      if (isAtWork(room)) begin();
      disturb();
      break;
    case 'wall':
      room.clock.setWall(Math.max(0, room.clock.wallMs() + what.ms));
      break;
  }
  await settled();
  judge(room, account);
}

test('nobody is taken away too early or unwarned, and nobody stays who should not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 40 }), async (happenings) => {
      using room = new TimesRoom();
      const account = new Account(room.clock.runningMs());
      room.enter(id);
      for (const what of happenings) await happen(room, account, what);
    }),
    { numRuns: 100 },
  );
});
