import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
  writeSync,
  openSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { setImmediate, setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { AccountRemoval } from '#contract/values.ts';
import type { AccountFilesFate, RemovalPhase } from '#model/account.ts';
import { isRemovalOver } from '#model/account.ts';
import { AccountRemovals } from './account-removals.ts';
import type { RemovalSteps } from './account-removals.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { FakeClock } from './fake-clock.ts';
import { TestClient } from './test-client.ts';
import { makeTestRoom } from './test-room.ts';
import type { TestAccount, TestRoom } from './test-room.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));
const patienceMs = 30_000;

/** The real host program in a room's places. */
async function startHost(room: TestRoom): Promise<ChildProcess> {
  const host = spawn(process.execPath, [program], {
    env: { ...process.env, ...room.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  assert.ok(host.stderr !== null);
  let log = '';
  for await (const line of createInterface({ input: host.stderr })) {
    log += line;
    if ((JSON.parse(line) as { msg: string }).msg === 'ready') return host;
  }
  throw new Error(`the host ended: ${log}`);
}

async function kill(host: ChildProcess): Promise<void> {
  host.kill('SIGKILL');
  if (host.signalCode === null && host.exitCode === null) await once(host, 'exit');
}

/** Fulfilled as soon as the note of a removal says that phase. */
async function noteSays(notesDir: string, phase: RemovalPhase): Promise<void> {
  mkdirSync(notesDir, { recursive: true });
  const said = Promise.withResolvers<void>();
  const look = (): void => {
    for (const name of readdirSync(notesDir))
      if (name.endsWith('.json') && readFileSync(join(notesDir, name), 'utf8').includes(`"phase":"${phase}"`)) said.resolve();
  };
  const watcher = watch(notesDir, look);
  const late = setTimeout(() => said.reject(new Error(`the note never said ${phase}`)), patienceMs);
  try {
    look();
    await said.promise;
  } finally {
    clearTimeout(late);
    watcher.close();
  }
}

function phaseInNote(notesDir: string): RemovalPhase {
  const [name = ''] = readdirSync(notesDir).filter((one) => one.endsWith('.json'));
  return (JSON.parse(readFileSync(join(notesDir, name), 'utf8')) as AccountRemoval).phase;
}

/** What takes a moment to be packed, and to be removed. */
async function fill({ home, uid, gid }: TestAccount): Promise<void> {
  const file = openSync(join(home, 'large.bin'), 'w');
  for (let count = 0; count < 150; count += 1) writeSync(file, randomBytes(1_000_000));
  closeSync(file);
  mkdirSync(join(home, 'many'));
  for (let count = 0; count < 3_000; count += 1) writeFileSync(join(home, 'many', `${count}.txt`), `letter ${count}`);
  await promisify(execFile)('chown', ['-R', `${uid}:${gid}`, home]);
}

const expiry = (user: string): string =>
  execFileSync('getent', ['shadow', '--', user], { encoding: 'utf8' }).trimEnd().split(':')[7] ?? '';

const isThere = (user: string): boolean => readFileSync('/etc/passwd', 'utf8').includes(`\n${user}:`);

async function overOf(client: TestClient): Promise<AccountRemoval> {
  const [known] = (await client.call('account.removals', {})).removals;
  assert.ok(known !== undefined, 'the host knows nothing of the removal');
  const removal = await client.call('account.removal', { id: known.id });
  assert.ok(isRemovalOver(removal), removal.phase);
  return removal;
}

/** Programs that work on the folder. */
function programsOn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return /(tar|rm|du)$/.test(words[0] ?? '') && words.some((word) => word.includes(folder)) ? [words.join(' ')] : [];
      } catch {
        return [];
      }
    });
}

