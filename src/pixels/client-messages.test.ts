import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { BadClientMessage, ClientMessages, longestCutText, longestSwallowedCutText } from './client-messages.ts';
import type { ClientMessage } from './client-messages.ts';

const handshake = [...Buffer.from('RFB 003.008\n'), 1, 1];

interface Heard {
  messages: ClientMessage[];
  fault: string | null;
}

/** Reads a whole stream in pieces, as a relay does. */
function hear(pieces: readonly Uint8Array[]): Heard {
  const reader = new ClientMessages();
  const messages: ClientMessage[] = [];
  try {
    for (const piece of pieces) {
      reader.push(piece);
      for (let message = reader.next(); message !== null; message = reader.next()) messages.push(message);
    }
  } catch (error) {
    if (!(error instanceof BadClientMessage)) throw error;
    assert.throws(() => reader.next(), BadClientMessage);
    return { messages, fault: error.message };
  }
  return { messages, fault: null };
}

function afterHandshake(...bytes: readonly number[]): Heard {
  const heard = hear([Uint8Array.from([...handshake, ...bytes])]);
  return { ...heard, messages: heard.messages.slice(3) };
}

function bytesOf(messages: readonly ClientMessage[]): Buffer {
  return Buffer.concat(messages.map(({ bytes }) => bytes));
}

function u16(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

const number16 = fc.nat(0xffff);
const number32 = fc.nat(0xffffffff);
const flag = fc.nat(1);

/** Any message that is allowed and goes on unchanged. */
const anyMessage: fc.Arbitrary<number[]> = fc.oneof(
  fc.constant<number[]>([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0]),
  fc
    .array(
      number32.filter((encoding) => (encoding | 0) !== -316),
      { maxLength: 30 },
    )
    .map((list) => [2, 0, ...u16(list.length), ...list.flatMap(u32)]),
  fc.tuple(flag, number16, number16, number16, number16).map(([incremental, ...area]) => [3, incremental, ...area.flatMap(u16)]),
  fc.tuple(flag, number32).map(([down, keysym]) => [4, down, 0, 0, ...u32(keysym)]),
  fc.tuple(fc.nat(0x7f), number16, number16).map(([buttons, x, y]) => [5, buttons, ...u16(x), ...u16(y)]),
  fc.array(fc.nat(255), { maxLength: 300 }).map((text) => [6, 0, 0, 0, ...u32(text.length), ...text]),
  fc.array(fc.nat(255), { maxLength: 300 }).map((data) => [6, 0, 0, 0, ...u32(-4 - data.length), ...u32((1 << 28) | 1), ...data]),
  fc.tuple(flag, number16, number16, number16, number16).map(([on, ...area]) => [150, on, ...area.flatMap(u16)]),
  fc.array(fc.nat(255), { maxLength: 64 }).map((payload) => [248, 0, 0, 0, ...u32(3), payload.length, ...payload]),
  fc
    .tuple(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 4000 }))
    .map(([width, height]) => [
      251,
      0,
      ...u16(width),
      ...u16(height),
      1,
      0,
      ...u32(1),
      0,
      0,
      0,
      0,
      ...u16(width),
      ...u16(height),
      ...u32(0),
    ]),
  fc.tuple(flag, number32, number32).map(([down, keysym, place]) => [255, 0, 0, down, ...u32(keysym), ...u32(place)]),
);

/** `bytes` cut at any places. */
function cut(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.array(fc.nat(bytes.length), { maxLength: 12 }).map((places) => {
    const edges = [0, ...places.toSorted((a, b) => a - b), bytes.length];
    return edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge));
  });
}

