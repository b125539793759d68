import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { levelGroups, levels } from '#model/account.ts';
import { LinuxAccounts } from './accounts.ts';
import type { NewAccount } from './accounts.ts';
import { makeTestRoom } from './test-room.ts';
import type { TestRoom } from './test-room.ts';

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
    });
    assert.deepEqual(byName.get(stranger.name), {
      name: stranger.name,
      uid: stranger.uid,
      fullName: '',
      level: 'standard',
      listed: false,
    });
    for (const name of [shellless.name, 'root', 'daemon', 'nobody', room.places.gatewayUser]) assert.ok(!byName.has(name), name);
    assert.deepEqual(
      accounts.map(({ name }) => name),
      accounts.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b, 'en')),
    );
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
