import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInScope } from './classroom.ts';

test('a teacher has who sits in one of their rooms or is in one of their groups; without a scope, everybody', () => {
  const scope = { rooms: ['Room 2', 'Library'], groups: ['class-5b'] };
  assert.ok(isInScope(scope, { room: 'Library', groups: [] }));
  assert.ok(isInScope(scope, { room: '', groups: ['users', 'class-5b'] }));
  assert.ok(!isInScope(scope, { room: '', groups: ['class-5a'] }));
  assert.ok(!isInScope({ rooms: [], groups: [] }, { room: '', groups: [] }));
  assert.ok(isInScope(null, { room: 'Cellar', groups: [] }));
});
