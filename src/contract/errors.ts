// Every error that one program tells another, by a stable code. Screens translate codes, never texts.
// `status` is the HTTP status that carries it.

export const errorCodes = {
  // What was asked
  'bad-request': { status: 400, text: 'The request is not of the form that is expected.' },
  'not-found': { status: 404, text: 'There is no such thing.' },
  'session-not-found': { status: 404, text: 'There is no such session; it has ended.' },
  'group-not-found': { status: 404, text: 'There is no such group on the computer.' },
  'room-not-found': { status: 404, text: 'There is no such room.' },
  'station-not-found': { status: 404, text: 'There is no such station.' },
  'computer-not-found': { status: 404, text: 'There is no such computer.' },
  'name-taken': { status: 409, text: 'This name is taken.' },
  'changed-meanwhile': { status: 409, text: 'Somebody else changed this meanwhile; look again.' },
  'not-possible-now': { status: 409, text: 'That cannot be done in the present state.' },
  'ordered-by-another': { status: 409, text: 'Somebody else ordered this; say that it shall be undone all the same.' },
  'hand-down': { status: 409, text: 'This hand is down already.' },
  'too-many': { status: 409, text: 'There are too many of these already; remove some first.' },
  'too-large': { status: 413, text: 'That is too large.' },
  'too-many-requests': { status: 429, text: 'Too many requests; wait a moment.' },
  'idempotency-key-reused': {
    status: 422,
    text: 'This Idempotency-Key was used for another request; take a new one for each.',
  },
  // Who asks
  'not-signed-in': { status: 401, text: 'Sign in first.' },
  'token-expired': {
    status: 401,
    text: 'This token has expired; make a new one in the Manager, or with stationmaster token add.',
  },
  'token-not-allowed': {
    status: 403,
    text: 'The scopes of this token do not include that; use a token with one of the scopes that are named.',
  },
  'not-allowed': { status: 403, text: 'You may not do that.' },
  'foreign-origin': { status: 403, text: 'The request comes from a page of somebody else.' },
  'code-wrong': { status: 403, text: 'The code is wrong or no longer valid.' },
  'ticket-wrong': { status: 403, text: 'The ticket is wrong, used or too old.' },
  'proof-wrong': { status: 403, text: 'This browser is not the station that it says it is.' },
  // Signing in
  'wrong-credentials': { status: 403, text: 'User name or password is wrong.' },
  throttled: { status: 429, text: 'Too many attempts; wait before trying again.' },
  'account-expired': { status: 403, text: 'This account has expired.' },
  'account-locked': { status: 403, text: 'This account is locked.' },
  'account-no-shell': { status: 403, text: 'This account may not sign in: it has no shell.' },
  'account-not-listed': { status: 403, text: 'This account may not sign in at stations.' },
  'account-not-here': { status: 403, text: 'This account may not sign in at this station.' },
  'auto-logon-not-allowed': { status: 403, text: 'The computer may not sign this account in by itself.' },
  'auto-logon-administrator': {
    status: 403,
    text: 'Administrators are signed in by themselves only where root has written them into /etc/stationmaster/auto-logon.',
  },
  'auto-logon-shared': {
    status: 409,
    text: 'Another station signs this account in by itself; several can only where one account may have several sessions.',
  },
  'session-elsewhere': { status: 409, text: 'The session of this account is at another station; it is not taken from there.' },
  'account-refused': { status: 403, text: 'The system refuses this account now.' },
  'password-not-changed': { status: 403, text: 'The password had to be changed and was not.' },
  'sign-in-timed-out': { status: 408, text: 'Signing in took too long; start again.' },
  'sign-in-unavailable': { status: 503, text: 'Signing in does not work now.' },
  'remote-management-off': { status: 403, text: 'This computer is managed from itself only.' },
  'monitoring-off': { status: 403, text: 'The desktops of this computer may not be watched: its settings say so.' },
  'notice-not-accepted': {
    status: 409,
    text: 'This person has not accepted the privacy notice yet; it is shown at the next sign-in at a station.',
  },
  'level-too-low': { status: 403, text: 'This page is not for this account.' },
  // Accounts
  'last-administrator': { status: 409, text: 'This is the last administrator; give somebody else that level first.' },
  'domain-account': { status: 409, text: 'This account comes from a directory; change it there.' },
  'session-exists': { status: 409, text: 'This account has a session; log it off first, or say that it is to be ended.' },
  'home-not-own': {
    status: 409,
    text: 'In the home folder of this account something is mounted, or it is somebody else’s too; nothing was changed.',
  },
  'account-in-use': { status: 409, text: 'Programs of this account still run; end them first.' },
  'account-being-removed': { status: 409, text: 'This account is being removed.' },
  interrupted: { status: 503, text: 'It was interrupted, and what had begun was taken back.' },
  'may-become-root': {
    status: 403,
    text: 'This account may become root; its password is set on the computer itself, with passwd.',
  },
  'password-refused': { status: 409, text: 'The computer does not take this password.' },
  // Sessions
  'home-missing': { status: 409, text: 'The home folder of this account is missing.' },
  'home-not-writable': { status: 409, text: 'The home folder of this account cannot be written to.' },
  'home-full': { status: 507, text: 'There is no space left in the home folder.' },
  'disk-full': { status: 507, text: 'There is no space left on the computer.' },
  'desktop-failed': { status: 500, text: 'The desktop did not start.' },
  'desktop-not-installed': { status: 409, text: 'No desktop is installed on this computer.' },
  'suspended-meanwhile': { status: 409, text: 'The session was suspended while it was being opened.' },
  'ended-meanwhile': { status: 409, text: 'The session ended while it was being opened.' },
  'computer-full': { status: 409, text: 'This computer has as many sessions as it may have; no new one is started now.' },
  'person-full': { status: 409, text: 'This account has as many sessions as it may have.' },
  'no-time-limit': { status: 409, text: 'No limit of time holds for this session now.' },
  'station-taken': { status: 409, text: 'Another session is at this station.' },
  'screen-too-small': { status: 409, text: 'The screen of this station is too narrow to be split.' },
  'station-offline': { status: 409, text: 'The page of this station is not open.' },
  'hibernation-impossible': { status: 409, text: 'This computer cannot save sessions to disk; stationmaster doctor says why.' },
  'cannot-be-saved': { status: 409, text: 'A program of this session cannot be saved.' },
  'save-failed': { status: 500, text: 'The session could not be saved to disk; it goes on running.' },
  'no-picture': { status: 409, text: 'There is no picture of this session now.' },
  'still-watched': { status: 409, text: 'Somebody still looks at this session.' },
  'control-refused': { status: 403, text: 'Nobody may take control of this desktop.' },
  'control-declined': { status: 403, text: 'The person at the desktop said no.' },
  'control-not-answered': { status: 409, text: 'The person at the desktop did not answer.' },
  'control-nobody-there': { status: 409, text: 'Nobody is at the desktop who could agree.' },
  'control-asked': { status: 409, text: 'Somebody else asks the person at the desktop already.' },
  'control-taken': { status: 409, text: 'Somebody else uses this desktop already.' },
  'image-damaged': { status: 409, text: 'The saved session is damaged; it is kept for the administrator.' },
  'image-foreign': { status: 409, text: 'The saved session is not from this computer; it is kept for the administrator.' },
  'restore-failed': { status: 500, text: 'The saved session could not be continued; it is kept on disk.' },
  'software-changed': { status: 409, text: 'Programs of the saved session have been removed or replaced on this computer.' },
  'processor-lacks': { status: 409, text: 'The saved session needs a processor that this computer does not have.' },
  'display-taken': { status: 409, text: 'Another X server uses the display number of the saved session.' },
  'memory-short': { status: 507, text: 'There is not enough memory free to continue the saved session.' },
  'console-mode': { status: 503, text: 'The stations of this computer are closed for maintenance.' },
  'computer-leaving': { status: 503, text: 'The computer is about to restart or shut down.' },
  // Our own programs
  'computer-unreachable': { status: 503, text: 'The computer does not answer.' },
  'version-mismatch': { status: 409, text: 'The two programs are of different versions; restart both.' },
  'store-full': { status: 507, text: 'There is no space left for what has to be kept.' },
  internal: { status: 500, text: 'Something went wrong in Stationmaster; the log says what.' },
} as const satisfies Readonly<Record<string, { status: number; text: string }>>;

export type ErrorCode = keyof typeof errorCodes;

/** An error with a stable code; `details` may name numbers and names for the screen, never a secret. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}, options?: { cause?: unknown }) {
    super(errorCodes[code].text, options);
    this.name = 'CodedError';
    this.code = code;
    this.details = details;
  }
}

/** `error` as it is told to another program: its own code if it has one, else `internal`. */
export function tellError(error: unknown): {
  code: ErrorCode;
  message: string;
  details: Readonly<Record<string, string | number>>;
} {
  const coded = error instanceof CodedError ? error : new CodedError('internal');
  return { code: coded.code, message: coded.message, details: coded.details };
}
