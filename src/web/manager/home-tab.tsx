// The Home tab: what needs the administrator first, then the computers, then the settings of the room.
import {
  Button,
  Card,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Subtitle1,
  Subtitle2,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { StationStatus } from '#model/station.ts';
import { stationRows } from '#model/station.ts';
import { api } from '../shared/api.ts';
import { serverNow } from '../shared/clock.ts';
import { namesText } from '../shared/names-text.ts';
import { useNotices } from '../shared/notices.tsx';
import { useRoom } from '../shared/room.tsx';
import { ComputerStatus, Status } from '../shared/stations/status.tsx';
import { savedFaultText } from '../shared/labels.ts';
import { ComputerMeters } from './computer-meters.tsx';
import { HibernationFault } from './hibernation-facts.tsx';
import { LeaveAccount } from './leave-account.tsx';
import { PowerButtons } from './power-buttons.tsx';
import type { TabName } from './manager.tsx';
import { SettingsPanel } from './settings-panel.tsx';

const useStyles = makeStyles({
  tab: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXL },
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  cards: {
    display: 'grid',
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 340px), 1fr))',
  },
  head: {
    display: 'flex',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    flexWrap: 'wrap',
    alignItems: 'center',
  },
  states: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    listStyleType: 'none',
    margin: 0,
    padding: 0,
  },
  state: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  faults: { margin: 0, paddingInlineStart: tokens.spacingHorizontalL },
  subtle: { color: tokens.colorNeutralForeground2 },
});

const dayMs = 86_400_000;
/** Fewer than this in a day is people mistyping. */
const worthTelling = 5;
const counted: readonly StationStatus[] = [
  'logged-on',
  'locked',
  'starting',
  'signing-out',
  'suspended',
  'saving',
  'saved',
  'restoring',
  'lost',
  'free',
];

