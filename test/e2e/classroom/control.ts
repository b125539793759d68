// Taking control from the Dashboard: a real teacher's page at a real desktop, the mark at the station, and an attempt to hide it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { axeFaults, keepPicture } from '../../support/page-checks.ts';
import { findCounter, placeCounter, startCounter } from '../counter.ts';
import { eventually } from '../eventually.ts';
import type { Classroom } from './classroom.ts';

/** As in station.css. */
const frameColour = [0xd8, 0x3b, 0x01];

async function colourAtEdge(page: Page): Promise<number[]> {
  const shot = await page.screenshot({ clip: { x: 0, y: 300, width: 2, height: 2 } });
  return [...(await sharp(shot).removeAlpha().raw().toBuffer()).subarray(0, 3)];
}

const sizeOf = async (page: Page): Promise<string> =>
  await page.locator('.live canvas').evaluate((canvas: HTMLCanvasElement) => `${canvas.width}×${canvas.height}`);

export function control(room: () => Classroom): void {
  test('the teacher uses the desktop of a pupil, who sees who it is for as long as it lasts, whatever the session does', async () => {
    const classroom = room();
    const { dashboard } = classroom;
    const { account, page } = classroom.pupil(0);
    await placeCounter(account);
    const size = await sizeOf(page);
    await classroom.choose(0);
    await dashboard.getByRole('button', { name: 'Take control', exact: true }).click();
    const view = dashboard.getByRole('dialog', { name: /Desktop of/ });
    await view.getByText(/You see and use this desktop/).waitFor();
    await page.getByText(/sees and uses this desktop/).waitFor();
    // What is typed here arrives there, Escape included.
    await startCounter(dashboard, account);
    await dashboard.keyboard.press('Escape');
    assert.ok(await view.isVisible());
    assert.equal(await sizeOf(page), size, 'the teacher’s window does not change the size of the desktop');
    // The terminal fills all that the session has.
    await dashboard.keyboard.press('F11');
    await eventually('the frame is above the terminal', 10_000, async () =>
      String(await colourAtEdge(page)) === String(frameColour) ? true : undefined,
    );
    await keepPicture(page, 'control-station');
    await keepPicture(dashboard, 'control-teacher');
    assert.deepEqual(await axeFaults(dashboard), []);
    // By keyboard out of the desktop, to Stop.
    for (const key of ['Control', 'Alt', 'Shift']) await dashboard.keyboard.down(key);
    for (const key of ['Shift', 'Alt', 'Control']) await dashboard.keyboard.up(key);
    await eventually('the keyboard is at Stop', 5_000, async () =>
      (await view.getByRole('button', { name: 'Stop' }).evaluate((button) => button === document.activeElement))
        ? true
        : undefined,
    );
    await dashboard.keyboard.press('Enter');
    await view.waitFor({ state: 'detached' });
    await page.locator('.control-bar').waitFor({ state: 'hidden' });
    assert.notEqual(String(await colourAtEdge(page)), String(frameColour));
    assert.notEqual(await findCounter(account.uid), null, 'what runs in the session goes on');
  });

  test('asked, the pupil says yes, and ends it; the setting refuses it to everybody', async () => {
    const classroom = room();
    const { dashboard, product } = classroom;
    const { page } = classroom.pupil(1);
    await product.api.call('changeSettings', { body: { takeControl: 'ask' } });
    await classroom.choose(1);
    await dashboard.getByRole('button', { name: 'Take control', exact: true }).click();
    const view = dashboard.getByRole('dialog', { name: /Desktop of/ });
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await view.getByText(/You see and use this desktop/).waitFor();
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await view.getByText('The person at the desktop ended it.').waitFor();
    await product.api.call('changeSettings', { body: { takeControl: 'refuse' } });
    await view.getByRole('button', { name: 'Connect again' }).click();
    await view.getByText('The settings do not allow anybody to take control of this desktop.').waitFor();
    await view.getByRole('button', { name: 'Close' }).click();
    await product.api.call('changeSettings', { body: { takeControl: 'notify' } });
  });
}
