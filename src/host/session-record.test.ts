import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Session } from '#model/session.ts';
import { newIdentity } from './identity.ts';
import { isDiskFull } from './durable-file.ts';
import { SessionRecords } from './session-record.ts';
import type { SessionRecord } from './session-record.ts';

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'stationmaster-records-'));
  readonly records = new SessionRecords(this.path);

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

function recordOf(options: Partial<Session> = {}): SessionRecord {
  const session: Session = {
    id: newIdentity(),
    user: 'anna',
    uid: 1000,
    fullName: 'Anna Adams',
    computer: 'room-1',
    state: 'active',
    cause: 'signed-in',
    station: newIdentity(),
    attachment: 1,
    startedAt: 1,
    since: 2,
    endsAt: null,
    endsBy: '',
    desktop: 'xfce',
    saved: null,
    ...options,
  };
  return { version: 1, session, countdown: { dueMs: 1.5, cause: 'logged-off-by-administrator' } };
}

describe('the record of a session', () => {
  it('is read as it was written, by root alone, until it is removed', () => {
    using folder = new Folder();
    const record = recordOf();
    const { id } = record.session;
    folder.records.write(record);
    assert.deepEqual(folder.records.read(id), record);
    assert.deepEqual(folder.records.list(), [id]);
    assert.equal(statSync(join(folder.path, `${id}.json`)).mode & 0o777, 0o600);
    const suspended = recordOf({ id, state: 'suspended', station: null });
    folder.records.write(suspended);
    assert.deepEqual(folder.records.read(id), suspended);
    folder.records.remove(id);
    assert.equal(folder.records.read(id), null);
    assert.deepEqual(readdirSync(folder.path), []);
    folder.records.remove(id);
  });

  it('is found in a folder that is made when it is missing, among other things', () => {
    using folder = new Folder();
    const path = join(folder.path, 'a', 'b');
    const records = new SessionRecords(path);
    assert.deepEqual(records.list(), []);
    assert.equal(statSync(path).mode & 0o777, 0o700);
    const record = recordOf();
    records.write(record);
    for (const name of ['notes.json', `${newIdentity()}.json.new`, newIdentity()]) writeFileSync(join(path, name), '');
    assert.deepEqual(records.list(), [record.session.id]);
  });

  it('is read as an earlier version wrote it: without what was saved, and without who asked for a log-off', () => {
    using folder = new Folder();
    const record = recordOf();
    const { saved: _saved, endsBy: _endsBy, ...older } = record.session;
    writeFileSync(join(folder.path, `${older.id}.json`), JSON.stringify({ ...record, session: older }));
    assert.deepEqual(folder.records.read(older.id), record);
  });

  it('is refused when it is garbage, cut off, or of another form', () => {
    using folder = new Folder();
    const record = recordOf();
    const { id } = record.session;
    const texts = [
      '',
      '{',
      'null',
      '{"version":2}',
      JSON.stringify({ ...record, session: { ...record.session, state: 'asleep' } }),
    ];
    for (const text of texts) {
      writeFileSync(join(folder.path, `${id}.json`), text);
      assert.throws(() => folder.records.read(id), text);
    }
  });

  it('is whole, the old one or the new one, on a disk that is full', () => {
    using folder = new Folder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', '--', 'stationmaster-test', folder.path]);
    try {
      const record = recordOf();
      const { id } = record.session;
      folder.records.write(record);
      const fill = join(folder.path, 'fill');
      assert.throws(() => writeFileSync(fill, Buffer.alloc(200_000)), isDiskFull);
      assert.throws(() => folder.records.write(recordOf({ id, state: 'suspended' })), isDiskFull);
      assert.deepEqual(folder.records.read(id), record);
      assert.throws(() => folder.records.write(recordOf()), isDiskFull);
      assert.deepEqual(readdirSync(folder.path).toSorted(), [`${id}.json`, 'fill'].toSorted());
      rmSync(fill);
      folder.records.write(recordOf({ id, state: 'suspended' }));
      assert.equal(folder.records.read(id)?.session.state, 'suspended');
    } finally {
      execFileSync('umount', ['--', folder.path]);
    }
  });
});
