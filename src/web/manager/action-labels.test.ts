// Everything that the audit can tell of has words, in both languages.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditActions } from '#model/audit.ts';
import { entriesOf } from '../../../test/support/catalogue.ts';
import { actionLabels } from './action-labels.ts';

for (const language of ['en', 'fr']) {
  test(`every action of the audit has words of its own (${language})`, async () => {
    const entries = entriesOf(await readFile(join(import.meta.dirname, 'locales', `${language}.po`), 'utf8'));
    const texts = auditActions.map((action) => entries.find(({ id }) => id === actionLabels[action])?.text ?? '');
    for (const [at, action] of auditActions.entries()) assert.notEqual(texts[at], '', action);
    assert.equal(new Set(texts).size, auditActions.length, 'no two read the same');
  });
}
