import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { levelGroups, levels } from '#model/account.ts';
import type { AccountFilesFate } from '#model/account.ts';
import { packHome } from './account-files.ts';
import { AccountRemovals } from './account-removals.ts';
import { LinuxAccounts } from './accounts.ts';
import type { NewAccount, PosixAccount } from './accounts.ts';
import { systemClock } from './clock.ts';
import { makeTestRoom } from './test-room.ts';
import type { TestRoom } from './test-room.ts';

const folder = mkdtempSync(join(tmpdir(), 'stationmaster-archives-'));
const archiveDir = join(folder, 'archives');
mkdirSync(archiveDir);
after(() => rmSync(folder, { recursive: true, force: true }));

/** The end of a removal; rejects with what it failed by. */
async function remove(
  order: { user: string; files: AccountFilesFate },
  endSessions: (account: PosixAccount) => Promise<void> = async () => undefined,
): Promise<{ archive: string | null; left: string | null }> {
  const removals = new AccountRemovals({
    steps: new LinuxAccounts().removal,
    notesDir: mkdtempSync(join(folder, 'notes-')),
    archiveDir,
    endSessions,
    gone: () => undefined,
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  const { id } = await removals.order({ ...order, endSession: true, by: 'ada', address: '' });
  const { archive, left, error } = await removals.waitFor(id, 60_000);
  if (error !== null) throw new CodedError(error.code, error.details);
  return { archive, left };
}

function newOrder(options: Partial<NewAccount> = {}): NewAccount {
  return {
    user: `smt-${randomBytes(4).toString('hex')}`,
    fullName: 'Test Person',
    password: 'pass:word ÄÖ',
    level: 'standard',
    ...options,
  };
}

function coded(code: ErrorCode, details?: object): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CodedError, String(error));
    assert.equal(error.code, code);
    if (details !== undefined) assert.deepEqual(error.details, details);
    return true;
  };
}

/** Makes the room remove an account that the code under test makes. */
function willMake(room: TestRoom, { user, password, level }: NewAccount): void {
  room.accounts.push({ name: user, password, uid: -1, gid: -1, home: `/home/${user}`, level });
}

function exists(user: string): boolean {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .some((line) => line.startsWith(`${user}:`));
}

describe('listing accounts', () => {
  it('shows people with their level, and neither system accounts nor those without a shell', async () => {
    await using room = await makeTestRoom();
    const teacher = await room.addAccount({ level: 'dashboard' });
    const stranger = await room.addAccount({ level: null });
    const shellless = await room.addAccount({ shell: '/usr/sbin/nologin' });
    const accounts = await new LinuxAccounts().list();
    const byName = new Map(accounts.map((account) => [account.name, account]));
    assert.deepEqual(byName.get(teacher.name), {
      name: teacher.name,
      uid: teacher.uid,
      fullName: '',
      level: 'dashboard',
      listed: true,
      domain: false,
      disabled: false,
      inGroups: false,
    });
    assert.deepEqual(byName.get(stranger.name), {
      name: stranger.name,
      uid: stranger.uid,
      fullName: '',
      level: 'standard',
      listed: false,
      domain: false,
      disabled: false,
      inGroups: false,
    });
    for (const name of [shellless.name, 'root', 'daemon', 'nobody', room.places.gatewayUser]) assert.ok(!byName.has(name), name);
    assert.deepEqual(
      accounts.map(({ name }) => name),
      accounts.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b, 'en')),
    );
  });

  it('tells who is in further groups, by membership or as the main group', async () => {
    await using room = await makeTestRoom();
    const [member, main, other] = [await room.addAccount(), await room.addAccount(), await room.addAccount()];
    await promisify(execFile)('gpasswd', ['--add', member.name, 'video']);
    await room.changeAccount('usermod', ['--gid', 'games'], main);
    const people = await new LinuxAccounts().list(['video', 'games', 'smt-no-such-group']);
    const inGroups = ({ name }: { name: string }) => people.find((one) => one.name === name)?.inGroups;
    assert.deepEqual([inGroups(member), inGroups(main), inGroups(other)], [true, true, false]);
  });

  it('tells all groups of one, the main one as well, and which of several groups there are', async () => {
    await using room = await makeTestRoom({ accounts: 1, level: 'dashboard' });
    const accounts = new LinuxAccounts();
    const name = room.accounts[0]?.name ?? '';
    const { groups, classes } = await accounts.groupsOf(name);
    assert.deepEqual(classes, [], 'neither the own group nor that of a level is a class');
    for (const group of [name, levelGroups.dashboard])
      assert.ok(groups.includes(group), `${group} is not among ${groups.join(', ')}`);
    await assert.rejects(accounts.groupsOf('smt-nobody-at-all'), coded('not-found'));
    await assert.rejects(accounts.groupsOf('-G'), coded('not-found'));
    const asked = ['root', 'smt-no-such-group', '0', '+0', '--help', '', 'a b', levelGroups.dashboard];
    assert.deepEqual((await accounts.groups(asked)).toSorted(), ['root', levelGroups.dashboard]);
    assert.deepEqual(await accounts.groups([]), []);
  });

  it('describes one, and says when there is none', async () => {
    await using room = await makeTestRoom();
    const { name, uid } = await room.addAccount({ level: 'administrator' });
    const accounts = new LinuxAccounts();
    assert.deepEqual(await accounts.describe(name), { name, uid, fullName: '', level: 'administrator', listed: true });
    await assert.rejects(accounts.describe('smt-nobody-at-all'), coded('not-found'));
    await assert.rejects(accounts.describe('--help'), coded('not-found'));
  });
});

