// The Stations list: a line per station or suspended session, in groups; chosen by mouse or keyboard. Only the lines in sight
// are drawn, so that thousands of stations cost no more than a screenful.
import { Button, makeStyles, mergeClasses, shorthands, tokens } from '@fluentui/react-components';
import { DesktopRegular } from '@fluentui/react-icons/svg/desktop';
import { ServerRegular } from '@fluentui/react-icons/svg/server';
import { ArrowDownRegular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowUpRegular } from '@fluentui/react-icons/svg/arrow-up';
import { GroupListRegular } from '@fluentui/react-icons/svg/group-list';
import { useLingui } from '@lingui/react';
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import type { Range } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react';
import type { Computer } from '#contract/values.ts';
import type { ProgramAtRisk } from '#model/session.ts';
import type { StationRow } from '#model/station.ts';
import { columnLabels } from '../labels.ts';
import { Ago } from '../time.tsx';
import { choiceKindOf } from './chosen.ts';
import type { ChoiceKind, Chosen } from './chosen.ts';
import { Risks } from './risks.tsx';
import { SavedStatus } from './saved-status.tsx';
import { narrow, narrowWidth, useScreen } from './screen-width.ts';
import { ComputerStatus, Countdown, Status } from './status.tsx';
import { autoLogonOf, roomOf } from './table-view.ts';
import type { TableColumn } from './table-view.ts';

export type Line =
  | { kind: 'computer'; key: string; name: string; computer: Computer | null; stations: number; people: number }
  /** `name` empty: those in no room. `keys`: the lines in it. */
  | { kind: 'room'; key: string; name: string; stations: number; people: number; keys: readonly string[] }
  | {
      kind: 'station';
      key: string;
      row: StationRow;
      /** What saving would do to its programs; undefined: it was not looked at. */
      atRisk: readonly ProgramAtRisk[] | undefined;
    };

export interface LineActions {
  /** `key` null: the computer itself. */
  choose: (to: { computer: string; key: string | null }, kind: ChoiceKind) => void;
  chooseAll: (keys: readonly string[]) => void;
  unchoose: () => void;
  /** Shows more about what is chosen. */
  details: () => void;
  letIn: (station: string) => void;
  refuse: (station: string) => void;
  keep: (session: string) => void;
  mayLetIn: boolean;
}

const middling = '@media (max-width: 1340px)';

const widths: Readonly<Record<TableColumn, readonly [wide: string, middling: string]>> = {
  computer: ['minmax(96px, 0.9fr)', 'minmax(106px, 0.9fr)'],
  station: ['minmax(110px, 1fr)', 'minmax(92px, 1fr)'],
  room: ['minmax(90px, 0.9fr)', 'minmax(84px, 0.9fr)'],
  user: ['minmax(140px, 1.3fr)', 'minmax(104px, 1.2fr)'],
  autoLogon: ['minmax(96px, 0.9fr)', 'minmax(88px, 0.9fr)'],
  status: ['minmax(176px, 1.5fr)', 'minmax(150px, 1.6fr)'],
  risks: ['minmax(130px, 1.1fr)', 'minmax(110px, 1.2fr)'],
  since: ['minmax(84px, 0.7fr)', 'minmax(84px, 0.8fr)'],
  connection: ['minmax(158px, 0.95fr)', ''],
};

/** What a line is high before it was measured: as a row, as a card. */
const guessedRowPx = 44;
const guessedCardPx = 108;

