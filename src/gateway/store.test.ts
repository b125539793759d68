// The store, also when there is no room for it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { CodedError } from '#contract/errors.ts';
import { GatewayRoom, newStationKey, until } from '../../test/support/gateway-room.ts';
import { StartFault } from './configuration.ts';
import { Store } from './store.ts';

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'stationmaster-store-'));
  readonly file = join(this.path, 'store.db');
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

describe('the store', () => {
  test('keeps what was written, for nobody else to read', () => {
    using folder = new Folder();
    {
      using store = Store.open(folder.file);
      store.run("INSERT INTO settings (name, value) VALUES ('a', '1')");
    }
    using store = Store.open(folder.file);
    assert.deepEqual(
      store.all('SELECT value FROM settings').map(({ value }) => value),
      ['1'],
    );
    assert.equal(statSync(folder.file).mode & 0o777, 0o600);
  });

  test('a transaction is done whole or not at all', () => {
    using folder = new Folder();
    using store = Store.open(folder.file);
    assert.throws(() =>
      store.transaction(() => {
        store.run("INSERT INTO settings (name, value) VALUES ('a', '1')");
        throw new CodedError('name-taken');
      }),
    );
    assert.deepEqual(store.all('SELECT 1 FROM settings'), []);
  });

  test('an audit entry can be neither changed nor removed', () => {
    using folder = new Folder();
    using store = Store.open(folder.file);
    store.run(
      "INSERT INTO audit (at, actor, action, target, address, outcome, details) VALUES (1, 'a', 'b', 'c', '', 'done', '{}')",
    );
    assert.throws(() => store.run('DELETE FROM audit'), /append-only/);
    assert.throws(() => store.run("UPDATE audit SET actor = 'x'"), /append-only/);
  });

  test('a store of a newer version, one that is no store, and one in use are refused with what to do', () => {
    using folder = new Folder();
    const newer = new DatabaseSync(folder.file);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    assert.throws(
      () => Store.open(folder.file),
      (error) => error instanceof StartFault && /newer Stationmaster/.test(error.message),
    );
    const broken = join(folder.path, 'broken.db');
    writeFileSync(broken, 'this is not a database, by far not, and it is long enough to be looked at');
    assert.throws(() => Store.open(broken), StartFault);
    const used = join(folder.path, 'used.db');
    using _store = Store.open(used);
    assert.throws(
      () => Store.open(used),
      (error) => error instanceof StartFault && /another gateway/.test(error.message),
    );
  });

  test('with a full disk settings stay as they are, while people sign in, are suspended and go on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stationmaster-full-'));
    const stateDir = join(folder, 'state', 'gateway');
    mkdirSync(stateDir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', stateDir]);
    try {
      await using room = await GatewayRoom.make({ folder, settings: { privacyNotice: true } });
      const cookie = await room.pageCookie('admin');
      const key = newStationKey();
      const page = await room.station(key);
      const { station } = await page.hear('free');
      const filler = join(stateDir, 'filler');
      fill(filler);
      // Pages of the log that were there already may still be written; soon there are none left.
      await until('the store is full', async () => {
        const { body } = await room.ask('PATCH', '/settings', { cookie, body: { graceSeconds: 60 } });
        return body.code === 'store-full';
      });
      const before = (await room.ask('GET', '/settings', { cookie })).body;
      const refusals = [
        await room.ask('PATCH', '/settings', { cookie, body: { graceSeconds: 33, multipleSessions: true } }),
        await room.ask('PATCH', `/stations/${station.id}`, { cookie, body: { name: 'Other' } }),
        await room.ask('POST', '/tokens', { cookie, body: { name: 'new', level: 'dashboard' } }),
        await room.ask('POST', '/stations/codes', { cookie, body: { minutes: 5 } }),
      ];
      for (const { status, body } of refusals) assert.deepEqual([status, body.code], [507, 'store-full']);
      assert.deepEqual((await room.ask('GET', '/settings', { cookie })).body, before);
      assert.equal((await room.ask('GET', '/stations', { cookie })).body[0].name, 'Station 1');
      assert.deepEqual((await room.ask('GET', '/tokens', { cookie })).body, []);

      await page.signIn('anna');
      const all = await room.ask('POST', `/computers/${room.computerName}/suspend-all`, { cookie });
      assert.equal(all.body.outcomes.length, 1);
      await page.hear('free');
      page.say({ say: 'sign-in', user: 'anna', password: 'wrong' });
      await page.hear('free');
      await page.signIn('anna');
      assert.equal(page.heard.filter(({ say }) => say === 'notice').length, 1, 'accepted once, also where it cannot be kept');
      await room.pageCookie('admin');

      // A gateway that starts while the disk is full serves as well.
      await room.stopGateway();
      fill(filler);
      await room.startGateway();
      await (await room.station(key)).hear('desktop');
      rmSync(filler);
      const changed = await room.ask('PATCH', '/settings', { cookie, body: { graceSeconds: 33 } });
      assert.deepEqual([changed.status, changed.body.graceSeconds], [200, 33]);
    } finally {
      execFileSync('umount', [stateDir]);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Writes until there is no space left. */
function fill(file: string): void {
  let size = 0;
  try {
    size = readFileSync(file).length;
  } catch {
    // Not there yet.
  }
  for (let piece = 65_536; piece >= 1; piece = piece > 4096 ? piece >> 1 : 0) {
    for (;;) {
      try {
        writeFileSync(file, Buffer.alloc(piece), { flag: 'a' });
        size += piece;
      } catch {
        break;
      }
    }
  }
  assert.ok(size > 0);
}
