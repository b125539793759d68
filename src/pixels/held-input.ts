// Which keys and buttons a client holds down, and the messages that let go of them.
import type { ClientMessage } from './client-messages.ts';

/** More keys than anybody has fingers; who holds more than this is not tracked further. */
const mostKeys = 64;

export class HeldInput {
  /** Keysym, and for QEMU's messages the key code too: the message that lets go of it. */
  readonly #keys = new Map<string, Uint8Array>();
  #pointer: Uint8Array | null = null;

  /** Notes a message that went to the X server. */
  note(message: ClientMessage): void {
    if (message.kind === 'key') this.#noteKey(message.bytes, message.down);
    else if (message.kind === 'pointer') this.#pointer = message.buttons === 0 ? null : message.bytes;
  }

  /** The messages that let go of everything that is down, keys last pressed first; nothing is down afterwards. */
  release(): Uint8Array[] {
    const messages = [...this.#keys.values()].toReversed();
    this.#keys.clear();
    if (this.#pointer !== null) {
      const bytes = this.#pointer.slice();
      bytes[1] = 0;
      messages.push(bytes);
      this.#pointer = null;
    }
    return messages;
  }

  #noteKey(bytes: Uint8Array, down: boolean): void {
    // Two ways to say a key: 8 bytes with the keysym, 12 bytes with the keysym and the key's place on the keyboard. A place
    // is let go whatever its keysym has become meanwhile.
    const byPlace = bytes.length === 12;
    const key = String(bytes.subarray(byPlace ? 8 : 4));
    const name = byPlace ? `place ${key}` : `keysym ${key}`;
    this.#keys.delete(name);
    if (!down || this.#keys.size >= mostKeys) return;
    const up = bytes.slice();
    up[byPlace ? 3 : 1] = 0;
    this.#keys.set(name, up);
  }
}
