// The story that Stationmaster is for: work at a station, be suspended from the Manager, go on at another station with the very
// same programs; also after host and gateway were killed, at another window size, and from the command line.
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';
import { Browser, desktopShown, signInAtPage, signInAtStation, viewShown } from './browser.ts';
import { countInFile, countInPicture, findCounter, placeCounter, startCounter } from './counter.ts';
import { eventually } from './eventually.ts';

const computer = hostname();

/** The README's picture of a real desktop: taken again by `STATIONMASTER_PICTURES=docs/pictures node --test test/e2e/story.test.ts`. */
async function takePicture(browser: Browser, name: string): Promise<void> {
  const folder = process.env['STATIONMASTER_PICTURES'];
  if (folder !== undefined) await browser.page.screenshot({ path: `${folder}/${name}.png` });
}

describe('the main job', () => {
  let product: Product;
  let manager: Browser;
  let first: Browser;
  let second: Browser;

  before(async () => {
    product = await startProduct({ accounts: 1, administrator: true });
    [manager, first, second] = await Promise.all([
      Browser.open(),
      Browser.open(),
      Browser.open({ widthPx: 1024, heightPx: 700 }),
    ]);
  });
  after(async () => {
    await Promise.allSettled([manager, first, second].map((browser) => browser?.[Symbol.asyncDispose]()));
    await product[Symbol.asyncDispose]();
  });

  async function isSameProcess(uid: number, was: { pid: number; startTicks: number }): Promise<void> {
    assert.deepEqual(await findCounter(uid), was, 'the same process (PID and start time)');
  }

  test('sign in, work, be suspended from the Manager, go on at another station of another size', async () => {
    const [person] = product.accounts;
    assert.ok(person);
    await product.room.changeAccount('usermod', ['--comment', 'Anna Keller'], person);
    await placeCounter(person);

    await first.page.goto(product.urls.station);
    await viewShown(first.page, 'sign-in');
    await signInAtStation(first.page, person.name, person.password);
    await desktopShown(first.page);
    await startCounter(first.page, person);
    const counter = await findCounter(person.uid);
    assert.ok(counter);
    const shown = await eventually(
      'the counter is in the picture',
      10_000,
      async () => (await countInPicture(first.page)) || undefined,
    );

    await manager.page.goto(product.urls.manager);
    await signInAtPage(manager.page, product.administrator.name, product.administrator.password);
    await manager.page.getByRole('tab', { name: 'Stations' }).click();
    await manager.page.getByText(person.name, { exact: false }).first().waitFor();
    await manager.page.getByRole('button', { name: computer, exact: true }).first().click();
    await takePicture(first, 'station');
    await manager.page.getByRole('button', { name: 'Suspend all stations' }).click();

    await viewShown(first.page, 'sign-in', 5_000);
    await first.page.getByText(/suspended by the administrator/i).waitFor();
    await manager.page.getByText('Suspended', { exact: true }).first().waitFor();
    await isSameProcess(person.uid, counter);
    const atSuspension = await countInFile(person.home);
    await eventually(
      'it counts on while suspended',
      10_000,
      async () => (await countInFile(person.home)) > atSuspension + 5 || undefined,
    );

    await second.page.goto(product.urls.station);
    await viewShown(second.page, 'sign-in');
    await signInAtStation(second.page, person.name, person.password);
    await desktopShown(second.page);
    await isSameProcess(person.uid, counter);
    const later = await eventually('the second station shows it', 10_000, async () => {
      const count = await countInPicture(second.page);
      return count > atSuspension ? count : undefined;
    });
    assert.ok(later > shown);
    await eventually('the desktop has the size of the second window', 10_000, async () => {
      const size = await second.page.evaluate(() => {
        const canvas = document.querySelector('canvas');
        return canvas && [canvas.width, canvas.height];
      });
      return (size?.[0] === 1024 && size[1] === 700) || undefined;
    });
  });

  test('host and gateway are killed with -9: the desktop goes on, the station is back by itself within 3 seconds', async () => {
    const [person] = product.accounts;
    assert.ok(person);
    const counter = await findCounter(person.uid);
    assert.ok(counter);
    await product.killHost();
    await product.killGateway();
    const before = await countInFile(person.home);
    await product.startHost();
    await product.startGateway();
    const restarted = performance.now();
    await eventually('the station shows the desktop again', 10_000, async () => {
      const count = await countInPicture(second.page).catch(() => 0);
      return count > before + 3 ? count : undefined;
    });
    assert.ok(performance.now() - restarted < 3_000, `back after ${Math.round(performance.now() - restarted)} ms`);
    await isSameProcess(person.uid, counter);
  });

  test('the command line suspends, and the person goes on at the first station', async () => {
    const [person] = product.accounts;
    assert.ok(person);
    const counter = await findCounter(person.uid);
    assert.ok(counter);
    const suspended = await product.cli('session', 'suspend', '--all', '--json');
    assert.equal(suspended.code, 0, suspended.stderr);
    await viewShown(second.page, 'sign-in', 5_000);
    const list = await product.cli('session', 'list', '--json');
    const [session] = JSON.parse(list.stdout) as { user: string; state: string; station: string | null; computer: string }[];
    assert.equal(session?.user, person.name);
    assert.equal(session.state, 'suspended');
    assert.equal(session.station, null);
    assert.equal(session.computer, computer);

    await signInAtStation(first.page, person.name, person.password);
    await desktopShown(first.page);
    await isSameProcess(person.uid, counter);
    const before = await countInFile(person.home);
    await eventually('the picture goes on', 10_000, async () => (await countInPicture(first.page)) > before || undefined);
  });

  test('signing in at a second station moves the session and says where it went', async () => {
    const [person] = product.accounts;
    assert.ok(person);
    const counter = await findCounter(person.uid);
    assert.ok(counter);
    await signInAtStation(second.page, person.name, person.password);
    await desktopShown(second.page);
    await viewShown(first.page, 'sign-in', 5_000);
    await first.page.getByText(/moved to Station/i).waitFor();
    await isSameProcess(person.uid, counter);
  });

  test('the person gives themselves another password over the desktop, by the rules of PAM; the programs go on', async () => {
    const [person] = product.accounts;
    assert.ok(person);
    const counter = await findCounter(person.uid);
    assert.ok(counter);
    const { page } = second;
    const dialog = page.getByRole('dialog', { name: 'Change my password' });
    const fill = async (text: string): Promise<void> => {
      await dialog.locator('input').fill(text);
      await page.keyboard.press('Enter');
    };
    await page.keyboard.press('Control+Alt+Shift');
    await page.getByRole('button', { name: 'Password', exact: true }).click();
    await fill('not the password');
    await dialog.getByText('The current password is wrong.').waitFor({ timeout: 15_000 });
    await fill(person.password);
    const next = `Vogel-57-${person.name}`;
    // For the change itself PAM asks a person for it once more.
    await dialog.getByText(/^Changing password for /).waitFor({ timeout: 15_000 });
    await fill(person.password);
    await dialog.getByText(/^New password/).waitFor({ timeout: 15_000 });
    await fill(next);
    await dialog.getByText(/^Retype new password/).waitFor({ timeout: 15_000 });
    await fill(next);
    await page.getByText('Your password is changed.').waitFor({ timeout: 15_000 });
    await isSameProcess(person.uid, counter);
    const before = await countInFile(person.home);
    await eventually('the picture goes on', 10_000, async () => (await countInPicture(page)) > before || undefined);
    await signInAtStation(first.page, person.name, next);
    await desktopShown(first.page);
    await isSameProcess(person.uid, counter);
    const list = await product.cli('audit', 'list', '--action', 'account.own-password', '--json');
    const outcomes = (JSON.parse(list.stdout) as { outcome: string; actor: string }[]).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ['done', 'wrong-credentials']);
    assert.doesNotMatch(list.stdout, /Vogel|not the password/);
  });

  test('signing out ends the session and leaves nothing', async () => {
    const [person] = product.accounts;
    assert.ok(person);
    const ended = await product.cli('session', 'logoff', person.name, '--seconds', '0');
    assert.equal(ended.code, 0, ended.stderr);
    await viewShown(first.page, 'sign-in', 15_000);
    await eventually('the counter has ended', 15_000, async () => ((await findCounter(person.uid)) === null ? true : undefined));
    await eventually('no session is left', 15_000, async () => {
      const list = await product.cli('session', 'list', '--json');
      return (JSON.parse(list.stdout) as unknown[]).length === 0 ? true : undefined;
    });
  });
});
