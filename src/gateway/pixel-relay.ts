// Carries pixels between a page and the X server of a session. What the desktop sends goes on as it is, with as little work
// as can be; what the page sends goes on message by message, and only what is in the closed set of #pixels/client-messages.ts.
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { closeCodes } from '#contract/wire.ts';
import { BadClientMessage, ClientMessages } from '#pixels/client-messages.ts';
import type { ClientMessage } from '#pixels/client-messages.ts';
import { Greeting, answersAhead } from '#pixels/greeting.ts';
import { HeldInput } from '#pixels/held-input.ts';

export interface RelayEnd {
  /** Who ended it. A page that sends what may not be sent is ended by us. */
  by: 'page' | 'desktop' | 'us';
  /** The WebSocket's close code: the page's own, or what we told it. */
  code: number;
  reason: string;
  bytesToPage: number;
  bytesToDesktop: number;
}

export interface PixelRelay {
  /** Ends it at once: nothing passes any more in either direction, held keys are let go. A second call does no harm. */
  close(code: number, reason: string): void;
  /** Lets go of the keys and buttons that are held from here. */
  letGo(): void;
  /** Fulfilled when both sides are closed. Never rejected. */
  readonly closed: Promise<RelayEnd>;
}

/** What the page of a relay may, and who hears of what it does. Both are asked for every message, and must be quick. */
export interface RelaySide {
  /** Called for every key and pointer message that goes on to the desktop. */
  input: () => void;
  /** Whether messages of this kind go on to the desktop now; what does not is dropped, and the page is not told. */
  lets: (kind: ClientMessage['kind']) => boolean;
}

/** Whoever sits at the desktop may everything. */
const ownSide: RelaySide = { input: () => {}, lets: () => true };

/** Room for the largest header of a WebSocket frame from a server, in front of what is read. */
const headerRoom = 10;
/** Larger reads take no less processor time, and make the page wait for more before it has anything. */
const readSize = 128 * 1024;
/** So many reads may wait for a slow page; then the desktop's socket is no longer read. */
const buffersPerRelay = 3;
/** What an X server may say before the page has answered its greeting; far more than any says. */
const mostGreeting = 64 * 1024;
/** What may wait for a desktop that does not read, in bytes; then the page is no longer read. */
const mostUnreadByDesktop = 256 * 1024;
/** How long both sides may take to say good-bye, in milliseconds. */
const goodbyeMs = 2000;

/**
 * Joins the page's open WebSocket to the X server that listens at the unix socket `desktopPath`. `pageSocket` is the socket
 * that the WebSocket was made from (the one of the `upgrade` event): frames are written to it directly. The WebSocket must be
 * without compression, and nobody else may send data on it. If the X server is not there, the page is closed with `desktopGone`.
 */
export function relayPixels(page: WebSocket, pageSocket: Duplex, desktopPath: string, side: Partial<RelaySide> = {}): PixelRelay {
  return new Relay(page, pageSocket, desktopPath, { ...ownSide, ...side });
}

class Relay implements PixelRelay {
  readonly closed: Promise<RelayEnd>;
  readonly #page: WebSocket;
  readonly #pageSocket: Duplex;
  readonly #desktop: Socket;
  readonly #side: RelaySide;
  readonly #closed = Promise.withResolvers<RelayEnd>();
  readonly #greeting = new Greeting();
  readonly #messages = new ClientMessages();
  readonly #held = new HeldInput();
  /** Read in turn; each is free again when its frame is written. */
  readonly #buffers: Uint8Array[] = [];
  #current = 0;
  /** Buffers whose frame is not yet written: those before `#current`. */
  #busy = 0;
  #framesUnwritten = 0;
  #paused = false;
  #end: Pick<RelayEnd, 'by' | 'code' | 'reason'> | null = null;
  #openSides = 2;
  #bytesToPage = 0;
  #bytesToDesktop = 0;
  #goodbye: NodeJS.Timeout | undefined;

