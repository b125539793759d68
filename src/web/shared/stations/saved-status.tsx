// The status of a session that is on disk or of which only its record is left, with what there is to know about it.
import { makeStyles, tokens } from '@fluentui/react-components';
import { WarningFilled } from '@fluentui/react-icons/svg/warning';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { SavedSession } from '#model/session.ts';
import type { StationStatus } from '#model/station.ts';
import { timeText } from '../clock.ts';
import { i18n } from '../i18n.ts';
import { savedFaultText, statusLabels } from '../labels.ts';
import { namesText } from '../names-text.ts';
import { sizeText } from '../size-text.ts';
import { Detail } from './detail.tsx';
import { Status } from './status.tsx';

const useStyles = makeStyles({
  both: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'start',
    flexBasis: '100%',
    minWidth: 0,
    '& button': { whiteSpace: 'normal' },
    '@media (max-width: 767px)': { alignItems: 'end', '& button': { whiteSpace: 'nowrap' } },
  },
  fault: {
    display: 'flex',
    alignItems: 'start',
    gap: tokens.spacingHorizontalXS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    textAlign: 'start',
  },
  icon: { fontSize: '16px', width: '1em', height: '1em', flexShrink: 0, color: tokens.colorPaletteRedForeground1 },
  sentences: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
});

function sentences(status: StationStatus, saved: SavedSession): string[] {
  const time = timeText(saved.at);
  const first =
    status === 'lost'
      ? i18n._('The computer stopped before this session was saved. It was last seen {time}.', { time })
      : i18n._('Saved {time}, {size} on disk.', { time, size: sizeText(saved.bytes) });
  return saved.programs.length === 0
    ? [first]
    : [first, i18n._('Programs that were open: {programs}.', { programs: namesText(saved.programs) })];
}

export function SavedStatus({ status, saved }: { status: StationStatus; saved: SavedSession }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const told = sentences(status, saved);
  const fault = savedFaultText(saved.fault);
  return (
    <span className={styles.both}>
      <Detail
        label={`${_(statusLabels[status])}. ${told.join(' ')}`}
        detail={
          <div className={styles.sentences}>
            {told.map((sentence) => (
              <div key={sentence}>{sentence}</div>
            ))}
          </div>
        }
      >
        <Status status={status} />
      </Detail>
      {fault !== null && status !== 'restoring' && (
        <span className={styles.fault}>
          <WarningFilled className={styles.icon} />
          <span>{fault}</span>
        </span>
      )}
    </span>
  );
}