const useStyles = makeStyles({
  grid: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    overflow: 'clip',
  },
  line: {
    display: 'grid',
    gridTemplateColumns: 'var(--columns)',
    alignItems: 'center',
    minHeight: '44px',
    columnGap: tokens.spacingHorizontalM,
    paddingInline: tokens.spacingHorizontalM,
    boxSizing: 'border-box',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    // Not below the head, nor on a narrow screen below the tasks at its lower edge.
    scrollMarginTop: '48px',
    scrollMarginBottom: '16px',
    cursor: 'default',
    outlineStyle: 'none',
    '&:hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    '&:focus-visible': { boxShadow: `inset 0 0 0 2px ${tokens.colorStrokeFocus2}` },
    [middling]: {
      gridTemplateColumns: 'var(--columns-middling)',
    },
    [narrow]: {
      gridTemplateColumns: 'minmax(0, 1fr) auto',
      gridTemplateAreas: '"station status" "user user" "risks risks" "computer since" "room room" "autoLogon autoLogon"',
      scrollMarginBottom: '180px',
      rowGap: tokens.spacingVerticalXS,
      paddingBlock: tokens.spacingVerticalS,
    },
  },
  head: {
    minHeight: '40px',
    borderTop: 'none',
    color: tokens.colorNeutralForeground2,
    fontWeight: tokens.fontWeightSemibold,
    backgroundColor: tokens.colorNeutralBackground1,
    '&:hover': { backgroundColor: tokens.colorNeutralBackground1 },
    [narrow]: {
      position: 'absolute',
      clipPath: 'inset(50%)',
      width: '1px',
      height: '1px',
      minHeight: 0,
      overflow: 'hidden',
      padding: 0,
    },
  },
  headGroup: { position: 'sticky', top: 0, zIndex: 1, [narrow]: { position: 'static' } },
  computerLine: {
    fontWeight: tokens.fontWeightSemibold,
    backgroundColor: tokens.colorNeutralBackground3,
    '&:hover': { backgroundColor: tokens.colorNeutralBackground3Hover },
    [narrow]: { gridTemplateAreas: '"computer status" "station since" "user user"' },
  },
  roomLine: { [narrow]: { gridTemplateAreas: '"computer computer" "station user"' } },
  body: { position: 'relative' },
  place: { position: 'absolute', top: 0, insetInlineStart: 0, width: '100%' },
  sort: {
    ...shorthands.borderStyle('none'),
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXXS,
    maxWidth: '100%',
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalXXS}`,
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalXXS})`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: 'transparent',
    color: 'inherit',
    fontFamily: 'inherit',
    fontSize: 'inherit',
    fontWeight: 'inherit',
    lineHeight: 'inherit',
    textAlign: 'start',
    cursor: 'pointer',
    '&:hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    '&:focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    // As cards there is no head; the Arrange menu sorts.
    [narrow]: { display: 'none' },
  },
  onlyAsCards: { display: 'none', [narrow]: { display: 'inline' } },
  chosen: {
    backgroundColor: tokens.colorBrandBackground2,
    '&:hover': { backgroundColor: tokens.colorBrandBackground2Hover },
    boxShadow: `inset 3px 0 0 ${tokens.colorCompoundBrandStroke}`,
    '@media (forced-colors: active)': { outline: '2px solid Highlight', outlineOffset: '-2px' },
  },
  cell: { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  computer: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    alignSelf: 'stretch',
    cursor: 'pointer',
    [narrow]: { gridArea: 'computer' },
  },
  chosenComputer: { color: tokens.colorBrandForeground2, fontWeight: tokens.fontWeightSemibold },
  station: {
    whiteSpace: 'normal',
    overflowWrap: 'anywhere',
    [narrow]: { gridArea: 'station', fontWeight: tokens.fontWeightSemibold },
  },
  // A name is never cut: it goes on in a second line.
  user: {
    whiteSpace: 'normal',
    overflowWrap: 'anywhere',
    paddingBlock: tokens.spacingVerticalXXS,
    [narrow]: { gridArea: 'user', padding: 0 },
  },
  fullName: { display: 'inline-block', color: tokens.colorNeutralForeground2 },
  // Cards do not repeat the only computer that there is.
  ofOnlyComputer: { [narrow]: { gridTemplateAreas: '"station status" "user since" "risks risks" "room room"' } },
  onlyComputer: { [narrow]: { display: 'none' } },
  /** Buttons that belong together go to the next line together. */
  answers: { display: 'inline-flex', gap: tokens.spacingHorizontalXS },
  answer: { whiteSpace: 'nowrap', minWidth: 0 },
  room: { [narrow]: { gridArea: 'room', color: tokens.colorNeutralForeground2, '&:empty': { display: 'none' } } },
  autoLogon: { [narrow]: { gridArea: 'autoLogon', color: tokens.colorNeutralForeground2, '&:empty': { display: 'none' } } },
  status: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    whiteSpace: 'normal',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    paddingBlock: tokens.spacingVerticalXS,
    [narrow]: { gridArea: 'status', justifySelf: 'end', justifyContent: 'end', textAlign: 'end', padding: 0, maxWidth: '62vw' },
  },
  risks: {
    [narrow]: {
      gridArea: 'risks',
      display: 'flex',
      alignItems: 'center',
      columnGap: tokens.spacingHorizontalXS,
      '&:empty': { display: 'none' },
    },
  },
  risksName: { display: 'none', color: tokens.colorNeutralForeground2, [narrow]: { display: 'inline' } },
  since: { [narrow]: { gridArea: 'since', justifySelf: 'end', color: tokens.colorNeutralForeground2 } },
  connection: { color: tokens.colorNeutralForeground2, [middling]: { display: 'none' } },
  subtle: { color: tokens.colorNeutralForeground2 },
  identifying: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    minWidth: 0,
    color: tokens.colorNeutralForeground2,
  },
  icon: { flexShrink: 0, fontSize: '18px' },
  /** A button without its looks; the arrow keys reach the same by the computer's own line. */
  name: {
    ...shorthands.borderStyle('none'),
    padding: 0,
    backgroundColor: 'transparent',
    color: 'inherit',
    fontFamily: 'inherit',
    fontSize: 'inherit',
    fontWeight: 'inherit',
    lineHeight: 'inherit',
    cursor: 'pointer',
    whiteSpace: 'nowrap',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    '&:hover': { textDecorationLine: 'underline' },
  },
});

