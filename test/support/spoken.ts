// What the pages say, out of their catalogues: so that a test does a task by its labels in each language, and types none of them again.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setupI18n } from '@lingui/core';
import { entriesOf } from './catalogue.ts';

const web = resolve(import.meta.dirname, '../../src/web');

/** Says a text of the code in the language; throws where the page has no such text. */
export type Spoken = (text: string, values?: Readonly<Record<string, string | number>>) => string;

export async function spokenIn(language: 'en' | 'fr', page: 'manager' | 'dashboard'): Promise<Spoken> {
  const catalogues = await Promise.all(
    ['shared', page].map((each) => readFile(join(web, each, 'locales', `${language}.po`), 'utf8')),
  );
  const messages = Object.fromEntries(catalogues.flatMap(entriesOf).map(({ id, text }) => [id, text]));
  const i18n = setupI18n({ locale: language, messages: { [language]: messages } });
  return (text, values = {}) => {
    if (!Object.hasOwn(messages, text)) throw new Error(`The ${page} has no text “${text}” in ${language}.`);
    return i18n._(text, values);
  };
}
