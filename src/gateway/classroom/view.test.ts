import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeComputer, makeSession } from '../../../test/support/fake-gateway.ts';
import { eventWithin } from './view.ts';

test('who sees only some is not told whose work was lost or kept when the computer was last left', () => {
  const report = { sessions: [{ user: 'ben' }] };
  const computer = { ...makeComputer('classroom'), lastLeave: report } as unknown as ReturnType<typeof makeComputer>;
  const [seen, other] = [makeSession('a1', 'anna', 'classroom', null), makeSession('b1', 'ben', 'classroom', null)];
  const view = { sessions: new Set([seen.id]), stations: new Set<string>() };
  for (const event of [
    { event: 'computer.changed', computer },
    { event: 'snapshot', computers: [computer], stations: [], sessions: [seen, other], settings: {} },
  ]) {
    const told = JSON.stringify(eventWithin(event as never, view));
    assert.ok(!told.includes('ben'), told);
    assert.ok(told.includes('"lastLeave":null'), told);
  }
});
