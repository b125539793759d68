// The live picture in the details, in a real browser.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { eventually } from '../../../../test/e2e/eventually.ts';
import { makeComputer, makePrincipal, makeSession, makeStation } from '../../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../../test/support/manager-room.ts';
import { axeFaults } from '../../../../test/support/page-checks.ts';

/** A screen of one colour. */
async function screen(colour: string): Promise<Buffer> {
  return await sharp({ create: { width: 64, height: 40, channels: 3, background: colour } })
    .jpeg()
    .toBuffer();
}

describe('the picture in the details', () => {
  const room = managerRoom({ widthPx: 1500 });
  let gateway: FakeGateway;
  let page: Page;
  let details: Locator;
  let anna: string;
  let ben: string;

  beforeEach(async () => {
    ({ gateway, page } = room);
    gateway.principal = makePrincipal('ada', 'administrator');
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [1, 2, 3].map((number) => makeStation(`s${number}`, `Station ${number}`, 'classroom'));
    gateway.sessions = [
      makeSession('a', 'anna', 'classroom', 's1', { fullName: 'Anna Keller' }),
      makeSession('b', 'ben', 'classroom', 's2'),
    ];
    [anna = '', ben = ''] = gateway.sessions.map(({ id }) => id);
    await show('#e02020');
    details = page.getByRole('region', { name: 'Details of Station 1', exact: true });
  });

  /** What both screens show from now on. */
  const show = async (colour: string): Promise<void> => {
    const picture = await screen(colour);
    gateway.watching.show({ [anna]: picture, [ben]: picture });
  };
  const open = async (station: RegExp, where = page): Promise<void> => {
    await where.goto(gateway.url('/manager/stations'));
    await where.getByRole('row', { name: station }).focus();
    await where.keyboard.press('Enter');
  };
  const picture = () => details.getByRole('img', { name: 'Screen of anna' });
  const colourOf = async (image: Locator): Promise<string> =>
    await image.evaluate((element) => {
      if (!(element instanceof HTMLImageElement) || !element.complete || element.naturalWidth === 0) return '';
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d');
      context?.drawImage(element, 0, 0);
      return [...(context?.getImageData(0, 0, 1, 1).data ?? [])].map((value) => value >> 6).join(' ');
    });
  const hasColour = async (image: Locator, colour: string): Promise<void> => {
    await eventually(`the picture is ${colour}`, 10_000, async () => ((await colourOf(image)) === colour ? true : null));
  };
  const watched = async (...pictures: string[]): Promise<void> => {
    await eventually(`watched are ${pictures.join()}`, 10_000, async () =>
      Promise.resolve(gateway.watching.watched.join() === pictures.join() ? true : null),
    );
  };
  const hide = (hidden: boolean): Promise<void> =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => now });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);

  test('is live, and not asked for while the page is hidden or the details are closed', async () => {
    await open(/Station 1 /);
    await hasColour(picture(), '3 0 0 3');
    await show('#2020e0');
    await hasColour(picture(), '0 0 3 3');
    await watched(`${anna} medium`);
    assert.deepEqual(await axeFaults(page), []);

    await hide(true);
    await watched();
    await show('#20e020');
    await hide(false);
    await hasColour(picture(), '0 3 0 3');

    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await watched();
  });

  test('is shown large, live as well, until it is closed', async () => {
    await open(/Station 1 /);
    await details.getByRole('button', { name: 'Enlarge' }).click();
    const dialog = page.getByRole('dialog', { name: 'Screen of Anna Keller' });
    await hasColour(dialog.getByRole('img', { name: 'Screen of anna' }), '3 0 0 3');
    await watched(`${anna} large`);
    await show('#2020e0');
    await hasColour(dialog.getByRole('img', { name: 'Screen of anna' }), '0 0 3 3');
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await hasColour(picture(), '0 0 3 3');
    await watched(`${anna} medium`);
  });

  test('says why there is none, and comes when there is one', async () => {
    gateway.watching.show({});
    await open(/Station 1 /);
    await details.getByText('There is no picture of this session at the moment.').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await show('#e02020');
    await hasColour(picture(), '3 0 0 3');
    // The computer refuses: the picture goes at once, and comes back when it is allowed.
    gateway.tell({ event: 'settings.changed', settings: { ...gateway.settings, allowMonitoring: false } });
    await details.getByText('The desktops of this computer may not be watched: its settings say so.').waitFor();
    await picture().waitFor({ state: 'detached' });
    gateway.tell({ event: 'settings.changed', settings: { ...gateway.settings, allowMonitoring: true } });
    await picture().waitFor();
    gateway.watching.show({ [anna]: 'not-allowed' });
    await details.getByText('Your account may not do that.').waitFor();
    await picture().waitFor({ state: 'detached' });
    await open(/Station 3 /);
    await page.getByText('Nobody is signed in here.').waitFor();
  });

  test('comes back when the gateway does, although it is still the same', async () => {
    await open(/Station 1 /);
    await hasColour(picture(), '3 0 0 3');
    gateway.vanish();
    await details.getByText('The computer cannot be reached. Check the network, then try again.').waitFor();
    gateway.comeBack();
    await hasColour(picture(), '3 0 0 3');
    assert.equal(gateway.watching.got.length, 1);
  });

  for (const language of ['en', 'fr']) {
    test(`fits a narrow screen (${language})`, async () => {
      await page.addInitScript((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
      await page.setViewportSize({ width: 390, height: 800 });
      await open(/Station 1 /);
      const sheet = page.getByRole('dialog');
      const image = sheet.getByRole('img', { name: language === 'en' ? 'Screen of anna' : 'Écran de anna' });
      await hasColour(image, '3 0 0 3');
      const box = await image.boundingBox();
      assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box));
      await sheet.getByRole('button', { name: language === 'en' ? 'Enlarge' : 'Agrandir' }).click();
      const large = page.getByRole('dialog', { name: language === 'en' ? 'Screen of Anna Keller' : 'Écran de Anna Keller' });
      await large.getByRole('img').waitFor();
      assert.deepEqual(await axeFaults(page), []);
      const wide = await large.boundingBox();
      assert.ok(wide !== null && wide.x >= 0 && wide.x + wide.width <= 390, JSON.stringify(wide));
    });
  }
});
