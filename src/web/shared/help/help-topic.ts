// What there is help for, and what a help text is made of. The texts of each language are a file of their own, loaded when asked for.
import type { Language } from '../i18n.ts';

export const helpTopics = ['home', 'stations', 'users', 'systems', 'activity', 'dashboard', 'station'] as const;
export type HelpTopic = (typeof helpTopics)[number];

/** Those of the Manager and the Dashboard. */
export type PageTopic = Exclude<HelpTopic, 'station'>;

export interface HelpText {
  title: string;
  /** What the page is for, in one or two sentences. */
  purpose: string;
  tasks: readonly { what: string; how: string }[];
}
export type HelpTexts = Readonly<Record<HelpTopic, HelpText>>;

/** Where the documentation tells more: a document in docs and the headings there. The station's page leads nowhere else. */
export const moreIn: Readonly<Record<PageTopic, { document: string; headings: readonly string[] }>> = {
  home: { document: 'administrators', headings: ['What needs attention', 'Settings'] },
  stations: { document: 'administrators', headings: ['Everyday', 'Configuring stations', 'Many stations'] },
  users: { document: 'administrators', headings: ['Users'] },
  systems: { document: 'administrators', headings: ['Console mode', 'Restart or shut down the computer'] },
  activity: { document: 'administrators', headings: ['Who did what'] },
  dashboard: { document: 'teachers', headings: ['For teachers'] },
};

/** The anchor of a heading there. */
export const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(' ', '-');

const loaders: Readonly<Record<Language, () => Promise<{ texts: HelpTexts }>>> = {
  en: () => import('./english.ts'),
  fr: () => import('./french.ts'),
};

export async function loadHelp(language: Language): Promise<HelpTexts> {
  return (await loaders[language]()).texts;
}
