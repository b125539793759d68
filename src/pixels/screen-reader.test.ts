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

describe('screen reader', () => {
  it('sees the whole screen, however the stream is cut', () => {
    const cuts = fc.array(fc.nat(stream.length), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (places) => {
        const reader = new ScreenReader(2);
        const sent: number[] = [];
        let start = 0;
        for (const end of [...places.toSorted((a, b) => a - b), stream.length]) {
          assert.equal(reader.picture, null);
          for (const reply of reader.push(stream.slice(start, end))) sent.push(...reply);
          start = end;
          if (end === stream.length) break;
        }
        assert.deepEqual(reader.picture, { widthPx: 2, heightPx: 1, rgb: Uint8Array.of(255, 0, 0, 255, 0, 0) });
        assert.equal(Buffer.from(sent.slice(0, 14)).toString('latin1'), 'RFB 003.008\n\x01\x01');
        assert.deepEqual(sent.slice(-10), [3, 0, 0, 0, 0, 0, 0, 8, 0, 4]);
      }),
    );
  });

  it('begins anew when the screen changes its size meanwhile', () => {
    const reader = new ScreenReader(9);
    const resize = [...u16(0), ...u16(0), ...u16(2), ...u16(1), ...u32(-223)];
    reader.push(Uint8Array.from([...greeting(8, 4), 0, 0, ...u16(1), ...raw(0, 0, 8, 1, red)]));
    const asked = reader.push(Uint8Array.from([0, 0, ...u16(1), ...resize]));
    assert.deepEqual(Buffer.concat(asked), Buffer.of(3, 0, 0, 0, 0, 0, 0, 2, 0, 1));
    reader.push(Uint8Array.from([0, 0, ...u16(1), ...raw(0, 0, 2, 1, [1, 2, 3])]));
    assert.deepEqual(reader.picture, { widthPx: 2, heightPx: 1, rgb: Uint8Array.of(1, 2, 3, 1, 2, 3) });
    assert.deepEqual(reader.push(Uint8Array.of(99)), []);
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
      unlike(77),
      unlike(3, 0, 0, 0, 255, 255, 255, 255),
      unlike(0, 0, ...u16(1), ...u16(0), ...u16(0), ...u16(1), ...u16(1), ...u32(7)),
      unlike(0, 0, ...u16(1), ...u16(8), ...u16(0), ...u16(1), ...u16(1), ...u32(0)),
    ]) {
      assert.throws(() => new ScreenReader(4).push(bytes), BadServerMessage);
    }
  });

  it('takes any bytes without another error than its own', () => {
    const bytes = fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 400 }));
    fc.assert(
      fc.property(bytes, ([greeted, rest]) => {
        const reader = new ScreenReader(4);
        try {
          if (greeted) reader.push(Uint8Array.from(greeting(8, 4)));
          for (const byte of rest) reader.push(Uint8Array.of(byte));
        } catch (error) {
          assert.ok(error instanceof BadServerMessage);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
