import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { ClientMessage } from './client-messages.ts';
import { HeldInput } from './held-input.ts';

function key(down: boolean, keysym: number): ClientMessage {
  return { kind: 'key', down, keysym, bytes: Uint8Array.of(4, Number(down), 0, 0, 0, 0, keysym >> 8, keysym & 255) };
}

function placedKey(down: boolean, keysym: number, place: number): ClientMessage {
  const bytes = Uint8Array.of(255, 0, 0, Number(down), 0, 0, keysym >> 8, keysym & 255, 0, 0, 0, place);
  return { kind: 'key', down, keysym, bytes };
}

function pointer(buttons: number, x: number): ClientMessage {
  return { kind: 'pointer', buttons, bytes: Uint8Array.of(5, buttons, 0, x, 0, 0) };
}

function released(...messages: ClientMessage[]): number[][] {
  const held = new HeldInput();
  for (const message of messages) held.note(message);
  const release = held.release().map((bytes) => [...bytes]);
  assert.deepEqual(held.release(), []);
  return release;
}

describe('held input', () => {
  it('lets go of keys that are down, the last pressed first', () => {
    assert.deepEqual(released(key(true, 0xffe3), key(true, 97), key(true, 98), key(false, 97)), [
      [4, 0, 0, 0, 0, 0, 0, 98],
      [4, 0, 0, 0, 0, 0, 0xff, 0xe3],
    ]);
  });

  it('knows a key by its place even when its keysym changed meanwhile', () => {
    assert.deepEqual(released(placedKey(true, 97, 30), placedKey(false, 65, 30)), []);
    assert.deepEqual(released(placedKey(true, 97, 30)), [[255, 0, 0, 0, 0, 0, 0, 97, 0, 0, 0, 30]]);
  });

  it('lets go of buttons where the pointer was last', () => {
    assert.deepEqual(released(pointer(1, 5), pointer(1, 9)), [[5, 0, 0, 9, 0, 0]]);
    assert.deepEqual(released(pointer(1, 5), pointer(0, 9)), []);
  });

  it('leaves nothing down, whatever was pressed, and never grows without bound', () => {
    const presses = fc.array(fc.tuple(fc.boolean(), fc.nat(60)), { maxLength: 200 });
    fc.assert(
      fc.property(presses, (list) => {
        const down = new Set<number>();
        for (const [isDown, keysym] of list) down[isDown ? 'add' : 'delete'](keysym);
        const release = released(...list.map(([isDown, keysym]) => key(isDown, keysym)));
        assert.deepEqual(new Set(release.map((bytes) => (bytes[6] ?? 0) * 256 + (bytes[7] ?? 0))), down);
      }),
    );
    const many = Array.from({ length: 1000 }, (_, keysym) => key(true, keysym));
    assert.equal(released(...many).length, 64);
  });
});
