// Whatever is put into an image comes out again, or it is said that the image is damaged, or the disk full: nothing in between.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { makeTestRoom } from '../test-room.ts';
import { DamagedImage, ImageWriter, contentsSchema, filesOf, unpackImage } from './image-file.ts';
import type { Contents } from './image-file.ts';

const megabyte = 1024 * 1024;

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'stationmaster-image-'));
  readonly raw = join(this.path, 'raw');
  readonly image = join(this.path, 'image');
  readonly out = join(this.path, 'out');

  constructor(files: Readonly<Record<string, Uint8Array>>) {
    mkdirSync(this.raw);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.raw, name), content);
  }

  async write(key: Buffer | null): Promise<Contents> {
    await using writer = await ImageWriter.create(this.image, key);
    await writer.add(this.raw, await filesOf(this.raw));
    return await writer.finish();
  }

  /** What comes out of the image. */
  async read(contents: Contents, key: Buffer | null): Promise<Record<string, Buffer>> {
    rmSync(this.out, { recursive: true, force: true });
    await unpackImage(this.image, contents, key, this.out);
    return Object.fromEntries(readdirSync(this.out).map((name) => [name, readFileSync(join(this.out, name))]));
  }

  /** With these bytes in place of the image. */
  async readInstead(image: Buffer, contents: Contents, key: Buffer | null): Promise<Record<string, Buffer>> {
    writeFileSync(this.image, image);
    return await this.read(contents, key);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Half of it is easy to pack, half is not. */
function mixed(bytes: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.floor(bytes / 2), 'page '), randomBytes(Math.ceil(bytes / 2))]);
}

function flipped(image: Buffer, at: number): Buffer {
  const bad = Buffer.from(image);
  bad[at] = (bad[at] ?? 0) ^ (1 << randomInt(8));
  return bad;
}

describe('an image', () => {
  it('gives back whatever files were put into it, with a key and without', async () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 4000 }), { maxKeys: 6, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(files, fc.boolean(), async (content, encrypted) => {
        using folder = new Folder(content);
        const key = encrypted ? randomBytes(32) : null;
        const contents = contentsSchema.parse(JSON.parse(JSON.stringify(await folder.write(key))));
        const expected = Object.entries(content).map(([own, bytes]) => [own, Buffer.from(bytes)]);
        assert.deepEqual(await folder.read(contents, key), Object.fromEntries(expected));
      }),
      { numRuns: 60 },
    );
  });

  it('takes files of every size around that of a piece, one after the other', async () => {
    const content = {
      'empty.img': Buffer.alloc(0),
      'exactly.img': mixed(4 * megabyte),
      'one-more.img': mixed(4 * megabyte + 1),
      'one.img': Buffer.from('x'),
      'small-enough.img': mixed(64 * 1024),
      'not-small.img': mixed(64 * 1024 + 1),
      'large.img': mixed(13 * megabyte - 7),
    };
    using folder = new Folder(content);
    const key = randomBytes(32);
    await using writer = await ImageWriter.create(folder.image, key);
    for (const name of Object.keys(content)) await writer.add(folder.raw, [name]);
    assert.deepEqual(await folder.read(await writer.finish(), key), content);
    assert.equal(statSync(folder.image).mode & 0o777, 0o600);
    assert.equal(statSync(folder.out).mode & 0o777, 0o700);
    for (const name of readdirSync(folder.out)) assert.equal(statSync(join(folder.out, name)).mode & 0o777, 0o600, name);
  });

  it('is smaller than what is in it', async () => {
    using folder = new Folder({ 'pages-1.img': Buffer.alloc(megabyte, 'what a person has written ') });
    await folder.write(null);
    assert.ok(statSync(folder.image).size < megabyte / 10);
  });

  it('shows nothing of what is in it if it is encrypted', async () => {
    for (const key of [null, randomBytes(32)]) {
      using folder = new Folder({ 'pages-1.img': Buffer.from('what a person has written') });
      await folder.write(key);
      assert.equal(readFileSync(folder.image).includes('person'), key === null);
    }
  });

  it('is not written over one that is there', async () => {
    using folder = new Folder({ 'a.img': mixed(100) });
    const contents = await folder.write(null);
    await assert.rejects(folder.write(null), { code: 'EEXIST' });
    assert.deepEqual(Object.keys(await folder.read(contents, null)), ['a.img']);
  });
});

