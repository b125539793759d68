// A station page on a screen that hangs turned, in a real browser: what is pressed is what is meant, and the desktop has its sides swapped.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { orientations } from '#model/station.ts';
import type { Orientation } from '#model/station.ts';
import { stationBrowser } from '../../../test/support/station-browser.ts';
import { StationGateway } from '../../../test/support/station-gateway.ts';
import { inWindow, pageSize } from './orientation.ts';

const size = { width: 1280, height: 800 };
const withinMs = 10_000;

describe('a turned screen', () => {
  const room = stationBrowser();

  async function open(gateway: StationGateway, orientation: Orientation, what: 'desktop' | 'free', touch = false): Promise<Page> {
    gateway.welcome = (there) => {
      there.say({ say: 'configured', orientation, language: '' });
      if (what === 'desktop') there.desktop('good');
      else there.free();
    };
    const page = await room.browser.newPage({ viewport: size, locale: 'en-GB', hasTouch: touch });
    page.setDefaultTimeout(withinMs);
    await page.goto(gateway.url);
    return page;
  }

  const painted = (page: Page): Promise<unknown> =>
    page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);

  for (const orientation of orientations) {
    test(`${orientation}: the desktop fills the page, and mouse and finger meet what they point at`, async () => {
      await using gateway = await StationGateway.start(room.folder);
      const page = await open(gateway, orientation, 'desktop', true);
      await painted(page);
      const [desktop] = gateway.desktops;
      assert.ok(desktop !== undefined);
      const { width, height } = pageSize(orientation, size);
      await desktop.until(() => desktop.width === width && desktop.height === height);
      for (const point of [
        { x: 100, y: 200 },
        { x: width - 150, y: height - 120 },
      ]) {
        const at = inWindow(orientation, point, size);
        await page.mouse.move(at.x, at.y);
        await desktop.until(({ pointers }) =>
          pointers.some(({ x, y }) => Math.abs(x - point.x) <= 1 && Math.abs(y - point.y) <= 1),
        );
      }
      const point = { x: 333, y: 444 };
      const at = inWindow(orientation, point, size);
      await page.touchscreen.tap(at.x, at.y);
      await desktop.until(({ pointers }) =>
        pointers.some(({ x, y, buttons }) => buttons === 1 && Math.abs(x - point.x) <= 1 && Math.abs(y - point.y) <= 1),
      );
      await page.close();
    });
  }

  test('the sign-in page fills the turned screen, and its fields are pressed where they are seen', async () => {
    await using gateway = await StationGateway.start(room.folder);
    const page = await open(gateway, 'portrait', 'free');
    const field = page.getByRole('textbox', { name: 'User name' });
    await field.waitFor();
    const box = await field.boundingBox();
    assert.ok(box !== null && box.height > box.width, 'the field stands upright in the window');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.keyboard.type('anna');
    assert.equal(await field.inputValue(), 'anna');
    const overflows = await page.evaluate(() => {
      const { width, height } = document.body.getBoundingClientRect();
      return width > innerWidth || height > innerHeight || document.documentElement.scrollWidth > innerWidth;
    });
    assert.equal(overflows, false);
    await page.close();
  });

  test('the station begins in the language that it is set to; who chooses another keeps it', async () => {
    await using gateway = await StationGateway.start(room.folder);
    gateway.welcome = (there) => {
      there.say({ say: 'configured', orientation: 'landscape', language: 'fr' });
      there.free();
    };
    const page = await room.browser.newPage({ viewport: size, locale: 'en-GB' });
    page.setDefaultTimeout(withinMs);
    await page.goto(gateway.url);
    await page.waitForFunction(() => document.documentElement.lang === 'fr');
    await page
      .getByRole('combobox')
      .or(page.getByRole('button', { name: 'English' }))
      .first()
      .waitFor();
    await page.evaluate(() => localStorage.setItem('stationmaster.language', 'en'));
    await page.reload();
    await page.getByRole('textbox', { name: 'User name' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    await page.close();
  });
});
