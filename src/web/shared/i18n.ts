// The language of a page: the person's remembered choice, else the browser's; its texts are loaded when they are needed.
import { i18n } from '@lingui/core';
import type { Messages } from '@lingui/core';

export { i18n };

/** Each language by its code, with its own name. */
export const languages = { en: 'English', fr: 'Français' } as const;
export type Language = keyof typeof languages;

type Catalogue = () => Promise<{ messages: Messages }>;
/** The texts of one page, one loader per language. */
export type PageTexts = Readonly<Record<Language, Catalogue>>;

const sharedTexts: PageTexts = { en: () => import('./locales/en.po'), fr: () => import('./locales/fr.po') };
const rememberedAs = 'stationmaster.language';
const begunAs = 'stationmaster.station-language';

let pageTexts: PageTexts;

function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(languages, value);
}

function remembered(): string | null {
  try {
    return localStorage.getItem(rememberedAs);
  } catch {
    return null;
  }
}

function preferred(): Language {
  const choice = remembered();
  if (isLanguage(choice)) return choice;
  for (const wanted of navigator.languages) {
    const language = wanted.slice(0, 2).toLowerCase();
    if (isLanguage(language)) return language;
  }
  return 'en';
}

/** Dates and numbers as in the browser's own region where it has one of the language: `fr-CA` for French. */
function regional(language: Language): string {
  return navigator.languages.find((wanted) => wanted.slice(0, 2).toLowerCase() === language) ?? language;
}

async function show(language: Language): Promise<void> {
  const [shared, page] = await Promise.all([sharedTexts[language](), pageTexts[language]()]);
  i18n.loadAndActivate({ locale: language, locales: [regional(language)], messages: { ...shared.messages, ...page.messages } });
  document.documentElement.lang = language;
}

/** Loads the page's texts in the person's language; to be awaited before anything is shown. */
export async function startLanguage(texts: PageTexts): Promise<void> {
  pageTexts = texts;
  await show(preferred());
}

/** Shows the page in another language and remembers it. Listen with `i18n.on('change', …)`, which returns its remover. */
export async function changeLanguage(language: Language): Promise<void> {
  await show(language);
  try {
    localStorage.setItem(rememberedAs, language);
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}

/**
 * Shows the page in the language that it is set to begin with. Once it has begun so, a person's choice of another one holds until the
 * administrator sets yet another.
 */
export async function beginInLanguage(language: Language): Promise<void> {
  try {
    if (localStorage.getItem(begunAs) === language) return;
    localStorage.setItem(begunAs, language);
  } catch {
    // Without storage there is no station; the page says so.
  }
  if (language !== currentLanguage()) await changeLanguage(language);
}

/** The language shown now. */
export function currentLanguage(): Language {
  return isLanguage(i18n.locale) ? i18n.locale : 'en';
}

/** For Intl: the locale of dates and numbers. */
export function currentLocale(): string {
  return regional(currentLanguage());
}

/** Marks a text that is translated later, so that the check of the catalogues sees it: `i18n._(someLabel)`. */
export function msg(text: string): string {
  return text;
}
