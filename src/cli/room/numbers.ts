// Numbers that people typed.
import { CommandError, exitCode } from '../exit-code.ts';

/** Rejects with a usage error unless it is a whole number in the range. */
export function wholeNumber(text: string, option: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new CommandError(`${option} takes a whole number from ${least} to ${most}, not "${text}"`, exitCode.usage);
}