interface LineProps {
  /** Its place among all lines, the head being the first. */
  rowIndex: number;
  columns: readonly TableColumn[];
  chosen: boolean;
  reached: boolean;
  actions: LineActions;
}

const ComputerLine = memo(function ComputerLine(
  props: LineProps & { line: Extract<Line, { kind: 'computer' }>; chosenComputer: boolean },
): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { line } = props;
  const content: Readonly<Partial<Record<TableColumn, ReactNode>>> = {
    computer: (
      <>
        <ServerRegular className={styles.icon} />
        <button type="button" tabIndex={-1} className={styles.name}>
          {line.name}
        </button>
      </>
    ),
    station: _('{count, plural, =0 {No stations} one {# station} other {# stations}}', { count: line.stations }),
    user: _('{count, plural, =0 {Nobody} one {# person} other {# people}}', { count: line.people }),
    status: (
      <ComputerStatus
        reachable={line.computer?.reachable ?? false}
        leaving={line.computer?.leaving ?? null}
        mode={line.computer?.mode ?? 'station'}
      />
    ),
    since: line.computer !== null && line.computer.reachable && line.computer.startedAt > 0 && (
      <Ago at={line.computer.startedAt} />
    ),
  };
  return (
    <div
      role="row"
      data-key={line.key}
      aria-rowindex={props.rowIndex}
      aria-selected={props.chosen}
      tabIndex={props.reached ? 0 : -1}
      className={mergeClasses(styles.line, styles.computerLine, props.chosen && styles.chosen)}
      onClick={() => props.actions.choose({ computer: line.name, key: null }, 'only')}
    >
      {props.columns.map((column) => (
        <div
          key={column}
          role="gridcell"
          className={mergeClasses(
            styles.cell,
            styles[column],
            column === 'computer' && props.chosenComputer && styles.chosenComputer,
          )}
        >
          {content[column]}
        </div>
      ))}
    </div>
  );
});

const RoomLine = memo(function RoomLine(props: LineProps & { line: Extract<Line, { kind: 'room' }> }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { line } = props;
  const content: Readonly<Partial<Record<TableColumn, ReactNode>>> = {
    computer: (
      <>
        <GroupListRegular className={styles.icon} />
        <span className={styles.name}>{line.name === '' ? _('No room') : line.name}</span>
      </>
    ),
    station: _('{count, plural, =0 {No stations} one {# station} other {# stations}}', { count: line.stations }),
    user: _('{count, plural, =0 {Nobody} one {# person} other {# people}}', { count: line.people }),
  };
  return (
    <div
      role="row"
      data-key={line.key}
      aria-rowindex={props.rowIndex}
      tabIndex={props.reached ? 0 : -1}
      title={_('Chooses all its lines')}
      className={mergeClasses(styles.line, styles.computerLine, styles.roomLine)}
      onClick={() => props.actions.chooseAll(line.keys)}
    >
      {props.columns.map((column) => (
        <div key={column} role="gridcell" className={mergeClasses(styles.cell, styles[column])}>
          {content[column]}
        </div>
      ))}
    </div>
  );
});

