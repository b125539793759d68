// The limits that hold for a person, with where each comes from.
import { Field, Select, Spinner, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api.ts';
import { Failure } from '../../shared/failure.tsx';
import { useRoom } from '../../shared/room.tsx';
import { ShowDialog } from '../../shared/show-dialog.tsx';
import { LimitFacts } from '../../shared/stations/limits-part.tsx';

const useStyles = makeStyles({ content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL } });

export function LimitsDialog({ user, close }: { user: string; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { stations } = useRoom();
  const [station, setStation] = useState('');
  const told = useQuery({
    queryKey: ['limits-of', user, station],
    queryFn: ({ signal }) => api('limitsOf', { query: { user, ...(station !== '' && { station }) } }, signal),
  });
  return (
    <ShowDialog title={_('Limits of {user}', { user })} className={styles.content} close={close}>
      <Field label={_('Where')}>
        <Select value={station} onChange={(_event, data) => setStation(data.value)}>
          <option value="">{_('At a station without limits of its own')}</option>
          {stations
            .filter(({ state }) => state === 'enrolled')
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </Select>
      </Field>
      {told.isPending && <Spinner label={_('Loading…')} />}
      {told.isError && <Failure error={told.error} again={() => void told.refetch()} />}
      {told.data !== undefined && <LimitFacts limits={told.data.limits} all />}
    </ShowDialog>
  );
}
