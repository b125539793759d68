// An RFB client that keeps up with what a screen shows: everything once, then what changed, whenever that is asked for. Bytes in,
// bytes out.
import { ByteQueue } from './byte-queue.ts';

/** The server said something that is not RFB 3.8 without a password, or not what was asked for. */
export class BadServerMessage extends Error {
  constructor(what: string) {
    super(`Not an RFB server message that is taken here: ${what}`);
    this.name = 'BadServerMessage';
  }
}

/** What a screen shows. */
export interface Screen {
  widthPx: number;
  heightPx: number;
  /** Red, green, blue and one unused byte for each pixel, row by row. Changes with every `push`. */
  pixels: Uint8Array;
}

const version = Uint8Array.from('RFB 003.008\n', (character) => character.charCodeAt(0));
const securityNone = 1;
const encodingRaw = 0;
const encodingDesktopSize = -223;
/** A server's name or clipboard text longer than this is refused. */
const longestText = 64 * 1024 * 1024;
/** Enough for 4K: what a picture costs must not be for the person to choose, who chooses the size. */
const mostPixels = 2 ** 23;
const longestSide = 8192;
/** More often in a row, without a screen that was seen, no screen changes its size. */
const mostResizes = 10;

type Phase = 'version' | 'security' | 'result' | 'server-init' | 'messages' | 'rectangle' | 'raw';

/** Push what came and send what it gives back. */
export class ScreenReader {
  readonly #queue = new ByteQueue();
  #phase: Phase = 'version';
  #reply: Uint8Array[] = [];
  /** Bytes of text that are passed over. */
  #skipping = 0;
  #screen: Screen = { widthPx: 0, heightPx: 0, pixels: new Uint8Array(0) };
  /** Where the screen's pixels lie. Only grows: memory for each new size would be at the server's bidding. */
  #memory = new Uint8Array(0);
  /** Pixels of the screen that were not seen yet. */
  #missingPx = 1;
  #rectanglesLeft = 0;
  /** The rectangle that is being read: its left edge and width, the next pixel, the row behind its last. */
  #raw = { left: 0, width: 0, x: 0, y: 0, bottom: 0 };
  #differs = false;
  #changes = 0;
  #asked = false;
  /** In the middle of an update. */
  #updating = false;
  #resized = false;
  /** Since the screen was last seen and asked for. */
  #resizes = 0;
  /** Updates that the server may still send: one for each that was asked for, fewer if it answers several at once. */
  #updatesLeft = 0;

  /** The screen, once all of it was seen. */
  get screen(): Screen | null {
    return this.#missingPx > 0 ? null : this.#screen;
  }

  /** Grows whenever the screen shows something else than before. */
  get changes(): number {
    return this.#changes;
  }

  /** True until the server has answered all of what was asked last; where nothing changes it does not answer. */
  get waiting(): boolean {
    return this.#asked || this.#updating;
  }

  /** What to send to hear of the next change. Only once the screen was seen. */
  ask(): Uint8Array {
    this.#resizes = 0;
    return this.#ask(true, this.#screen.widthPx, this.#screen.heightPx);
  }

  /** What to send to be told one pixel in any case: a server that lives answers at once. Only once the screen was seen. */
  prod(): Uint8Array {
    return this.#ask(false, 1, 1);
  }

  /** Takes what came (its memory may be used again), gives what to send, in order. Throws BadServerMessage. */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#queue.push(chunk);
    this.#reply = [];
    while (this.#step());
    return this.#reply;
  }

  /** Does one step; false: not enough bytes yet. */
  #step(): boolean {
    const queue = this.#queue;
    this.#skipping -= queue.drop(this.#skipping);
    if (this.#skipping > 0) return false;
    switch (this.#phase) {
      case 'version':
        return this.#readVersion();
      case 'security':
        return this.#readSecurity();
      case 'result':
        if (queue.length < 4) return false;
        if (queue.uint32(0) !== 0) throw new BadServerMessage('refused');
        queue.drop(4);
        this.#reply.push(Uint8Array.of(1));
        this.#phase = 'server-init';
        return true;
      case 'server-init':
        return this.#readServerInit();
      case 'messages':
        return this.#readMessage();
      case 'rectangle':
        return this.#readRectangle();
      case 'raw':
        return this.#readRaw();
    }
  }

