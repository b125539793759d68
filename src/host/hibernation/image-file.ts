// One file with everything that CRIU wrote of a session: packed, checksummed, encrypted if wanted. See docs/protocol.md.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { z } from 'zod';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Files are packed in pieces of this size, so that all processors can work and little memory is taken. */
const pieceBytes = 4 * 1024 * 1024;
/** Memory of desktops shrinks to an eighth at this level, at some 500 MB a second and processor. */
const level = 1;
const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export const pieceSchema = z.object({
  /** Index in `files`. */
  file: z.number().int().nonnegative(),
  /** Where its content begins in the file, and how much it is. */
  offset: z.number().int().nonnegative(),
  bytes: z.number().int().positive().max(pieceBytes),
  /** Where it lies in the image. */
  at: z.number().int().nonnegative(),
  packedBytes: z.number().int().positive(),
  sha256: z.string().length(64),
});
type Piece = z.infer<typeof pieceSchema>;

export const contentsSchema = z.object({
  files: z.array(z.object({ name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/), bytes: z.number().int().nonnegative() })),
  pieces: z.array(pieceSchema),
  encrypted: z.boolean(),
});
/** What is in an image, and where. */
export type Contents = z.infer<typeof contentsSchema>;

/** The image is not what its contents say. */
export class DamagedImage extends Error {
  override name = 'DamagedImage';
}

async function readExactly(handle: FileHandle, bytes: number, position: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await handle.read(buffer, done, bytes - done, position + done);
    if (bytesRead === 0) throw new DamagedImage(`ends ${bytes - done} bytes too early`);
    done += bytesRead;
  }
  return buffer;
}

async function writeExactly(handle: FileHandle, buffer: Buffer, position: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesWritten } = await handle.write(buffer, done, buffer.length - done, position + done);
    done += bytesWritten;
  }
}

/** Calls `work` for every item, some side by side; the first failure stops it. */
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
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
}

async function pack(plain: Buffer, key: Buffer | null): Promise<Buffer> {
  const packed = await compress(plain, { params: { [constants.ZSTD_c_compressionLevel]: level } });
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
    return await decompress(inner, { maxOutputLength: bytes });
  } catch (error) {
    throw new DamagedImage('cannot be unpacked', { cause: error });
  }
}

/** Writes an image while what goes into it is still being written: a file is packed as soon as the next one appears. */
export class ImageWriter {
  readonly #handle: FileHandle;
  readonly #key: Buffer | null;
  readonly #files: Contents['files'] = [];
  readonly #pieces: Piece[] = [];
  #end = 0;

  private constructor(handle: FileHandle, key: Buffer | null) {
    this.#handle = handle;
    this.#key = key;
  }

  /** `file` must not be there. `key`: 32 bytes to encrypt with, or null. */
  static async create(file: string, key: Buffer | null): Promise<ImageWriter> {
    return new ImageWriter(await open(file, 'wx', 0o600), key);
  }

  /** Adds files of `folder`. Rejects with what the disk says, ENOSPC among it. */
  async add(folder: string, names: readonly string[]): Promise<void> {
    const pieces: { handle: FileHandle; file: number; offset: number; bytes: number }[] = [];
    await using handles = new AsyncDisposableStack();
    for (const name of names) {
      const handle = handles.use(await open(`${folder}/${name}`, 'r'));
      const { size } = await handle.stat();
      const file = this.#files.push({ name, bytes: size }) - 1;
      for (let offset = 0; offset < size; offset += pieceBytes) {
        pieces.push({ handle, file, offset, bytes: Math.min(pieceBytes, size - offset) });
      }
    }
    await eachAtOnce(pieces, async ({ handle, file, offset, bytes }) => {
      const packed = await pack(await readExactly(handle, bytes, offset), this.#key);
      const at = this.#end;
      this.#end += packed.length;
      this.#pieces.push({
        file,
        offset,
        bytes,
        at,
        packedBytes: packed.length,
        sha256: createHash('sha256').update(packed).digest('hex'),
      });
      await writeExactly(this.#handle, packed, at);
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
  await mkdir(folder, { mode: 0o700 });
  await using handles = new AsyncDisposableStack();
  const source = handles.use(await open(image, 'r'));
  const targets: FileHandle[] = [];
  for (const { name, bytes } of contents.files) {
    const target = handles.use(await open(`${folder}/${name}`, 'wx', 0o600));
    await target.truncate(bytes);
    targets.push(target);
  }
  await eachAtOnce(contents.pieces, async (piece) => {
    const target = targets[piece.file];
    const packed = await readExactly(source, piece.packedBytes, piece.at);
    if (createHash('sha256').update(packed).digest('hex') !== piece.sha256) throw new DamagedImage('has a wrong checksum');
    const plain = await unpack(packed, piece.bytes, contents.encrypted ? key : null);
    if (target === undefined || plain.length !== piece.bytes) throw new DamagedImage('has a piece of wrong size');
    await writeExactly(target, plain, piece.offset);
  });
}
