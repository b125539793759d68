// Days as people write them: in the order of their language, and what is no day is told apart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayInOrder, typedDay, writtenDay } from './day.ts';

test('a day is typed in the order of the language', () => {
  assert.equal(typedDay('3/11/2026', 'en-GB'), '2026-11-03');
  assert.equal(typedDay('11/3/2026', 'en-US'), '2026-11-03');
  assert.equal(typedDay(' 03.11.26 ', 'fr-FR'), '2026-11-03');
  assert.equal(typedDay('2026-11-03', 'en-US'), '2026-11-03');
});

test('what is no day is no day', () => {
  for (const text of ['', '3/11', '31/2/2026', '0/1/2026', '1/13/2026', 'yesterday', '1/1/1/2026', '1/1/99999'])
    assert.equal(typedDay(text, 'en-GB'), null, text);
  assert.equal(typedDay('29/2/2024', 'fr'), '2024-02-29');
  assert.equal(typedDay('29/2/2026', 'fr'), null);
});

test('what was typed is written as it is typed, in each language', () => {
  for (const locale of ['en-GB', 'en-US', 'fr-FR', 'fr-CA', 'de', 'ja'])
    for (const day of ['2026-11-03', '2024-02-29', '1999-12-31'])
      assert.equal(typedDay(writtenDay(day, locale), locale), day, `${day} ${locale}`);
  assert.equal(writtenDay('', 'fr'), '');
  assert.equal(dayInOrder('fr-FR', { day: 'jj', month: 'mm', year: 'aaaa' }), 'jj/mm/aaaa');
});
