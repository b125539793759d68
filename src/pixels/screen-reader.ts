// An RFB client that looks once at the whole screen and keeps a small picture of it. Bytes in, bytes out.
import { ByteQueue } from './byte-queue.ts';
import { Shrinker } from './shrinker.ts';

/** The server said something that is not RFB 3.8 without a password, or not what was asked for. */
export class BadServerMessage extends Error {
  constructor(what: string) {
    super(`Not an RFB server message that is taken here: ${what}`);
    this.name = 'BadServerMessage';
  }
}

export interface SmallPicture {
  widthPx: number;
  heightPx: number;
  /** Red, green, blue for each pixel, row by row. */
  rgb: Uint8Array;
}

const version = Uint8Array.from('RFB 003.008\n', (character) => character.charCodeAt(0));
const securityNone = 1;
const encodingRaw = 0;
const encodingDesktopSize = -223;
/** A server's name or clipboard text longer than this is refused. */
const longestText = 64 * 1024 * 1024;
const mostPixels = 2 ** 28;

type Phase = 'version' | 'security' | 'result' | 'server-init' | 'messages' | 'rectangle' | 'raw' | 'done';

/** Push what came and send what it gives back, until `picture` is there. */
export class ScreenReader {
  readonly #queue = new ByteQueue();
  readonly #wantedWidthPx: number;
  #phase: Phase = 'version';
  #reply: Uint8Array[] = [];
  /** Bytes of text that are passed over. */
  #skipping = 0;
  #widthPx = 0;
  #heightPx = 0;
  #shrinker: Shrinker | null = null;
  /** Pixels of the screen that were not seen yet. */
  #missingPx = 0;
  #rectanglesLeft = 0;
  /** The rectangle that is being read: its left edge and width, the next pixel, the row behind its last. */
  #raw = { left: 0, width: 0, x: 0, y: 0, bottom: 0 };
  #picture: SmallPicture | null = null;

  /** The picture will be so wide, or as wide as the screen if that is narrower. */
  constructor(wantedWidthPx: number) {
    this.#wantedWidthPx = wantedWidthPx;
  }

  /** The picture, once the whole screen was seen. */
  get picture(): SmallPicture | null {
    return this.#picture;
  }

  /** Takes what came (its memory may be used again), gives what to send, in order. Throws BadServerMessage. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.#phase === 'done') return [];
    this.#queue.push(chunk);
    this.#reply = [];
    while (this.#step());
    return this.#reply;
  }

  /** Does one step; false: not enough bytes yet, or done. */
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
      case 'done':
        return false;
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
    if (widthPx < 1 || heightPx < 1 || widthPx * heightPx > mostPixels) throw new BadServerMessage('screen size');
    this.#widthPx = widthPx;
    this.#heightPx = heightPx;
    this.#missingPx = widthPx * heightPx;
    this.#shrinker = new Shrinker(widthPx, heightPx, this.#wantedWidthPx);
    this.#reply.push(Uint8Array.of(3, 0, 0, 0, 0, 0, widthPx >> 8, widthPx & 255, heightPx >> 8, heightPx & 255));
  }

  #readMessage(): boolean {
    const queue = this.#queue;
    if (queue.length < 1) return false;
    switch (queue.uint8(0)) {
      case 0:
        if (queue.length < 4) return false;
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
      this.#begin(width, height);
      return true;
    }
    if (encoding !== encodingRaw) throw new BadServerMessage(`encoding ${String(encoding)}`);
    if (left + width > this.#widthPx || top + height > this.#heightPx) throw new BadServerMessage('rectangle beyond the screen');
    if (width > 0 && height > 0) {
      this.#raw = { left, width, x: left, y: top, bottom: top + height };
      this.#phase = 'raw';
    }
    return true;
  }

  #readRaw(): boolean {
    const raw = this.#raw;
    const pixels = Math.min(this.#queue.length >> 2, raw.left + raw.width - raw.x);
    if (pixels === 0) return false;
    this.#shrinker?.add(raw.x, raw.y, this.#queue.borrow(pixels * 4));
    this.#missingPx -= pixels;
    raw.x += pixels;
    if (raw.x === raw.left + raw.width) {
      raw.x = raw.left;
      raw.y += 1;
      if (raw.y === raw.bottom) this.#phase = 'rectangle';
    }
    return true;
  }

  #endUpdate(): void {
    const shrinker = this.#shrinker;
    if (this.#missingPx > 0 || shrinker === null) {
      this.#phase = 'messages';
      return;
    }
    this.#picture = { widthPx: shrinker.widthPx, heightPx: shrinker.heightPx, rgb: shrinker.picture() };
    this.#shrinker = null;
    this.#phase = 'done';
  }

  #skip(count: number): void {
    if (count > longestText) throw new BadServerMessage('length of a text');
    this.#skipping = count;
  }
}

function setEncodings(encodings: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + encodings.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 2);
  view.setUint16(2, encodings.length);
  for (const [index, encoding] of encodings.entries()) view.setInt32(4 + index * 4, encoding);
  return bytes;
}
