// A small RFB server over a WebSocket for tests of the station page: paints a desktop, follows the size that is asked for, and
// notes keys, pointer and clipboard.
import { EventEmitter, once } from 'node:events';
import type { WebSocket } from 'ws';

const extendedDesktopSize = -308;

interface Shape {
  x: number;
  y: number;
  w: number;
  h: number;
  colour: readonly [number, number, number];
}

export class PaintedDesktop {
  readonly socket: WebSocket;
  readonly protocols: readonly string[];
  readonly keys: { keysym: number; down: boolean }[] = [];
  readonly pointers: { x: number; y: number; buttons: number }[] = [];
  readonly pastes: string[] = [];
  readonly #events = new EventEmitter();
  #bytes = Buffer.alloc(0);
  #stage: 'version' | 'security' | 'init' | 'normal' = 'version';
  #sentSize = false;
  width = 800;
  height = 600;
  /** Paints nothing while false. */
  paints = true;

  constructor(socket: WebSocket, protocols: readonly string[]) {
    this.socket = socket;
    this.protocols = protocols;
    socket.send(Buffer.from('RFB 003.008\n'));
    socket.on('message', (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      while (this.#step());
    });
  }

  /** Fulfilled when `holds` is true after something came from the page. */
  async until(holds: (desktop: PaintedDesktop) => boolean, withinMs = 10_000): Promise<void> {
    const signal = AbortSignal.timeout(withinMs);
    while (!holds(this)) await once(this.#events, 'heard', { signal });
  }

  /** The desktop's clipboard changes. */
  copy(text: string): void {
    const body = Buffer.from(text, 'latin1');
    const head = Buffer.alloc(8);
    head.writeUInt8(3, 0);
    head.writeUInt32BE(body.length, 4);
    this.socket.send(Buffer.concat([head, body]));
  }

  #take(length: number): Buffer | null {
    if (this.#bytes.length < length) return null;
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  #step(): boolean {
    switch (this.#stage) {
      case 'version':
        if (this.#take(12) === null) return false;
        this.socket.send(Buffer.from([1, 1]));
        this.#stage = 'security';
        return true;
      case 'security':
        if (this.#take(1) === null) return false;
        this.socket.send(Buffer.alloc(4));
        this.#stage = 'init';
        return true;
      case 'init': {
        if (this.#take(1) === null) return false;
        const name = Buffer.from('desktop');
        const init = Buffer.alloc(24);
        init.writeUInt16BE(this.width, 0);
        init.writeUInt16BE(this.height, 2);
        Buffer.from([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16]).copy(init, 4);
        init.writeUInt32BE(name.length, 20);
        this.socket.send(Buffer.concat([init, name]));
        this.#stage = 'normal';
        return true;
      }
      case 'normal': {
        const went = this.#normal();
        if (went) this.#events.emit('heard');
        return went;
      }
    }
  }

  #normal(): boolean {
    const [type] = this.#bytes;
    if (type === undefined) return false;
    const lengths: Readonly<Record<number, number>> = { 0: 20, 3: 10, 4: 8, 5: 6, 150: 10 };
    const fixed = lengths[type];
    if (fixed !== undefined) {
      const message = this.#take(fixed);
      if (message === null) return false;
      if (type === 3 && message[1] === 0) this.paint();
      if (type === 5)
        this.pointers.push({ x: message.readUInt16BE(2), y: message.readUInt16BE(4), buttons: message.readUInt8(1) });
      if (type === 4) this.keys.push({ keysym: message.readUInt32BE(4), down: message[1] === 1 });
      return true;
    }
    const [head, count, each] = type === 2 ? [4, 2, 4] : type === 6 ? [8, 4, 1] : type === 251 ? [8, 6, 16] : [0, 0, 0];
    if (head === 0) throw new Error(`The page sent a message of type ${type}.`);
    if (this.#bytes.length < head) return false;
    const many =
      type === 2 ? this.#bytes.readUInt16BE(count) : type === 6 ? this.#bytes.readUInt32BE(count) : this.#bytes.readUInt8(count);
    const message = this.#take(head + many * each);
    if (message === null) return false;
    if (type === 6) this.pastes.push(message.subarray(8).toString('latin1'));
    if (type === 251) {
      this.width = message.readUInt16BE(2);
      this.height = message.readUInt16BE(4);
      this.#tellSize(1);
      this.paint();
    }
    return true;
  }

  #tellSize(by: number): void {
    const body = Buffer.alloc(4 + 12 + 4 + 16);
    body.writeUInt16BE(1, 2);
    body.writeUInt16BE(by, 4);
    body.writeUInt16BE(this.width, 8);
    body.writeUInt16BE(this.height, 10);
    body.writeInt32BE(extendedDesktopSize, 12);
    body.writeUInt8(1, 16);
    body.writeUInt16BE(this.width, 28);
    body.writeUInt16BE(this.height, 30);
    this.socket.send(body);
  }

  /** Sends the whole picture. */
  paint(): void {
    if (!this.paints) return;
    if (!this.#sentSize) this.#tellSize(0);
    this.#sentSize = true;
    const { width, height } = this;
    const head = Buffer.alloc(16);
    head.writeUInt16BE(1, 2);
    head.writeUInt16BE(width, 8);
    head.writeUInt16BE(height, 10);
    const pixels = Buffer.alloc(width * height * 4);
    const shapes: Shape[] = [
      { x: 0, y: 0, w: width, h: 28, colour: [32, 36, 44] },
      { x: 60, y: 80, w: width / 2, h: height / 2, colour: [245, 246, 247] },
      { x: 60, y: 80, w: width / 2, h: 26, colour: [53, 88, 130] },
      { x: width / 2 - 40, y: height / 2 - 20, w: width / 2.5, h: height / 2.6, colour: [24, 26, 31] },
      { x: width / 2 - 40, y: height / 2 - 20, w: width / 2.5, h: 26, colour: [84, 90, 102] },
    ];
    const paintRow = (y: number): void => {
      const ground: readonly [number, number, number] = [
        30,
        70 + Math.round((60 * y) / height),
        110 + Math.round((50 * y) / height),
      ];
      for (let x = 0; x < width; x += 1) {
        let [red, green, blue] = ground;
        for (const { x: left, y: top, w, h, colour } of shapes) {
          if (x >= left && x < left + w && y >= top && y < top + h) [red, green, blue] = colour;
        }
        pixels.writeUInt32BE(((red << 24) | (green << 16) | (blue << 8) | 255) >>> 0, (y * width + x) * 4);
      }
    };
    for (let y = 0; y < height; y += 1) paintRow(y);
    this.socket.send(Buffer.concat([head, pixels]));
  }
}
