// The Stations table in a real browser: thousands of rows, order, filters, groups, columns, choosing by keyboard, the address.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { plainConfiguration } from '#model/station.ts';
import { eventually } from '../../../test/e2e/eventually.ts';
import { Refusal, makeComputer, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { manyStations } from '../../../test/support/many-stations.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults } from '../../../test/support/page-checks.ts';

const fault = { at: Date.now() - 3_600_000, bytes: 96 * 2 ** 20, programs: ['Mousepad'], fault: 'image-damaged' };
const row = (page: Page, name: RegExp) => page.getByRole('row', { name });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

/** The names of the stations, or of users at none, that are shown, from the top. */
const shownNames = (page: Page): Promise<string[]> =>
  page.locator('[role="row"][aria-selected]:not([data-key^="computer:"]) [role="gridcell"]:nth-child(2)').allTextContents();

function furnish(gateway: FakeGateway): void {
  gateway.principal = makePrincipal('ada', 'administrator');
  gateway.computers = [makeComputer('classroom'), makeComputer('library')];
  gateway.stations = [
    makeStation('s2', 'Station 2', 'classroom', { latencyMs: 9, configuration: { ...plainConfiguration, room: 'Room 12' } }),
    makeStation('s10', 'Station 10', 'library', {
      configuration: { ...plainConfiguration, room: 'Room 7', autoLogon: 'kiosk' },
    }),
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
  const room = managerRoom({ widthPx: 1500 });
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    furnish(gateway);
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
    await page.getByRole('menuitemcheckbox', { name: 'Auto-logon' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Auto-logon' }).waitFor();
    await row(page, /Station 10 .*kiosk/).waitFor();
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

  test('tells all about the chosen line, what was done before, and sums up several', async () => {
    const two = gateway.stations[0];
    assert.ok(two !== undefined);
    const anna = gateway.sessions[0]?.id ?? '';
    const program = { program: 'Firefox', fate: 'reopened', reason: 'sandbox' } as const;
    gateway.checks = { classroom: [{ session: anna, user: 'anna', atRisk: [program] }] };
    gateway.unsaved[anna] = [{ program: 'Mousepad', title: '*letter.txt' }];
    const entry = { at: Date.now() - 600_000, actor: 'anna', address: '192.0.2.17', outcome: 'done', details: {} };
    gateway.audit = [
      { ...entry, number: 1, action: 'station.sign-in', target: 'Station 7' },
      { ...entry, number: 2, action: 'station.sign-in', target: 'Station 2', at: Date.now() - 60_000 },
      { ...entry, number: 3, action: 'session.keep', actor: 'ada', target: 'anna' },
      { ...entry, number: 4, action: 'station.identify', actor: 'ada', target: 'Station 2' },
      { ...entry, number: 5, action: 'session.suspend', actor: 'ada', target: 'ben' },
    ];
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 2 /).focus();
    await page.keyboard.press('Enter');
    const details = page.getByRole('region', { name: 'Details of Station 2', exact: true });
    await details.getByText('anna (Anna Keller)', { exact: true }).waitFor();
    await details.getByText('Good (9 ms)', { exact: true }).waitFor();
    await details.getByText('Room 12', { exact: true }).waitFor();
    await details.getByText('1920 × 1080', { exact: true }).waitFor();
    await details.getByText('192.0.2.17', { exact: true }).waitFor();
    await details.getByText('Firefox', { exact: true }).waitFor();
    await details.getByText('It is closed and opened again with its tabs.').waitFor();
    await details.getByText('*letter.txt').waitFor();
    await details.getByText(/^Station 7, /).waitFor();
    const history = details.getByRole('region', { name: 'History' });
    await history.getByRole('listitem').nth(3).waitFor();
    assert.deepEqual(
      (await history.getByRole('listitem').locator('span:first-child').allTextContents()).filter((text) => text.includes('–')),
      [
        'Identified a station – Station 2',
        'Took a log-off back – anna',
        'Signed in at a station – Station 2',
        'Signed in at a station – Station 7',
      ],
    );
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');
    assert.equal(await focused(), 'Details of Station 2');
    assert.deepEqual(await axeFaults(page), []);
    // It is kept current, and follows what is chosen.
    gateway.changeStation(two.id, { latencyMs: 220 });
    await details.getByText('Poor (220 ms)', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-key')), two.id);
    await page.getByRole('heading', { name: 'Station 2 tasks' }).waitFor();
    await button(page, 'Details').click();
    await details.waitFor();
    await row(page, /Station 10 /)
      .getByRole('gridcell')
      .nth(1)
      .click();
    await page.getByRole('region', { name: 'Details of Station 10', exact: true }).waitFor();
    await row(page, /Station 2 /)
      .getByRole('gridcell')
      .nth(1)
      .click({ modifiers: ['Control'] });
    const summary = page.getByRole('region', { name: 'Details of 2 lines', exact: true });
    await summary.getByText('Locked', { exact: true }).waitFor();
    await summary.getByText('Logged on', { exact: true }).waitFor();
    await summary.getByText('2 people', { exact: true }).waitFor();
    await button(page, 'Close the details').click();
    await summary.waitFor({ state: 'detached' });
    // What opened them is gone: the focus is at the line that Tab reaches.
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'row');
    await row(page, /Station 2 /)
      .getByRole('gridcell')
      .nth(1)
      .click();
    await button(page, 'Details').click();
    await details.getByRole('link', { name: 'All of it' }).click();
    await page.waitForURL(/\/manager\/activity\?search=anna$/);
    await page.getByRole('row', { name: /Took a log-off back/ }).waitFor();
    await page.getByRole('row', { name: /ben/ }).waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('searchbox').inputValue(), 'anna');
  });

  for (const language of ['en', 'fr']) {
    test(`shows the details as a sheet on a narrow screen, which Escape closes (${language})`, async () => {
      await page.addInitScript((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
      await page.setViewportSize({ width: 390, height: 800 });
      await page.goto(gateway.url('/manager/stations'));
      await row(page, /Station 2 /).focus();
      await page.keyboard.press('Enter');
      const sheet = page.getByRole('dialog', {
        name: language === 'en' ? 'Details of Station 2' : 'Détails de Station 2',
        exact: true,
      });
      await sheet.getByText(language === 'en' ? 'Good (9 ms)' : 'Bonne (9 ms)', { exact: true }).waitFor();
      await sheet.getByRole('link').waitFor();
      assert.deepEqual(await axeFaults(page), []);
      const box = await sheet.boundingBox();
      assert.ok(box !== null && box.x === 0 && box.y === 0 && box.width === 390 && box.height === 800, JSON.stringify(box));
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
      const key = gateway.stations[0]?.id;
      await page.locator(`[data-key="${key}"]:focus`).waitFor();
    });
  }

  for (const language of ['en', 'fr']) {
    test(`has no accessibility fault with its menus open, in columns and as cards (${language})`, async () => {
      await page.addInitScript((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
      await page.goto(gateway.url('/manager/stations?group=room&status=locked,logged-on,saved,free'));
      await showing(['Station 10', 'Station 1', 'Station 2', language === 'en' ? 'At no station' : 'À aucune station']);
      assert.deepEqual(await axeFaults(page), []);
      for (const name of language === 'en' ? [/^Filter/, /^Arrange/] : [/^Filtrer/, /^Disposer/]) {
        await page.getByRole('button', { name }).first().click();
        await page.getByRole('menu').waitFor();
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
