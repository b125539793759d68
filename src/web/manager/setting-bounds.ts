// How small and how large the settings that are numbers may be.
import { leastOfSession } from '#model/settings.ts';
import type { Settings } from '#model/settings.ts';
import { i18n } from '../shared/i18n.ts';

/** The least and the most that each number may be, as the contract has it. */
export const numberBounds = {
  mostSessionsPerPerson: [0, 100],
  mostSessions: [0, 1000],
  sessionMemoryMegabytes: [0, 1_048_576],
  sessionProcessorPercent: [0, 100_000],
  sessionProcesses: [0, 100_000],
  idleSuspendMinutes: [0, 1440],
  idleWarningSeconds: [10, 600],
  longestSessionMinutes: [0, 10_080],
  longestSessionWarningMinutes: [1, 60],
  graceSeconds: [1, 3600],
  logOffCountdownSeconds: [0, 3600],
  hibernateAfterMinutes: [0, 525_600],
  logOffSuspendedHours: [0, 8760],
  hibernateBelowMemoryPercent: [0, 90],
  keepSavedDays: [0, 3650],
  leaveWarningSeconds: [0, 3600],
  leaveLimitSeconds: [10, 3600],
  keepActivityDays: [0, 3650],
} as const satisfies { [K in keyof Settings]?: readonly [number, number] };
export type NumberName = keyof typeof numberBounds;

/** The least that a limit may be, unless it is 0 for none; null for other numbers. */
function leastLimit(name: NumberName): number | null {
  return Object.hasOwn(leastOfSession, name) ? leastOfSession[name as keyof typeof leastOfSession] : null;
}

/** A number out of its bounds, or none at all. */
export function isOutside(name: NumberName, value: number): boolean {
  const [least, most] = numberBounds[name];
  return !Number.isInteger(value) || value < least || value > most || (value !== 0 && value < (leastLimit(name) ?? 0));
}

export function boundsText(name: NumberName): string {
  const [least, most] = numberBounds[name];
  const limit = leastLimit(name);
  return limit === null
    ? i18n._('From {least} to {most}.', { least, most })
    : i18n._('0, or from {least} to {most}.', { least: limit, most });
}
