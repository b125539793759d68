// How the Stations list is looked at: what is searched and filtered, its order, groups and columns; in words that fit into an address.
import type { ProgramAtRisk } from '#model/session.ts';
import type { StationRow, StationStatus } from '#model/station.ts';

export const tableColumns = [
  'computer',
  'station',
  'room',
  'user',
  'autoLogon',
  'status',
  'risks',
  'since',
  'connection',
] as const;
export type TableColumn = (typeof tableColumns)[number];

/** Always shown: without them nobody knows what a line is. */
export const fixedColumns: ReadonlySet<TableColumn> = new Set(['computer', 'station', 'status']);

const usualColumns: readonly TableColumn[] = tableColumns.filter((column) => column !== 'room' && column !== 'autoLogon');

export const groupings = ['computer', 'room', 'none'] as const;
export type Grouping = (typeof groupings)[number];

/** Statuses in the order in which they are listed and sorted: what needs somebody first. */
export const statusOrder: readonly StationStatus[] = [
  'lost',
  'waiting',
  'signing-out',
  'starting',
  'restoring',
  'saving',
  'logged-on',
  'locked',
  'suspended',
  'saved',
  'free',
  'offline',
];

export interface TableView {
  search: string;
  /** Empty: every status, and so on. */
  statuses: readonly StationStatus[];
  computers: readonly string[];
  /** An empty name: stations in no room. */
  rooms: readonly string[];
  /** Only what needs somebody. */
  attention: boolean;
  sort: TableColumn;
  descending: boolean;
  group: Grouping;
  columns: readonly TableColumn[];
  /** Also stations that are switched off. */
  showAll: boolean;
}

export const plainView: TableView = {
  search: '',
  statuses: [],
  computers: [],
  rooms: [],
  attention: false,
  sort: 'station',
  descending: false,
  group: 'computer',
  columns: usualColumns,
  showAll: false,
};

const longestSearch = 200;

function known<T extends string>(values: readonly string[], all: readonly T[]): T[] {
  return all.filter((each) => values.includes(each));
}

/** The view that an address asks for; what is not understood in it is left at the usual. */
export function viewOf(query: string): TableView {
  const asked = new URLSearchParams(query);
  const listed = (name: string): string[] => asked.get(name)?.split(',') ?? [];
  const columns = asked.get('columns');
  return {
    search: (asked.get('search') ?? '').slice(0, longestSearch),
    statuses: known(listed('status'), statusOrder),
    computers: asked.getAll('computer'),
    rooms: asked.getAll('room'),
    attention: asked.get('attention') === 'yes',
    sort: tableColumns.find((column) => column === asked.get('sort')) ?? plainView.sort,
    descending: asked.get('order') === 'down',
    group: groupings.find((group) => group === asked.get('group')) ?? plainView.group,
    columns:
      columns === null
        ? usualColumns
        : tableColumns.filter((column) => fixedColumns.has(column) || columns.split(',').includes(column)),
    showAll: asked.get('all') === 'yes',
  };
}

/** The view as an address says it; empty for the usual one. The same view always gives the same text. */
export function queryOf(view: TableView): string {
  const query = new URLSearchParams();
  if (view.search !== '') query.set('search', view.search);
  if (view.statuses.length > 0) query.set('status', known(view.statuses, statusOrder).join(','));
  for (const computer of view.computers.toSorted()) query.append('computer', computer);
  for (const room of view.rooms.toSorted()) query.append('room', room);
  if (view.attention) query.set('attention', 'yes');
  if (view.sort !== plainView.sort) query.set('sort', view.sort);
  if (view.descending) query.set('order', 'down');
  if (view.group !== plainView.group) query.set('group', view.group);
  const columns = tableColumns.filter((column) => view.columns.includes(column));
  if (columns.join() !== usualColumns.join())
    query.set('columns', columns.filter((column) => !fixedColumns.has(column)).join(','));
  if (view.showAll) query.set('all', 'yes');
  return query.toString();
}

/** True if nothing is left out but by `showAll`. */
export function isUnfiltered(view: TableView): boolean {
  return (
    view.search.trim() === '' &&
    view.statuses.length === 0 &&
    view.computers.length === 0 &&
    view.rooms.length === 0 &&
    !view.attention
  );
}

export function roomOf(row: StationRow): string {
  return row.station?.configuration.room ?? '';
}

/** The account that the station signs in by itself; empty: none. */
export function autoLogonOf(row: StationRow): string {
  return row.station?.configuration.autoLogon ?? '';
}

/** True if somebody has to look at it: it asks to be let in, was lost, or cannot be continued. */
export function needsAttention({ status, session }: StationRow): boolean {
  return (
    status === 'waiting' || status === 'lost' || (session !== null && session.saved !== null && session.saved.fault !== null)
  );
}

/** Every word of the search is in one of the texts. */
function isFound(row: StationRow, words: readonly string[]): boolean {
  const texts = [row.computer, row.station?.name, row.station?.address, roomOf(row), row.session?.user, row.session?.fullName]
    .join('\n')
    .toLocaleLowerCase();
  return words.every((word) => texts.includes(word));
}

