// How full the file systems are.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { readDisks } from './disks.ts';

/** Bytes as df, which comes with the system, says them. */
function asDfSays(folder: string): { totalBytes: number; freeBytes: number } {
  const out = execFileSync('df', ['--block-size=1', '--output=size,avail', '--', folder], { encoding: 'utf8' });
  const [totalBytes = 0, freeBytes = 0] = (out.trim().split('\n')[1] ?? '').trim().split(/\s+/).map(Number);
  return { totalBytes, freeBytes };
}

test('two folders on one file system are one entry, and it says what df says', async () => {
  const [disk, ...others] = await readDisks({ state: '/usr', homes: '/usr/bin' });
  assert.deepEqual(others, []);
  assert.deepEqual(disk?.holds, ['state', 'homes']);
  const df = asDfSays('/usr');
  assert.equal(disk.totalBytes, df.totalBytes);
  // Others write meanwhile.
  assert.ok(Math.abs(disk.freeBytes - df.freeBytes) < 2 ** 30, `${disk.freeBytes} free, df says ${df.freeBytes}`);
});

test('folders on two file systems are two entries; a missing one is left out', async () => {
  const disks = await readDisks({ state: '/usr', homes: '/dev' });
  assert.deepEqual(
    disks.map(({ holds }) => holds),
    [['state'], ['homes']],
  );
  assert.deepEqual(await readDisks({ state: '/nowhere/at/all', homes: '/nowhere/either' }), []);
});
