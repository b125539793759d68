// Which station a browser's key stands for: the key's own, or, on a split screen, the right half beside it. Both follow from the key
// alone, so they are the same ones after every reload and restart.
import { idFor } from '../secret.ts';

/** A key as it is kept: its coordinates. */
export function keyTextOf({ x, y }: { x: string; y: string }): string {
  return `${x} ${y}`;
}

export function stationIdOf(keyText: string): string {
  return idFor(`station ${keyText}`);
}

/** The station at the right of a split screen of this key. */
export function rightHalfIdOf(keyText: string): string {
  return idFor(`station ${keyText} right`);
}
