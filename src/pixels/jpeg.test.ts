import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { JpegEncoder } from './jpeg.ts';

function encodeJpeg(rgb: Uint8Array, width: number, height: number, quality: number): Uint8Array {
  const encoder = new JpegEncoder(rgb, width, height, quality);
  for (;;) {
    const file = encoder.step();
    if (file !== null) return file;
  }
}

/** What another decoder sees in it. */
async function decoded(jpeg: Uint8Array): Promise<{ width: number; height: number; rgb: Buffer }> {
  const { data, info } = await sharp(jpeg, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 3);
  return { width: info.width, height: info.height, rgb: data };
}

function paint(width: number, height: number, colour: (x: number, y: number) => readonly number[]): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return colour(pixel % width, Math.floor(pixel / width))[index % 3] ?? 0;
  });
}

function meanError(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

describe('JPEG', () => {
  it('keeps one colour', async () => {
    for (const colour of [
      [0, 0, 0],
      [255, 255, 255],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [51, 102, 204],
    ]) {
      const rgb = paint(40, 24, () => colour);
      assert.ok(meanError(rgb, (await decoded(encodeJpeg(rgb, 40, 24, 80))).rgb) < 3, String(colour));
    }
  });

  it('shows a picture much as it is, in about the size that others need', async () => {
    const rgb = paint(320, 180, (x, y) => [128 + 100 * Math.sin(x / 9), y, (x * y) / 250 + 40 * ((x >> 4) & 1)]);
    const jpeg = encodeJpeg(rgb, 320, 180, 80);
    assert.ok(meanError(rgb, (await decoded(jpeg)).rgb) < 4);
    const peer = await sharp(rgb, { raw: { width: 320, height: 180, channels: 3 } })
      .jpeg({ quality: 80, chromaSubsampling: '4:4:4', optimiseCoding: false })
      .toBuffer();
    assert.ok(jpeg.length < peer.length * 1.25, `${jpeg.length} bytes, the other ${peer.length}`);
  });

  it('can be read by others whatever the pixels, the size and the quality are', async () => {
    const picture = fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 100 }))
      .chain(([width, height, quality]) => {
        const length = width * height * 3;
        const extreme = fc
          .array(fc.constantFrom(0, 255), { minLength: length, maxLength: length })
          .map((list) => Uint8Array.from(list));
        return fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          quality: fc.constant(quality),
          rgb: fc.oneof(fc.uint8Array({ minLength: length, maxLength: length }), extreme),
        });
      });
    await fc.assert(
      fc.asyncProperty(picture, async ({ width, height, quality, rgb }) => {
        const seen = await decoded(encodeJpeg(rgb, width, height, quality));
        assert.deepEqual([seen.width, seen.height], [width, height]);
        if (quality === 100) assert.ok(meanError(rgb, seen.rgb) < 4);
      }),
      { numRuns: 200 },
    );
  });
});
