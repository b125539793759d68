// A dialogue that shows something, until it is closed.
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';

/** `className`: of the content; `surface`: of all of it. */
export function ShowDialog(props: {
  title: string;
  className?: string;
  surface?: string;
  close: () => void;
  children: ReactNode;
}): ReactNode {
  const { _ } = useLingui();
  const { title, className, surface, close, children } = props;
  return (
    <Dialog open onOpenChange={(_event, data) => !data.open && close()}>
      <DialogSurface {...(surface !== undefined && { className: surface })}>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent {...(className !== undefined && { className })}>{children}</DialogContent>
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