describe('making an account', () => {
  it('makes it with its home, shell, full name, password and level', async () => {
    await using room = await makeTestRoom();
    const order = newOrder({ fullName: 'Žofie Nová', level: 'dashboard' });
    willMake(room, order);
    const account = await new LinuxAccounts().create(order);
    assert.deepEqual(
      { ...account, uid: 0 },
      { name: order.user, uid: 0, fullName: 'Žofie Nová', level: 'dashboard', listed: true },
    );
    const [, , uid, , , home, shell] = execFileSync('getent', ['passwd', '--', order.user], { encoding: 'utf8' })
      .trim()
      .split(':');
    assert.deepEqual([Number(uid), home, shell], [account.uid, `/home/${order.user}`, '/bin/bash']);
    assert.equal(statSync(`/home/${order.user}`).uid, account.uid);
    const hash = execFileSync('getent', ['shadow', '--', order.user], { encoding: 'utf8' }).split(':')[1] ?? '';
    // Perl has crypt(3); the password goes in by standard input.
    const check = 'chomp($p = <STDIN>); print crypt($p, $ARGV[0]) eq $ARGV[0] ? "right" : "wrong"';
    assert.equal(execFileSync('perl', ['-e', check, hash], { input: `${order.password}\n`, encoding: 'utf8' }), 'right');
  });

  it('refuses a name that is taken by an account, a group or a home folder', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const accounts = new LinuxAccounts();
    await assert.rejects(accounts.create(newOrder({ user: room.accounts[0]?.name ?? '' })), coded('name-taken'));
    await assert.rejects(accounts.create(newOrder({ user: 'daemon' })), coded('name-taken'));
    await assert.rejects(accounts.create(newOrder({ user: 'sudo' })), coded('name-taken'));
    const { user } = newOrder();
    mkdirSync(`/home/${user}`);
    try {
      await assert.rejects(accounts.create(newOrder({ user })), coded('name-taken', { home: `/home/${user}` }));
    } finally {
      rmSync(`/home/${user}`, { recursive: true });
    }
    assert.ok(!exists(user));
  });

  it('refuses names, full names and passwords that would do harm, and makes nothing', async () => {
    const accounts = new LinuxAccounts();
    const before = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .filter((line) => /^(-|root2|systemd-x|stationmaster-x)/.test(line));
    for (const user of [
      '',
      '-x',
      '--root=/x',
      'Anna',
      '1000',
      'a b',
      'a:b',
      'a\nroot2::0:0',
      '../x',
      'ä',
      'a'.repeat(33),
      'root$',
      '.',
    ]) {
      await assert.rejects(accounts.create(newOrder({ user })), coded('bad-request', { field: 'user' }), user);
    }
    for (const user of ['systemd-x', 'stationmaster-x']) {
      await assert.rejects(accounts.create(newOrder({ user })), coded('bad-request', { field: 'user', reason: 'system-name' }));
    }
    for (const fullName of ['a:b', 'a\nb', 'a,b', 'a\0b']) {
      await assert.rejects(accounts.create(newOrder({ fullName })), coded('bad-request', { field: 'fullName' }));
    }
    for (const password of ['', 'a\nroot:x', 'a\0b', '\u007f']) {
      await assert.rejects(accounts.create(newOrder({ password })), coded('bad-request', { field: 'password' }));
    }
    const after = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .filter((line) => /^(-|root2|systemd-x|stationmaster-x)/.test(line));
    assert.deepEqual(after, before);
  });

  it('leaves nothing behind when the password cannot be set', async () => {
    await using _room = await makeTestRoom();
    // libcrypt takes no password of more than 512 bytes, chpasswd fails with it.
    const order = newOrder({ password: 'ä'.repeat(2_000) });
    await assert.rejects(new LinuxAccounts().create(order));
    assert.ok(!exists(order.user));
    assert.ok(!existsSync(`/home/${order.user}`));
  });

  it('makes several at once, one after the other', async () => {
    await using room = await makeTestRoom();
    const accounts = new LinuxAccounts();
    const orders = Array.from({ length: 4 }, () => newOrder());
    for (const order of orders) willMake(room, order);
    const made = await Promise.all(orders.map((order) => accounts.create(order)));
    assert.equal(new Set(made.map(({ uid }) => uid)).size, orders.length);
  });
});

