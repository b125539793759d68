// One desktop large and live, watching only; the arrow keys go to the next.
import { Button, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { isRunning } from '#model/session.ts';
import { pictureNote } from '../shared/stations/picture-note.ts';
import { EnlargedScreen } from '../shared/stations/session-screen.tsx';
import { useControl } from './control.tsx';
import type { Desk } from './desks.ts';

const useStyles = makeStyles({
  below: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    paddingBlockStart: tokens.spacingVerticalS,
  },
  text: { flexGrow: 1, color: tokens.colorNeutralForeground2 },
});

export function EnlargedDesk(props: {
  desks: readonly Desk[];
  id: string;
  go: (id: string) => void;
  close: () => void;
}): ReactNode {
  const { desks, id, go, close } = props;
  const { _ } = useLingui();
  const styles = useStyles();
  const control = useControl();
  const at = desks.findIndex(({ session }) => session.id === id);
  const desk = desks[at];
  const before = desks[at - 1]?.session.id;
  const after = desks[at + 1]?.session.id;
  useEffect(() => {
    const turn = ({ key }: KeyboardEvent): void => {
      const to = key === 'ArrowLeft' ? before : key === 'ArrowRight' ? after : undefined;
      if (to !== undefined) go(to);
    };
    addEventListener('keydown', turn);
    return () => removeEventListener('keydown', turn);
  }, [before, after, go]);
  if (desk === undefined) return null;
  return (
    <EnlargedScreen session={desk.session} close={close}>
      <div className={styles.below}>
        <Text className={styles.text}>{pictureNote(desk.session)}</Text>
        {isRunning(desk.session) && (
          <Button
            onClick={() => {
              close();
              control(desk.session);
            }}
          >
            {_('Take control')}
          </Button>
        )}
        <Button disabledFocusable={before === undefined} onClick={() => before !== undefined && go(before)}>
          {_('Previous desktop')}
        </Button>
        <Button disabledFocusable={after === undefined} onClick={() => after !== undefined && go(after)}>
          {_('Next desktop')}
        </Button>
      </div>
    </EnlargedScreen>
  );
}
