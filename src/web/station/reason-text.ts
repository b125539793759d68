// Why the page shows the sign-in page, in words.
import type { FreeReason } from '#contract/station-page.ts';
import type { SessionCause } from '#model/session.ts';
import { i18n, msg } from '../shared/i18n.ts';

const texts: Readonly<Record<SessionCause, string | null>> = {
  'signed-in': null,
  locked: null,
  unlocked: null,
  disconnected: msg('You are disconnected. Your session keeps running: sign in at any station to go on.'),
  'suspended-by-administrator': msg(
    'The session of {user} was suspended by the administrator. It keeps running: sign in at any station to go on.',
  ),
  'station-lost': msg('This station was away for too long, so the session of {user} was suspended. Sign in to go on.'),
  moved: msg('The session of {user} moved to another station.'),
  'moved-by-administrator': msg('The session of {user} was moved to another station.'),
  'signed-out': msg('You are signed out.'),
  'logged-off-by-administrator': msg('The administrator logged {user} off.'),
  'desktop-ended': msg('The session of {user} has ended.'),
  'x-server-died': msg('The session of {user} ended because its display stopped. What was not saved is lost.'),
  'desktop-failed': msg('The session of {user} ended because its desktop failed.'),
  'hibernated-by-administrator': msg(
    'The session of {user} is saved to disk by the administrator. Sign in at any station to go on.',
  ),
  'suspended-too-long': msg('The session of {user} is saved to disk. Sign in at any station to go on.'),
  'memory-short': msg('The session of {user} is saved to disk, because memory was short. Sign in at any station to go on.'),
  'computer-restarting': msg(
    'The computer restarts. The session of {user} is saved and continues afterwards: sign in when the computer is back.',
  ),
  'computer-shutting-down': msg(
    'The computer shuts down. The session of {user} is saved: sign in when the computer is on again.',
  ),
  saved: msg('The session of {user} is saved to disk. Sign in at any station to go on.'),
  'not-saved': msg('The session of {user} could not be saved to disk. It keeps running: sign in at any station to go on.'),
  restored: null,
  'not-restored': msg(
    'The session of {user} could not be opened from disk. It is still there. Try again, or ask your administrator.',
  ),
  'not-continued': msg('The session of {user} was logged off because nobody continued it for a long time.'),
  idle: msg('Nobody did anything here for a while, so the session of {user} was suspended. It keeps running: sign in to go on.'),
  'time-over': msg('The time of {user} is over. If the session was only suspended, sign in to save what is not saved.'),
  'saved-too-long': msg('The saved session of {user} was removed because nobody continued it for a long time.'),
  'power-lost': msg('The computer stopped unexpectedly, and the session of {user} could not be kept.'),
  dismissed: null,
  'keeper-lost': msg('The session of {user} ended unexpectedly. What was not saved is lost.'),
  'account-removed': msg('The session of {user} ended because the account was removed.'),
};

/** How to say it, or null if there is nothing to say. Refused sign-ins are told beside the form. */
export function reasonText(because: FreeReason): (() => string) | null {
  if (because.reason === 'moved') {
    const { user, station, ordered } = because;
    return ordered
      ? () => i18n._('The session of {user} was moved to {station}. It goes on there.', { user, station })
      : () => i18n._('The session of {user} moved to {station}.', { user, station });
  }
  if (because.reason !== 'session') return null;
  const text = texts[because.cause] ?? null;
  return text === null ? null : () => i18n._(text, { user: because.user });
}
