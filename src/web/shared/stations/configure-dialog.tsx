// Configures a station; for now its name. Says so if somebody else renamed it meanwhile.
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { Station } from '#model/station.ts';
import { ApiError, api, textOf } from '../api.ts';

const useStyles = makeStyles({ content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL } });

/** `station` is the station as it is now, also while the dialogue is open. */
export function ConfigureDialog({ station, close }: { station: Station; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [opened] = useState(station.name);
  const [told, setTold] = useState(false);
  const [name, setName] = useState(station.name);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  const conflict = error instanceof ApiError && error.code === 'changed-meanwhile';
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await api('configureStation', {
        params: { id: station.id },
        body: { name: name.trim(), was: told ? station.name : opened },
      });
      close();
    } catch (failure) {
      setError(failure);
      // Pressing Save once more then overwrites what the person has now been told of.
      if (failure instanceof ApiError && failure.code === 'changed-meanwhile') setTold(true);
      setBusy(false);
      input.current?.focus();
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy && name.trim() !== '') void save();
  };
  return (
    <Dialog open onOpenChange={(_event, data) => !data.open && close()}>
      <DialogSurface>
        <form onSubmit={onSubmit}>
          <DialogBody>
            <DialogTitle>{_('Configure station')}</DialogTitle>
            <DialogContent className={styles.content}>
              <Field label={_('Name')} hint={_('As people call this place. It is shown on its screen and in the lists.')}>
                <Input
                  ref={(element: HTMLInputElement | null) => {
                    input.current = element;
                  }}
                  value={name}
                  maxLength={64}
                  autoComplete="off"
                  onChange={(_event, data) => setName(data.value)}
                />
              </Field>
              {error !== null && (
                <MessageBar intent={conflict ? 'warning' : 'error'} layout="multiline">
                  <MessageBarBody>
                    {conflict
                      ? _('Somebody else renamed this station to “{name}” meanwhile. Press Save again to use your name.', {
                          name: station.name,
                        })
                      : textOf(error)}
                  </MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button type="submit" appearance="primary" disabledFocusable={busy || name.trim() === ''}>
                {_('Save')}
              </Button>
              <Button onClick={close}>{_('Cancel')}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
