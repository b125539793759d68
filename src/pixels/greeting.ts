// The beginning of an RFB connection, spoken to the X server ahead of the page: its three answers are known, so they are sent
// at once, and what the X server says to them waits here until the page says the same. It saves three turns between the
// gateway and the X server at every sign-in, resume and move.
import { ByteQueue } from './byte-queue.ts';

/** Version 3.8, no security, shared. */
export const answersAhead = Uint8Array.from('RFB 003.008\n\u0001\u0001', (character) => character.charCodeAt(0));

const versionLength = 12;
const resultLength = 4;

/** What an X server says, in the pieces that one answer of the page each leads to. */
export class Greeting {
  readonly #queue = new ByteQueue();
  /** Pieces that went to the page, and that may go: its version goes first, without being asked for. */
  #given = 0;
  #allowed = 1;

  /** True when everything else from the X server may go to the page as it comes. */
  get over(): boolean {
    return this.#given === 4;
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#queue.length;
  }

  /** Takes what the X server said; its memory may be used again. Then `next` until it gives null. */
  push(chunk: Uint8Array): void {
    this.#queue.push(chunk);
  }

  /** The page gave one of its three answers. */
  answered(): void {
    this.#allowed += 1;
  }

  /** What goes to the page now, or null. */
  next(): Uint8Array | null {
    if (this.over || this.#given === this.#allowed) return null;
    const length = this.#pieceLength();
    if (length === null || this.#queue.length < length) return null;
    this.#given += 1;
    return length === 0 ? null : this.#queue.take(length);
  }

  #pieceLength(): number | null {
    const queue = this.#queue;
    if (this.#given === 0) return versionLength;
    if (queue.length === 0) return this.#given === 3 ? 0 : null;
    // An X server that refuses says why; nothing that the page answers changes that.
    if (this.#given === 1 && queue.uint8(0) === 0) return this.#rest();
    if (this.#given === 1) return 1 + queue.uint8(0);
    if (this.#given === 3) return queue.length;
    if (queue.length < resultLength) return null;
    return queue.uint32(0) === 0 ? resultLength : this.#rest();
  }

  #rest(): number {
    this.#given = 3;
    return this.#queue.length;
  }
}
