// The countdown of the limits of time on the station page, in a real browser.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';
import { stationBrowser } from '../../../test/support/station-browser.ts';
import { StationGateway } from '../../../test/support/station-gateway.ts';
import type { ScriptedPage } from '../../../test/support/station-gateway.ts';

describe('the limits of time at a station', () => {
  const room = stationBrowser();

  async function onDesktop(
    gateway: StationGateway,
    options: { locale?: string; widthPx?: number } = {},
  ): Promise<{ page: Page; there: ScriptedPage }> {
    gateway.welcome = (welcomed) => welcomed.desktop('good');
    const page = await room.browser.newPage({
      viewport: { width: options.widthPx ?? 1280, height: 800 },
      locale: options.locale ?? 'en-GB',
    });
    page.setDefaultTimeout(10_000);
    await page.goto(gateway.url);
    const there = await gateway.page();
    await page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);
    return { page, there };
  }

  test('nobody seems to be there: the countdown is told, any key or movement says otherwise, and reaches the desktop', async () => {
    await using gateway = await StationGateway.start(room.folder);
    const { page, there } = await onDesktop(gateway);
    await page.mouse.move(300, 300);
    there.say({ say: 'time', ends: { why: 'idle', remainingMs: 47_900, request: 'none' } });
    await page.getByText(/^Nobody seems to be here\. Your desktop is suspended in 4[78] seconds/).waitFor();
    await keepPicture(page, 'time-idle');
    assert.equal(await page.getByRole('button', { name: 'Ask for more time' }).count(), 0);
    assert.deepEqual(await axeFaults(page), []);
    assert.ok(!there.heard.some(({ say }) => say === 'here'));
    await page.mouse.move(320, 310);
    await there.next('here');
    await page.keyboard.press('k');
    const [desktop] = gateway.desktops;
    await desktop?.until(({ keys }) => keys.some(({ keysym }) => keysym === 'k'.charCodeAt(0)));
    there.say({ say: 'time', ends: null });
    await page.getByText(/^Nobody seems to be here/).waitFor({ state: 'detached' });
    await page.close();
  });

  test('the time is nearly over: asked for more once, and the answer is read', async () => {
    await using gateway = await StationGateway.start(room.folder);
    const { page, there } = await onDesktop(gateway);
    there.say({ say: 'time', ends: { why: 'longest', remainingMs: 287_000, request: 'none' } });
    await page.getByText(/^Your time is over in 5 minutes/).waitFor();
    await page.mouse.move(300, 300);
    assert.ok(!there.heard.some(({ say }) => say === 'here'));
    const ask = page.getByRole('button', { name: 'Ask for more time' });
    await keepPicture(page, 'time-longest');
    assert.deepEqual(await axeFaults(page), []);
    await ask.click();
    await there.next('ask-time');
    there.say({ say: 'time', ends: { why: 'longest', remainingMs: 59_900, request: 'asked' } });
    await page.getByText('You asked for more time. The answer comes here.').waitFor();
    await page.getByText(/^Your time is over in (?:59|60) seconds/).waitFor();
    assert.equal(await ask.count(), 0);
    // The keyboard never left the desktop.
    await page.keyboard.press('z');
    await gateway.desktops[0]?.until(({ keys }) => keys.some(({ keysym }) => keysym === 'z'.charCodeAt(0)));
    there.say({ say: 'time', ends: null });
    there.say({ say: 'time-answer', minutes: 15 });
    await page.getByText('You are given 15 more minutes.').waitFor();
    await page.getByText(/^Your time is over/).waitFor({ state: 'detached' });
    there.say({ say: 'time', ends: { why: 'longest', remainingMs: 59_000, request: 'refused' } });
    await page.getByText('You are not given more time.').waitFor();
    there.free({ reason: 'session', cause: 'time-over', user: 'anna' });
    await page.getByText(/^The time of anna is over/).waitFor();
    await page.getByText(/^Your time is over/).waitFor({ state: 'detached' });
    await page.close();
  });

  test('more time is asked for by the keyboard alone, which then is in the desktop again', async () => {
    await using gateway = await StationGateway.start(room.folder);
    const { page, there } = await onDesktop(gateway);
    const typed = async (letter: string): Promise<void> => {
      await page.keyboard.press(letter);
      await gateway.desktops[0]?.until(({ keys }) => keys.some(({ keysym }) => keysym === letter.charCodeAt(0)));
    };
    const ask = page.getByRole('button', { name: 'Ask for more time' });
    there.say({ say: 'time', ends: { why: 'longest', remainingMs: 287_000, request: 'none' } });
    await ask.focus();
    there.say({ say: 'time', ends: { why: 'longest', remainingMs: 227_000, request: 'none' } });
    await page.getByText(/^Your time is over in 4 minutes/).waitFor();
    assert.ok(await ask.evaluate((element) => element === document.activeElement), 'the button lost the keyboard');
    await page.keyboard.press('Enter');
    await there.next('ask-time');
    await typed('q');
    there.say({ say: 'time', ends: { why: 'longest', remainingMs: 200_000, request: 'none' } });
    await ask.focus();
    there.say({ say: 'time', ends: null });
    await ask.waitFor({ state: 'detached' });
    await typed('w');
    await page.close();
  });

  for (const [locale, widthPx] of [
    ['fr-FR', 1280],
    ['en-GB', 390],
  ] as const)
    test(`both fit the screen (${locale}, ${widthPx} px)`, async () => {
      await using gateway = await StationGateway.start(room.folder);
      const { page, there } = await onDesktop(gateway, { locale, widthPx });
      for (const why of ['longest', 'idle'] as const) {
        there.say({ say: 'time', ends: { why, remainingMs: 90_000, request: 'none' } });
        const banner = page.getByRole('timer').filter({ hasText: why === 'idle' ? /suspend/ : /time is over|temps sera écoulé/ });
        await banner.waitFor();
        const box = await banner.boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= widthPx, JSON.stringify(box));
        assert.deepEqual(await axeFaults(page), []);
        await keepPicture(page, `time-${why}-${locale}-${widthPx}`);
      }
      await page.close();
    });
});
