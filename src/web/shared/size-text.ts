// How much memory or disk something takes, in words.
import { currentLocale } from './i18n.ts';

/** "1.3 GB", "240 MB": bytes in the unit that people would use. */
export function sizeText(bytes: number): string {
  const large = bytes >= 2 ** 30;
  return new Intl.NumberFormat(currentLocale(), {
    style: 'unit',
    unit: large ? 'gigabyte' : 'megabyte',
    maximumFractionDigits: large ? 1 : 0,
  }).format(bytes / (large ? 2 ** 30 : 2 ** 20));
}
