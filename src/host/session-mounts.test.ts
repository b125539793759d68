import assert from 'node:assert/strict';
import { chown, chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { isSettled, placesToBindOf } from './session-mounts.ts';

const mountinfo = [
  '22 27 0:21 / /proc rw,relatime - proc proc rw',
  '25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw',
  '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '40 27 254:1 / /home rw,relatime shared:3 - ext4 /dev/vdb rw',
  '41 40 0:50 / /home/anna rw,relatime - nfs4 server:/anna rw',
  '42 27 254:2 / /srv/two\\040words rw,relatime - xfs /dev/vdc rw',
  '43 27 0:51 / /run/user/1000 rw - tmpfs tmpfs rw',
  '44 27 0:52 / /tmp rw - tmpfs tmpfs rw',
  '45 27 0:53 / /var/cache/memory rw - tmpfs tmpfs rw',
  '46 27 0:54 / /homes rw - tmpfs tmpfs rw',
  '47 27 0:55 / /run/host/media rw - ext4 /dev/vdd rw',
  '',
].join('\n');

describe("the mounts of a session's own tree", () => {
  it('are the file systems that hold files, outer ones first, without those that every session gets new', () => {
    assert.deepEqual(placesToBindOf(mountinfo, '/home/anna'), ['/home', '/home/anna', '/srv/two words']);
  });

  it('include a memory disk only if the home folder lies on it', () => {
    assert.ok(placesToBindOf(mountinfo, '/homes/bert').includes('/homes'));
    assert.ok(!placesToBindOf(mountinfo, '/homes-else/bert').includes('/homes'));
  });

  it('are settled only where every folder above them is the administration’s', async () => {
    const folder = await mkdtemp('/var/lib/stationmaster-test-');
    try {
      await chmod(folder, 0o755);
      await mkdir(`${folder}/inner`);
      const place = `${folder}/inner/place`;
      assert.ok(isSettled(place));
      await chown(`${folder}/inner`, 1000, 0);
      assert.ok(!isSettled(place));
      await chown(`${folder}/inner`, 0, 1000);
      assert.ok(isSettled(place));
      await chmod(`${folder}/inner`, 0o775);
      assert.ok(!isSettled(place));
      await chown(`${folder}/inner`, 0, 0);
      await chmod(folder, 0o1777);
      assert.ok(!isSettled(place));
      assert.ok(!isSettled(`${folder}/missing/place`));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
