// The Stations list with its tasks, as the Manager and the Dashboard show it; each level sees the tasks that it may do.
import {
  Button,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Switch,
  Text,
  ToggleButton,
  makeStyles,
  mergeClasses,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { KeyRegular } from '@fluentui/react-icons/svg/key';
import { MultiselectLtrRegular } from '@fluentui/react-icons/svg/multiselect-ltr';
import { useLingui } from '@lingui/react';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Principal } from '#contract/api.ts';
import { may } from '#model/permissions.ts';
import { holdsStation, isRunning, programRiskReasons } from '#model/session.ts';
import type { ProgramRiskReason, Session, SessionCheck, UnsavedWork } from '#model/session.ts';
import { unsortedRows } from '#model/station.ts';
import type { Station, StationRow } from '#model/station.ts';
import { ApiError, api } from '../api.ts';
import { DismissButton } from '../dismiss-button.tsx';
import { errorText } from '../error-text.ts';
import type { ToldError } from '../error-text.ts';
import { hibernationFaultText } from '../hibernation-text.ts';
import { currentLocale, i18n } from '../i18n.ts';
import { savedFaultText } from '../labels.ts';
import { namesText } from '../names-text.ts';
import { useNotices } from '../notices.tsx';
import { useRoom } from '../room.tsx';
import { useBarButtonStyles } from './bar-button.ts';
import { chosenAfter, nothingChosen } from './chosen.ts';
import type { Chosen } from './chosen.ts';
import { ConfigureDialog } from './configure-dialog.tsx';
import { ConfigureSeveralDialog } from './configure-several-dialog.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { DetailsPanel } from './details-panel.tsx';
import { EnrolmentCodeDialog } from './enrolment-code-dialog.tsx';
import { HibernateDialog } from './hibernate-dialog.tsx';
import { LogOffDialog } from './log-off-dialog.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { RemapDialog } from './remap-dialog.tsx';
import { RoomsDialog } from './rooms-dialog.tsx';
import { StationGrid } from './station-grid.tsx';
import type { Line, LineActions } from './station-grid.tsx';
import { FilterTags, TableBar } from './table-bar.tsx';
import { TextOrder, groupedRows, isShown, isUnfiltered, queryOf, roomOf, sortedRows, viewOf } from './table-view.ts';
import type { TableColumn, TableView } from './table-view.ts';
import { ComputerTasks, LineTasks, SeveralTasks } from './tasks.tsx';
import { TimeRequests } from './time-requests.tsx';
import { wide } from './screen-width.ts';

const useStyles = makeStyles({
  view: {
    display: 'grid',
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: 'minmax(0, 1fr)',
    gridTemplateAreas: '"bar" "computer" "list" "line"',
    [wide]: {
      gridTemplateColumns: 'minmax(0, 1fr) 260px',
      gridTemplateAreas: '"bar bar" "list side"',
      alignItems: 'start',
    },
  },
  detailed: { [wide]: { gridTemplateColumns: 'minmax(0, 1fr) 320px' } },
  bar: {
    gridArea: 'bar',
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    '@media (max-width: 899px)': { gap: tokens.spacingHorizontalS },
  },
  space: { flexGrow: 1, '@media (max-width: 899px)': { display: 'none' } },
  outcome: { marginBottom: tokens.spacingVerticalM },
  list: { gridArea: 'list', minWidth: 0 },
  side: {
    display: 'contents',
    [wide]: {
      gridArea: 'side',
      display: 'flex',
      flexDirection: 'column',
      gap: tokens.spacingHorizontalM,
      // The list may be long: what is chosen stays in sight.
      position: 'sticky',
      top: tokens.spacingVerticalM,
      maxHeight: `calc(100vh - 2 * ${tokens.spacingVerticalM})`,
      overflowY: 'auto',
    },
  },
  computer: { gridArea: 'computer' },
  line: {
    gridArea: 'line',
    // On a narrow screen the tasks of a line stay in reach, wherever in the list it is.
    position: 'sticky',
    bottom: tokens.spacingVerticalS,
    zIndex: 2,
    boxShadow: tokens.shadow16,
    [wide]: { position: 'static', boxShadow: 'none' },
  },
  empty: {
    textAlign: 'center',
    padding: `${tokens.spacingVerticalXXXL} ${tokens.spacingHorizontalL}`,
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: tokens.spacingVerticalS,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderTopStyle: 'none',
    borderRadius: tokens.borderRadiusLarge,
  },
  failures: { margin: 0, paddingInlineStart: tokens.spacingHorizontalL },
});

