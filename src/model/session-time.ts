// How long nobody has done anything at a station, how long a person has been there, and what follows from it: nothing yet, a
// warning with its countdown, or the end. Pure: whoever asks brings the running time, which no clock that is set changes.

/** The limits of time that concern a session while it is at a station. 0 minutes: no limit. */
export interface TimeLimits {
  idleSuspendMinutes: number;
  idleWarningSeconds: number;
  longestSessionMinutes: number;
  longestSessionWarningMinutes: number;
}

export const minuteMs = 60_000;

/** `off`: there is no limit. `quiet`: nothing for so long. `warning`: it ends after so long. `over`: it ends now. */
export type TimeVerdict = { phase: 'off' | 'over' } | { phase: 'quiet'; forMs: number } | { phase: 'warning'; leftMs: number };

/** Whether a person asked for more time: not, without an answer yet, or it was refused. */
export const timeRequestStates = ['none', 'asked', 'refused'] as const;
export type TimeRequestState = (typeof timeRequestStates)[number];

/** Somebody at a station asks for more time. */
export interface TimeRequest {
  session: string;
  user: string;
  fullName: string;
  /** The id of the station. */
  station: string;
  /** Milliseconds since 1970: when it was asked, and when the session ends if nobody answers. */
  at: number;
  endsAt: number;
}

/** Since when nobody has done anything. */
export interface Idle {
  lastInputMs: number;
  /** When the countdown began that is shown since; null: none is. */
  warnedAtMs: number | null;
}

/** What a person has used of the time that one session may take. */
export interface UsedTime {
  /** At stations, so far. Suspended it does not go on. */
  usedMs: number;
  /** What was granted on top of the limit. */
  grantedMs: number;
  /** Once the warning has begun: at how much used time it ends, whatever is set to be less meanwhile; null before. */
  endsAtMs: number | null;
  /** It was over once with work unsaved, and the person got the time of one warning to save it: it is not given again. */
  prolonged: boolean;
}

export const unusedTime: Readonly<UsedTime> = { usedMs: 0, grantedMs: 0, endsAtMs: null, prolonged: false };

/** A warning never takes more than half of the time that it warns of. */
function warningMsOf(wantedMs: number, spanMs: number): number {
  return Math.min(wantedMs, spanMs / 2);
}

/** A limit that is set, or a clock that comes late, never takes the warning away: it counts from when it was begun. */
export function idleAt(idle: Idle, limits: TimeLimits, nowMs: number): { idle: Idle; verdict: TimeVerdict } {
  const spanMs = limits.idleSuspendMinutes * minuteMs;
  const quiet: Idle = { lastInputMs: idle.lastInputMs, warnedAtMs: null };
  if (spanMs === 0) return { idle: quiet, verdict: { phase: 'off' } };
  const warningMs = warningMsOf(limits.idleWarningSeconds * 1000, spanMs);
  const endsAtMs = idle.lastInputMs + spanMs;
  if (nowMs < endsAtMs - warningMs) return { idle: quiet, verdict: { phase: 'quiet', forMs: endsAtMs - warningMs - nowMs } };
  const warnedAtMs = idle.warnedAtMs ?? nowMs;
  const leftMs = Math.max(endsAtMs, warnedAtMs + warningMs) - nowMs;
  return {
    idle: { lastInputMs: idle.lastInputMs, warnedAtMs },
    verdict: leftMs <= 0 ? { phase: 'over' } : { phase: 'warning', leftMs },
  };
}

function spanOf({ grantedMs }: UsedTime, { longestSessionMinutes }: TimeLimits): number {
  return longestSessionMinutes * minuteMs + grantedMs;
}

function longestWarningMs(limits: TimeLimits): number {
  return warningMsOf(limits.longestSessionWarningMinutes * minuteMs, limits.longestSessionMinutes * minuteMs);
}

export function longestAt(used: UsedTime, limits: TimeLimits): { used: UsedTime; verdict: TimeVerdict } {
  if (limits.longestSessionMinutes === 0)
    return { used: { ...used, endsAtMs: null, prolonged: false }, verdict: { phase: 'off' } };
  const spanMs = spanOf(used, limits);
  const warningMs = longestWarningMs(limits);
  // Raised meanwhile: what was announced no longer holds.
  const raised = used.endsAtMs !== null && used.endsAtMs < spanMs;
  const now: UsedTime = raised ? { ...used, endsAtMs: null, prolonged: false } : used;
  const { usedMs } = now;
  let { endsAtMs } = now;
  if (endsAtMs === null) {
    if (usedMs < spanMs - warningMs) return { used: now, verdict: { phase: 'quiet', forMs: spanMs - warningMs - usedMs } };
    endsAtMs = Math.max(spanMs, usedMs + warningMs);
  }
  const leftMs = endsAtMs - usedMs;
  return { used: { ...now, endsAtMs }, verdict: leftMs <= 0 ? { phase: 'over' } : { phase: 'warning', leftMs } };
}

/** With so many minutes more than it would have had. */
export function granted(used: UsedTime, limits: TimeLimits, minutes: number): UsedTime {
  const spanMs = spanOf(used, limits);
  const endMs = Math.max(longestAt(used, limits).used.endsAtMs ?? spanMs, used.usedMs);
  const grantedMs = used.grantedMs + (endMs - spanMs) + minutes * minuteMs;
  return { usedMs: used.usedMs, grantedMs, endsAtMs: null, prolonged: false };
}

/** Over with work unsaved: whoever continues it has the time of one warning to save it. */
export function prolonged(used: UsedTime, limits: TimeLimits): UsedTime {
  return { ...used, endsAtMs: used.usedMs + longestWarningMs(limits), prolonged: true };
}
