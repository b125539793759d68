// Real desktops saved with CRIU and restored: what goes on, what fails without harm, what is refused.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  open as openFile,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { Desktop } from './desktops.ts';
import { startInSession } from './hibernation/run-in-session.ts';
import { isRunning } from './processes.ts';
import type { RealDesktops } from './real-desktops.ts';
import {
  appearing,
  desktopsOf,
  init,
  inside,
  listed,
  named,
  newSession,
  open,
  restore,
  running,
  until,
  within,
} from './test-desktops.ts';
import { makeTestRoom } from './test-room.ts';
import type { TestAccount, TestRoom } from './test-room.ts';

/** Counts in a terminal; its number and its count are in a file. */
const counter =
  'i=0; while :; do i=$((i+1)); echo "$$ $i" >/tmp/count.new; mv /tmp/count.new /tmp/count; echo "$i"; sleep 0.05; done';

interface Working {
  account: TestAccount;
  desktops: RealDesktops;
  desktop: Desktop;
  session: string;
}

async function start(room: TestRoom, desktop: Desktop, account: TestAccount, ...command: string[]): Promise<void> {
  const pid = await appearing(room, desktop, 'openbox');
  // Without a window manager, xterm waits five seconds for what would tell it the size of its window.
  await until('the window manager', async () =>
    /window id/.test(await inside(room, desktop, account, 'xprop -root _NET_SUPPORTING_WM_CHECK')),
  );
  const words = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((word) => word.includes('='));
  const environment = Object.fromEntries(words.map((word) => word.split(/=(.*)/s).slice(0, 2))) as Record<string, string>;
  const person = { name: account.name, gid: account.gid };
  await startInSession(await init(room, desktop.session), person, { name: 'test', command, environment, folder: '/' });
}

/** A person at work: a terminal that counts. */
async function atWork(room: TestRoom, encrypted = false): Promise<Working> {
  const [account] = room.accounts;
  assert.ok(account);
  const desktops = desktopsOf(room.places, encrypted);
  const desktop = await open(room, account, { desktops });
  await start(room, desktop, account, 'xterm', '-e', 'sh', '-c', counter);
  await appearing(room, desktop, 'xterm');
  const session = desktop.session;
  await until('the first count', () => count(room, session).catch(() => null));
  return { account, desktops, desktop, session };
}

/** PID in the session and count of the terminal. */
async function count(room: TestRoom, session: string): Promise<[number, number]> {
  const text = await readFile(`${room.places.sessionsStateDir}/${session}/tmp/count`, 'utf8');
  const [pid, value] = text.trim().split(' ').map(Number);
  assert.ok(pid !== undefined && value !== undefined);
  return [pid, value];
}

/** Fulfilled when the terminal counts on from there, in the very same process. */
async function countsOn(room: TestRoom, session: string, [pid, value]: [number, number]): Promise<void> {
  await until('the count to go on', async () => (await count(room, session))[1] > value + 2);
  const [now] = await count(room, session);
  assert.equal(now, pid);
}

function save({ desktop, account }: Working, closing = false): ReturnType<Desktop['save']> {
  return desktop.save({ session: listed(desktop, account), closing });
}

async function rejectsWith(promise: Promise<unknown>, code: ErrorCode): Promise<CodedError> {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (fault: unknown) => fault,
  );
  assert.ok(error instanceof CodedError, String(error));
  assert.equal(error.code, code, JSON.stringify(error.details));
  return error;
}

async function isAnswering(room: TestRoom, desktop: Desktop, account: TestAccount): Promise<void> {
  assert.match(await inside(room, desktop, account, 'xdpyinfo | grep dimensions'), /1000x700/);
}

