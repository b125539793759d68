// Blocking from the Dashboard, with real desktops, and what pupils try against it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signInAtStation } from '../browser.ts';
import type { Classroom } from './classroom.ts';

export function blocking(room: () => Classroom): void {
  test('one is blocked, then all; no reload, second tab or other station gets round it, and everything goes on afterwards', async () => {
    const classroom = room();
    const before = await classroom.sessions();
    await classroom.choose(1);
    await classroom.task('Block', 'Block selected');
    await classroom.shows(1, 'covered');
    await classroom.pupil(1).page.getByRole('heading', { name: 'Station blocked' }).waitFor();
    assert.equal((await classroom.sessionOf(1)).state, 'active');
    assert.equal((await classroom.sessionOf(0)).cover, undefined);
    const { page, account } = classroom.pupil(1);
    for (const key of ['Escape', 'F11', 'Control+Alt+Shift', 'Alt+Tab', 'Meta', 'Enter']) await page.keyboard.press(key);
    await page.setViewportSize({ width: 900, height: 600 });
    await page.reload();
    await classroom.shows(1, 'covered');
    assert.equal(await page.locator('.picture canvas').count(), 0);
    const elsewhere = await classroom.anotherPage();
    await elsewhere.goto(classroom.product.urls.station);
    await signInAtStation(elsewhere, account.name, account.password);
    await elsewhere.waitForFunction(() => document.documentElement.dataset['view'] === 'covered');
    await elsewhere.context().close();
    await signInAtStation(page, account.name, account.password);
    await classroom.shows(1, 'covered');
    await classroom.task('Block', 'Block all');
    for (const number of classroom.pupils.keys()) await classroom.shows(number, 'covered');
    await classroom.task('Block', 'Unblock all');
    for (const number of classroom.pupils.keys()) await classroom.shows(number, 'desktop');
    const after = await classroom.sessions();
    assert.deepEqual(after.map(({ id }) => id).toSorted(), before.map(({ id }) => id).toSorted());
    assert.ok(after.every(({ cover }) => cover === undefined));
  });
}
