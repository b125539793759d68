// Asks how a log-off is to happen: with a warning and a countdown at the person's screen, or at once.
import { Field, Radio, RadioGroup, SpinButton, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { UnsavedWork } from '#model/session.ts';
import { FormDialog } from '../form-dialog.tsx';
import { typedNumber } from '../typed-number.ts';
import { UnsavedList } from './unsaved-list.tsx';

const useStyles = makeStyles({
  seconds: { maxWidth: '240px', marginInlineStart: tokens.spacingHorizontalXXL },
});

export function LogOffDialog(props: {
  title: string;
  /** What is at stake, in a sentence. */
  stake: string;
  defaultSeconds: number;
  /** What can be known of unsaved work; null where nothing runs. */
  look: (() => Promise<readonly UnsavedWork[]>) | null;
  /** The work of more than one person is at stake. */
  several: boolean;
  /** Logs off after so many seconds of warning, 0 at once. */
  logOff: (seconds: number) => Promise<void>;
  close: () => void;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [way, setWay] = useState(props.defaultSeconds === 0 ? 'now' : 'warn');
  const [seconds, setSeconds] = useState(props.defaultSeconds === 0 ? 30 : props.defaultSeconds);
  const valid = way === 'now' || (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600);
  return (
    <FormDialog
      title={props.title}
      verb={_('Log off')}
      valid={valid}
      send={() => props.logOff(way === 'now' ? 0 : seconds)}
      close={props.close}
    >
      <div>{props.stake}</div>
      {props.look !== null && <UnsavedList look={props.look} several={props.several} />}
      <RadioGroup value={way} onChange={(_event, data) => setWay(data.value)} aria-label={_('When')}>
        <Radio value="warn" label={_('Warn first, so that work can be saved')} />
        {way === 'warn' && (
          <Field
            className={styles.seconds}
            label={_('Seconds of warning')}
            {...(!valid && { validationMessage: _('From 1 to 3600 seconds.') })}
          >
            <SpinButton
              value={Number.isNaN(seconds) ? null : seconds}
              min={1}
              max={3600}
              step={5}
              onChange={(_event, data) => setSeconds(typedNumber(data))}
            />
          </Field>
        )}
        <Radio value="now" label={_('Now, without a warning')} />
      </RadioGroup>
    </FormDialog>
  );
}