describe('hibernation', () => {
  it('saves a desktop, programs and all, and goes on with it: the same processes, the same pictures', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    const { desktop, desktops, account, session } = working;
    const mark = await init(room, session);
    await inside(room, desktop, account, 'echo kept >/dev/shm/kept; echo kept >"$XDG_RUNTIME_DIR/kept"; xset r rate 321 32');
    const saved = await within(30_000, save(working));
    assert.equal(isRunning(mark), false);
    assert.ok(saved.bytes > 100_000 && saved.programs.some((name) => /term/i.test(name)), JSON.stringify(saved));
    assert.equal(await desktop.gone, 'saved');
    assert.deepEqual(await room.processes(), []);
    const before = await count(room, session);
    assert.deepEqual(await desktops.found(), [session]);
    const found = await desktops.find(session);
    assert.ok(found.kind === 'saved');
    assert.deepEqual(found.session, { ...listed(desktop, account), state: 'hibernated', saved });
    const folder = `${room.places.hibernatedDir}/${session}`;
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const name of await readdir(folder)) assert.equal((await stat(`${folder}/${name}`)).mode & 0o077, 0, name);

    const restored = await within(30_000, restore(room, account, { desktops, session }));
    await countsOn(room, session, before);
    await isAnswering(room, restored, account);
    assert.equal((await inside(room, restored, account, 'cat /dev/shm/kept "$XDG_RUNTIME_DIR/kept"')).trim(), 'kept\nkept');
    assert.match(await inside(room, restored, account, 'xset q'), /auto repeat delay: *321/);
    assert.deepEqual(await readdir(room.places.hibernatedDir), []);
    await rejectsWith(restore(room, account, { desktops, session: newSession() }), 'session-not-found');
    await within(20_000, restored.end());
    assert.equal(await restored.gone, 'signed-out');
    assert.deepEqual(await room.leftBehind(), []);
  });

  it('has its terminals again, though others have opened terminals meanwhile', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    await save(working);
    const before = await count(room, working.session);
    const others = Array.from({ length: 4 }, () => spawn('script', ['-qc', 'echo held; exec cat', '/dev/null']));
    try {
      await Promise.all(others.map(({ stdout }) => once(stdout, 'data')));
      const restored = await restore(room, working.account, working);
      await countsOn(room, working.session, before);
      await restored.end();
    } finally {
      for (const other of others) other.kill();
    }
  });

  it('closes the PAM session when it is saved, and opens it again when it is restored', async () => {
    const log = `/run/stationmaster-test-pam-log-${process.pid}-saved`;
    await using room = await makeTestRoom();
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => rm(log, { force: true }));
    await writeFile(`${log}.sh`, `#!/bin/sh\necho "$PAM_TYPE" >>${log}\n`, { mode: 0o755 });
    cleanUp.defer(() => rm(`${log}.sh`, { force: true }));
    await room.setPamService(
      `auth required pam_unix.so\naccount required pam_unix.so\nsession optional pam_exec.so quiet ${log}.sh\n`,
    );
    await room.addAccount();
    const working = await atWork(room);
    await save(working);
    await working.desktop.gone;
    assert.deepEqual((await readFile(log, 'utf8')).trim().split('\n'), ['open_session', 'close_session']);
    const restored = await restore(room, working.account, working);
    assert.deepEqual((await readFile(log, 'utf8')).trim().split('\n').slice(2), ['open_session']);
    await restored.end();
    assert.deepEqual((await readFile(log, 'utf8')).trim().split('\n').slice(2), ['open_session', 'close_session']);
  });

  it('is found running by a later life after it was restored, and says how it ended', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    await save(working);
    await restore(room, working.account, working);
    const again = await running(desktopsOf(room.places), working.session);
    process.kill(await appearing(room, again, 'Xvnc'), 'SIGKILL');
    assert.equal(await within(15_000, again.gone), 'x-server-died');
    assert.deepEqual(await room.leftBehind(), []);
  });

  it('can be encrypted; without its key it is refused and kept', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room, true);
    await save(working);
    const key = `${room.places.stateDir}/host/hibernation.key`;
    assert.equal((await stat(key)).mode & 0o777, 0o600);
    await rename(key, `${key}.away`);
    await rejectsWith(restore(room, working.account, working), 'image-damaged');
    await rename(`${key}.away`, key);
    const found = await working.desktops.find(working.session);
    assert.ok(found.kind === 'saved' && found.session.saved?.fault === null, 'it is good again once its key is back');
    const restored = await restore(room, working.account, working);
    await countsOn(room, working.session, await count(room, working.session));
    await restored.end();
  });

  it('refuses a damaged image, remembers that, and keeps it', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    await save(working);
    const image = `${room.places.hibernatedDir}/${working.session}/image`;
    {
      await using handle = await openFile(image, 'r+');
      await handle.write(Buffer.from('somebody was here'), 0, 17, 20_000);
    }
    await rejectsWith(restore(room, working.account, working), 'image-damaged');
    assert.ok(existsSync(image));
    const found = await desktopsOf(room.places).find(working.session);
    assert.ok(found.kind === 'saved');
    assert.equal(found.session.saved?.fault, 'image-damaged');
    assert.equal(found.session.user, working.account.name);
    await working.desktops.discard(working.session);
    assert.deepEqual(await room.leftBehind(), []);
  });

  it('refuses the image of another computer, one whose account of it was changed, and gives it to nobody else', async () => {
    await using room = await makeTestRoom({ accounts: 2 });
    const working = await atWork(room);
    await save(working);
    const [, other] = room.accounts;
    await rejectsWith(restore(room, other, working), 'not-allowed');
    const file = `${room.places.hibernatedDir}/${working.session}/manifest.json`;
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replace(/"computer":"[^"]*","kernel"|"computer":"[0-9a-f]{32}"/, (old) => old.replace(/:"[^"]*"/, ':"elsewhere"')),
    );
    await rejectsWith(restore(room, working.account, working), 'image-foreign');
    await writeFile(file, text.replace(/"slot":\d+/, '"slot":7'));
    await rejectsWith(restore(room, working.account, working), 'image-damaged');
    await writeFile(file, text);
    await (await restore(room, working.account, working)).end();
  });

  it('says beforehand which program cannot be saved, refuses, and runs on; or closes it first when told to', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    const { desktop, account } = working;
    const socket = `${account.home}/outside`;
    await using cleanUp = new AsyncDisposableStack();
    const server = createServer().listen(socket);
    await once(server, 'listening');
    cleanUp.defer(() => void server.close());
    const connected = once(server, 'connection');
    const script = 'use IO::Socket::UNIX; $0 = "outsider"; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]); sleep 1000';
    await chmod(socket, 0o777);
    await start(room, desktop, account, 'perl', '-e', script, socket);
    await within(10_000, connected);
    const [risk] = await desktop.atRisk();
    assert.deepEqual(risk, { program: 'perl', fate: 'lost', reason: 'connection' });
    const error = await rejectsWith(save(working), 'cannot-be-saved');
    assert.deepEqual(error.details, { program: 'perl', reason: 'connection' });
    await countsOn(room, working.session, await count(room, working.session));
    await isAnswering(room, desktop, account);
    assert.deepEqual(await readdir(room.places.hibernatedDir), []);
    await save(working, true);
    const restored = await restore(room, account, working);
    assert.deepEqual(await restored.atRisk(), []);
    await countsOn(room, working.session, await count(room, working.session));
    await restored.end();
  });

  it('opens programs again as the person, with nothing open from outside; root runs nothing that their variables lead to', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    assert.ok(account);
    const desktop = await open(room, account);
    const folder = `${account.home}/programs`;
    await mkdir(folder);
    await chmod(account.home, 0o777);
    for (const name of ['nsenter', 'setpriv', 'sh', 'setsid', 'umount', 'mine']) {
      const script = `#!/bin/bash\nls -l /proc/$$/fd >${account.home}/open\necho "\${0##*/} $EUID $MARK" >>${account.home}/ran\n`;
      await writeFile(`${folder}/${name}`, script, { mode: 0o755 });
    }
    const environment = {
      PATH: `${folder}:/usr/bin:/bin`,
      LD_PRELOAD: `${folder}/none.so`,
      MARK: "it's $HOME",
      HOME: account.home,
    };
    const person = { name: account.name, gid: account.gid };
    await startInSession(await init(room, desktop.session), person, {
      name: 'test',
      command: ['mine'],
      environment,
      folder: '/gone',
    });
    const ran = await until('the program', () => readFile(`${account.home}/ran`, 'utf8').catch(() => null));
    assert.equal(ran, `mine ${account.uid} it's $HOME\n`);
    const files = await readFile(`${account.home}/open`, 'utf8');
    assert.doesNotMatch(files, /ns\/|mnt:|pid:|ipc:|time:/);
    const ended = { ...(await init(room, desktop.session)), startTicks: 1 };
    await assert.rejects(
      startInSession(ended, person, { name: 'test', command: ['mine'], environment, folder: '/' }),
      /has ended/,
    );
    await desktop.end();
  });

  it('opens no file that a person put a link in place of, and is kept; links are followed again once it runs', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    const { desktop, account } = working;
    const [notes, secret] = [`${account.home}/notes`, `${room.places.stateDir}/secret`];
    await inside(room, desktop, account, `umask 077; echo mine >${notes}; ln -s ${notes} ${account.home}/link`);
    await writeFile(secret, 'root\n', { mode: 0o600 });
    await start(room, desktop, account, 'bash', '-c', `exec 3<${notes}; exec -a reader sleep 1000`);
    await until('the reader', async () => (await inside(room, desktop, account, 'pgrep -f ^reader; true')) !== '');
    await save(working);
    await rename(notes, `${notes}.away`);
    await symlink(secret, notes);
    const error = await rejectsWith(restore(room, account, working), 'software-changed');
    assert.deepEqual(error.details, { file: notes });
    await rename(`${notes}.away`, notes);
    const restored = await restore(room, account, working);
    assert.equal(
      await inside(room, restored, account, `cat ${account.home}/link /proc/$(pgrep -f ^reader)/fd/3`),
      'mine\nmine\n',
    );
    await restored.end();
  });

  it('runs on as if nothing had happened where the disk is full', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    await room.mountMemory(room.places.hibernatedDir, 'size=3m');
    const working = await atWork(room);
    await rejectsWith(save(working), 'disk-full');
    await countsOn(room, working.session, await count(room, working.session));
    await isAnswering(room, working.desktop, working.account);
    assert.deepEqual(await readdir(room.places.hibernatedDir), []);
    await working.desktop.end();
  });

  it('is not taken for ended when its programs are stopped and run on, again and again', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    const children = await Promise.all(['Xvnc', 'dbus-run-sessio'].map((name) => named(room, working.session, name)));
    const pids = children.flat();
    assert.equal(pids.length, 2);
    for (let round = 0; round < 2000; round += 1) {
      for (const name of ['SIGSTOP', 'SIGCONT'] as const) for (const pid of pids) process.kill(pid, name);
    }
    await countsOn(room, working.session, await count(room, working.session));
    await isAnswering(room, working.desktop, working.account);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    assert.equal(await within(15_000, working.desktop.gone), 'x-server-died');
  });

  it('waits for who still looks at it, and runs on if they do not go', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    const watcher = connect(`${room.places.sessionsRunDir}/${working.session}/pixels/rfb`);
    await once(watcher, 'data');
    await rejectsWith(save(working), 'still-watched');
    watcher.destroy();
    await countsOn(room, working.session, await count(room, working.session));
    assert.equal((await stat(`${room.places.sessionsRunDir}/${working.session}/pixels`)).mode & 0o777, 0o710);
    await save(working);
    await (await restore(room, working.account, working)).end();
  });

  it('goes on with the programs and libraries that it knows, though they were replaced meanwhile; and can be saved again', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const program = `/usr/local/bin/smt-test-${process.pid}`;
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => rm(program, { force: true }));
    await copyFile('/bin/sleep', program);
    const [account] = room.accounts;
    assert.ok(account);
    const working = await atWork(room);
    await start(room, working.desktop, account, program, '1000');
    await save(working);
    await copyFile('/bin/true', `${program}.new`);
    await rename(`${program}.new`, program);
    const restored = await restore(room, account, working);
    const [pid] = await named(room, working.session, `smt-test-${process.pid}`.slice(0, 15));
    assert.ok(pid !== undefined, 'the program goes on');
    await save({ ...working, desktop: restored });
    const twice = await restore(room, account, working);
    assert.equal((await named(room, working.session, `smt-test-${process.pid}`.slice(0, 15))).length, 1);
    await twice.end();
  });

  it('is neither doubled nor lost when the host is killed while it saves', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    for (const delayMs of [40, 120, 250, 400]) {
      const working = await atWork(room);
      const { session, account } = working;
      const program = `
        const { RealDesktops } = await import(${JSON.stringify(import.meta.resolve('./real-desktops.ts'))});
        const { HibernationAbility } = await import(${JSON.stringify(import.meta.resolve('./hibernation/ability.ts'))});
        const { places, listed } = JSON.parse(process.env.ORDER);
        const ability = new HibernationAbility(places);
        await ability.look();
        const { desktop } = await new RealDesktops(places, ability, () => false).find(listed.id);
        console.log('saving');
        await desktop.save({ session: listed, closing: false });`;
      const host = spawn(process.execPath, ['--input-type=module', '-e', program], {
        env: { ...process.env, ORDER: JSON.stringify({ places: room.places, listed: listed(working.desktop, account) }) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(host, 'exit');
      for await (const line of createInterface({ input: host.stdout })) if (line === 'saving') break;
      const killer = setTimeout(() => host.kill('SIGKILL'), delayMs);
      await ended;
      clearTimeout(killer);
      const desktops = desktopsOf(room.places);
      const found = await desktops.find(session);
      const before = await count(room, session);
      if (found.kind === 'saved') {
        assert.deepEqual(await room.processes(), [], `killed after ${delayMs} ms`);
        const restored = await restore(room, account, { desktops, session });
        await countsOn(room, session, before);
        await restored.end();
      } else {
        assert.ok(found.kind === 'running', `killed after ${delayMs} ms: ${found.kind}`);
        await countsOn(room, session, before);
        await isAnswering(room, found.desktop, account);
        assert.deepEqual(await readdir(room.places.hibernatedDir), []);
        await found.desktop.end();
      }
    }
  });

  it('is neither doubled nor lost when the host is killed while it restores', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    for (const delayMs of [60, 150, 300]) {
      const working = await atWork(room);
      const { session, account } = working;
      await save(working);
      await working.desktop.gone;
      const before = await count(room, session);
      const program = `
        const { PamSignIns } = await import(${JSON.stringify(import.meta.resolve('./pam-sign-ins.ts'))});
        const { RealDesktops } = await import(${JSON.stringify(import.meta.resolve('./real-desktops.ts'))});
        const { HibernationAbility } = await import(${JSON.stringify(import.meta.resolve('./hibernation/ability.ts'))});
        const { places, session, user, password } = JSON.parse(process.env.ORDER);
        const ability = new HibernationAbility(places);
        await ability.look();
        const { attempt, outcome } = await new PamSignIns(places).begin({ user, password, remote: '', who: 'listed' });
        const order = { session, account: outcome.account, desktop: 'openbox', widthPx: 800, heightPx: 600, language: '' };
        console.log('restoring');
        await new RealDesktops(places, ability, () => false).restore(order, attempt);
        process.exit();`;
      const order = { places: room.places, session, user: account.name, password: account.password };
      const host = spawn(process.execPath, ['--input-type=module', '-e', program], {
        env: { ...process.env, ORDER: JSON.stringify(order) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(host, 'exit');
      for await (const line of createInterface({ input: host.stdout })) if (line === 'restoring') break;
      const killer = setTimeout(() => host.kill('SIGKILL'), delayMs);
      await ended;
      clearTimeout(killer);
      const desktops = desktopsOf(room.places);
      const found = await desktops.find(session);
      let desktop: Desktop;
      if (found.kind === 'running') {
        desktop = found.desktop;
      } else {
        assert.equal(found.kind, 'saved', `killed after ${delayMs} ms`);
        assert.deepEqual(await room.processes(), []);
        desktop = await restore(room, account, { desktops, session });
      }
      await countsOn(room, session, before);
      await isAnswering(room, desktop, account);
      await desktop.end();
    }
  });

  it('tells which programs were open in a session that ended with the computer', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const working = await atWork(room);
    const session = { ...listed(working.desktop, working.account), state: 'active' as const };
    await working.desktop.note(session);
    const state = `${room.places.sessionsStateDir}/${working.session}`;
    const note = await readFile(`${state}/note.json`, 'utf8');
    await working.desktop.end();
    // As a computer that lost its power leaves it: nothing of /run, everything on disk.
    await mkdir(state, { mode: 0o700 });
    await writeFile(`${state}/note.json`, note);
    const found = await working.desktops.find(working.session);
    assert.ok(found.kind === 'lost');
    assert.equal(found.session.state, 'lost');
    assert.ok(
      found.session.saved?.programs.some((name) => /term/i.test(name)),
      note,
    );
    await working.desktops.discard(working.session);
    assert.deepEqual(await room.leftBehind(), []);
  });
});
