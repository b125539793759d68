// The buttons that restart a computer or shut it down, with the question before.
import { Button, makeStyles, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons/svg/arrow-clockwise';
import { PowerRegular } from '@fluentui/react-icons/svg/power';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Computer, LeaveWay } from '#contract/values.ts';
import { LeaveDialog } from './leave-dialog.tsx';

const useStyles = makeStyles({
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

export function PowerButtons({ computer }: { computer: Computer }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const focusTarget = useRestoreFocusTarget();
  const [asked, setAsked] = useState<LeaveWay | null>(null);
  const possible = computer.reachable && computer.leaving === null;
  const ask = (how: LeaveWay): void => {
    if (possible) setAsked(how);
  };
  return (
    <div className={styles.buttons}>
      <Button
        {...focusTarget}
        size="small"
        icon={<ArrowClockwiseRegular />}
        disabledFocusable={!possible}
        aria-label={_('Restart {computer}', { computer: computer.name })}
        onClick={() => ask('restart')}
      >
        {_('Restart')}
      </Button>
      <Button
        {...focusTarget}
        size="small"
        icon={<PowerRegular />}
        disabledFocusable={!possible}
        aria-label={_('Shut down {computer}', { computer: computer.name })}
        onClick={() => ask('shut-down')}
      >
        {_('Shut down')}
      </Button>
      {asked !== null && <LeaveDialog computer={computer} how={asked} close={() => setAsked(null)} />}
    </div>
  );
}