describe('a damaged image', () => {
  for (const key of [null, randomBytes(32)]) {
    it(`is found out wherever a bit is wrong or the end is missing (${key === null ? 'plain' : 'encrypted'})`, async () => {
      using folder = new Folder({ 'a.img': mixed(240), 'b.img': mixed(120), 'c.img': Buffer.from('x') });
      const contents = await folder.write(key);
      const good = readFileSync(folder.image);
      for (let at = 0; at < good.length; at += 1) {
        await assert.rejects(folder.readInstead(flipped(good, at), contents, key), DamagedImage, `a bit of byte ${at}`);
      }
      for (let size = 0; size < good.length; size += 13) {
        await assert.rejects(folder.readInstead(good.subarray(0, size), contents, key), DamagedImage, `only ${size} bytes`);
      }
      assert.equal(Object.keys(await folder.readInstead(good, contents, key)).length, 3);
    });
  }

  it('is found out in every piece of a large one', async () => {
    using folder = new Folder({ 'pages-1.img': mixed(11 * megabyte) });
    const contents = await folder.write(null);
    assert.equal(contents.pieces.length, 3);
    const good = readFileSync(folder.image);
    for (const { at, packedBytes } of contents.pieces) {
      const bad = flipped(good, at + randomInt(packedBytes));
      await assert.rejects(folder.readInstead(bad, contents, null), DamagedImage);
    }
    await folder.readInstead(good, contents, null);
  });

  it('cannot be read with another key, with none, or as if it were not encrypted', async () => {
    using folder = new Folder({ 'a.img': mixed(500) });
    const key = randomBytes(32);
    const contents = await folder.write(key);
    await assert.rejects(folder.read(contents, randomBytes(32)), DamagedImage);
    await assert.rejects(folder.read(contents, null), DamagedImage);
    await assert.rejects(folder.read({ ...contents, encrypted: false }, null), DamagedImage);
  });

  it('does not unpack more or less than was promised, and leaves no gap', async () => {
    using folder = new Folder({ 'a.img': Buffer.alloc(megabyte), 'b.img': mixed(50) });
    const contents = await folder.write(null);
    const [piece] = contents.pieces;
    const [file, second] = contents.files;
    assert.ok(piece !== undefined && file !== undefined && second !== undefined);
    const wrong: Contents[] = [
      { ...contents, pieces: [] },
      { ...contents, pieces: [piece, piece] },
      { ...contents, files: [file] },
      { ...contents, files: [{ ...file, bytes: file.bytes + 1 }, second] },
    ];
    for (const bytes of [1, 1000, piece.bytes - 1, piece.bytes + 1, 4 * megabyte]) {
      wrong.push({ ...contents, pieces: [{ ...piece, bytes }] });
      wrong.push({ ...contents, files: [{ ...file, bytes }], pieces: [{ ...piece, bytes }] });
    }
    for (const one of wrong) await assert.rejects(folder.read(one, null), DamagedImage, JSON.stringify(one));
    await folder.read(contents, null);
  });

  it('whose contents name a file outside of its folder is not of the form that is expected', () => {
    for (const name of ['../a.img', '/etc/passwd', '.hidden', '', 'a/b']) {
      const contents = { files: [{ name, bytes: 0 }], pieces: [], encrypted: false };
      assert.equal(contentsSchema.safeParse(contents).success, false, name);
    }
  });
});

describe('a full disk', () => {
  it('is said as what it is, by who writes and by who unpacks, large files and small ones', async () => {
    await using room = await makeTestRoom();
    const small = `${room.places.runDir}/small`;
    mkdirSync(small);
    await room.mountMemory(small, 'size=1m');
    const many = Array.from({ length: 40 }, (_, index) => [`core-${index}.img`, randomBytes(50_000)] as const);
    for (const content of [{ 'pages-1.img': randomBytes(9 * megabyte) }, Object.fromEntries(many)]) {
      using folder = new Folder(content);
      {
        await using writer = await ImageWriter.create(`${small}/image`, null);
        await assert.rejects(writer.add(folder.raw, Object.keys(content)), { code: 'ENOSPC' });
      }
      rmSync(`${small}/image`);
      const contents = await folder.write(null);
      await assert.rejects(unpackImage(folder.image, contents, null, `${small}/out`), { code: 'ENOSPC' });
      rmSync(`${small}/out`, { recursive: true });
    }
  });
});
