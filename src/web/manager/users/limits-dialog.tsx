// The limits that hold for a person, with where each comes from.
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Select,
  Spinner,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api.ts';
import { Failure } from '../../shared/failure.tsx';
import { useRoom } from '../../shared/room.tsx';
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
    <Dialog open onOpenChange={(_event, data) => !data.open && close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{_('Limits of {user}', { user })}</DialogTitle>
          <DialogContent className={styles.content}>
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
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={close}>
              {_('Close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
