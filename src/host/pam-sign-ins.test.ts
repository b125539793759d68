import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, before, describe, it, mock } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { ErrorCode } from '#contract/errors.ts';
import { PamSignIns } from './pam-sign-ins.ts';
import type { SignInAttempt, SignInOutcome } from './sign-in.ts';
import { makeTestRoom } from './test-room.ts';
import type { TestAccount, TestRoom } from './test-room.ts';

/** Sign-in workers among this process's children. */
async function workers(): Promise<number> {
  let count = 0;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
    );
    const parent = stat?.slice(stat.lastIndexOf(')') + 4).split(' ')[0];
    if (parent === String(process.pid) && command?.includes('sign-in-worker') === true) count += 1;
  }
  return count;
}

describe('signing in by PAM', () => {
  let room: TestRoom;
  let signIns: PamSignIns;
  const attempts: SignInAttempt[] = [];

  before(async () => {
    room = await makeTestRoom();
    signIns = new PamSignIns(room.places);
  });
  after(async () => {
    for (const attempt of attempts) attempt.finish();
    const deadline = performance.now() + 10_000;
    while ((await workers()) > 0 && performance.now() < deadline) await pause(20);
    const left = await workers();
    await room[Symbol.asyncDispose]();
    assert.equal(left, 0, 'sign-in workers are left behind');
  });

  async function begin(
    user: string,
    password: string,
    who: 'listed' | 'everyone' = 'listed',
    by = signIns,
  ): Promise<{ attempt: SignInAttempt; outcome: SignInOutcome }> {
    const begun = await by.begin({ user, password, remote: '192.0.2.7', who });
    attempts.push(begun.attempt);
    return begun;
  }

  it('at a station that is for some only those may, by name or by group; administrators always may', async () => {
    const [named, member, other] = [await room.addAccount(), await room.addAccount(), await room.addAccount()];
    const administrator = await room.addAccount({ level: 'administrator' });
    // Every account has a group of its own name.
    const only = { users: [named.name], groups: [member.name, 'there-is-no-such-group'] };
    const outcomes = await Promise.all(
      [named, member, other, administrator].map(async ({ name: user, password }) => {
        const { attempt, outcome } = await signIns.begin({ user, password, remote: '192.0.2.7', who: 'listed', only });
        attempts.push(attempt);
        return outcome.step === 'refused' ? outcome.error.code : outcome.step;
      }),
    );
    assert.deepEqual(outcomes, ['accepted', 'accepted', 'account-not-here', 'accepted']);
  });

  it('who may not use a station is told so only after the right password', async () => {
    const other = await room.addAccount();
    const only = { users: ['somebody-else'], groups: [] };
    const { attempt, outcome } = await signIns.begin({
      user: other.name,
      password: 'wrong',
      remote: '192.0.2.7',
      who: 'listed',
      only,
    });
    attempts.push(attempt);
    assert.equal(outcome.step === 'refused' && outcome.error.code, 'wrong-credentials');
  });

  async function assertRefused(user: string, password: string, code: ErrorCode): Promise<void> {
    const { outcome } = await begin(user, password);
    assert.equal(outcome.step, 'refused');
    assert.equal(outcome.error.code, code);
  }

  async function assertAccepted(account: TestAccount): Promise<void> {
    const { outcome } = await begin(account.name, account.password);
    assert.equal(outcome.step, 'accepted', JSON.stringify(outcome));
  }

  it('accepts the right password and says who it is', async () => {
    const account = await room.addAccount({ level: 'dashboard' });
    const { outcome } = await begin(account.name, account.password);
    assert.equal(outcome.step, 'accepted');
    assert.deepEqual(outcome.account, {
      name: account.name,
      uid: account.uid,
      gid: account.gid,
      fullName: '',
      level: 'dashboard',
      listed: true,
      home: account.home,
      shell: '/bin/bash',
    });
  });

  it('tells a wrong password, an unknown user and a locked account alike', async () => {
    const [account, locked, passwordless] = [await room.addAccount(), await room.addAccount(), await room.addAccount()];
    await room.changeAccount('usermod', ['--lock'], locked);
    await room.changeAccount('passwd', ['--quiet', '--delete'], passwordless);
    await Promise.all([
      assertRefused(account.name, 'wrong', 'wrong-credentials'),
      assertRefused(`${account.name}-unknown`, 'wrong', 'wrong-credentials'),
      assertRefused(locked.name, locked.password, 'wrong-credentials'),
      assertRefused(passwordless.name, 'anything', 'wrong-credentials'),
    ]);
  });

  it('refuses what cannot be a name or a password before PAM is asked', async () => {
    const { name, password } = await room.addAccount();
    const cases: [string, string][] = [
      ['', password],
      [name, ''],
      ['x'.repeat(257), password],
      [name, 'ü'.repeat(256)],
      [`${name}\0`, password],
      [name, `${password}\0`],
      [`${name}\ud800`, password],
      [name, `${password}\udfff`],
      [`${name}\ufffd`, password],
      [`-${name}`, password],
      [`../${name}`, password],
      [`${name}\n`, password],
    ];
    const before = await workers();
    for (const [user, secret] of cases) await assertRefused(user, secret, 'wrong-credentials');
    assert.equal(await workers(), before);
  });

  it('lets PAM judge a password of the longest length, and one beyond ASCII', async () => {
    const account = await room.addAccount();
    await room.setPassword(account, 'pässwörd 密码 🔑');
    await assertAccepted(account);
    await assertRefused(account.name, 'x'.repeat(511), 'wrong-credentials');
  });

  it('says why an account with the right password may not sign in', async () => {
    const expired = await room.addAccount();
    await room.changeAccount('chage', ['-E', '2020-01-01'], expired);
    const shellLess = await room.addAccount({ shell: '/usr/sbin/nologin' });
    const oddShell = await room.addAccount({ shell: '/usr/bin/env' });
    const unlisted = await room.addAccount({ level: null });
    const system = await room.addAccount({ system: true });
    await Promise.all([
      assertRefused(expired.name, expired.password, 'account-expired'),
      assertRefused(shellLess.name, shellLess.password, 'account-no-shell'),
      assertRefused(oddShell.name, oddShell.password, 'account-no-shell'),
      assertRefused(unlisted.name, unlisted.password, 'account-not-listed'),
      assertRefused(system.name, system.password, 'account-refused'),
      // Who does not know the password does not learn any of that.
      assertRefused(expired.name, 'wrong', 'wrong-credentials'),
      assertRefused(unlisted.name, 'wrong', 'wrong-credentials'),
    ]);
    // Every account has a group of its own name.
    for (const [groups, step] of [
      [[unlisted.name], 'accepted'],
      [['there-is-no-such-group'], 'refused'],
    ] as const) {
      const order = { user: unlisted.name, password: unlisted.password, remote: '192.0.2.7', who: 'listed', groups } as const;
      const begun = await signIns.begin(order);
      attempts.push(begun.attempt);
      assert.equal(begun.outcome.step, step);
    }
    const { outcome } = await begin(unlisted.name, unlisted.password, 'everyone');
    assert.equal(outcome.step, 'accepted');
    assert.equal(outcome.account.listed, false);
  });

  /** Answers the questions of a forced change: the old password where it is asked for, then each of `answers`. */
  async function changePassword(account: TestAccount, answers: string[]): Promise<SignInOutcome> {
    const { attempt, outcome: first } = await begin(account.name, account.password);
    let outcome = first;
    while (outcome.step === 'question') {
      assert.equal(outcome.question.visible, false);
      const asksForOld = /current/i.test(outcome.question.text);
      outcome = await attempt.answer(asksForOld ? account.password : (answers.shift() ?? ''));
    }
    return outcome;
  }

  it('has an expired password changed in the conversation', async () => {
    const account = await room.addAccount();
    await room.changeAccount('chage', ['-d', '0'], account);
    const outcome = await changePassword(account, ['Vogel-57-Wiese', 'Vogel-57-Wiese']);
    assert.equal(outcome.step, 'accepted', JSON.stringify(outcome));
    await assertRefused(account.name, account.password, 'wrong-credentials');
    account.password = 'Vogel-57-Wiese';
    await assertAccepted(account);
  });

  /** Signs in, and changes the password on the way: the one there is where it is asked for, then each of `answers`. */
  async function changeOwnPassword(account: TestAccount, password: string, answers: string[]): Promise<SignInOutcome> {
    const order = { user: account.name, password, remote: '192.0.2.7', who: 'listed', changePassword: true } as const;
    const begun = await signIns.begin(order);
    attempts.push(begun.attempt);
    let { outcome } = begun;
    while (outcome.step === 'question') {
      assert.equal(outcome.question.visible, false);
      const asksForOld = /current/i.test(outcome.question.text);
      outcome = await begun.attempt.answer(asksForOld ? account.password : (answers.shift() ?? ''));
    }
    return outcome;
  }

  it('lets a person change the own password on the way, by the rules for people and not for root', async () => {
    const account = await room.addAccount();
    const wrong = await changeOwnPassword(account, 'wrong', ['Vogel-57-Wiese', 'Vogel-57-Wiese']);
    assert.equal(wrong.step, 'refused');
    assert.equal(wrong.error.code, 'wrong-credentials');
    // pam_unix takes any password from root, from a person none that is so short.
    for (const answers of [
      ['abc', 'abc'],
      ['Vogel-57-Wiese', 'Vogel-58-Wiese'],
    ]) {
      const outcome = await changeOwnPassword(account, account.password, answers);
      assert.equal(outcome.step, 'refused', answers.join());
      assert.equal(outcome.error.code, 'password-not-changed');
      assert.notDeepEqual(outcome.messages, []);
    }
    await assertAccepted(account);
    const outcome = await changeOwnPassword(account, account.password, ['Vogel-57-Wiese', 'Vogel-57-Wiese']);
    assert.equal(outcome.step, 'accepted', JSON.stringify(outcome));
    await assertRefused(account.name, account.password, 'wrong-credentials');
    account.password = 'Vogel-57-Wiese';
    await assertAccepted(account);
  });

  it('refuses when the new password is not typed the same twice', async () => {
    const account = await room.addAccount();
    await room.changeAccount('chage', ['-d', '0'], account);
    const outcome = await changePassword(account, ['Vogel-57-Wiese', 'Vogel-58-Wiese']);
    assert.equal(outcome.step, 'refused');
    assert.equal(outcome.error.code, 'password-not-changed');
    assert.notDeepEqual(outcome.messages, []);
  });

  /** A service with a module that asks for a second password, whatever the first was, and its word decides or not. */
  const askingService = (control: string): string =>
    [
      'auth required pam_unix.so',
      'auth optional pam_echo.so Code for %u',
      `auth ${control} pam_userdb.so db=/nonexistent`,
      'account required pam_permit.so',
      'session required pam_permit.so',
    ].join('\n');

  it("passes on a module's further question and what it wants to be said before", async () => {
    await using other = await makeTestRoom({ accounts: 1, pamService: askingService('optional') });
    const [account] = other.accounts;
    assert.ok(account);
    const by = new PamSignIns(other.places);
    const right = await begin(account.name, account.password, 'listed', by);
    assert.equal(right.outcome.step, 'question');
    assert.equal(right.outcome.question.visible, false);
    assert.match(right.outcome.question.text, /password/i);
    assert.deepEqual(
      right.outcome.question.messages.map((message) => message.trim()),
      [`Code for ${account.name}`],
    );
    assert.equal((await right.attempt.answer('4711')).step, 'accepted');

    const tooLong = await begin(account.name, account.password, 'listed', by);
    const long = await tooLong.attempt.answer('x'.repeat(600));
    assert.ok(long.step === 'refused' && long.error.code === 'wrong-credentials');
    const again = await tooLong.attempt.answer('4711');
    assert.ok(again.step === 'refused' && again.error.code === 'not-possible-now');

    const left = await begin(account.name, account.password, 'listed', by);
    left.attempt.finish();
    const late = await left.attempt.answer('4711');
    assert.ok(late.step === 'refused' && late.error.code === 'not-possible-now');

    await other.setPamService(askingService('requisite'));
    const wrong = await begin(account.name, account.password, 'listed', by);
    const outcome = await wrong.attempt.answer('4711');
    assert.equal(outcome.step, 'refused');
  });

  it('gives up a conversation that takes too long', async () => {
    await using other = await makeTestRoom({ accounts: 1, pamService: askingService('optional') });
    const [account] = other.accounts;
    assert.ok(account);
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { attempt, outcome } = await begin(account.name, account.password, 'listed', new PamSignIns(other.places));
      assert.equal(outcome.step, 'question');
      mock.timers.tick(120_000);
      const late = await attempt.answer('4711');
      assert.ok(late.step === 'refused' && late.error.code === 'sign-in-timed-out');
    } finally {
      mock.timers.reset();
    }
  });

  it('says that signing in does not work when PAM does not', async () => {
    await using other = await makeTestRoom({ accounts: 1, pamService: 'auth required pam_no_such_module.so\n' });
    const [account] = other.accounts;
    assert.ok(account);
    const said: string[] = [];
    const by = new PamSignIns(other.places, (details) => said.push(JSON.stringify(details)));
    const { outcome } = await begin(account.name, account.password, 'listed', by);
    assert.ok(outcome.step === 'refused' && outcome.error.code === 'sign-in-unavailable', JSON.stringify(outcome));
    assert.equal(said.length, 1);
    assert.doesNotMatch(said.join(), new RegExp(account.password));
  });

  it('serves 20 people who sign in at once', async () => {
    const accounts = [];
    for (let count = 0; count < 20; count += 1) accounts.push(await room.addAccount());
    await Promise.all(accounts.map(assertAccepted));
  });
});
