import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { withFilePaths } from './file-paths.ts';

// An encoder of its own: what the code under test takes apart is not put together by it.

function number(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value % 128n) + 128, ...number(value / 128n)];
}

type Field = { at: number } & ({ varint: bigint } | { bytes: Uint8Array } | { fixed32: number } | { fixed64: bigint });

function message(fields: readonly Field[]): Buffer {
  const out: number[] = [];
  for (const field of fields) {
    const tag = (wire: number): number => out.push(...number(BigInt(field.at * 8 + wire)));
    if ('varint' in field) {
      tag(0);
      out.push(...number(field.varint));
    } else if ('bytes' in field) {
      tag(2);
      out.push(...number(BigInt(field.bytes.length)), ...field.bytes);
    } else if ('fixed32' in field) {
      tag(5);
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(field.fixed32);
      out.push(...bytes);
    } else {
      tag(1);
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(field.fixed64);
      out.push(...bytes);
    }
  }
  return Buffer.from(out);
}

function image(entries: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from([0x44, 0x56, 0x49, 0x54, 0x01, 0x02, 0x03, 0x04])];
  for (const entry of entries) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(entry.length);
    parts.push(length, entry);
  }
  return Buffer.concat(parts);
}

/** A regular file as CRIU describes it: type, id, and in field 3 id, flags, pos, fown, name, mode, size. */
function regular(id: number, name: string): Buffer {
  const owner = message([
    { at: 1, varint: 0n },
    { at: 2, varint: 0n },
  ]);
  const file = message([
    { at: 1, varint: BigInt(id) },
    { at: 2, varint: 0o100000n },
    { at: 3, varint: 2n ** 64n - 1n },
    { at: 5, bytes: owner },
    { at: 6, bytes: Buffer.from(name) },
    { at: 7, varint: -1n + 2n ** 64n },
    { at: 8, varint: 123_456_789_012n },
    { at: 11, varint: 33_261n },
  ]);
  return message([
    { at: 1, varint: 1n },
    { at: 2, varint: BigInt(id) },
    { at: 3, bytes: file },
  ]);
}

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ at: fc.integer({ min: 1, max: 500 }), varint: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ at: fc.integer({ min: 1, max: 500 }), fixed32: fc.nat() }),
  fc.record({ at: fc.integer({ min: 1, max: 500 }), fixed64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  // Field 3 is a message of its own, below.
  fc.record({ at: fc.integer({ min: 4, max: 500 }), bytes: fc.uint8Array({ maxLength: 300 }) }),
);

describe('the list of files of a saved session', () => {
  it('gets other names for the files that are renamed, shorter and longer ones, and for no others', () => {
    const long = `/var/lib/stationmaster/sessions/${'x'.repeat(300)}`;
    const renamed = new Map([
      ['/usr/lib/libc.so.6', long],
      ['/usr/bin/mousepad', '/m'],
    ]);
    const names = ['/usr/lib/libc.so.6', '/usr/bin/mousepad', '/usr/lib/libc.so', '/usr/lib/libc.so.6 ', '/home/anna/Zoë.txt'];
    const became = [long, '/m', ...names.slice(2)];
    const before = image(names.map((name, id) => regular(id, name)));
    assert.deepEqual(withFilePaths(before, renamed), image(became.map((name, id) => regular(id, name))));
    assert.deepEqual(withFilePaths(before, new Map()), before);
  });

  it('leaves what is no regular file alone, though it has the same name', () => {
    const name = Buffer.from('/usr/lib/libc.so.6');
    const pipe = message([
      { at: 1, varint: 4n },
      { at: 2, varint: 9n },
      { at: 6, bytes: message([{ at: 6, bytes: name }]) },
    ]);
    const before = image([pipe, message([{ at: 6, bytes: name }])]);
    assert.deepEqual(withFilePaths(before, new Map([['/usr/lib/libc.so.6', '/other']])), before);
  });

  it('keeps everything else byte for byte, whatever fields there are', () => {
    const path = fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => `/${text}`);
    const entry = fc.tuple(fc.array(field, { maxLength: 8 }), fc.option(path), fc.array(field, { maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), path, (entries, other) => {
        const made = (rename: (name: string) => string): Buffer =>
          image(
            entries.map(([before, name, after]) => {
              if (name === null) return message([...before, ...after]);
              const inner = [
                ...before.filter(({ at }) => at !== 6),
                { at: 6, bytes: Buffer.from(rename(name)) },
                ...after.filter(({ at }) => at !== 6),
              ];
              return message([...before, { at: 3, bytes: message(inner) }, ...after]);
            }),
          );
        const all = new Map(entries.flatMap(([, name]) => (name === null ? [] : [[name, `${other}${name}`] as const])));
        assert.deepEqual(
          withFilePaths(
            made((name) => name),
            new Map(),
          ),
          made((name) => name),
        );
        assert.deepEqual(
          withFilePaths(
            made((name) => name),
            all,
          ),
          made((name) => `${other}${name}`),
        );
      }),
    );
  });

  it('that is garbage is refused, and never hangs or takes memory', () => {
    const renamed = new Map([['/a', '/b']]);
    const refusedOrRead = (bytes: Buffer): void => {
      try {
        assert.ok(withFilePaths(bytes, renamed).length <= bytes.length * 3 + 8);
      } catch (error) {
        assert.equal((error as Error).name, 'Malformed', String(error));
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => refusedOrRead(Buffer.from(bytes))),
      { numRuns: 2000 },
    );
    // A good list of which some bytes are wrong, or the end is missing.
    const good = image(['/a', '/usr/bin/b', '/c'].map((name, id) => regular(id, name)));
    for (let at = 0; at < good.length; at += 1) {
      for (const value of [0, 0x7f, 0x80, 0xff, randomInt(256)]) {
        const bad = Buffer.from(good);
        bad[at] = value;
        refusedOrRead(bad);
      }
      refusedOrRead(good.subarray(0, at));
    }
  });

  it('that is cut off is refused', () => {
    const entries = [regular(1, '/a'), regular(2, '/b')];
    const good = image(entries);
    const whole = new Set([8, 8 + 4 + (entries[0]?.length ?? 0)]);
    for (let size = 9; size < good.length; size += 1) {
      if (whole.has(size)) continue;
      assert.throws(() => withFilePaths(good.subarray(0, size), new Map()), { name: 'Malformed' }, `${size} bytes`);
    }
  });
});
