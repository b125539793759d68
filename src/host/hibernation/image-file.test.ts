import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DamagedImage, ImageWriter, filesOf, unpackImage } from './image-file.ts';

const megabyte = 1024 * 1024;

class Place implements AsyncDisposable {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Place> {
    const place = new Place(await mkdtemp(join(tmpdir(), 'stationmaster-image-')));
    await mkdir(`${place.folder}/raw`);
    return place;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  /** Files as CRIU writes them: hundreds of small ones, empty ones, and memory that is larger than a piece. */
  async fill(): Promise<string[]> {
    const random = randomBytes(3 * megabyte);
    await writeFile(`${this.folder}/raw/pages-1.img`, Buffer.concat([random, Buffer.alloc(7 * megabyte, 3), random]));
    await writeFile(`${this.folder}/raw/pages-2.img`, random.subarray(0, 70_001));
    await writeFile(`${this.folder}/raw/empty.img`, '');
    for (let number = 0; number < 200; number += 1) {
      await writeFile(`${this.folder}/raw/core-${number}.img`, random.subarray(number, 2 * number + 1));
    }
    return await filesOf(`${this.folder}/raw`);
  }

  /** Names and checksums. */
  async sums(folder: string): Promise<Record<string, string>> {
    const sums: Record<string, string> = {};
    for (const name of (await readdir(`${this.folder}/${folder}`)).sort()) {
      const content = await readFile(`${this.folder}/${folder}/${name}`);
      sums[name] = createHash('sha256').update(content).digest('hex');
    }
    return sums;
  }

  async write(key: Buffer | null, additions: readonly (readonly string[])[]) {
    await using writer = await ImageWriter.create(`${this.folder}/image`, key);
    await Promise.all(additions.map((names) => writer.add(`${this.folder}/raw`, names)));
    return await writer.finish();
  }
}

describe('an image', () => {
  for (const key of [null, randomBytes(32)]) {
    it(`gives back what was put into it${key === null ? '' : ', encrypted'}`, async () => {
      await using place = await Place.make();
      const names = await place.fill();
      const large = names.filter((name) => name.startsWith('pages'));
      const rest = names.filter((name) => !large.includes(name));
      const contents = await place.write(key, [...large.map((name) => [name]), rest]);
      assert.ok(contents.pieces.length < 10, 'small files share a piece');
      const { size } = await stat(`${place.folder}/image`);
      assert.equal(size, Math.max(...contents.pieces.map(({ at, packedBytes }) => at + packedBytes)));
      assert.ok(size < 8 * megabyte);
      await unpackImage(`${place.folder}/image`, contents, key, `${place.folder}/again`);
      assert.deepEqual(await place.sums('again'), await place.sums('raw'));
      assert.equal((await stat(`${place.folder}/again/pages-1.img`)).mode & 0o777, 0o600);
    });
  }

  it('is refused when a byte of it is wrong, wherever it lies, when it is cut off, and without its key', async () => {
    await using place = await Place.make();
    const key = randomBytes(32);
    const contents = await place.write(key, [await place.fill()]);
    const image = await readFile(`${place.folder}/image`);
    const refused = async (because: string, what = contents, withKey: Buffer | null = key): Promise<void> => {
      await assert.rejects(unpackImage(`${place.folder}/image`, what, withKey, `${place.folder}/again`), DamagedImage, because);
      await rm(`${place.folder}/again`, { recursive: true, force: true });
    };
    for (const { at, packedBytes } of contents.pieces) {
      await using handle = await open(`${place.folder}/image`, 'r+');
      const where = at + Math.floor(packedBytes / 2);
      await handle.write(Buffer.from([(image[where] ?? 0) ^ 1]), 0, 1, where);
      await refused(`a byte at ${where}`);
      await handle.write(image, where, 1, where);
    }
    await refused('without its key', contents, null);
    await refused('with another key', contents, randomBytes(32));
    await refused('a piece is missing', { ...contents, pieces: contents.pieces.slice(1) });
    await writeFile(`${place.folder}/image`, image.subarray(0, image.length - 1));
    await refused('cut off');
  });
});
