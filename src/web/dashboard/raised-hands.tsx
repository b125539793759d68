// The queue of those who have a hand up, whoever asked first at the top; how many there are stands in the title of the page as well.
import { Button, Text, makeStyles, tokens } from '@fluentui/react-components';
import { HandRightRegular } from '@fluentui/react-icons/svg/hand-right';
import { useLingui } from '@lingui/react';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import type { Who } from '#contract/classroom/audience.ts';
import { api } from '../shared/api.ts';
import { personName } from '../shared/names-text.ts';
import { useRoom } from '../shared/room.tsx';
import { Ago } from '../shared/time.tsx';
import { useDeskActs } from './desk-acts.ts';

const useStyles = makeStyles({
  queue: {
    marginBlockEnd: tokens.spacingVerticalM,
    padding: tokens.spacingVerticalS,
    paddingInline: tokens.spacingHorizontalM,
    border: `1px solid ${tokens.colorBrandStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorNeutralForeground1,
  },
  line: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  icon: { flexShrink: 0, fontSize: '20px' },
  space: { flexGrow: 1 },
  list: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXXL },
  one: { paddingBlock: tokens.spacingVerticalXXS },
});

/** So many people wait in the title of the page, until nobody does. */
function useCountInTitle(count: number): void {
  useEffect(() => {
    if (count === 0) return;
    const mark = `(${String(count)}) `;
    document.title = mark + document.title;
    return () => {
      if (document.title.startsWith(mark)) document.title = document.title.slice(mark.length);
    };
  }, [count]);
}

export function RaisedHands(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { hands, stations } = useRoom();
  const { act } = useDeskActs();
  useCountInTitle(hands.length);
  const takeDown = (sessions: readonly string[]): void => {
    const who: Who = { sessions: [...sessions] };
    // What went wrong was told.
    act(() => api('lowerHands', { body: { who } }), {
      done: (count) => _('{count, plural, one {The hand is down.} other {# hands are down.}}', { count }),
      failed: _('Not taken down:'),
    }).catch(() => undefined);
  };
  // The region is there before anybody is in it, so that a screen reader tells of who comes.
  return (
    <div role="status" aria-label={_('Raised hands')}>
      {hands.length > 0 && (
        <div className={styles.queue}>
          <div className={styles.line}>
            <HandRightRegular className={styles.icon} />
            <Text weight="semibold">
              {_('{count, plural, one {# hand is up} other {# hands are up}}', { count: hands.length })}
            </Text>
            <span className={styles.space} />
            {hands.length > 1 && (
              <Button size="small" onClick={() => takeDown(hands.map(({ session }) => session))}>
                {_('Take all down')}
              </Button>
            )}
          </div>
          <ol className={styles.list}>
            {hands.map(({ session, user, fullName, station, at }) => {
              const person = personName({ user, fullName });
              return (
                <li key={session} className={styles.one}>
                  <div className={styles.line}>
                    <Text weight="semibold">{person}</Text>
                    <Text>{stations.find(({ id }) => id === station)?.name ?? ''}</Text>
                    <Ago at={at} />
                    <span className={styles.space} />
                    <Button
                      size="small"
                      aria-label={_('Take down the hand of {person}', { person })}
                      onClick={() => takeDown([session])}
                    >
                      {_('Take down')}
                    </Button>
                  </div>
                </li>
              );
            })}
          </ol>
        </div>
      )}
    </div>
  );
}
