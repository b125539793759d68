// Asks before something that is not easily undone.
import type { ReactNode } from 'react';
import { FormDialog } from '../form-dialog.tsx';

export function ConfirmDialog(props: {
  title: string;
  text: string;
  /** What the button says. */
  verb: string;
  run: () => Promise<void>;
  close: () => void;
}): ReactNode {
  return (
    <FormDialog title={props.title} verb={props.verb} send={props.run} close={props.close} alert>
      <div>{props.text}</div>
    </FormDialog>
  );
}
