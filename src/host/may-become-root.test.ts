// Who may become root here, by groups and by the rules of the real sudo.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CodedError } from '#contract/errors.ts';
import { LinuxAccounts } from './accounts.ts';
import { mayBecomeRoot } from './may-become-root.ts';
import { makeTestRoom } from './test-room.ts';

const sudoers = '/etc/sudoers.d';

/** A file of sudo's rules, for as long as a test needs it. */
function rules(name: string, text: string): Disposable {
  const file = `${sudoers}/${name}`;
  writeFileSync(file, text, { mode: 0o440 });
  return { [Symbol.dispose]: () => rmSync(file) };
}

describe('who may become root', () => {
  it('is who is in a group of that kind', async () => {
    await using room = await makeTestRoom({ accounts: 2 });
    const [member, other] = room.accounts;
    assert.ok(member !== undefined && other !== undefined);
    await promisify(execFile)('gpasswd', ['--add', member.name, 'disk']);
    assert.deepEqual([await mayBecomeRoot(member), await mayBecomeRoot(other)], [true, false]);
  });

  it('is whom a rule of sudo names, or a group of whom, but not who may what everybody may', async () => {
    await using room = await makeTestRoom({ accounts: 3 });
    const [named, member, other] = room.accounts;
    assert.ok(named !== undefined && member !== undefined && other !== undefined);
    await promisify(execFile)('gpasswd', ['--add', member.name, 'games']);
    using _everybody = rules('smt-everybody', 'ALL ALL=(root) NOPASSWD: /usr/bin/true\n');
    for (const { name } of room.accounts) assert.equal(await mayBecomeRoot({ name }), false, name);
    using _rules = rules('smt-some', `${named.name} ALL=(root) /usr/bin/apt\n%games ALL=(ALL) ALL\n`);
    assert.deepEqual(await Promise.all([named, member, other].map(mayBecomeRoot)), [true, true, false]);
    const before = execFileSync('getent', ['shadow', '--', named.name], { encoding: 'utf8' });
    const order = { user: named.name, password: 'another word', mustChange: false };
    await assert.rejects(
      new LinuxAccounts().setPassword(order),
      (error) => error instanceof CodedError && error.code === 'may-become-root',
    );
    assert.equal(execFileSync('getent', ['shadow', '--', named.name], { encoding: 'utf8' }), before);
    await new LinuxAccounts().setPassword({ ...order, user: other.name });
  });
});
