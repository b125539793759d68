// What the Status column shows: an icon and a word, never colour alone; and a log-off that is counting down.
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons/svg/arrow-clockwise';
import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { CircleRegular } from '@fluentui/react-icons/svg/circle';
import { DismissCircleFilled } from '@fluentui/react-icons/svg/dismiss-circle';
import { HourglassHalfRegular } from '@fluentui/react-icons/svg/hourglass-half';
import { LockClosedFilled } from '@fluentui/react-icons/svg/lock-closed';
import { PauseCircleFilled } from '@fluentui/react-icons/svg/pause-circle';
import { PlugDisconnectedRegular } from '@fluentui/react-icons/svg/plug-disconnected';
import { PresenceBlockedRegular } from '@fluentui/react-icons/svg/presence-blocked';
import { SaveFilled } from '@fluentui/react-icons/svg/save';
import { SignOutRegular } from '@fluentui/react-icons/svg/sign-out';
import { WarningFilled } from '@fluentui/react-icons/svg/warning';
import { useLingui } from '@lingui/react';
import type { ComponentType, ReactNode } from 'react';
import type { Computer } from '#contract/values.ts';
import type { StationStatus } from '#model/station.ts';
import { countdownText, useNow } from '../clock.ts';
import { statusLabels } from '../labels.ts';

const useStyles = makeStyles({
  status: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS, minWidth: 0 },
  icon: { fontSize: '18px', flexShrink: 0, width: '1em', height: '1em' },
  good: { color: tokens.colorPaletteGreenForeground1 },
  paused: { color: tokens.colorPaletteMarigoldForeground1 },
  taken: { color: tokens.colorPaletteBerryForeground1 },
  busy: { color: tokens.colorBrandForeground1 },
  quiet: { color: tokens.colorNeutralForeground3 },
  bad: { color: tokens.colorPaletteRedForeground1 },
});

type Look = Exclude<keyof ReturnType<typeof useStyles>, 'status' | 'icon'>;

const looks: Readonly<Record<StationStatus, readonly [ComponentType<{ className?: string }>, Look]>> = {
  'logged-on': [CheckmarkCircleFilled, 'good'],
  locked: [LockClosedFilled, 'taken'],
  blocked: [PresenceBlockedRegular, 'taken'],
  starting: [ArrowClockwiseRegular, 'busy'],
  'signing-out': [SignOutRegular, 'busy'],
  suspended: [PauseCircleFilled, 'paused'],
  saving: [ArrowSyncRegular, 'busy'],
  saved: [SaveFilled, 'paused'],
  restoring: [ArrowSyncRegular, 'busy'],
  lost: [DismissCircleFilled, 'bad'],
  free: [CircleRegular, 'quiet'],
  offline: [PlugDisconnectedRegular, 'quiet'],
  waiting: [HourglassHalfRegular, 'busy'],
};

export function Status({ status }: { status: StationStatus }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [Icon, look] = looks[status];
  return (
    <span className={styles.status}>
      <Icon className={mergeClasses(styles.icon, styles[look])} />
      <span>{_(statusLabels[status])}</span>
    </span>
  );
}

/** Whether a computer answers, and whether it is about to go. */
export function ComputerStatus({ reachable, leaving, mode }: Pick<Computer, 'reachable' | 'leaving' | 'mode'>): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  return (
    <span className={styles.status}>
      {leaving !== null ? (
        <ArrowSyncRegular className={mergeClasses(styles.icon, styles.busy)} />
      ) : reachable && mode === 'console' ? (
        <WarningFilled className={styles.icon} />
      ) : reachable ? (
        <CheckmarkCircleFilled className={mergeClasses(styles.icon, styles.good)} />
      ) : (
        <WarningFilled className={mergeClasses(styles.icon, styles.bad)} />
      )}
      <span>
        {leaving !== null
          ? leaving.how === 'restart'
            ? _('Restarting…')
            : _('Shutting down…')
          : reachable
            ? mode === 'console'
              ? _('Console mode')
              : _('On')
            : _('Not reachable')}
      </span>
    </span>
  );
}

/** How long it is until a log-off at `endsAt` (milliseconds since 1970); `by` asked for it, empty where that is not known. */
export function Countdown({ endsAt, by }: { endsAt: number; by: string }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const now = useNow('quick');
  return (
    <span className={styles.status} title={by === '' ? undefined : _('{person} asked for it.', { person: by })}>
      <WarningFilled className={mergeClasses(styles.icon, styles.bad)} />
      <span>{_('Logs off in {time}', { time: countdownText(endsAt - now) })}</span>
    </span>
  );
}
