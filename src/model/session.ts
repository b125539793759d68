// A session: one person's running desktop, shown at one station or at none, and what may happen to it.

export const sessionStates = [
  'starting',
  'active',
  'locked',
  'suspended',
  'hibernating',
  'hibernated',
  'restoring',
  'lost',
  'ending',
  'ended',
] as const;
export type SessionState = (typeof sessionStates)[number];

/**
 * What can happen to a session. `opened`: its desktop answers. `gone`: its processes are no more, for whatever reason.
 * `move`: somebody who may brings it to another station without a sign-in; a locked one stays locked.
 * `hibernate`: it is to be saved to disk. `saved`: it is on disk and its processes are gone; `kept`: that failed, it runs on.
 * `unrestored`: it could not be made to run again, it is on disk as it was. `lose`: it is found to have
 * ended without being saved, when the computer did.
 */
export const sessionHappenings = [
  'opened',
  'attach',
  'move',
  'suspend',
  'lock',
  'unlock',
  'hibernate',
  'saved',
  'kept',
  'unrestored',
  'lose',
  'end',
  'gone',
] as const;
export type SessionHappening = (typeof sessionHappenings)[number];

/**
 * The one table of what may happen. What is missing here is refused.
 * `attach` on what is hibernated restores it; on `starting`, `restoring` and `hibernating` it only changes the station that waits for it; `suspend` there makes
 * nobody wait any longer. Who waits while it is being saved gets it back from disk.
 */
export const sessionTransitions: Readonly<Record<SessionState, Readonly<Partial<Record<SessionHappening, SessionState>>>>> = {
  starting: { opened: 'suspended', attach: 'starting', suspend: 'starting', end: 'ending', gone: 'ended' },
  active: { attach: 'active', move: 'active', suspend: 'suspended', lock: 'locked', end: 'ending', gone: 'ended', lose: 'lost' },
  locked: {
    attach: 'active',
    move: 'locked',
    unlock: 'active',
    suspend: 'suspended',
    end: 'ending',
    gone: 'ended',
    lose: 'lost',
  },
  suspended: {
    attach: 'active',
    move: 'active',
    suspend: 'suspended',
    hibernate: 'hibernating',
    end: 'ending',
    gone: 'ended',
    lose: 'lost',
  },
  hibernating: {
    saved: 'hibernated',
    kept: 'suspended',
    attach: 'hibernating',
    suspend: 'hibernating',
    end: 'ending',
    gone: 'ended',
    lose: 'lost',
  },
  hibernated: { attach: 'restoring', end: 'ending', gone: 'ended' },
  restoring: {
    opened: 'suspended',
    unrestored: 'hibernated',
    attach: 'restoring',
    suspend: 'restoring',
    end: 'ending',
    gone: 'ended',
  },
  lost: { end: 'ending', gone: 'ended' },
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
  'moved-by-administrator',
  'locked',
  'unlocked',
  'signed-out',
  'logged-off-by-administrator',
  'hibernated-by-administrator',
  /** The limit of how long a session may stay suspended in memory. */
  'suspended-too-long',
  'memory-short',
  'computer-restarting',
  'computer-shutting-down',
  'saved',
  'not-saved',
  'restored',
  'not-restored',
  /** The limit of how long a session may stay suspended in memory before it is logged off. */
  'not-continued',
  /** The limit of how long a station may show it without anybody doing anything there. */
  'idle',
  /** The limit of how long one session may be at stations. */
  'time-over',
  /** The limit of how long a saved session is kept. */
  'saved-too-long',
  /** The computer stopped without having saved it. */
  'power-lost',
  'dismissed',
  'desktop-ended',
  'x-server-died',
  'desktop-failed',
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
  /** Who asked for that log-off: an account, a token, `root`; empty where nobody did. */
  endsBy: string;
  /** The X session that runs, by its desktop file's name (`xfce`). */
  desktop: string;
  /** What there is on disk of a session that is hibernated, being restored, or lost; else null. */
  saved: SavedSession | null;
  /** What the gateway lays over its desktop; only in what the gateway tells, the host knows nothing of it. */
  cover?: Cover | undefined;
}

