import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ByteQueue } from './byte-queue.ts';

describe('byte queue', () => {
  it('gives bytes in the order in which they came, however they are pushed and taken', () => {
    const steps = fc.array(fc.oneof(fc.uint8Array({ maxLength: 700 }), fc.nat(900)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (list) => {
        const queue = new ByteQueue();
        let expected: number[] = [];
        for (const step of list) {
          if (typeof step === 'number') {
            const count = Math.min(step, expected.length);
            const taken = step % 2 === 0 ? queue.take(count) : queue.borrow(count);
            assert.deepEqual([...taken], expected.slice(0, count));
            expected = expected.slice(count);
          } else {
            queue.push(step);
            expected = [...expected, ...step];
          }
          assert.equal(queue.length, expected.length);
          if (expected.length >= 4) assert.equal(queue.uint32(0), Buffer.from(expected).readUInt32BE(0));
        }
        assert.equal(queue.drop(1_000_000), expected.length);
      }),
    );
  });
});
