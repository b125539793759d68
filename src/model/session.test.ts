import assert from 'node:assert/strict';
import { it } from 'node:test';
import { holdsStation, isResumable, sessionAfter, sessionHappenings, sessionStates, sessionTransitions } from './session.ts';
import type { Session, SessionState } from './session.ts';

const session: Session = {
  id: 'aaaaaaaaaaaaaaaa',
  user: 'anna',
  uid: 1000,
  fullName: 'Anna Adams',
  computer: 'room-1',
  state: 'active',
  cause: 'signed-in',
  station: 'bbbbbbbbbbbbbbbb',
  attachment: 1,
  startedAt: 1,
  since: 1,
  endsAt: null,
  endsBy: '',
  desktop: 'xfce',
  saved: null,
};

it('leads from a starting session to every state', () => {
  const reached = new Set<SessionState>(['starting']);
  for (const state of reached) {
    for (const happening of sessionHappenings) {
      const next = sessionAfter(state, happening);
      if (next !== undefined) reached.add(next);
    }
  }
  assert.deepEqual([...reached].toSorted(), [...sessionStates].toSorted());
});

it('lets nothing happen to a session that has ended', () => {
  for (const happening of sessionHappenings) assert.equal(sessionAfter('ended', happening), undefined);
});

it('lets processes be gone in every state but ended, and only that leads to ended', () => {
  for (const state of sessionStates) {
    if (state !== 'ended') assert.equal(sessionAfter(state, 'gone'), 'ended');
    for (const happening of sessionHappenings) {
      if (happening !== 'gone') assert.notEqual(sessionAfter(state, happening), 'ended', `${state} ${happening}`);
    }
  }
});

it('lets every session that has not ended be ended, and nothing bring one back that is being ended', () => {
  for (const state of sessionStates) if (state !== 'ended') assert.equal(sessionAfter(state, 'end'), 'ending');
  assert.deepEqual(Object.keys(sessionTransitions.ending).toSorted(), ['end', 'gone']);
});

it('opens a lock only by a password: by unlocking, or by signing in anew', () => {
  const ways = sessionHappenings.filter((happening) => sessionAfter('locked', happening) === 'active');
  assert.deepEqual(ways, ['attach', 'unlock']);
});

it('moves what runs, and a lock goes along', () => {
  const moving = sessionStates.filter((state) => sessionAfter(state, 'move') !== undefined);
  assert.deepEqual(moving, ['active', 'locked', 'suspended']);
  assert.equal(sessionAfter('locked', 'move'), 'locked');
});

it('can be attached exactly where it can be continued', () => {
  for (const state of sessionStates) {
    assert.equal(sessionAfter(state, 'attach') !== undefined, isResumable({ ...session, state }), state);
  }
});

it('holds its station while it is shown, locked or waited for there', () => {
  const holding = sessionStates.filter((state) => holdsStation({ ...session, state }));
  assert.deepEqual(holding, ['starting', 'active', 'locked', 'hibernating', 'restoring']);
  assert.ok(!holdsStation({ ...session, station: null }));
});

it('leads to the disk only from memory, out of it only by signing in, and never loses what is there', () => {
  const before = sessionStates.filter((state) => sessionAfter(state, 'hibernate') !== undefined);
  assert.deepEqual(before, ['suspended']);
  assert.equal(sessionAfter('hibernating', 'kept'), 'suspended');
  assert.equal(sessionAfter('restoring', 'unrestored'), 'hibernated');
  const losing = sessionStates.filter((state) => sessionAfter(state, 'lose') !== undefined);
  assert.deepEqual(losing, ['active', 'locked', 'suspended', 'hibernating']);
});

it('does not offer a saved session that can never be continued', () => {
  const saved = { at: 1, bytes: 1, programs: [], fault: null };
  assert.ok(isResumable({ ...session, state: 'hibernated', saved }));
  assert.ok(isResumable({ ...session, state: 'hibernated', saved: { ...saved, fault: 'display-taken' } }));
  assert.ok(!isResumable({ ...session, state: 'hibernated', saved: { ...saved, fault: 'image-damaged' } }));
});
