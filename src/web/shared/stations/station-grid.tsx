// The Stations list: a line per computer, a line per station or suspended session; chosen by mouse or keyboard.
import { Button, makeStyles, mergeClasses, shorthands, tokens } from '@fluentui/react-components';
import { DesktopRegular } from '@fluentui/react-icons/svg/desktop';
import { ServerRegular } from '@fluentui/react-icons/svg/server';
import { useLingui } from '@lingui/react';
import { memo, useEffect, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import type { Computer } from '#contract/values.ts';
import type { ProgramAtRisk } from '#model/session.ts';
import type { StationRow } from '#model/station.ts';
import { durationText, timeText, useNow } from '../clock.ts';
import { choiceKindOf } from './chosen.ts';
import type { ChoiceKind, Chosen } from './chosen.ts';
import { Risks } from './risks.tsx';
import { SavedStatus } from './saved-status.tsx';
import { ComputerStatus, Countdown, Status } from './status.tsx';

export type Line =
  | { kind: 'computer'; key: string; name: string; computer: Computer | null; stations: number; people: number }
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
  letIn: (station: string) => void;
  refuse: (station: string) => void;
  keep: (session: string) => void;
  mayLetIn: boolean;
}

/** Below this width a line is a card. */
const narrow = '@media (max-width: 767px)';
const middling = '@media (max-width: 1340px)';

const columns =
  'minmax(96px, 0.9fr) minmax(110px, 1fr) minmax(140px, 1.3fr) minmax(176px, 1.5fr) minmax(130px, 1.1fr) minmax(84px, 0.7fr) minmax(146px, 0.9fr)';

