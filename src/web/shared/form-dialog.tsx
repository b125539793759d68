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
import { useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { textOf } from './api.ts';
import { useNotices } from './notices.tsx';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  verb: { '@media (min-width: 481px)': { whiteSpace: 'nowrap' } },
});

/** What `send` answers where it is not done: something more is to be filled in first. */
export const moreToFillIn = Symbol('more to fill in');

export function FormDialog(props: {
  title: string;
  /** What the button says. */
  verb: string;
  /** False: what is filled in is not whole yet, and is not sent. */
  valid?: boolean;
  /** Told when the button is pressed, also too early; without it the button waits until all is valid. */
  tried?: () => void;
  /** Done when it is fulfilled, unless with `moreToFillIn`. */
  send: () => Promise<unknown>;
  /** Says a refusal in words of this dialogue; null: in the general ones. */
  explain?: (error: unknown) => { intent: 'warning' | 'error'; text: ReactNode } | null;
  /** It goes away only by its buttons. */
  alert?: boolean;
  close: () => void;
  children: ReactNode;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const open = useRef(true);
  const valid = props.valid ?? true;
  const close = (): void => {
    open.current = false;
    props.close();
  };
  const send = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      if ((await props.send()) !== moreToFillIn) {
        if (open.current) close();
        return;
      }
    } catch (failure) {
      if (open.current) setError(failure);
      else notices.failed(props.title, failure);
    }
    setBusy(false);
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    props.tried?.();
    if (valid && !busy) void send();
  };
  const told = error === null ? null : (props.explain?.(error) ?? { intent: 'error' as const, text: textOf(error) });
  const alert = props.alert === true;
  return (
    <Dialog
      open
      modalType={alert ? 'alert' : 'modal'}
      // Fluent closes an alert on Escape too.
      onOpenChange={(_event, data) => !data.open && !(alert && data.type === 'escapeKeyDown') && close()}
    >
      <DialogSurface>
        <form onSubmit={onSubmit} noValidate>
          <DialogBody>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogContent className={styles.content}>
              {props.children}
              {told !== null && (
                <MessageBar intent={told.intent} layout="multiline" role="alert">
                  <MessageBarBody>{told.text}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button
                type="submit"
                className={styles.verb}
                appearance="primary"
                disabledFocusable={busy || (!valid && props.tried === undefined)}
              >
                {busy ? _('Please wait…') : props.verb}
              </Button>
              {/* What is under way cannot be called off here. */}
              <Button onClick={close}>{busy ? _('Close') : _('Cancel')}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
