// Asks before sessions are saved to disk whose programs do not all stay as they are, and says what becomes of each.
import { Checkbox, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { SessionCheck } from '#model/session.ts';
import { FormDialog } from '../form-dialog.tsx';
import { RiskList } from './risks.tsx';

const useStyles = makeStyles({
  people: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  person: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  user: { fontWeight: tokens.fontWeightSemibold },
});

export function HibernateDialog(props: {
  title: string;
  /** Of the sessions with programs at risk. */
  checks: readonly SessionCheck[];
  /** One session is saved with its programs closed or not at all; of several, the others can be saved without it. */
  several: boolean;
  hibernate: (closing: boolean) => Promise<void>;
  close: () => void;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [wanted, setWanted] = useState(false);
  const unsaveable = props.checks.some((check) => check.atRisk.some((each) => each.fate === 'lost'));
  const closing = unsaveable && (!props.several || wanted);
  return (
    <FormDialog
      title={props.title}
      verb={closing ? _('Close them and hibernate') : _('Hibernate')}
      send={() => props.hibernate(closing)}
      close={props.close}
    >
      <div>
        {props.several
          ? _('Each session is saved to disk with all its windows, and goes on from there at the next sign-in.')
          : _('The session is saved to disk with all its windows, and goes on from there at the next sign-in.')}{' '}
        {_('These programs do not stay as they are:')}
      </div>
      <div className={styles.people}>
        {props.checks.map((check) => (
          <div key={check.session} className={styles.person}>
            {props.several && <span className={styles.user}>{check.user}</span>}
            <RiskList atRisk={check.atRisk} />
          </div>
        ))}
      </div>
      {unsaveable && !props.several && (
        <div>
          {_(
            'Programs that cannot be saved are asked to close first. What is not saved in them is lost. If one of them stays open, the session goes on running.',
          )}
        </div>
      )}
      {unsaveable && props.several && (
        <Checkbox
          checked={wanted}
          onChange={(_event, data) => setWanted(data.checked === true)}
          label={_(
            'Close programs that cannot be saved first. What is not saved in them is lost. Otherwise these sessions go on running.',
          )}
        />
      )}
    </FormDialog>
  );
}