describe('the level of an account', () => {
  it('is exactly one group, whatever it was before, and other groups stay', async () => {
    await using room = await makeTestRoom();
    const account = await room.addAccount({ level: null });
    // Else the account would be the last administrator for a while, and stay it.
    await room.addAccount({ level: 'administrator' });
    const accounts = new LinuxAccounts();
    await promisify(execFile)('gpasswd', ['--add', account.name, 'video']);
    for (const level of ['standard', 'administrator', 'dashboard', 'dashboard', 'standard'] as const) {
      assert.equal((await accounts.setLevel(account.name, level)).level, level);
      const groups = execFileSync('id', ['-Gn', '--', account.name], { encoding: 'utf8' }).trim().split(' ');
      assert.deepEqual(
        groups.filter((group) => levels.some((one) => levelGroups[one] === group)),
        [levelGroups[level]],
      );
      assert.ok(groups.includes('video'));
    }
  });

  it('is not given to system accounts, nor to nobody', async () => {
    await using _room = await makeTestRoom();
    const accounts = new LinuxAccounts();
    await assert.rejects(accounts.setLevel('daemon', 'administrator'), coded('not-allowed'));
    await assert.rejects(accounts.setLevel('root', 'standard'), coded('not-allowed'));
    await assert.rejects(accounts.setLevel('smt-nobody-at-all', 'standard'), coded('not-found'));
  });
});

/** The field of /etc/shadow, counted from 1. */
const shadowField = (user: string, field: number): string =>
  execFileSync('getent', ['shadow', '--', user], { encoding: 'utf8' }).trimEnd().split(':')[field - 1] ?? '';

/** The room need not remove it any more. */
function isRemoved(room: TestRoom, name: string): void {
  const at = room.accounts.findIndex((account) => account.name === name);
  if (at !== -1) room.accounts.splice(at, 1);
  rmSync(`/home/${name}`, { recursive: true, force: true });
  rmSync(`/var/mail/${name}`, { force: true });
}