type Asked =
  | { what: 'log-off'; row: StationRow }
  | { what: 'move'; session: string }
  | { what: 'unsplit'; station: Station; right: Station; user: string }
  | { what: 'remove-saved'; session: Session }
  | { what: 'hibernate'; session: Session; checks: readonly SessionCheck[] }
  | { what: 'hibernate-several'; sessions: readonly Session[]; checks: readonly SessionCheck[] }
  | { what: 'log-off-several'; sessions: readonly Session[] }
  | { what: 'hibernate-all'; computer: string; checks: readonly SessionCheck[] }
  | { what: 'log-off-all'; computer: string }
  | { what: 'configure'; station: string }
  | { what: 'configure-several'; stations: readonly Station[] }
  | { what: 'rooms' }
  | { what: 'remap'; computer: string }
  | { what: 'remove'; station: Station }
  | { what: 'code' };

/** What did not succeed of several. */
interface Failed {
  session: string;
  user: string;
  error: ToldError | null;
}

const rememberedView = 'stationmaster.stations-view';

/** The view of the address; without one there, the last one in this browser tab. */
function viewInAddress(): TableView {
  return viewOf(location.search === '' ? (sessionStorage.getItem(rememberedView) ?? '') : location.search);
}

/** How the list is looked at, kept in the address and in this browser tab. */
function useTableView(): readonly [TableView, (change: Partial<TableView>) => void] {
  const [view, setView] = useState(viewInAddress);
  const query = useDeferredValue(queryOf(view));
  useEffect(() => {
    sessionStorage.setItem(rememberedView, query);
    if (location.search.slice(1) !== query)
      history.replaceState(history.state, '', query === '' ? location.pathname : `${location.pathname}?${query}`);
  }, [query]);
  useEffect(() => {
    const onMove = (): void => setView(viewOf(location.search));
    addEventListener('popstate', onMove);
    return () => removeEventListener('popstate', onMove);
  }, []);
  const change = useCallback((change: Partial<TableView>) => setView((before) => ({ ...before, ...change })), []);
  return [view, change];
}

/** How many enrolled stations there are and how many people at stations, by name of what they belong to. */
function countsBy(rows: readonly StationRow[], nameOf: (row: StationRow) => string): ReadonlyMap<string, Counts> {
  const counts = new Map<string, { stations: number; people: Set<string> }>();
  for (const row of rows) {
    const name = nameOf(row);
    const there = counts.get(name) ?? { stations: 0, people: new Set<string>() };
    counts.set(name, there);
    if (row.station?.state === 'enrolled') there.stations += 1;
    if (row.session !== null && holdsStation(row.session)) there.people.add(row.session.user);
  }
  return new Map([...counts].map(([name, { stations, people }]) => [name, { stations, people: people.size }]));
}

interface Counts {
  stations: number;
  people: number;
}

/** What the windows of these sessions say of unsaved work; those that cannot be asked are left unknown. */
async function unsavedIn(sessions: readonly Session[]): Promise<UnsavedWork[]> {
  return await Promise.all(
    sessions.map(({ id, user }) =>
      api('unsavedInSession', { params: { id } }).catch(
        (): UnsavedWork => ({ session: id, user, looked: false, unsaved: [], silent: [] }),
      ),
    ),
  );
}

/** Why a program is in the way, as the refusal says it. */
function riskReason(error: unknown): ProgramRiskReason {
  const told = error instanceof ApiError ? error.details['reason'] : undefined;
  return programRiskReasons.find((reason) => reason === told) ?? 'kernel-object';
}

/** What is at stake when a session that is on disk, or lost, is removed. */
function savedStake({ state, saved }: Session): string {
  const fault = savedFaultText(saved?.fault ?? null);
  return [
    state === 'lost'
      ? i18n._(
          'This session was lost when the computer stopped. Only this entry is left of it. If you remove it, the person is not told of it at the next sign-in.',
        )
      : i18n._(
          'The saved session is removed from the disk for good, and nobody can continue it any more. What was not saved in files is lost.',
        ),
    ...(fault === null ? [] : [fault]),
    ...(saved === null || saved.programs.length === 0
      ? []
      : [i18n._('Programs that were open: {programs}.', { programs: namesText(saved.programs) })]),
  ].join(' ');
}

