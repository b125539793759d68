// Programs at risk: what saving a session to disk would do to the programs that are open in it.
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons/svg/arrow-clockwise';
import { PlugDisconnectedRegular } from '@fluentui/react-icons/svg/plug-disconnected';
import { WarningFilled } from '@fluentui/react-icons/svg/warning';
import { useLingui } from '@lingui/react';
import type { ComponentType, ReactNode } from 'react';
import { programFates } from '#model/session.ts';
import type { ProgramAtRisk, ProgramFate } from '#model/session.ts';
import { i18n } from '../i18n.ts';
import { fateLabels, riskReasonLabels } from '../labels.ts';
import { Detail } from './detail.tsx';

const useStyles = makeStyles({
  cell: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS, minWidth: 0 },
  names: { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    listStyleType: 'none',
    margin: 0,
    padding: 0,
  },
  program: { display: 'grid', gridTemplateColumns: 'auto minmax(0, 1fr)', columnGap: tokens.spacingHorizontalS },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  why: { gridColumn: 2, color: tokens.colorNeutralForeground2 },
  icon: { fontSize: '18px', width: '1em', height: '1em', flexShrink: 0 },
  good: { color: tokens.colorBrandForeground1 },
  some: { color: tokens.colorPaletteMarigoldForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  subtle: { color: tokens.colorNeutralForeground2 },
});

const looks: Readonly<Record<ProgramFate, readonly [ComponentType<{ className?: string }>, 'good' | 'some' | 'bad']>> = {
  reopened: [ArrowClockwiseRegular, 'good'],
  disconnected: [PlugDisconnectedRegular, 'some'],
  lost: [WarningFilled, 'bad'],
};

/** The worst first. */
function worstFirst(atRisk: readonly ProgramAtRisk[]): ProgramAtRisk[] {
  return atRisk.toSorted((a, b) => programFates.indexOf(b.fate) - programFates.indexOf(a.fate));
}

/** What becomes of it and why. That browsers run in a sandbox helps nobody who reads that their tabs come back. */
function fateText({ fate, reason }: ProgramAtRisk): string {
  return fate === 'lost' ? `${i18n._(fateLabels.lost)} ${i18n._(riskReasonLabels[reason])}` : i18n._(fateLabels[fate]);
}

function FateIcon({ fate }: { fate: ProgramFate }): ReactNode {
  const styles = useStyles();
  const [Icon, look] = looks[fate];
  return <Icon className={mergeClasses(styles.icon, styles[look])} />;
}

/** Each program with what becomes of it. */
export function RiskList({ atRisk }: { atRisk: readonly ProgramAtRisk[] }): ReactNode {
  const styles = useStyles();
  return (
    <ul className={styles.list}>
      {worstFirst(atRisk).map((each) => (
        <li key={`${each.program} ${each.fate} ${each.reason}`} className={styles.program}>
          <FateIcon fate={each.fate} />
          <span className={styles.name}>{each.program}</span>
          <span className={styles.why}>{fateText(each)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the column Programs at risk shows for a session; `undefined`: it was not looked at yet. */
export function Risks({ atRisk }: { atRisk: readonly ProgramAtRisk[] | undefined }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  if (atRisk === undefined) return null;
  if (atRisk.length === 0) return <span className={styles.subtle}>{_('None')}</span>;
  const sorted = worstFirst(atRisk);
  const names = [...new Set(sorted.map((each) => each.program))].join(', ');
  const heard = sorted.map((each) => `${each.program}: ${fateText(each)}`).join(' ');
  return (
    <Detail label={`${_('Programs at risk:')} ${names}. ${heard}`} detail={<RiskList atRisk={atRisk} />}>
      <span className={styles.cell}>
        <FateIcon fate={sorted[0]?.fate ?? 'reopened'} />
        <span className={styles.names}>{names}</span>
      </span>
    </Detail>
  );
}