describe('changing an account', () => {
  it('changes the full name and leaves the other fields of the comment', async () => {
    await using room = await makeTestRoom();
    const account = await room.addAccount();
    await room.changeAccount('usermod', ['--comment', 'Old Name,Room 5,123'], account);
    const accounts = new LinuxAccounts();
    const changed = await accounts.change({ user: account.name, fullName: 'Žofie Nová' });
    assert.equal(changed.fullName, 'Žofie Nová');
    const line = execFileSync('getent', ['passwd', '--', account.name], { encoding: 'utf8' });
    assert.equal(line.split(':')[4], 'Žofie Nová,Room 5,123');
    for (const fullName of ['a:b', 'a,b', 'umask=0']) {
      await assert.rejects(accounts.change({ user: account.name, fullName }), coded('bad-request', { field: 'fullName' }));
    }
  });

  it('disables and enables it, and knows one that was locked or has expired otherwise', async () => {
    await using room = await makeTestRoom();
    const account = await room.addAccount();
    const accounts = new LinuxAccounts();
    const shown = async () => (await accounts.list()).find(({ name }) => name === account.name)?.disabled;
    assert.equal(await shown(), false);
    assert.equal((await accounts.change({ user: account.name, disabled: true })).disabled, true);
    assert.equal(shadowField(account.name, 8), '1');
    assert.equal(await shown(), true);
    assert.equal((await accounts.change({ user: account.name, disabled: false })).disabled, false);
    assert.equal(shadowField(account.name, 8), '');
    await room.changeAccount('usermod', ['--lock'], account);
    assert.equal(await shown(), true);
    assert.equal((await accounts.change({ user: account.name, disabled: false })).disabled, false);
    assert.match(shadowField(account.name, 2), /^\$/);
  });

  it('does nothing of it when somebody else changed it meanwhile', async () => {
    await using room = await makeTestRoom();
    const { name } = await room.addAccount();
    const accounts = new LinuxAccounts();
    const order = { user: name, fullName: 'New', level: 'dashboard', was: { level: 'administrator' } } as const;
    await assert.rejects(accounts.change(order), coded('changed-meanwhile'));
    assert.deepEqual([(await accounts.describe(name)).fullName, (await accounts.describe(name)).level], ['', 'standard']);
    assert.equal((await accounts.change({ ...order, was: { level: 'standard', fullName: '' } })).level, 'dashboard');
  });

  it('takes back what it did when the last of it fails', async () => {
    await using room = await makeTestRoom();
    const account = await room.addAccount({ level: null });
    // The account's main group is a level's: that level cannot be left.
    await room.changeAccount('usermod', ['--gid', levelGroups.administrator], account);
    const accounts = new LinuxAccounts();
    await room.addAccount({ level: 'administrator' });
    const order = { user: account.name, fullName: 'New', disabled: true, level: 'standard' } as const;
    await assert.rejects(accounts.change(order), coded('not-possible-now', { level: 'administrator' }));
    const after_ = (await accounts.list()).find(({ name }) => name === account.name);
    assert.deepEqual([after_?.fullName, after_?.disabled], ['', false]);
  });

  it('never touches accounts that are not people’s', async () => {
    await using room = await makeTestRoom();
    const accounts = new LinuxAccounts();
    const service = await room.addAccount({ system: true });
    for (const user of ['root', 'daemon', 'nobody', room.places.gatewayUser, service.name]) {
      await assert.rejects(accounts.change({ user, disabled: true }), coded('not-allowed'), user);
      await assert.rejects(accounts.setPassword({ user, password: 'x', mustChange: false }), coded('not-allowed'), user);
      await assert.rejects(remove({ user, files: 'remove' }), coded('not-allowed'), user);
    }
    for (const user of ['smt-nobody-at-all', '--help', '', '0', '../x', 'a\nb'])
      await assert.rejects(remove({ user, files: 'remove' }), coded('not-found'), user);
  });
});

describe('the password of an account', () => {
  it('is set, and must be changed at the next sign-in if that is wanted', async () => {
    await using room = await makeTestRoom();
    const { name } = await room.addAccount();
    const accounts = new LinuxAccounts();
    const before = shadowField(name, 2);
    await accounts.setPassword({ user: name, password: 'another:wörd 1', mustChange: false });
    const hash = shadowField(name, 2);
    assert.notEqual(hash, before);
    assert.notEqual(shadowField(name, 3), '0');
    const check = 'chomp($p = <STDIN>); print crypt($p, $ARGV[0]) eq $ARGV[0] ? "right" : "wrong"';
    assert.equal(execFileSync('perl', ['-e', check, hash], { input: 'another:wörd 1\n', encoding: 'utf8' }), 'right');
    await accounts.setPassword({ user: name, password: 'third word', mustChange: true });
    assert.equal(shadowField(name, 3), '0');
  });

  it('of somebody who may become root is not set from here, whether by a group or by the main group', async () => {
    await using room = await makeTestRoom({ accounts: 2 });
    const [member, main] = room.accounts;
    assert.ok(member !== undefined && main !== undefined);
    await promisify(execFile)('gpasswd', ['--add', member.name, 'sudo']);
    await room.changeAccount('usermod', ['--gid', 'disk'], main);
    for (const { name } of [member, main]) {
      const before = shadowField(name, 2);
      const order = { user: name, password: 'another word', mustChange: false };
      await assert.rejects(new LinuxAccounts().setPassword(order), coded('may-become-root'));
      assert.equal(shadowField(name, 2), before);
    }
  });

  it('stays what it was when the computer does not take the new one, and the reason is told', async () => {
    await using room = await makeTestRoom();
    const { name } = await room.addAccount();
    const before = shadowField(name, 2);
    await assert.rejects(
      new LinuxAccounts().setPassword({ user: name, password: 'ä'.repeat(2_000), mustChange: true }),
      (error) => error instanceof CodedError && error.code === 'password-refused' && error.details['says'] !== '',
    );
    assert.equal(shadowField(name, 2), before);
    assert.notEqual(shadowField(name, 3), '0');
  });
});

