// Asks before a computer restarts or shuts down, and says beforehand what will be kept of each session and what not.
import {
  Field,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  SpinButton,
  Spinner,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Computer, LeaveWay } from '#contract/values.ts';
import { holdsStation, isRunning } from '#model/session.ts';
import { api } from '../shared/api.ts';
import { Failure } from '../shared/failure.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { hibernationFaultText } from '../shared/hibernation-text.ts';
import { useRoom } from '../shared/room.tsx';
import { typedNumber } from '../shared/typed-number.ts';
import { RiskList } from '../shared/stations/risks.tsx';

const useStyles = makeStyles({
  counts: { margin: 0, paddingInlineStart: tokens.spacingHorizontalL },
  people: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    maxHeight: '40vh',
    overflowY: 'auto',
    padding: tokens.spacingHorizontalM,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  person: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  user: { fontWeight: tokens.fontWeightSemibold },
  seconds: { maxWidth: '240px' },
});

const longestWarningSeconds = 3600;

export function LeaveDialog({ computer, how, close }: { computer: Computer; how: LeaveWay; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const room = useRoom();
  const [seconds, setSeconds] = useState(room.settings.leaveWarningSeconds);
  const check = useQuery({
    queryKey: ['check', computer.name],
    queryFn: ({ signal }) => api('checkComputer', { params: { name: computer.name } }, signal),
    // What was open a while ago says nothing.
    gcTime: 0,
  });
  const valid = Number.isInteger(seconds) && seconds >= 0 && seconds <= longestWarningSeconds;
  const sessions = room.sessions.filter((session) => session.computer === computer.name);
  const running = sessions.filter((session) => isRunning(session) || session.state === 'starting').length;
  const atStations = sessions.filter((session) => holdsStation(session)).length;
  const suspended = sessions.filter((session) => session.state === 'suspended').length;
  const saved = sessions.filter((session) => session.state === 'hibernated').length;
  const fault = hibernationFaultText(computer.hibernation.fault);
  const atRisk = (check.data?.checks ?? []).filter((each) => each.atRisk.length > 0);
  return (
    <FormDialog
      title={
        how === 'restart'
          ? _('Restart {computer}?', { computer: computer.name })
          : _('Shut down {computer}?', { computer: computer.name })
      }
      verb={how === 'restart' ? _('Restart') : _('Shut down')}
      valid={valid}
      send={() => api('leave', { params: { name: computer.name }, body: { how, seconds } })}
      close={close}
    >
      <ul className={styles.counts}>
        <li>
          {_('{count, plural, =0 {Nobody is at a station.} one {# person is at a station.} other {# people are at stations.}}', {
            count: atStations,
          })}
        </li>
        <li>
          {_(
            '{count, plural, =0 {No session is suspended in memory.} one {# session is suspended in memory.} other {# sessions are suspended in memory.}}',
            { count: suspended },
          )}
        </li>
        {saved > 0 && (
          <li>
            {_(
              '{count, plural, one {# session is on disk already and stays there.} other {# sessions are on disk already and stay there.}}',
              {
                count: saved,
              },
            )}
          </li>
        )}
      </ul>
      {running > 0 && fault !== null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>
              {_('{count, plural, one {# session will be lost.} other {# sessions will be lost.}}', { count: running })}
            </MessageBarTitle>
            {fault} {_('Ask the people to save their work and to sign out before.')}
          </MessageBarBody>
        </MessageBar>
      )}
      {fault === null && check.isPending && <Spinner label={_('Looking at what is open…')} labelPosition="after" size="small" />}
      {fault === null && check.isError && <Failure error={check.error} again={() => void check.refetch()} />}
      {fault === null && check.isError && (
        <div>{_('So it is not known whether every program can be saved. You can go on all the same.')}</div>
      )}
      {fault === null && check.data !== undefined && atRisk.length === 0 && (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{_('Everything will be kept.')}</MessageBarTitle>{' '}
            {_('Every session is saved to disk before, and goes on from there at the next sign-in.')}
          </MessageBarBody>
        </MessageBar>
      )}
      {fault === null && atRisk.length > 0 && (
        <>
          <div>
            {_('Every session is saved to disk before, and goes on from there at the next sign-in.')}{' '}
            {_('These programs do not stay as they are:')}
          </div>
          <div className={styles.people} role="group" aria-label={_('Programs at risk')} tabIndex={0}>
            {atRisk.map((each) => (
              <div key={each.session} className={styles.person}>
                <span className={styles.user}>{each.user}</span>
                <RiskList atRisk={each.atRisk} />
              </div>
            ))}
          </div>
          {atRisk.some((each) => each.atRisk.some((program) => program.fate === 'lost')) && (
            <div>{_('Programs that cannot be saved are closed. What is not saved in them is lost.')}</div>
          )}
        </>
      )}
      {how === 'shut-down' && <div>{_('Somebody must switch the computer on again at the computer itself.')}</div>}
      <Field
        className={styles.seconds}
        label={_('Seconds of warning')}
        hint={_('Shown to everybody at a station. 0 is no warning.')}
        {...(!valid && { validationMessage: _('From 0 to 3600 seconds.') })}
      >
        <SpinButton
          value={Number.isNaN(seconds) ? null : seconds}
          min={0}
          max={longestWarningSeconds}
          step={5}
          onChange={(_event, data) => setSeconds(typedNumber(data))}
        />
      </Field>
    </FormDialog>
  );
}
