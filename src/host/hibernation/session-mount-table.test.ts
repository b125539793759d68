import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { sessionMounts } from './session-mount-table.ts';
import type { SessionMount } from './session-mount-table.ts';

/** What is mounted below `folder` for a process that has mounted it by this text, in a mount namespace of its own. */
async function mountedBy(script: string, folder: string): Promise<Record<string, Omit<SessionMount, 'place'>>> {
  const words = ['--mount', '--propagation', 'private', 'sh', '-ec', `${script}\necho ready\nexec sleep 60`, 'sh', folder];
  const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const says: string[] = [];
  child.stderr.on('data', (text: Buffer) => says.push(text.toString()));
  const ended = once(child, 'exit');
  try {
    const [first] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown];
    assert.equal(String(first).trim(), 'ready', says.join(''));
    assert.ok(child.pid !== undefined);
    const found = sessionMounts(child.pid);
    const below = found.filter(({ place }) => place.startsWith(`${folder}/`));
    assert.ok(found.length > below.length, 'the mounts of the computer are seen too');
    for (const { place, foreign, helper } of found) {
      if (!place.startsWith(`${folder}/`)) assert.deepEqual([foreign, helper], [false, false], place);
    }
    return Object.fromEntries(below.map(({ place, ...rest }) => [place.slice(folder.length + 1), rest]));
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

it('tells what a session has mounted itself from what comes from outside, by names with blanks in them too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stationmaster-mounts-'));
  try {
    for (const name of ['own memory', 'bound', 'a\tb\\c', 'files', 'views', 'documents']) mkdirSync(join(folder, name));
    const script = `
      mount -t tmpfs none "$1/own memory"
      mount -t tmpfs none "$1/a\tb\\\\c"
      mount --bind /etc "$1/bound"
      exec 3<>/dev/fuse 4<>/dev/fuse 5<>/dev/fuse
      mount -i -t fuse.sshfs -o fd=3,rootmode=40000,user_id=0,group_id=0 none "$1/files"
      mount -i -t fuse.gvfsd-fuse -o fd=4,rootmode=40000,user_id=0,group_id=0 none "$1/views"
      mount -i -t fuse.portal -o fd=5,rootmode=40000,user_id=0,group_id=0 none "$1/documents"`;
    assert.deepEqual(await mountedBy(script, folder), {
      'own memory': { external: false, foreign: false, helper: false },
      'a\tb\\c': { external: false, foreign: false, helper: false },
      bound: { external: true, foreign: false, helper: false },
      files: { external: true, foreign: true, helper: false },
      views: { external: true, foreign: false, helper: true },
      documents: { external: true, foreign: false, helper: true },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('is empty for a process that is gone', () => {
  assert.deepEqual(sessionMounts(2 ** 22 + 1), []);
});
