// A long list in pieces: each piece says where the next one begins, and what is added or removed meanwhile shifts nothing.
import type { Paging } from '#contract/route.ts';
import { CodedError } from '#contract/errors.ts';

const usualLimit = 100;

/** Throws `bad-request` for a cursor that is none, or one of another list. */
function afterIn(cursor: string, list: string): string {
  const [of, after] = Buffer.from(cursor, 'base64url').toString('utf8').split('\n');
  if (of !== list || after === undefined || cursorAfter(list, after) !== cursor)
    throw new CodedError('bad-request', { field: 'cursor' });
  return after;
}

function cursorAfter(list: string, key: string): string {
  return Buffer.from(`${list}\n${key}`).toString('base64url');
}

/**
 * The piece of `items` that is asked for, by the order of `keyOf`, and the cursor of the next, null after the last. Without limit and
 * cursor all of it, in its own order. `list`: the name of the list.
 */
export function pageOf<T>(
  list: string,
  items: readonly T[],
  keyOf: (item: T) => string,
  { limit, cursor }: Paging,
): { items: T[]; next: string | null } {
  if (limit === undefined && cursor === undefined) return { items: [...items], next: null };
  const after = cursor === undefined ? null : afterIn(cursor, list);
  const sorted = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === null || key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const piece = sorted.slice(0, limit ?? usualLimit);
  const last = piece.at(-1);
  return {
    items: piece.map(({ item }) => item),
    next: last === undefined || piece.length === sorted.length ? null : cursorAfter(list, last.key),
  };
}
