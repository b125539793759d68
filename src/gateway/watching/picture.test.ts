import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { takePicture } from './picture.ts';

describe('taking a picture', () => {
  it('lets others have their turn from the beginning, however large the screen', async () => {
    const [widthPx, heightPx] = [4096, 2048];
    const pixels = new Uint8Array(widthPx * heightPx * 4);
    const picture = takePicture({ widthPx, heightPx, pixels }, 'small');
    // What changes meanwhile can only be in it if not all was looked at before the call came back.
    pixels.fill(255);
    const { data, info } = await sharp((await picture).jpeg)
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [320, 160]);
    assert.ok((data.at(-1) ?? 0) > 245);
  });

  it('has a bound on its height, and so on its memory', async () => {
    const [widthPx, heightPx] = [320, 8192];
    const { jpeg } = await takePicture({ widthPx, heightPx, pixels: new Uint8Array(widthPx * heightPx * 4) }, 'small');
    const { width, height } = await sharp(jpeg).metadata();
    assert.deepEqual([width, height], [25, 640]);
  });
});
