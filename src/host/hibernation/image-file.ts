// One file with everything that CRIU wrote of a session: packed, checksummed, encrypted if wanted. See docs/protocol.md.
import { closeSync, constants as fileConstants, openSync, readFileSync, writeSync } from 'node:fs';
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { Turnstile } from '../turnstile.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** What is packed is cut into pieces of this size, so that all processors can work and little memory is taken. */
const pieceBytes = 4 * 1024 * 1024;
/** So many pieces are in hand at once: one waits for the disk while the processors have the others. */
const piecesAtOnce = availableParallelism() + 1;
/** Memory of desktops shrinks to a seventh at this level, at some 600 MB a second and processor. */
const level = -2;
/** Node goes round once for so much of what comes out, its own 16 kB cost more than the packing. */
const packedChunkBytes = 1024 * 1024;
/** CRIU writes hundreds of files of some bytes: to have another thread read or write one takes longer than to do it. */
const smallBytes = 64 * 1024;
const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export const pieceSchema = z.object({
  /** Where its content begins among the files, which lie one behind the other, and how much it is. */
  start: z.number().int().nonnegative(),
  bytes: z.number().int().positive().max(pieceBytes),
  /** Where it lies in the image. */
  at: z.number().int().nonnegative(),
  packedBytes: z.number().int().positive(),
  sha256: z.string().length(64),
});
type Piece = z.infer<typeof pieceSchema>;

const fileSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  bytes: z.number().int().nonnegative(),
});

export const contentsSchema = z.object({
  files: z.array(fileSchema),
  pieces: z.array(pieceSchema),
  encrypted: z.boolean(),
});
/** What is in an image, and where. */
export type Contents = z.infer<typeof contentsSchema>;

/** A file with where it begins among those that lie one behind the other. */
type PlacedFile = Contents['files'][number] & { start: number };

/** What a piece has of one file. */
interface Part {
  name: string;
  /** In the file. */
  offset: number;
  /** In the piece. */
  from: number;
  bytes: number;
  /** The file has nothing beyond it. */
  whole: boolean;
}

/** The image is not what its contents say. */
export class DamagedImage extends Error {
  override name = 'DamagedImage';
}

/** Fills the buffer from the file. */
async function readExactly(handle: FileHandle, buffer: Buffer, position: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) throw new DamagedImage(`ends ${buffer.length - done} bytes too early`);
    done += bytesRead;
  }
}

async function writeExactly(handle: FileHandle, buffer: Buffer, position: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesWritten } = await handle.write(buffer, done, buffer.length - done, position + done);
    done += bytesWritten;
  }
}

/** Calls `work` for every item, some side by side; after a failure none is begun. Nothing is under way when it is over. */
async function eachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (!failed) {
      const item = items[next];
      next += 1;
      if (item === undefined) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: piecesAtOnce }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** What a piece has of the files, which are in order. */
function partsOf(files: readonly PlacedFile[], { start, bytes }: Pick<Piece, 'start' | 'bytes'>): Part[] {
  const parts: Part[] = [];
  for (const file of files) {
    const begin = Math.max(start, file.start);
    const end = Math.min(start + bytes, file.start + file.bytes);
    if (begin >= end) continue;
    const whole = end - begin === file.bytes;
    parts.push({ name: file.name, offset: begin - file.start, from: begin - start, bytes: end - begin, whole });
  }
  return parts;
}

