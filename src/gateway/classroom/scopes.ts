// Whom each Dashboard user has in the Dashboard: kept in the store by account, or by token. Of whom nothing is kept, everybody.
import { CodedError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { isSameScope } from '#model/classroom.ts';
import type { Scope, ScopeOwner } from '#model/classroom.ts';
import type { Caller } from '../callers.ts';
import type { RoomOrder, Rooms } from '../station/rooms.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';

export interface KeptScope {
  owner: ScopeOwner;
  /** The account's name, or the token's id. */
  of: string;
  scope: Scope;
}

type Row = Pick<KeptScope, 'owner' | 'of'> & { scopeText: string };

export class Scopes {
  readonly #store: Store;
  readonly #fleet: Fleet;
  readonly #rooms: Rooms;
  readonly #listeners = new Set<() => void>();
  #kept: readonly KeptScope[] = [];

  constructor(store: Store, fleet: Fleet, rooms: Rooms) {
    this.#store = store;
    this.#fleet = fleet;
    this.#rooms = rooms;
  }

  start(): void {
    this.#kept = this.#store
      .all<Row>('SELECT owner, of, scopeText FROM dashboardScopes ORDER BY owner, of')
      .map(({ owner, of, scopeText }) => ({ owner, of, scope: JSON.parse(scopeText) as Scope }));
  }

  list(): readonly KeptScope[] {
    return this.#kept;
  }

  /** Null: everybody. */
  of({ role, principal, token }: Pick<Caller, 'role' | 'principal' | 'token'>): Scope | null {
    if (role === 'administrator') return null;
    return token === null ? this.#scopeOf('account', principal?.name ?? '') : this.#scopeOf('token', token.id);
  }

  /** Somebody has others now. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `scope` with its rooms and groups as they are written there. Throws `room-not-found`, `group-not-found`. */
  async checked(computer: string, scope: Scope): Promise<Scope> {
    const rooms = scope.rooms.map((name) => {
      const room = this.#rooms.find(name);
      if (room === undefined) throw new CodedError('room-not-found', { room: name });
      return room;
    });
    const groups = await Promise.all(
      scope.groups.map(async (group) => {
        const [known] = (await this.#fleet.call(computer, 'group.list', { groups: [group] })).groups;
        if (known === undefined) throw new CodedError('group-not-found', { group });
        return known;
      }),
    );
    return { rooms: [...new Set(rooms)].toSorted(), groups: [...new Set(groups)].toSorted() };
  }

  /**
   * Null: everybody from now on. `was`: what the change is based on. Throws `changed-meanwhile`, `store-full`, and what `checked` throws;
   * then nothing has changed.
   */
  async change(
    computer: string,
    { of, scope, was }: { of: string; scope: Scope | null; was?: Scope | null | undefined },
    record: (before: Scope | null, after: Scope | null) => void,
  ): Promise<void> {
    const kept = this.#scopeOf('account', of);
    // What it is already need not be there any more: a room that was removed stays given.
    const after = scope === null || isSameScope(scope, kept) ? scope : await this.checked(computer, scope);
    const before = this.#scopeOf('account', of);
    if (was !== undefined && !isSameScope(was, before)) throw new CodedError('changed-meanwhile');
    this.#store.transaction(() => {
      this.write('account', of, after);
      record(before, after);
    });
    this.changed();
  }

  /** In the caller's transaction, which ends with `changed`. */
  write(owner: ScopeOwner, of: string, scope: Scope | null): void {
    if (scope === null) this.#store.run('DELETE FROM dashboardScopes WHERE owner = ? AND of = ?', owner, of);
    else
      this.#store.run(
        `INSERT INTO dashboardScopes (owner, of, scopeText) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET scopeText = excluded.scopeText`,
        owner,
        of,
        JSON.stringify(scope),
      );
  }

  /** Who is no more has nobody. */
  forget(owner: ScopeOwner, of: string): void {
    if (this.#scopeOf(owner, of) === null) return;
    ifRoom(
      () => {
        this.write(owner, of, null);
        this.changed();
      },
      // It concerns nobody until there is somebody of that name again, who then has less than is meant.
      () => {},
    );
  }

  /** In the transaction that arranges the rooms: who had a room has it under its new name. One that is removed stays given, to nobody. */
  renameRooms(rooms: readonly RoomOrder[]): void {
    const renamed = new Map(rooms.flatMap(({ name, was }) => (was === undefined || was === name ? [] : [[was, name] as const])));
    for (const { owner, of, scope } of this.#kept) {
      if (!scope.rooms.some((room) => renamed.has(room))) continue;
      this.write(owner, of, { ...scope, rooms: scope.rooms.map((room) => renamed.get(room) ?? room).toSorted() });
    }
  }

  /** What is written is kept now. */
  changed(): void {
    this.start();
    for (const listener of this.#listeners) listener();
  }

  #scopeOf(owner: ScopeOwner, of: string): Scope | null {
    return this.#kept.find((kept) => kept.owner === owner && kept.of === of)?.scope ?? null;
  }
}