  constructor(page: WebSocket, pageSocket: Duplex, desktopPath: string, side: RelaySide) {
    this.closed = this.#closed.promise;
    this.#page = page;
    this.#pageSocket = pageSocket;
    this.#side = side;
    this.#desktop = connect({
      path: desktopPath,
      onread: { buffer: () => this.#nextBuffer(), callback: (count, buffer) => this.#fromDesktop(count, buffer) },
    });
    this.#toDesktop(answersAhead);
    this.#desktop.on('error', () => {});
    this.#desktop.on('close', () => {
      this.#finish({ by: 'desktop', code: closeCodes.desktopGone, reason: 'The X server closed the connection.' });
      this.#sideClosed();
    });
    this.#desktop.on('drain', () => {
      if (page.isPaused) page.resume();
    });
    page.on('message', (data, isBinary) => {
      this.#fromPage(data, isBinary);
    });
    page.on('error', () => {});
    page.once('close', (code, reason) => {
      this.#finish({ by: 'page', code, reason: reason.toString() });
      this.#sideClosed();
    });
  }

  close(code: number, reason: string): void {
    this.#finish({ by: 'us', code, reason });
  }

  letGo(): void {
    if (this.#end !== null || !this.#desktop.writable) return;
    for (const bytes of this.#held.release()) this.#toDesktop(bytes);
  }

  #nextBuffer(): Uint8Array {
    const known = this.#buffers[this.#current];
    if (known !== undefined) return known;
    const buffer = new Uint8Array(headerRoom + readSize).subarray(headerRoom);
    this.#buffers[this.#current] = buffer;
    return buffer;
  }

  /** False: do not read on for now. */
  #fromDesktop(count: number, buffer: Uint8Array): boolean {
    if (this.#end !== null || this.#page.readyState !== this.#page.OPEN) return false;
    if (!this.#greeting.over) return this.#greet(buffer.subarray(0, count));
    return this.#toPage(count, buffer);
  }

  #greet(bytes: Uint8Array): boolean {
    this.#greeting.push(bytes);
    this.#giveGreeting();
    this.#paused = this.#greeting.length > mostGreeting;
    return !this.#paused;
  }

  #giveGreeting(): void {
    for (let piece = this.#greeting.next(); piece !== null; piece = this.#greeting.next()) {
      const buffer = new Uint8Array(headerRoom + piece.length).subarray(headerRoom);
      buffer.set(piece);
      this.#bytesToPage += piece.length;
      this.#pageSocket.write(frameInPlace(buffer, piece.length));
    }
    if (!this.#paused || !this.#greeting.over) return;
    this.#paused = false;
    this.#desktop.resume();
  }

  /** Frames what was read where it lies, and writes it. */
  #toPage(count: number, buffer: Uint8Array): boolean {
    this.#bytesToPage += count;
    this.#framesUnwritten += 1;
    this.#pageSocket.write(frameInPlace(buffer, count), this.#written);
    if (this.#pageSocket.writableLength === 0) {
      this.#busy = 0;
      return true;
    }
    this.#busy += 1;
    this.#current = (this.#current + 1) % buffersPerRelay;
    this.#paused = this.#busy === buffersPerRelay;
    return !this.#paused;
  }

  readonly #written = (): void => {
    this.#framesUnwritten -= 1;
    if (this.#framesUnwritten > 0) return;
    this.#busy = 0;
    if (!this.#paused || this.#end !== null) return;
    this.#paused = false;
    this.#desktop.resume();
  };

  #fromPage(data: RawData, isBinary: boolean): void {
    if (this.#end !== null) return;
    if (!isBinary || !(data instanceof Uint8Array)) {
      this.#refuse('A text message');
      return;
    }
    this.#messages.push(data);
    const desktop = this.#desktop;
    desktop.cork();
    try {
      for (let message = this.#messages.next(); message !== null; message = this.#messages.next()) {
        if (message.kind === 'handshake') {
          this.#greeting.answered();
          this.#giveGreeting();
        } else if (this.#side.lets(message.kind)) {
          if (message.kind === 'key' || message.kind === 'pointer') this.#side.input();
          this.#held.note(message);
          this.#toDesktop(message.bytes);
        }
      }
    } catch (error) {
      if (!(error instanceof BadClientMessage)) throw error;
      this.#refuse(error.message);
    } finally {
      desktop.uncork();
    }
    if (desktop.writableLength > mostUnreadByDesktop && !this.#page.isPaused) this.#page.pause();
  }

  #toDesktop(bytes: Uint8Array): void {
    this.#bytesToDesktop += bytes.length;
    this.#desktop.write(bytes);
  }

  #refuse(reason: string): void {
    this.#finish({ by: 'us', code: closeCodes.badMessage, reason });
  }

  /** The one way to the end, whoever wants it: lets go of what is held and closes both sides. */
  #finish(end: Pick<RelayEnd, 'by' | 'code' | 'reason'>): void {
    if (this.#end !== null) return;
    this.#end = end;
    const page = this.#page;
    const desktop = this.#desktop;
    this.#goodbye = setTimeout(() => {
      page.terminate();
      desktop.destroy();
    }, goodbyeMs);
    desktop.pause();
    if (desktop.writable) {
      for (const bytes of this.#held.release()) this.#toDesktop(bytes);
      desktop.destroySoon();
    }
    // A paused page would never hear that it is closed.
    if (page.isPaused) page.resume();
    if (page.readyState === page.OPEN) page.close(end.code, reasonThatFits(end.reason));
  }

  #sideClosed(): void {
    this.#openSides -= 1;
    if (this.#openSides > 0 || this.#end === null) return;
    clearTimeout(this.#goodbye);
    this.#closed.resolve({ ...this.#end, bytesToPage: this.#bytesToPage, bytesToDesktop: this.#bytesToDesktop });
  }
}

/** A binary WebSocket message whose payload are the first `count` bytes of `buffer`; its header goes into the room in front of them. */
function frameInPlace(buffer: Uint8Array, count: number): Uint8Array {
  const headerLength = count < 126 ? 2 : count < 65_536 ? 4 : 10;
  const frame = new Uint8Array(buffer.buffer, buffer.byteOffset - headerLength, headerLength + count);
  frame[0] = 0x82;
  if (headerLength === 2) {
    frame[1] = count;
  } else if (headerLength === 4) {
    frame[1] = 126;
    frame[2] = count >> 8;
    frame[3] = count & 0xff;
  } else {
    frame[1] = 127;
    frame.fill(0, 2, 6);
    frame[6] = count >>> 24;
    frame[7] = (count >>> 16) & 0xff;
    frame[8] = (count >>> 8) & 0xff;
    frame[9] = count & 0xff;
  }
  return frame;
}

/** A close reason may have 123 bytes. */
function reasonThatFits(reason: string): string {
  return Buffer.byteLength(reason) <= 123 ? reason : reason.slice(0, 30);
}