export function isShown(view: TableView): (row: StationRow) => boolean {
  const words = view.search
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const statuses = new Set(view.statuses);
  const computers = new Set(view.computers);
  const rooms = new Set(view.rooms);
  return (row) =>
    (view.showAll || row.session !== null || row.status !== 'offline') &&
    (statuses.size === 0 || statuses.has(row.status)) &&
    (computers.size === 0 || computers.has(row.computer)) &&
    (rooms.size === 0 || rooms.has(roomOf(row))) &&
    (!view.attention || needsAttention(row)) &&
    (words.length === 0 || isFound(row, words));
}

/**
 * The place of each text among all texts, so that thousands of rows are sorted by comparing numbers. Comparing texts as people
 * read them is slow; it is done again only when a text comes that was not there before.
 */
export class TextOrder {
  readonly #collator: Intl.Collator;
  #ranks: ReadonlyMap<string, number> = new Map();

  constructor(locale: string) {
    this.#collator = new Intl.Collator(locale, { numeric: true });
  }

  /** The place of every one of `texts`. */
  ranks(texts: Iterable<string>): ReadonlyMap<string, number> {
    const all = new Set(texts);
    let isKnown = true;
    for (const text of all) {
      if (this.#ranks.has(text)) continue;
      isKnown = false;
      break;
    }
    if (!isKnown) this.#ranks = new Map([...all].toSorted(this.#collator.compare).map((text, at) => [text, at]));
    return this.#ranks;
  }
}

const fateWeight: Readonly<Record<ProgramAtRisk['fate'], number>> = { lost: 10_000, disconnected: 100, reopened: 1 };

/** How much saving would cost this row's programs; -1 where it is not known. */
function riskWeight(atRisk: readonly ProgramAtRisk[] | undefined): number {
  return atRisk === undefined ? -1 : atRisk.reduce((sum, { fate }) => sum + fateWeight[fate], 0);
}

/** More than there are names in a room. */
const beforeAllNames = 1_000_000;

function nameOf(row: StationRow, column: 'computer' | 'room' | 'user' | 'autoLogon'): string {
  switch (column) {
    case 'computer':
      return row.computer;
    case 'room':
      return roomOf(row);
    case 'user':
      return row.session?.user ?? '';
    case 'autoLogon':
      return autoLogonOf(row);
  }
}

/**
 * The rows in the order of the view. What has nothing in the column comes last, whichever way it goes; among equals the
 * station's number decides, then its name, then the user's.
 */
export function sortedRows(
  rows: readonly StationRow[],
  view: Pick<TableView, 'sort' | 'descending'>,
  risks: ReadonlyMap<string, readonly ProgramAtRisk[]>,
  order: TextOrder,
): StationRow[] {
  const names = function* (): Generator<string> {
    for (const row of rows) {
      yield row.computer;
      if (row.station !== null) yield row.station.name;
      if (row.session !== null) yield row.session.user;
      yield roomOf(row);
      yield autoLogonOf(row);
    }
  };
  const ranks = order.ranks(names());
  const last = Number.POSITIVE_INFINITY;
  const rank = (text: string): number => (text === '' ? last : (ranks.get(text) ?? last));
  /** Stations that a remap has numbered come before the others, in that order. */
  const place = ({ station }: StationRow): number => {
    if (station === null) return last;
    const { number } = station.configuration;
    return number > 0 ? number - beforeAllNames : rank(station.name);
  };
  const { sort } = view;
  const valueOf = (row: StationRow): number => {
    switch (sort) {
      case 'station':
        return place(row);
      case 'computer':
      case 'room':
      case 'user':
      case 'autoLogon':
        return rank(nameOf(row, sort));
      case 'status':
        return statusOrder.indexOf(row.status);
      case 'risks': {
        const weight = riskWeight(row.session === null ? undefined : risks.get(row.session.id));
        return weight < 0 ? last : -weight;
      }
      case 'since':
        return row.since === 0 ? last : row.since;
      case 'connection':
        return row.station?.latencyMs ?? last;
    }
  };
  const way = view.descending ? -1 : 1;
  return rows
    .map((row) => ({
      row,
      value: valueOf(row),
      station: place(row),
      user: rank(row.session?.user ?? ''),
    }))
    .sort((a, b) => {
      if (a.value !== b.value) {
        if (a.value === last) return 1;
        if (b.value === last) return -1;
        return (a.value - b.value) * way;
      }
      if (a.station !== b.station) return a.station < b.station ? -1 : 1;
      if (a.user !== b.user) return a.user < b.user ? -1 : 1;
      return a.row.since - b.row.since;
    })
    .map(({ row }) => row);
}

export interface RowGroup {
  /** The computer's or room's name; of an empty room: none. */
  name: string;
  rows: readonly StationRow[];
}

/** The rows in groups by name, each in the order that it had; `names`: groups that are there even when nothing is in them. */
export function groupedRows(
  rows: readonly StationRow[],
  group: Exclude<Grouping, 'none'>,
  names: Iterable<string>,
  locale: string,
): RowGroup[] {
  const groups = new Map<string, StationRow[]>();
  for (const name of names) groups.set(name, []);
  for (const row of rows) {
    const name = group === 'computer' ? row.computer : roomOf(row);
    const there = groups.get(name);
    if (there === undefined) groups.set(name, [row]);
    else there.push(row);
  }
  const byName = new Intl.Collator(locale, { numeric: true });
  return [...groups]
    .map(([name, inside]) => ({ name, rows: inside }))
    .toSorted((a, b) => Number(a.name === '') - Number(b.name === '') || byName.compare(a.name, b.name));
}
