// The words for what the activity list tells of; what is not here is shown by its id.
import type { Action } from '#model/permissions.ts';
import { msg } from '../shared/i18n.ts';

const ofActions: Readonly<Partial<Record<Action, string>>> = {
  'page.sign-in': msg('Signed in to a page'),
  'page.sign-out': msg('Signed out of a page'),
  'setup.finish': msg('Set up Stationmaster'),
  'setup.code': msg('Made a set-up code'),
  'computer.suspend-all': msg('Suspended all stations'),
  'computer.log-off-all': msg('Logged off all stations'),
  'computer.hibernate-all': msg('Hibernated all suspended sessions'),
  'computer.leave': msg('Restarted or shut down a computer'),
  'computer.identify': msg('Identified all stations'),
  'station.identify': msg('Identified a station'),
  'station.configure': msg('Renamed a station'),
  'station.split': msg('Split a station'),
  'station.admit': msg('Let a station in'),
  'station.remove': msg('Removed a station'),
  'station.code': msg('Made an enrolment code'),
  'session.suspend': msg('Suspended a session'),
  'session.move': msg('Moved a session'),
  'session.hibernate': msg('Hibernated a session'),
  'session.log-off': msg('Logged a session off'),
  'session.picture': msg('Looked at a session'),
  'settings.change': msg('Changed settings'),
};

/** By the id in the audit. */
export const actionLabels: Readonly<Record<string, string>> = {
  ...ofActions,
  'token.make': msg('Made a token'),
  'token.revoke': msg('Revoked a token'),
  setup: msg('Set up Stationmaster'),
  'station.sign-in': msg('Signed in at a station'),
  'station.enrol': msg('Became a station'),
  'station.proof': msg('Proved to be a station'),
  'session.unlock': msg('Unlocked a session'),
  'session.disconnect': msg('Left a session suspended'),
  'session.lock': msg('Locked a session'),
  'session.sign-out': msg('Signed out of a session'),
  'computer.stay': msg('Took a restart or shutdown back'),
  'computer.left': msg('Kept a session over a restart or shutdown'),
  'session.restore': msg('Continued a session from disk'),
  'session.lost': msg('Found a session lost'),
  'session.dismiss': msg('Read of a lost session'),
  'station.unsplit': msg('Unsplit a station'),
  'session.keep': msg('Took a log-off back'),
};