  #readVersion(): boolean {
    const queue = this.#queue;
    for (let index = 0; index < Math.min(queue.length, version.length); index += 1) {
      if (queue.uint8(index) !== version[index]) throw new BadServerMessage('version');
    }
    if (queue.length < version.length) return false;
    queue.drop(version.length);
    this.#reply.push(version);
    this.#phase = 'security';
    return true;
  }

  #readSecurity(): boolean {
    const queue = this.#queue;
    if (queue.length < 1) return false;
    const count = queue.uint8(0);
    if (count === 0) throw new BadServerMessage('no security type');
    if (queue.length < 1 + count) return false;
    queue.drop(1);
    if (!queue.borrow(count).includes(securityNone)) throw new BadServerMessage('security types');
    this.#reply.push(Uint8Array.of(securityNone));
    this.#phase = 'result';
    return true;
  }

  #readServerInit(): boolean {
    const queue = this.#queue;
    if (queue.length < 24) return false;
    const widthPx = queue.uint16(0);
    const heightPx = queue.uint16(2);
    this.#skip(queue.uint32(20));
    queue.drop(24);
    this.#reply.push(
      // SetPixelFormat: 32 bits, depth 24, little-endian, true colour; bytes red, green, blue, unused.
      Uint8Array.of(0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0),
      setEncodings([encodingRaw, encodingDesktopSize]),
    );
    this.#begin(widthPx, heightPx);
    this.#phase = 'messages';
    return true;
  }

  /** Forgets what was seen and asks for the whole screen. */
  #begin(widthPx: number, heightPx: number): void {
    const longer = Math.max(widthPx, heightPx);
    if (widthPx < 1 || heightPx < 1 || longer > longestSide || widthPx * heightPx > mostPixels)
      throw new BadServerMessage('screen size');
    const bytes = widthPx * heightPx * 4;
    if (bytes > this.#memory.length) {
      this.#memory = new Uint8Array(Math.min(Math.max(bytes, this.#memory.length * 2), mostPixels * 4));
    }
    this.#screen = { widthPx, heightPx, pixels: this.#memory.subarray(0, bytes) };
    this.#missingPx = widthPx * heightPx;
    this.#reply.push(this.#ask(false, widthPx, heightPx));
    // What was asked of the screen before is not owed any more.
    this.#updatesLeft = 1;
  }

  #resize(widthPx: number, heightPx: number): void {
    this.#resizes += 1;
    if (this.#resized || this.#resizes > mostResizes) throw new BadServerMessage('yet another size');
    this.#resized = true;
    this.#begin(widthPx, heightPx);
  }

  #ask(onlyChanges: boolean, widthPx: number, heightPx: number): Uint8Array {
    this.#asked = true;
    this.#updatesLeft += 1;
    return Uint8Array.of(3, onlyChanges ? 1 : 0, 0, 0, 0, 0, widthPx >> 8, widthPx & 255, heightPx >> 8, heightPx & 255);
  }

  #readMessage(): boolean {
    const queue = this.#queue;
    if (queue.length < 1) return false;
    switch (queue.uint8(0)) {
      case 0:
        if (queue.length < 4) return false;
        // Without this a server could keep the reader at work as it likes.
        if (this.#updatesLeft === 0) throw new BadServerMessage('update that nobody asked for');
        this.#updatesLeft -= 1;
        this.#asked = false;
        this.#updating = true;
        this.#resized = false;
        this.#differs = false;
        this.#rectanglesLeft = queue.uint16(2);
        queue.drop(4);
        this.#phase = 'rectangle';
        return true;
      case 1:
        if (queue.length < 6) return false;
        this.#skip(queue.uint16(4) * 6);
        queue.drop(6);
        return true;
      case 2:
        queue.drop(1);
        return true;
      case 3:
        if (queue.length < 8) return false;
        this.#skip(queue.uint32(4));
        queue.drop(8);
        return true;
      default:
        throw new BadServerMessage(`type ${String(queue.uint8(0))}`);
    }
  }

  #readRectangle(): boolean {
    const queue = this.#queue;
    if (this.#rectanglesLeft === 0) {
      this.#endUpdate();
      return true;
    }
    if (queue.length < 12) return false;
    const left = queue.uint16(0);
    const top = queue.uint16(2);
    const width = queue.uint16(4);
    const height = queue.uint16(6);
    const encoding = queue.int32(8);
    queue.drop(12);
    this.#rectanglesLeft -= 1;
    if (encoding === encodingDesktopSize) {
      this.#resize(width, height);
      return true;
    }
    if (encoding !== encodingRaw) throw new BadServerMessage(`encoding ${String(encoding)}`);
    const { widthPx, heightPx } = this.#screen;
    if (left + width > widthPx || top + height > heightPx) throw new BadServerMessage('rectangle beyond the screen');
    if (width > 0 && height > 0) {
      this.#raw = { left, width, x: left, y: top, bottom: top + height };
      this.#phase = 'raw';
    }
    return true;
  }

  #readRaw(): boolean {
    const raw = this.#raw;
    const { widthPx, pixels } = this.#screen;
    const count = Math.min(this.#queue.length >> 2, raw.left + raw.width - raw.x);
    if (count === 0) return false;
    const come = this.#queue.borrow(count * 4);
    const at = (raw.y * widthPx + raw.x) * 4;
    this.#differs ||= this.#missingPx > 0 || differ(come, pixels, at);
    pixels.set(come, at);
    this.#missingPx = Math.max(0, this.#missingPx - count);
    raw.x += count;
    if (raw.x === raw.left + raw.width) {
      raw.x = raw.left;
      raw.y += 1;
      if (raw.y === raw.bottom) this.#phase = 'rectangle';
    }
    return true;
  }

  #endUpdate(): void {
    this.#phase = 'messages';
    this.#updating = false;
    if (this.#missingPx === 0 && this.#differs) this.#changes += 1;
    const { widthPx, heightPx } = this.#screen;
    if (this.#missingPx > 0 && !this.#asked) this.#reply.push(this.#ask(true, widthPx, heightPx));
  }

  #skip(count: number): void {
    if (count > longestText) throw new BadServerMessage('length of a text');
    this.#skipping = count;
  }
}

function differ(some: Uint8Array, all: Uint8Array, from: number): boolean {
  for (let index = 0; index < some.length; index += 1) if (some[index] !== all[from + index]) return true;
  return false;
}

function setEncodings(encodings: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + encodings.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 2);
  view.setUint16(2, encodings.length);
  for (const [index, encoding] of encodings.entries()) view.setInt32(4 + index * 4, encoding);
  return bytes;
}
