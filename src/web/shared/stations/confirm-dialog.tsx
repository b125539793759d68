// Asks before something that is not easily undone.
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
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { textOf } from '../api.ts';

const useStyles = makeStyles({
  verb: { '@media (min-width: 481px)': { whiteSpace: 'nowrap' } },
});

export function ConfirmDialog(props: {
  title: string;
  text: string;
  /** What the button says. */
  verb: string;
  run: () => Promise<void>;
  close: () => void;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      await props.run();
      props.close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open modalType="alert" onOpenChange={(_event, data) => !data.open && props.close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{props.title}</DialogTitle>
          <DialogContent>
            {props.text}
            {error !== null && (
              <MessageBar intent="error" layout="multiline">
                <MessageBarBody>{textOf(error)}</MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions>
            <Button className={styles.verb} appearance="primary" disabledFocusable={busy} onClick={() => !busy && void go()}>
              {props.verb}
            </Button>
            <Button onClick={props.close}>{_('Cancel')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
