// The Users tab in a real browser, under the real security headers: every task on accounts, in English and French.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import type { ImportLine } from '#model/account.ts';
import {
  Refusal,
  makeComputer,
  makePerson,
  makePrincipal,
  makeSession,
  makeStation,
} from '../../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../../test/support/manager-room.ts';
import { axeFaults, keepPicture, shownStill, still } from '../../../../test/support/page-checks.ts';

const line = (number: number, user: string, more: Partial<ImportLine> = {}): ImportLine => ({
  line: number,
  user,
  fullName: `${user} of the list`,
  level: 'standard',
  password: `bato-limu-sega-no${number}`,
  made: true,
  fault: null,
  ...more,
});

function furnish(gateway: FakeGateway): void {
  gateway.principal = makePrincipal('ada', 'administrator');
  gateway.computers = [makeComputer('classroom')];
  gateway.stations = [makeStation('s1', 'Station 1', 'classroom')];
  gateway.sessions = [makeSession('a1', 'anna', 'classroom', 's1')];
  gateway.accounts = [
    makePerson('ada', 'administrator', { fullName: 'Ada Martin', lastSignInAt: Date.now() - 86_400_000 }),
    makePerson('anna', 'standard', { fullName: 'Anna Keller', sessions: 1, lastSignInAt: Date.now() - 600_000 }),
    makePerson('ben', 'standard', { fullName: 'Ben Baker', disabled: true }),
    makePerson('dirk', 'standard', { fullName: 'Dirk of the Directory', domain: true }),
    makePerson('tina', 'dashboard', { fullName: 'Tina Holm' }),
  ];
}

