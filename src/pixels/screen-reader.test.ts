import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { BadServerMessage, ScreenReader } from './screen-reader.ts';

function u16(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function greeting(width: number, height: number): number[] {
  const format = Array.from({ length: 16 }, () => 0);
  return [...Buffer.from('RFB 003.008\n'), 2, 16, 1, ...u32(0), ...u16(width), ...u16(height), ...format, ...u32(3), 97, 98, 99];
}

function raw(x: number, y: number, width: number, height: number, colour: readonly number[]): number[] {
  const pixels = Array.from({ length: width * height }, () => [...colour, 0]).flat();
  return [...u16(x), ...u16(y), ...u16(width), ...u16(height), ...u32(0), ...pixels];
}

const red = [255, 0, 0];
const bell = [2];
const clipboard = [3, 0, 0, 0, ...u32(2), 104, 105];
const colours = [1, 0, 0, 0, ...u16(1), 1, 2, 3, 4, 5, 6];
const firstUpdate = [0, 0, ...u16(2), ...raw(0, 0, 8, 1, red), ...raw(0, 1, 3, 3, red)];
const secondUpdate = [0, 0, ...u16(1), ...raw(3, 1, 5, 3, red)];
const stream = Uint8Array.from([...greeting(8, 4), ...bell, ...clipboard, ...colours, ...firstUpdate, ...secondUpdate]);

const blue = [0, 0, 255];
const all = (reader: ScreenReader): number[] | null => (reader.screen === null ? null : [...reader.screen.pixels]);
const sizeOf = ({ screen }: ScreenReader): unknown => [screen?.widthPx, screen?.heightPx];
const row = (count: number, colour: readonly number[]): number[] => Array.from({ length: count }, () => [...colour, 0]).flat();
const request = (onlyChanges: 0 | 1, width: number, height: number): number[] => [
  3,
  onlyChanges,
  0,
  0,
  0,
  0,
  ...u16(width),
  ...u16(height),
];

const resize = (width: number, height: number): number[] => [0, 0, 0, 0, ...u16(width), ...u16(height), ...u32(-223)];

function reading(width: number, height: number): ScreenReader {
  const reader = new ScreenReader();
  reader.push(Uint8Array.from(greeting(width, height)));
  reader.push(Uint8Array.from([0, 0, ...u16(1), ...raw(0, 0, width, height, red)]));
  return reader;
}

describe('screen reader', () => {
  it('sees the whole screen, however the stream is cut', () => {
    const cuts = fc.array(fc.nat(stream.length), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (places) => {
        const reader = new ScreenReader();
        const sent: number[] = [];
        let start = 0;
        for (const end of [...places.toSorted((a, b) => a - b), stream.length]) {
          assert.equal(reader.screen, null);
          for (const reply of reader.push(stream.slice(start, end))) sent.push(...reply);
          start = end;
          if (end === stream.length) break;
        }
        assert.deepEqual(all(reader), row(32, red));
        assert.equal(reader.changes, 1);
        assert.equal(Buffer.from(sent.slice(0, 14)).toString('latin1'), 'RFB 003.008\n\x01\x01');
        assert.deepEqual(sent.slice(-20), [...request(0, 8, 4), ...request(1, 8, 4)]);
      }),
    );
  });

  it('takes what changed when it is asked for, and knows what only was told again', () => {
    const reader = reading(4, 2);
    assert.ok(!reader.waiting);
    assert.deepEqual([...reader.ask()], request(1, 4, 2));
    assert.ok(reader.waiting);
    reader.push(Uint8Array.from([0, 0, ...u16(2), ...raw(1, 1, 2, 1, blue), ...raw(0, 0, 1, 1, red)]));
    assert.ok(!reader.waiting);
    assert.deepEqual(all(reader), [...row(5, red), ...row(2, blue), ...row(1, red)]);
    assert.equal(reader.changes, 2);
    assert.deepEqual([...reader.prod()], request(0, 1, 1));
    assert.deepEqual(reader.push(Uint8Array.from([0, 0, ...u16(1), ...raw(0, 0, 1, 1, red)])), []);
    assert.equal(reader.changes, 2);
  });

  it('begins anew when the screen changes its size meanwhile', () => {
    const part = new ScreenReader();
    part.push(Uint8Array.from([...greeting(8, 4), 0, 0, ...u16(1), ...raw(0, 0, 8, 1, red)]));
    const whole = reading(8, 4);
    whole.ask();
    for (const reader of [part, whole]) {
      const asked = reader.push(Uint8Array.from([0, 0, ...u16(1), ...resize(2, 1)]));
      assert.deepEqual(Buffer.concat(asked), Buffer.from(request(0, 2, 1)));
      assert.equal(reader.screen, null);
      reader.push(Uint8Array.from([0, 0, ...u16(1), ...raw(0, 0, 2, 1, [1, 2, 3])]));
      assert.deepEqual(all(reader), row(2, [1, 2, 3]));
      assert.deepEqual(sizeOf(reader), [2, 1]);
    }
    assert.equal(whole.changes, 2);
  });

  it('takes screens up to 4K, and long ones', () => {
    for (const [width, height] of [
      [3840, 2160],
      [8192, 1024],
      [1, 8192],
    ] as const) {
      const reader = new ScreenReader();
      const sent = Buffer.concat(reader.push(Uint8Array.from(greeting(width, height))));
      assert.deepEqual([...sent.subarray(-10)], request(0, width, height));
    }
  });

  it('takes memory once for many sizes', () => {
    const reader = reading(8, 4);
    const memory = reader.screen?.pixels.buffer;
    for (const [width, height] of [
      [2, 1],
      [4, 8],
      [3, 5],
    ] as const) {
      reader.ask();
      reader.push(Uint8Array.from([0, 0, ...u16(1), ...resize(width, height)]));
      reader.push(Uint8Array.from([0, 0, ...u16(1), ...raw(0, 0, width, height, blue)]));
      assert.deepEqual(all(reader), row(width * height, blue));
      assert.equal(reader.screen?.pixels.buffer, memory);
    }
    reader.ask();
    reader.push(Uint8Array.from([0, 0, ...u16(2), ...resize(11, 3), ...raw(0, 0, 11, 3, red)]));
    assert.deepEqual(all(reader), row(33, red));
  });

  it('refuses a screen that only changes its size', () => {
    const twice = reading(8, 4);
    twice.ask();
    const both = Uint8Array.from([0, 0, ...u16(2), ...resize(2, 1), ...resize(4, 4)]);
    assert.throws(() => twice.push(both), BadServerMessage);

    const once = Uint8Array.from([0, 0, ...u16(1), ...resize(2, 1)]);
    // What shows a screen in between, but at once and without being asked again, is not better.
    const shown = Uint8Array.from([0, 0, ...u16(2), ...resize(2, 1), ...raw(0, 0, 2, 1, red)]);
    for (const update of [once, shown]) {
      const reader = reading(8, 4);
      for (let time = 0; time < 3; time += 1) {
        reader.ask();
        for (let count = 0; count < 10; count += 1) reader.push(update);
        if (update === once) reader.push(Uint8Array.from([0, 0, ...u16(1), ...raw(0, 0, 2, 1, blue)]));
        assert.notEqual(reader.screen, null);
      }
      reader.ask();
      for (let count = 0; count < 10; count += 1) reader.push(update);
      assert.throws(() => reader.push(update), BadServerMessage);
    }
  });

  it('owes one answer after a new size, whatever it asked before', () => {
    const reader = reading(8, 4);
    reader.ask();
    reader.prod();
    reader.push(Uint8Array.from([0, 0, ...u16(1), ...resize(2, 1)]));
    const whole = Uint8Array.from([0, 0, ...u16(1), ...raw(0, 0, 2, 1, blue)]);
    reader.push(whole);
    assert.throws(() => reader.push(whole), BadServerMessage);
  });

  it('refuses what it did not ask for', () => {
    const unlike = (...bytes: readonly number[]): Uint8Array => Uint8Array.from([...greeting(8, 4), ...bytes]);
    for (const bytes of [
      Buffer.from('SSH-2.0-x'),
      Buffer.from('RFB 003.008\n\0'),
      Buffer.from('RFB 003.008\n\x01\x02'),
      Buffer.from('RFB 003.008\n\x01\x01\0\0\0\x01'),
      Uint8Array.from(greeting(0, 4)),
      Uint8Array.from(greeting(65_535, 65_535)),
      Uint8Array.from(greeting(320, 8193)),
      Uint8Array.from(greeting(8193, 1)),
      Uint8Array.from(greeting(4096, 2049)),
      unlike(77),
      unlike(3, 0, 0, 0, 255, 255, 255, 255),
      unlike(0, 0, ...u16(1), ...u16(0), ...u16(0), ...u16(1), ...u16(1), ...u32(7)),
      unlike(0, 0, ...u16(1), ...u16(8), ...u16(0), ...u16(1), ...u16(1), ...u32(0)),
      unlike(0, 0, ...u16(1), ...raw(0, 0, 8, 4, red), 0, 0, ...u16(1), ...raw(0, 0, 1, 1, red)),
    ]) {
      assert.throws(() => new ScreenReader().push(bytes), BadServerMessage);
    }
  });

  it('takes any bytes without another error than its own', () => {
    const bytes = fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 400 }));
    fc.assert(
      fc.property(bytes, ([greeted, rest]) => {
        const reader = new ScreenReader();
        try {
          if (greeted) reader.push(Uint8Array.from(greeting(8, 4)));
          for (const byte of rest) {
            reader.push(Uint8Array.of(byte));
            if (reader.screen !== null && !reader.waiting) reader.ask();
          }
        } catch (error) {
          assert.ok(error instanceof BadServerMessage);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
