// What the screens say for each error code, in the language of the page. Plain and with the way out where there is one.
import type { ErrorCode } from '#contract/errors.ts';
import { i18n, msg } from './i18n.ts';

/** An error as programs tell it; `offline` and `internal` are also what pages make of a request that failed on the way. */
export interface ToldError {
  code: ErrorCode | 'offline';
  details?: Readonly<Record<string, string | number>>;
}

const texts: Readonly<Record<ErrorCode | 'offline', string>> = {
  offline: msg('The computer cannot be reached. Check the network, then try again.'),
  'bad-request': msg('This input is not accepted. Check what you typed.'),
  'not-found': msg('This no longer exists.'),
  'session-not-found': msg('This session has already ended.'),
  'group-not-found': msg('There is no such group on the computer. Check how it is written.'),
  'room-not-found': msg('There is no such room. Check how it is written.'),
  'station-not-found': msg('This station no longer exists.'),
  'computer-not-found': msg('This computer is not known here.'),
  'name-taken': msg('This name is already taken. Choose another one.'),
  'changed-meanwhile': msg('Somebody else changed this meanwhile. Look at it again, then repeat your change.'),
  'not-possible-now': msg('That cannot be done at this moment.'),
  'ordered-by-another': msg('Somebody else ordered this as well.'),
  'hand-down': msg('This hand is down already.'),
  'too-many': msg('There are too many of these already. Remove some first.'),
  'too-large': msg('That is too large.'),
  'too-many-requests': msg('Too many requests. Wait a moment, then try again.'),
  'idempotency-key-reused': msg('This was asked for before in another way. Try again.'),
  'not-signed-in': msg('You are signed out. Sign in again.'),
  'token-expired': msg('This token has expired. Make a new one.'),
  'token-not-allowed': msg('The scopes of this token do not include that.'),
  'not-allowed': msg('Your account may not do that.'),
  'foreign-origin': msg('The request came from another web page and was refused.'),
  'code-wrong': msg('The code is wrong or no longer valid.'),
  'ticket-wrong': msg('The connection to the desktop is no longer valid. Connect again.'),
  'proof-wrong': msg('This browser could not prove which station it is.'),
  'wrong-credentials': msg('The user name or the password is wrong.'),
  throttled: msg('Too many attempts. Wait a while, then try again.'),
  'account-expired': msg('This account has expired. Ask your administrator.'),
  'account-locked': msg('This account is locked. Ask your administrator.'),
  'account-no-shell': msg('This account may not sign in. Ask your administrator.'),
  'account-not-listed': msg('This account may not sign in at stations. Ask your administrator.'),
  'account-not-here': msg('You may not use this station. Sign in at another one, or ask your administrator.'),
  'auto-logon-not-allowed': msg('The computer may not sign this account in by itself. Ask your administrator.'),
  'auto-logon-administrator': msg(
    'An administrator is not signed in without a password. Only root on the computer can allow it, in the file /etc/stationmaster/auto-logon.',
  ),
  'auto-logon-shared': msg(
    'Another station signs this account in by itself. Several stations can do so only if the settings allow several sessions for one account.',
  ),
  'session-elsewhere': msg('The session of this account is at another station. It is not taken away from there.'),
  'account-refused': msg('The system does not let this account in at this time. Ask your administrator.'),
  'password-not-changed': msg('The password must be changed, and it was not. Sign in again to change it.'),
  'sign-in-timed-out': msg('Signing in took too long. Start again.'),
  'sign-in-unavailable': msg('Signing in does not work at the moment. Ask your administrator.'),
  'remote-management-off': msg('This computer can only be managed from itself: its settings say so.'),
  'monitoring-off': msg('The desktops of this computer may not be watched: its settings say so.'),
  'notice-not-accepted': msg(
    'This person has not been told yet that the screen may be watched. The privacy notice is shown at the next sign-in.',
  ),
  'level-too-low': msg('Your account may not use this page.'),
  'last-administrator': msg('This is the last administrator. Make somebody else an administrator first.'),
  'domain-account': msg('This account comes from a directory of your organisation. It can only be changed there.'),
  'session-exists': msg('This person has a session. Log it off first, or choose to end it.'),
  'home-not-own': msg(
    'In the home folder of this account something is mounted, or it is somebody else’s too. Nothing was changed.',
  ),
  'account-in-use': msg(
    'Programs of this account still run outside of a session. End them, or restart the computer, then try again.',
  ),
  'account-being-removed': msg('This account is just being deleted.'),
  interrupted: msg('It was interrupted, and what had begun was taken back. Do it again.'),
  'may-become-root': msg(
    'This account may become root on the computer. Its password is set there, with “passwd”, or by the person while signing in at a station.',
  ),
  'password-refused': msg('The computer does not take this password. Choose a longer or less simple one.'),
  'home-missing': msg('The home folder of this account is missing. Ask your administrator.'),
  'home-not-writable': msg('Nothing can be saved in the home folder of this account. Ask your administrator.'),
  'home-full': msg('The home folder is full. Ask your administrator.'),
  'disk-full': msg('The disk of the computer is full. Ask your administrator.'),
  'desktop-failed': msg('The desktop did not start. Try again; if it happens again, ask your administrator.'),
  'desktop-not-installed': msg('No desktop is installed on this computer. Ask your administrator.'),
  'suspended-meanwhile': msg('The session was suspended while it was being opened. Sign in again.'),
  'ended-meanwhile': msg('The session ended while it was being opened. Sign in again.'),
  'computer-full': msg(
    'This computer has as many sessions as it may have. Try again when somebody has signed out, or ask your administrator.',
  ),
  'person-full': msg('You have as many sessions as you may have. Continue one of them, or sign out of one first.'),
  'no-time-limit': msg('No limit of time holds for this session now.'),
  'station-taken': msg('Another session is already at this station.'),
  'screen-too-small': msg('The screen of this station is too narrow for two people side by side.'),
  'station-offline': msg('This station is not on at the moment. Open its page, or choose another one.'),
  'hibernation-impossible': msg('This computer cannot save sessions to disk. The Systems page of the Manager says why.'),
  'cannot-be-saved': msg('A program of this session cannot be saved, so the session goes on running.'),
  'save-failed': msg('The session could not be saved to disk. It goes on running, and nothing is lost.'),
  'no-picture': msg('There is no picture of this session at the moment.'),
  'still-watched': msg('Somebody is looking at this session, so it was not saved. Try again in a moment.'),
  'control-refused': msg('The settings do not allow anybody to take control of this desktop.'),
  'control-declined': msg('The person at the desktop said no.'),
  'control-not-answered': msg('The person at the desktop did not answer.'),
  'control-nobody-there': msg('Nobody is at this desktop who could agree to it.'),
  'control-asked': msg('Somebody else is asking the person at this desktop already.'),
  'control-taken': msg('Somebody else uses this desktop already.'),
  'image-damaged': msg(
    'The saved session is damaged and cannot be continued. Files saved in it are safe. Ask your administrator.',
  ),
  'image-foreign': msg('The saved session was not made on this computer and cannot be continued here. Ask your administrator.'),
  'restore-failed': msg(
    'The saved session could not be continued, and is still on disk. Try again; if it happens again, ask your administrator.',
  ),
  'software-changed': msg(
    'The saved session cannot be continued: programs that it needs were updated or removed. Ask your administrator.',
  ),
  'processor-lacks': msg(
    'The saved session cannot be continued: it needs another processor than this computer has. Ask your administrator.',
  ),
  'display-taken': msg('The saved session cannot be continued while another program uses its display. Try again in a moment.'),
  'memory-short': msg('There is too little memory free to continue the saved session. Try again when other people have left.'),
  'console-mode': msg('The stations of this computer are closed for maintenance.'),
  'computer-leaving': msg('The computer is about to restart or shut down. Sign in again when it is back.'),
  'computer-unreachable': msg('The computer does not answer. It is tried again by itself.'),
  'version-mismatch': msg('Parts of Stationmaster have different versions. Restart it on the computer.'),
  'store-full': msg('The disk of the computer is full, so the change could not be kept.'),
  internal: msg('Something went wrong in Stationmaster. Its log on the computer says what.'),
};

