// The limits that hold for a session, with where each comes from, and what is left of its time; more of it can be given here.
import { Button, Spinner, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ToldLimit } from '#contract/values.ts';
import type { Session } from '#model/session.ts';
import { api } from '../api.ts';
import { durationText } from '../clock.ts';
import { Failure } from '../failure.tsx';
import { limitLabels, limitSourceText, limitText } from '../limit-labels.ts';
import { personName } from '../names-text.ts';
import { useNotices } from '../notices.tsx';
import { DetailsPart, Facts } from './details-part.tsx';
import { MinutesSelect, useMoreTime, usualMinutes } from './more-time.tsx';

const minuteMs = 60_000;
const askEveryMs = 20_000;

const useStyles = makeStyles({
  subtle: { color: tokens.colorNeutralForeground2 },
  more: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

/** Those that limit something; `all`: the others as well. */
export function LimitFacts({ limits, all = false }: { limits: readonly ToldLimit[]; all?: boolean }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const isOn = (name: ToldLimit['name']): boolean => limits.some((limit) => limit.name === name && limit.value !== 0);
  const shown = limits.filter(({ name, value }) => {
    if (all) return true;
    if (name === 'idleWarningSeconds') return isOn('idleSuspendMinutes');
    if (name === 'longestSessionWarningMinutes') return isOn('longestSessionMinutes');
    return value !== 0 && name !== 'takeControl';
  });
  if (shown.length === 0) return <Text className={styles.subtle}>{_('There is no limit.')}</Text>;
  return (
    <Facts
      facts={shown.map(({ name, value, source }) => [
        _(limitLabels[name]),
        <span key={name}>
          {limitText(name, value)} <span className={styles.subtle}>({limitSourceText(source)})</span>
        </span>,
      ])}
    />
  );
}

function MoreTime({ session, given }: { session: Session; given: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const [minutes, setMinutes] = useState<number>(usualMinutes);
  const [busy, setBusy] = useState(false);
  const giveMore = useMoreTime(session.id, personName(session));
  const give = async (): Promise<void> => {
    setBusy(true);
    try {
      await giveMore(minutes);
      given();
    } catch (error) {
      notices.failed(_('More time could not be given.'), error);
    }
    setBusy(false);
  };
  return (
    <div className={styles.more}>
      <MinutesSelect minutes={minutes} choose={setMinutes} />
      <Button size="small" disabledFocusable={busy} onClick={() => !busy && void give()}>
        {_('Give more time')}
      </Button>
    </div>
  );
}

export function LimitsPart({ session, mayExtend }: { session: Session; mayExtend: boolean }): ReactNode {
  const { _ } = useLingui();
  const client = useQueryClient();
  const { id, attachment } = session;
  const key = ['session-limits', id, attachment] as const;
  const told = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api('sessionLimits', { params: { id } }, signal),
    refetchInterval: askEveryMs,
  });
  const leftMs = told.data?.leftMs ?? null;
  return (
    <DetailsPart title={_('Limits')}>
      {told.isPending && <Spinner size="tiny" label={_('Loading…')} />}
      {told.isError && <Failure error={told.error} again={() => void told.refetch()} />}
      {told.data !== undefined && <LimitFacts limits={told.data.limits} />}
      {leftMs !== null && (
        <>
          <Text>
            {leftMs < minuteMs
              ? _('Less than a minute of its time is left.')
              : _('{duration} of its time are left.', { duration: durationText(leftMs) })}
          </Text>
          {mayExtend && <MoreTime session={session} given={() => void client.invalidateQueries({ queryKey: key })} />}
        </>
      )}
    </DetailsPart>
  );
}
