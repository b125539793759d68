// What the administrator puts over the station pages, the letter of a remap and the notice of console mode, in a real browser.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';
import { stationBrowser } from '../../../test/support/station-browser.ts';
import { StationGateway } from '../../../test/support/station-gateway.ts';

describe('what the administrator puts over the stations', () => {
  const room = stationBrowser();

  test('over a desktop takes its own key and presses on it, and nothing else', async () => {
    await using gateway = await StationGateway.start(room.folder);
    gateway.welcome = (there) => there.desktop('good');
    const page = await room.browser.newPage({ viewport: { width: 1280, height: 800 } });
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

  test('who else is at the desktop is shown above it, takes no key or press from it, and is ended where that is allowed', async () => {
    await using gateway = await StationGateway.start(room.folder);
    gateway.welcome = (there) => there.desktop('good');
    const page = await room.browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    page.setDefaultTimeout(10_000);
    await page.goto(gateway.url);
    const there = await gateway.page();
    await page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);
    const [desktop] = gateway.desktops;
    assert.ok(desktop !== undefined);
    const question = 'aaaaaaaaaaaaaaaa';
    there.say({
      say: 'controlled',
      by: [],
      mayEnd: false,
      asks: { question, by: 'Tina Weber', uses: true, remainingMs: 30_000 },
    });
    await page.getByText('Tina Weber wants to see your desktop and use it together with you.').waitFor();
    await keepPicture(page, 'control-asked');
    assert.deepEqual(await axeFaults(page), []);
    // What was being typed meanwhile is no answer.
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    assert.deepEqual(await there.next('control-answer'), { say: 'control-answer', question, yes: true });
    there.say({ say: 'controlled', by: [{ name: 'Tina Weber', uses: true }], mayEnd: true, asks: null });
    await page.getByText('Tina Weber sees and uses this desktop.').waitFor();
    await keepPicture(page, 'control-mark');
    assert.deepEqual(await axeFaults(page), []);
    // Whatever the desktop draws, the frame is what is seen at the edges.
    const onTop = await page.evaluate(() => {
      const frame = document.querySelector('.control-frame');
      if (!(frame instanceof HTMLElement)) return [];
      frame.style.pointerEvents = 'auto';
      const { innerWidth: width, innerHeight: height } = window;
      const edges = [
        [1, 1],
        [width - 2, 1],
        [1, height - 2],
        [width - 2, height - 2],
        [1, height / 2],
      ] as const;
      const found = edges.map(([x, y]) => document.elementFromPoint(x, y) === frame);
      frame.style.pointerEvents = '';
      return found;
    });
    assert.deepEqual(onTop, [true, true, true, true, true]);
    await page.mouse.move(1, 400);
    await desktop.until(({ pointers }) => pointers.some(({ x, y }) => x === 1 && y === 400));
    await page.keyboard.press('q');
    await desktop.until(({ keys }) => keys.some(({ keysym }) => keysym === 'q'.charCodeAt(0)));
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await there.next('control-end');
    there.say({ say: 'controlled', by: [{ name: '', uses: false }], mayEnd: false, asks: null });
    await page.getByText('The administrator sees this desktop.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'End', exact: true }).count(), 0);
    there.say({ say: 'controlled', by: [], mayEnd: false, asks: null });
    await page.locator('.control-bar').waitFor({ state: 'hidden' });
    await page.close();
  });

  test('a station that is closed for maintenance says so, and opens by itself', async () => {
    await using gateway = await StationGateway.start(room.folder);
    gateway.welcome = (there) => there.say({ say: 'wait', why: 'console-mode' });
    const page = await room.browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
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
      await using gateway = await StationGateway.start(room.folder);
      gateway.welcome = (there) => {
        there.free();
        there.say({ say: 'remap', shows: { letter: 'A', number: 0 } });
      };
      const page = await room.browser.newPage({ viewport: { width: 1280, height: 800 }, locale });
      page.setDefaultTimeout(10_000);
      await page.goto(gateway.url);
      await page.getByText(words).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await page.close();
    });
});
