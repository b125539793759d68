// How an entry of the activity reads: who, what, whom it concerns, and what came of it.
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { DismissCircleFilled } from '@fluentui/react-icons/svg/dismiss-circle';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { AuditEntry } from '#contract/api.ts';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { auditChanged } from '#model/audit.ts';
import type { AuditAction } from '#model/audit.ts';
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { actionLabels } from './action-labels.ts';

const useStyles = makeStyles({
  result: { display: 'flex', gap: tokens.spacingHorizontalXS, alignItems: 'start', paddingBlock: tokens.spacingVerticalXS },
  icon: { flexShrink: 0, fontSize: '18px', marginTop: '1px' },
  good: { color: tokens.colorPaletteGreenForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
});

/** A session is known to people by its user. */
export function concerned(entry: AuditEntry): string {
  const user = entry.details['user'];
  return entry.action.startsWith('session.') && typeof user === 'string' ? user : entry.target;
}

export function actionText(action: string): string {
  return Object.hasOwn(actionLabels, action) ? i18n._(actionLabels[action as AuditAction]) : action;
}

/** What happens without a page, a station or a command is the computer's own doing. */
export function actorText({ actor, address }: AuditEntry): string {
  if (actor !== '') return actor;
  return address === '' ? i18n._('The computer') : i18n._('Unknown');
}

export function Result({ entry }: { entry: AuditEntry }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const lost = entry.action === 'session.lost' || entry.outcome === 'lost';
  const good = entry.outcome === 'done' && !lost;
  const text = good
    ? _('Done')
    : lost
      ? _('Lost')
      : entry.outcome === auditChanged
        ? _('Was changed afterwards')
        : Object.hasOwn(errorCodes, entry.outcome)
          ? errorText({ code: entry.outcome as ErrorCode })
          : entry.outcome;
  return (
    <span className={styles.result}>
      {good ? (
        <CheckmarkCircleFilled className={mergeClasses(styles.icon, styles.good)} />
      ) : (
        <DismissCircleFilled className={mergeClasses(styles.icon, styles.bad)} />
      )}
      <span>{text}</span>
    </span>
  );
}