async function pack(plain: Buffer, key: Buffer | null): Promise<Buffer> {
  const packed = await compress(plain, {
    chunkSize: packedChunkBytes,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
  if (key === null) return packed;
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  const sealed = Buffer.concat([nonce, sealing.update(packed), sealing.final()]);
  return Buffer.concat([sealed, sealing.getAuthTag()]);
}

async function unpack(packed: Buffer, bytes: number, key: Buffer | null): Promise<Buffer> {
  try {
    let inner = packed;
    if (key !== null) {
      const opening = createDecipheriv(cipher, key, packed.subarray(0, nonceBytes), { authTagLength: tagBytes });
      opening.setAuthTag(packed.subarray(packed.length - tagBytes));
      inner = Buffer.concat([opening.update(packed.subarray(nonceBytes, packed.length - tagBytes)), opening.final()]);
    }
    // With a byte to spare it sees at once that nothing follows.
    return await decompress(inner, { chunkSize: Math.max(bytes, constants.Z_MIN_CHUNK) + 1, maxOutputLength: bytes });
  } catch (error) {
    throw new DamagedImage('cannot be unpacked', { cause: error });
  }
}

async function readPart(folder: string, { name, offset, bytes, whole }: Part, into: Buffer): Promise<void> {
  if (whole && bytes <= smallBytes) {
    if (readFileSync(`${folder}/${name}`).copy(into) !== bytes) throw new Error(`${name} is not as long as it was`);
    return;
  }
  await using handle = await open(`${folder}/${name}`, 'r');
  await readExactly(handle, into, offset);
}

async function writePart(folder: string, { name, offset, bytes, whole }: Part, content: Buffer): Promise<void> {
  if (whole && bytes <= smallBytes) {
    const file = openSync(`${folder}/${name}`, 'wx', 0o600);
    try {
      for (let done = 0; done < bytes; ) done += writeSync(file, content, done);
    } finally {
      closeSync(file);
    }
    return;
  }
  await using handle = await open(`${folder}/${name}`, fileConstants.O_WRONLY | fileConstants.O_CREAT, 0o600);
  await writeExactly(handle, content, offset);
}

/** Writes an image while what goes into it is still being written. */
export class ImageWriter {
  readonly #handle: FileHandle;
  readonly #key: Buffer | null;
  readonly #turnstile = new Turnstile(piecesAtOnce);
  /** Those that nobody uses just now: new ones would have to be cleared by the kernel. */
  readonly #buffers: Buffer[] = [];
  readonly #files: Contents['files'] = [];
  readonly #pieces: Piece[] = [];
  /** Of the files, and of the image. */
  #start = 0;
  #end = 0;

  private constructor(handle: FileHandle, key: Buffer | null) {
    this.#handle = handle;
    this.#key = key;
  }

  /** `file` must not be there. `key`: 32 bytes to encrypt with, or null. */
  static async create(file: string, key: Buffer | null): Promise<ImageWriter> {
    return new ImageWriter(await open(file, 'wx', 0o600), key);
  }

  /** Adds files of `folder`; several calls may be under way. Rejects with what the disk says, ENOSPC among it. */
  async add(folder: string, names: readonly string[]): Promise<void> {
    const sizes = await Promise.all(names.map(async (name) => (await stat(`${folder}/${name}`)).size));
    const first = this.#start;
    const files = names.map((name, index): PlacedFile => {
      const file = { name, bytes: sizes[index] ?? 0, start: this.#start };
      this.#start += file.bytes;
      this.#files.push({ name, bytes: file.bytes });
      return file;
    });
    const pieces: { start: number; bytes: number }[] = [];
    for (let start = first; start < this.#start; start += pieceBytes) {
      pieces.push({ start, bytes: Math.min(pieceBytes, this.#start - start) });
    }
    await eachAtOnce(pieces, async (piece) => {
      using _turn = await this.#turnstile.enter();
      const buffer = this.#buffers.pop() ?? Buffer.allocUnsafe(pieceBytes);
      const plain = buffer.subarray(0, piece.bytes);
      for (const part of partsOf(files, piece)) {
        await readPart(folder, part, plain.subarray(part.from, part.from + part.bytes));
      }
      const packed = await pack(plain, this.#key);
      const at = this.#end;
      this.#end += packed.length;
      this.#pieces.push({ ...piece, at, packedBytes: packed.length, sha256: hash('sha256', packed) });
      await writeExactly(this.#handle, packed, at);
      this.#buffers.push(buffer);
    });
  }

  /** Waits until all is on the disk. Gives what is in it. */
  async finish(): Promise<Contents> {
    await this.#handle.sync();
    return { files: this.#files, pieces: this.#pieces, encrypted: this.#key !== null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** All regular files of a folder, by name. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

/** Writes the files of an image to `folder`, which is made. Rejects with DamagedImage, or with what the disk says. */
export async function unpackImage(image: string, contents: Contents, key: Buffer | null, folder: string): Promise<void> {
  if (contents.encrypted && key === null) throw new DamagedImage('is encrypted with a key that is not here');
  let start = 0;
  const files = contents.files.map((file): PlacedFile => {
    start += file.bytes;
    return { ...file, start: start - file.bytes };
  });
  let covered = 0;
  for (const piece of contents.pieces.toSorted((a, b) => a.start - b.start)) {
    if (piece.start !== covered) throw new DamagedImage('has pieces that do not fit together');
    covered += piece.bytes;
  }
  if (covered !== start) throw new DamagedImage('has pieces that do not fit together');
  await mkdir(folder, { mode: 0o700 });
  for (const { name, bytes } of files) if (bytes === 0) closeSync(openSync(`${folder}/${name}`, 'wx', 0o600));
  await using source = await open(image, 'r');
  await eachAtOnce(contents.pieces, async (piece) => {
    const packed = Buffer.allocUnsafe(piece.packedBytes);
    await readExactly(source, packed, piece.at);
    if (hash('sha256', packed) !== piece.sha256) throw new DamagedImage('has a wrong checksum');
    const plain = await unpack(packed, piece.bytes, contents.encrypted ? key : null);
    if (plain.length !== piece.bytes) throw new DamagedImage('has a piece of wrong size');
    for (const part of partsOf(files, piece)) {
      await writePart(folder, part, plain.subarray(part.from, part.from + part.bytes));
    }
  });
}
