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
  'signed-out': msg('You are signed out.'),
  'logged-off-by-administrator': msg('The administrator logged {user} off.'),
  'desktop-ended': msg('The session of {user} has ended.'),
  'x-server-died': msg('The session of {user} ended because its display stopped. What was not saved is lost.'),
  'desktop-failed': msg('The session of {user} ended because its desktop failed.'),
  'computer-stopping': msg('The session of {user} ended because the computer stops or restarts.'),
  'keeper-lost': msg('The session of {user} ended unexpectedly. What was not saved is lost.'),
  'account-removed': msg('The session of {user} ended because the account was removed.'),
};

/** How to say it, or null if there is nothing to say. Refused sign-ins are told beside the form. */
export function reasonText(because: FreeReason): (() => string) | null {
  if (because.reason === 'moved') {
    const { user, station } = because;
    return () => i18n._('The session of {user} moved to {station}.', { user, station });
  }
  if (because.reason !== 'session') return null;
  const text = texts[because.cause] ?? null;
  return text === null ? null : () => i18n._(text, { user: because.user });
}
