// What of the live feed somebody is told who sees only some sessions and stations.
import type { LiveEvent } from '#contract/live.ts';
import type { Computer } from '#contract/values.ts';

export interface View {
  sessions: ReadonlySet<string>;
  stations: ReadonlySet<string>;
}

/** What became of everybody's work when it was last left is only for those who see everybody. */
export function computerWithin(computer: Computer): Computer {
  return { ...computer, lastLeave: null };
}

type Within = { readonly [E in LiveEvent['event']]: (event: Extract<LiveEvent, { event: E }>, view: View) => LiveEvent | null };

/** Of each event what concerns the sessions and stations of a view; null: nothing. */
const within: Within = {
  snapshot: (event, { sessions, stations }) => ({
    ...event,
    computers: event.computers.map(computerWithin),
    sessions: event.sessions.filter(({ id }) => sessions.has(id)),
    stations: event.stations.filter(({ id }) => stations.has(id)),
  }),
  'computer.changed': (event) => ({ ...event, computer: computerWithin(event.computer) }),
  'checks.changed': (event, { sessions }) => ({ ...event, checks: event.checks.filter(({ session }) => sessions.has(session)) }),
  'station.changed': (event, { stations }) => (stations.has(event.station.id) ? event : null),
  'station.removed': (event, { stations }) => (stations.has(event.station) ? event : null),
  'session.changed': (event, { sessions }) => (sessions.has(event.session.id) ? event : null),
  'session.removed': (event, { sessions }) => (sessions.has(event.session) ? event : null),
  'time-requests.changed': (event, { sessions }) => ({
    ...event,
    requests: event.requests.filter(({ session }) => sessions.has(session)),
  }),
  'controls.changed': (event, { sessions }) => ({
    ...event,
    controls: event.controls.filter(({ session }) => sessions.has(session)),
  }),
  'supervisors.changed': (event) => event,
  // Whether one of the sessions that are seen is concerned is told with it.
  'standing.changed': (event) => ({ ...event, orders: event.orders.filter(({ user }) => user === null) }),
  'hands.changed': (event, { sessions }) => ({ ...event, hands: event.hands.filter(({ session }) => sessions.has(session)) }),
  'settings.changed': (event) => event,
};

export function eventWithin<E extends LiveEvent['event']>(event: Extract<LiveEvent, { event: E }>, view: View): LiveEvent | null {
  return within[event.event](event, view);
}
