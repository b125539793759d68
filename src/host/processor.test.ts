import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Processor } from './processor.ts';

test('tells the used part of the last minute, never more than all of it, however many programs wait', async () => {
  let nowMs = 0;
  let [busy, idle] = [0, 0];
  const processor = new Processor(
    () => `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n`,
    () => nowMs,
  );
  const pass = (seconds: number, part: number): void => {
    nowMs += seconds * 1000;
    busy += seconds * 200 * part;
    idle += seconds * 200 * (1 - part);
  };
  assert.equal(await processor.busy(), 0);
  pass(30, 0.5);
  assert.equal(await processor.busy(), 0.5);
  pass(30, 1);
  assert.equal(await processor.busy(), 0.75);
  // The first half minute is too long ago now.
  pass(30, 1);
  assert.equal(await processor.busy(), 1);
  // What waits for a disk may go back, as proc(5) says.
  idle -= 10;
  assert.equal(await processor.busy(), 1);
  // Nobody has asked for hours: it looks anew.
  pass(7200, 0);
  assert.equal(await processor.busy(), 0);
});

test('sees that this processor works', async () => {
  const processor = new Processor();
  const untilMs = performance.now() + 300;
  while (performance.now() < untilMs);
  const busy = await processor.busy();
  assert.ok(busy > 0.2 && busy <= 1, String(busy));
});
