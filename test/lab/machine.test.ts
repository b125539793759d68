// The lab itself, and the product in it as somebody installs it: under systemd, through an orderly restart and a pulled plug.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { Browser, desktopShown, signInAtStation, viewShown } from '../e2e/browser.ts';
import { eventually } from '../e2e/eventually.ts';
import { InstalledProduct, productFolders } from './installed-product.ts';
import type { MachineAccount } from './installed-product.ts';
import { Machine } from './machine.ts';
import { PersonSession } from './person-session.ts';

describe('a machine of the lab', () => {
  let machine: Machine;
  let product: InstalledProduct;
  let person: MachineAccount;
  let station: Browser;
  before(async () => {
    [machine, station] = await Promise.all([
      Machine.boot({ uptimeSeconds: 1_000_000, disks: [{ at: '/srv/small', mebibytes: 8 }], folders: productFolders }),
      Browser.open(),
    ]);
    product = await InstalledProduct.install(machine);
    await product.changeSettings({ leaveWarningSeconds: 0 });
    person = await product.addAccount();
  });
  after(async () => {
    await station?.[Symbol.asyncDispose]();
    await machine?.[Symbol.asyncDispose]();
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) process.stderr.write(await machine.journal('--lines=200'));
  });

  const uptime = async (): Promise<number> => Number((await machine.run('cat', ['/proc/uptime'])).split(' ')[0]);
  const bootId = async (): Promise<string> => await machine.run('cat', ['/proc/sys/kernel/random/boot_id']);

  async function signIn(): Promise<PersonSession> {
    await viewShown(station.page, 'sign-in', 30_000);
    await signInAtStation(station.page, person.name, person.password);
    await desktopShown(station.page);
    return await PersonSession.of(product, person);
  }

  test('the product runs under systemd, a person signs in, and logind knows the session', async () => {
    assert.equal((await machine.run('systemctl', ['is-system-running'])).trim(), 'running');
    for (const unit of ['stationmaster-host', 'stationmaster-gateway', 'stationmaster-certificate.timer']) {
      await machine.run('systemctl', ['is-active', unit]);
      await machine.run('systemctl', ['is-enabled', unit]);
    }
    await product.answers();
    await station.page.goto(product.urls.station);
    const session = await signIn();
    const known = await machine.run('loginctl', ['list-sessions', '--no-legend']);
    assert.ok(known.includes(person.name), known);
    assert.match(await session.run('xdpyinfo'), /dimensions: +1280x800/);
    assert.ok((await session.picture()).length > 1280 * 800);
    // No shell: its prompt would call the window otherwise, at any moment.
    await session.launch('xterm', '-title', 'lab', '-e', 'sleep', 'infinity');
    await eventually('a program runs on the desktop', 60_000, async () =>
      (await session.tryRun('xdotool', 'search', '--name', '^lab$')).code === 0 ? true : undefined,
    );
  });

  test('an orderly restart: the clocks begin anew, the disk is as it was, the product answers and its station comes back', async () => {
    const was = await bootId();
    assert.ok((await uptime()) > 1_000_000);
    await machine.run('touch', ['/srv/small/before', `${person.home}/before`]);
    await machine.restart({ uptimeSeconds: 3 });
    assert.ok((await uptime()) < 60);
    assert.notEqual(await bootId(), was);
    await machine.run('ls', ['/srv/small/before', `${person.home}/before`]);
    await product.answers();
    const sessions = JSON.parse(await product.cli('session', 'list', '--json')) as { user: string; state: string }[];
    assert.deepEqual(
      sessions.map(({ user, state }) => ({ user, state })),
      [{ user: person.name, state: 'hibernated' }],
    );
    assert.match(await product.up(), /nothing was changed/);
    await signIn();
  });

  test('a pulled plug: what was written to the disk is there, what was not is lost, and the product answers', async () => {
    await machine.run('sync');
    await writeFile(`${machine.root}/unwritten`, 'never on the disk');
    await machine.unplug({ unwritten: 'lost' });
    assert.equal(machine.isRunning, false);
    await assert.rejects(readFile(`${machine.root}/unwritten`));
    await machine.start();
    await machine.run('ls', ['/srv/small/before', `${person.home}/before`]);
    await product.answers();
    await viewShown(station.page, 'sign-in', 30_000);
    await signInAtStation(station.page, person.name, person.password);
    // Nobody saved the session before the plug was pulled.
    await viewShown(station.page, 'lost', 30_000);
    await station.page.getByRole('button', { name: 'Continue' }).click();
    await desktopShown(station.page);
  });

  test('a disk of its own can be filled to the last byte', async () => {
    const { code, stderr } = await machine.tryRun('dd', ['if=/dev/zero', 'of=/srv/small/full', 'bs=1M']);
    assert.equal(code, 1);
    assert.match(stderr, /No space left on device/);
  });
});
