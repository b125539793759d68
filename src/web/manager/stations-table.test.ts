// The Stations table in a real browser: thousands of rows, order, filters, groups, columns, choosing by keyboard, the address.
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { plainConfiguration } from '#model/station.ts';
import { Browser } from '../../../test/e2e/browser.ts';
import { eventually } from '../../../test/e2e/eventually.ts';
import {
  FakeGateway,
  Refusal,
  makeComputer,
  makePrincipal,
  makeSession,
  makeStation,
} from '../../../test/support/fake-gateway.ts';
import { manyStations } from '../../../test/support/many-stations.ts';
import { axeFaults, complaintsOf } from '../../../test/support/page-checks.ts';
import { builtPages } from '../../../test/support/pages.ts';

const fault = { at: Date.now() - 3_600_000, bytes: 96 * 2 ** 20, programs: ['Mousepad'], fault: 'image-damaged' };
const row = (page: Page, name: RegExp) => page.getByRole('row', { name });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

/** Nothing fades in any more: colours are as they stay. */
const still = (page: Page): Promise<void> =>
  page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished),
    ).then(() => undefined),
  );

/** The names of the stations, or of users at none, that are shown, from the top. */
const shownNames = (page: Page): Promise<string[]> =>
  page.locator('[role="row"][aria-selected]:not([data-key^="computer:"]) [role="gridcell"]:nth-child(2)').allTextContents();

function furnish(gateway: FakeGateway): void {
  gateway.principal = makePrincipal('ada', 'administrator');
  gateway.computers = [makeComputer('classroom'), makeComputer('library')];
  gateway.stations = [
    makeStation('s2', 'Station 2', 'classroom', { latencyMs: 9, configuration: { ...plainConfiguration, room: 'Room 12' } }),
    makeStation('s10', 'Station 10', 'library', { configuration: { ...plainConfiguration, room: 'Room 7' } }),
    makeStation('s1', 'Station 1', 'classroom', { configuration: { ...plainConfiguration, room: 'Room 12' } }),
    makeStation('s3', 'Station 3', 'classroom', { online: false }),
  ];
  gateway.sessions = [
    makeSession('a', 'anna', 'classroom', 's2', { fullName: 'Anna Keller' }),
    makeSession('b', 'ben', 'library', 's10', { state: 'locked' }),
    makeSession('c', 'chloe', 'library', null),
    makeSession('d', 'david', 'classroom', null, { state: 'hibernated', saved: fault }),
  ];
}

