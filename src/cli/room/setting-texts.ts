// What each setting does, in one sentence, for the command line.
import type { Settings } from '#model/settings.ts';

export const settingTexts: Readonly<Record<keyof Settings, string>> = {
  enrolment: 'how a browser becomes a station: approval, code or open',
  whoMaySignIn: 'who may sign in at stations: listed (the groups of Stationmaster) or everyone',
  signInGroups: 'further Linux groups, with commas between them, whose members may sign in at stations',
  privacyNotice: 'standard users accept before the first sign-in that their screen may be watched',
  alwaysConsoleMode: 'the stations are closed whenever the computer starts, until station mode is chosen',
  multipleSessions: 'one account may have several sessions; off: a second sign-in moves the session',
  mostSessionsPerPerson: 'so many sessions may one account have, where several are allowed; 0: any number',
  mostSessions: 'while so many sessions are in memory no new one is started; those there are can be continued; 0: any number',
  allowRemoteManagement: 'Manager, Dashboard and API answer other computers; off: this computer only',
  allowOrchestration: 'Dashboard users may act on sessions of administrators and Dashboard users',
  graceSeconds: 'a session is suspended when its station has been away for so long',
  logOffCountdownSeconds: 'warning before an administrator logs a session off',
  sessionMemoryMegabytes: 'memory that one session may have, in MB; 0: any',
  sessionProcessorPercent: 'so much of one core may one session use, 200 is two cores; 0: any',
  sessionProcesses: 'so many processes and threads may one session have; 0: any number',
  desktop: 'the kind of desktop that starts, by the name of its desktop file',
  hibernateAfterMinutes: 'a session suspended for so long is saved to disk; 0: never because of that',
  logOffSuspendedHours: 'a session suspended in memory for so long is logged off, unsaved work is lost; 0: never',
  hibernateBelowMemoryPercent: 'below so much free memory sessions are saved, longest suspended first; 0: never',
  keepSavedDays: 'a saved session that nobody continued for so long is removed; 0: never',
  encryptSaved: 'saved sessions are encrypted with a key that stays on the computer',
  leaveWarningSeconds: 'warning at stations before the computer restarts or shuts down',
  leaveLimitSeconds: 'time after that warning in which sessions are saved; then the computer goes all the same',
  keepActivityDays: 'entries of the activity are kept for so many days; 0: for ever',
};