describe('a host that is killed while it removes an account', () => {
  for (const [phase, files] of [
    ['closing', 'archive'],
    ['packing', 'archive'],
    ['removing', 'archive'],
    ['clearing', 'archive'],
    ['clearing', 'remove'],
    ['clearing', 'keep'],
  ] as const satisfies readonly (readonly [RemovalPhase, AccountFilesFate])[]) {
    it(`(${files}, ${phase}) finishes it at its next start or takes it back, and nothing is left half done`, async () => {
      await using room = await makeTestRoom({ accounts: 1 });
      const [account] = room.accounts;
      assert.ok(account !== undefined);
      await fill(account);
      const { name, uid, home } = account;
      const notesDir = join(room.places.stateDir, 'host/removals');
      const archiveDir = join(room.places.stateDir, 'removed-accounts');
      let host = await startHost(room);
      try {
        {
          using client = await TestClient.greet(room.places.hostSocket);
          const reached = noteSays(notesDir, phase);
          const order = { user: name, files, endSession: false, by: 'ada', address: '192.0.2.1' };
          const asked = client.call('account.remove', order).catch(() => null);
          await reached;
          await kill(host);
          await asked;
        }
        const died = phaseInNote(notesDir);
        assert.ok(!isRemovalOver({ phase: died }), `it was over (${died}) before it could be killed`);
        if (phase === 'packing') assert.equal(died, 'packing');
        const untilMs = performance.now() + patienceMs;
        while (programsOn(home).length > 0) {
          assert.ok(performance.now() < untilMs, `still at work: ${programsOn(home).join('; ')}`);
          await pause(20);
        }
        host = await startHost(room);
        using client = await TestClient.greet(room.places.hostSocket);
        const removal = await overOf(client);
        assert.deepEqual([removal.user, removal.by, removal.address], [name, 'ada', '192.0.2.1']);
        const archives = existsSync(archiveDir) ? readdirSync(archiveDir) : [];
        if (died === 'closing') {
          assert.deepEqual([removal.phase, removal.error?.code], ['failed', 'interrupted']);
          assert.ok(isThere(name));
          assert.equal(expiry(name), '');
          assert.equal(statSync(home).uid, uid);
          assert.equal(readdirSync(join(home, 'many')).length, 3_000);
          assert.deepEqual(archives, []);
        } else {
          assert.equal(removal.phase, 'done');
          assert.ok(!isThere(name));
          assert.equal(removal.left, files === 'keep' ? home : null);
          assert.equal(existsSync(home), files === 'keep');
          if (files === 'keep') {
            assert.deepEqual([statSync(home).uid, statSync(home).mode & 0o777], [0, 0o700]);
            assert.equal(readdirSync(join(home, 'many')).length, 3_000);
          }
          assert.deepEqual(archives, files === 'archive' ? [removal.archive?.split('/').at(-1)] : []);
          if (removal.archive !== null) {
            const listed = execFileSync('tar', ['--zstd', '--list', '--file', removal.archive], { encoding: 'utf8' });
            assert.equal(listed.split('\n').filter((line) => line.endsWith('.txt')).length, 3_000);
          }
          room.accounts.splice(0);
          rmSync(home, { recursive: true, force: true });
        }
        await client.call('account.removalNoted', { id: removal.id });
        assert.deepEqual(readdirSync(notesDir), []);
      } finally {
        await kill(host);
      }
    });
  }
});

