// The tokens of the Systems tab in a real browser: made, shown once, held to scopes, revoked; in English and French, dark and narrow.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Refusal, idOf, makeComputer, makePrincipal } from '../../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../../test/support/manager-room.ts';
import { axeFaults, keepPicture, shownStill } from '../../../../test/support/page-checks.ts';

const dayMs = 86_400_000;

function furnish(gateway: FakeGateway): void {
  const now = Date.now();
  gateway.principal = makePrincipal('ada', 'administrator');
  gateway.computers = [makeComputer('classroom')];
  const more = { level: 'administrator', createdAt: now - 30 * dayMs } as const;
  gateway.tokens = [
    { ...more, id: idOf('ta'), name: 'Backup', scopes: null, expiresAt: null, lastUsedAt: now - dayMs },
    { ...more, id: idOf('tb'), name: 'Monitoring', scopes: ['metrics', 'read'], expiresAt: now + 3 * dayMs, lastUsedAt: now },
    { ...more, id: idOf('tc'), name: 'Old import', scopes: ['users'], expiresAt: now - dayMs, lastUsedAt: null },
  ];
}

describe('the tokens', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  // What must be answered.
  const alert = () => page.getByRole('alertdialog');
  const line = (name: string) =>
    page
      .getByRole('list', { name: /Tokens|Jetons/ })
      .getByRole('listitem')
      .filter({ hasText: name });
  const picture = (name: string): Promise<void> => keepPicture(page, name, { fullPage: true });

  beforeEach(() => {
    ({ gateway, page } = room);
    furnish(gateway);
  });

  test('say what each may, until when, and whether it is used', async () => {
    await page.goto(gateway.url('/manager/systems'));
    await line('Backup').getByText('Administrator: Everything').waitFor();
    await line('Backup').getByText('Never expires').waitFor();
    await line('Monitoring').getByText('Expires soon').waitFor();
    await line('Monitoring').getByText('Administrator: Metrics, Look only').waitFor();
    await line('Old import').getByText('Expired', { exact: true }).waitFor();
    await line('Old import').getByText('Never used').waitFor();
  });

  test('are made with scopes and an end, and shown once', async () => {
    await page.goto(gateway.url('/manager/systems'));
    await button('Make a token…').click();
    await button('Make token').click();
    await dialog().getByText('Type a name, by which you know the token again.').waitFor();
    await dialog().getByRole('textbox', { name: 'Name' }).fill('Night script');
    await dialog()
      .getByRole('checkbox', { name: /^Look only/ })
      .uncheck();
    await dialog().getByText('Choose at least one.').waitFor();
    await dialog()
      .getByRole('checkbox', { name: /^Sessions/ })
      .check();
    await dialog()
      .getByRole('checkbox', { name: /^Users/ })
      .check();
    // Of no use to a Dashboard user.
    await dialog().getByRole('radio', { name: 'Dashboard user' }).check();
    await dialog()
      .getByRole('checkbox', { name: /^Users/ })
      .waitFor({ state: 'detached' });
    await dialog().getByRole('combobox', { name: 'Expires' }).selectOption('30');
    await picture('token-make');
    assert.deepEqual(await axeFaults(page), []);
    await button('Make token').click();
    await alert().getByText('It is shown this once.', { exact: false }).waitFor();
    const secret = await alert().getByRole('textbox', { name: 'Token' }).inputValue();
    assert.match(secret, /^smt_/);
    await picture('token-made');
    assert.deepEqual(await axeFaults(page), []);
    // It would be gone for good.
    await page.keyboard.press('Escape');
    await shownStill(page);
    assert.equal(await alert().getByRole('textbox', { name: 'Token' }).inputValue(), secret);
    const call = gateway.calls.find(({ method, path }) => method === 'POST' && path === '/tokens');
    assert.deepEqual(call?.body, { name: 'Night script', level: 'dashboard', scopes: ['sessions'], expiresInDays: 30 });
    await button('I have kept it').click();
    await line('Night script').getByText('Dashboard user: Sessions').waitFor();
    assert.equal(await page.getByText(secret).count(), 0);
  });

  test('a name that is taken is said in the dialogue, which stays', async () => {
    await page.goto(gateway.url('/manager/systems'));
    await button('Make a token…').click();
    await dialog().getByRole('textbox', { name: 'Name' }).fill('Backup');
    await button('Make token').click();
    await dialog().getByText('This name is already taken. Choose another one.').waitFor();
    await button('Cancel').click();
    await dialog().waitFor({ state: 'detached' });
  });

  test('are revoked after a question', async () => {
    await page.goto(gateway.url('/manager/systems'));
    await button('Revoke Backup…').click();
    await page.getByText('Whatever uses this token is refused at once.', { exact: false }).waitFor();
    await page.keyboard.press('Escape');
    await shownStill(page);
    assert.equal(await alert().count(), 1);
    await button('Revoke').click();
    await page.getByText('The token Backup is revoked.').first().waitFor();
    await line('Backup').waitFor({ state: 'detached' });
    await line('Monitoring').waitFor();
  });

  test('one that somebody else revoked meanwhile goes from the list', async () => {
    await page.goto(gateway.url('/manager/systems'));
    await button('Revoke Backup…').click();
    gateway.tokens = gateway.tokens.filter(({ name }) => name !== 'Backup');
    gateway.answer(/^DELETE \/tokens\//, () => {
      throw new Refusal('not-found');
    });
    await button('Revoke').click();
    await alert().getByText('This no longer exists.').waitFor();
    await button('Cancel').click();
    // First the one that stays: under the dialogue neither is found.
    await line('Monitoring').waitFor();
    await line('Backup').waitFor({ state: 'detached' });
  });

  for (const [language, dark] of [
    ['en', false],
    ['fr', true],
  ] as const) {
    test(`has no accessibility fault in ${language}, ${dark ? 'dark' : 'light'}, wide and narrow`, async () => {
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      await page.addInitScript((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
      await page.goto(gateway.url('/manager/systems'));
      await line('Monitoring').waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await picture(`tokens-${language}`);
      await page.setViewportSize({ width: 390, height: 800 });
      assert.deepEqual(await axeFaults(page), []);
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(tooWide <= 0, `${tooWide} px too wide`);
      await picture(`tokens-${language}-narrow`);
      await page.getByRole('button', { name: language === 'en' ? 'Make a token…' : 'Créer un jeton…' }).click();
      await dialog().waitFor();
      await picture(`token-make-${language}-narrow`);
      assert.deepEqual(await axeFaults(page), []);
    });
  }
});
