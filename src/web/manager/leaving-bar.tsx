// A computer that is about to restart or shut down: how long it takes, what is still to be saved, and a way to take it back.
import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Computer, Leaving } from '#contract/values.ts';
import { api } from '../shared/api.ts';
import { countdownText, useNow } from '../shared/clock.ts';
import { i18n } from '../shared/i18n.ts';
import { useNotices } from '../shared/notices.tsx';
import { useRoom } from '../shared/room.tsx';

const useStyles = makeStyles({
  bars: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    marginBottom: tokens.spacingVerticalM,
    position: 'sticky',
    top: 0,
    zIndex: 3,
  },
  title: { fontVariantNumeric: 'tabular-nums' },
});

function title(computer: string, { how, phase }: Leaving, time: string): string {
  const values = { computer, time };
  if (how === 'restart') {
    if (phase === 'warning') return i18n._('{computer} restarts in {time}', values);
    return phase === 'saving'
      ? i18n._('{computer} saves its sessions and restarts', values)
      : i18n._('{computer} restarts now', values);
  }
  if (phase === 'warning') return i18n._('{computer} shuts down in {time}', values);
  return phase === 'saving'
    ? i18n._('{computer} saves its sessions and shuts down', values)
    : i18n._('{computer} shuts down now', values);
}

function explanation({ phase, unsaved, by, stoppable }: Leaving, time: string): string {
  if (phase === 'going') return i18n._('All that could be saved is saved.');
  if (phase === 'saving')
    return i18n._(
      '{unsaved, plural, =0 {All sessions are saved.} one {# session is still to be saved, within {time} at most.} other {# sessions are still to be saved, within {time} at most.}}',
      { unsaved, time },
    );
  const first = i18n._('People at stations are warned. Then every session is saved to disk.');
  if (!stoppable) return `${first} ${i18n._('The system of the computer has begun it, so it cannot be taken back here.')}`;
  return by === '' ? first : `${first} ${i18n._('Ordered by {by}.', { by })}`;
}

function LeavingOf({ computer, leaving }: { computer: Computer; leaving: Leaving }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const now = useNow('quick');
  const [busy, setBusy] = useState(false);
  const time = countdownText(leaving.until - now);
  const stay = async (): Promise<void> => {
    setBusy(true);
    try {
      await api('stay', { params: { name: computer.name } });
      notices.done(_('{computer} keeps running.', { computer: computer.name }));
    } catch (error) {
      notices.failed(_('It could not be taken back.'), error);
    }
    setBusy(false);
  };
  return (
    // What changes every second is not said every second.
    <MessageBar intent="warning" layout="multiline" politeness="polite" aria-live="off">
      <MessageBarBody>
        <MessageBarTitle className={styles.title}>{title(computer.name, leaving, time)}</MessageBarTitle>
        {explanation(leaving, time)}
      </MessageBarBody>
      {leaving.phase === 'warning' && leaving.stoppable && (
        <MessageBarActions>
          <Button appearance="primary" disabledFocusable={busy} onClick={() => !busy && void stay()}>
            {_('Keep it running')}
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

export function LeavingBar(): ReactNode {
  const styles = useStyles();
  const { computers } = useRoom();
  const leaving = computers.flatMap((computer) => (computer.leaving === null ? [] : [{ computer, leaving: computer.leaving }]));
  if (leaving.length === 0) return null;
  return (
    <div className={styles.bars}>
      {leaving.map((each) => (
        <LeavingOf key={each.computer.name} {...each} />
      ))}
    </div>
  );
}
