// What is chosen in the Stations list: a computer, and none, one or several of its lines.

/** `anchor`: the line from which a range is drawn. */
export interface Chosen {
  computer: string | null;
  keys: readonly string[];
  anchor: string | null;
}

export const nothingChosen: Chosen = { computer: null, keys: [], anchor: null };

/** `only` this one, this one as well (or no longer), or all from the anchor to it. */
export type ChoiceKind = 'only' | 'toggle' | 'range';

/** As lists do it everywhere: Shift draws a range, Ctrl (on a Mac, Command) adds or takes away. */
export function choiceKindOf(event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): ChoiceKind {
  if (event.shiftKey) return 'range';
  return event.ctrlKey || event.metaKey ? 'toggle' : 'only';
}

/** What is chosen after a line was; `order`: the keys of all lines that are shown. `key` null: the computer itself. */
export function chosenAfter(
  before: Chosen,
  order: readonly string[],
  to: { computer: string; key: string | null },
  kind: ChoiceKind,
): Chosen {
  const { computer, key } = to;
  if (key === null) return { computer, keys: [], anchor: null };
  const from = before.anchor === null ? -1 : order.indexOf(before.anchor);
  const at = order.indexOf(key);
  if (kind === 'range' && from >= 0 && at >= 0)
    return { computer, keys: order.slice(Math.min(from, at), Math.max(from, at) + 1), anchor: before.anchor };
  if (kind === 'toggle' && before.keys.includes(key)) {
    const keys = before.keys.filter((each) => each !== key);
    return { computer, keys, anchor: keys.length === 0 ? null : key };
  }
  if (kind === 'toggle') return { computer, keys: [...before.keys, key], anchor: key };
  return { computer, keys: [key], anchor: key };
}
