// The desktops that somebody has here: found, ordered and grouped.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { holdsStation } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import { unsortedRows } from '#model/station.ts';
import type { StationRow } from '#model/station.ts';
import { api } from '../shared/api.ts';
import { currentLocale } from '../shared/i18n.ts';
import { namesText, personName } from '../shared/names-text.ts';
import { useRoom } from '../shared/room.tsx';
import type { DeskView } from './desk-view.ts';

export interface Desk {
  session: Session;
  row: StationRow;
  /** Of the station that shows it, or did last; empty: none. */
  room: string;
  classes: readonly string[];
}

export interface DeskGroup {
  /** Empty: of those without one, or of all where they are not grouped. */
  name: string;
  desks: readonly Desk[];
}

/** All of them, in the order of the stations; null: not known yet. */
export function useDesks(): { desks: readonly Desk[] | null; error: unknown; again: () => void } {
  const room = useRoom();
  const ids = room.sessions.map(({ id }) => id).toSorted();
  const had = useQuery({
    queryKey: ['desktops', ids, room.settings.allowOrchestration],
    queryFn: ({ signal }) => api('desktops', {}, signal),
    placeholderData: (before) => before,
  });
  const desks = useMemo(() => {
    if (had.data === undefined) return null;
    const known = new Map(had.data.sessions.map((one) => [one.id, one]));
    const rows = unsortedRows(room.stations, room.sessions).flatMap((row): Desk[] => {
      const { session } = row;
      const one = session === null ? undefined : known.get(session.id);
      if (session === null || one === undefined) return [];
      const now = holdsStation(session) ? row.station?.configuration.room : undefined;
      return [{ session, row, room: now ?? one.room, classes: one.classes }];
    });
    return inOrder(rows, 'station');
  }, [had.data, room.stations, room.sessions]);
  return { desks, error: had.error, again: () => void had.refetch() };
}

function inOrder(desks: readonly Desk[], order: DeskView['order']): Desk[] {
  const byName = new Intl.Collator(currentLocale(), { numeric: true });
  const nameOf = ({ session, row }: Desk): string =>
    order === 'person' ? personName(session) : (row.station?.name ?? `\uffff${session.user}`);
  return desks.toSorted((a, b) => byName.compare(nameOf(a), nameOf(b)));
}

function contains({ session, row, room, classes }: Desk, searched: string): boolean {
  const wanted = searched.trim().toLocaleLowerCase(currentLocale());
  return [session.user, session.fullName, row.station?.name ?? '', room, ...classes].some((text) =>
    text.toLocaleLowerCase(currentLocale()).includes(wanted),
  );
}

/** Those that are shown; who is in no group comes last. */
export function groupedDesks(desks: readonly Desk[], view: DeskView, searched: string): DeskGroup[] {
  const found = desks.filter((desk) => contains(desk, searched) && (view.show === 'all' || holdsStation(desk.session)));
  const groups = Map.groupBy(inOrder(found, view.order), ({ room, classes }) =>
    view.group === 'room' ? room : view.group === 'class' ? namesText(classes.toSorted()) : '',
  );
  const byName = new Intl.Collator(currentLocale(), { numeric: true });
  return [...groups]
    .map(([name, members]) => ({ name, desks: members }))
    .toSorted((a, b) => Number(a.name === '') - Number(b.name === '') || byName.compare(a.name, b.name));
}
