// An RFB client that only measures: over a unix socket, a WebSocket or one in TLS, with as little work of its own as can be.
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

export type Target = { unix: string } | { url: string };

const raw = 0;
const tight = 7;

/** Yields how many bytes it needs, is given them; a negative number of bytes is passed over unseen. */
type Reading<Result = void> = Generator<number, Result, Uint8Array>;

export class RfbStation implements Disposable {
  widthPx = 0;
  heightPx = 0;
  bytes = 0;
  updates = 0;
  /** Asks for the next change whenever one came, so that the X server can always send. */
  keepsAsking = false;
  readonly #socket: Duplex;
  readonly #masked: boolean;
  readonly #protocol: Reading<never>;
  #waiting: Uint8Array[] = [];
  #waitingLength = 0;
  #needed = 0;
  #skipped = 0;
  #updated: (() => void) | null = null;
  #ready = Promise.withResolvers<void>();

  private constructor(socket: Duplex, masked: boolean, head: Uint8Array, encodings: readonly number[]) {
    this.#socket = socket;
    this.#masked = masked;
    this.#protocol = this.#speak(encodings);
    this.#needed = this.#protocol.next(new Uint8Array(0)).value;
    const frames = masked ? new Frames((bytes) => this.#take(bytes)) : null;
    const hear = (bytes: Uint8Array): void => {
      if (frames === null) this.#take(bytes);
      else frames.push(bytes);
    };
    socket.on('data', hear);
    socket.on('error', (error) => this.#ready.reject(error));
    socket.on('close', () => this.#ready.reject(new Error('The connection was closed.')));
    if (head.length > 0) hear(head);
  }

  /** Fulfilled when the desktop's size is known. */
  static async open(target: Target, encodings: readonly number[]): Promise<RfbStation> {
    let station: RfbStation;
    if ('unix' in target) {
      station = new RfbStation(connect(target.unix), false, new Uint8Array(0), encodings);
    } else {
      const request = (target.url.startsWith('https') ? httpsRequest : httpRequest)(target.url, {
        rejectUnauthorized: false,
        agent: false,
        headers: {
          Connection: 'Upgrade',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          'Sec-WebSocket-Protocol': 'binary',
        },
      });
      request.end();
      const [, socket, head] = (await once(request, 'upgrade')) as [unknown, Duplex & { setNoDelay(): void }, Uint8Array];
      socket.setNoDelay();
      station = new RfbStation(socket, true, head, encodings);
    }
    await station.#ready.promise;
    return station;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  /** Asks for an update and waits until it is here to its last byte. */
  async update(incremental: boolean): Promise<void> {
    this.ask(incremental);
    await this.nextUpdate();
  }

  ask(incremental: boolean): void {
    const { widthPx, heightPx } = this;
    this.#send(Uint8Array.of(3, Number(incremental), 0, 0, 0, 0, widthPx >> 8, widthPx & 255, heightPx >> 8, heightPx & 255));
  }

  /** Rejects when none comes for ten seconds. */
  nextUpdate(): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error('No update came.')), 10_000);
      this.#updated = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }

  /** Waits until nothing has changed for a while. */
  async quiet(): Promise<void> {
    for (let last = -1; last !== this.bytes; ) {
      last = this.bytes;
      await wait(100);
    }
  }

  /** Presses and lets go of a key. */
  press(keysym: number): void {
    const high = keysym >> 8;
    const low = keysym & 255;
    this.#send(Uint8Array.of(4, 1, 0, 0, 0, 0, high, low, 4, 0, 0, 0, 0, 0, high, low));
  }

  point(x: number, y: number): void {
    this.#send(Uint8Array.of(5, 0, x >> 8, x & 255, y >> 8, y & 255));
  }

  #send(bytes: Uint8Array): void {
    // A mask of zeros leaves the payload as it is.
    this.#socket.write(this.#masked ? Buffer.concat([Uint8Array.of(0x82, 0x80 | bytes.length, 0, 0, 0, 0), bytes]) : bytes);
  }

  #take(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#skipped > 0) {
        const count = Math.min(this.#skipped, rest.length);
        this.#skipped -= count;
        rest = rest.subarray(count);
        if (this.#skipped === 0) this.#advance(new Uint8Array(0));
        continue;
      }
      const count = Math.min(this.#needed - this.#waitingLength, rest.length);
      this.#waiting.push(rest.slice(0, count));
      this.#waitingLength += count;
      rest = rest.subarray(count);
      if (this.#waitingLength < this.#needed) return;
      const whole = this.#waiting.length === 1 ? (this.#waiting[0] ?? new Uint8Array(0)) : Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#waitingLength = 0;
      this.#advance(whole);
    }
  }

  /** A positive need is bytes to be given, a negative one is bytes to be passed over. */
  #advance(bytes: Uint8Array): void {
    let given = bytes;
    for (;;) {
      const { value } = this.#protocol.next(given);
      if (value > 0) {
        this.#needed = value;
        return;
      }
      if (value < 0) {
        this.#skipped = -value;
        return;
      }
      given = new Uint8Array(0);
    }
  }

  *#speak(encodings: readonly number[]): Reading<never> {
    yield 12;
    this.#send(Buffer.from('RFB 003.008\n'));
    const count = (yield 1)[0] ?? 0;
    yield count;
    this.#send(Uint8Array.of(1));
    yield 4;
    this.#send(Uint8Array.of(1));
    const init = Buffer.from(yield 24);
    this.widthPx = init.readUInt16BE(0);
    this.heightPx = init.readUInt16BE(2);
    yield -init.readUInt32BE(20);
    this.#send(Uint8Array.of(0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0));
    const list = Buffer.alloc(4 + encodings.length * 4);
    list[0] = 2;
    list.writeUInt16BE(encodings.length, 2);
    for (const [index, encoding] of encodings.entries()) list.writeInt32BE(encoding, 4 + index * 4);
    this.#send(list);
    this.#ready.resolve();
    for (;;) yield* this.#message();
  }