interface StationLineProps extends LineProps {
  row: StationRow;
  atRisk: readonly ProgramAtRisk[] | undefined;
  severalComputers: boolean;
  chosenComputer: boolean;
}

const StationLine = memo(
  function StationLine(props: StationLineProps): ReactNode {
    const { _ } = useLingui();
    const styles = useStyles();
    const { row, atRisk, actions } = props;
    const { station, session } = row;
    const counting = session !== null && session.endsAt !== null && row.status !== 'signing-out' ? session.endsAt : null;
    const content: Readonly<Record<TableColumn, ReactNode>> = {
      computer: (
        <button type="button" tabIndex={-1} className={styles.name}>
          {row.computer}
        </button>
      ),
      station: station === null ? <span className={styles.subtle}>{_('At no station')}</span> : station.name,
      room: roomOf(row),
      user: session !== null && (
        <>
          {session.user}{' '}
          {session.fullName !== '' && session.fullName !== session.user && (
            <span className={styles.fullName}>({session.fullName})</span>
          )}
        </>
      ),
      status: (
        <>
          {counting !== null ? (
            <Countdown endsAt={counting} by={session?.endsBy ?? ''} />
          ) : session !== null && session.saved !== null && row.status !== 'signing-out' ? (
            <SavedStatus status={row.status} saved={session.saved} />
          ) : (
            <Status status={row.status} />
          )}
          {counting !== null && session !== null && (
            <Button
              size="small"
              onClick={(event) => {
                event.stopPropagation();
                actions.keep(session.id);
              }}
            >
              {_('Keep signed in')}
            </Button>
          )}
          {row.status === 'waiting' && station !== null && actions.mayLetIn && (
            <span className={styles.answers}>
              <Button
                size="small"
                className={styles.answer}
                appearance="primary"
                onClick={(event) => {
                  event.stopPropagation();
                  actions.letIn(station.id);
                }}
              >
                {_('Let in')}
              </Button>
              <Button
                size="small"
                className={styles.answer}
                onClick={(event) => {
                  event.stopPropagation();
                  actions.refuse(station.id);
                }}
              >
                {_('Refuse')}
              </Button>
            </span>
          )}
          {station?.identifying === true && (
            <span className={styles.identifying}>
              <DesktopRegular className={styles.icon} />
              <span>{_('Shows its name')}</span>
            </span>
          )}
        </>
      ),
      autoLogon: autoLogonOf(row) !== '' && (
        <>
          <span className={styles.onlyAsCards} aria-hidden="true">
            {_('Auto-logon')}{' '}
          </span>
          {autoLogonOf(row)}
        </>
      ),
      risks: atRisk !== undefined && (
        <>
          <span className={styles.risksName} aria-hidden="true">
            {_('Programs at risk:')}{' '}
          </span>
          <Risks atRisk={atRisk} />
        </>
      ),
      since: row.since > 0 && <Ago at={row.since} />,
      connection: station !== null && station.online && (
        <span title={station.address}>
          {station.latencyMs !== null && _('{milliseconds} ms', { milliseconds: Math.round(station.latencyMs) })}
          {station.latencyMs !== null && station.widthPx > 0 && ' · '}
          {station.widthPx > 0 && `${station.widthPx} × ${station.heightPx}`}
        </span>
      ),
    };
    const titles: Readonly<Partial<Record<TableColumn, string | undefined>>> = {
      station: station?.name,
      room: roomOf(row),
      user: session?.fullName,
      autoLogon: autoLogonOf(row),
    };
    return (
      <div
        role="row"
        data-key={row.key}
        aria-rowindex={props.rowIndex}
        aria-selected={props.chosen}
        tabIndex={props.reached ? 0 : -1}
        className={mergeClasses(styles.line, !props.severalComputers && styles.ofOnlyComputer, props.chosen && styles.chosen)}
        onMouseDown={(event) => {
          // Shift would choose text as well.
          if (event.shiftKey) event.preventDefault();
        }}
        onClick={(event) => actions.choose({ computer: row.computer, key: row.key }, choiceKindOf(event))}
      >
        {props.columns.map((column) => (
          <div
            key={column}
            role="gridcell"
            title={titles[column]}
            className={mergeClasses(
              styles.cell,
              styles[column],
              column === 'computer' && props.chosenComputer && styles.chosenComputer,
              column === 'computer' && !props.severalComputers && styles.onlyComputer,
            )}
            onClick={
              column === 'computer'
                ? (event) => {
                    event.stopPropagation();
                    actions.choose({ computer: row.computer, key: null }, 'only');
                  }
                : undefined
            }
          >
            {content[column]}
          </div>
        ))}
      </div>
    );
  },
  (before, after) =>
    before.row.station === after.row.station &&
    before.row.session === after.row.session &&
    before.row.status === after.row.status &&
    before.row.since === after.row.since &&
    before.atRisk === after.atRisk &&
    before.chosen === after.chosen &&
    before.chosenComputer === after.chosenComputer &&
    before.severalComputers === after.severalComputers &&
    before.reached === after.reached &&
    before.rowIndex === after.rowIndex &&
    before.columns === after.columns &&
    before.actions === after.actions,
);

