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
