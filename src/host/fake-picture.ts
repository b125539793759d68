// A picture that never changes, served by RFB on a session's pixel socket as an X server would: what people see of a fake desktop.
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';

interface PixelFormat {
  bigEndian: boolean;
  /** Greatest value and place of red, green and blue. */
  max: readonly [number, number, number];
  shift: readonly [number, number, number];
}

type Colour = readonly [number, number, number];

interface FakePictureOrder {
  path: string;
  widthPx: number;
  heightPx: number;
  /** What the desktop is called. */
  name: string;
}

const serverFormat: PixelFormat = { bigEndian: false, max: [255, 255, 255], shift: [16, 8, 0] };
const version = 'RFB 003.008\n';
const rawEncoding = 0;
const rreEncoding = 2;
const background: Colour = [0x2b, 0x57, 0x9a];

/** Bars of colour from left to right, and a panel along the top. */
function bars(widthPx: number, heightPx: number): { colour: Colour; area: readonly [number, number, number, number] }[] {
  const colours: Colour[] = [
    [0xc0, 0x39, 0x2b],
    [0xe6, 0x7e, 0x22],
    [0xf1, 0xc4, 0x0f],
    [0x27, 0xae, 0x60],
  ];
  const barPx = Math.floor(widthPx / 8);
  const high = Math.floor(heightPx / 2);
  const top = Math.floor(heightPx / 4);
  return [
    { colour: [0x20, 0x20, 0x20], area: [0, 0, widthPx, Math.min(28, heightPx)] },
    ...colours.map((colour, index) => ({ colour, area: [barPx * (2 + index), top, barPx, high] as const })),
  ];
}

function pixel({ bigEndian, max, shift }: PixelFormat, colour: Colour): Buffer {
  let value = 0;
  for (const part of [0, 1, 2] as const) value += Math.round((colour[part] / 255) * max[part]) * 2 ** shift[part];
  const bytes = Buffer.alloc(4);
  if (bigEndian) bytes.writeUInt32BE(value >>> 0);
  else bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** One update with the whole picture, pixel by pixel: for who knows nothing else. */
function wholeRawPicture({ widthPx, heightPx }: FakePictureOrder, format: PixelFormat): Buffer {
  const head = updateHead(widthPx, heightPx, rawEncoding);
  const pixels = Buffer.alloc(widthPx * heightPx * 4, pixel(format, background));
  for (const { colour, area } of bars(widthPx, heightPx)) {
    const [left, top, width, height] = area;
    const row = Buffer.alloc(width * 4, pixel(format, colour));
    for (let y = top; y < top + height; y += 1) row.copy(pixels, (y * widthPx + left) * 4);
  }
  return Buffer.concat([head, pixels]);
}

function updateHead(widthPx: number, heightPx: number, encoding: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(widthPx, 8);
  head.writeUInt16BE(heightPx, 10);
  head.writeInt32BE(encoding, 12);
  return head;
}

/** One update with the whole picture, in the encoding RRE. */
function wholePicture({ widthPx, heightPx }: FakePictureOrder, format: PixelFormat): Buffer {
  const rectangles = bars(widthPx, heightPx);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(rectangles.length);
  const parts = [updateHead(widthPx, heightPx, rreEncoding), count, pixel(format, background)];
  for (const { colour, area } of rectangles) {
    const place = Buffer.alloc(8);
    area.forEach((value, index) => place.writeUInt16BE(value, index * 2));
    parts.push(pixel(format, colour), place);
  }
  return Buffer.concat(parts);
}

function serverInit({ widthPx, heightPx, name }: FakePictureOrder): Buffer {
  const text = Buffer.from(name);
  const head = Buffer.alloc(24);
  head.writeUInt16BE(widthPx, 0);
  head.writeUInt16BE(heightPx, 2);
  head.writeUInt8(32, 4);
  head.writeUInt8(24, 5);
  head.writeUInt8(1, 7);
  serverFormat.max.forEach((value, index) => head.writeUInt16BE(value, 8 + index * 2));
  serverFormat.shift.forEach((value, index) => head.writeUInt8(value, 14 + index));
  head.writeUInt32BE(text.length, 20);
  return Buffer.concat([head, text]);
}

/** Bytes of the client's message at the beginning of `bytes`; 0: more are needed to know, -1: no message that we announced. */
function messageBytes(bytes: Buffer): number {
  switch (bytes[0]) {
    case 0:
      return 20;
    case 2:
      return bytes.length < 4 ? 0 : 4 + 4 * bytes.readUInt16BE(2);
    case 3:
      return 10;
    case 4:
      return 8;
    case 5:
      return 6;
    case 6:
      return bytes.length < 8 ? 0 : 8 + Math.abs(bytes.readInt32BE(4));
    case 251:
      return bytes.length < 8 ? 0 : 8 + 16 * bytes.readUInt8(6);
    case undefined:
      return 0;
    default:
      return -1;
  }
}

function encodingsOf(message: Buffer): number[] {
  return Array.from({ length: message.readUInt16BE(2) }, (_, index) => message.readInt32BE(4 + index * 4));
}

function readFormat(message: Buffer): PixelFormat {
  return {
    bigEndian: message.readUInt8(6) !== 0,
    max: [message.readUInt16BE(8), message.readUInt16BE(10), message.readUInt16BE(12)],
    shift: [message.readUInt8(14), message.readUInt8(15), message.readUInt8(16)],
  };
}

/** One viewer: the beginning of RFB 3.8 without a password, then the picture whenever all of it is asked for. */
function show(socket: Socket, order: FakePictureOrder): void {
  let bytes = Buffer.alloc(0);
  let step: 'version' | 'security' | 'init' | 'messages' = 'version';
  let format = serverFormat;
  let knowsRre = false;
  const take = (count: number): Buffer | null => {
    if (bytes.length < count) return null;
    const taken = bytes.subarray(0, count);
    bytes = bytes.subarray(count);
    return taken;
  };
  /** False: more bytes are needed. */
  const next = (): boolean => {
    if (step === 'version') {
      if (take(version.length) === null) return false;
      socket.write(Buffer.from([1, 1]));
      step = 'security';
    } else if (step === 'security') {
      if (take(1) === null) return false;
      socket.write(Buffer.alloc(4));
      step = 'init';
    } else if (step === 'init') {
      if (take(1) === null) return false;
      socket.write(serverInit(order));
      step = 'messages';
    } else {
      const length = messageBytes(bytes);
      if (length === -1) socket.destroy();
      const message = length > 0 ? take(length) : null;
      if (message === null) return false;
      const type = message[0];
      if (type === 0 && message[4] !== 32) socket.destroy();
      else if (type === 0) format = readFormat(message);
      else if (type === 2) knowsRre = encodingsOf(message).includes(rreEncoding);
      else if (type === 3 && message[1] === 0)
        socket.write(knowsRre ? wholePicture(order, format) : wholeRawPicture(order, format));
    }
    return true;
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (!socket.destroyed && next());
  });
  socket.write(version);
}

/** Serves the picture on a unix socket until it is disposed of; then the socket and its folder are gone. */
export async function serveFakePicture(order: FakePictureOrder): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    show(socket, order);
  });
  await mkdir(dirname(order.path), { recursive: true });
  await rm(order.path, { force: true });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(order.path, listening.resolve);
  await listening.promise;
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of sockets) socket.destroy();
      await closed.promise;
      await rm(dirname(order.path), { recursive: true, force: true });
    },
  };
}
