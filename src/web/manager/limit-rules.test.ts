// The limits of groups and stations in the Manager, in a real browser: written, changed, removed, and shown with where they come from.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  Refusal,
  idOf,
  makeComputer,
  makePerson,
  makePrincipal,
  makeSession,
  makeStation,
} from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';

describe('limits of groups and stations', () => {
  const room = managerRoom({ widthPx: 1280, heightPx: 900 });
  let page: Page;
  let gateway: FakeGateway;

  beforeEach(() => {
    ({ gateway, page } = room);
    gateway.principal = makePrincipal('ada', 'administrator');
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [makeStation('s1', 'Station 1', 'classroom')];
    gateway.sessions = [makeSession('a1', 'anna', 'classroom', 's1')];
  });

  test('are written for a group, changed, and removed', async () => {
    await page.goto(gateway.url('/manager/home'));
    await page.getByRole('button', { name: 'Add limits…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Linux group' }).fill('pupils');
    await dialog.getByRole('checkbox', { name: 'Suspended without input after (minutes)' }).check();
    await dialog.getByRole('spinbutton', { name: 'Suspended without input after (minutes)' }).fill('-4');
    await page.keyboard.press('Tab');
    await dialog.getByText('From 0 to 1440.').waitFor();
    await dialog.getByRole('spinbutton', { name: 'Suspended without input after (minutes)' }).fill('10');
    await page.keyboard.press('Tab');
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'limits-dialog');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const card = page.getByRole('group', { name: 'pupils' });
    await card.getByText('10 minutes').waitFor();
    assert.deepEqual(gateway.calls.at(-1)?.body, { scope: 'group', of: 'pupils', values: { idleSuspendMinutes: 10 } });

    await card.getByRole('button', { name: 'Change…' }).click();
    await dialog.getByRole('checkbox', { name: 'Longest time at stations (minutes)' }).check();
    await dialog.getByRole('spinbutton', { name: 'Longest time at stations (minutes)' }).fill('60');
    await page.keyboard.press('Tab');
    await dialog.getByRole('checkbox', { name: 'Suspended, logged off after (hours)' }).check();
    await dialog.getByRole('spinbutton', { name: 'Suspended, logged off after (hours)' }).fill('1');
    await page.keyboard.press('Tab');
    await dialog.getByRole('checkbox', { name: 'Suspended without input after (minutes)' }).uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await card.getByText('60 minutes').waitFor();
    await card.getByText('1 hour', { exact: true }).waitFor();
    await card.getByText('10 minutes').waitFor({ state: 'detached' });
    assert.deepEqual(gateway.calls.at(-1)?.body['was'], { idleSuspendMinutes: 10 });
    await card.scrollIntoViewIfNeeded();
    await keepPicture(page, 'limits-rules');

    await card.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await card.waitFor({ state: 'detached' });
    assert.deepEqual(gateway.limitRules, []);
  });

  test('for a station; a refusal keeps the dialogue with its reason', async () => {
    await page.goto(gateway.url('/manager/home'));
    await page.getByRole('button', { name: 'Add limits…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Linux group' }).fill('pupls');
    await dialog.getByRole('checkbox', { name: 'Most processes' }).check();
    gateway.answer(/^PATCH \/limits$/, ({ body }) => {
      if (body['scope'] === 'group') throw new Refusal('group-not-found');
      gateway.limitRules = [
        { scope: 'station', of: idOf('s1'), name: 'Station 1', exists: true, values: { sessionProcesses: 500 } },
      ];
      return { rules: gateway.limitRules };
    });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('There is no such group on the computer. Check how it is written.').waitFor();
    await dialog.getByRole('radio', { name: 'a station' }).check();
    await dialog.getByRole('combobox', { name: 'Station' }).selectOption('Station 1');
    await dialog.getByRole('spinbutton', { name: 'Most processes' }).fill('500');
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('group', { name: 'Station 1' }).getByText('500').waitFor();
    assert.deepEqual(gateway.calls.at(-1)?.body, { scope: 'station', of: idOf('s1'), values: { sessionProcesses: 500 } });
  });

  test('the details of a session say what holds for it and why, and give it more time', async () => {
    gateway.settings = { ...gateway.settings, longestSessionMinutes: 60 };
    gateway.limitRules = [
      { scope: 'group', of: 'pupils', name: 'pupils', exists: true, values: { idleSuspendMinutes: 10 } },
      { scope: 'station', of: idOf('s1'), name: 'Station 1', exists: true, values: { sessionProcesses: 500 } },
    ];
    gateway.leftMs = 12 * 60_000;
    gateway.answer(/^POST \/sessions\/\w+\/extend$/, ({ body }) => {
      gateway.leftMs = (12 + Number(body['minutes'])) * 60_000;
      return { leftMs: gateway.leftMs };
    });
    const asked = Promise.withResolvers<void>();
    await page.route('**/sessions/*/limits', async (route) => {
      await asked.promise;
      await route.continue();
    });
    await page.goto(gateway.url('/manager/stations'));
    await page.getByRole('row', { name: /anna/ }).getByRole('gridcell').nth(1).click();
    await page.getByRole('button', { name: 'Details' }).click();
    const part = page.getByRole('region', { name: 'Limits', exact: true });
    await part.getByText('Loading…').waitFor();
    asked.resolve();
    await part.getByText('10 minutes (from the group pupils)').waitFor();
    await part.getByText('500 (from the station Station 1)').waitFor();
    await part.getByText('60 minutes (from the settings)').waitFor();
    await part.getByText('12 minutes of its time are left.').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await part.scrollIntoViewIfNeeded();
    await keepPicture(page, 'limits-details');
    await part.getByRole('button', { name: 'Give more time' }).click();
    await part.getByText('27 minutes of its time are left.').waitFor();
  });

  test('the limits of a person are shown in Users', async () => {
    gateway.limitRules = [{ scope: 'group', of: 'pupils', name: 'pupils', exists: false, values: { idleSuspendMinutes: 10 } }];
    gateway.accounts = [makePerson('anna', 'standard', { fullName: 'Anna' })];
    await page.goto(gateway.url('/manager/users'));
    await page.getByRole('button', { name: 'Tasks for anna' }).click();
    await page.getByRole('menuitem', { name: 'Show limits…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('10 minutes (from the group pupils)').waitFor();
    await dialog.getByText('60 seconds (default)').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'limits-user');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.goto(gateway.url('/manager/home'));
    await page.getByText('There is no such group on the computer any more, so nobody is in it.').waitFor();
  });

  for (const [locale, widthPx, dark] of [
    ['fr-FR', 1280, true],
    ['en-GB', 390, false],
  ] as const)
    test(`fit the screen (${locale}, ${widthPx} px)`, async () => {
      gateway.limitRules = [
        {
          scope: 'group',
          of: 'pupils',
          name: 'pupils',
          exists: false,
          values: { idleSuspendMinutes: 10, sessionMemoryMegabytes: 2048 },
        },
      ];
      const own = await room.another({ language: locale, widthPx, heightPx: 900, dark });
      await own.goto(gateway.url('/manager/home'));
      const card = own.getByRole('group', { name: 'pupils' });
      await card.scrollIntoViewIfNeeded();
      assert.deepEqual(await axeFaults(own), []);
      await keepPicture(own, `limits-rules-${locale}-${widthPx}`);
      await card.getByRole('button').first().click();
      await own.getByRole('dialog').waitFor();
      assert.deepEqual(await axeFaults(own), []);
      await keepPicture(own, `limits-dialog-${locale}-${widthPx}`);
      const wide = await own.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= widthPx, String(wide));
    });
});