describe('the Stations table', () => {
  let pages: string;
  let gateway: FakeGateway;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  before(async () => {
    pages = await builtPages();
  });
  beforeEach(async () => {
    gateway = await FakeGateway.start(pages);
    furnish(gateway);
    browser = await Browser.open({ widthPx: 1500 });
    page = browser.page;
    page.setDefaultTimeout(10_000);
    complaints = complaintsOf(page);
  });
  afterEach(async () => {
    await browser[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    assert.deepEqual(complaints, []);
  });

  const showing = (names: readonly string[]): Promise<void> =>
    eventually(`the lines are ${names.join(', ')}`, 10_000, async () => {
      assert.deepEqual(await shownNames(page), names);
      return true;
    }).then(() => undefined);

  test('is sorted by a press on a column, turned by the next, and kept in the address over a reload', async () => {
    await page.goto(gateway.url('/manager/stations?group=none'));
    await showing(['Station 1', 'Station 2', 'Station 10', 'At no station', 'At no station']);
    await button(page, 'User').click();
    await showing(['Station 2', 'Station 10', 'At no station', 'At no station', 'Station 1']);
    await page.getByRole('columnheader', { name: 'User' }).and(page.locator('[aria-sort="ascending"]')).waitFor();
    await button(page, 'User').click();
    await showing(['At no station', 'At no station', 'Station 10', 'Station 2', 'Station 1']);
    await page.waitForURL(/\/manager\/stations\?sort=user&order=down&group=none$/);
    await page.reload();
    await showing(['At no station', 'At no station', 'Station 10', 'Station 2', 'Station 1']);
    // The tabs bring it back too.
    await page.getByRole('tab', { name: 'Home' }).click();
    await page.getByRole('tab', { name: 'Stations' }).click();
    await page.waitForURL(/sort=user&order=down&group=none$/);
  });

  test('is filtered by status, room and words, each taken back by a press', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Filter').click();
    await page.getByRole('menuitemcheckbox', { name: 'Locked', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Suspended (saved)', exact: true }).click();
    await page.keyboard.press('Escape');
    await showing(['At no station', 'Station 10']);
    await page.getByText('2 of 5 lines', { exact: true }).waitFor();
    await button(page, 'Do not filter by “Locked”').click();
    await showing(['At no station']);
    await button(page, 'Show everything again').click();
    await showing(['Station 1', 'Station 2', 'At no station', 'Station 10', 'At no station']);
    await button(page, 'Filter').click();
    await page.getByRole('menuitemcheckbox', { name: 'Room 12', exact: true }).click();
    await page.keyboard.press('Escape');
    await showing(['Station 1', 'Station 2']);
    await page.getByRole('searchbox').fill('keller');
    await showing(['Station 2']);
    await page.getByRole('searchbox').fill('nobody of this name');
    await page.getByText('Nothing matches “nobody of this name”.').waitFor();
    // What is not shown is not chosen either, so that no task concerns it.
    await button(page, 'Show everything again').click();
    await row(page, /Station 1 /)
      .getByRole('gridcell')
      .nth(1)
      .click();
    await page.getByRole('heading', { name: 'Station 1 tasks' }).waitFor();
    await page.getByRole('searchbox').fill('anna');
    await page.getByRole('heading', { name: 'Station 1 tasks' }).waitFor({ state: 'detached' });
  });

  test('has given views, and keeps those of the person by name', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Views').click();
    await page.getByRole('menuitem', { name: 'Suspended and saved' }).click();
    await showing(['At no station', 'At no station']);
    await page.waitForURL(/status=suspended%2Csaved&sort=since&group=none&all=yes$/);
    await button(page, 'Views').click();
    await page.getByRole('menuitem', { name: 'Needs attention' }).click();
    await row(page, /david/).waitFor();
    await showing(['At no station']);
    await button(page, 'Show everything again').click();
    await page.getByRole('searchbox').fill('anna');
    await button(page, 'User').click();
    await button(page, 'Views').click();
    await page.getByRole('menuitem', { name: 'Keep this view…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Keep this view' });
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Anna');
    gateway.answer(/^POST \/views$/, () => {
      throw new Refusal('too-many');
    });
    await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
    await dialog.getByText('There are too many of these already. Remove some first.').waitFor();
    gateway.answer(/^POST \/views$/, ({ body }) => {
      gateway.views = [{ id: 'a'.repeat(16), name: String(body['name']), query: String(body['query']) }];
      return gateway.views[0];
    });
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(gateway.calls.at(-1)?.body, { name: 'Anna', query: 'search=anna&sort=user&all=yes' });
    await page.goto(gateway.url('/manager/stations?group=none&status=locked'));
    await showing(['Station 10']);
    await button(page, 'Views').click();
    await page.getByRole('menuitem', { name: 'Anna' }).click();
    await showing(['Station 2']);
    await button(page, 'Views').click();
    await page.getByRole('menuitem', { name: 'Keep this view…' }).click();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('ANNA');
    await dialog.getByText('Replaces the view of this name.').waitFor();
    await dialog.getByRole('button', { name: 'Remove the view Anna' }).click();
    await dialog.getByRole('listitem').waitFor({ state: 'detached' });
    assert.deepEqual(gateway.views, []);
  });

  test('is grouped by room, whose line chooses all in it; columns come and go', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Arrange').click();
    await page.getByRole('menuitemradio', { name: 'By room' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Room', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Programs at risk' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Room' }).waitFor();
    await page.getByRole('columnheader', { name: 'Programs at risk' }).waitFor({ state: 'detached' });
    await showing(['Station 10', 'Station 1', 'Station 2', 'At no station', 'At no station']);
    await row(page, /^Room 12 2 stations 1 person/).click();
    await page.getByRole('heading', { name: '2 lines chosen' }).waitFor();
    await row(page, /^No room/).focus();
    await page.keyboard.press('Space');
    await button(page, 'Hibernate (1)').waitFor();
  });

  test('draws only what is in sight of 5,000 stations, and reaches every line by the keyboard', async () => {
    gateway.computers = [makeComputer('classroom')];
    Object.assign(gateway, manyStations(5000, ['classroom']));
    await page.goto(gateway.url('/manager/stations?all=yes'));
    await row(page, /Station 1 user1 /).waitFor();
    const drawn = (): Promise<number> => page.locator('[role="row"]').count();
    assert.ok((await drawn()) < 80, `${await drawn()} lines are drawn`);
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '5002');
    await row(page, /Station 1 user1 /).focus();
    await page.keyboard.press('End');
    await page.getByRole('heading', { name: 'Station 5000 tasks' }).waitFor();
    const last = page.locator('[role="row"]:focus');
    const reached = (index: number): Promise<boolean> =>
      eventually(`line ${index} has the focus`, 10_000, async () =>
        (await last.getAttribute('aria-rowindex')) === String(index) ? true : null,
      );
    await reached(5002);
    const box = await last.boundingBox();
    assert.ok(
      box !== null && box.y >= 0 && box.y + box.height <= 800,
      `the line that has the focus is at ${JSON.stringify(box)}`,
    );
    await page.keyboard.press('ArrowUp');
    await page.getByRole('heading', { name: 'Station 4999 tasks' }).waitFor();
    await page.keyboard.press('Shift+PageUp');
    await page.getByRole('heading', { name: '11 lines chosen' }).waitFor();
    await page.keyboard.press('Control+a');
    await page.getByRole('heading', { name: '5,000 lines chosen' }).waitFor();
    await button(page, 'Suspend (2000)').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: /chosen/ }).waitFor({ state: 'detached' });
    // The line with the focus is kept while the rest is scrolled away.
    const focused = await last.getAttribute('data-key');
    await page.evaluate(() => scrollTo(0, 0));
    await row(page, /Station 1 user1 /).waitFor();
    assert.equal(await last.getAttribute('data-key'), focused);
    await page.keyboard.press('Home');
    await reached(2);
    // A line far away changes, is searched, and is there.
    const far = gateway.sessions.find(({ user }) => user === 'user4997');
    gateway.changeSession(far?.id ?? '', { state: 'suspended', station: null });
    await page.getByRole('searchbox').fill('user4997');
    await row(page, /At no station user4997 .*Suspended/).waitFor();
  });

  for (const language of ['en', 'fr']) {
    test(`has no accessibility fault with its menus open, in columns and as cards (${language})`, async () => {
      await page.addInitScript((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
      await page.goto(gateway.url('/manager/stations?group=room&status=locked,logged-on,saved,free'));
      await showing(['Station 10', 'Station 1', 'Station 2', language === 'en' ? 'At no station' : 'À aucune station']);
      assert.deepEqual(await axeFaults(page), []);
      for (const name of language === 'en' ? [/^Filter/, /^Arrange/] : [/^Filtrer/, /^Disposer/]) {
        await page.getByRole('button', { name }).first().click();
        await page.getByRole('menu').waitFor();
        await still(page);
        // Fluent draws a menu beside the page's landmarks, for whoever has opened it.
        const faults = (await axeFaults(page)).filter((each) => !each.startsWith('region: '));
        assert.deepEqual(faults, []);
        await page.keyboard.press('Escape');
        await page.getByRole('menu').waitFor({ state: 'detached' });
      }
      await page.setViewportSize({ width: 390, height: 800 });
      await row(page, /anna/).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(overflows, false);
    });
  }
});
