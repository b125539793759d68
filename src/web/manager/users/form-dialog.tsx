// A dialogue that is one form: it stays open with the reason when the computer refuses, and closes when it is done.
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { textOf } from '../../shared/api.ts';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
});

export function FormDialog(props: {
  title: string;
  /** What the button says. */
  verb: string;
  /** False: what is typed is not whole yet; `send` is then only told that it was tried. */
  valid: boolean;
  tried: () => void;
  send: () => Promise<void>;
  close: () => void;
  children: ReactNode;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await props.send();
      props.close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    props.tried();
    if (props.valid && !busy) void send();
  };
  return (
    <Dialog open onOpenChange={(_event, data) => !data.open && !busy && props.close()}>
      <DialogSurface>
        <form onSubmit={onSubmit} noValidate>
          <DialogBody>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogContent className={styles.content}>
              {props.children}
              {error !== null && (
                <MessageBar intent="error" layout="multiline" role="alert">
                  <MessageBarBody>{textOf(error)}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button type="submit" appearance="primary" disabledFocusable={busy}>
                {busy ? _('Please wait…') : props.verb}
              </Button>
              <Button onClick={props.close} disabledFocusable={busy}>
                {_('Cancel')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
