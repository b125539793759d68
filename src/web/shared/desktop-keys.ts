// Keys that are pressed on a desktop by a button, because the browser or the device keeps them for itself.

export type Key = readonly [keysym: number, code: string | null];

/** What noVNC gives for it. */
interface Painter {
  sendKey(keysym: number, code: string | null, down: boolean): void;
}

export const ctrl: Key = [0xffe3, 'ControlLeft'];
export const alt: Key = [0xffe9, 'AltLeft'];
export const ctrlAltDelete: readonly Key[] = [ctrl, alt, [0xffff, 'Delete']];

/** Presses them one after the other, and lets go of them in reverse. */
export function pressKeys(painter: Painter, keys: readonly Key[]): void {
  for (const [keysym, code] of keys) painter.sendKey(keysym, code, true);
  for (const [keysym, code] of keys.toReversed()) painter.sendKey(keysym, code, false);
}
