// What the administrator puts over the station pages, the letter of a remap and the notice of console mode, in a real browser.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';
import { builtPages } from '../../../test/support/pages.ts';
import { StationGateway } from '../../../test/support/station-gateway.ts';

describe('what the administrator puts over the stations', () => {
  let browser: Browser;
  let folder: string;
  before(async () => {
    folder = await builtPages();
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
    });
  });
  after(() => browser.close());

  test('over a desktop takes its own key and presses on it, and nothing else', async () => {
    await using gateway = await StationGateway.start(folder);
    gateway.welcome = (there) => there.desktop('good');
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(10_000);
    await page.goto(gateway.url);
    const there = await gateway.page();
    await page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);
    const [desktop] = gateway.desktops;
    assert.ok(desktop !== undefined);
    there.say({ say: 'remap', shows: { letter: 'K', number: 0 } });
    await page.getByRole('button', { name: /Press K when it is the turn of this station/ }).waitFor();
    await keepPicture(page, 'remap');
    await page.mouse.move(60, 700);
    await desktop.until(({ pointers }) => pointers.some(({ x, y }) => x === 60 && y === 700));
    await page.keyboard.press('k');
    await there.next('remap-press');
    await page.keyboard.press('x');
    await desktop.until(({ keys }) => keys.some(({ keysym }) => keysym === 'x'.charCodeAt(0)));
    assert.ok(!desktop.keys.some(({ keysym }) => keysym === 'k'.charCodeAt(0)));
    await page.mouse.click(640, 400);
    await there.next('remap-press');
    assert.ok(!desktop.pointers.some(({ buttons }) => buttons !== 0));
    there.say({ say: 'remap', shows: { letter: 'K', number: 12 } });
    await page.getByText('This is station number 12.').waitFor();
    await page.keyboard.press('k');
    await desktop.until(({ keys }) => keys.some(({ keysym }) => keysym === 'k'.charCodeAt(0)));
    there.say({ say: 'remap', shows: null });
    await page.getByText('This is station number 12.').waitFor({ state: 'detached' });
    await page.close();
  });

  test('a station that is closed for maintenance says so, and opens by itself', async () => {
    await using gateway = await StationGateway.start(folder);
    gateway.welcome = (there) => there.say({ say: 'wait', why: 'console-mode' });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    page.setDefaultTimeout(10_000);
    await page.goto(gateway.url);
    const there = await gateway.page();
    await page.getByRole('heading', { name: 'The stations are closed' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    there.free();
    await page.getByRole('textbox', { name: 'User name' }).waitFor();
    await page.close();
  });

  for (const [locale, words] of [
    ['en-GB', 'Press A when it is the turn of this station.'],
    ['fr-FR', "Appuyez sur A quand c'est le tour de cette station."],
  ] as const)
    test(`over the sign-in page is readable (${locale})`, async () => {
      await using gateway = await StationGateway.start(folder);
      gateway.welcome = (there) => {
        there.free();
        there.say({ say: 'remap', shows: { letter: 'A', number: 0 } });
      };
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale });
      page.setDefaultTimeout(10_000);
      await page.goto(gateway.url);
      await page.getByText(words).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await page.close();
    });
});
