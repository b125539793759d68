// What an RFB client may say: reads the messages of a page one by one, whole or not at all, from a closed set.
import { ByteQueue } from './byte-queue.ts';

/** A client said something that is not in the set, or too long. The message says which part, never its content. */
export class BadClientMessage extends Error {
  constructor(what: string) {
    super(`Not an RFB client message that is taken here: ${what}`);
    this.name = 'BadClientMessage';
  }
}

/** The bytes are the message as it may go on to the X server. */
export type ClientMessage =
  /** `clipboard`: its text, or what leads to it. `size`: another size for the screen. `other`: concerns nothing but what this client is sent. */
  | { readonly kind: 'handshake' | 'clipboard' | 'size' | 'other'; readonly bytes: Uint8Array }
  | { readonly kind: 'key'; readonly bytes: Uint8Array; readonly down: boolean; readonly keysym: number }
  | { readonly kind: 'pointer'; readonly bytes: Uint8Array; readonly buttons: number };

/** A clipboard text that an X server takes (its MaxCutText), in bytes; longer ones it would ignore. */
export const longestCutText = 256 * 1024;
/** A longer clipboard text, up to so many bytes, is no offence: it is swallowed here. */
export const longestSwallowedCutText = 64 * 1024 * 1024;

/** A screen larger than this would only serve to take the computer's memory (256 MB). */
const mostPixels = 2 ** 26;
const mostEncodings = 256;
const longestFence = 64;
const mostScreens = 16;
const versionText = 'RFB 003.008\n';
const securityNone = 1;

/**
 * After a client asked for this one, a pointer message may be one byte longer if the server knows it, which depends on its
 * version: who does not read the server's side cannot tell where such a message ends. So it is struck from the list.
 */
const extendedMouseButtons = -316;

const clipboardCapabilities = 1 << 24;
const clipboardActions = new Set([1 << 25, 1 << 26, 1 << 27, 1 << 28]);

type Phase = 'version' | 'security' | 'client-init' | 'messages';

/**
 * Reads one client's stream. Push what came, then call `next` until it gives null; never holds more than the longest message
 * and one chunk.
 */
export class ClientMessages {
  #phase: Phase = 'version';
  /** Bytes of a long clipboard text that are still to come. */
  #swallowing = 0;
  #fault: BadClientMessage | null = null;
  readonly #queue = new ByteQueue();

  /** Takes what came; its memory may be used again. */
  push(chunk: Uint8Array): void {
    if (this.#fault === null) this.#queue.push(chunk);
  }

  /** The next whole message, or null: not enough bytes yet. Throws BadClientMessage, then and at every later call. */
  next(): ClientMessage | null {
    if (this.#fault !== null) throw this.#fault;
    try {
      return this.#phase === 'messages' ? this.#message() : this.#handshake(this.#phase);
    } catch (error) {
      if (error instanceof BadClientMessage) {
        this.#fault = error;
        this.#queue.drop(this.#queue.length);
      }
      throw error;
    }
  }

  #handshake(phase: Exclude<Phase, 'messages'>): ClientMessage | null {
    const queue = this.#queue;
    switch (phase) {
      case 'version': {
        const known = Math.min(queue.length, versionText.length);
        for (let index = 0; index < known; index += 1) {
          if (queue.uint8(index) !== versionText.charCodeAt(index)) throw new BadClientMessage('version');
        }
        if (queue.length < versionText.length) return null;
        this.#phase = 'security';
        return { kind: 'handshake', bytes: queue.take(versionText.length) };
      }
      case 'security':
        if (queue.length < 1) return null;
        if (queue.uint8(0) !== securityNone) throw new BadClientMessage('security type');
        this.#phase = 'client-init';
        return { kind: 'handshake', bytes: queue.take(1) };
      case 'client-init':
        if (queue.length < 1) return null;
        if (queue.uint8(0) > 1) throw new BadClientMessage('shared flag');
        this.#phase = 'messages';
        return { kind: 'handshake', bytes: queue.take(1) };
    }
  }

  #message(): ClientMessage | null {
    const queue = this.#queue;
    this.#swallowing -= queue.drop(this.#swallowing);
    if (queue.length < 1) return null;
    switch (queue.uint8(0)) {
      case 0:
        return this.#pixelFormat();
      case 2:
        return this.#encodings();
      case 3:
        if (queue.length < 10) return null;
        isFlag(queue.uint8(1), 'incremental');
        return this.#plain('other', 10);
      case 4:
        if (queue.length < 8) return null;
        isFlag(queue.uint8(1), 'key state');
        return this.#key(8, queue.uint8(1) === 1, queue.uint32(4));
      case 5: {
        if (queue.length < 6) return null;
        const buttons = queue.uint8(1);
        if (buttons > 0x7f) throw new BadClientMessage('pointer with extended buttons');
        return { kind: 'pointer', bytes: queue.take(6), buttons };
      }
      case 6:
        return this.#cutText();
      case 150:
        if (queue.length < 10) return null;
        isFlag(queue.uint8(1), 'continuous updates');
        return this.#plain('other', 10);
      case 248: {
        if (queue.length < 9) return null;
        const length = queue.uint8(8);
        if (length > longestFence) throw new BadClientMessage('fence length');
        return this.#plain('other', 9 + length);
      }
      case 251:
        return this.#desktopSize();
      case 255:
        if (queue.length < 2) return null;
        if (queue.uint8(1) !== 0) throw new BadClientMessage('QEMU message');
        if (queue.length < 12) return null;
        isFlag(queue.uint16(2), 'key state');
        return this.#key(12, queue.uint16(2) === 1, queue.uint32(4));
      default:
        throw new BadClientMessage(`type ${String(queue.uint8(0))}`);
    }
  }

