import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assert as holds, integer, property } from 'fast-check';
import { orientations } from '#model/station.ts';
import { inPage, inWindow, pageSize } from './orientation.ts';

const window = { width: 1920, height: 1080 };

describe('a turned screen', () => {
  // The page's own top left corner, as it lies in the window when the picture is turned clockwise.
  const corners = {
    landscape: { x: 0, y: 0 },
    portrait: { x: 1920, y: 0 },
    'landscape-flipped': { x: 1920, y: 1080 },
    'portrait-flipped': { x: 0, y: 1080 },
  };
  for (const orientation of orientations) {
    it(`${orientation}: the corner of the window where the page begins is its origin`, () => {
      assert.deepEqual(inPage(orientation, corners[orientation], window), { x: 0, y: 0 });
    });
    it(`${orientation}: every point of the window is within the page, and comes back`, () => {
      holds(
        property(integer({ min: 0, max: 1920 }), integer({ min: 0, max: 1080 }), (x, y) => {
          const there = inPage(orientation, { x, y }, window);
          const { width, height } = pageSize(orientation, window);
          assert.ok(there.x >= 0 && there.x <= width && there.y >= 0 && there.y <= height);
          assert.deepEqual(inWindow(orientation, there, window), { x, y });
        }),
      );
    });
  }

  it('to the right in a page that stands upright is down in the window', () => {
    const from = inWindow('portrait', { x: 100, y: 50 }, window);
    const to = inWindow('portrait', { x: 110, y: 50 }, window);
    assert.deepEqual({ x: to.x - from.x, y: to.y - from.y }, { x: 0, y: 10 });
  });
});
