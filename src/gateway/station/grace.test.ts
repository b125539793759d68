// The grace time of a station that stays away, where the computer does not do at once what it is told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Session } from '#model/session.ts';
import { until } from '../../../test/support/gateway-room.ts';
import type { RoomSettings } from '../room-settings.ts';
import { Grace } from './grace.ts';

const session: Session = {
  id: 'aaaaaaaaaaaaaaaa',
  user: 'anna',
  uid: 2001,
  fullName: '',
  computer: 'room',
  state: 'active',
  cause: 'signed-in',
  station: 'bbbbbbbbbbbbbbbb',
  attachment: 3,
  startedAt: 0,
  since: 0,
  endsAt: null,
  endsBy: '',
  desktop: 'xfce',
  saved: null,
};

describe('the grace time', () => {
  test('a computer that answers but could not suspend the session is told again', async () => {
    const told: unknown[] = [];
    const fleet: Pick<Fleet, 'call' | 'isReachable' | 'session' | 'sessions'> = {
      isReachable: () => true,
      session: () => session,
      sessions: () => [session],
      call: (_computer, _call, args) => {
        told.push(args);
        return told.length === 1
          ? Promise.reject(new CodedError('computer-unreachable'))
          : Promise.withResolvers<never>().promise;
      },
    };
    const settings: Pick<RoomSettings, 'now'> = { now: { graceSeconds: 0.01 } as RoomSettings['now'] };
    const grace = new Grace(fleet as Fleet, settings as RoomSettings, () => false, pino({ level: 'silent' }));
    grace.look(session);
    await until('it is told a second time', () => told.length === 2);
    assert.deepEqual(told[1], { session: session.id, cause: 'station-lost', attachment: 3 });
    grace.stop();
  });
});
