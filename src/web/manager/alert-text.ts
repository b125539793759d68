// What the Manager says of each alert: what is the matter, what to do, and where in the Manager that is done.
import type { Alert, AlertCode } from '#model/alert.ts';
import type { AuditFault } from '#model/audit.ts';
import { serverNow, timeText } from '../shared/clock.ts';
import { i18n } from '../shared/i18n.ts';
import { savedFaultText } from '../shared/labels.ts';
import { namesText } from '../shared/names-text.ts';
import { sizeText } from '../shared/size-text.ts';
import { auditFaultText } from './audit-fault-text.ts';
import type { TabName } from './manager.tsx';

export interface AlertText {
  title: string;
  text: string;
  /** One line for each of several. */
  lines: readonly string[];
  way: { label: string; tab: TabName; query?: string } | null;
}

function bytes(alert: Alert, name: string): string {
  return sizeText(Number(alert.details[name] ?? 0));
}

const diskTitle: Readonly<Record<string, (computer: string) => string>> = {
  state: (computer) => i18n._('The disk with the saved sessions of {computer} is nearly full', { computer }),
  homes: (computer) => i18n._('The disk with the home folders of {computer} is nearly full', { computer }),
};

function left(alert: Alert): string {
  return i18n._('{free} of {total} are left.', { free: bytes(alert, 'freeBytes'), total: bytes(alert, 'totalBytes') });
}

function refusedText(count: number): string {
  return i18n._('{count, plural, one {# person was} other {# people were}} refused a new session in the last 24 hours.', {
    count,
  });
}

/** The text for alerts of one code that are shown as one; most are alone. Null: shown by a part of its own. */
const texts: Readonly<Record<AlertCode, ((alerts: readonly [Alert, ...Alert[]]) => AlertText) | null>> = {
  'station-waiting': null,
  'hibernation-impossible': null,
  'leave-refused': null,
  'computer-unreachable': ([alert]) => ({
    title: i18n._('{computer} does not answer', { computer: alert.computer ?? '' }),
    text: i18n._('Running sessions go on. It is tried again by itself.'),
    lines: [],
    way: { label: i18n._('See the computer'), tab: 'systems' },
  }),
  'audit-damaged': ([alert]) => ({
    title: i18n._('The activity was changed behind the back of the Manager'),
    text: auditFaultText(alert.details['fault'] as AuditFault, Number(alert.details['from'])),
    lines: [],
    way: { label: i18n._('See the activity'), tab: 'activity' },
  }),
  'sessions-full': ([alert]) => {
    const refused = Number(alert.details['refused']);
    return {
      title: i18n._('{computer} has as many sessions as it may: {count} of {most}', {
        computer: alert.computer ?? '',
        count: Number(alert.details['sessions']),
        most: Number(alert.details['most']),
      }),
      text: [
        ...(refused > 0 ? [refusedText(refused)] : []),
        i18n._('No new session is started. Save suspended sessions to disk, log off those that nobody needs, or allow more.'),
      ].join(' '),
      lines: [],
      way: { label: i18n._('See the suspended sessions'), tab: 'stations', query: 'status=suspended' },
    };
  },
  'sessions-refused': ([alert]) => ({
    title: i18n._('There were as many sessions as there may be'),
    text: `${refusedText(Number(alert.details['refused']))} ${i18n._('There is room again now. The setting “Most sessions on the computer” says how many there may be.')}`,
    lines: [],
    way: { label: i18n._('See the activity'), tab: 'activity', query: 'search=computer-full' },
  }),
  'memory-full': ([alert]) => ({
    title: i18n._('{computer} is nearly out of memory', { computer: alert.computer ?? '' }),
    text: `${left(alert)} ${i18n._('Save suspended sessions to disk, or log off those that nobody needs.')}`,
    lines: [],
    way: { label: i18n._('See the suspended sessions'), tab: 'stations', query: 'status=suspended' },
  }),
  'disk-full': ([alert]) => {
    const { computer, details } = alert;
    const holds = String(details['holds']);
    const title = diskTitle[holds] ?? ((name: string) => i18n._('The disk of {computer} is nearly full', { computer: name }));
    return {
      title: title(computer ?? ''),
      text: [
        left(alert),
        holds === 'homes'
          ? i18n._('When it is full, people can save nothing more. Make room, or enlarge it.')
          : i18n._('When it is full, sessions cannot be saved. Make room, or log off saved sessions that nobody needs.'),
      ].join(' '),
      lines: [],
      way:
        holds === 'homes' ? null : { label: i18n._('See the saved sessions'), tab: 'stations', query: 'status=saved&sort=since' },
    };
  },
  'session-lost': (alerts) => ({
    title: i18n._('{count, plural, one {# session was lost} other {# sessions were lost}}', { count: alerts.length }),
    text: i18n._('The computer stopped before saving. Concerns {users}; each is told at the next sign-in.', {
      users: namesText(alerts.map(({ user }) => user ?? '')),
    }),
    lines: [],
    way: { label: i18n._('See these sessions'), tab: 'stations', query: 'status=lost' },
  }),
  'session-broken': (alerts) => ({
    title: i18n._('{count, plural, one {# saved session cannot be continued} other {# saved sessions cannot be continued}}', {
      count: alerts.length,
    }),
    text: '',
    lines: alerts.map(({ user, details }) =>
      i18n._('{user}: {text}', { user: user ?? '', text: savedFaultText(String(details['fault'])) ?? '' }),
    ),
    way: { label: i18n._('See these sessions'), tab: 'stations', query: 'status=saved&attention=yes' },
  }),
  'certificate-expires': ([alert]) => {
    const endsAt = Number(alert.details['endsAt']);
    const values = { time: timeText(endsAt) };
    return {
      title:
        endsAt < serverNow()
          ? i18n._('The certificate of these pages has ended ({time})', values)
          : i18n._('The certificate of these pages ends soon ({time})', values),
      text: i18n._(
        'Then browsers warn, and stations no longer open. Replace the file if the certificate is your own. Stationmaster renews its own by itself; if it did not, type “sudo stationmaster certificate” on the computer.',
      ),
      lines: [],
      way: null,
    };
  },
  'failed-sign-ins': ([alert]) => ({
    title: i18n._('{count, plural, one {# failed sign-in} other {# failed sign-ins}} in the last 24 hours', {
      count: Number(alert.details['count']),
    }),
    text: i18n._('Somebody may be guessing passwords. See from where, and for which accounts.'),
    lines: [],
    way: { label: i18n._('See the activity'), tab: 'activity' },
  }),
};

export function alertText(alerts: readonly [Alert, ...Alert[]]): AlertText | null {
  return texts[alerts[0].code]?.(alerts) ?? null;
}