  *#message(): Reading {
    const [type] = yield 1;
    if (type === 0) {
      const rectangles = Buffer.from(yield 3).readUInt16BE(1);
      for (let index = 0; index < rectangles; index += 1) yield* this.#rectangle();
      this.updates += 1;
      if (this.keepsAsking) this.ask(true);
      const updated = this.#updated;
      this.#updated = null;
      updated?.();
    } else if (type === 1) {
      yield -Buffer.from(yield 5).readUInt16BE(3) * 6;
    } else if (type === 3) {
      yield -Buffer.from(yield 7).readUInt32BE(3);
    } else if (type !== 2) {
      throw new Error(`The X server said ${String(type)}.`);
    }
  }

  *#rectangle(): Reading {
    const head = Buffer.from(yield 12);
    const width = head.readUInt16BE(4);
    const height = head.readUInt16BE(6);
    const encoding = head.readInt32BE(8);
    if (encoding === raw) yield -(width * height * 4);
    else if (encoding === tight) yield* this.#tight(width, height);
    else throw new Error(`The X server encodes as ${encoding}.`);
  }

  *#tight(width: number, height: number): Reading {
    const control = ((yield 1)[0] ?? 0) >> 4;
    if (control === 8) {
      yield 3;
      return;
    }
    if (control === 9) {
      yield -(yield* this.#compactLength());
      return;
    }
    let length = width * height * 3;
    if ((control & 4) !== 0 && (yield 1)[0] === 1) {
      const colours = ((yield 1)[0] ?? 0) + 1;
      yield colours * 3;
      length = colours === 2 ? Math.ceil(width / 8) * height : width * height;
    }
    yield -(length < 12 ? length : yield* this.#compactLength());
  }

  *#compactLength(): Reading<number> {
    const first = (yield 1)[0] ?? 0;
    if (first < 128) return first;
    const second = (yield 1)[0] ?? 0;
    if (second < 128) return (first & 127) | (second << 7);
    return (first & 127) | ((second & 127) << 7) | (((yield 1)[0] ?? 0) << 14);
  }
}

/** The payloads of a WebSocket's binary messages, as they come, without waiting for whole messages. */
class Frames {
  readonly #give: (bytes: Uint8Array) => void;
  #left = 0;
  #head: number[] = [];

  constructor(give: (bytes: Uint8Array) => void) {
    this.#give = give;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const payload = bytes.subarray(at, at + this.#left);
        this.#left -= payload.length;
        at += payload.length;
        this.#give(payload);
        continue;
      }
      this.#head.push(bytes[at] ?? 0);
      at += 1;
      const length = this.#payloadLength();
      if (length === null) continue;
      if (((this.#head[0] ?? 0) & 15) > 2) throw new Error('The relay closed the connection.');
      this.#left = length;
      this.#head = [];
    }
  }

  #payloadLength(): number | null {
    const [, short = -1, ...rest] = this.#head;
    if (short < 0) return null;
    const more = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (rest.length < more) return null;
    return more === 0 ? short : rest.reduce((sum, byte) => sum * 256 + byte, 0);
  }
}