describe('the Users tab', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    furnish(gateway);
  });

  const button = (name: string, within: Page | Locator = page) => within.getByRole('button', { name, exact: true });
  const row = (name: RegExp) => page.getByRole('row', { name });
  const shown = (text: string | RegExp) => page.getByText(text, { exact: true }).first().waitFor();
  const task = async (user: string, name: string): Promise<void> => {
    await button(`Tasks for ${user}`).click();
    await page.getByRole('menuitem', { name, exact: true }).click();
  };
  const picture = (name: string): Promise<void> => keepPicture(page, name);

  test('shows who is who, and filters by account type', async () => {
    await page.goto(gateway.url('/manager/users'));
    await row(/anna Anna Keller Standard user Yes At Station 1/).waitFor();
    await row(/ben .*No Disabled/).waitFor();
    await row(/dirk .*Of a directory/).waitFor();
    await page.getByRole('combobox', { name: 'Account type' }).selectOption('administrator');
    await row(/anna/).waitFor({ state: 'detached' });
    await row(/ada/).waitFor();
    await page.getByRole('combobox', { name: 'Account type' }).selectOption('none');
    await shown('Nobody has this account type.');
  });

  test('what became of a session: saved, lost; long words stay inside their badge', async () => {
    const saved = { at: Date.now() - 600_000, bytes: 2 ** 20, programs: [], fault: null };
    gateway.sessions = [
      makeSession('a1', 'anna', 'classroom', null, { state: 'hibernated', cause: 'saved', saved }),
      makeSession('t1', 'tina', 'classroom', null, { state: 'lost', cause: 'power-lost', saved }),
    ];
    await page.addInitScript(() => localStorage.setItem('stationmaster.language', 'fr'));
    await page.goto(gateway.url('/manager/users'));
    await row(/tina .*Perdue/).waitFor();
    const badge = row(/anna /).getByText('Suspendue (enregistrée)');
    const spilled = await badge.evaluate((element) => {
      const text = document.createRange();
      text.selectNodeContents(element);
      return text.getBoundingClientRect().height - element.getBoundingClientRect().height;
    });
    assert.ok(spilled <= 0, `the text is ${spilled} pixels higher than its badge`);
  });

  test('shows an empty room, and of thousands the first', async () => {
    gateway.accounts = [];
    await page.goto(gateway.url('/manager/users'));
    await shown('There is no account yet. Add one, or import a list.');
    gateway.accounts = Array.from({ length: 450 }, (_, at) => makePerson(`user${at}`, 'standard'));
    await page.reload();
    await row(/user199 /).waitFor();
    assert.equal(await row(/user200 /).count(), 0);
    await button('Show 200 more users').click();
    await row(/user399 /).waitFor();
    await button('Show 50 more users').click();
    await row(/user449 /).waitFor();
  });

  test('adds a person, says what is missing before, and what the computer refuses after', async () => {
    await page.goto(gateway.url('/manager/users'));
    await button('Add user').click();
    const dialog = page.getByRole('dialog', { name: 'Add a user' });
    await button('Add user', dialog).click();
    await dialog.getByText('Type a user name.').waitFor();
    await dialog.getByText('Type a password.').waitFor();
    const name = dialog.getByRole('textbox', { name: 'User name' });
    for (const [typed, fault] of [
      ['-rf', /begins with a small letter/],
      ['systemd-x', /Programs of the computer use this name/],
    ] as const) {
      await name.fill(typed);
      await dialog.getByText(fault).waitFor();
    }
    await name.fill('anna');
    await dialog.getByRole('textbox', { name: 'Full name' }).fill('Dora, Dean');
    await dialog.getByText(/cannot have a colon, a comma/).waitFor();
    await dialog.getByRole('textbox', { name: 'Full name' }).fill('Dora Dean');
    await dialog.getByRole('textbox', { name: 'Password', exact: true }).fill('dora-secret');
    await dialog.getByText('The two passwords are not the same.').waitFor();
    await dialog.getByRole('textbox', { name: 'Password once more' }).fill('dora-secret');
    await dialog.getByRole('radio', { name: /Dashboard user/ }).click();
    assert.equal(gateway.calls.length, 0);
    await button('Add user', dialog).click();
    await dialog.getByText('This name is already taken.').or(dialog.getByRole('alert')).first().waitFor();
    await name.fill('dora');
    await button('Add user', dialog).click();
    await shown('dora has an account now.');
    await row(/dora Dora Dean Dashboard user/).waitFor();
    assert.deepEqual(gateway.calls.at(-1), {
      method: 'POST',
      path: '/users',
      body: { user: 'dora', fullName: 'Dora Dean', password: 'dora-secret', level: 'dashboard', mustChange: true },
    });
  });

  test('changes name and account type, and does not overwrite what somebody else changed', async () => {
    await page.goto(gateway.url('/manager/users'));
    await task('tina', 'Change name or account type…');
    const dialog = page.getByRole('dialog', { name: 'Change tina' });
    await dialog.getByRole('textbox', { name: 'Full name' }).fill('Tina Holmes');
    await dialog.getByRole('radio', { name: /Administrator/ }).click();
    gateway.accounts = gateway.accounts.map((one) => (one.name === 'tina' ? { ...one, level: 'standard' } : one));
    await button('Save', dialog).click();
    await dialog.getByRole('alert').waitFor();
    await button('Cancel', dialog).click();
    await row(/tina Tina Holm Standard user/).waitFor();
    await task('tina', 'Change name or account type…');
    await dialog.getByRole('radio', { name: /Administrator/ }).click();
    await button('Save', dialog).click();
    await row(/tina Tina Holm Administrator/).waitFor();
    assert.deepEqual(gateway.calls.at(-1)?.body, {
      level: 'administrator',
      was: { fullName: 'Tina Holm', level: 'standard' },
    });
  });

  test('sets a password, with the computer’s own word where it refuses', async () => {
    await page.goto(gateway.url('/manager/users'));
    await task('anna', 'Set password…');
    const dialog = page.getByRole('dialog', { name: 'Set the password of anna' });
    for (const name of ['Password', 'Password once more']) await dialog.getByRole('textbox', { name, exact: true }).fill('x');
    await button('Set password', dialog).click();
    await dialog.getByText('The computer does not take this password. It says: BAD PASSWORD: too short').waitFor();
    for (const name of ['Password', 'Password once more'])
      await dialog.getByRole('textbox', { name, exact: true }).fill('a better one');
    await dialog.getByRole('switch').click();
    await button('Set password', dialog).click();
    await shown('anna has a new password.');
    assert.deepEqual(gateway.calls.at(-1)?.body, { password: 'a better one', mustChange: false });
  });

  test('disables and enables, and says who is the last administrator', async () => {
    await page.goto(gateway.url('/manager/users'));
    await task('tina', 'Disable…');
    await button('Disable', page.getByRole('alertdialog')).click();
    await row(/tina .*No Disabled/).waitFor();
    await task('tina', 'Enable');
    await shown('tina may sign in again.');
    await row(/tina .*Yes/).waitFor();
    gateway.answer(/^PATCH \/users\/ada$/, () => {
      throw new Refusal('last-administrator');
    });
    await task('ada', 'Disable…');
    await button('Disable', page.getByRole('alertdialog')).click();
    await page
      .getByRole('alertdialog')
      .getByText(/This is the last administrator/)
      .waitFor();
  });

  test('deletes a person with what is wanted of the files, and ends a session only if that is said', async () => {
    await page.goto(gateway.url('/manager/users'));
    await task('anna', 'Delete…');
    const dialog = page.getByRole('dialog', { name: 'Delete anna?' });
    await dialog.getByText(/This person has a session/).waitFor();
    await button('Delete user', dialog).click();
    await dialog.getByText('Say that the session may be ended, or cancel.').waitFor();
    assert.equal(gateway.calls.length, 0);
    await dialog.getByRole('checkbox', { name: 'End it at once' }).click();
    await button('Delete user', dialog).click();
    await shown('anna is deleted. The files are packed up in /archives/anna.tar.zst; the home folder is gone.');
    await row(/anna/).waitFor({ state: 'detached' });
    assert.equal(gateway.calls.at(-1)?.path, '/users/anna?files=archive&endSession=yes');
    await task('ben', 'Delete…');
    await page
      .getByRole('dialog')
      .getByRole('radio', { name: /Leave them where they are/ })
      .click();
    await button('Delete user', page.getByRole('dialog')).click();
    await shown('ben is deleted. The files are still in /home/ben.');
  });

  test('shows how far a deletion is that takes long, which goes on without the page, and tells its end', async () => {
    await page.goto(gateway.url('/manager/users'));
    const going = gateway.removal('anna', { phase: 'packing', doneBytes: 400, totalBytes: 1000 });
    const over = Promise.withResolvers<unknown>();
    gateway.answer(/^DELETE \/users\/anna/, () => {
      gateway.accounts = gateway.accounts.map((one) => (one.name === 'anna' ? { ...one, disabled: true, removal: going } : one));
      return going;
    });
    gateway.answer(/^GET \/removals\/r+$/, () => over.promise);
    await task('anna', 'Delete…');
    const dialog = page.getByRole('dialog', { name: 'Delete anna?' });
    await dialog.getByRole('checkbox', { name: 'End it at once' }).click();
    await button('Delete user', dialog).click();
    const progress = dialog.getByRole('progressbar');
    await progress.waitFor();
    assert.equal(await progress.getAttribute('aria-valuenow'), '0.4');
    await dialog.getByText('The files are being packed up…').waitFor();
    await still(page);
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'deleting');
    await button('Close', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    await row(/anna .*Being deleted: 40%/).waitFor();
    assert.equal(await button('Tasks for anna').count(), 0);
    await keepPicture(page, 'being-deleted');
    // Another dialogue that was opened meanwhile is not closed by its end.
    await task('tina', 'Delete…');
    gateway.accounts = gateway.accounts.filter(({ name }) => name !== 'anna');
    over.resolve({ ...going, phase: 'done', archive: '/archives/anna.tar.zst', left: '/home/anna' });
    await shown(
      'anna is deleted. The files are packed up in /archives/anna.tar.zst; what could not be deleted is still in /home/anna.',
    );
    await page.getByRole('dialog', { name: 'Delete tina?' }).waitFor();
    await row(/anna/).waitFor({ state: 'detached' });
  });

  test('shows how far a deletion is that somebody else began, up to its end', async () => {
    const going = gateway.removal('ben', { phase: 'packing', doneBytes: 400, totalBytes: 1000 });
    const before = gateway.accounts;
    gateway.accounts = before.map((one) => (one.name === 'ben' ? { ...one, disabled: true, removal: going } : one));
    await page.goto(gateway.url('/manager/users'));
    await row(/ben .*Being deleted: 40%/).waitFor();
    gateway.accounts = before.filter(({ name }) => name !== 'ben');
    await row(/ben .*/).waitFor({ state: 'detached' });
    gateway.accounts = before;
  });

  test('goes on asking how far a deletion is when one answer is lost', async () => {
    await page.goto(gateway.url('/manager/users'));
    const going = gateway.removal('ben', { phase: 'packing' });
    gateway.answer(/^DELETE \/users\/ben/, () => going);
    let asked = 0;
    gateway.answer(/^GET \/removals\/r+$/, () => {
      asked += 1;
      if (asked === 1) throw new Refusal('computer-unreachable');
      return { ...going, phase: 'done', left: null };
    });
    await task('ben', 'Delete…');
    await button('Delete user', page.getByRole('dialog', { name: 'Delete ben?' })).click();
    await shown('ben is deleted, and there are no files left.');
  });

  test('says why a deletion that took long failed, in the dialogue', async () => {
    await page.goto(gateway.url('/manager/users'));
    const going = gateway.removal('ben', { phase: 'packing' });
    const error = { code: 'disk-full', message: '', details: {} } as const;
    gateway.answer(/^DELETE \/users\/ben/, () => going);
    gateway.answer(/^GET \/removals\/r+$/, () => ({ ...going, phase: 'failed', error }));
    await task('ben', 'Delete…');
    const dialog = page.getByRole('dialog', { name: 'Delete ben?' });
    await button('Delete user', dialog).click();
    await dialog
      .getByRole('alert')
      .getByText(/disk of the computer is full/)
      .waitFor();
    await button('Cancel', dialog).waitFor();
  });

  test('offers for an account of a directory only what can be done here', async () => {
    await page.goto(gateway.url('/manager/users'));
    await button('Tasks for dirk').click();
    await page.getByRole('menuitem').first().waitFor();
    const offered = await page.getByRole('menuitem').allTextContents();
    assert.deepEqual(offered, ['Change name or account type…', 'Show limits…']);
    await page.getByRole('menuitem').first().click();
    const dialog = page.getByRole('dialog', { name: 'Change dirk' });
    assert.equal(await dialog.getByRole('textbox', { name: 'Full name' }).isEditable(), false);
    await dialog.getByRole('radio', { name: /Dashboard user/ }).click();
    await button('Save', dialog).click();
    await row(/dirk .*Dashboard user/).waitFor();
  });

  const chooseFile = async (text: string): Promise<void> => {
    await page.locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  };

  test('imports a list: looks at it first, makes the people, and gives the passwords that were made up', async () => {
    gateway.importLines = [
      line(1, 'emma'),
      line(2, 'felix', { level: 'dashboard', made: false, password: 'his own' }),
      line(3, 'tina'),
      line(4, 'Bad', { fault: 'user' }),
    ];
    await page.goto(gateway.url('/manager/users'));
    await button('Import…').click();
    const dialog = page.getByRole('alertdialog', { name: 'Import users' });
    await chooseFile('emma\nfelix\n');
    await dialog.getByText('3 people can be imported. 1 line is left out.').waitFor();
    assert.equal(gateway.calls.at(-1)?.body['file'], Buffer.from('emma\nfelix\n').toString('base64'));
    await dialog.getByRole('row', { name: /4 Bad .*begins with a small letter/ }).waitFor();
    await picture('import-look');
    await button('Import 3 people', dialog).click();
    await dialog.getByText(/2 people were added\./).waitFor();
    await dialog.getByRole('row', { name: /1 emma .*bato-limu-sega-no1 Added/ }).waitFor();
    await dialog.getByRole('row', { name: /2 felix .*From the list Added/ }).waitFor();
    assert.equal(await dialog.getByRole('row', { name: /3 tina .*Added/ }).count(), 0);
    await picture('import-done');
    assert.deepEqual(
      gateway.calls
        .filter(({ path }) => path === '/users')
        .map(({ body }) => [body['user'], body['password'], body['mustChange']]),
      [
        ['emma', 'bato-limu-sega-no1', true],
        ['felix', 'his own', true],
        ['tina', 'bato-limu-sega-no3', true],
      ],
    );
    await page.evaluate(() => {
      globalThis.print = () => document.documentElement.setAttribute('data-printed', document.title);
    });
    await button('Print', dialog).click();
    await page.locator('html[data-printed^="Import of users, "]').waitFor();
    await page.emulateMedia({ media: 'print' });
    assert.equal(await dialog.isVisible(), false);
    // The dialogue hides the sheet from screen readers at some moment, which is nothing to the paper.
    const sheet = page.locator('.print-sheet');
    await sheet.locator('tr', { hasText: /emma.*bato-limu-sega-no1.*Added/ }).waitFor();
    await sheet.locator('tr', { hasText: /Bad.*begins with a small letter/ }).waitFor();
    await picture('import-printed');
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await page.locator('.print-sheet').waitFor({ state: 'detached' });
    assert.equal(await dialog.isVisible(), true);
    // The passwords that were made up would be gone for good.
    await page.keyboard.press('Escape');
    await shownStill(page);
    assert.equal(await dialog.count(), 1);
    const download = page.waitForEvent('download');
    await button('Save the list with passwords', dialog).click();
    const saved = await readFile(await (await download).path(), 'utf8');
    assert.equal(saved, '\ufeff"emma","emma of the list","bato-limu-sega-no1"');
    await button('Close', dialog).click();
    await row(/emma/).waitFor();
  });

  test('stops an import between two people when that is asked, and when the computer is gone', async () => {
    gateway.importLines = ['emma', 'felix', 'gina'].map((user, at) => line(at + 1, user));
    const first = Promise.withResolvers<void>();
    let asked = 0;
    gateway.answer(/^POST \/users$/, async ({ body }) => {
      asked += 1;
      await first.promise;
      if (body['user'] === 'gina') throw new Refusal('computer-unreachable');
      return makePerson(String(body['user']), 'standard');
    });
    await page.goto(gateway.url('/manager/users'));
    await button('Import…').click();
    const dialog = page.getByRole('alertdialog', { name: 'Import users' });
    await chooseFile('emma');
    await button('Import 3 people', dialog).click();
    await button('Stop', dialog).click();
    first.resolve();
    await dialog.getByText(/1 person was added\./).waitFor();
    assert.equal(asked, 1);
    await button('Close', dialog).click();
    await button('Import…').click();
    await chooseFile('emma');
    await button('Import 3 people', dialog).click();
    await dialog.getByText(/2 people were added\./).waitFor();
    await dialog.getByText('The computer does not answer. It is tried again by itself.').waitFor();
  });

  test('gives a Dashboard user rooms and classes, says what is wrong with them, and takes them back', async () => {
    gateway.rooms = ['Blue', 'Green'];
    await page.goto(gateway.url('/manager/users'));
    await button('Tasks for anna').click();
    await page.getByRole('menuitem').first().waitFor();
    assert.equal(await page.getByRole('menuitem', { name: 'Sees in the Dashboard…' }).count(), 0, 'only for Dashboard users');
    await page.keyboard.press('Escape');
    await task('tina', 'Sees in the Dashboard…');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Only these rooms and classes' }).check();
    await button('Save', dialog).click();
    await shown('Choose a room or type a group.');
    await dialog.getByRole('checkbox', { name: 'Blue' }).check();
    await dialog.getByRole('textbox', { name: 'Classes' }).fill('8b, 9z');
    await button('Save', dialog).click();
    await shown('There is no such group on the computer. Check how it is written.');
    await dialog.getByRole('textbox', { name: 'Classes' }).fill('8b\n');
    await still(page);
    await picture('scope');
    assert.deepEqual(await axeFaults(page), []);
    await button('Save', dialog).click();
    await shown('Sees Blue and 8b');
    await picture('scope-list');
    assert.deepEqual(gateway.scopes.get('tina'), { rooms: ['Blue'], groups: ['8b'] });
    await task('tina', 'Sees in the Dashboard…');
    await dialog.getByRole('radio', { name: 'Everybody' }).check();
    await button('Save', dialog).click();
    await page.getByText('Sees Blue and 8b').waitFor({ state: 'detached' });
    assert.equal(gateway.scopes.size, 0);
  });

  test('is driven by the keyboard alone', async () => {
    await page.goto(gateway.url('/manager/users'));
    await row(/tina/).waitFor();
    await button('Tasks for tina').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Set the password of tina' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  for (const language of ['en', 'fr'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      test(`has no accessibility fault in any dialogue (${language}, ${theme})`, async () => {
        const say = (english: string, french: string): string => (language === 'en' ? english : french);
        gateway.importLines = [line(1, 'emma'), line(2, 'Bad', { fault: 'user' })];
        await page.addInitScript(
          ([chosenLanguage, chosenTheme]) => {
            localStorage.setItem('stationmaster.language', chosenLanguage ?? '');
            localStorage.setItem('stationmaster.theme', chosenTheme ?? '');
          },
          [language, theme],
        );
        const look = async (name: string): Promise<void> => {
          await still(page);
          await picture(`${name}-${language}-${theme}`);
          assert.deepEqual(await axeFaults(page), [], name);
        };
        await page.goto(gateway.url('/manager/users'));
        await row(/anna/).waitFor();
        await look('users');
        const menu = button(`${say('Tasks for', 'Tâches pour')} anna`);
        await menu.click();
        await page.getByRole('menuitem').first().waitFor();
        // Fluent puts menus beside the landmarks, which axe's advice for regions does not know of.
        await picture(`menu-${language}-${theme}`);
        await page.keyboard.press('Escape');
        for (const [name, at] of [
          ['change', 0],
          ['password', 1],
          ['disable', 2],
          ['remove', 3],
        ] as const) {
          await menu.click();
          await page.getByRole('menuitem').nth(at).click();
          const dialog = page.getByRole(name === 'disable' ? 'alertdialog' : 'dialog');
          await dialog.waitFor();
          await look(name);
          await button(say('Cancel', 'Annuler'), dialog).click();
          await dialog.waitFor({ state: 'detached' });
        }
        await button(say('Add user', 'Ajouter')).click();
        await page.getByRole('dialog').waitFor();
        await look('add');
        await button(say('Cancel', 'Annuler')).click();
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await button(say('Import…', 'Importer…')).click();
        await page.getByRole('alertdialog').waitFor();
        await look('import');
        await chooseFile('emma');
        await page.getByRole('row', { name: /emma/ }).waitFor();
        await look('import-list');
        await button(say('Cancel', 'Annuler')).click();
        await page.getByRole('alertdialog').waitFor({ state: 'detached' });
        await page.setViewportSize({ width: 390, height: 844 });
        await row(/anna/).waitFor();
        await look('narrow');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'it scrolls sideways');
      });
    }
  }
});