export function StationsView({
  principal,
  history,
}: {
  principal: Principal;
  /** What happened to a line before; only for those who may see it. */
  history?: (row: StationRow) => ReactNode;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const buttons = useBarButtonStyles();
  const notices = useNotices();
  const room = useRoom();
  const focusTarget = useRestoreFocusTarget();
  const { level } = principal;
  const [chosenState, setChosen] = useState<Chosen>(nothingChosen);
  /** A press on a line adds it or takes it away, for those without Ctrl and Shift. */
  const [several, setSeveral] = useState(false);
  const [detailed, setDetailed] = useState(false);
  /** What had the focus when the details were opened. */
  const openedFrom = useRef<HTMLElement | null>(null);
  const [view, changeView] = useTableView();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [suspending, setSuspending] = useState(false);
  const [hibernating, setHibernating] = useState(false);
  const [failures, setFailures] = useState<{ title: string; outcomes: readonly Failed[] } | null>(null);
  /** The bar answers at once, the list follows. */
  const shownView = useDeferredValue(view);
  const locale = currentLocale();
  const texts = useMemo(() => new TextOrder(locale), [locale]);

  const everyRow = useMemo(() => unsortedRows(room.stations, room.sessions), [room.stations, room.sessions]);
  const risks = useMemo(
    () =>
      new Map(
        Object.values(room.checks)
          .flat()
          .map((check) => [check.session, check.atRisk]),
      ),
    [room.checks],
  );
  const shownRows = useMemo(
    () => sortedRows(everyRow.filter(isShown(shownView)), shownView, risks, texts),
    [everyRow, shownView, risks, texts],
  );
  const computerNames = useMemo(() => {
    const names = new Set(room.computers.map((computer) => computer.name));
    for (const row of everyRow) names.add(row.computer);
    return [...names].toSorted((a, b) => a.localeCompare(b));
  }, [room.computers, everyRow]);
  const roomNames = useMemo(
    () =>
      [...new Set(room.stations.map((station) => station.configuration.room))].toSorted(
        (a, b) => Number(a === '') - Number(b === '') || a.localeCompare(b, locale, { numeric: true }),
      ),
    [room.stations, locale],
  );
  const lines = useMemo((): readonly Line[] => {
    const lineOf = (row: StationRow): Line => ({
      kind: 'station',
      key: row.key,
      row,
      atRisk: row.session !== null && isRunning(row.session) ? risks.get(row.session.id) : undefined,
    });
    if (shownView.group === 'none') return shownRows.map(lineOf);
    if (shownView.group === 'room') {
      const counts = countsBy(everyRow, roomOf);
      return groupedRows(shownRows, 'room', [], locale).flatMap(({ name, rows }): Line[] => [
        {
          kind: 'room',
          key: `room:${name}`,
          name,
          stations: counts.get(name)?.stations ?? 0,
          people: counts.get(name)?.people ?? 0,
          keys: rows.map((row) => row.key),
        },
        ...rows.map(lineOf),
      ]);
    }
    const counts = countsBy(everyRow, (row) => row.computer);
    const names = shownView.computers.length > 0 ? shownView.computers : computerNames;
    return groupedRows(shownRows, 'computer', names, locale).flatMap(({ name, rows }): Line[] => [
      {
        kind: 'computer',
        key: `computer:${name}`,
        name,
        computer: room.computers.find((computer) => computer.name === name) ?? null,
        stations: counts.get(name)?.stations ?? 0,
        people: counts.get(name)?.people ?? 0,
      },
      ...rows.map(lineOf),
    ]);
  }, [shownRows, everyRow, shownView.group, shownView.computers, computerNames, room.computers, risks, locale]);

  // With one computer there is nothing to choose; a line that is gone or not shown is chosen no more.
  const only = computerNames.length === 1 ? (computerNames[0] ?? null) : null;
  const rowByKey = useMemo(() => new Map(shownRows.map((row) => [row.key, row])), [shownRows]);
  const chosenRows = useMemo(() => chosenState.keys.flatMap((key) => rowByKey.get(key) ?? []), [chosenState.keys, rowByKey]);
  const chosenRow = chosenRows.length === 1 ? (chosenRows[0] ?? null) : null;
  const chosenSessions = chosenRows.flatMap((row) => row.session ?? []);
  const chosenComputer =
    chosenState.computer !== null && computerNames.includes(chosenState.computer) ? chosenState.computer : only;
  const chosen: Chosen = { ...chosenState, computer: chosenComputer, keys: chosenRows.map((row) => row.key) };
  const order = useRef<readonly string[]>([]);
  useEffect(() => {
    order.current = lines.filter((line) => line.kind === 'station').map((line) => line.key);
  }, [lines]);

  const attempt = async (what: string, run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      notices.failed(what, error);
    }
  };

  const letIn = (id: string): void => {
    void attempt(_('The station could not be let in.'), () => api('admitStation', { params: { id } }));
  };
  const refuse = (id: string): void => {
    void attempt(_('The station could not be refused.'), () => api('removeStation', { params: { id } }));
  };
  const keep = (id: string): void => {
    void attempt(_('The log-off could not be taken back.'), () => api('keepSession', { params: { id } }));
  };
  const showDetails = (): void => {
    openedFrom.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setDetailed(true);
  };
  const closeDetails = (): void => {
    setDetailed(false);
    const from = openedFrom.current;
    // What opened it may be gone by now: then the line that Tab reaches.
    const line = document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]');
    (from?.isConnected === true ? from : line)?.focus();
  };
  // With nothing chosen they are closed, not put off until something is.
  const anyChosen = chosenRows.length > 0;
  useEffect(() => {
    if (!anyChosen) setDetailed(false);
  }, [anyChosen]);
  const actions = useMemo(
    (): LineActions => ({
      choose: (to, kind) =>
        setChosen((before) => chosenAfter(before, order.current, to, several && kind === 'only' ? 'toggle' : kind)),
      chooseAll: (keys) => setChosen((before) => ({ ...before, keys, anchor: keys[0] ?? null })),
      unchoose: () => {
        if (detailed) setDetailed(false);
        else setChosen((before) => ({ ...nothingChosen, computer: before.computer }));
      },
      details: showDetails,
      letIn,
      refuse,
      keep,
      mayLetIn: may(level, 'station.admit', 'station'),
    }),
    // The functions use nothing that changes but the language, with which `_` changes.
    [_, level, several, detailed],
  );

  const split = (station: Station): void => {
    void attempt(_('The station could not be split.'), async () => {
      const { right } = await api('splitStation', {
        params: { id: station.id },
        body: { name: _('{station} right', { station: station.name }).slice(0, 64) },
      });
      notices.done(_('The screen is split. The right half is {station}.', { station: right.name }));
    });
  };
  const unsplit = (station: Station): void => {
    const rightId = station.split?.half === 'left' ? station.split.other : station.id;
    const right = room.stations.find((each) => each.id === rightId);
    const there = room.sessions.find((session) => session.station === rightId && holdsStation(session));
    if (right !== undefined && there !== undefined) {
      setAsked({ what: 'unsplit', station, right, user: there.user });
      return;
    }
    void attempt(_('The screen could not be made whole.'), () => api('unsplitStation', { params: { id: station.id } }));
  };
  const suspendAll = async (computer: string): Promise<void> => {
    setSuspending(true);
    setFailures(null);
    await attempt(_('The stations could not be suspended.'), async () => {
      const { outcomes } = await api('suspendAll', { params: { name: computer } });
      const failed = outcomes.filter((outcome) => outcome.error !== null);
      const count = outcomes.length - failed.length;
      notices.done(
        _(
          '{count, plural, =0 {No session was at a station.} one {# session was suspended.} other {# sessions were suspended.}}',
          { count },
        ),
      );
      if (failed.length > 0) setFailures({ title: _('Not suspended:'), outcomes: failed });
    });
    setSuspending(false);
  };
  const hibernate = async (session: Session, closing: boolean): Promise<void> => {
    await api('hibernateSession', { params: { id: session.id }, body: { closing } });
    notices.done(_('The session of {user} is saved to disk.', { user: session.user }));
  };
  const askHibernate = (session: Session): void => {
    const atRisk = risks.get(session.id) ?? [];
    if (atRisk.length > 0) {
      setAsked({ what: 'hibernate', session, checks: [{ session: session.id, user: session.user, atRisk }] });
      return;
    }
    void attempt(_('The session could not be saved.'), async () => {
      try {
        await hibernate(session, false);
      } catch (error) {
        const program = error instanceof ApiError && error.code === 'cannot-be-saved' ? error.details['program'] : undefined;
        if (typeof program !== 'string') throw error;
        // It was opened after the last look: it is named now, and the person decides.
        const named = { program, fate: 'lost', reason: riskReason(error) } as const;
        setAsked({ what: 'hibernate', session, checks: [{ session: session.id, user: session.user, atRisk: [named] }] });
      }
    });
  };
  const hibernateAll = async (computer: string, closing: boolean): Promise<void> => {
    setHibernating(true);
    setFailures(null);
    try {
      const { outcomes } = await api('hibernateAll', { params: { name: computer }, body: { closing } });
      const failed = outcomes.filter((outcome) => outcome.error !== null);
      notices.done(
        _(
          '{count, plural, =0 {No session was saved to disk.} one {# session is saved to disk.} other {# sessions are saved to disk.}}',
          { count: outcomes.length - failed.length },
        ),
      );
      if (failed.length > 0) setFailures({ title: _('Not saved, they go on running:'), outcomes: failed });
    } finally {
      setHibernating(false);
    }
  };
  const askHibernateAll = (computer: string): void => {
    const suspended = new Set(
      room.sessions.filter((session) => session.computer === computer && session.state === 'suspended').map(({ id }) => id),
    );
    const checks = (room.checks[computer] ?? []).filter((check) => suspended.has(check.session) && check.atRisk.length > 0);
    if (checks.length > 0) setAsked({ what: 'hibernate-all', computer, checks });
    else void attempt(_('The sessions could not be saved.'), () => hibernateAll(computer, false));
  };
  /** Does it to each, some may fail; returns how many did not. */
  const toEach = async (
    sessions: readonly Session[],
    failedTitle: string,
    run: (session: Session) => Promise<unknown>,
  ): Promise<number> => {
    setFailures(null);
    const results = await Promise.allSettled(sessions.map((session) => run(session)));
    const failed = sessions.flatMap((session, at): Failed[] => {
      const result = results[at];
      if (result?.status !== 'rejected') return [];
      const reason: unknown = result.reason;
      const error: ToldError = reason instanceof ApiError ? { code: reason.code, details: reason.details } : { code: 'internal' };
      return [{ session: session.id, user: session.user, error }];
    });
    if (failed.length > 0) setFailures({ title: failedTitle, outcomes: failed });
    return sessions.length - failed.length;
  };
  const suspendSeveral = async (sessions: readonly Session[]): Promise<void> => {
    const count = await toEach(sessions, _('Not suspended:'), ({ id }) => api('suspendSession', { params: { id } }));
    if (count > 0)
      notices.done(_('{count, plural, one {# session was suspended.} other {# sessions were suspended.}}', { count }));
  };
  const hibernateSeveral = async (sessions: readonly Session[], closing: boolean): Promise<void> => {
    const count = await toEach(sessions, _('Not saved, they go on running:'), ({ id }) =>
      api('hibernateSession', { params: { id }, body: { closing } }),
    );
    if (count > 0)
      notices.done(_('{count, plural, one {# session is saved to disk.} other {# sessions are saved to disk.}}', { count }));
  };
  const askHibernateSeveral = (sessions: readonly Session[]): void => {
    const checks = sessions.flatMap(({ id, user }) => {
      const atRisk = risks.get(id) ?? [];
      return atRisk.length === 0 ? [] : [{ session: id, user, atRisk }];
    });
    if (checks.length > 0) setAsked({ what: 'hibernate-several', sessions, checks });
    else void hibernateSeveral(sessions, false);
  };
  const logOffSeveral = async (sessions: readonly Session[], seconds: number): Promise<void> => {
    await toEach(sessions, _('Not logged off:'), ({ id, state }) =>
      // Nobody can be warned of what is on disk.
      api('logOffSession', { params: { id }, body: { seconds: state === 'hibernated' || state === 'lost' ? 0 : seconds } }),
    );
  };
  const keepSeveral = async (sessions: readonly Session[]): Promise<void> => {
    const count = await toEach(sessions, _('Not called off:'), ({ id }) => api('keepSession', { params: { id } }));
    if (count > 0) notices.done(_('{count, plural, one {# session goes on.} other {# sessions go on.}}', { count }));
  };
  const logOffAll = async (computer: string, seconds: number): Promise<void> => {
    setFailures(null);
    const { outcomes } = await api('logOffAll', { params: { name: computer }, body: { seconds } });
    const failed = outcomes.filter((outcome) => outcome.error !== null);
    const count = outcomes.length - failed.length;
    notices.done(
      seconds === 0
        ? _('{count, plural, =0 {Nobody was signed in.} one {# session is logged off.} other {# sessions are logged off.}}', {
            count,
          })
        : _(
            '{count, plural, =0 {Nobody was signed in.} one {# session will be logged off.} other {# sessions will be logged off.}}',
            { count },
          ),
    );
    if (failed.length > 0) setFailures({ title: _('Not logged off:'), outcomes: failed });
  };

  const faultOf = (name: string | null): string | null =>
    hibernationFaultText(room.computers.find((computer) => computer.name === name)?.hibernation.fault ?? null);
  const configured = asked?.what === 'configure' ? room.stations.find((station) => station.id === asked.station) : undefined;
  const moved = asked?.what === 'move' ? room.sessions.find((session) => session.id === asked.session) : undefined;
  const hidden = view.showAll ? 0 : everyRow.filter(({ status }) => status === 'offline').length;
  const sortBy = useCallback(
    (column: TableColumn) =>
      changeView({ sort: column, descending: column === view.sort ? !view.descending : column === 'since' }),
    [changeView, view.sort, view.descending],
  );
  const address = `${location.origin}/`;

  return (
    <>
      <TimeRequests />
      <div className={mergeClasses(styles.view, detailed && anyChosen && styles.detailed)}>
        <div className={styles.bar}>
          <TableBar view={view} change={changeView} computers={computerNames} rooms={roomNames} />
          <div className={styles.space} />
          <ToggleButton
            className={buttons.rare}
            icon={<MultiselectLtrRegular />}
            checked={several}
            aria-label={_('Choose several')}
            title={_('Each press on a line adds it or takes it away. Shift and Ctrl do the same without this button.')}
            onClick={() => setSeveral(!several)}
          >
            <span>{_('Choose several')}</span>
          </ToggleButton>
          <Switch
            checked={view.showAll}
            label={_('Show all stations')}
            onChange={(_event, data) => changeView({ showAll: data.checked })}
          />
          {may(level, 'station.code') && (
            <Button
              {...focusTarget}
              className={buttons.rare}
              icon={<KeyRegular />}
              aria-label={_('Enrolment code')}
              title={_('Enrolment code')}
              onClick={() => setAsked({ what: 'code' })}
            >
              <span>{_('Enrolment code')}</span>
            </Button>
          )}
          <FilterTags view={view} change={changeView} shown={shownRows.length} all={everyRow.length - hidden} />
        </div>
        <div className={styles.list}>
          {failures !== null && (
            <MessageBar intent="warning" layout="multiline" className={styles.outcome}>
              <MessageBarBody>
                <MessageBarTitle>{failures.title}</MessageBarTitle>
                <ul className={styles.failures}>
                  {failures.outcomes.map((outcome) => (
                    <li key={outcome.session}>
                      {_('{user}: {text}', { user: outcome.user, text: outcome.error === null ? '' : errorText(outcome.error) })}
                    </li>
                  ))}
                </ul>
              </MessageBarBody>
              <MessageBarActions containerAction={<DismissButton run={() => setFailures(null)} />} />
            </MessageBar>
          )}
          <StationGrid
            lines={lines}
            columns={view.columns}
            sort={view.sort}
            descending={view.descending}
            sortBy={sortBy}
            chosen={chosen}
            severalComputers={computerNames.length > 1}
            actions={actions}
          />
          {everyRow.length === hidden && (
            <div className={styles.empty}>
              <Text weight="semibold" size={400}>
                {hidden > 0 ? _('No station is in use') : _('There is no station yet')}
              </Text>
              <Text>
                {_('To open a station, go to this address in the browser of the device where somebody is to work:')}{' '}
                <Link href={address} target="_blank" rel="noreferrer" inline>
                  {address}
                </Link>
              </Text>
              {hidden > 0 && <Button onClick={() => changeView({ showAll: true })}>{_('Show the stations that are off')}</Button>}
            </div>
          )}
          {everyRow.length > hidden && shownRows.length === 0 && !isUnfiltered(shownView) && (
            <div className={styles.empty}>
              <Text>
                {shownView.search.trim() === ''
                  ? _('Nothing is as the filter wants it.')
                  : _('Nothing matches “{search}”.', { search: shownView.search.trim() })}
              </Text>
            </div>
          )}
        </div>
        <div className={styles.side}>
          {detailed && anyChosen && (
            <DetailsPanel
              principal={principal}
              rows={chosenRows}
              risks={risks}
              hibernationFault={faultOf}
              look={(session) => unsavedIn([session])}
              history={history ?? null}
              close={closeDetails}
            />
          )}
          <ComputerTasks
            className={styles.computer}
            level={level}
            computer={chosen.computer}
            sessions={room.sessions}
            stations={room.stations}
            hibernationFault={faultOf(chosen.computer)}
            busy={suspending}
            hibernating={hibernating}
            suspendAll={(computer) => void suspendAll(computer)}
            hibernateAll={askHibernateAll}
            logOffAll={(computer) => setAsked({ what: 'log-off-all', computer })}
            keep={(sessions) => void keepSeveral(sessions)}
            identifyAll={(computer, on) =>
              void attempt(_('The names could not be shown.'), () =>
                api('identifyAll', { params: { name: computer }, body: { on } }),
              )
            }
            rooms={() => setAsked({ what: 'rooms' })}
            remap={(computer) => setAsked({ what: 'remap', computer })}
          />
          {chosenRow !== null && (
            <LineTasks
              className={styles.line}
              level={level}
              user={principal.name}
              row={chosenRow}
              hibernationFault={faultOf(chosenRow.computer)}
              hibernate={askHibernate}
              move={(session) => setAsked({ what: 'move', session: session.id })}
              suspend={(session) =>
                void attempt(_('The session could not be suspended.'), async () => {
                  await api('suspendSession', { params: { id: session.id } });
                  notices.done(_('The session of {user} was suspended.', { user: session.user }));
                })
              }
              logOff={(row) =>
                setAsked(
                  row.session !== null && (row.session.state === 'hibernated' || row.session.state === 'lost')
                    ? { what: 'remove-saved', session: row.session }
                    : { what: 'log-off', row },
                )
              }
              identify={(station, on) =>
                void attempt(_('The names could not be shown.'), () =>
                  api('identifyStation', { params: { id: station.id }, body: { on } }),
                )
              }
              split={split}
              unsplit={unsplit}
              configure={(station) => setAsked({ what: 'configure', station: station.id })}
              remove={(station) => (station.state === 'waiting' ? refuse(station.id) : setAsked({ what: 'remove', station }))}
              letIn={letIn}
              details={showDetails}
              unchoose={() => setChosen({ ...nothingChosen, computer: chosenRow.computer })}
            />
          )}
          {chosenRows.length > 1 && (
            <SeveralTasks
              className={styles.line}
              level={level}
              count={chosenRows.length}
              sessions={chosenSessions}
              ableToSave={(session) => faultOf(session.computer) === null}
              suspend={(sessions) => void suspendSeveral(sessions)}
              hibernate={askHibernateSeveral}
              logOff={(sessions) => setAsked({ what: 'log-off-several', sessions })}
              keep={(sessions) => void keepSeveral(sessions)}
              stations={chosenRows.flatMap(({ station }) => (station?.state === 'enrolled' ? [station] : []))}
              configure={(stations) => setAsked({ what: 'configure-several', stations })}
              details={showDetails}
              unchoose={() => setChosen({ ...nothingChosen, computer: chosen.computer })}
            />
          )}
        </div>
        {asked?.what === 'hibernate-several' && (
          <HibernateDialog
            title={_('Hibernate {count, plural, one {# session} other {# sessions}}?', { count: asked.sessions.length })}
            checks={asked.checks}
            several
            hibernate={(closing) => hibernateSeveral(asked.sessions, closing)}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'log-off-several' && (
          <LogOffDialog
            title={_('Log off {count, plural, one {# session} other {# sessions}}?', { count: asked.sessions.length })}
            stake={
              asked.sessions.some((session) => session.state === 'hibernated' || session.state === 'lost')
                ? _(
                    'All their programs are closed, and what is not saved by then is lost. Sessions on disk are removed for good, lost ones from the list.',
                  )
                : _('All their programs are closed, and what is not saved by then is lost.')
            }
            defaultSeconds={asked.sessions.some(holdsStation) ? room.settings.logOffCountdownSeconds : 0}
            look={asked.sessions.some(isRunning) ? () => unsavedIn(asked.sessions.filter(isRunning)) : null}
            several
            logOff={(seconds) => logOffSeveral(asked.sessions, seconds)}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'log-off' && asked.row.session !== null && (
          <LogOffDialog
            title={_('Log off {user}?', { user: asked.row.session.user })}
            stake={
              asked.row.station === null
                ? _(
                    'Nobody sees this session at the moment, so nobody can save. All its programs are closed, and what is not saved is lost.',
                  )
                : _('All programs of this session are closed. What is not saved by then is lost.')
            }
            defaultSeconds={asked.row.station === null ? 0 : room.settings.logOffCountdownSeconds}
            look={isRunning(asked.row.session) ? () => unsavedIn(asked.row.session === null ? [] : [asked.row.session]) : null}
            several={false}
            logOff={async (seconds) => {
              const { session } = asked.row;
              if (session !== null) await api('logOffSession', { params: { id: session.id }, body: { seconds } });
            }}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'remove-saved' && (
          <ConfirmDialog
            title={
              asked.session.state === 'lost'
                ? _('Remove the session of {user} from the list?', { user: asked.session.user })
                : _('Log off {user}?', { user: asked.session.user })
            }
            text={savedStake(asked.session)}
            verb={asked.session.state === 'lost' ? _('Remove from the list') : _('Remove for good')}
            run={async () => {
              await api('logOffSession', { params: { id: asked.session.id }, body: { seconds: 0 } });
            }}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'hibernate' && (
          <HibernateDialog
            title={_('Hibernate the session of {user}?', { user: asked.session.user })}
            checks={asked.checks}
            several={false}
            hibernate={(closing) => hibernate(asked.session, closing)}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'hibernate-all' && (
          <HibernateDialog
            title={_('Hibernate all suspended sessions of {computer}?', { computer: asked.computer })}
            checks={asked.checks}
            several
            hibernate={(closing) => hibernateAll(asked.computer, closing)}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'log-off-all' && (
          <LogOffDialog
            title={_('Log off all stations of {computer}?', { computer: asked.computer })}
            stake={_(
              '{count, plural, =0 {Nobody is at a station at the moment.} one {# session is ended. Its programs are closed, and what is not saved by then is lost. Suspended sessions stay.} other {# sessions are ended. Their programs are closed, and what is not saved by then is lost. Suspended sessions stay.}}',
              { count: room.sessions.filter((session) => session.computer === asked.computer && holdsStation(session)).length },
            )}
            defaultSeconds={room.settings.logOffCountdownSeconds}
            look={async () => (await api('unsavedAtStations', { params: { name: asked.computer } })).sessions}
            several
            logOff={(seconds) => logOffAll(asked.computer, seconds)}
            close={() => setAsked(null)}
          />
        )}
        {moved !== undefined && <MoveDialog session={moved} close={() => setAsked(null)} />}
        {configured !== undefined && <ConfigureDialog station={configured} close={() => setAsked(null)} />}
        {asked?.what === 'configure-several' && <ConfigureSeveralDialog stations={asked.stations} close={() => setAsked(null)} />}
        {asked?.what === 'remap' && <RemapDialog computer={asked.computer} close={() => setAsked(null)} />}
        {asked?.what === 'rooms' && <RoomsDialog close={() => setAsked(null)} />}
        {asked?.what === 'unsplit' && (
          <ConfirmDialog
            title={_('Give the whole screen to the left half?')}
            text={_('The session of {user} at {station} is suspended, not lost: it goes on at the next sign-in.', {
              user: asked.user,
              station: asked.right.name,
            })}
            verb={_('Suspend and unsplit')}
            run={async () => {
              await api('unsplitStation', { params: { id: asked.station.id }, body: { suspend: true } });
            }}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'remove' && (
          <ConfirmDialog
            title={_('Remove {station}?', { station: asked.station.name })}
            text={_(
              'The browser there is no longer a station. A session at it is suspended, not lost. It can ask to become a station again.',
            )}
            verb={_('Remove station')}
            run={async () => {
              await api('removeStation', { params: { id: asked.station.id } });
            }}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'code' && <EnrolmentCodeDialog close={() => setAsked(null)} />}
      </div>
    </>
  );
}
