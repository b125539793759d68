// The settings that limit a session, and how they are decided where a station or a group of the person has others than the computer.
import { isStricter } from './control.ts';
import type { ControlPolicy } from './control.ts';
import { defaultSettings } from './settings.ts';
import type { Settings } from './settings.ts';

/** The settings that a station or a Linux group may have of its own. */
export const limitNames = [
  'idleSuspendMinutes',
  'idleWarningSeconds',
  'longestSessionMinutes',
  'longestSessionWarningMinutes',
  'mostSessionsPerPerson',
  'sessionMemoryMegabytes',
  'sessionProcessorPercent',
  'sessionProcesses',
  'hibernateAfterMinutes',
  'logOffSuspendedHours',
  'takeControl',
] as const satisfies readonly (keyof Settings)[];
export type LimitName = (typeof limitNames)[number];
/** Those that are an amount of something; the others are a choice. */
export type LimitAmount = Exclude<LimitName, 'takeControl'>;
export type LimitValue = Settings[LimitName];
export type LimitValues = Pick<Settings, LimitName>;

/** Those of a warning; of the others 0 is no limit at all. */
const warnings: ReadonlySet<LimitAmount> = new Set(['idleWarningSeconds', 'longestSessionWarningMinutes']);

/** The limits that the host holds sessions to by itself. */
export const hostLimitNames = [
  'sessionMemoryMegabytes',
  'sessionProcessorPercent',
  'sessionProcesses',
  'hibernateAfterMinutes',
  'logOffSuspendedHours',
] as const satisfies readonly LimitAmount[];
export type HostLimits = Readonly<{ [K in (typeof hostLimitNames)[number]]?: number | undefined }>;

export const limitScopes = ['group', 'station'] as const;
export type LimitScope = (typeof limitScopes)[number];

/** What a group or a station has of its own. */
export interface LimitRule {
  scope: LimitScope;
  /** The group's name, or the station's id. */
  of: string;
  values: Readonly<Partial<LimitValues>>;
}

/** Where the value of a limit comes from; `of` as in the rule, empty for the others. */
export interface LimitSource {
  from: 'default' | 'computer' | LimitScope;
  of: string;
}

export interface EffectiveLimit {
  name: LimitName;
  value: LimitValue;
  source: LimitSource;
}

/** Who sits where; no station: nowhere, and nowhere before. */
export interface LimitedPerson {
  groups: readonly string[];
  station: string | null;
}

/** True if `a` leaves a person more than `b`. */
function isMore(name: LimitAmount, a: number, b: number): boolean {
  if (warnings.has(name)) return a > b;
  return b !== 0 && (a === 0 || a > b);
}

/** True if of two groups of a person the one with `a` counts before the one with `b`: the more generous amount, the stricter choice. */
function counts(name: LimitName, a: LimitValue, b: LimitValue): boolean {
  return name === 'takeControl' ? isStricter(a as ControlPolicy, b as ControlPolicy) : isMore(name, a as number, b as number);
}

function effective(name: LimitName, settings: LimitValues, rules: readonly LimitRule[], person: LimitedPerson): EffectiveLimit {
  const atStation = rules.find(({ scope, of }) => scope === 'station' && of === person.station)?.values[name];
  if (atStation !== undefined) return { name, value: atStation, source: { from: 'station', of: person.station ?? '' } };
  let best: { value: LimitValue; of: string } | null = null;
  for (const { scope, of, values } of rules) {
    const value = values[name];
    if (scope !== 'group' || value === undefined || !person.groups.includes(of)) continue;
    if (best === null || counts(name, value, best.value)) best = { value, of };
  }
  if (best !== null) return { name, value: best.value, source: { from: 'group', of: best.of } };
  const value = settings[name];
  return { name, value, source: { from: value === defaultSettings[name] ? 'default' : 'computer', of: '' } };
}

/** The station's own value, else the one that counts of the person's groups', else the computer's. */
export function effectiveLimits(settings: LimitValues, rules: readonly LimitRule[], person: LimitedPerson): EffectiveLimit[] {
  return limitNames.map((name) => effective(name, settings, rules, person));
}

export function valuesOf(limits: readonly EffectiveLimit[]): LimitValues {
  return Object.fromEntries(limits.map(({ name, value }) => [name, value])) as unknown as LimitValues;
}

/** What the host must know of them beside the computer's own settings. */
export function hostLimitsOf(limits: readonly EffectiveLimit[]): HostLimits {
  const names: ReadonlySet<string> = new Set(hostLimitNames);
  const own = limits.filter(({ name, source }) => names.has(name) && (source.from === 'group' || source.from === 'station'));
  return Object.fromEntries(own.map(({ name, value }) => [name, value])) as HostLimits;
}