/** The same array as before as long as the same texts are in it. */
function useSame(texts: readonly string[]): readonly string[] {
  const [kept, setKept] = useState(texts);
  if (kept === texts) return kept;
  if (kept.length === texts.length && kept.every((text, at) => text === texts[at])) return kept;
  setKept(texts);
  return texts;
}

export function StationGrid(props: {
  lines: readonly Line[];
  columns: readonly TableColumn[];
  sort: TableColumn;
  descending: boolean;
  /** Sorts by a column, or turns its order where it does so already. */
  sortBy: (column: TableColumn) => void;
  chosen: Chosen;
  /** There is more than one computer to choose from. */
  severalComputers: boolean;
  actions: LineActions;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { lines, columns, chosen, actions } = props;
  const grid = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const focusedKey = useRef<string | null>(null);
  const [bodyTopPx, setBodyTopPx] = useState(0);
  /** A line out of sight that is to get the focus once it is drawn. */
  const [wanted, setWanted] = useState<{ key: string } | null>(null);
  const chosenKeys = useMemo(
    () => new Set(chosen.keys.length > 0 ? chosen.keys : chosen.computer === null ? [] : [`computer:${chosen.computer}`]),
    [chosen.keys, chosen.computer],
  );
  const keys = useSame(useMemo(() => lines.map((line) => line.key), [lines]));
  const placeOf = useMemo(() => new Map(keys.map((key, at) => [key, at])), [keys]);
  const chosenKey = chosen.anchor ?? chosenKeys.values().next().value;
  // The one line that the Tab key reaches.
  const reachedKey = chosenKey !== undefined && placeOf.has(chosenKey) ? chosenKey : lines[0]?.key;

  const rangeExtractor = useCallback(
    (range: Range): number[] => {
      const shown = new Set(defaultRangeExtractor(range));
      // What has the focus, is to get it, or is reached by Tab is always drawn.
      for (const key of [focusedKey.current, wanted?.key, reachedKey]) {
        const place = key == null ? undefined : placeOf.get(key);
        if (place !== undefined) shown.add(place);
      }
      return [...shown].toSorted((a, b) => a - b);
    },
    [placeOf, wanted, reachedKey],
  );
  const isNarrow = useScreen(narrowWidth);
  // While the lines are the same ones, their heights are not added up again for every change in them.
  const estimateSize = useCallback(() => (isNarrow ? guessedCardPx : guessedRowPx), [isNarrow]);
  const getItemKey = useCallback((at: number) => keys[at] ?? at, [keys]);
  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize,
    getItemKey,
    overscan: 8,
    scrollMargin: bodyTopPx,
    rangeExtractor,
    useFlushSync: false,
  });
  // What is above the list may grow and shrink.
  useLayoutEffect(() => {
    const topPx = Math.round((body.current?.getBoundingClientRect().top ?? 0) + scrollY);
    if (topPx !== bodyTopPx) setBodyTopPx(topPx);
  });

  const lineElement = (key: string): HTMLElement | null =>
    grid.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null;
  const focusLine = (key: string): void => {
    const element = lineElement(key);
    if (element === null) setWanted({ key });
    else element.focus();
  };
  useEffect(() => {
    if (wanted === null) return;
    lineElement(wanted.key)?.focus();
  }, [wanted]);
  const chooseLine = (line: Line, kind: ChoiceKind): void => {
    if (line.kind === 'computer') actions.choose({ computer: line.name, key: null }, 'only');
    else if (line.kind === 'station') actions.choose({ computer: line.row.computer, key: line.key }, kind);
  };

  // A line that goes while it has the focus hands it to the line that Tab would reach, not to the page's top.
  useEffect(() => {
    const had = focusedKey.current;
    if (had === null || placeOf.has(had) || document.activeElement !== document.body) return;
    focusedKey.current = null;
    if (reachedKey !== undefined) focusLine(reachedKey);
  }, [placeOf, reachedKey]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset['key'] === undefined) return;
    const at = placeOf.get(event.target.dataset['key']) ?? -1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: lines.length - 1 }[
      event.key
    ];
    if (to !== undefined) {
      const line = lines[Math.min(Math.max(to, 0), lines.length - 1)];
      if (line === undefined) return;
      event.preventDefault();
      focusLine(line.key);
      // Ctrl goes there without choosing it, as in other lists.
      if (choiceKindOf(event) !== 'toggle') chooseLine(line, choiceKindOf(event));
    } else if (event.key === ' ' || event.key === 'Enter') {
      const line = lines[at];
      if (line === undefined) return;
      event.preventDefault();
      if (line.kind === 'room') actions.chooseAll(line.keys);
      else {
        // Those that are chosen already stay so: it is about all of them.
        if (event.key === ' ' || !chosenKeys.has(line.key)) chooseLine(line, choiceKindOf(event));
        if (event.key === 'Enter' && line.kind === 'station') actions.details();
      }
    } else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      actions.chooseAll(lines.filter((line) => line.kind === 'station').map((line) => line.key));
    } else if (event.key === 'Escape') {
      actions.unchoose();
    }
  };

  const template = (at: 0 | 1): string =>
    columns
      .map((column) => widths[column][at])
      .filter((width) => width !== '')
      .join(' ');
  const drawn = (line: Line, at: number): ReactNode => {
    const common = {
      rowIndex: at + 2,
      columns,
      chosen: chosenKeys.has(line.key),
      reached: reachedKey === line.key,
      actions,
    };
    switch (line.kind) {
      case 'computer':
        return <ComputerLine {...common} line={line} chosenComputer={props.severalComputers && chosen.computer === line.name} />;
      case 'room':
        return <RoomLine {...common} line={line} />;
      case 'station':
        return (
          <StationLine
            {...common}
            row={line.row}
            atRisk={line.atRisk}
            severalComputers={props.severalComputers}
            chosenComputer={props.severalComputers && chosen.computer === line.row.computer}
          />
        );
    }
  };

  return (
    <div
      ref={grid}
      role="grid"
      aria-multiselectable="true"
      aria-label={_('Stations')}
      aria-rowcount={lines.length + 1}
      className={styles.grid}
      style={{ '--columns': template(0), '--columns-middling': template(1) } as CSSProperties}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        focusedKey.current = event.target.closest<HTMLElement>('[data-key]')?.dataset['key'] ?? null;
      }}
      onBlur={(event) => {
        // A removed line blurs to nowhere; only a real move away forgets it.
        if (event.relatedTarget !== null) focusedKey.current = null;
      }}
    >
      <div role="rowgroup" className={styles.headGroup}>
        <div role="row" aria-rowindex={1} className={mergeClasses(styles.line, styles.head)}>
          {columns.map((column) => (
            <div
              key={column}
              role="columnheader"
              aria-sort={props.sort === column ? (props.descending ? 'descending' : 'ascending') : 'none'}
              className={column === 'connection' ? styles.connection : undefined}
            >
              <button type="button" className={styles.sort} onClick={() => props.sortBy(column)}>
                {_(columnLabels[column])}
                {props.sort === column && (props.descending ? <ArrowDownRegular /> : <ArrowUpRegular />)}
              </button>
              <span className={styles.onlyAsCards}>{_(columnLabels[column])}</span>
            </div>
          ))}
        </div>
      </div>
      <div ref={body} role="rowgroup" className={styles.body} style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {virtualizer.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return line === undefined ? null : (
            <div
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              className={styles.place}
              style={{ transform: `translateY(${item.start - virtualizer.options.scrollMargin}px)` }}
            >
              {drawn(line, item.index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
