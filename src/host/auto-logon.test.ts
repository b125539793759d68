// Whom the computer signs in without a password: the host's list, root's file, and a real session that is opened so.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import { LinuxAccounts } from './accounts.ts';
import { AutoLogonList } from './auto-logon-list.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { PamSignIns } from './pam-sign-ins.ts';
import { desktopsOf, newSession, until } from './test-desktops.ts';
import { makeTestRoom } from './test-room.ts';

const run = promisify(execFile);
const log = pino({ level: 'silent' });

class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'auto-logon-'));
  readonly accounts = FakeAccounts.demonstration();
  readonly files = { kept: join(this.folder, 'host/kept.json'), byRoot: join(this.folder, 'auto-logon') };

  list(): AutoLogonList {
    return new AutoLogonList(this.files, (user) => this.accounts.describe(user), log, process.getuid?.() ?? 0);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error);
  }
}

describe('the list of those who are signed in without a password', () => {
  it('has nobody on it at first; an administrator adds to it, and it is kept', async () => {
    using place = new Place();
    const { accounts } = place;
    assert.equal(await refusal(place.list().check('anna')), 'auto-logon-not-allowed');
    await place.list().allow('anna', await accounts.describe('admin'));
    assert.equal(await refusal(place.list().check('anna')), 'done');
    assert.equal(await refusal(place.list().check('ben')), 'auto-logon-not-allowed');
    place.list().forbid('anna');
    assert.equal(await refusal(place.list().check('anna')), 'auto-logon-not-allowed');
  });

  it('never has an account of the system on it, whoever says so', async () => {
    using place = new Place();
    const list = new AutoLogonList(place.files, (user) => new LinuxAccounts().describe(user), log, process.getuid?.() ?? 0);
    writeFileSync(place.files.byRoot, 'root\nnobody\n', { mode: 0o600 });
    for (const user of ['root', 'daemon', 'nobody']) {
      assert.equal(await refusal(list.allow(user, await place.accounts.describe('admin'))), 'account-refused', user);
      assert.equal(await refusal(list.check(user)), 'account-refused', user);
    }
  });

  it('nobody else than an administrator adds to it, and nobody adds an administrator', async () => {
    using place = new Place();
    const { accounts } = place;
    for (const by of ['teacher', 'anna'])
      assert.equal(await refusal(place.list().allow('ben', await accounts.describe(by))), 'not-allowed');
    assert.equal(await refusal(place.list().allow('admin', await accounts.describe('admin'))), 'auto-logon-administrator');
    assert.equal(await refusal(place.list().allow('nobody-such', await accounts.describe('admin'))), 'not-found');
  });

  it('who became an administrator since, or is another account of the same name, is on it no longer', async () => {
    using place = new Place();
    const { accounts } = place;
    await place.list().allow('anna', await accounts.describe('admin'));
    await accounts.setLevel('anna', 'administrator');
    assert.equal(await refusal(place.list().check('anna')), 'auto-logon-administrator');
    writeFileSync(place.files.kept, JSON.stringify([{ user: 'ben', uid: 4711, by: 'admin' }]));
    assert.equal(await refusal(place.list().check('ben')), 'auto-logon-not-allowed');
  });

  it("root's file holds for administrators too, and counts only while nobody else can write it", async () => {
    using place = new Place();
    writeFileSync(place.files.byRoot, '# the desk at the door\nadmin   # for the week of the fair\n\n  ben\n', { mode: 0o644 });
    assert.equal(await refusal(place.list().check('admin')), 'done');
    assert.equal(await refusal(place.list().check('ben')), 'done');
    assert.equal(await refusal(place.list().check('carla')), 'auto-logon-not-allowed');
    chmodSync(place.files.byRoot, 0o664);
    assert.equal(await refusal(place.list().check('admin')), 'auto-logon-administrator');
  });

  it('a damaged list lets nobody in', async () => {
    using place = new Place();
    await place.list().allow('anna', await place.accounts.describe('admin'));
    writeFileSync(place.files.kept, '{"anna": true}');
    assert.equal(await refusal(place.list().check('anna')), 'auto-logon-not-allowed');
  });
});

describe('a sign-in without a password, by PAM', () => {
  it('opens a real session through the account and session phases', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    assert.ok(account !== undefined);
    const { attempt, outcome } = await new PamSignIns(room.places).begin({
      user: account.name,
      password: '',
      automatic: true,
      remote: '192.0.2.7',
      who: 'listed',
    });
    assert.equal(outcome.step, 'accepted', JSON.stringify(outcome));
    const desktop = await desktopsOf(room.places).open(
      { session: newSession(), account: outcome.account, desktop: 'xterm', widthPx: 800, heightPx: 600, language: 'en' },
      attempt,
    );
    const owner = await until('its processes', async () => {
      const { stdout } = await run('ps', ['-o', 'user:64=', '-U', account.name]).catch(() => ({ stdout: '' }));
      return stdout.trim().split('\n')[0];
    });
    assert.equal(owner, account.name);
    await desktop.end();
    await until('nothing to be left', async () => (await room.leftBehind()).length === 0);
  });

  it('a locked or expired account is refused by the account phase, and so is one whose password must be changed', async () => {
    await using room = await makeTestRoom({ accounts: 3 });
    const [expired, stale, locked] = room.accounts;
    assert.ok(expired !== undefined && stale !== undefined && locked !== undefined);
    await room.changeAccount('usermod', ['--lock'], locked);
    await run('chage', ['--expiredate', '2000-01-01', '--', expired.name]);
    await run('chage', ['--lastday', '0', '--', stale.name]);
    const signIns = new PamSignIns(room.places);
    const codes = await Promise.all(
      [expired, stale, locked].map(async ({ name }) => {
        const { attempt, outcome } = await signIns.begin({
          user: name,
          password: '',
          automatic: true,
          remote: '192.0.2.7',
          who: 'listed',
        });
        attempt.finish();
        return outcome.step === 'refused' ? outcome.error.code : outcome.step;
      }),
    );
    assert.deepEqual(codes, ['account-expired', 'password-not-changed', 'account-locked']);
  });

  it('without a password and without the order for it nobody is let in', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    assert.ok(account !== undefined);
    const { outcome } = await new PamSignIns(room.places).begin({
      user: account.name,
      password: '',
      remote: '192.0.2.7',
      who: 'listed',
    });
    assert.equal(outcome.step === 'refused' && outcome.error.code, 'wrong-credentials');
  });
});
