// Finds the session or station that a person means: by id, by the station's name, or by the user where that is clear.
import type { Session } from '#model/session.ts';
import type { Station } from '#model/station.ts';
import { CommandError, exitCode } from '../exit-code.ts';

const same = (a: string, b: string): boolean => a.localeCompare(b, undefined, { sensitivity: 'accent' }) === 0;

function onlyOne<T>(found: readonly T[], kind: string, word: string, list: string): T {
  const [one] = found;
  if (one === undefined) throw new CommandError(`there is no ${kind} "${word}"; see: stationmaster ${list}`, exitCode.notFound);
  if (found.length > 1) {
    throw new CommandError(
      `"${word}" is not clear, there are ${found.length}; give the id, see: stationmaster ${list}`,
      exitCode.usage,
    );
  }
  return one;
}

/** By id, else by name; rejects what is unknown or not clear. */
export function findStation(stations: readonly Station[], word: string): Station {
  const byId = stations.filter((station) => station.id === word);
  return onlyOne(
    byId.length > 0 ? byId : stations.filter((station) => same(station.name, word)),
    'station',
    word,
    'station list',
  );
}

/** By its id, else by the name or id of the station that shows it, else by its user. */
export function findSession(sessions: readonly Session[], stations: readonly Station[], word: string): Session {
  const byId = sessions.filter((session) => session.id === word);
  if (byId.length > 0) return onlyOne(byId, 'session', word, 'session list');
  const named = new Set(
    stations.filter((station) => station.id === word || same(station.name, word)).map((station) => station.id),
  );
  const there = sessions.filter((session) => session.station !== null && named.has(session.station));
  if (there.length > 0) return onlyOne(there, 'session', word, 'session list');
  return onlyOne(
    sessions.filter((session) => session.user === word),
    'session',
    word,
    'session list',
  );
}
