// The Home tab: what needs the administrator first, then the computers, then the settings of the room.
import { Button, Card, Subtitle1, Subtitle2, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { StationStatus } from '#model/station.ts';
import { stationRows } from '#model/station.ts';
import { useRoom } from '../shared/room.tsx';
import { ComputerStatus, Status } from '../shared/stations/status.tsx';
import { TimeRequests } from '../shared/stations/time-requests.tsx';
import { AlertList } from './alert-list.tsx';
import { FirstSteps } from './first-steps.tsx';
import { ComputerMeters } from './computer-meters.tsx';
import { LeaveAccount } from './leave-account.tsx';
import { PowerButtons } from './power-buttons.tsx';
import { LimitRules } from './limit-rules.tsx';
import type { TabName } from './manager.tsx';
import { SettingsPanel } from './settings-panel.tsx';

const useStyles = makeStyles({
  tab: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXL },
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  cards: {
    display: 'grid',
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 340px), 1fr))',
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
  subtle: { color: tokens.colorNeutralForeground2 },
});

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

export function HomeTab({ open }: { open: (tab: TabName, query?: string) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const room = useRoom();
  const rows = stationRows(room.stations, room.sessions, { showAll: true });

  return (
    <div className={styles.tab}>
      <FirstSteps open={open} />
      <section className={styles.part} aria-labelledby="attention">
        <Subtitle1 as="h2" id="attention">
          {_('Needs your attention')}
        </Subtitle1>
        {room.computers.map((computer) => (
          <LeaveAccount key={computer.name} computer={computer} />
        ))}
        <TimeRequests />
        <AlertList open={open} />
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
                  <ComputerStatus reachable={computer.reachable} leaving={computer.leaving} mode={computer.mode} />
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
      <LimitRules />
    </div>
  );
}