const useStyles = makeStyles({
  grid: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    overflow: 'clip',
  },
  line: {
    display: 'grid',
    gridTemplateColumns: columns,
    alignItems: 'center',
    minHeight: '44px',
    columnGap: tokens.spacingHorizontalM,
    paddingInline: tokens.spacingHorizontalM,
    boxSizing: 'border-box',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    contentVisibility: 'auto',
    containIntrinsicSize: 'auto 44px',
    cursor: 'default',
    outlineStyle: 'none',
    '&:hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    '&:focus-visible': { boxShadow: `inset 0 0 0 2px ${tokens.colorStrokeFocus2}` },
    [middling]: {
      gridTemplateColumns:
        'minmax(106px, 0.9fr) minmax(92px, 1fr) minmax(104px, 1.2fr) minmax(150px, 1.6fr) minmax(110px, 1.2fr) minmax(84px, 0.8fr)',
    },
    [narrow]: {
      gridTemplateColumns: 'minmax(0, 1fr) auto',
      gridTemplateAreas: '"station status" "user user" "risks risks" "computer since"',
      rowGap: tokens.spacingVerticalXS,
      paddingBlock: tokens.spacingVerticalS,
    },
  },
  head: {
    minHeight: '40px',
    borderTop: 'none',
    color: tokens.colorNeutralForeground2,
    fontWeight: tokens.fontWeightSemibold,
    position: 'sticky',
    top: 0,
    zIndex: 1,
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
  computerLine: {
    fontWeight: tokens.fontWeightSemibold,
    backgroundColor: tokens.colorNeutralBackground3,
    '&:hover': { backgroundColor: tokens.colorNeutralBackground3Hover },
    [narrow]: { gridTemplateAreas: '"computer status" "station since" "user user"' },
  },
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
  user: { [narrow]: { gridArea: 'user' } },
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

function Since({ at }: { at: number }): ReactNode {
  const now = useNow();
  if (at === 0) return null;
  return <span title={timeText(at)}>{durationText(now - at)}</span>;
}

const ComputerLine = memo(function ComputerLine(props: {
  line: Extract<Line, { kind: 'computer' }>;
  chosen: boolean;
  chosenComputer: boolean;
  reached: boolean;
  actions: LineActions;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { line } = props;
  return (
    <div
      role="row"
      data-key={line.key}
      aria-selected={props.chosen}
      tabIndex={props.reached ? 0 : -1}
      className={mergeClasses(styles.line, styles.computerLine, props.chosen && styles.chosen)}
      onClick={() => props.actions.choose({ computer: line.name, key: null }, 'only')}
    >
      <div role="gridcell" className={mergeClasses(styles.cell, styles.computer, props.chosenComputer && styles.chosenComputer)}>
        <ServerRegular className={styles.icon} />
        <button type="button" tabIndex={-1} className={styles.name}>
          {line.name}
        </button>
      </div>
      <div role="gridcell" className={mergeClasses(styles.cell, styles.station)}>
        {_('{count, plural, =0 {No stations} one {# station} other {# stations}}', { count: line.stations })}
      </div>
      <div role="gridcell" className={mergeClasses(styles.cell, styles.user)}>
        {_('{count, plural, =0 {Nobody} one {# person} other {# people}}', { count: line.people })}
      </div>
      <div role="gridcell" className={mergeClasses(styles.cell, styles.status)}>
        <ComputerStatus reachable={line.computer?.reachable ?? false} leaving={line.computer?.leaving ?? null} />
      </div>
      <div role="gridcell" className={mergeClasses(styles.cell, styles.risks)} />
      <div role="gridcell" className={mergeClasses(styles.cell, styles.since)}>
        {line.computer !== null && line.computer.reachable && <Since at={line.computer.startedAt} />}
      </div>
      <div role="gridcell" className={mergeClasses(styles.cell, styles.connection)} />
    </div>
  );
});

interface StationLineProps {
  row: StationRow;
  atRisk: readonly ProgramAtRisk[] | undefined;
  chosen: boolean;
  chosenComputer: boolean;
  reached: boolean;
  actions: LineActions;
}

const StationLine = memo(
  function StationLine(props: StationLineProps): ReactNode {
    const { _ } = useLingui();
    const styles = useStyles();
    const { row, atRisk, actions } = props;
    const { station, session } = row;
    const counting = session !== null && session.endsAt !== null && row.status !== 'signing-out' ? session.endsAt : null;
    return (
      <div
        role="row"
        data-key={row.key}
        aria-selected={props.chosen}
        tabIndex={props.reached ? 0 : -1}
        className={mergeClasses(styles.line, props.chosen && styles.chosen)}
        onMouseDown={(event) => {
          // Shift would choose text as well.
          if (event.shiftKey) event.preventDefault();
        }}
        onClick={(event) => actions.choose({ computer: row.computer, key: row.key }, choiceKindOf(event))}
      >
        <div
          role="gridcell"
          className={mergeClasses(styles.cell, styles.computer, props.chosenComputer && styles.chosenComputer)}
          onClick={(event) => {
            event.stopPropagation();
            actions.choose({ computer: row.computer, key: null }, 'only');
          }}
        >
          <button type="button" tabIndex={-1} className={styles.name}>
            {row.computer}
          </button>
        </div>
        <div role="gridcell" className={mergeClasses(styles.cell, styles.station)} title={station?.name}>
          {station === null ? <span className={styles.subtle}>{_('At no station')}</span> : station.name}
        </div>
        <div role="gridcell" className={mergeClasses(styles.cell, styles.user)} title={session?.fullName}>
          {session !== null && (
            <>
              {session.user}
              {session.fullName !== '' && session.fullName !== session.user && (
                <span className={styles.subtle}> ({session.fullName})</span>
              )}
            </>
          )}
        </div>
        <div role="gridcell" className={mergeClasses(styles.cell, styles.status)}>
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
            <>
              <Button
                size="small"
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
                onClick={(event) => {
                  event.stopPropagation();
                  actions.refuse(station.id);
                }}
              >
                {_('Refuse')}
              </Button>
            </>
          )}
          {station?.identifying === true && (
            <span className={styles.subtle}>
              <DesktopRegular className={styles.icon} /> {_('Shows its name')}
            </span>
          )}
        </div>
        <div role="gridcell" className={mergeClasses(styles.cell, styles.risks)}>
          {atRisk !== undefined && (
            <>
              <span className={styles.risksName} aria-hidden="true">
                {_('Programs at risk:')}{' '}
              </span>
              <Risks atRisk={atRisk} />
            </>
          )}
        </div>
        <div role="gridcell" className={mergeClasses(styles.cell, styles.since)}>
          <Since at={row.since} />
        </div>
        <div role="gridcell" className={mergeClasses(styles.cell, styles.connection)}>
          {station !== null && station.online && (
            <span title={station.address}>
              {station.latencyMs !== null && _('{milliseconds} ms', { milliseconds: Math.round(station.latencyMs) })}
              {station.latencyMs !== null && station.widthPx > 0 && ' · '}
              {station.widthPx > 0 && `${station.widthPx} × ${station.heightPx}`}
            </span>
          )}
        </div>
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
    before.reached === after.reached &&
    before.actions === after.actions,
);

export function StationGrid(props: { lines: readonly Line[]; chosen: Chosen; actions: LineActions }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { lines, chosen, actions } = props;
  const grid = useRef<HTMLDivElement>(null);
  const focusedKey = useRef<string | null>(null);
  const chosenKeys = new Set(
    chosen.keys.length > 0 ? chosen.keys : chosen.computer === null ? [] : [`computer:${chosen.computer}`],
  );
  const chosenKey = chosen.anchor ?? [...chosenKeys][0];
  // The one line that the Tab key reaches.
  const reachedKey = lines.some((line) => line.key === chosenKey) ? chosenKey : lines[0]?.key;

  const focusLine = (key: string): void => {
    grid.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  };
  const chooseLine = (line: Line, kind: ChoiceKind): void => {
    if (line.kind === 'computer') actions.choose({ computer: line.name, key: null }, 'only');
    else actions.choose({ computer: line.row.computer, key: line.key }, kind);
  };

  // A line that goes while it has the focus hands it to the line that Tab would reach, not to the page's top.
  useEffect(() => {
    const had = focusedKey.current;
    if (had === null || lines.some((line) => line.key === had) || document.activeElement !== document.body) return;
    focusedKey.current = null;
    if (reachedKey !== undefined) focusLine(reachedKey);
  }, [lines, reachedKey]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset['key'] === undefined) return;
    const at = lines.findIndex((line) => line.key === (event.target as HTMLElement).dataset['key']);
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
      chooseLine(line, choiceKindOf(event));
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
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        focusedKey.current = event.target.closest<HTMLElement>('[data-key]')?.dataset['key'] ?? null;
      }}
      onBlur={(event) => {
        // A removed line blurs to nowhere; only a real move away forgets it.
        if (event.relatedTarget !== null) focusedKey.current = null;
      }}
    >
      <div role="row" className={mergeClasses(styles.line, styles.head)}>
        <div role="columnheader">{_('Computer')}</div>
        <div role="columnheader">{_('Station')}</div>
        <div role="columnheader">{_('User')}</div>
        <div role="columnheader">{_('Status')}</div>
        <div role="columnheader">{_('Programs at risk')}</div>
        <div role="columnheader">{_('Since')}</div>
        <div role="columnheader" className={styles.connection}>
          {_('Connection')}
        </div>
      </div>
      {lines.map((line) =>
        line.kind === 'computer' ? (
          <ComputerLine
            key={line.key}
            line={line}
            chosen={chosenKeys.has(line.key)}
            chosenComputer={chosen.computer === line.name}
            reached={reachedKey === line.key}
            actions={actions}
          />
        ) : (
          <StationLine
            key={line.key}
            row={line.row}
            atRisk={line.atRisk}
            chosen={chosenKeys.has(line.key)}
            chosenComputer={chosen.computer === line.row.computer}
            reached={reachedKey === line.key}
            actions={actions}
          />
        ),
      )}
    </div>
  );
}
