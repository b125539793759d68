// The desktops that a teacher has: one card for each, to choose by click or key, and above them what can be done to them.
import { Button, Checkbox, SearchBox, Spinner, Text, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { holdsStation } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import { unsortedRows } from '#model/station.ts';
import type { StationRow } from '#model/station.ts';
import { api } from '../shared/api.ts';
import { Failure } from '../shared/failure.tsx';
import { currentLocale } from '../shared/i18n.ts';
import { personName } from '../shared/names-text.ts';
import { useRoom } from '../shared/room.tsx';
import { Status } from '../shared/stations/status.tsx';
import { TimeRequests } from '../shared/stations/time-requests.tsx';
import { deskMenus } from './desk-menus.tsx';

const useStyles = makeStyles({
  bar: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  choice: { marginBlock: tokens.spacingVerticalS },
  space: { flexGrow: 1 },
  desks: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(220px, 1fr))',
    gap: tokens.spacingHorizontalM,
    margin: 0,
    padding: 0,
    listStyle: 'none',
  },
  desk: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    padding: tokens.spacingHorizontalS,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    minWidth: 0,
  },
  chosen: { outline: `2px solid ${tokens.colorBrandStroke1}` },
  subtle: { color: tokens.colorNeutralForeground2 },
  empty: { padding: tokens.spacingVerticalXXXL, textAlign: 'center' },
});

interface Desk {
  session: Session;
  row: StationRow;
}

/** The desktops that one has here, in the order of the stations; null: not known yet. */
function useDesks(): { desks: readonly Desk[] | null; error: unknown; again: () => void } {
  const room = useRoom();
  const ids = room.sessions.map(({ id }) => id).toSorted();
  const had = useQuery({
    queryKey: ['desktops', ids, room.settings.allowOrchestration],
    queryFn: ({ signal }) => api('desktops', {}, signal),
    placeholderData: (before) => before,
  });
  const byName = useMemo(() => new Intl.Collator(currentLocale(), { numeric: true }), []);
  const desks = useMemo(() => {
    if (had.data === undefined) return null;
    const known = new Set(had.data.sessions.map(({ id }) => id));
    const rows = unsortedRows(room.stations, room.sessions).flatMap((row): Desk[] =>
      row.session !== null && known.has(row.session.id) ? [{ session: row.session, row }] : [],
    );
    const nameOf = ({ session, row }: Desk): string => row.station?.name ?? `\uffff${session.user}`;
    return rows.toSorted((a, b) => byName.compare(nameOf(a), nameOf(b)));
  }, [had.data, room.stations, room.sessions, byName]);
  return { desks, error: had.error, again: () => void had.refetch() };
}

function contains({ session, row }: Desk, searched: string): boolean {
  const wanted = searched.trim().toLocaleLowerCase(currentLocale());
  return [session.user, session.fullName, row.station?.name ?? '', row.station?.configuration.room ?? ''].some((text) =>
    text.toLocaleLowerCase(currentLocale()).includes(wanted),
  );
}

export function DesktopsTab(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { desks, error, again } = useDesks();
  const [searched, setSearched] = useState('');
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  if (desks === null) return error === null ? <Spinner label={_('Loading…')} /> : <Failure error={error} again={again} />;
  const shown = desks.filter((desk) => contains(desk, searched));
  const chosen = shown.map(({ session }) => session).filter(({ id }) => ids.has(id));
  const all = desks.map(({ session }) => session);
  const toggle = (id: string): void => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    setIds(next);
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
        <span className={styles.space} />
        <Text className={styles.subtle}>
          {_('{count, plural, =0 {None selected} other {# selected}}', { count: chosen.length })}
        </Text>
        <Button size="small" onClick={() => setIds(new Set(shown.map(({ session }) => session.id)))}>
          {_('Select all')}
        </Button>
        <Button size="small" disabled={chosen.length === 0} onClick={() => setIds(new Set())}>
          {_('Select none')}
        </Button>
      </div>
      {shown.length === 0 ? (
        <div className={styles.empty}>
          <Text>{desks.length === 0 ? _('Nobody is signed in at the moment.') : _('No desktop fits the search.')}</Text>
        </div>
      ) : (
        <ul className={styles.desks}>
          {shown.map(({ session, row }) => (
            <li key={session.id} className={mergeClasses(styles.desk, ids.has(session.id) && styles.chosen)}>
              <Checkbox checked={ids.has(session.id)} onChange={() => toggle(session.id)} label={personName(session)} />
              <Text className={styles.subtle}>
                {holdsStation(session) && row.station !== null ? row.station.name : _('At no station')}
              </Text>
              <Status status={row.status} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
