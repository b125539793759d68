// The Systems tab: the computers and how they are, and the tokens with which programs get at them.
import {
  Button,
  Card,
  MessageBar,
  MessageBarBody,
  Subtitle1,
  Text,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { LinkRegular } from '@fluentui/react-icons/svg/link';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Computer } from '#contract/values.ts';
import { i18n } from '../shared/i18n.ts';
import { Ago, Time } from '../shared/time.tsx';
import { useRoom } from '../shared/room.tsx';
import { ComputerStatus } from '../shared/stations/status.tsx';
import { sizeText } from '../shared/size-text.ts';
import { ComputerMeters } from './computer-meters.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import { HibernationFault } from './hibernation-facts.tsx';
import { PowerButtons } from './power-buttons.tsx';
import { TokensPanel } from './tokens/tokens-panel.tsx';

const useStyles = makeStyles({
  tab: { display: 'flex', flexDirection: 'column', alignItems: 'stretch', gap: tokens.spacingVerticalXL },
  tasks: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  list: {
    display: 'grid',
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 420px), 1fr))',
  },
  head: {
    display: 'flex',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    flexWrap: 'wrap',
    alignItems: 'center',
  },
  // As many side by side as there is room for.
  facts: { columnWidth: '340px', columnGap: tokens.spacingHorizontalXXL, margin: 0 },
  pair: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 170px) minmax(0, 1fr)',
    gap: tokens.spacingHorizontalM,
    paddingBlock: tokens.spacingVerticalXXS,
    breakInside: 'avoid',
  },
  term: { color: tokens.colorNeutralForeground2 },
  fact: { margin: 0, overflowWrap: 'anywhere' },
});

/** Whether it can save sessions, with the version of CRIU. */
function hibernationText({ hibernation }: Computer): string {
  if (hibernation.fault === 'not-looked-yet') return i18n._('Not known yet');
  if (hibernation.fault !== null) return i18n._('Does not work');
  const works = i18n._('Works, with CRIU {version}', { version: hibernation.says });
  return hibernation.asRoot
    ? works
    : `${works}. ${i18n._('Programs that run as another user cannot be saved here, because the administrator of this computer lacks a right.')}`;
}

function System({ computer }: { computer: Computer }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const facts: readonly (readonly [string, ReactNode])[] = [
    [_('Operating system'), computer.system],
    [_('Stationmaster version'), computer.version],
    [_('Processor cores'), String(computer.cores)],
    ...(computer.startedAt > 0
      ? ([
          [_('Running for'), <Ago key="running" at={computer.startedAt} />],
          [_('Started'), <Time key="started" at={computer.startedAt} />],
        ] as const)
      : []),
    [_('Save sessions to disk'), hibernationText(computer)],
    ...(computer.hibernation.fault === 'not-looked-yet'
      ? []
      : ([
          [_('Used by saved sessions'), sizeText(computer.hibernation.savedBytes)],
          [_('Space left for them'), sizeText(computer.hibernation.freeBytes)],
        ] as const)),
  ];
  return (
    <Card>
      <div className={styles.head}>
        <Subtitle1 as="h2">{computer.name}</Subtitle1>
        <ComputerStatus reachable={computer.reachable} leaving={computer.leaving} mode={computer.mode} />
      </div>
      {!computer.reachable && computer.leaving === null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            {_(
              'The Stationmaster program on this computer does not answer. Running sessions go on. It is tried again by itself.',
            )}
          </MessageBarBody>
        </MessageBar>
      )}
      {computer.reachable && <HibernationFault computer={computer} />}
      <ComputerMeters computer={computer} />
      <dl className={styles.facts}>
        {facts.map(([term, fact]) => (
          <div key={term} className={styles.pair}>
            <dt className={styles.term}>{term}</dt>
            <dd className={styles.fact}>{fact}</dd>
          </div>
        ))}
      </dl>
      <PowerButtons computer={computer} />
    </Card>
  );
}

export function SystemsTab(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { computers } = useRoom();
  const focusTarget = useRestoreFocusTarget();
  const [saving, setSaving] = useState(false);
  return (
    <div className={styles.tab}>
      <div className={styles.tasks}>
        <Button {...focusTarget} icon={<LinkRegular />} onClick={() => setSaving(true)}>
          {_('Save connection files')}
        </Button>
      </div>
      {computers.length === 0 && <Text>{_('No computer is known yet.')}</Text>}
      <div className={styles.list}>
        {computers.map((computer) => (
          <System key={computer.name} computer={computer} />
        ))}
      </div>
      <TokensPanel />
      {saving && <ConnectionDialog close={() => setSaving(false)} />}
    </div>
  );
}
