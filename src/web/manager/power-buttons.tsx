// The buttons that restart a computer, shut it down, or close its stations, with the question before.
import { Button, makeStyles, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons/svg/arrow-clockwise';
import { DesktopRegular } from '@fluentui/react-icons/svg/desktop';
import { PowerRegular } from '@fluentui/react-icons/svg/power';
import { WindowConsoleRegular } from '@fluentui/react-icons/svg/window-console';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Computer, LeaveWay } from '#contract/values.ts';
import { api } from '../shared/api.ts';
import { useNotices } from '../shared/notices.tsx';
import { ConfirmDialog } from '../shared/stations/confirm-dialog.tsx';
import { LeaveDialog } from './leave-dialog.tsx';

const useStyles = makeStyles({
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

export function PowerButtons({ computer }: { computer: Computer }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const focusTarget = useRestoreFocusTarget();
  const [asked, setAsked] = useState<LeaveWay | null>(null);
  const [closing, setClosing] = useState(false);
  const notices = useNotices();
  const isConsole = computer.mode === 'console';
  const setMode = async (mode: Computer['mode']): Promise<void> => {
    await api('setMode', { params: { name: computer.name }, body: { mode } });
  };
  const switchMode = (): void => {
    if (!computer.reachable) return;
    if (!isConsole) setClosing(true);
    else setMode('station').catch((error: unknown) => notices.failed(_('The stations could not be opened.'), error));
  };
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
      <Button
        {...focusTarget}
        size="small"
        icon={isConsole ? <DesktopRegular /> : <WindowConsoleRegular />}
        appearance={isConsole ? 'primary' : 'secondary'}
        disabledFocusable={!computer.reachable}
        onClick={switchMode}
      >
        {isConsole ? _('Switch to station mode') : _('Switch to console mode')}
      </Button>
      {closing && (
        <ConfirmDialog
          title={_('Close the stations of {computer}?', { computer: computer.name })}
          text={_(
            'Every session is suspended and kept, and the stations say that they are closed until you switch to station mode. The computer is not restarted, and this page stays.',
          )}
          verb={_('Switch to console mode')}
          run={() => setMode('console')}
          close={() => setClosing(false)}
        />
      )}
      {asked !== null && <LeaveDialog computer={computer} how={asked} close={() => setAsked(null)} />}
    </div>
  );
}