  #plain(kind: 'clipboard' | 'size' | 'other', length: number): ClientMessage | null {
    return this.#queue.length < length ? null : { kind, bytes: this.#queue.take(length) };
  }

  #key(length: number, down: boolean, keysym: number): ClientMessage {
    return { kind: 'key', bytes: this.#queue.take(length), down, keysym };
  }

  #pixelFormat(): ClientMessage | null {
    const queue = this.#queue;
    if (queue.length < 20) return null;
    const bitsPerPixel = queue.uint8(4);
    const depth = queue.uint8(5);
    if (![8, 16, 32].includes(bitsPerPixel) || depth < 1 || depth > bitsPerPixel) throw new BadClientMessage('pixel depth');
    isFlag(queue.uint8(6), 'byte order');
    if (queue.uint8(7) !== 1) throw new BadClientMessage('pixels without true colour');
    for (let colour = 0; colour < 3; colour += 1) {
      const bits = Math.log2(queue.uint16(8 + colour * 2) + 1);
      if (bits < 1 || bits > 8 || !Number.isInteger(bits)) throw new BadClientMessage('colour range');
      if (queue.uint8(14 + colour) + bits > bitsPerPixel) throw new BadClientMessage('colour shift');
    }
    return this.#plain('other', 20);
  }

  #encodings(): ClientMessage | null {
    const queue = this.#queue;
    if (queue.length < 4) return null;
    const count = queue.uint16(2);
    if (count > mostEncodings) throw new BadClientMessage('number of encodings');
    if (queue.length < 4 + count * 4) return null;
    const bytes = queue.take(4 + count * 4);
    const view = new DataView(bytes.buffer);
    let kept = 0;
    for (let index = 0; index < count; index += 1) {
      const encoding = view.getInt32(4 + index * 4);
      if (encoding === extendedMouseButtons) continue;
      view.setInt32(4 + kept * 4, encoding);
      kept += 1;
    }
    view.setUint16(2, kept);
    return { kind: 'other', bytes: bytes.subarray(0, 4 + kept * 4) };
  }

  #cutText(): ClientMessage | null {
    const queue = this.#queue;
    if (queue.length < 8) return null;
    // A negative length says that it is of the extended form.
    const signedLength = queue.int32(4);
    const length = Math.abs(signedLength);
    if (length > longestSwallowedCutText) throw new BadClientMessage('clipboard length');
    if (length > longestCutText) {
      queue.drop(8);
      this.#swallowing = length;
      return this.#message();
    }
    if (signedLength < 0) {
      if (length < 4) throw new BadClientMessage('extended clipboard length');
      if (queue.length < 12) return null;
      const action = (queue.uint32(8) >> 24) << 24;
      const known = (action & clipboardCapabilities) === 0 ? clipboardActions.has(action) : (action & 0xe0000000) === 0;
      if (!known) throw new BadClientMessage('extended clipboard action');
    }
    return this.#plain('clipboard', 8 + length);
  }

  #desktopSize(): ClientMessage | null {
    const queue = this.#queue;
    if (queue.length < 8) return null;
    const widthPx = queue.uint16(2);
    const heightPx = queue.uint16(4);
    const screens = queue.uint8(6);
    if (widthPx < 1 || heightPx < 1 || widthPx * heightPx > mostPixels) throw new BadClientMessage('desktop size');
    if (screens < 1 || screens > mostScreens) throw new BadClientMessage('number of screens');
    return this.#plain('size', 8 + screens * 16);
  }
}

function isFlag(value: number, what: string): void {
  if (value > 1) throw new BadClientMessage(what);
}
