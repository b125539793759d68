// After a computer restarted: what became of each session, until the administrator has read it.
import { MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Computer, LeaveReport } from '#contract/values.ts';
import { timeText } from '../shared/clock.ts';
import { DismissButton } from '../shared/dismiss-button.tsx';
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { namesText } from '../shared/names-text.ts';

const useStyles = makeStyles({
  sessions: { margin: `${tokens.spacingVerticalXS} 0 0`, paddingInlineStart: tokens.spacingHorizontalL },
});

/** So many are told one by one; with more, the page would be about nothing else. */
const mostTold = 20;

const rememberedAs = (computer: string): string => `stationmaster.read-leave.${computer}`;

function readUntil(computer: string): number {
  try {
    return Number(localStorage.getItem(rememberedAs(computer)) ?? 0);
  } catch {
    return 0;
  }
}

function rememberRead(computer: string, at: number): void {
  try {
    localStorage.setItem(rememberedAs(computer), String(at));
  } catch {
    // Without storage it is told again when the page is opened anew.
  }
}

/** Why a session was lost; no error: there was no time left for it. */
function whyText(error: LeaveReport['sessions'][number]['error']): string {
  const program = error?.details['program'];
  switch (error?.code) {
    case undefined:
      return i18n._('The time was over.');
    case 'save-failed':
      return i18n._('Saving it failed.');
    case 'disk-full':
      return i18n._('The disk was full.');
    case 'hibernation-impossible':
      return i18n._('The computer could not save sessions.');
    case 'cannot-be-saved':
      return typeof program === 'string'
        ? i18n._('{program} could not be saved and did not close.', { program })
        : i18n._('A program could not be saved and did not close.');
    default:
      return errorText(error as NonNullable<typeof error>);
  }
}

/** Of a session that was not simply saved. */
function sentence({ user, outcome, programs, error }: LeaveReport['sessions'][number]): string {
  const names = namesText(programs);
  if (outcome === 'saved-without') return i18n._('{user}: saved without {programs}, closed before.', { user, programs: names });
  const lost =
    programs.length === 0
      ? i18n._('{user}: lost.', { user })
      : i18n._('{user}: lost, with {programs}.', { user, programs: names });
  return `${lost} ${whyText(error)}`;
}

/** "12 sessions were saved, 1 was lost." */
function summary({ sessions }: LeaveReport): string {
  const lost = sessions.filter(({ outcome }) => outcome === 'lost').length;
  const saved = sessions.length - lost;
  if (lost === 0)
    return i18n._('{count, plural, one {The one session was kept.} other {All # sessions were kept.}}', { count: saved });
  return i18n._(
    '{saved, plural, =0 {No session was saved} one {# session was saved} other {# sessions were saved}}, {lost, plural, one {# was lost} other {# were lost}}.',
    { saved, lost },
  );
}

export function LeaveAccount({ computer }: { computer: Computer }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const report = computer.lastLeave;
  const [read, setRead] = useState(() => readUntil(computer.name));
  if (report === null || report.sessions.length === 0 || computer.leaving !== null || report.at <= read) return null;
  const values = { computer: computer.name, time: timeText(report.at) };
  const toTell = report.sessions.filter(({ outcome }) => outcome !== 'saved');
  const kept = toTell.length === 0;
  return (
    <MessageBar intent={kept ? 'success' : 'warning'} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>
          {report.how === 'restart'
            ? _('{computer} was restarted on {time}', values)
            : _('{computer} was shut down on {time}', values)}
        </MessageBarTitle>
        {summary(report)}
        {toTell.length > 0 && (
          <ul className={styles.sessions}>
            {toTell.slice(0, mostTold).map((session) => (
              <li key={session.session}>{sentence(session)}</li>
            ))}
            {toTell.length > mostTold && (
              <li>
                {_('{count, plural, one {and # more: the Activity tab has it.} other {and # more: the Activity tab has them.}}', {
                  count: toTell.length - mostTold,
                })}
              </li>
            )}
          </ul>
        )}
      </MessageBarBody>
      <MessageBarActions
        containerAction={
          <DismissButton
            run={() => {
              rememberRead(computer.name, report.at);
              setRead(report.at);
            }}
          />
        }
      />
    </MessageBar>
  );
}
