// The desktops that a teacher has: one card for each, to choose by click or key, and above them what can be done to them.
import {
  Button,
  MessageBar,
  MessageBarBody,
  SearchBox,
  Spinner,
  Text,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useCallback, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { errorText } from '../shared/error-text.ts';
import { Failure } from '../shared/failure.tsx';
import { useRoom } from '../shared/room.tsx';
import { chosenAfter, nothingChosen } from '../shared/stations/chosen.ts';
import type { ChoiceKind } from '../shared/stations/chosen.ts';
import { TimeRequests } from '../shared/stations/time-requests.tsx';
import { DeskCard, cardWidthsPx } from './desk-card.tsx';
import { deskMenus } from './desk-menus.tsx';
import { DeskViewMenu } from './desk-view-menu.tsx';
import { useDeskView } from './desk-view.ts';
import { groupedDesks, useDesks } from './desks.ts';
import { EnlargedDesk } from './enlarged-desk.tsx';

const useStyles = makeStyles({
  bar: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  choice: { marginBlock: tokens.spacingVerticalS },
  space: { flexGrow: 1 },
  group: {
    margin: 0,
    marginBlock: tokens.spacingVerticalM,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
  },
  desks: { display: 'grid', gap: tokens.spacingHorizontalM, margin: 0, padding: '2px', listStyle: 'none' },
  subtle: { color: tokens.colorNeutralForeground2 },
  empty: { padding: tokens.spacingVerticalXXXL, textAlign: 'center' },
});

/** How many cards lie beside one another. */
function columnsOf(list: Element): number {
  return getComputedStyle(list).gridTemplateColumns.split(' ').length;
}

const steps: Readonly<Record<string, (columns: number, count: number) => number>> = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: (columns) => -columns,
  ArrowDown: (columns) => columns,
  Home: (_columns, count) => -count,
  End: (_columns, count) => count,
};

export function DesktopsTab(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { settings } = useRoom();
  const { desks, error, again } = useDesks();
  const [view, changeView] = useDeskView();
  const [searched, setSearched] = useState('');
  const [choice, setChoice] = useState(nothingChosen);
  const [reached, setReached] = useState<string | null>(null);
  const [enlarged, setEnlarged] = useState<string | null>(null);
  const order = useRef<readonly string[]>([]);
  const board = useRef<HTMLDivElement>(null);
  const choose = useCallback((key: string, kind: ChoiceKind) => {
    setReached(key);
    setChoice((before) => chosenAfter(before, order.current, { computer: '', key }, kind));
  }, []);
  if (desks === null) return error === null ? <Spinner label={_('Loading…')} /> : <Failure error={error} again={again} />;
  const groups = groupedDesks(desks, view, searched);
  const shown = groups.flatMap((group) => group.desks);
  const shownIds = shown.map(({ session }) => session.id);
  order.current = shownIds;
  const ids = new Set(choice.keys);
  const chosen = shown.map(({ session }) => session).filter(({ id }) => ids.has(id));
  const all = desks.map(({ session }) => session);
  const tabbed = reached !== null && shownIds.includes(reached) ? reached : shownIds[0];
  const reach = (id: string): void => {
    setReached(id);
    board.current?.querySelector<HTMLElement>(`[data-desk="${id}"] input`)?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLInputElement)) return;
    const card = event.target.closest('[data-desk]');
    const at = shownIds.indexOf(card?.getAttribute('data-desk') ?? '');
    const id = shownIds[at];
    if (id === undefined || card?.parentElement == null) return;
    const step = steps[event.key]?.(columnsOf(card.parentElement), shownIds.length);
    if (step !== undefined) {
      event.preventDefault();
      const to = shownIds[Math.max(0, Math.min(shownIds.length - 1, at + step))];
      if (to === undefined) return;
      reach(to);
      if (event.shiftKey)
        setChoice((before) =>
          chosenAfter(before.anchor === null ? { ...before, anchor: id } : before, shownIds, { computer: '', key: to }, 'range'),
        );
    } else if (event.key === 'Enter' && settings.allowMonitoring) {
      // Or the same key would press the button that has the focus then.
      event.preventDefault();
      setEnlarged(id);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      setChoice({ computer: '', keys: shownIds, anchor: id });
    }
  };
  return (
    <>
      <TimeRequests />
      <div className={styles.bar} role="toolbar" aria-label={_('What can be done to the desktops')}>
        {deskMenus.map((DeskMenuOf) => (
          <DeskMenuOf key={DeskMenuOf.name} chosen={chosen} all={all} />
        ))}
      </div>
      <div className={mergeClasses(styles.bar, styles.choice)}>
        <SearchBox
          value={searched}
          onChange={(_event, data) => setSearched(data.value)}
          placeholder={_('Search desktops')}
          aria-label={_('Search desktops')}
        />
        <DeskViewMenu view={view} change={changeView} />
        <span className={styles.space} />
        <Text className={styles.subtle} role="status">
          {_('{count, plural, =0 {None selected} other {# selected}}', { count: chosen.length })}
        </Text>
        <Button size="small" onClick={() => setChoice({ computer: '', keys: shownIds, anchor: null })}>
          {_('Select all')}
        </Button>
        <Button size="small" disabled={chosen.length === 0} onClick={() => setChoice(nothingChosen)}>
          {_('Select none')}
        </Button>
      </div>
      {!settings.allowMonitoring && (
        <MessageBar className={styles.choice}>
          <MessageBarBody>{errorText({ code: 'monitoring-off' })}</MessageBarBody>
        </MessageBar>
      )}
      {shown.length === 0 && (
        <div className={styles.empty}>
          <Text>
            {desks.length === 0
              ? _('Nobody is signed in at the moment.')
              : searched.trim() === ''
                ? _('No desktop is active. Under View, choose All desktops to see the suspended ones.')
                : _('No desktop fits the search.')}
          </Text>
        </div>
      )}
      <div ref={board} onKeyDown={press}>
        {groups.map((group) => (
          <section key={group.name}>
            {view.group !== 'none' && (
              <h2 className={styles.group}>
                {group.name !== '' ? group.name : view.group === 'room' ? _('In no room') : _('In no class')}
              </h2>
            )}
            <ul
              className={styles.desks}
              style={{ gridTemplateColumns: `repeat(auto-fill, minmax(min(100%, ${String(cardWidthsPx[view.size])}px), 1fr))` }}
            >
              {group.desks.map((desk) => (
                <DeskCard
                  key={desk.session.id}
                  desk={desk}
                  size={view.size}
                  watched={settings.allowMonitoring}
                  chosen={ids.has(desk.session.id)}
                  reached={desk.session.id === tabbed}
                  choose={choose}
                  enlarge={setEnlarged}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {enlarged !== null && (
        <EnlargedDesk
          desks={shown}
          id={enlarged}
          go={setEnlarged}
          close={() => {
            setEnlarged(null);
            reach(enlarged);
          }}
        />
      )}
    </>
  );
}
