// `alerts`: what needs the administrator, in words, the most severe first.
import type { ToldAlert } from '#contract/api.ts';
import type { AlertCode, Severity } from '#model/alert.ts';
import { answer, answerJson, say, table, timeText } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import type { RoomOptions } from './room-commands.ts';

interface AlertOptions extends RoomOptions {
  all?: true;
  dismiss?: string;
  restore?: string;
}

const severityText: Readonly<Record<Severity, string>> = { critical: 'urgent', warning: 'warning', information: 'to do' };

const gigabytes = (value: string | number | undefined): string => `${(Number(value ?? 0) / 2 ** 30).toFixed(1)} GB`;

const diskText: Readonly<Record<string, string>> = {
  state: 'the disk of the saved sessions',
  homes: 'the disk of the home folders',
};

/** How often a new session was refused for that. */
const refusedText = (count: string | number | undefined): string =>
  Number(count ?? 0) === 0 ? '' : `, ${String(count)} refused in 24 hours`;

/** The matter and the way out, in a sentence. */
const texts: Readonly<Record<AlertCode, (alert: ToldAlert) => string>> = {
  'computer-unreachable': () => 'does not answer; sessions go on, look at: stationmaster status',
  'hibernation-impossible': ({ details }) => `cannot save sessions (${String(details['fault'])}); see: stationmaster doctor`,
  'audit-damaged': ({ details }) =>
    `the activity was changed behind the back of Stationmaster, from entry ${String(details['from'])} on; see: stationmaster audit verify`,
  'sessions-full': ({ details }) =>
    `${String(details['sessions'])} of ${String(details['most'])} sessions are in memory, no new one is started${refusedText(details['refused'])}; save suspended ones: stationmaster session hibernate`,
  'sessions-refused': ({ details }) =>
    `had as many sessions as it may${refusedText(details['refused'])}; see the setting mostSessions`,
  'leave-refused': ({ details }) => `did not restart or shut down: ${String(details['says'])}`,
  'memory-full': ({ details }) =>
    `only ${gigabytes(details['freeBytes'])} of ${gigabytes(details['totalBytes'])} memory left; save sessions: stationmaster session hibernate`,
  'disk-full': ({ details }) =>
    `only ${gigabytes(details['freeBytes'])} of ${gigabytes(details['totalBytes'])} left on ${diskText[String(details['holds'])] ?? 'the disk'}`,
  'session-lost': ({ user }) => `the session of ${user ?? ''} was lost when the computer stopped`,
  'session-broken': ({ user, details }) => `the saved session of ${user ?? ''} cannot be continued (${String(details['fault'])})`,
  'station-waiting': ({ station, details }) =>
    `${station ?? ''} (${String(details['address'])}) wants to become a station: stationmaster station admit`,
  'certificate-expires': ({ details }) =>
    `the certificate of the pages ends on ${new Date(Number(details['endsAt'])).toISOString().slice(0, 10)}`,
  'failed-sign-ins': ({ details }) => `${String(details['count'])} failed sign-ins in 24 hours; see: stationmaster audit`,
};

/** What is put aside or shown again is so before the list is made. */
export async function alerts(gateway: GatewayClient, options: AlertOptions): Promise<void> {
  if (options.dismiss !== undefined) await gateway.call('dismissAlert', { body: { key: options.dismiss } });
  if (options.restore !== undefined) await gateway.call('restoreAlert', { body: { key: options.restore } });
  const all = await gateway.call('alerts');
  const shown = all.filter(({ dismissed }) => options.all === true || dismissed === null);
  if (options.json) {
    answerJson(shown);
    return;
  }
  const aside = all.length - shown.length;
  if (aside > 0) say(`${aside} put aside; --all shows them as well.`);
  if (shown.length === 0) {
    say('Everything is in order.');
    return;
  }
  const now = Date.now();
  answer(
    table(
      ['Severity', 'Since', 'Computer', 'What', 'Key'],
      shown.map((alert) => [
        alert.dismissed === null ? severityText[alert.severity] : `aside (${alert.dismissed.by})`,
        alert.at === null ? '' : timeText(alert.at, now),
        alert.computer ?? '',
        texts[alert.code](alert),
        alert.key,
      ]),
    ),
  );
}