/** What can lie over a desktop, so that neither picture nor input passes. */
export const coverKinds = ['block'] as const;
export type CoverKind = (typeof coverKinds)[number];

export interface Cover {
  kind: CoverKind;
  /** What is shown there; empty: the usual words of its kind. */
  text: string;
  /** Who ordered it, as people read it; empty: the administrator. */
  by: string;
  /** Milliseconds since 1970. */
  since: number;
}

/** A session that is on disk, or of which only this is left. */
export interface SavedSession {
  /** Milliseconds since 1970: when it was saved; of a lost one, when it was last looked at. */
  at: number;
  /** What it takes on disk; 0 for a lost one. */
  bytes: number;
  /** The programs that were open, as people call them. */
  programs: readonly string[];
  /** The code of the error because of which it cannot be continued, now or ever; null if nothing is known against it. */
  fault: string | null;
}

/** What becomes of a program when its session is saved. */
export const programFates = ['reopened', 'disconnected', 'lost'] as const;
/**
 * `reopened`: it is closed and started again with its last state. `disconnected`: it goes on, its connections to the outside
 * are closed. `lost`: it cannot be saved; the session can only be saved without it.
 */
export type ProgramFate = (typeof programFates)[number];

export const programRiskReasons = ['sandbox', 'connection', 'device', 'other-user', 'mount', 'traced', 'kernel-object'] as const;
export type ProgramRiskReason = (typeof programRiskReasons)[number];

/** A program that saving its session does not leave as it is. */
export interface ProgramAtRisk {
  /** As people call it: `Firefox`. */
  program: string;
  fate: ProgramFate;
  reason: ProgramRiskReason;
}

/** What the check before saving found in one running session. Nothing at risk: everything can be saved as it is. */
export interface SessionCheck {
  session: string;
  user: string;
  atRisk: readonly ProgramAtRisk[];
}

/** A window whose title says that something in it is not saved. */
export interface UnsavedWindow {
  program: string;
  title: string;
}

/** What can be known of unsaved work in a session before it is logged off: only what windows say in their titles. */
export interface UnsavedWork {
  session: string;
  user: string;
  /** False: it could not be looked at, or does not run in memory. */
  looked: boolean;
  unsaved: readonly UnsavedWindow[];
  /** Other programs that are open; what they hold may be saved or not. */
  silent: readonly string[];
}

/** The state after `happening`, or undefined where the table refuses it. */
export function sessionAfter(state: SessionState, happening: SessionHappening): SessionState | undefined {
  return sessionTransitions[state][happening];
}

/** True while the session's station is taken by it. */
export function holdsStation(session: Session): boolean {
  return session.station !== null && !['suspended', 'hibernated', 'lost', 'ending', 'ended'].includes(session.state);
}

/** Errors after which a saved session will never be continued on this computer as it is now; it is kept for the administrator. */
const lastingFaults: ReadonlySet<string> = new Set(['image-damaged', 'image-foreign']);

/** True if signing in may continue this session. */
export function isResumable(session: Session): boolean {
  if (session.saved?.fault != null && lastingFaults.has(session.saved.fault)) return false;
  return session.state !== 'lost' && session.state !== 'ending' && session.state !== 'ended';
}

/** True if its desktop runs in memory. */
export function isRunning(session: Session): boolean {
  return session.state === 'active' || session.state === 'locked' || session.state === 'suspended';
}

/** True if it is in memory and not about to leave it for good. */
export function takesMemory({ state }: Session): boolean {
  return state !== 'hibernated' && state !== 'lost' && state !== 'ending' && state !== 'ended';
}

/** `console`: the stations of the computer are closed for maintenance; its sessions are kept. */
export const computerModes = ['station', 'console'] as const;
export type ComputerMode = (typeof computerModes)[number];
