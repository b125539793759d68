// Raising a hand on the station page, in a real browser.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';
import { stationBrowser } from '../../../test/support/station-browser.ts';
import { StationGateway } from '../../../test/support/station-gateway.ts';

describe('a raised hand at a station', () => {
  const room = stationBrowser();

  test('is offered where there is somebody to help, shown while it is up, taken down, and who has seen it is told; in French, too', async () => {
    await using gateway = await StationGateway.start(room.folder);
    gateway.welcome = (welcomed) => welcomed.desktop('good');
    const page = await room.browser.newPage({ viewport: { width: 390, height: 700 }, locale: 'fr-FR' });
    page.setDefaultTimeout(10_000);
    await page.goto(gateway.url);
    const there = await gateway.page();
    await page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);
    const raise = page.getByRole('button', { name: 'Lever la main' });
    await page.keyboard.press('Control+Alt+Shift');
    await page.getByRole('button', { name: 'Verrouiller' }).waitFor();
    assert.equal(await raise.count(), 0);
    there.say({ say: 'hand', up: false, by: null });
    await raise.waitFor();
    await page.keyboard.press('End');
    assert.equal(await raise.evaluate((button) => button === document.activeElement), true);
    await keepPicture(page, 'hand-toolbar');
    await page.keyboard.press('Enter');
    assert.deepEqual(await there.next('hand'), { say: 'hand', up: true });
    there.say({ say: 'hand', up: true, by: null });
    await page.getByText('Votre main est levée').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'hand-up');
    await page.keyboard.press('Control+Alt+Shift');
    await page.getByRole('button', { name: 'Baisser la main' }).click();
    assert.deepEqual(await there.next('hand'), { say: 'hand', up: false });
    there.say({ say: 'hand', up: false, by: 'Théo Maître' });
    await page.getByText('Théo Maître a vu votre main levée.').waitFor();
    await page.getByText('Votre main est levée').waitFor({ state: 'detached' });
    await page.close();
  });
});
