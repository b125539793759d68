// The words for the limits of a session: what each is called, how much it is, and where it comes from.
import type { ToldLimit } from '#contract/values.ts';
import type { ControlPolicy } from '#model/control.ts';
import type { LimitAmount, LimitName, LimitValue } from '#model/limits.ts';
import { i18n, msg } from './i18n.ts';

export const limitLabels: Readonly<Record<LimitName, string>> = {
  idleSuspendMinutes: msg('Suspended without input after'),
  idleWarningSeconds: msg('Warning before that'),
  longestSessionMinutes: msg('Longest time at stations'),
  longestSessionWarningMinutes: msg('Warning before its end'),
  mostSessionsPerPerson: msg('Most sessions of the person'),
  sessionMemoryMegabytes: msg('Most memory'),
  sessionProcessorPercent: msg('Most processor time'),
  sessionProcesses: msg('Most processes'),
  hibernateAfterMinutes: msg('Suspended, saved to disk after'),
  logOffSuspendedHours: msg('Suspended, logged off after'),
  takeControl: msg('Taking control'),
};

export const controlPolicyLabels: Readonly<Record<ControlPolicy, string>> = {
  refuse: msg('refused'),
  ask: msg('the person is asked'),
  notify: msg('the person sees it'),
  silent: msg('the person is not told'),
};

export const limitUnits: Readonly<Record<LimitAmount, string | null>> = {
  idleSuspendMinutes: msg('minutes'),
  idleWarningSeconds: msg('seconds'),
  longestSessionMinutes: msg('minutes'),
  longestSessionWarningMinutes: msg('minutes'),
  mostSessionsPerPerson: null,
  sessionMemoryMegabytes: msg('MB'),
  sessionProcessorPercent: msg('percent of a core'),
  sessionProcesses: null,
  hibernateAfterMinutes: msg('minutes'),
  logOffSuspendedHours: msg('hours'),
};

const minutes = msg('{count, plural, one {# minute} other {# minutes}}');

/** So much of it; null: a mere number. */
const amounts: Readonly<Record<LimitAmount, string | null>> = {
  idleSuspendMinutes: minutes,
  idleWarningSeconds: msg('{count, plural, one {# second} other {# seconds}}'),
  longestSessionMinutes: minutes,
  longestSessionWarningMinutes: minutes,
  mostSessionsPerPerson: null,
  sessionMemoryMegabytes: msg('{count, plural, other {# MB}}'),
  sessionProcessorPercent: msg('{count, plural, other {# percent of a core}}'),
  sessionProcesses: null,
  hibernateAfterMinutes: minutes,
  logOffSuspendedHours: msg('{count, plural, one {# hour} other {# hours}}'),
};

/** "20 minutes", "no limit". */
export function limitText(name: LimitName, value: LimitValue): string {
  if (name === 'takeControl' || typeof value === 'string') return i18n._(controlPolicyLabels[value as ControlPolicy]);
  if (value === 0) return i18n._('no limit');
  const amount = amounts[name];
  return amount === null ? i18n.number(value) : i18n._(amount, { count: value });
}

export function limitSourceText({ from, name }: ToldLimit['source']): string {
  switch (from) {
    case 'default':
      return i18n._('default');
    case 'computer':
      return i18n._('from the settings');
    case 'group':
      return i18n._('from the group {name}', { name });
    case 'station':
      return i18n._('from the station {name}', { name });
  }
}
