// The texts of the pages: complete in both languages, none left over.
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { catalogueFaults, entriesOf, textsUsedIn } from '../../../test/support/catalogue.ts';

const web = resolve(import.meta.dirname, '..');

async function sourcesOf(page: string): Promise<string[]> {
  const sources: string[] = [];
  for await (const file of glob(`${page}/**/*.{ts,tsx}`, { cwd: web })) {
    if (!/\.test\.tsx?$/.test(file)) sources.push(await readFile(join(web, file), 'utf8'));
  }
  return sources;
}

const catalogue = (page: string, language: string): Promise<string> =>
  readFile(join(web, page, 'locales', `${language}.po`), 'utf8');

for (const page of ['shared', 'station', 'manager', 'dashboard', 'api']) {
  test(`every text of ${page} is in English and French, and none is left over`, async () => {
    const shared = entriesOf(await catalogue('shared', 'en')).map((entry) => entry.id);
    const faults = catalogueFaults({
      en: await catalogue(page, 'en'),
      fr: await catalogue(page, 'fr'),
      sources: await sourcesOf(page),
      ...(page !== 'shared' && { elsewhere: shared }),
    });
    assert.deepEqual(faults, []);
  });
}

test('French has one word for one thing, and says what is to come as such', async () => {
  const texts = async (page: string): Promise<string[]> => entriesOf(await catalogue(page, 'fr')).map(({ text }) => text);
  const help = await readFile(join(web, 'shared', 'help', 'french.ts'), 'utf8');
  const all = [...(await Promise.all(['shared', 'station', 'manager', 'dashboard'].map(texts))).flat(), ...help.split('\n')];
  // "Réglages"; "Paramètres" are those of the API. "Le tableau de bord", "le gestionnaire".
  const faulty = /paramètre|(?:l[ea]s?|du|au) (?:Dashboard|Manager)\b|\best (?:écoulé|suspendu)e? dans \{|\barrive ici/iu;
  assert.deepEqual(
    all.filter((text) => faulty.test(text)),
    [],
  );
});

test('the check of the catalogues finds what is missing, empty, left over or of other placeholders', () => {
  const po = (entries: Record<string, string>): string =>
    `msgid ""\nmsgstr ""\n"Language: x\\n"\n${Object.entries(entries)
      .map(([id, text]) => `\nmsgid ${JSON.stringify(id)}\nmsgstr ${JSON.stringify(text)}\n`)
      .join('')}`;
  assert.deepEqual(textsUsedIn(`_('One'); i18n._(\n  'It\\'s {name}', { name }); msg("Two"); other('Three'); my_('Four')`), [
    'One',
    "It's {name}",
    'Two',
  ]);
  assert.deepEqual(
    catalogueFaults({
      en: po({ One: 'One', 'Hello {name}': 'Hello {name}', Old: 'Old' }),
      fr: po({ One: '', 'Hello {name}': 'Bonjour' }),
      sources: [`_('One'); _('Hello {name}'); _('New')`],
    }),
    [
      'en has "Old", which no code uses.',
      'en lacks "New".',
      'fr has no text for "One".',
      'fr has other placeholders for "Hello {name}".',
      'fr lacks "New".',
    ],
  );
});
