import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scopeAfter } from './scope-options.ts';

it('changes what is given and leaves the other as it is', () => {
  const before = { rooms: ['Blue'], groups: ['8b'] };
  assert.deepEqual(scopeAfter({ rooms: ['Green'] }, before), { rooms: ['Green'], groups: ['8b'] });
  assert.deepEqual(scopeAfter({ groups: ['9a'] }, null), { rooms: [], groups: ['9a'] });
  assert.equal(scopeAfter({ everybody: true }, before), null);
  assert.equal(scopeAfter({}, before), undefined);
  assert.throws(() => scopeAfter({ everybody: true, rooms: ['Blue'] }, before), /--everybody/);
});
