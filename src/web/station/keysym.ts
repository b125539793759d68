// X11's numbers of the keys that the page presses by itself.

/** The number of the key that types `character`. */
export function keysymOf(character: string): number {
  const point = character.codePointAt(0) ?? 0x20;
  if (point === 0x0a) return 0xff0d;
  return point >= 0x20 && point <= 0xff ? point : 0x0100_0000 + point;
}
