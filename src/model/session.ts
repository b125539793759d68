// A session: one person's running desktop, shown at one station or at none, and what may happen to it.

export const sessionStates = ['starting', 'active', 'locked', 'suspended', 'ending', 'ended'] as const;
export type SessionState = (typeof sessionStates)[number];

/** What can happen to a session. `opened`: its desktop answers. `gone`: its processes are no more, for whatever reason. */
export const sessionHappenings = ['opened', 'attach', 'suspend', 'lock', 'unlock', 'end', 'gone'] as const;
export type SessionHappening = (typeof sessionHappenings)[number];

/**
 * The one table of what may happen. What is missing here is refused.
 * `attach` on `starting` only changes the station that waits for it; `suspend` there makes nobody wait any longer.
 */
export const sessionTransitions: Readonly<Record<SessionState, Readonly<Partial<Record<SessionHappening, SessionState>>>>> = {
  starting: { opened: 'suspended', attach: 'starting', suspend: 'starting', end: 'ending', gone: 'ended' },
  active: { attach: 'active', suspend: 'suspended', lock: 'locked', end: 'ending', gone: 'ended' },
  locked: { attach: 'active', unlock: 'active', suspend: 'suspended', end: 'ending', gone: 'ended' },
  suspended: { attach: 'active', suspend: 'suspended', end: 'ending', gone: 'ended' },
  ending: { end: 'ending', gone: 'ended' },
  ended: {},
};

/** Why a session came into its present state; screens translate it. */
export const sessionCauses = [
  'signed-in',
  'disconnected',
  'suspended-by-administrator',
  'station-lost',
  'moved',
  'locked',
  'unlocked',
  'signed-out',
  'logged-off-by-administrator',
  'desktop-ended',
  'x-server-died',
  'desktop-failed',
  'computer-stopping',
  'keeper-lost',
  'account-removed',
] as const;
export type SessionCause = (typeof sessionCauses)[number];

export interface Session {
  /** 16 characters a-z2-7, unique for ever. */
  id: string;
  /** The account's name as the system spells it. */
  user: string;
  uid: number;
  fullName: string;
  computer: string;
  state: SessionState;
  cause: SessionCause;
  /** The id of the station that shows it (or waits for it while `starting`), else null. */
  station: string | null;
  /** Counts attachments; a suspend that names an older one is stale and does nothing. */
  attachment: number;
  /** Milliseconds since 1970: the session was started / came into its present state or station. */
  startedAt: number;
  since: number;
  /** A log-off with a countdown: when it happens (milliseconds since 1970), else null. */
  endsAt: number | null;
  /** The X session that runs, by its desktop file's name (`xfce`). */
  desktop: string;
}

/** The state after `happening`, or undefined where the table refuses it. */
export function sessionAfter(state: SessionState, happening: SessionHappening): SessionState | undefined {
  return sessionTransitions[state][happening];
}

/** True while the session's station is taken by it. */
export function holdsStation(session: Session): boolean {
  return session.station !== null && (session.state === 'active' || session.state === 'locked' || session.state === 'starting');
}

/** True if signing in may continue this session. */
export function isResumable(session: Session): boolean {
  return session.state !== 'ending' && session.state !== 'ended';
}
