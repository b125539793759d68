import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { criuCommands, placesFrom } from '#contract/places.ts';
import { tryProgram } from './program-run.ts';
import { foundCriu, foundDelay, foundRights, foundSpace, savingLooks } from './saving-looks.ts';
import { layoutFrom } from './layout.ts';

const layout = layoutFrom({ STATIONMASTER_STATE: '/nonexistent/stationmaster' });

test('a computer with a CRIU that works is told which, one without what CRIU says and what to do', () => {
  assert.match(foundCriu({ works: true, brought: false, version: '4.1.1' }).says, /^CRIU 4\.1\.1 works/);
  assert.match(foundCriu({ works: true, brought: true, version: '4.1.1' }).says, /Debian 13/);
  const found = foundCriu({ works: false, says: 'vdso: Unexpected rt vDSO area bounds' });
  assert.equal(found.verdict, 'warning');
  assert.match(found.says, /will not survive a restart.*vdso: Unexpected rt vDSO area bounds/);
  assert.match(found.remedy, /stationmaster up/);
});

test('the doctor finds the same CRIU working that the host would take', async () => {
  let working: string[] | undefined;
  for (const [program = '', ...args] of criuCommands(placesFrom({}), process.arch)) {
    if (working === undefined && (await tryProgram(program, [...args, 'check'])).code === 0) working = [program, ...args];
  }
  const found = await savingLooks['criu']?.(layout);
  assert.equal(found?.verdict, working === undefined ? 'warning' : 'good');
});

test('a root without CAP_SYS_RESOURCE gets a note, one whose system calls are filtered a warning', async () => {
  assert.equal(foundRights('CapEff:\t000001ffffffffff\nSeccomp:\t0\n').verdict, 'good');
  assert.equal(foundRights('CapEff:\t000001fffeffffff\nSeccomp:\t0\n').verdict, 'note');
  assert.match(foundRights('CapEff:\t000001ffffffffff\nSeccomp:\t2\n').says, /will not survive a restart.*seccomp/);
  const own = foundRights(await readFile('/proc/self/status', 'utf8'));
  const { code } = await tryProgram('capsh', ['--has-p=cap_sys_resource']);
  if (code !== 127 && own.verdict !== 'warning') assert.equal(own.verdict, code === 0 ? 'good' : 'note');
});

test('saved sessions need a disk, and on it as much room as they have memory', () => {
  const disk = { folder: '/var/lib/stationmaster/sessions', fileSystem: 0xef53, freeBytes: 3e9, memoryUsedBytes: 2e9 };
  assert.equal(foundSpace(disk).verdict, 'good');
  assert.equal(foundSpace({ ...disk, freeBytes: 1e9 }).verdict, 'warning');
  assert.match(foundSpace({ ...disk, fileSystem: 0x01021994 }).says, /lies in memory/);
});

test('logind must wait as long as our own setting says', () => {
  assert.equal(foundDelay(330_000, 330_000).verdict, 'good');
  const found = foundDelay(5_000, 330_000);
  assert.equal(found.verdict, 'warning');
  assert.match(found.says, /5 s/);
});

test('a folder for saved sessions that is missing is a fault', async () => {
  assert.equal((await savingLooks['saving-space']?.(layout))?.verdict, 'fault');
});