describe('removing an account', () => {
  it('keeps the home folder where it is, for root only', async () => {
    await using room = await makeTestRoom();
    const { name, home } = await room.addAccount();
    writeFileSync(`${home}/work.txt`, 'work');
    assert.deepEqual(await remove({ user: name, files: 'keep' }), {
      archive: null,
      left: home,
    });
    assert.ok(!exists(name));
    assert.equal(readFileSync(`${home}/work.txt`, 'utf8'), 'work');
    const { uid, mode } = statSync(home);
    assert.deepEqual([uid, mode & 0o777], [0, 0o700]);
    isRemoved(room, name);
  });

  it('packs the files up for root only, or removes them', async () => {
    await using room = await makeTestRoom();
    const packed = await room.addAccount();
    writeFileSync(`${packed.home}/work.txt`, 'work');
    const { archive, left } = await remove({ user: packed.name, files: 'archive' });
    assert.equal(left, null);
    assert.ok(archive !== null && !exists(packed.name) && !existsSync(packed.home));
    assert.equal(statSync(archive).mode & 0o777, 0o600);
    assert.equal(statSync(archiveDir).mode & 0o777, 0o700);
    const content = execFileSync('tar', ['--zstd', '--extract', '--to-stdout', '--file', archive, `${packed.name}/work.txt`]);
    assert.equal(content.toString(), 'work');
    isRemoved(room, packed.name);
    const gone = await room.addAccount();
    assert.deepEqual(await remove({ user: gone.name, files: 'remove' }), { archive: null, left: null });
    assert.ok(!exists(gone.name) && !existsSync(gone.home));
    isRemoved(room, gone.name);
  });

  it('packs up of a file with holes only what is in it', async () => {
    const home = mkdtempSync(join(folder, 'holes-'));
    writeFileSync(join(home, 'disk.img'), '');
    truncateSync(join(home, 'disk.img'), 2 ** 31);
    let total: number | null = null;
    const archive = `${home}.tar.zst`;
    await packHome(home, archive, (_doneBytes, totalBytes) => (total = totalBytes));
    assert.ok(total !== null && total < 2 ** 20, `it has ${total} bytes to read`);
    const into = mkdtempSync(join(folder, 'unpacked-'));
    execFileSync('tar', ['--zstd', '--extract', '--file', archive, '--directory', into]);
    const { size, blocks } = statSync(join(into, basename(home), 'disk.img'));
    assert.equal(size, 2 ** 31);
    assert.ok(blocks < 2_000, `${blocks} blocks`);
  });

  it('goes on to the end if userdel failed only after the account was gone', async () => {
    await using room = await makeTestRoom();
    const { name, home } = await room.addAccount();
    writeFileSync(`${home}/work.txt`, 'work');
    // userdel runs what is in there last, and fails if that fails.
    const hooks = '/etc/shadow-maint/userdel-post.d';
    const made = mkdirSync(hooks, { recursive: true });
    const hook = join(hooks, name);
    writeFileSync(hook, `#!/bin/sh\ntest "$SUBJECT" != ${name}\n`, { mode: 0o755 });
    try {
      const { archive, left } = await remove({ user: name, files: 'archive' });
      assert.equal(left, null);
      assert.ok(archive !== null && existsSync(archive) && !exists(name) && !existsSync(home));
    } finally {
      rmSync(made ?? hook, { recursive: true });
      if (!exists(name)) isRemoved(room, name);
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('changes nothing when a session may not be ended, and lets nobody in meanwhile', async () => {
    await using room = await makeTestRoom();
    const { name, home } = await room.addAccount();
    const archives = readdirSync(archiveDir);
    let meanwhile = '';
    const refuse = async (): Promise<void> => {
      meanwhile = shadowField(name, 8);
      throw new CodedError('session-exists', { sessions: 1 });
    };
    await assert.rejects(remove({ user: name, files: 'archive' }, refuse), coded('session-exists'));
    assert.equal(meanwhile, '1');
    assert.equal(shadowField(name, 8), '');
    assert.ok(exists(name) && existsSync(home));
    assert.deepEqual(readdirSync(archiveDir), archives);
  });

  it('refuses while a program of the account runs, and makes everything as it was', async () => {
    await using room = await makeTestRoom();
    const { name, uid, gid, home } = await room.addAccount();
    const program = spawn('sleep', ['1000'], { uid, gid, stdio: 'ignore' });
    const ended = once(program, 'exit');
    const archives = readdirSync(archiveDir);
    await assert.rejects(remove({ user: name, files: 'archive' }), coded('account-in-use'));
    assert.ok(exists(name) && existsSync(home));
    assert.equal(shadowField(name, 8), '');
    assert.deepEqual(readdirSync(archiveDir), archives);
    program.kill('SIGKILL');
    await ended;
  });

  it('touches nothing of what is mounted within the home folder, and says where that is', async () => {
    await using room = await makeTestRoom();
    const shared = mkdtempSync(join(tmpdir(), 'stationmaster-shared-'));
    writeFileSync(`${shared}/of-all.txt`, 'of all');
    const { name, home } = await room.addAccount();
    writeFileSync(`${home}/work.txt`, 'work');
    const place = `${home}/of all`;
    mkdirSync(place);
    execFileSync('mount', ['--bind', shared, place]);
    try {
      for (const files of ['archive', 'remove'] as const)
        await assert.rejects(remove({ user: name, files }), coded('home-not-own', { home: place }));
      assert.equal(shadowField(name, 8), '');
      assert.deepEqual(await remove({ user: name, files: 'keep' }), { archive: null, left: home });
      assert.ok(!exists(name) && existsSync(`${home}/work.txt`));
      assert.equal(readFileSync(`${shared}/of-all.txt`, 'utf8'), 'of all');
    } finally {
      execFileSync('umount', [place]);
      if (!exists(name)) isRemoved(room, name);
      rmSync(shared, { recursive: true });
    }
  });

  it('empties nothing that was mounted within the home folder after it had begun', async () => {
    await using room = await makeTestRoom();
    const shared = mkdtempSync(join(tmpdir(), 'stationmaster-shared-'));
    writeFileSync(`${shared}/of-all.txt`, 'of all');
    const { name, home } = await room.addAccount();
    const place = `${home}/of all`;
    mkdirSync(place);
    const mount = async (): Promise<void> => void execFileSync('mount', ['--bind', shared, place]);
    try {
      assert.deepEqual(await remove({ user: name, files: 'remove' }, mount), { archive: null, left: home });
      assert.equal(readFileSync(`${shared}/of-all.txt`, 'utf8'), 'of all');
    } finally {
      execFileSync('umount', [place]);
      if (!exists(name)) isRemoved(room, name);
      rmSync(home, { recursive: true, force: true });
      rmSync(shared, { recursive: true });
    }
  });

  it('removes the mailbox with the files', async () => {
    await using room = await makeTestRoom();
    const { name, uid, gid } = await room.addAccount();
    const mail = `/var/mail/${name}`;
    writeFileSync(mail, 'letter');
    chownSync(mail, uid, gid);
    await remove({ user: name, files: 'remove' });
    assert.ok(!existsSync(mail));
    isRemoved(room, name);
  });

  it('neither removes nor closes a folder in which somebody else’s home is', async () => {
    await using room = await makeTestRoom({ accounts: 2 });
    const [one, other] = room.accounts;
    assert.ok(one !== undefined && other !== undefined);
    const within = `${one.home}/child`;
    mkdirSync(within);
    await room.changeAccount('usermod', ['--home', within], other);
    for (const files of ['keep', 'archive', 'remove'] as const) {
      await assert.rejects(remove({ user: one.name, files }), coded('home-not-own', { home: within, user: other.name }));
    }
    assert.ok(exists(one.name) && existsSync(within));
    assert.equal(shadowField(one.name, 8), '');
    await room.changeAccount('usermod', ['--home', other.home], other);
  });

  it('removes no folder that is somebody else’s', async () => {
    await using room = await makeTestRoom({ accounts: 2 });
    const [one, other] = room.accounts;
    assert.ok(one !== undefined && other !== undefined);
    await room.changeAccount('usermod', ['--home', other.home], one);
    await assert.rejects(remove({ user: one.name, files: 'remove' }), coded('home-not-own', { home: other.home }));
    assert.ok(exists(one.name) && existsSync(other.home));
  });
});
