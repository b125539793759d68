// A day of the calendar as people write it in a language, and as the browser writes it: `2026-11-26`.

type Part = 'day' | 'month' | 'year';

/** The parts of a day in the order of the language, with what stands between them. */
function shapeOf(locale: string): Intl.DateTimeFormatPart[] {
  // 2000-10-20: every part is as long as it gets.
  return new Intl.DateTimeFormat(locale, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    calendar: 'gregory',
    numberingSystem: 'latn',
  }).formatToParts(new Date(2000, 9, 20));
}

const isPart = (type: string): type is Part => type === 'day' || type === 'month' || type === 'year';

/** The parts put in, in the order of the language: `26/11/2026`, or how it is to be typed. */
export function dayInOrder(locale: string, parts: Readonly<Record<Part, string>>): string {
  return shapeOf(locale)
    .map(({ type, value }) => (isPart(type) ? parts[type] : value))
    .join('');
}

/** A day as the browser writes it, as people write it; what is no day is empty. */
export function writtenDay(day: string, locale: string): string {
  const [year, month, date] = day.split('-');
  return year === undefined || month === undefined || date === undefined ? '' : dayInOrder(locale, { year, month, day: date });
}

/** What somebody typed, as the browser writes it; null: that is no day. A year of two digits is of this century. */
export function typedDay(text: string, locale: string): string | null {
  const numbers = text.match(/\d+/g) ?? [];
  if (numbers.length !== 3) return null;
  const first: readonly Part[] = ['year', 'month', 'day'];
  const order =
    numbers[0]?.length === 4
      ? first
      : shapeOf(locale)
          .map(({ type }) => type)
          .filter(isPart);
  const of = (part: Part): number => Number(numbers[order.indexOf(part)]);
  const year = of('year') < 100 ? 2000 + of('year') : of('year');
  const day = new Date(Date.UTC(year, of('month') - 1, of('day')));
  if (day.getUTCFullYear() !== year || day.getUTCMonth() !== of('month') - 1 || day.getUTCDate() !== of('day')) return null;
  return year > 9999 ? null : day.toISOString().slice(0, 10);
}