export function HomeTab({ open }: { open: (tab: TabName) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const room = useRoom();
  const failedSignIns = useQuery({
    queryKey: ['audit', 'failed-sign-ins'],
    queryFn: async ({ signal }) => {
      const entries = await api('audit', { query: { limit: 200, search: 'sign-in' } }, signal);
      const since = serverNow() - dayMs;
      return entries.filter(
        (entry) =>
          entry.action.endsWith('sign-in') && entry.at >= since && ['wrong-credentials', 'throttled'].includes(entry.outcome),
      ).length;
    },
    refetchInterval: 60_000,
  });
  const waiting = room.stations.filter((station) => station.state === 'waiting');
  const unreachable = room.computers.filter((computer) => !computer.reachable && computer.leaving === null);
  const unable = room.computers.filter(
    (computer) => computer.reachable && ![null, 'not-looked-yet'].includes(computer.hibernation.fault),
  );
  const lost = room.sessions.filter((session) => session.state === 'lost');
  const faulty = room.sessions.filter((session) => session.state === 'hibernated' && session.saved?.fault != null);
  const failed = failedSignIns.data ?? 0;
  const quiet = [waiting, unreachable, unable, lost, faulty].every((list) => list.length === 0) && failed < worthTelling;
  const rows = stationRows(room.stations, room.sessions, { showAll: true });

  const decide = async (id: string, admit: boolean): Promise<void> => {
    try {
      await (admit ? api('admitStation', { params: { id } }) : api('removeStation', { params: { id } }));
    } catch (error) {
      notices.failed(admit ? _('The station could not be let in.') : _('The station could not be refused.'), error);
    }
  };

  return (
    <div className={styles.tab}>
      <section className={styles.part} aria-labelledby="attention">
        <Subtitle1 as="h2" id="attention">
          {_('Needs your attention')}
        </Subtitle1>
        {quiet && (
          <MessageBar intent="success" layout="multiline">
            <MessageBarBody>{_('Everything is in order.')}</MessageBarBody>
          </MessageBar>
        )}
        {unreachable.map((computer) => (
          <MessageBar key={computer.name} intent="error" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>{_('{computer} does not answer', { computer: computer.name })}</MessageBarTitle>
              {_('Running sessions go on. It is tried again by itself.')}
            </MessageBarBody>
          </MessageBar>
        ))}
        {room.computers.map((computer) => (
          <LeaveAccount key={computer.name} computer={computer} />
        ))}
        {unable.map((computer) => (
          <HibernationFault key={computer.name} computer={computer} open={() => open('systems')} />
        ))}
        {lost.length > 0 && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>
                {_('{count, plural, one {# session was lost} other {# sessions were lost}}', { count: lost.length })}
              </MessageBarTitle>
              {_('The computer stopped before saving. Concerns {users}; each is told at the next sign-in.', {
                users: namesText(lost.map((session) => session.user)),
              })}{' '}
              <Link as="button" inline onClick={() => open('stations')}>
                {_('Open the stations')}
              </Link>
            </MessageBarBody>
          </MessageBar>
        )}
        {faulty.length > 0 && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>
                {_('{count, plural, one {# saved session cannot be continued} other {# saved sessions cannot be continued}}', {
                  count: faulty.length,
                })}
              </MessageBarTitle>
              <ul className={styles.faults}>
                {faulty.map((session) => (
                  <li key={session.id}>
                    {_('{user}: {text}', { user: session.user, text: savedFaultText(session.saved?.fault ?? null) ?? '' })}
                  </li>
                ))}
              </ul>
              <Link as="button" inline onClick={() => open('stations')}>
                {_('Open the stations')}
              </Link>
            </MessageBarBody>
          </MessageBar>
        )}
        {waiting.map((station) => (
          <MessageBar key={station.id} intent="warning" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>{_('“{label}” wants to become a station', { label: station.name })}</MessageBarTitle>
              {_('Compare with what its screen shows. Address: {address}', { address: station.address })}
            </MessageBarBody>
            <MessageBarActions>
              <Button appearance="primary" onClick={() => void decide(station.id, true)}>
                {_('Let in')}
              </Button>
              <Button onClick={() => void decide(station.id, false)}>{_('Refuse')}</Button>
            </MessageBarActions>
          </MessageBar>
        ))}
        {failed >= worthTelling && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>
                {_('{count, plural, one {# failed sign-in} other {# failed sign-ins}} in the last 24 hours', { count: failed })}
              </MessageBarTitle>
              <Link as="button" inline onClick={() => open('activity')}>
                {_('See the activity')}
              </Link>
            </MessageBarBody>
          </MessageBar>
        )}
      </section>
      <section className={styles.part} aria-labelledby="computers">
        <Subtitle1 as="h2" id="computers">
          {_('Computers')}
        </Subtitle1>
        {room.computers.length === 0 && <Text>{_('No computer is known yet.')}</Text>}
        <div className={styles.cards}>
          {room.computers.map((computer) => {
            const here = rows.filter((row) => row.computer === computer.name);
            const states = counted
              .map((status) => ({ status, count: here.filter((row) => row.status === status).length }))
              .filter((each) => each.count > 0);
            return (
              <Card key={computer.name}>
                <div className={styles.head}>
                  <Subtitle2 as="h3">{computer.name}</Subtitle2>
                  <ComputerStatus reachable={computer.reachable} leaving={computer.leaving} />
                </div>
                {states.length === 0 ? (
                  <Text className={styles.subtle}>{_('No station is in use')}</Text>
                ) : (
                  <ul className={styles.states}>
                    {states.map(({ status, count }) => (
                      <li key={status} className={styles.state}>
                        <Status status={status} />
                        <Text weight="semibold">{count}</Text>
                      </li>
                    ))}
                  </ul>
                )}
                <ComputerMeters computer={computer} />
                <Text size={200} className={styles.subtle}>
                  {_('Version {version}', { version: computer.version })}
                </Text>
                <div className={styles.head}>
                  <PowerButtons computer={computer} />
                  <Button size="small" onClick={() => open('stations')}>
                    {_('Open the stations')}
                  </Button>
                </div>
              </Card>
            );
          })}
        </div>
      </section>
      <SettingsPanel />
    </div>
  );
}
