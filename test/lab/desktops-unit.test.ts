// A desktop under a real systemd: where its processes are, what ends them and what does not, and that a computer which goes down
// without asking anybody saves it first.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Browser, desktopShown, signInAtStation, viewShown } from '../e2e/browser.ts';
import { eventually } from '../e2e/eventually.ts';
import { InstalledProduct, productFolders } from './installed-product.ts';
import type { MachineAccount } from './installed-product.ts';
import { Machine } from './machine.ts';

const groups = '/sys/fs/cgroup/system.slice/stationmaster-desktops.service';
const patienceMs = 30_000;

interface ListedSession {
  id: string;
  user: string;
  state: string;
}

describe('desktops and systemd', () => {
  let machine: Machine;
  let product: InstalledProduct;
  let person: MachineAccount;
  let station: Browser;
  before(async () => {
    [machine, station] = await Promise.all([Machine.boot({ folders: productFolders }), Browser.open()]);
    product = await InstalledProduct.install(machine, { leaveWarningSeconds: 0 });
    person = await product.addAccount();
    await product.answers();
    await station.page.goto(product.urls.station);
  });
  after(async () => {
    await station?.[Symbol.asyncDispose]();
    await machine?.[Symbol.asyncDispose]();
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) process.stderr.write(await machine.journal('--lines=200'));
  });

  const sessions = async (): Promise<ListedSession[]> =>
    JSON.parse(await product.cli('session', 'list', '--json')) as ListedSession[];

  async function signIn(): Promise<ListedSession> {
    await viewShown(station.page, 'sign-in', patienceMs);
    await signInAtStation(station.page, person.name, person.password);
    await desktopShown(station.page);
    const [session] = await sessions();
    assert.ok(session !== undefined);
    return session;
  }

  /** The X server's process and the control group that it is in. */
  async function xServer(): Promise<{ pid: string; group: string }> {
    const pid = (await machine.run('pgrep', ['-u', person.name, '-x', 'Xvnc'])).trim();
    const text = await machine.run('cat', [`/proc/${pid}/cgroup`]);
    // Beside it there may be the older hierarchies of the computer that the machine is on.
    return { pid, group: /^0::(.*)$/m.exec(text)?.[1] ?? '' };
  }

  test('our units are as systemd wants them, and logind waits as long as ours says', async () => {
    const units = (await machine.run('sh', ['-c', 'ls /etc/systemd/system/stationmaster-*'])).trim().split('\n');
    const { stdout, stderr } = await machine.tryRun('systemd-analyze', ['verify', ...units]);
    assert.equal(
      [stdout, stderr]
        .join('')
        .split('\n')
        .filter((line) => line.includes('stationmaster'))
        .join('\n'),
      '',
    );
    const property = [
      'org.freedesktop.login1',
      '/org/freedesktop/login1',
      'org.freedesktop.login1.Manager',
      'InhibitDelayMaxUSec',
    ];
    assert.equal((await machine.run('busctl', ['get-property', ...property])).trim(), 't 330000000');
    const { stdout: found } = await machine.tryRun('/usr/local/bin/stationmaster', ['doctor', '--json']);
    const { findings } = JSON.parse(found) as { findings: { id: string; verdict: string }[] };
    for (const id of ['units', 'saving-time', 'saving-space', 'criu'])
      assert.equal(findings.find((finding) => finding.id === id)?.verdict, 'good', `${id}: ${found}`);
  });

  test('a desktop lies in a control group of its own, and restarts of the host and of the unit leave it alone', async () => {
    const session = await signIn();
    const was = await xServer();
    assert.equal(was.group, `${groups.slice('/sys/fs/cgroup'.length)}/${session.id}`);
    await machine.run('systemctl', ['restart', 'stationmaster-host', 'stationmaster-desktops']);
    await eventually('the host answers', patienceMs, async () =>
      (await machine.tryRun('/usr/local/bin/stationmaster', ['session', 'list'])).code === 0 ? true : undefined,
    );
    assert.deepEqual(await xServer(), was);
    assert.equal((await sessions())[0]?.id, session.id);
  });

  test('a running session is held to its limits by the kernel, or the doctor says why not', async () => {
    const [session] = await sessions();
    const limits = ['sessionMemoryMegabytes=2048', 'sessionProcessorPercent=150', 'sessionProcesses=900'];
    await product.cli('settings', 'set', ...limits);
    const names = (await machine.run('cat', [`${groups}/cgroup.controllers`])).trim().split(' ');
    const { stdout: found } = await machine.tryRun('/usr/local/bin/stationmaster', ['doctor', '--json']);
    const { findings } = JSON.parse(found) as { findings: { id: string; verdict: string; says: string }[] };
    const said = findings.find(({ id }) => id === 'session-limits');
    // In a machine of the lab there are only the controllers that its computer does not use in the older hierarchies.
    if (!['cpu', 'memory', 'pids'].every((name) => names.includes(name))) {
      assert.equal(said?.verdict, 'note');
      assert.match(said.says, /its system does not let stationmaster-desktops\.service limit/);
      return;
    }
    const given = async (name: string): Promise<string> =>
      (await machine.tryRun('cat', [`${groups}/${session?.id}/${name}`])).stdout.trim();
    await eventually('they are given', patienceMs, async () => ((await given('pids.max')) === '900' ? true : undefined));
    assert.deepEqual(
      [said?.verdict, await given('cpu.max'), await given('memory.max')],
      ['good', '150000 100000', String(2048 * 2 ** 20)],
    );
  });

  test('the end of the sign-in ends the desktop, and its group goes', async () => {
    await machine.run('loginctl', ['terminate-user', person.name]);
    await eventually('the session has ended', patienceMs, async () => ((await sessions()).length === 0 ? true : undefined));
    await eventually('its group is gone', patienceMs, async () =>
      (await machine.run('find', [groups, '-mindepth', '1', '-type', 'd'])).trim() === `${groups}/unit` ? true : undefined,
    );
  });

  test('a computer that goes down without asking anybody saves the session first', async () => {
    const session = await signIn();
    await machine.run('systemctl', ['start', '--no-block', 'reboot.target']);
    await machine.restarted();
    await product.answers();
    assert.deepEqual(
      (await sessions()).map(({ id, state }) => ({ id, state })),
      [{ id: session.id, state: 'hibernated' }],
    );
    assert.match(await machine.journal('--unit=stationmaster-saving'), new RegExp(`${person.name} \\(${session.id}\\): saved`));
    const again = await signIn();
    assert.equal(again.id, session.id);
    assert.match((await xServer()).group, new RegExp(`/${session.id}$`));
  });
});
