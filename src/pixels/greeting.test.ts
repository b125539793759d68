import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Greeting } from './greeting.ts';

const version = [...Buffer.from('RFB 003.008\n')];
const types = [2, 1, 16];
const success = [0, 0, 0, 0];
const init = [7, 80, 4, 56, 9, 9, 9];

function given(greeting: Greeting): number[] {
  const bytes: number[] = [];
  for (let piece = greeting.next(); piece !== null; piece = greeting.next()) bytes.push(...piece);
  return bytes;
}

describe('greeting', () => {
  it('gives the page one piece for each of its answers, though everything has come', () => {
    const greeting = new Greeting();
    greeting.push(Uint8Array.from([...version, ...types, ...success, ...init]));
    assert.deepEqual(given(greeting), version);
    greeting.answered();
    assert.deepEqual(given(greeting), types);
    greeting.answered();
    assert.deepEqual(given(greeting), success);
    assert.equal(greeting.over, false);
    greeting.answered();
    assert.deepEqual(given(greeting), init);
    assert.equal(greeting.over, true);
  });

  it('gives everything in order and nothing too early, in whatever pieces and turns it comes', () => {
    const stream = Uint8Array.from([...version, ...types, ...success, ...init]);
    const ends = [12, 15, 19, stream.length];
    const steps = fc.array(fc.oneof(fc.constant('answer' as const), fc.nat(30)), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (list) => {
        const greeting = new Greeting();
        const heard: number[] = [];
        let sent = 0;
        let answers = 0;
        const step = (next: number | 'answer'): void => {
          if (next !== 'answer') {
            if (greeting.over) heard.push(...stream.slice(sent, sent + next));
            else greeting.push(stream.slice(sent, sent + next));
            sent = Math.min(stream.length, sent + next);
          } else if (answers < 3) {
            greeting.answered();
            answers += 1;
          }
          heard.push(...given(greeting));
          assert.ok(heard.length <= (ends[answers] ?? 0));
          assert.deepEqual(Uint8Array.from(heard), stream.slice(0, heard.length));
        };
        for (const next of list) step(next);
        for (let left = 0; left < 3; left += 1) step('answer');
        step(stream.length);
        assert.deepEqual(heard, [...stream]);
        assert.equal(greeting.over, true);
      }),
    );
  });

  it('gives the reason of an X server that refuses at once', () => {
    const noTypes = new Greeting();
    noTypes.push(Uint8Array.from([...version, 0, 0, 0, 0, 1, 65]));
    noTypes.answered();
    assert.deepEqual(given(noTypes), [...version, 0, 0, 0, 0, 1, 65]);
    assert.equal(noTypes.over, true);
    const failure = new Greeting();
    failure.push(Uint8Array.from([...version, ...types, 0, 0, 0, 1, 0, 0, 0, 1, 66]));
    failure.answered();
    failure.answered();
    assert.deepEqual(given(failure), [...version, ...types, 0, 0, 0, 1, 0, 0, 0, 1, 66]);
    assert.equal(failure.over, true);
  });
});
