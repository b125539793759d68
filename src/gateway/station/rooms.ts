// The rooms that stations stand in, in the order in which the administrator has put them.
import { CodedError } from '#contract/errors.ts';
import type { Store } from '../store.ts';
import type { Stations } from './stations.ts';

/** `was`: the room that it is now; left out: a new one. */
export interface RoomOrder {
  name: string;
  was?: string | undefined;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export class Rooms {
  readonly #store: Store;
  readonly #stations: Stations;

  constructor(store: Store, stations: Stations) {
    this.#store = store;
    this.#stations = stations;
  }

  list(): string[] {
    return this.#store.all<{ name: string }>('SELECT name FROM rooms ORDER BY position').map(({ name }) => name);
  }

  /** The room of this name as it is written, undefined if there is none. */
  find(name: string): string | undefined {
    return this.list().find((room) => same(room, name));
  }

  /** Makes it, at the end, if there is none of this name. In the caller's transaction. */
  ensure(name: string): void {
    if (name === '' || this.find(name) !== undefined) return;
    this.#store.run('INSERT INTO rooms (name, position) VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM rooms))', name);
  }

  /**
   * Makes, renames, orders and removes rooms in one step: the list as it shall be. Stations go along with their room; those of a room
   * that is no more are in none. `based`: the list that the order is based on. Throws `changed-meanwhile`, `name-taken`,
   * `not-found` (a `was` that is no room), `store-full`; then nothing has changed.
   */
  arrange(rooms: readonly RoomOrder[], based: readonly string[], record: () => void): string[] {
    const before = this.list();
    if (JSON.stringify(before) !== JSON.stringify(based)) throw new CodedError('changed-meanwhile');
    const names = new Set<string>();
    const nameAfter = new Map<string, string>();
    for (const { name, was } of rooms) {
      if (names.has(name.toLowerCase())) throw new CodedError('name-taken', { name });
      names.add(name.toLowerCase());
      if (was === undefined) continue;
      if (!before.includes(was) || nameAfter.has(was)) throw new CodedError('not-found', { room: was });
      nameAfter.set(was, name);
    }
    const moves = new Map<string, { room: string }>();
    for (const { id, configuration } of this.#stations.list()) {
      const room = nameAfter.get(configuration.room) ?? '';
      if (room !== configuration.room) moves.set(id, { room });
    }
    this.#stations.reorder(moves, () => {
      this.#store.run('DELETE FROM rooms');
      for (const [position, { name }] of rooms.entries())
        this.#store.run('INSERT INTO rooms (name, position) VALUES (?, ?)', name, position + 1);
      record();
    });
    return this.list();
  }
}
