// The sign-in page of a station that signs an account in by itself, in a real browser.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';
import { stationBrowser } from '../../../test/support/station-browser.ts';
import { StationGateway, computer, station } from '../../../test/support/station-gateway.ts';

describe('a station that signs an account in by itself', () => {
  const room = stationBrowser();

  async function open(gateway: StationGateway, inMs: number | null, locale = 'en-GB'): Promise<Page> {
    gateway.welcome = (there) =>
      there.say({
        say: 'free',
        station,
        computer,
        because: { reason: 'session', cause: 'signed-out', user: 'anna' },
        autoLogon: { user: 'anna', inMs },
      });
    const page = await room.browser.newPage({ viewport: { width: 1280, height: 800 }, locale });
    page.setDefaultTimeout(10_000);
    await page.goto(gateway.url);
    return page;
  }

  test('counts down, and stops as soon as somebody types; the button signs in at once', async () => {
    await using gateway = await StationGateway.start(room.folder);
    const page = await open(gateway, 30_000);
    const there = await gateway.page();
    const words = page.getByText(/anna is signed in in (30|29|28) seconds\. Type to sign in as somebody else\./);
    await words.waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'auto-logon');
    await page.getByRole('textbox', { name: 'User name' }).fill('b');
    assert.equal((await there.next('auto-logon')).now, false);
    await words.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Sign in as anna' }).click();
    assert.equal((await there.next('auto-logon')).now, true);
    await page.close();
  });

  test('in French, without a countdown, there is only the button', async () => {
    await using gateway = await StationGateway.start(room.folder);
    const page = await open(gateway, null, 'fr-FR');
    await page.getByRole('button', { name: 'Se connecter en tant que anna' }).waitFor();
    assert.equal(await page.getByText(/sera connecté dans/).isVisible(), false);
    assert.deepEqual(await axeFaults(page), []);
    await page.close();
  });

  test('SHIFT while disconnecting asks for the sign-in page, and nothing else does', async () => {
    await using gateway = await StationGateway.start(room.folder);
    gateway.welcome = (there) => there.desktop('good');
    const page = await room.browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(10_000);
    await page.goto(gateway.url);
    const there = await gateway.page();
    await page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);
    const disconnect = page.getByRole('button', { name: 'Disconnect' });
    await page.keyboard.press('Control+Alt+Shift');
    await disconnect.click({ modifiers: ['Shift'] });
    assert.equal((await there.next('disconnect')).signInPage, true);
    await page.keyboard.press('Control+Alt+Shift');
    await disconnect.click();
    assert.equal((await there.next('disconnect')).signInPage, undefined);
    await page.close();
  });
});
