// What people are called, and several names in one sentence, joined as the language does it.
import { currentLocale, i18n } from './i18n.ts';

/** "Firefox, ssh, and Writer". */
export function namesText(names: Iterable<string>): string {
  return new Intl.ListFormat(currentLocale(), { style: 'long', type: 'conjunction' }).format(new Set(names));
}

/** What somebody is called: the full name, where there is one. */
export function personName({ user, fullName }: { user: string; fullName: string }): string {
  return fullName === '' ? user : fullName;
}

/** Who did something, as the gateway tells it: empty for the administrator. */
export function giverName(by: string): string {
  return by === '' ? i18n._('The administrator') : by;
}
