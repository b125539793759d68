// Whom somebody sees in the Dashboard, as options of the command line.
import type { Scope } from '#model/classroom.ts';
import { CommandError, exitCode } from '../exit-code.ts';

export interface ScopeOptions {
  rooms?: string[];
  groups?: string[];
  everybody?: true;
}

/** What the options make of `before`; undefined: they say nothing. */
export function scopeAfter(
  { rooms, groups, everybody }: ScopeOptions,
  before: Scope | null,
): { rooms: string[]; groups: string[] } | null | undefined {
  if (everybody && (rooms !== undefined || groups !== undefined))
    throw new CommandError('give --rooms and --groups, or --everybody', exitCode.usage);
  if (everybody) return null;
  if (rooms === undefined && groups === undefined) return undefined;
  return { rooms: rooms ?? [...(before?.rooms ?? [])], groups: groups ?? [...(before?.groups ?? [])] };
}

export function seesText(scope: Scope | null): string {
  if (scope === null) return 'everybody';
  return [...scope.rooms, ...scope.groups.map((group) => `group ${group}`)].join(', ');
}
