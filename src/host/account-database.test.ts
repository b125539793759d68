import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lookUpAccount } from './account-database.ts';
import { makeTestRoom } from './test-room.ts';

describe('looking people up', () => {
  it('tells name, numbers, home folder, shell, and the highest level of the groups', async () => {
    await using room = await makeTestRoom();
    const teacher = await room.addAccount({ level: 'dashboard' });
    const nobody = await room.addAccount({ level: null });
    await room.changeAccount(
      'usermod',
      ['--comment', 'Ada Lovelace,Room 1,,', '--append', '--groups', 'stationmaster-users'],
      teacher,
    );
    assert.deepEqual(await lookUpAccount(teacher.name), {
      name: teacher.name,
      uid: teacher.uid,
      gid: teacher.gid,
      fullName: 'Ada Lovelace',
      level: 'dashboard',
      listed: true,
      home: teacher.home,
      shell: '/bin/bash',
    });
    const found = await lookUpAccount(nobody.name);
    assert.equal(found?.level, 'standard');
    assert.equal(found.listed, false);
  });

  it('finds nobody by a number, an option or a name that cannot be', async () => {
    for (const name of ['0', '+0', '--help', 'no-such-person-here', '', 'root:x', 'x'.repeat(300)]) {
      assert.equal(await lookUpAccount(name), null, name);
    }
  });
});
