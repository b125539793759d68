// Tells each computer, as soon as it answers, whom stations sign in by themselves: nobody else stays on the computer's list, whatever
// order failed or was interrupted.
import type { Fleet } from '#fleet/fleet.ts';
import type { Log } from '../log.ts';
import type { Stations } from './stations.ts';

/** Gives what stops it. */
export function tellAutoLogonUsers(fleet: Fleet, stations: Stations, log: Log): () => void {
  return fleet.onReachable((computer, reachable) => {
    if (!reachable) return;
    const users = new Set(stations.list().map(({ configuration }) => configuration.autoLogon));
    users.delete('');
    fleet.call(computer, 'autoLogon.keepOnly', { users: [...users] }).catch((error: unknown) => {
      log.warn({ err: error, computer }, 'Whom stations sign in by themselves could not be told.');
    });
  });
}