describe('client messages', () => {
  it('passes every allowed message unchanged, however the stream is cut', () => {
    const stream = fc.array(anyMessage, { maxLength: 20 }).chain((messages) => {
      const bytes = Uint8Array.from([...handshake, ...messages.flat()]);
      return fc.tuple(fc.constant(bytes), fc.constant(messages.length), cut(bytes));
    });
    fc.assert(
      fc.property(stream, ([bytes, count, pieces]) => {
        const heard = hear(pieces);
        assert.equal(heard.fault, null);
        assert.equal(heard.messages.length, 3 + count);
        assert.deepEqual(bytesOf(heard.messages), Buffer.from(bytes));
      }),
    );
  });

  it('hears the same from any bytes, however they are cut, and faults only with its own error', () => {
    const stream = fc
      .tuple(fc.boolean(), fc.array(anyMessage, { maxLength: 4 }), fc.uint8Array({ maxLength: 80 }))
      .chain(([greeted, messages, rest]) => {
        const bytes = Uint8Array.from([...(greeted ? [...handshake, ...messages.flat()] : []), ...rest]);
        return fc.tuple(fc.constant(bytes), cut(bytes));
      });
    fc.assert(
      fc.property(stream, ([bytes, pieces]) => {
        assert.deepEqual(hear(pieces), hear([bytes]));
      }),
      { numRuns: 2000 },
    );
  });

  it('passes nothing of a message that is not whole', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), (message, at) => {
        const half = message.slice(0, at % message.length);
        assert.deepEqual(afterHandshake(...half), { messages: [], fault: null });
      }),
    );
  });

  it('refuses what is not in the set', () => {
    for (const bytes of [
      [1],
      [7],
      [250, 0, 1, 2],
      [255, 1],
      [3, 2, 0, 0, 0, 0, 0, 0, 0, 0],
      [4, 9, 0, 0, 0, 0, 0, 97],
      [5, 0x80, 0, 1, 0, 1, 1],
      [0, 0, 0, 0, 24, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0],
      [0, 0, 0, 0, 32, 24, 0, 0, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0],
      [0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 250, 0, 255, 0, 8, 16, 0, 0, 0],
      [0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 30, 0, 0, 0],
      [2, 0, 255, 255],
      [6, 0, 0, 0, ...u32(longestSwallowedCutText + 1)],
      [6, 0, 0, 0, ...u32(-longestSwallowedCutText - 1)],
      [6, 0, 0, 0, ...u32(0x80000000)],
      [6, 0, 0, 0, ...u32(-3)],
      [6, 0, 0, 0, ...u32(-4), ...u32(0)],
      [6, 0, 0, 0, ...u32(-4), ...u32(0x12000000)],
      [150, 2, 0, 0, 0, 0, 0, 0, 0, 0],
      [248, 0, 0, 0, 0, 0, 0, 0, 65],
      [251, 0, ...u16(60_000), ...u16(60_000), 1, 0],
      [251, 0, 0, 0, 0, 9, 1, 0],
      [251, 0, 0, 9, 0, 9, 0, 0],
    ]) {
      const heard = afterHandshake(...bytes);
      assert.deepEqual(heard.messages, [], `passed ${String(bytes)}`);
      assert.match(heard.fault ?? '', /Not an RFB client message/, `did not refuse ${String(bytes)}`);
    }
  });

  it('refuses another version or a way in other than none', () => {
    assert.match(hear([Buffer.from('RFB 003.003\n')]).fault ?? '', /version/);
    assert.match(hear([Buffer.from('GET / HTTP/1.1\r\n')]).fault ?? '', /version/);
    assert.match(hear([Buffer.from('RFB 003.008\n\x02')]).fault ?? '', /security/);
    assert.match(hear([Buffer.from('RFB 003.008\n\x01\x02')]).fault ?? '', /shared/);
  });

  it('passes what came before a bad message', () => {
    const heard = afterHandshake(5, 1, 0, 7, 0, 8, 99, 1, 2, 3);
    assert.deepEqual([...bytesOf(heard.messages)], [5, 1, 0, 7, 0, 8]);
    assert.notEqual(heard.fault, null);
  });

  it('strikes the extended mouse buttons from the encodings, so that every pointer message has the same length', () => {
    const heard = afterHandshake(2, 0, 0, 3, ...u32(7), ...u32(-316), ...u32(0));
    assert.deepEqual([...bytesOf(heard.messages)], [2, 0, 0, 2, ...u32(7), ...u32(0)]);
  });

  it('swallows a clipboard text that the X server would ignore, and hears what follows', () => {
    const reader = new ClientMessages();
    reader.push(Uint8Array.from([...handshake, 6, 0, 0, 0, ...u32(longestCutText + 10)]));
    while (reader.next() !== null);
    const chunk = new Uint8Array(10_000);
    let left = longestCutText + 10;
    while (left > 0) {
      const length = Math.min(left, chunk.length);
      reader.push(chunk.subarray(0, length));
      assert.equal(reader.next(), null);
      left -= length;
    }
    reader.push(Uint8Array.of(5, 0, 0, 1, 0, 2));
    assert.deepEqual([...(reader.next()?.bytes ?? [])], [5, 0, 0, 1, 0, 2]);
  });

  it('says which key is down and which buttons are', () => {
    const { messages } = afterHandshake(4, 1, 0, 0, 0, 0, 0xff, 0xe3, 255, 0, 0, 0, 0, 0, 0, 97, 0, 0, 0, 30, 5, 5, 0, 1, 0, 2);
    const [control, letter, pointer] = messages;
    assert.ok(control?.kind === 'key' && control.down && control.keysym === 0xffe3);
    assert.ok(letter?.kind === 'key' && !letter.down && letter.keysym === 97);
    assert.ok(pointer?.kind === 'pointer' && pointer.buttons === 5);
  });
});
