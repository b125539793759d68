import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Shrinker } from './shrinker.ts';

function pictureOf(shrinker: Shrinker): Uint8Array {
  for (let y = 0; y < shrinker.heightPx; y += 1) shrinker.finish(y);
  return shrinker.picture;
}

describe('shrinker', () => {
  it('keeps the shape, and never makes a small screen larger', () => {
    const wide = new Shrinker(1920, 1080, 320);
    assert.deepEqual([wide.widthPx, wide.heightPx], [320, 180]);
    const small = new Shrinker(100, 50, 320);
    assert.deepEqual([small.widthPx, small.heightPx], [100, 50]);
    const thin = new Shrinker(16_000, 1, 320);
    assert.deepEqual([thin.widthPx, thin.heightPx], [320, 1]);
    const upright = new Shrinker(1080, 1920, 320);
    assert.deepEqual([upright.widthPx, upright.heightPx], [320, 569]);
  });

  it('makes no picture more than twice as high as it was to be wide', () => {
    const sizes = [
      [320, 8192, 25, 640],
      [2048, 4100, 320, 640],
      [1, 8192, 1, 640],
      [300, 640, 300, 640],
    ] as const;
    for (const [width, height, ...expected] of sizes) {
      const shrinker = new Shrinker(width, height, 320);
      assert.deepEqual([shrinker.widthPx, shrinker.heightPx], expected);
    }
  });

  it('gives the mean of the pixels of each cell', () => {
    const shrinker = new Shrinker(4, 2, 2);
    shrinker.add(0, 0, Uint8Array.of(0, 10, 0, 9, 100, 20, 0, 9, 1, 1, 1, 9, 1, 1, 1, 9));
    shrinker.add(0, 1, Uint8Array.of(200, 30, 0, 9, 100, 40, 0, 9, 1, 1, 1, 9, 3, 3, 3, 9));
    assert.deepEqual([...pictureOf(shrinker)], [100, 25, 0, 2, 2, 2]);
  });

  it('gives a screen of one colour in that colour, in whatever order and pieces it arrives', () => {
    const screen = fc.record({
      width: fc.integer({ min: 1, max: 90 }),
      height: fc.integer({ min: 1, max: 60 }),
      wanted: fc.integer({ min: 1, max: 100 }),
      at: fc.nat(89),
      colour: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
    });
    fc.assert(
      fc.property(screen, ({ width, height, wanted, at, colour }) => {
        const shrinker = new Shrinker(width, height, wanted);
        const pixels = Uint8Array.from({ length: width * 4 }, (_, index) => colour[index % 4] ?? 0);
        const middle = at % width;
        for (let y = height - 1; y >= 0; y -= 1) {
          shrinker.add(middle, y, pixels.subarray(middle * 4));
          shrinker.add(0, y, pixels.subarray(0, middle * 4));
        }
        const picture = pictureOf(shrinker);
        assert.equal(picture.length, shrinker.widthPx * shrinker.heightPx * 3);
        assert.ok(picture.every((value, index) => value === colour[index % 3]));
      }),
    );
  });
});