function mainText(error: ToldError): string {
  const seconds = error.details?.['seconds'];
  if (error.code === 'throttled' && typeof seconds === 'number') {
    return seconds < 90
      ? i18n._('Too many attempts. Try again in {seconds, plural, one {# second} other {# seconds}}.', {
          seconds: Math.ceil(seconds),
        })
      : i18n._('Too many attempts. Try again in {minutes, plural, one {# minute} other {# minutes}}.', {
          minutes: Math.ceil(seconds / 60),
        });
  }
  const says = error.details?.['says'];
  if (error.code === 'password-refused' && typeof says === 'string' && says !== '') {
    return i18n._('The computer does not take this password. It says: {says}', { says });
  }
  const station = error.details?.['station'];
  if (error.code === 'auto-logon-shared' && typeof station === 'string' && station !== '') {
    return i18n._(
      '{station} signs this account in by itself. Several stations can do so only if the settings allow several sessions for one account.',
      { station },
    );
  }
  const by = error.details?.['by'];
  if (error.code === 'ordered-by-another' && by !== undefined && by !== '') return i18n._('{by} ordered this as well.', { by });
  if (error.code === 'hand-down' && typeof by === 'string' && by !== '')
    return i18n._('{person} has taken this hand down already.', { person: by });
  if (error.code === 'control-taken' && typeof by === 'string' && by !== '')
    return i18n._('{person} uses this desktop already.', { person: by });
  if (error.code === 'control-asked' && typeof by === 'string' && by !== '')
    return i18n._('{person} is asking the person at this desktop already.', { person: by });
  const place = error.details?.['home'];
  if (error.code === 'home-not-own' && typeof place === 'string') {
    return i18n._('{place} is mounted, or somebody else’s: it cannot go with this account. Nothing was changed.', { place });
  }
  const program = error.details?.['program'];
  if (error.code === 'cannot-be-saved' && typeof program === 'string' && program !== '') {
    return i18n._('{program} cannot be saved, so the session goes on running. Close it, then try again.', { program });
  }
  return i18n._(Object.hasOwn(texts, error.code) ? texts[error.code] : texts.internal);
}

/**
 * The text for a person. `details.seconds`, where told, says how long to wait; `details.program` what is in the way;
 * `details.programs` what was open.
 */
export function errorText(error: ToldError): string {
  const text = mainText(error);
  const programs = error.details?.['programs'];
  return typeof programs === 'string' && programs !== ''
    ? `${text} ${i18n._('Programs that were open: {programs}.', { programs })}`
    : text;
}

/** The same for a code that came as a mere text; null if it is none. */
export function faultText(code: string | null): string | null {
  return code === null ? null : errorText({ code: Object.hasOwn(texts, code) ? (code as ErrorCode) : 'internal' });
}
