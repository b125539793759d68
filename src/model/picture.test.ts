// Live pictures as they travel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureMessage, pictureSizes, readPictureMessage } from './picture.ts';

test('a picture is read as it was sent, in each size', () => {
  for (const size of pictureSizes) {
    const sent = { session: 'abcdefghijklmn27', size, tag: 'A-_z0123456789abcdefgh', jpeg: Uint8Array.of(0xff, 0xd8, 0, 7) };
    assert.deepEqual(readPictureMessage(pictureMessage(sent)), sent);
  }
});

test('what is too short, or of no known size, is no picture', () => {
  const whole = pictureMessage({ session: 'a'.repeat(16), size: 'tiny', tag: 't'.repeat(22), jpeg: Uint8Array.of(1) });
  for (let length = 0; length < whole.length; length += 1) assert.equal(readPictureMessage(whole.subarray(0, length)), null);
  whole[16] = 9;
  assert.equal(readPictureMessage(whole), null);
});
