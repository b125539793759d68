import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Session } from './session.ts';
import { plainConfiguration, stationRows } from './station.ts';
import type { Station } from './station.ts';

function station(id: string, options: Partial<Station> = {}): Station {
  return {
    id,
    name: `Station ${id}`,
    computer: 'room-1',
    state: 'enrolled',
    online: true,
    enrolledAt: 10,
    lastSeenAt: 20,
    address: '192.0.2.7',
    widthPx: 1920,
    heightPx: 1080,
    latencyMs: 3,
    identifying: false,
    split: null,
    configuration: plainConfiguration,
    ...options,
  };
}

function session(id: string, options: Partial<Session> = {}): Session {
  return {
    id,
    user: id,
    uid: 1000,
    fullName: id,
    computer: 'room-1',
    state: 'active',
    cause: 'signed-in',
    station: null,
    attachment: 1,
    startedAt: 30,
    since: 40,
    endsAt: null,
    endsBy: '',
    desktop: 'xfce',
    saved: null,
    ...options,
  };
}

describe('the rows of the Stations list', () => {
  it('show a station with the session that is there, since when it is', () => {
    const rows = stationRows([station('1')], [session('anna', { station: '1' })], { showAll: false });
    assert.deepEqual(
      rows.map(({ key, status, since, session }) => ({ key, status, since, user: session?.user })),
      [{ key: '1', status: 'logged-on', since: 40, user: 'anna' }],
    );
  });

  it('say what each session does', () => {
    const states = ['active', 'locked', 'starting', 'ending', 'suspended'] as const;
    const rows = stationRows(
      [],
      states.map((state) => session(state, { state })),
      { showAll: false },
    );
    assert.deepEqual(Object.fromEntries(rows.map(({ key, status }) => [key, status])), {
      active: 'logged-on',
      locked: 'locked',
      starting: 'starting',
      ending: 'signing-out',
      suspended: 'suspended',
    });
  });

  it('come by the name of the station as people count, then sessions at no station by user and time', () => {
    const rows = stationRows(
      [station('10'), station('9'), station('2', { name: 'station 2' })],
      [session('b'), session('a2', { user: 'a', since: 50 }), session('a1', { user: 'a', since: 45 })],
      { showAll: false },
    );
    assert.deepEqual(
      rows.map(({ key }) => key),
      ['2', '9', '10', 'a1', 'a2', 'b'],
    );
  });

  it('leave out stations whose page is not open, unless all are wanted or a session is there', () => {
    const stations = [station('1', { online: false }), station('2', { online: false }), station('3')];
    const sessions = [session('anna', { station: '2' })];
    assert.deepEqual(
      stationRows(stations, sessions, { showAll: false }).map(({ key, status }) => [key, status]),
      [
        ['2', 'logged-on'],
        ['3', 'free'],
      ],
    );
    const all = stationRows(stations, sessions, { showAll: true });
    assert.deepEqual([all[0]?.status, all[0]?.since], ['offline', 20]);
  });

  it('always show a station that asks to be let in, since when it does', () => {
    const rows = stationRows([station('1', { state: 'waiting', online: false })], [], { showAll: false });
    assert.deepEqual(
      rows.map(({ status, since }) => [status, since]),
      [['waiting', 10]],
    );
  });

  it('keep a session whose station nobody knows (it was removed)', () => {
    const rows = stationRows([], [session('anna', { station: 'gone' })], { showAll: false });
    assert.deepEqual(
      rows.map(({ key, station }) => [key, station]),
      [['anna', null]],
    );
  });
});
