// Whom the acts of the Dashboard are for: everybody that a teacher has, or some of them.

/** What a teacher has: those who sit in these rooms, and the members of these Linux groups. */
export interface Scope {
  rooms: readonly string[];
  groups: readonly string[];
}

/** Where somebody's session is, or was last, and the Linux groups of its person. `room` empty: in none. */
export interface Whereabouts {
  room: string;
  groups: readonly string[];
}

/** Null: everybody. */
export function isInScope(scope: Scope | null, { room, groups }: Whereabouts): boolean {
  return scope === null || scope.rooms.includes(room) || scope.groups.some((group) => groups.includes(group));
}

/** Whose scope it is. */
export const scopeOwners = ['account', 'token'] as const;
export type ScopeOwner = (typeof scopeOwners)[number];

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
}

export function isSameScope(a: Scope | null, b: Scope | null): boolean {
  if (a === null || b === null) return a === b;
  return isSameList(a.rooms, b.rooms) && isSameList(a.groups, b.groups);
}
