// Times as the page tells them.
import { currentLocale } from '../shared/i18n.ts';

const isToday = (at: number): boolean => new Date(at).toDateString() === new Date().toDateString();

/** The time of day, with the day unless it is today; from milliseconds since 1970. */
export function timeText(at: number): string {
  return new Intl.DateTimeFormat(currentLocale(), {
    hour: '2-digit',
    minute: '2-digit',
    ...(!isToday(at) && { weekday: 'short', day: 'numeric', month: 'short' }),
  }).format(at);
}
