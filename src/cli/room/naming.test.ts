import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '#model/session.ts';
import { plainConfiguration } from '#model/station.ts';
import type { Station } from '#model/station.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { findSession, findStation } from './naming.ts';

const station = (id: string, name: string): Station => ({
  id,
  name,
  computer: 'room',
  state: 'enrolled',
  online: true,
  enrolledAt: 0,
  lastSeenAt: 0,
  address: '',
  widthPx: 0,
  heightPx: 0,
  latencyMs: null,
  identifying: false,
  split: null,
  configuration: plainConfiguration,
});
const session = (id: string, user: string, at: string | null): Session => ({
  id,
  user,
  uid: 1000,
  fullName: '',
  computer: 'room',
  state: at === null ? 'suspended' : 'active',
  cause: 'signed-in',
  station: at,
  attachment: 1,
  startedAt: 0,
  since: 0,
  endsAt: null,
  endsBy: '',
  desktop: 'xfce',
  saved: null,
});

const stations = [station('aaaaaaaaaaaaaaaa', 'Station 1'), station('bbbbbbbbbbbbbbbb', 'Station 2')];
const sessions = [
  session('cccccccccccccccc', 'anna', 'aaaaaaaaaaaaaaaa'),
  session('dddddddddddddddd', 'ben', null),
  session('eeeeeeeeeeeeeeee', 'ben', null),
];

const fails = (code: number) => (error: unknown) => error instanceof CommandError && error.exitCode === code;

test('a session is found by its id, its station or its user', () => {
  for (const word of ['cccccccccccccccc', 'Station 1', 'station 1', 'aaaaaaaaaaaaaaaa', 'anna']) {
    assert.equal(findSession(sessions, stations, word).id, 'cccccccccccccccc', word);
  }
});

test('a user with two sessions is not clear, an unknown word is not found', () => {
  assert.throws(() => findSession(sessions, stations, 'ben'), fails(exitCode.usage));
  assert.throws(() => findSession(sessions, stations, 'Station 2'), fails(exitCode.notFound));
  assert.throws(() => findSession(sessions, stations, 'ANNA'), fails(exitCode.notFound));
});

test('a station is found by its id or its name', () => {
  assert.equal(findStation(stations, 'bbbbbbbbbbbbbbbb').name, 'Station 2');
  assert.equal(findStation(stations, 'STATION 2').name, 'Station 2');
  assert.throws(() => findStation(stations, 'Station 3'), fails(exitCode.notFound));
});
