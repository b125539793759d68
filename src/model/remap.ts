// Remapping: every screen shows a letter, and the order in which these are pressed becomes the order of the stations. Pure.

export interface Remap {
  /** Stations whose letter has not been pressed. */
  readonly waiting: readonly string[];
  /** Those whose has, in this order. */
  readonly done: readonly string[];
}

/**
 * How a remap ended: with every screen, without some that went off, taken back by somebody, by itself as nobody pressed or as no
 * screen was left, or the new order could not be kept.
 */
export const remapEnds = ['done', 'done-without-some', 'cancelled', 'timed-out', 'pages-gone', 'failed'] as const;
export type RemapEnd = (typeof remapEnds)[number];

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The letter that a station shows; each only hears its own keyboard, so in a large room they may come again. */
export function remapLetter(position: number): string {
  return letters.charAt(position % letters.length);
}

export function beginRemap(stations: readonly string[]): Remap {
  return { waiting: [...new Set(stations)], done: [] };
}

/** Null: nothing to press there. */
export function pressed(remap: Remap, station: string): Remap | null {
  if (!remap.waiting.includes(station)) return null;
  return { waiting: remap.waiting.filter((id) => id !== station), done: [...remap.done, station] };
}

/** Its page came, or came back: a letter can be pressed there too. */
export function joined(remap: Remap, station: string): Remap {
  if (remap.waiting.includes(station) || remap.done.includes(station)) return remap;
  return { ...remap, waiting: [...remap.waiting, station] };
}

/** Its page went: nobody can press there any more. One that was pressed keeps its place. */
export function vanished(remap: Remap, station: string): Remap {
  return { ...remap, waiting: remap.waiting.filter((id) => id !== station) };
}

/** It is no station any more. */
export function removed(remap: Remap, station: string): Remap {
  return { waiting: remap.waiting.filter((id) => id !== station), done: remap.done.filter((id) => id !== station) };
}

export function isRemapped({ waiting }: Remap): boolean {
  return waiting.length === 0;
}

export interface Mapped {
  name: string;
  number: number;
}

/**
 * Names and numbers afterwards, of all stations that change. `newNames`: those that were pressed are Station 1, 2, …; others that are
 * called so make room. Stations that took no part come after, in the order in which they were.
 */
export function mappedAfter(
  stations: readonly ({ id: string } & Mapped)[],
  done: readonly string[],
  newNames: boolean,
): Map<string, Mapped> {
  const place = new Map(done.map((id, at) => [id, at + 1]));
  const rest = stations
    .filter(({ id }) => !place.has(id))
    .toSorted((a, b) => (a.number || Number.MAX_SAFE_INTEGER) - (b.number || Number.MAX_SAFE_INTEGER));
  const taken = new Set(done.map((_id, at) => `station ${at + 1}`));
  const others = new Set(rest.map(({ name }) => name.toLowerCase()));
  const after = new Map<string, Mapped>();
  let free = done.length;
  for (const [at, { id, name }] of rest.entries()) {
    let kept = name;
    if (newNames && taken.has(name.toLowerCase())) {
      do free += 1;
      while (others.has(`station ${free}`));
      kept = `Station ${free}`;
    }
    after.set(id, { name: kept, number: done.length + at + 1 });
  }
  for (const { id, name } of stations) {
    const number = place.get(id);
    if (number !== undefined) after.set(id, { name: newNames ? `Station ${number}` : name, number });
  }
  for (const { id, name, number } of stations) {
    const mapped = after.get(id);
    if (mapped?.name === name && mapped.number === number) after.delete(id);
  }
  return after;
}
