// The Systems tab: the computers and how they are.
import { Card, MessageBar, MessageBarBody, Subtitle1, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { Computer } from '#contract/values.ts';
import { durationText, timeText, useNow } from '../shared/clock.ts';
import { useRoom } from '../shared/room.tsx';
import { ComputerStatus } from '../shared/stations/status.tsx';
import { ComputerMeters } from './computer-meters.tsx';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 420px), 1fr))',
  },
  head: {
    display: 'flex',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    flexWrap: 'wrap',
    alignItems: 'center',
  },
  facts: {
    display: 'grid',
    gridTemplateColumns: 'auto 1fr',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  term: { color: tokens.colorNeutralForeground2 },
  fact: { margin: 0, overflowWrap: 'anywhere' },
});

function System({ computer }: { computer: Computer }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const now = useNow();
  const facts: readonly (readonly [string, string])[] = [
    [_('Operating system'), computer.system],
    [_('Stationmaster version'), computer.version],
    [_('Processor cores'), String(computer.cores)],
    ...(computer.startedAt > 0
      ? ([
          [_('Running for'), durationText(now - computer.startedAt)],
          [_('Started'), timeText(computer.startedAt)],
        ] as const)
      : []),
  ];
  return (
    <Card>
      <div className={styles.head}>
        <Subtitle1 as="h2">{computer.name}</Subtitle1>
        <ComputerStatus reachable={computer.reachable} />
      </div>
      {!computer.reachable && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            {_(
              'The Stationmaster program on this computer does not answer. Running sessions go on. It is tried again by itself.',
            )}
          </MessageBarBody>
        </MessageBar>
      )}
      <ComputerMeters computer={computer} />
      <dl className={styles.facts}>
        {facts.map(([term, fact]) => [
          <dt key={`${term}-term`} className={styles.term}>
            {term}
          </dt>,
          <dd key={term} className={styles.fact}>
            {fact}
          </dd>,
        ])}
      </dl>
    </Card>
  );
}

export function SystemsTab(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { computers } = useRoom();
  if (computers.length === 0) return <Text>{_('No computer is known yet.')}</Text>;
  return (
    <div className={styles.list}>
      {computers.map((computer) => (
        <System key={computer.name} computer={computer} />
      ))}
    </div>
  );
}
