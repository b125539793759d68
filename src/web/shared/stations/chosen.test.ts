import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceKindOf, chosenAfter, nothingChosen } from './chosen.ts';
import type { ChoiceKind } from './chosen.ts';

const order = ['a', 'b', 'c', 'd'];
const after = (...steps: readonly (readonly [string | null, ChoiceKind])[]) =>
  steps.reduce((chosen, [key, kind]) => chosenAfter(chosen, order, { computer: 'room', key }, kind), nothingChosen).keys;

test('one line, several lines and ranges are chosen as in lists everywhere', () => {
  assert.deepEqual(after(['b', 'only'], ['c', 'only']), ['c']);
  assert.deepEqual(after(['d', 'only'], ['a', 'toggle']), ['d', 'a']);
  assert.deepEqual(after(['d', 'only'], ['a', 'toggle'], ['d', 'toggle']), ['a']);
  assert.deepEqual(after(['b', 'only'], ['d', 'range']), ['b', 'c', 'd']);
  assert.deepEqual(after(['b', 'only'], ['d', 'range'], ['a', 'range']), ['a', 'b'], 'from where it began');
  assert.deepEqual(after(['c', 'range']), ['c'], 'a range from nowhere is one line');
  assert.deepEqual(after(['b', 'only'], ['c', 'toggle'], [null, 'only']), [], 'the computer is none of its lines');
});

test('an anchor that is no longer shown draws no range', () => {
  const chosen = chosenAfter({ computer: 'room', keys: ['z'], anchor: 'z' }, order, { computer: 'room', key: 'b' }, 'range');
  assert.deepEqual(chosen, { computer: 'room', keys: ['b'], anchor: 'b' });
});

test('Shift draws a range, Ctrl and Command add', () => {
  const keys = { shiftKey: false, ctrlKey: false, metaKey: false };
  assert.equal(choiceKindOf(keys), 'only');
  assert.equal(choiceKindOf({ ...keys, metaKey: true }), 'toggle');
  assert.equal(choiceKindOf({ ...keys, ctrlKey: true, shiftKey: true }), 'range');
});
