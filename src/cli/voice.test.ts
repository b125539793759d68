import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table, timeText } from './voice.ts';

test('columns are aligned, also with accents and wide letters', () => {
  assert.equal(
    table(
      ['Name', 'State'],
      [
        ['Zoe\u0301', 'free'],
        ['部屋', 'free'],
        ['Station 4', 'taken'],
      ],
    ),
    ['Name       State', 'Zoe\u0301        free', '部屋       free', 'Station 4  taken'].join('\n'),
  );
});

test('a name cannot send commands to the terminal', () => {
  assert.ok(!table(['Name'], [['\u001b[2Jgone\n']]).includes('\u001b'));
});

test('times of today have no date, others do', () => {
  const now = new Date(2026, 10, 24, 15, 0).getTime();
  assert.equal(timeText(new Date(2026, 10, 24, 9, 5).getTime(), now), '09:05');
  assert.equal(timeText(new Date(2026, 10, 23, 9, 5).getTime(), now), '2026-11-23 09:05');
});
