// With real desktops: a session goes from one station to another by somebody else's order, and a screen is split and made whole, while
// the same programs run on.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Frame, Page } from 'playwright-core';
import type { Session } from '#model/session.ts';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';
import { Browser, desktopShown, signInAtPage, signInAtStation, viewShown } from './browser.ts';
import { countInFile, countInPicture, findCounter, placeCounter, startCounter } from './counter.ts';
import { eventually } from './eventually.ts';

const wide = { widthPx: 1600, heightPx: 900 };

async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env['STATIONMASTER_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** The desktop of the page or the half comes to have this size. */
async function hasSize(where: Page | Frame, widthPx: number, heightPx: number): Promise<void> {
  await eventually(`the desktop is ${widthPx} × ${heightPx}`, 15_000, async () => {
    const size = await where
      .evaluate(() => {
        const canvas = document.querySelector('canvas');
        return canvas && [canvas.width, canvas.height];
      })
      .catch(() => null);
    return (size?.[0] === widthPx && size[1] === heightPx) || undefined;
  });
}

const half = (page: Page, which: 'left' | 'right'): Promise<Frame> =>
  eventually(
    `the ${which} half is there`,
    15_000,
    async () => page.frames().find((frame) => frame.url().endsWith(`half=${which}`)) ?? undefined,
  );

describe('moving a session and splitting a screen', () => {
  let product: Product;
  let manager: Browser;
  let first: Browser;
  let second: Browser;

  before(async () => {
    product = await startProduct({ accounts: 2, administrator: true });
    [manager, first, second] = await Promise.all([
      Browser.open(),
      Browser.open(wide),
      Browser.open({ widthPx: 1100, heightPx: 700 }),
    ]);
  });
  after(async () => {
    await Promise.allSettled([manager, first, second].map((browser) => browser?.[Symbol.asyncDispose]()));
    await product[Symbol.asyncDispose]();
  });

  const sessionOf = async (user: string): Promise<Session> => {
    const session = (await product.api.call('sessions')).find((one) => one.user === user);
    assert.ok(session !== undefined);
    return session;
  };

  /** The counter of the person is the same process as before, and goes on counting on this page. */
  async function goesOn(where: Page | Frame, was: { pid: number; startTicks: number }): Promise<void> {
    const person = product.user(0);
    const before = await countInFile(person.home);
    await eventually(
      'the counter goes on in the picture',
      15_000,
      async () => (await countInPicture(where)) > before || undefined,
    );
    assert.deepEqual(await findCounter(person.uid), was, 'the same process (PID and start time)');
  }

  test('from the Manager to a station of another size: nobody signs in there, the old one says where it went', async () => {
    const person = product.user(0);
    await placeCounter(person);
    await first.page.goto(product.urls.station);
    await viewShown(first.page, 'sign-in');
    await second.page.goto(product.urls.station);
    await viewShown(second.page, 'sign-in');
    await signInAtStation(first.page, person.name, person.password);
    await desktopShown(first.page);
    await startCounter(first.page, person);
    const counter = await findCounter(person.uid);
    assert.ok(counter);

    await manager.page.goto(`${product.urls.manager}/stations`);
    await signInAtPage(manager.page, product.administrator.name, product.administrator.password);
    await manager.page
      .getByRole('row', { name: new RegExp(person.name) })
      .getByRole('gridcell')
      .nth(1)
      .click();
    await manager.page.getByRole('button', { name: 'Move…' }).click();
    await manager.page.getByRole('radio', { name: /Station 2/ }).click();
    await manager.page.getByRole('dialog').getByRole('button', { name: 'Move', exact: true }).click();

    await desktopShown(second.page);
    await viewShown(first.page, 'sign-in');
    await first.page.getByText(`The session of ${person.name} was moved to Station 2. It goes on there.`).waitFor();
    await hasSize(second.page, 1100, 700);
    await goesOn(second.page, counter);
  });

  test('the terminal says that it may hold unsaved work before a log-off; nothing more is known', async () => {
    const { stdout, code } = await product.cli('session', 'unsaved', product.user(0).name, '--json');
    assert.equal(code, 0);
    const [work] = (JSON.parse(stdout) as { sessions: { looked: boolean; unsaved: object[]; silent: string[] }[] }).sessions;
    assert.deepEqual([work?.looked, work?.unsaved], [true, []]);
    assert.ok(
      work?.silent.some((program) => /terminal/i.test(program)),
      work?.silent.join(),
    );
  });

  test('from the command line, where somebody works only with --displace', async () => {
    const [person, other] = [product.user(0), product.user(1)];
    const counter = await findCounter(person.uid);
    assert.ok(counter);
    await signInAtStation(first.page, other.name, other.password);
    await desktopShown(first.page);
    const refused = await product.cli('session', 'move', person.name, 'Station 1');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /--displace/);
    assert.equal((await sessionOf(person.name)).state, 'active');
    const moved = await product.cli('session', 'move', person.name, 'Station 1', '--displace');
    assert.equal(moved.code, 0, moved.stderr);
    await hasSize(first.page, wide.widthPx, wide.heightPx);
    await goesOn(first.page, counter);
    assert.deepEqual([(await sessionOf(other.name)).state, (await sessionOf(other.name)).station], ['suspended', null]);
  });

  test('a screen is split: the session stays, on the left, in its half; somebody else signs in at the right', async () => {
    const [person, other] = [product.user(0), product.user(1)];
    const counter = await findCounter(person.uid);
    assert.ok(counter);
    const { attachment, since } = await sessionOf(person.name);
    const split = await product.cli('station', 'split', 'Station 1', '--json');
    assert.equal(split.code, 0, split.stderr);
    await viewShown(first.page, 'split');
    const [left, right] = [await half(first.page, 'left'), await half(first.page, 'right')];
    await hasSize(left, 794, 894);
    await goesOn(left, counter);
    const now = await sessionOf(person.name);
    assert.deepEqual([now.attachment, now.since, now.state], [attachment, since, 'active'], 'it was not suspended');
    await right.getByRole('textbox', { name: 'User name' }).fill(other.name);
    await right.getByRole('textbox', { name: 'Password' }).fill(other.password);
    await right.getByRole('button', { name: 'Sign in', exact: true }).click();
    await hasSize(right, 794, 894);
    await goesOn(left, counter);
    assert.equal((await sessionOf(other.name)).state, 'active');
    await takePicture(first.page, 'split');
  });

  test('both halves come back after the gateway was killed, and after the page is loaded again', async () => {
    const counter = await findCounter(product.user(0).uid);
    assert.ok(counter);
    await product.killGateway();
    await product.startGateway();
    await goesOn(await half(first.page, 'left'), counter);
    await first.page.reload();
    await viewShown(first.page, 'split');
    await hasSize(await half(first.page, 'left'), 794, 894);
    await hasSize(await half(first.page, 'right'), 794, 894);
    await goesOn(await half(first.page, 'left'), counter);
  });

  test('made whole again the left session has all of the screen, the right one is suspended and goes on elsewhere', async () => {
    const [person, other] = [product.user(0), product.user(1)];
    const counter = await findCounter(person.uid);
    assert.ok(counter);
    const refused = await product.cli('station', 'unsplit', 'Station 1');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /--suspend/);
    const whole = await product.cli('station', 'unsplit', 'Station 1 right', '--suspend');
    assert.equal(whole.code, 0, whole.stderr);
    await desktopShown(first.page);
    await hasSize(first.page, wide.widthPx, wide.heightPx);
    await goesOn(first.page, counter);
    assert.equal((await sessionOf(other.name)).state, 'suspended');
    await signInAtStation(second.page, other.name, other.password);
    await desktopShown(second.page);
  });
});
