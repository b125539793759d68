// What needs the administrator, the most severe first: each with what to do, and put aside where that is sensible.
import {
  Badge,
  Button,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { ToldAlert } from '#contract/api.ts';
import { alertsOf, dismissible, severities } from '#model/alert.ts';
import type { Alert } from '#model/alert.ts';
import { api } from '../shared/api.ts';
import { timeText } from '../shared/clock.ts';
import { DismissButton } from '../shared/dismiss-button.tsx';
import { Time } from '../shared/time.tsx';
import { Failure } from '../shared/failure.tsx';
import { useNotices } from '../shared/notices.tsx';
import { useRoom } from '../shared/room.tsx';
import { alertText } from './alert-text.ts';
import { HibernationFault } from './hibernation-facts.tsx';
import type { TabName } from './manager.tsx';

const useStyles = makeStyles({
  lines: { margin: 0, paddingInlineStart: tokens.spacingHorizontalL },
  time: { color: tokens.colorNeutralForeground2, whiteSpace: 'nowrap' },
  aside: { display: 'flex', flexDirection: 'column', alignItems: 'start', gap: tokens.spacingVerticalXS },
  asideLine: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
});

/** Only the gateway knows of these; the others are seen in the room as they come. */
const askedFor: ReadonlySet<Alert['code']> = new Set([
  'certificate-expires',
  'failed-sign-ins',
  'sessions-refused',
  'audit-damaged',
]);
/** Several of these are one matter. */
const joined: ReadonlySet<Alert['code']> = new Set(['session-lost', 'session-broken']);

type Group = readonly [ToldAlert, ...ToldAlert[]];

/** Those that are one matter together, in the order given. */
function groupsOf(alerts: readonly ToldAlert[]): Group[] {
  const groups = new Map<string, [ToldAlert, ...ToldAlert[]]>();
  for (const alert of alerts) {
    const key = joined.has(alert.code) ? `${alert.code}:${alert.severity}` : alert.key;
    const there = groups.get(key);
    if (there === undefined) groups.set(key, [alert]);
    else there.push(alert);
  }
  return [...groups.values()];
}

export function AlertList({ open }: { open: (tab: TabName, query?: string) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const queries = useQueryClient();
  const room = useRoom();
  const [showAside, setShowAside] = useState(false);
  const told = useQuery({
    queryKey: ['alerts'],
    queryFn: ({ signal }) => api('alerts', {}, signal),
    refetchInterval: 60_000,
  });
  const alerts = useMemo((): ToldAlert[] => {
    const kept = new Map(told.data?.map((alert) => [alert.key, alert]));
    const { computers, stations, sessions, settings } = room;
    const seen = alertsOf({
      computers,
      stations,
      sessions,
      certificateEndsAt: null,
      failedSignIns: { count: 0, lastAt: 0 },
      mostSessions: settings.mostSessions,
      refusedAsFull: { count: 0, lastAt: 0 },
      auditDamage: null,
      now: 0,
    }).map((alert) => {
      const same = kept.get(alert.key);
      // Who was refused is in the audit only.
      const refused = alert.code === 'sessions-full' && same !== undefined ? { at: same.at, details: same.details } : {};
      return { ...alert, ...refused, dismissed: same?.dismissed ?? null };
    });
    return [...seen, ...(told.data ?? []).filter(({ code }) => askedFor.has(code))].toSorted(
      (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
    );
  }, [told.data, room]);
  // How the last restart went is told above, with what became of each session.
  const shown = alerts.filter(({ dismissed, code }) => dismissed === null && code !== 'leave-refused');
  const aside = groupsOf(alerts.filter(({ dismissed }) => dismissed !== null));

  const decide = async (id: string, admit: boolean): Promise<void> => {
    try {
      await (admit ? api('admitStation', { params: { id } }) : api('removeStation', { params: { id } }));
    } catch (error) {
      notices.failed(admit ? _('The station could not be let in.') : _('The station could not be refused.'), error);
    }
  };
  const change = async (group: Group, route: 'dismissAlert' | 'restoreAlert', failed: string): Promise<void> => {
    try {
      await Promise.all(group.map(({ key }) => api(route, { body: { key } })));
    } catch (error) {
      notices.failed(failed, error);
    }
    await queries.invalidateQueries({ queryKey: ['alerts'] });
  };

  const bar = (group: Group): ReactNode => {
    const [alert] = group;
    if (alert.code === 'hibernation-impossible') {
      const computer = room.computers.find(({ name }) => name === alert.computer);
      return computer === undefined ? null : (
        <HibernationFault key={alert.key} computer={computer} open={() => open('systems')} />
      );
    }
    if (alert.code === 'station-waiting') {
      const id = String(alert.details['station']);
      return (
        <MessageBar key={alert.key} intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{_('“{label}” wants to become a station', { label: alert.station ?? '' })}</MessageBarTitle>
            {_('Compare with what its screen shows. Address: {address}', { address: String(alert.details['address']) })}
          </MessageBarBody>
          <MessageBarActions>
            <Button appearance="primary" onClick={() => void decide(id, true)}>
              {_('Let in')}
            </Button>
            <Button onClick={() => void decide(id, false)}>{_('Refuse')}</Button>
          </MessageBarActions>
        </MessageBar>
      );
    }
    const said = alertText(group);
    if (said === null) return null;
    const { title, text, lines, way } = said;
    const latest = group.reduce((at, each) => Math.max(at, each.at ?? 0), 0);
    return (
      <MessageBar key={alert.key} intent={alert.severity === 'critical' ? 'error' : 'warning'} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{title}</MessageBarTitle>
          {alert.severity === 'critical' && (
            <>
              <Badge color="danger" size="medium">
                {_('Urgent')}
              </Badge>{' '}
            </>
          )}
          {latest > 0 && (
            <Text size={200} className={styles.time}>
              <Time at={latest} />{' '}
            </Text>
          )}
          {text}{' '}
          {lines.length > 0 && (
            <ul className={styles.lines}>
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
          {way !== null && (
            <Link as="button" inline onClick={() => open(way.tab, way.query)}>
              {way.label}
            </Link>
          )}
        </MessageBarBody>
        {dismissible.has(alert.code) && (
          <MessageBarActions
            containerAction={
              <DismissButton
                label={_('Put aside: {title}', { title })}
                title={_('Put aside, for all administrators')}
                run={() => void change(group, 'dismissAlert', _('This could not be put aside.'))}
              />
            }
          />
        )}
      </MessageBar>
    );
  };

  return (
    <>
      {told.isError && <Failure error={told.error} again={() => void told.refetch()} />}
      {shown.length === 0 && told.isSuccess && (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody>{_('Everything is in order.')}</MessageBarBody>
        </MessageBar>
      )}
      {groupsOf(shown).map(bar)}
      {aside.length > 0 && (
        <div className={styles.aside}>
          <Button size="small" appearance="subtle" aria-expanded={showAside} onClick={() => setShowAside(!showAside)}>
            {_('Put aside ({count})', { count: aside.length })}
          </Button>
          {showAside &&
            aside.map((group) => {
              const [{ key, dismissed }] = group;
              const title = alertText(group)?.title ?? '';
              return (
                <div key={key} className={styles.asideLine}>
                  <Text weight="semibold">{title}</Text>
                  <Text size={200} className={styles.time}>
                    {_('{person}, {time}', { person: dismissed?.by ?? '', time: timeText(dismissed?.at ?? 0) })}
                  </Text>
                  <Button
                    size="small"
                    aria-label={_('Show again: {title}', { title })}
                    onClick={() => void change(group, 'restoreAlert', _('This could not be shown again.'))}
                  >
                    {_('Show again')}
                  </Button>
                </div>
              );
            })}
        </div>
      )}
    </>
  );
}
