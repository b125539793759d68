// Raising a hand, with real desktops: from the toolbar to the Dashboard and back.
import { test } from 'node:test';
import type { Classroom } from './classroom.ts';

export function hands(room: () => Classroom): void {
  test('a hand goes up, is seen with since when, over a reload of the station, and is taken down by the teacher or by signing out', async () => {
    const classroom = room();
    const { dashboard, product } = classroom;
    const { page, account } = classroom.pupil(2);
    await dashboard.goto(product.urls.dashboard);
    await page.keyboard.press('Control+Alt+Shift');
    await page.getByRole('button', { name: 'Raise hand' }).click();
    await page.getByText('Your hand is up').waitFor();
    const takeDown = dashboard.getByRole('button', { name: /^Take down the hand of / });
    await takeDown.waitFor();
    await page.reload();
    await classroom.shows(2, 'desktop');
    await page.getByText('Your hand is up').waitFor();
    await takeDown.click();
    await page.getByText(/has seen your raised hand/).waitFor();
    await page.getByText('Your hand is up').waitFor({ state: 'detached' });
    await takeDown.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Alt+Shift');
    await page.getByRole('button', { name: 'Raise hand' }).click();
    await takeDown.waitFor();
    const { id } = await classroom.sessionOf(2);
    await product.api.call('logOffSession', { params: { id }, body: { seconds: 0 } });
    await takeDown.waitFor({ state: 'detached' });
    await classroom.shows(2, 'sign-in');
    await dashboard.getByRole('checkbox', { name: account.name }).waitFor({ state: 'detached' });
  });
}