describe('the removal of an account', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stationmaster-removals-'));
  after(() => rmSync(folder, { recursive: true }));

  const make = async (accounts: FakeAccounts, notesDir: string, clock = new FakeClock()): Promise<AccountRemovals> => {
    const removals = new AccountRemovals({
      steps: accounts.removal,
      notesDir,
      archiveDir: join(folder, 'archives'),
      endSessions: async () => {},
      gone: () => {},
      clock,
      log: pino({ level: 'silent' }),
    });
    await removals.start();
    return removals;
  };
  const order = { user: 'anna', endSession: false, by: 'ada', address: '' } as const;
  const coded = (code: ErrorCode) => (error: unknown) => error instanceof CodedError && error.code === code;

  it('that cannot be noted is not begun', async () => {
    const notesDir = join(folder, 'no-room');
    const accounts = FakeAccounts.demonstration();
    const removals = await make(accounts, notesDir);
    rmSync(notesDir, { recursive: true });
    writeFileSync(notesDir, 'in the way');
    await assert.rejects(removals.order({ ...order, files: 'keep' }));
    assert.notEqual(accounts.check('anna', 'anna'), null);
    assert.deepEqual(removals.list(), []);
    assert.ok(!removals.isGoing('anna'));
  });

  it('whose files cannot be packed for want of room leaves the account as it was, and says so', async () => {
    const accounts = FakeAccounts.demonstration();
    const removals = await make(accounts, join(folder, 'full'));
    accounts.packing = () => Promise.reject(new CodedError('disk-full'));
    const { id } = await removals.order({ ...order, files: 'archive' });
    const removal = await removals.waitFor(id, patienceMs);
    assert.deepEqual([removal.phase, removal.error?.code, removal.archive], ['failed', 'disk-full', null]);
    assert.notEqual(accounts.check('anna', 'anna'), null);
  });

  it('that fails once the account is no more leaves what was packed up', async () => {
    const accounts = FakeAccounts.demonstration();
    const removals = await make(accounts, join(folder, 'gone'));
    const real = { ...accounts.removal };
    Object.assign(accounts.removal, {
      pack: async (_home, file) => writeFileSync(file, 'packed'),
      drop: async (closed) => {
        await real.drop(closed);
        throw new Error('nobody knows whether it is there');
      },
    } satisfies Partial<RemovalSteps>);
    const { id } = await removals.order({ ...order, files: 'archive' });
    const { phase, archive } = await removals.waitFor(id, patienceMs);
    assert.equal(phase, 'failed');
    assert.ok(archive !== null);
    assert.equal(readFileSync(archive, 'utf8'), 'packed');
  });

  for (const [what, hinder] of [
    ['making the account as it was fails', () => Promise.reject(new Error('vipw is open'))],
    [
      'that cannot be noted',
      async (note, reopen) => {
        mkdirSync(`${note}.new`);
        return await reopen();
      },
    ],
  ] as const satisfies readonly (readonly [string, (note: string, reopen: () => Promise<boolean>) => Promise<boolean>])[]) {
    it(`is taken back, now or by the next life, also if ${what} at first; it is not over before`, async () => {
      const notesDir = mkdtempSync(join(folder, 'taken-back-'));
      const accounts = FakeAccounts.demonstration();
      const real = { ...accounts.removal };
      let note = '';
      Object.assign(accounts.removal, {
        drop: () => Promise.reject(new CodedError('account-in-use')),
        reopen: (closed) => hinder(note, () => real.reopen(closed)),
      } satisfies Partial<RemovalSteps>);
      const clock = new FakeClock();
      const removals = await make(accounts, notesDir, clock);
      const { id } = await removals.order({ ...order, files: 'keep' });
      note = join(notesDir, `${id}.json`);
      const untilMs = performance.now() + patienceMs;
      while (clock.waiting === 0) {
        assert.ok(performance.now() < untilMs, 'it is not tried again');
        await setImmediate();
      }
      removals.noted(id);
      assert.ok(removals.isGoing('anna'));
      assert.deepEqual(
        removals.list().map(({ phase, error }) => [phase, error?.code]),
        [['closing', 'account-in-use']],
      );
      rmSync(`${note}.new`, { recursive: true, force: true });
      Object.assign(accounts.removal, { reopen: (closed) => real.reopen(closed) } satisfies Partial<RemovalSteps>);
      const nextDir = mkdtempSync(join(folder, 'next-'));
      cpSync(notesDir, nextDir, { recursive: true });
      const next = await make(accounts, nextDir);
      for (const life of [next, removals]) {
        const end = life.waitFor(id, 2 * patienceMs);
        clock.pass(patienceMs);
        const { phase, error } = await end;
        assert.deepEqual([phase, error?.code], ['failed', 'account-in-use']);
        assert.notEqual(accounts.check('anna', 'anna'), null);
        life.noted(id);
        assert.deepEqual(life.list(), []);
      }
    });
  }

  it('is told until its end was noted, also to the next life of the host', async () => {
    const notesDir = join(folder, 'told');
    const accounts = FakeAccounts.demonstration();
    const removals = await make(accounts, notesDir);
    const { id } = await removals.order({ ...order, files: 'keep' });
    assert.equal((await removals.waitFor(id, patienceMs)).phase, 'done');
    const next = await make(accounts, notesDir);
    assert.deepEqual(
      next.list().map(({ user, phase, left }) => [user, phase, left]),
      [['anna', 'done', '/home/anna']],
    );
    next.noted(id);
    assert.deepEqual((await make(accounts, notesDir)).list(), []);
    assert.ok(!next.isGoing('anna'));
    await assert.rejects(next.order({ ...order, files: 'keep' }), coded('not-found'));
  });
});
