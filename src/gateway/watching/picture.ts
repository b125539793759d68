// One picture of a screen: made once, the same bytes for everybody.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { pictureWidthsPx } from '#model/picture.ts';
import type { PictureSize } from '#model/picture.ts';
import { JpegEncoder } from '#pixels/jpeg.ts';
import type { Screen } from '#pixels/screen-reader.ts';
import { Shrinker } from '#pixels/shrinker.ts';

const quality = 75;
/** After so long others have their turn: the keys of somebody at a station, for instance. */
const turnMs = 3;

export interface Picture {
  jpeg: Buffer;
  /** Stands for what is seen: equal pictures have equal tags. */
  tag: string;
}

export function tagOf(jpeg: Uint8Array): string {
  return createHash('sha256').update(jpeg).digest('base64url').slice(0, 22);
}

function* make({ widthPx, heightPx, pixels }: Screen, size: PictureSize): Generator<undefined, Uint8Array> {
  const shrinker = new Shrinker(widthPx, heightPx, pictureWidthsPx[size]);
  const rowBytes = widthPx * 4;
  for (let y = 0; y < heightPx; y += 1) {
    shrinker.add(0, y, pixels.subarray(y * rowBytes, (y + 1) * rowBytes));
    yield;
  }
  for (let y = 0; y < shrinker.heightPx; y += 1) {
    shrinker.finish(y);
    yield;
  }
  const encoder = new JpegEncoder(shrinker.picture, shrinker.widthPx, shrinker.heightPx, quality);
  for (;;) {
    const file = encoder.step();
    if (file !== null) return file;
    yield;
  }
}

/** A picture of what the screen shows while it is made: what changes meanwhile is in it or not. */
export async function takePicture(screen: Screen, size: PictureSize): Promise<Picture> {
  const steps = make(screen, size);
  let begun = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { jpeg: Buffer.from(value), tag: tagOf(value) };
    if (performance.now() - begun < turnMs) continue;
    await setImmediate();
    begun = performance.now();
  }
}
