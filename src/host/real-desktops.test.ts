import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, lstat, mkdir, readFile, readdir, readlink, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { pixelSocket } from '#contract/places.ts';
import type { SessionCause } from '#model/session.ts';
import type { Desktop } from './desktops.ts';
import { isRunning } from './processes.ts';
import { appearing, desktopsOf, init, inside, newSession, open, running, until, within } from './test-desktops.ts';
import { makeTestRoom } from './test-room.ts';
import type { TestAccount, TestRoom } from './test-room.ts';

const run = promisify(execFile);

async function assertNotOpened(room: TestRoom, account: TestAccount | undefined, code: ErrorCode): Promise<void> {
  await assert.rejects(open(room, account), (error) => error instanceof CodedError && error.code === code);
  assert.deepEqual(await until('nothing to be left', async () => ((await room.leftBehind()).length === 0 ? [] : null)), []);
}

async function exported(pid: number): Promise<Map<string, string>> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8');
  return new Map(text.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** What the X server says at its socket to a process with these ids, or `refused`. */
async function greeting(socket: string, uid: number, gid: number): Promise<string> {
  const program = '$s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 13; sysread $s, $b, 12; print $b';
  const ids = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
  return run('setpriv', [...ids, 'perl', '-MIO::Socket::UNIX', '-e', program, '--', socket]).then(
    ({ stdout }) => stdout.trim(),
    () => 'refused',
  );
}

describe('real desktops', () => {
  it('opens XFCE in namespaces of its own, and leaves nothing behind', async () => {
    await using room = await makeTestRoom({ accounts: 2 });
    const [account, other] = room.accounts;
    assert.ok(account && other);
    const desktop = await open(room, account, { desktop: 'xfce' });
    assert.equal(desktop.desktop, 'xfce');
    const { pid } = await init(room, desktop.session);

    const socket = pixelSocket(room.places, desktop.session);
    const gatewayGid = Number((await run('id', ['-g', room.places.gatewayUser])).stdout);
    const gatewayUid = Number((await run('id', ['-u', room.places.gatewayUser])).stdout);
    assert.equal(await greeting(socket, gatewayUid, gatewayGid), 'RFB 003.008');
    assert.equal(await greeting(socket, other.uid, other.gid), 'refused');

    for (const space of ['pid', 'ipc', 'mnt']) {
      assert.notEqual(await readlink(`/proc/${pid}/ns/${space}`), await readlink(`/proc/self/ns/${space}`));
    }
    assert.deepEqual(await Promise.all((await readdir(`/proc/${pid}/fd`)).map((name) => readlink(`/proc/${pid}/fd/${name}`))), [
      '/dev/null',
      '/dev/null',
      '/dev/null',
    ]);

    const windowManager = await appearing(room, desktop, 'xfwm4');
    await appearing(room, desktop, 'xfce4-panel');
    const variables = await exported(windowManager);
    assert.equal(variables.get('HOME'), account.home);
    assert.equal(variables.get('USER'), account.name);
    assert.equal(variables.get('SHELL'), '/bin/bash');
    assert.equal(variables.get('XDG_CURRENT_DESKTOP'), 'XFCE');
    assert.equal(variables.get('XDG_RUNTIME_DIR'), `${room.places.sessionsRunDir}/${desktop.session}/runtime`);
    assert.match(variables.get('LANG') ?? '', /UTF-8|utf8/);
    assert.match(variables.get('DBUS_SESSION_BUS_ADDRESS') ?? '', /^unix:/);
    assert.equal(await readlink(`/proc/${windowManager}/cwd`), account.home);
    const status = await readFile(`/proc/${await appearing(room, desktop, 'dbus-run-sessio')}/status`, 'utf8');
    assert.match(status, /^SigIgn:\t0000000000000000$/m);
    assert.match(status, /^CapEff:\t0000000000000000$/m);

    const groups = (await inside(room, desktop, account, 'id -Gn')).trim().split(' ');
    assert.deepEqual(groups.sort(), [account.name, 'stationmaster-users'].sort());
    assert.equal((await inside(room, desktop, account, 'xdpyinfo | grep -o "1000x700 pixels"')).trim(), '1000x700 pixels');
    await assert.rejects(inside(room, desktop, account, 'XAUTHORITY=/dev/null xdpyinfo'));
    const file = `of-${desktop.session}`;
    await inside(room, desktop, account, `echo mine >/tmp/${file}; echo mine >/dev/shm/${file}`);
    assert.equal(existsSync(`/tmp/${file}`) || existsSync(`/dev/shm/${file}`), false);
    const mounts = (await inside(room, desktop, account, 'cat /proc/mounts')).trim().split('\n');
    const points = mounts.map((line) => line.split(' ')[1]).slice(-8);
    const runtime = `${room.places.sessionsRunDir}/${desktop.session}/runtime`;
    assert.deepEqual(points, ['/proc', '/sys', '/dev', '/dev/pts', '/run', '/dev/shm', runtime, '/tmp']);
    assert.equal((await inside(room, desktop, account, `stat -c '%U %a' ${runtime}`)).trim(), `${account.name} 700`);
    assert.deepEqual(await readdir(runtime), []);
    const outside = await run('find', ['/run', '-xdev', '-user', account.name]);
    assert.equal(outside.stdout, `${socket}\n`);
    // Neither may the person put something else where the gateway looks for the X server.
    await assert.rejects(inside(room, desktop, account, `rm -f ${socket}`));
    await assert.rejects(inside(room, desktop, account, `ln -s /run/elsewhere ${socket}.new`));

    await within(10_000, desktop.end());
    assert.equal(await desktop.gone, 'signed-out');
    assert.deepEqual(await room.leftBehind(), []);
  });

  it('keeps desktops of two people, and two of one person, apart', async () => {
    await using room = await makeTestRoom({ accounts: 2 });
    const [anna, bert] = room.accounts;
    const opened = await Promise.all([anna, bert, anna].map((account) => open(room, account, { desktop: 'xfce' })));
    const buses = new Set<string>();
    for (const desktop of opened) {
      await appearing(room, desktop, 'xfce4-panel');
      await appearing(room, desktop, 'xfdesktop');
      const variables = await exported(await appearing(room, desktop, 'xfwm4'));
      buses.add(variables.get('DBUS_SESSION_BUS_ADDRESS') ?? '');
      assert.ok(variables.get('SESSION_MANAGER'), 'its session manager listens');
    }
    assert.equal(buses.size, 3);
    await Promise.all(opened.map((desktop) => within(10_000, desktop.end())));
  });

  it('refuses a desktop whose person puts something else in the place of the X server', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    assert.ok(account);
    // As early as a person's own program can: the profile is read while the host waits for the X server.
    const pixels = `$(dirname "$XDG_RUNTIME_DIR")/pixels`;
    await writeFile(`${account.home}/.profile`, `mv ${pixels}/rfb ${pixels}/own && ln -s own ${pixels}/rfb\n`);
    const desktop = await open(room, account).catch((error: unknown) => error);
    if (desktop instanceof CodedError) {
      assert.equal(desktop.code, 'desktop-failed');
    } else {
      // The host was faster.
      const opened = desktop as Desktop;
      assert.ok((await lstat(pixelSocket(room.places, opened.session))).isSocket());
      await opened.end();
    }
  });

  it('says how a desktop came to its end', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    const endings: [string, NodeJS.Signals, SessionCause][] = [
      ['Xvnc', 'SIGKILL', 'x-server-died'],
      ['openbox', 'SIGTERM', 'desktop-ended'],
      ['sh', 'SIGKILL', 'desktop-ended'],
    ];
    for (const [name, signal, cause] of endings) {
      const desktop = await open(room, account);
      await appearing(room, desktop, 'openbox');
      process.kill(await appearing(room, desktop, name), signal);
      assert.equal(await within(15_000, desktop.gone), cause, name);
      assert.deepEqual(await room.leftBehind(), []);
    }
  });

  it('ends a desktop whose keeper was killed', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const desktop = await open(room, room.accounts[0]);
    const { pid } = await init(room, desktop.session);
    const unshare = /^PPid:\t(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    const keeper = /^PPid:\t(\d+)$/m.exec(await readFile(`/proc/${unshare}/status`, 'utf8'))?.[1];
    process.kill(Number(keeper), 'SIGKILL');
    assert.equal(await within(15_000, desktop.gone), 'keeper-lost');
  });

  it('finds a desktop again after the host that opened it was killed', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    assert.ok(account);
    const session = newSession();
    const program = `
      import { PamSignIns } from ${JSON.stringify(import.meta.resolve('./pam-sign-ins.ts'))};
      import { RealDesktops } from ${JSON.stringify(import.meta.resolve('./real-desktops.ts'))};
      const { places, session, user, password } = JSON.parse(process.env.ORDER);
      const { attempt, outcome } = await new PamSignIns(places).begin({ user, password, remote: '', who: 'listed' });
      const order = { session, account: outcome.account, desktop: 'openbox', widthPx: 800, heightPx: 600, language: '' };
      const { HibernationAbility } = await import(${JSON.stringify(import.meta.resolve('./hibernation/ability.ts'))});
      await new RealDesktops(places, new HibernationAbility(places), () => false).open(order, attempt);
      console.log('opened');
      setInterval(() => {}, 1000);`;
    const order = { places: room.places, session, user: account.name, password: account.password };
    const host = spawn(process.execPath, ['--input-type=module', '-e', program], {
      detached: true,
      env: { ...process.env, ORDER: JSON.stringify(order) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: host.stdout })) if (line === 'opened') break;
    const mark = await init(room, session);
    // The whole process group: nothing that the host started in its own may hold the desktop.
    process.kill(-(host.pid ?? 0), 'SIGKILL');
    await once(host, 'exit');

    // As if it had been killed before it took the socket's folder from the person.
    const pixels = `${room.places.sessionsRunDir}/${session}/pixels`;
    assert.equal((await stat(pixels)).uid, 0);
    await chown(pixels, account.uid, (await stat(pixels)).gid);

    const desktops = desktopsOf(room.places);
    assert.deepEqual(await desktops.found(), [session]);
    const desktop = await running(desktops, session);
    assert.equal(desktop.desktop, 'openbox');
    assert.ok(isRunning(mark));
    assert.deepEqual(await init(room, session), mark);
    assert.equal((await stat(pixels)).uid, 0);
    const gatewayGid = Number((await run('id', ['-g', room.places.gatewayUser])).stdout);
    assert.equal(await greeting(pixelSocket(room.places, session), 60_000, gatewayGid), 'RFB 003.008');
    await within(10_000, desktop.end());
    assert.equal(isRunning(mark), false);
    assert.deepEqual(await room.leftBehind(), []);
    assert.deepEqual(await desktops.find(session), { kind: 'nothing' });
  });

  it('removes the rests of sessions that do not live', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const desktops = desktopsOf(room.places);
    const onlyState = newSession();
    await mkdir(`${room.places.sessionsStateDir}/${onlyState}/tmp`, { recursive: true });
    const halfMade = newSession();
    await mkdir(`${room.places.sessionsRunDir}/${halfMade}`);
    // The number of a process that is somebody else's now.
    await writeFile(`${room.places.sessionsRunDir}/${halfMade}/init`, `${process.pid} 1\n`);
    assert.deepEqual(await desktops.found(), [onlyState, halfMade].sort());
    assert.deepEqual(await desktops.find(onlyState), { kind: 'nothing' });
    assert.deepEqual(await desktops.find(halfMade), { kind: 'nothing' });
    assert.deepEqual(await desktops.found(), []);
  });

  it('opens and closes the PAM session, which may make the home folder', async () => {
    const log = `/run/stationmaster-test-pam-log-${process.pid}`;
    await using room = await makeTestRoom({
      pamService: [
        'auth required pam_unix.so',
        'account required pam_unix.so',
        'session required pam_mkhomedir.so',
        `session required pam_exec.so log=${log} /usr/bin/env`,
        'session required pam_unix.so',
      ].join('\n'),
    });
    const account = await room.addAccount({ home: 'missing' });
    const desktop = await open(room, account);
    assert.ok(existsSync(account.home));
    assert.deepEqual((await readFile(log, 'utf8')).match(/PAM_TYPE=.*/g), ['PAM_TYPE=open_session']);
    await within(10_000, desktop.end());
    const text = await readFile(log, 'utf8');
    await run('rm', ['-f', '--', log]);
    assert.deepEqual(text.match(/PAM_TYPE=.*/g), ['PAM_TYPE=open_session', 'PAM_TYPE=close_session']);
    assert.deepEqual(new Set(text.match(/PAM_USER=.*/g)), new Set([`PAM_USER=${account.name}`]));
  });

  it("honours the person's profile, and survives a broken one", async () => {
    await using room = await makeTestRoom({ accounts: 2 });
    const [good, broken] = room.accounts;
    assert.ok(good && broken);
    await writeFile(`${good.home}/.profile`, 'echo noise\nexport GREETING="it\'s me"\n');
    await writeFile(`${broken.home}/.profile`, 'if [[ then exit 3 (\n');
    const [first, second] = await Promise.all([open(room, good), open(room, broken)]);
    const variables = await exported(await appearing(room, first, 'openbox'));
    assert.equal(variables.get('GREETING'), "it's me");
    await appearing(room, second, 'openbox');
    await Promise.all([first.end(), second.end()]);
  });

  it('says what is wrong with a home folder', async () => {
    await using room = await makeTestRoom({ accounts: 3 });
    const [readOnly, full, foreign] = room.accounts;
    assert.ok(readOnly && full && foreign);
    const missing = await room.addAccount({ home: 'missing' });
    await room.mountMemory(readOnly.home, `size=1m,mode=0755,uid=${readOnly.uid},ro`);
    await room.mountMemory(full.home, `size=1m,mode=0755,uid=${full.uid}`);
    await run('sh', ['-c', 'dd if=/dev/zero of="$1/filler" bs=64k 2>/dev/null || :', 'sh', full.home]);
    await run('chown', ['root:root', '--', foreign.home]);
    await assertNotOpened(room, missing, 'home-missing');
    await assertNotOpened(room, readOnly, 'home-not-writable');
    await assertNotOpened(room, foreign, 'home-not-writable');
    await assertNotOpened(room, full, 'home-full');
  });

  it('has a home folder on a file system of its own', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    assert.ok(account);
    await room.mountMemory(account.home, `size=8m,mode=0755,uid=${account.uid}`);
    await writeFile(`${account.home}/here`, 'here');
    const desktop = await open(room, account);
    assert.equal(await inside(room, desktop, account, 'cat ~/here'), 'here');
    await within(10_000, desktop.end());
  });

  it('has what PAM mounts while it opens the session, in the home folder too', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    assert.ok(account);
    const share = `${account.home}/share`;
    const whenOpened = 'session required pam_exec.so type=open_session';
    const whenClosed = 'session required pam_exec.so type=close_session';
    await room.setPamService(
      [
        'auth required pam_unix.so',
        'account required pam_unix.so',
        `${whenOpened} /usr/bin/mount -t tmpfs -o size=1m,uid=${account.uid} stationmaster-test ${account.home}`,
        `${whenOpened} /usr/bin/install -d -o ${account.name} ${share}`,
        `${whenOpened} /usr/bin/mount --bind /etc/pam.d ${share}`,
        `${whenClosed} /usr/bin/umount --recursive ${account.home}`,
      ].join('\n'),
    );
    const desktop = await open(room, account);
    const points = await inside(room, desktop, account, 'grep " $HOME" /proc/mounts | cut -d" " -f2');
    await within(10_000, desktop.end());
    assert.deepEqual(points.trim().split('\n'), [account.home, share]);
    assert.ok(!(await readFile('/proc/mounts', 'utf8')).includes(account.home));
  });

  it('keeps its records from a person whose umask lets everybody write', async () => {
    await using room = await makeTestRoom({
      accounts: 1,
      pamService: ['auth required pam_unix.so', 'account required pam_unix.so', 'session required pam_umask.so umask=000'].join(
        '\n',
      ),
    });
    const [account] = room.accounts;
    assert.ok(account);
    const desktop = await open(room, account);
    const folder = `${room.places.sessionsRunDir}/${desktop.session}`;
    const places = [folder, `${room.places.sessionsStateDir}/${desktop.session}`];
    const writable = await run('find', [...places, '-user', 'root', '-perm', '/022', '-not', '-perm', '-1000']);
    assert.equal(writable.stdout, '');
    const openbox = await appearing(room, desktop, 'openbox');
    assert.match(await readFile(`/proc/${openbox}/status`, 'utf8'), /^Umask:\t0000$/m);
    await within(10_000, desktop.end());
  });

  it('refuses a desktop when the disk under its folders is full', async () => {
    for (const which of ['sessionsRunDir', 'sessionsStateDir'] as const) {
      await using room = await makeTestRoom({ accounts: 1 });
      const folder = room.places[which];
      await room.mountMemory(folder, 'size=512k,mode=0755');
      await run('sh', ['-c', 'dd if=/dev/zero of="$1" bs=4k 2>/dev/null || :', 'sh', `${folder}/filler`]);
      const [account] = room.accounts;
      await assert.rejects(open(room, account), (error) => error instanceof CodedError && error.code === 'disk-full');
      assert.deepEqual(await desktopsOf(room.places).found(), []);
      await run('rm', ['--', `${folder}/filler`]);
    }
  });
});
