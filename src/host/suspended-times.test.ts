import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { pino } from 'pino';
import { SuspendedTimes } from './suspended-times.ts';

it('are there in the next life, readable by root only; damage and a full disk are no end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stationmaster-times-'));
  const file = join(folder, 'run', 'suspended-since.json');
  const logged: string[] = [];
  const times = new SuspendedTimes(file, pino({}, { write: (line: string) => logged.push(line) }));
  try {
    assert.deepEqual([...times.read()], []);
    times.write(new Map([['aaaaaaaaaaaaaaaa', 5_000]]));
    assert.deepEqual([...times.read()], [['aaaaaaaaaaaaaaaa', 5_000]]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(logged, []);
    for (const text of ['', '[1]', '{"a":-1}', '{"a":"1"}']) {
      writeFileSync(file, text);
      assert.deepEqual([...times.read()], [], text);
    }
    assert.equal(logged.length, 4);
    // A folder in the way of the new file's name.
    mkdirSync(join(`${file}.new`, 'x'), { recursive: true });
    times.write(new Map());
    assert.match(logged.at(-1) ?? '', /could not be kept/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
