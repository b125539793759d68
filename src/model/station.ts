// A station: one place where a person works, a browser page with an identity that lasts; and the rows of the Stations list.
import type { Session } from './session.ts';

/** `waiting`: asks for the administrator's yes. */
export const stationStates = ['waiting', 'enrolled'] as const;
export type StationState = (typeof stationStates)[number];

export const screenHalves = ['left', 'right'] as const;
export type ScreenHalf = (typeof screenHalves)[number];

/** How the screen hangs, turned clockwise from its usual place: not at all, by a quarter, by a half, by three quarters. */
export const orientations = ['landscape', 'portrait', 'landscape-flipped', 'portrait-flipped'] as const;
export type Orientation = (typeof orientations)[number];

/** Languages that a station's page can speak; empty: the one of its browser. */
export const stationLanguages = ['', 'en', 'fr'] as const;
export type StationLanguage = (typeof stationLanguages)[number];

/** What the administrator has set for a station, beside its name. */
export interface StationConfiguration {
  /** The room that it stands in; empty: none. */
  room: string;
  language: StationLanguage;
  orientation: Orientation;
  /** Accounts and groups that may sign in here; both empty: all who may sign in at stations. Administrators always may. */
  users: readonly string[];
  groups: readonly string[];
  /** The account that the station signs in by itself; empty: none. */
  autoLogon: string;
  /** Its place in the order of the room, from 1; 0: none. A remap gives it. */
  number: number;
}

export const plainConfiguration: StationConfiguration = {
  room: '',
  language: '',
  orientation: 'landscape',
  users: [],
  groups: [],
  autoLogon: '',
  number: 0,
};

export interface Station {
  /** 16 characters a-z2-7. */
  id: string;
  /** What people call it, unique in the room: "Station 4". */
  name: string;
  computer: string;
  state: StationState;
  /** Its page is open and proven to be this station. */
  online: boolean;
  /** Milliseconds since 1970. */
  enrolledAt: number;
  lastSeenAt: number;
  /** Network address of the page when it was last seen. */
  address: string;
  /** Pixels of the page's window, 0 while unknown. */
  widthPx: number;
  heightPx: number;
  /** Round trip between gateway and page in milliseconds, null while unknown. */
  latencyMs: number | null;
  /** Its name is shown large on its screen. */
  identifying: boolean;
  /** Which half of a split screen it is, and the station that is the other half; null: its screen is whole. */
  split: { half: ScreenHalf; other: string } | null;
  configuration: StationConfiguration;
  /** While the stations are remapped: the letter on its screen, and which number it got; 0: not pressed yet. */
  remap?: { letter: string; number: number } | undefined;
}

/** What the Status column says. `saving`, `saved`, `restoring`: suspended, and on its way to disk, on disk, on its way back. */
export type StationStatus =
  | 'logged-on'
  | 'locked'
  | 'blocked'
  | 'starting'
  | 'signing-out'
  | 'suspended'
  | 'saving'
  | 'saved'
  | 'restoring'
  | 'lost'
  | 'free'
  | 'offline'
  | 'waiting';

/** One row of the Stations list: a station with the session that it shows, or a session at no station. */
export interface StationRow {
  /** The station's id, or the session's where there is no station. */
  key: string;
  computer: string;
  station: Station | null;
  session: Session | null;
  status: StationStatus;
  /** Milliseconds since 1970. */
  since: number;
}

/** Where it stands in the room's order; those without a number come last. */
function placeOf({ configuration: { number } }: Station): number {
  return number === 0 ? Number.MAX_SAFE_INTEGER : number;
}

function sessionStatus(session: Session): StationStatus {
  switch (session.state) {
    case 'active':
      return session.cover?.kind === 'block' ? 'blocked' : 'logged-on';
    case 'locked':
      return 'locked';
    case 'starting':
      return 'starting';
    case 'ending':
    case 'ended':
      return 'signing-out';
    case 'suspended':
      return 'suspended';
    case 'hibernating':
      return 'saving';
    case 'hibernated':
      return 'saved';
    case 'restoring':
      return 'restoring';
    case 'lost':
      return 'lost';
  }
}

/**
 * The rows of the Stations list, stations first, by their number and those without one by name, then sessions at no station by user.
 * `showAll` adds stations whose page is not open; those that hold a session or ask to be let in always show.
 */
export function stationRows(
  stations: readonly Station[],
  sessions: readonly Session[],
  options: { showAll: boolean },
): StationRow[] {
  const byName = new Intl.Collator('en', { numeric: true });
  return unsortedRows(
    stations.toSorted((a, b) => placeOf(a) - placeOf(b) || byName.compare(a.name, b.name)),
    sessions.toSorted((a, b) => byName.compare(a.user, b.user) || a.since - b.since),
  ).filter((row) => options.showAll || row.status !== 'offline');
}

/** One row for every station, then one for every session at no station, in the order given. */
export function unsortedRows(stations: readonly Station[], sessions: readonly Session[]): StationRow[] {
  const atStation = new Map<string, Session>();
  for (const session of sessions) if (session.station !== null) atStation.set(session.station, session);
  const known = new Set(stations.map((station) => station.id));
  const rows: StationRow[] = [];
  for (const station of stations) {
    const session = atStation.get(station.id) ?? null;
    const idle = station.state === 'waiting' ? 'waiting' : station.online ? 'free' : 'offline';
    rows.push({
      key: station.id,
      computer: station.computer,
      station,
      session,
      status: session === null ? idle : sessionStatus(session),
      since: session?.since ?? (station.state === 'waiting' ? station.enrolledAt : station.lastSeenAt),
    });
  }
  for (const session of sessions) {
    if (session.station !== null && known.has(session.station)) continue;
    rows.push({
      key: session.id,
      computer: session.computer,
      station: null,
      session,
      status: sessionStatus(session),
      since: session.since,
    });
  }
  return rows;
}
