// The words for the settings, and for the choices that the set-up and they offer.
import type { EnrolmentWay, Settings, SignInRule } from '#model/settings.ts';
import type { ControlPolicy } from '#model/control.ts';
import { i18n, msg } from '../shared/i18n.ts';
import { controlPolicyLabels } from '../shared/limit-labels.ts';

export const enrolmentLabels: Readonly<Record<EnrolmentWay, string>> = {
  approval: msg('You let each new station in'),
  code: msg('With a code that you give out'),
  open: msg('By itself, every browser that opens the page'),
};

export const signInRuleLabels: Readonly<Record<SignInRule, string>> = {
  listed: msg('Only people in the groups of Stationmaster'),
  everyone: msg('Everyone with an account on the computer'),
};

export const controlPolicyChoices: Readonly<Record<ControlPolicy, string>> = {
  refuse: msg('Refused: nobody takes control'),
  ask: msg('Asked: the person says yes or no, and can end it'),
  notify: msg('Seen: the person sees who is there for as long as it lasts'),
  silent: msg('Silent: the person is not told'),
};

export const settingLabels: Readonly<Record<keyof Settings, string>> = {
  enrolment: msg('How a browser becomes a station'),
  whoMaySignIn: msg('Who may sign in at stations'),
  signInGroups: msg('Further groups that may sign in'),
  privacyNotice: msg('Show the privacy notice'),
  alwaysConsoleMode: msg('Always start in console mode'),
  multipleSessions: msg('Allow one account to have multiple sessions'),
  mostSessionsPerPerson: msg('Most sessions of one account'),
  mostSessions: msg('Most sessions on the computer'),
  allowRemoteManagement: msg('Allow this computer to be managed remotely'),
  allowMonitoring: msg('Allow the desktops of this computer to be watched'),
  allowOrchestration: msg('Allow Dashboard users to act on sessions of administrators and Dashboard users'),
  takeControl: msg('Taking control of a desktop'),
  graceSeconds: msg('Grace time in seconds'),
  logOffCountdownSeconds: msg('Warning before a log-off, in seconds'),
  sessionMemoryMegabytes: msg('Most memory of a session, in MB'),
  sessionProcessorPercent: msg('Most processor time of a session, in percent of one core'),
  sessionProcesses: msg('Most processes of a session'),
  idleSuspendMinutes: msg('Suspend after so many minutes without input'),
  idleWarningSeconds: msg('Warning before that, in seconds'),
  longestSessionMinutes: msg('Longest session, in minutes'),
  longestSessionWarningMinutes: msg('Warning before the end of the time, in minutes'),
  desktop: msg('Desktop'),
  hibernateAfterMinutes: msg('Save to disk after so many minutes'),
  logOffSuspendedHours: msg('Log off suspended sessions after so many hours'),
  hibernateBelowMemoryPercent: msg('Save to disk below so much free memory, in percent'),
  keepSavedDays: msg('Keep saved sessions for so many days'),
  encryptSaved: msg('Encrypt saved sessions'),
  leaveWarningSeconds: msg('Warning before a restart or shutdown, in seconds'),
  leaveLimitSeconds: msg('Time to save all sessions, in seconds'),
  keepActivityDays: msg('Keep the activity for so many days'),
};

/** A value of a setting, in words where it is none by itself. */
export function settingText(name: keyof Settings, value: Settings[keyof Settings]): string {
  if (typeof value === 'boolean') return value ? i18n._('on') : i18n._('off');
  if (name === 'enrolment') return i18n._(enrolmentLabels[value as EnrolmentWay]);
  if (name === 'whoMaySignIn') return i18n._(signInRuleLabels[value as SignInRule]);
  if (name === 'takeControl') return i18n._(controlPolicyLabels[value as ControlPolicy]);
  return value === '' ? i18n._('none') : String(value);
}
