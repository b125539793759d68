// Settings of the room and their defaults.
import type { ControlPolicy } from './control.ts';

/** How a browser becomes a station: by itself, by a code the administrator gives, or by the administrator's yes. */
export const enrolmentWays = ['open', 'code', 'approval'] as const;
export type EnrolmentWay = (typeof enrolmentWays)[number];

/** Who may sign in at stations: members of the level groups, or everyone with an account on the computer. */
export const signInRules = ['listed', 'everyone'] as const;
export type SignInRule = (typeof signInRules)[number];

/** The groups that a setting names, and null if one cannot be a group's name. Names of a domain may have blanks. */
export function signInGroupNames(text: string): string[] | null {
  const names = text.split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  return given.length > 32 || given.some((name) => name.length > 256 || /[\u0000-\u001f\u007f/:]|^-/u.test(name)) ? null : given;
}

export interface Settings {
  enrolment: EnrolmentWay;
  whoMaySignIn: SignInRule;
  /** Linux groups with commas between them, whose members may sign in at stations beside those of the level groups. */
  signInGroups: string;
  /** Standard users accept once that their screen may be watched. */
  privacyNotice: boolean;
  /** Whenever the computer is started its stations are closed until somebody opens them. */
  alwaysConsoleMode: boolean;
  /** Allow one account to have multiple sessions. */
  multipleSessions: boolean;
  /** So many sessions may one person have, where several are allowed; 0: any number. */
  mostSessionsPerPerson: number;
  /** While so many sessions are in the computer's memory no new one is started there; 0: never because of that. */
  mostSessions: number;
  /** Manager, Dashboard and API answer other computers too; else only this computer itself. */
  allowRemoteManagement: boolean;
  /** Desktops of this computer may be looked at; off: nobody gets a picture of any. */
  allowMonitoring: boolean;
  /** Dashboard users may act on sessions of administrators and other Dashboard users. */
  allowOrchestration: boolean;
  /** Whether and how somebody else may see and use the desktop of a session together with its person. */
  takeControl: ControlPolicy;
  /** Seconds after which a session whose station vanished is suspended. */
  graceSeconds: number;
  /** Seconds that a user is warned before the administrator's log-off. */
  logOffCountdownSeconds: number;
  /** Memory that one session may have, in MB; 0: any. */
  sessionMemoryMegabytes: number;
  /** Of one core's time so much may one session use, 200 is two cores; 0: any. */
  sessionProcessorPercent: number;
  /** So many processes and threads may one session have; 0: any number. */
  sessionProcesses: number;
  /** A session at a station where nobody does anything for so many minutes is suspended; 0: never. */
  idleSuspendMinutes: number;
  /** Seconds that the station warns before that. */
  idleWarningSeconds: number;
  /** So many minutes at stations may one session take; 0: any. */
  longestSessionMinutes: number;
  /** Minutes that the station warns before that time is over. */
  longestSessionWarningMinutes: number;
  /** X session for those who have not chosen, by its desktop file's name. */
  desktop: string;
  /** A session that has been suspended for so many minutes is saved to disk; 0: never because of that. */
  hibernateAfterMinutes: number;
  /** A session that has been suspended in memory for so many hours is logged off; 0: never. */
  logOffSuspendedHours: number;
  /** While less than this part of the memory is free, the sessions suspended longest are saved to disk; 0: never. */
  hibernateBelowMemoryPercent: number;
  /** Saved sessions that nobody continued for so many days are removed; 0: never. */
  keepSavedDays: number;
  /** Saved sessions are encrypted with a key that stays on the computer. */
  encryptSaved: boolean;
  /** Seconds that people at stations are warned before the computer restarts or shuts down. */
  leaveWarningSeconds: number;
  /** Seconds after that warning within which all sessions must be saved; then the computer restarts or shuts down all the same. */
  leaveLimitSeconds: number;
  /** Entries of the activity are kept for so many days; 0: for ever. */
  keepActivityDays: number;
}

export const defaultSettings: Readonly<Settings> = {
  enrolment: 'approval',
  whoMaySignIn: 'listed',
  signInGroups: '',
  privacyNotice: true,
  alwaysConsoleMode: false,
  multipleSessions: false,
  mostSessionsPerPerson: 0,
  mostSessions: 0,
  allowRemoteManagement: true,
  allowMonitoring: true,
  allowOrchestration: false,
  takeControl: 'notify',
  graceSeconds: 15,
  logOffCountdownSeconds: 30,
  sessionMemoryMegabytes: 0,
  sessionProcessorPercent: 0,
  sessionProcesses: 0,
  idleSuspendMinutes: 0,
  idleWarningSeconds: 60,
  longestSessionMinutes: 0,
  longestSessionWarningMinutes: 5,
  desktop: 'xfce',
  hibernateAfterMinutes: 0,
  logOffSuspendedHours: 0,
  hibernateBelowMemoryPercent: 10,
  keepSavedDays: 0,
  encryptSaved: false,
  leaveWarningSeconds: 30,
  leaveLimitSeconds: 300,
  keepActivityDays: 365,
};

/** Below these a desktop would not even start. */
export const leastOfSession = { sessionMemoryMegabytes: 512, sessionProcessorPercent: 10, sessionProcesses: 200 } as const;
