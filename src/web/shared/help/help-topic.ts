// What there is help for, and what a help text is made of. The texts of each language are a file of their own, loaded when asked for.
import type { Language } from '../i18n.ts';

export const helpTopics = ['home', 'stations', 'users', 'systems', 'activity', 'dashboard', 'station'] as const;
export type HelpTopic = (typeof helpTopics)[number];

export interface HelpText {
  title: string;
  /** What the page is for, in one or two sentences. */
  purpose: string;
  tasks: readonly { what: string; how: string }[];
}
export type HelpTexts = Readonly<Record<HelpTopic, HelpText>>;

/** Where the documentation tells more: a file in docs and the headings there. */
export const moreIn: Readonly<Record<HelpTopic, { file: string; headings: readonly string[] }>> = {
  home: { file: 'docs/administrators.md', headings: ['What needs attention', 'Settings'] },
  stations: { file: 'docs/administrators.md', headings: ['Everyday', 'Configuring stations', 'Many stations'] },
  users: { file: 'docs/administrators.md', headings: ['Users'] },
  systems: { file: 'docs/administrators.md', headings: ['Console mode', 'Restart or shut down the computer'] },
  activity: { file: 'docs/administrators.md', headings: ['Who did what'] },
  dashboard: { file: 'docs/teachers.md', headings: ['For teachers'] },
  station: { file: 'docs/administrators.md', headings: ['A browser as a station', 'Users'] },
};

const loaders: Readonly<Record<Language, () => Promise<{ texts: HelpTexts }>>> = {
  en: () => import('./english.ts'),
  fr: () => import('./french.ts'),
};

export async function loadHelp(language: Language): Promise<HelpTexts> {
  return (await loaders[language]()).texts;
}
