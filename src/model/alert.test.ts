// What needs the administrator.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeComputer, makeSession, makeStation } from '../../test/support/fake-gateway.ts';
import { alertsOf, dismissible } from './alert.ts';
import type { AlertFacts } from './alert.ts';

const day = 86_400_000;
const now = 1_800_000_000_000;
const calm: AlertFacts = {
  computers: [makeComputer('room')],
  stations: [makeStation('s', 'Station 1', 'room')],
  sessions: [makeSession('a', 'anna', 'room', 's')],
  certificateEndsAt: now + 90 * day,
  failedSignIns: { count: 4, lastAt: now },
  mostSessions: 0,
  refusedAsFull: { count: 0, lastAt: 0 },
  auditDamage: null,
  now,
};
const told = (change: Partial<AlertFacts>): string[] =>
  alertsOf({ ...calm, ...change }).map(({ severity, code }) => `${severity} ${code}`);

test('nothing is told while all is well', () => {
  assert.deepEqual(told({}), []);
  assert.deepEqual(told({ certificateEndsAt: null, computers: [] }), []);
});

test('a computer that does not answer is critical, unless it was ordered to go', () => {
  assert.deepEqual(told({ computers: [makeComputer('room', { reachable: false, memoryAvailable: 0 })] }), [
    'critical computer-unreachable',
  ]);
  const leaving = { how: 'restart', phase: 'going', until: 0, unsaved: 0, by: '', stoppable: false } as const;
  assert.deepEqual(told({ computers: [makeComputer('room', { reachable: false, leaving })] }), []);
});

test('memory and disks are told when little is left, and once more severely when almost nothing is', () => {
  const memory = (part: number): string[] =>
    told({ computers: [makeComputer('room', { memoryTotal: 1000, memoryAvailable: part * 1000 })] });
  assert.deepEqual([memory(0.1), memory(0.099), memory(0.049)], [[], ['warning memory-full'], ['critical memory-full']]);
  const disks = [
    { holds: ['state'] as const, totalBytes: 1000, freeBytes: 99 },
    { holds: ['homes'] as const, totalBytes: 1000, freeBytes: 29 },
    { holds: ['homes'] as const, totalBytes: 0, freeBytes: 0 },
  ];
  const alerts = alertsOf({ ...calm, computers: [makeComputer('room', { disks })] });
  assert.deepEqual(
    alerts.map(({ key, severity, details }) => [key, severity, details['freeBytes']]),
    [
      ['disk-full:room:homes', 'critical', 29],
      ['disk-full:room:state', 'warning', 99],
    ],
  );
});

test('the certificate is told two weeks before it ends, and urgently two days before and after', () => {
  const at = (days: number): string[] => told({ certificateEndsAt: now + days * day });
  assert.deepEqual(
    [at(14), at(13.9), at(1.9), at(-3)],
    [[], ['warning certificate-expires'], ['critical certificate-expires'], ['critical certificate-expires']],
  );
});

test('sessions that were lost or cannot be continued, waiting stations and failed sign-ins are told, each by a key of its own', () => {
  const saved = { at: 1, bytes: 2, programs: [], fault: 'image-damaged' };
  const alerts = alertsOf({
    ...calm,
    sessions: [
      makeSession('l', 'lea', 'room', null, { state: 'lost', since: now - 5 }),
      makeSession('h', 'hugo', 'room', null, { state: 'hibernated', saved, since: now - 9 }),
      makeSession('k', 'kim', 'room', null, { state: 'hibernated', saved: { ...saved, fault: null } }),
    ],
    stations: [makeStation('w', 'Browser QK7', 'room', { state: 'waiting' })],
    failedSignIns: { count: 5, lastAt: now - 1 },
  });
  assert.deepEqual(
    alerts.map(({ code, user, station }) => [code, user, station]),
    [
      ['failed-sign-ins', null, null],
      ['session-lost', 'lea', null],
      ['session-broken', 'hugo', null],
      ['station-waiting', null, 'Browser QK7'],
    ],
  );
  assert.equal(new Set(alerts.map(({ key }) => key)).size, 4);
  assert.deepEqual(
    alerts.map(({ code }) => dismissible.has(code)),
    [true, true, true, false],
  );
});

test('a computer with as many sessions as it may have is told while it is so; afterwards only those who were refused', () => {
  const sessions = [
    makeSession('a', 'anna', 'room', 's'),
    makeSession('b', 'ben', 'room', null, { state: 'suspended' }),
    makeSession('c', 'cleo', 'room', null, { state: 'hibernated' }),
    makeSession('d', 'dora', 'other', null, { state: 'suspended' }),
  ];
  assert.deepEqual(told({ sessions, mostSessions: 3 }), []);
  const refusedAsFull = { count: 3, lastAt: now - 7 };
  const [full, ...others] = alertsOf({ ...calm, sessions, mostSessions: 2, refusedAsFull });
  assert.deepEqual([full?.code, full?.computer, full?.at, others], ['sessions-full', 'room', now - 7, []]);
  assert.deepEqual(full?.details, { sessions: 2, most: 2, refused: 3 });
  assert.deepEqual(told({ sessions, mostSessions: 2 }), ['warning sessions-full']);
  const [refused] = alertsOf({ ...calm, sessions, mostSessions: 0, refusedAsFull });
  assert.deepEqual([refused?.code, refused?.details['refused']], ['sessions-refused', 3]);
  assert.deepEqual([dismissible.has('sessions-full'), dismissible.has('sessions-refused')], [false, true]);
});

test('an audit that was changed is critical, and another place of it is another occurrence', () => {
  const keyOf = (from: number): string | undefined => {
    const [alert] = alertsOf({ ...calm, auditDamage: { fault: 'entry', from, foundAt: now } });
    assert.deepEqual([alert?.severity, alert?.code, alert?.details['from']], ['critical', 'audit-damaged', from]);
    return alert?.key;
  };
  assert.notEqual(keyOf(7), keyOf(8));
});
