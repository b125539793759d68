// Who else has the Dashboard open and sees some of the same people, so that nobody undoes unknowingly what another does.
import { Text, makeStyles, tokens } from '@fluentui/react-components';
import { PeopleRegular } from '@fluentui/react-icons/svg/people';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { hourText } from '../shared/clock.ts';
import { namesText, personName } from '../shared/names-text.ts';
import { useRoom } from '../shared/room.tsx';

const useStyles = makeStyles({
  line: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    marginBlockEnd: tokens.spacingVerticalS,
    color: tokens.colorNeutralForeground2,
  },
  icon: { flexShrink: 0, fontSize: '20px' },
});

export function Supervisors(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { supervisors } = useRoom();
  const names = supervisors.map((one) => _('{name} (since {time})', { name: personName(one), time: hourText(one.since) }));
  // The region is there before anybody is in it, so that a screen reader tells of who comes.
  return (
    <div role="status" aria-label={_('Also supervising')}>
      {supervisors.length > 0 && (
        <div className={styles.line}>
          <PeopleRegular className={styles.icon} />
          <Text>{_('Also supervising: {names}', { names: namesText(names) })}</Text>
        </div>
      )}
    </div>
  );
}
