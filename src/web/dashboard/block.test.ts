// The menu Block of the Dashboard in a real browser.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { idOf, makeComputer, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults } from '../../../test/support/page-checks.ts';

describe('blocking', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(async () => {
    ({ gateway, page } = room);
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [1, 2].map((number) => makeStation(`s${String(number)}`, `Station ${String(number)}`, 'classroom'));
    const cover = { kind: 'block', text: '', by: 'Theo Teacher', since: Date.now() - 120_000 } as const;
    gateway.sessions = [makeSession('a1', 'anna', 'classroom', 's1'), { ...makeSession('b1', 'ben', 'classroom', 's2'), cover }];
    gateway.principal = makePrincipal('tina', 'dashboard');
    await page.goto(gateway.url('/dashboard'));
    await page.getByRole('checkbox', { name: 'anna' }).waitFor();
  });

  const choose = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'Block', exact: true }).click();
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  };

  test('blocks the chosen, or all; who is blocked says so, by whom and since when', async () => {
    gateway.answer(/^POST \/desktops\/block$/, () => ({ outcomes: [{ session: idOf('a1'), user: 'anna', error: null }] }));
    await page.getByText('Blocked', { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'anna' }).check();
    await choose('Block selected');
    await page.getByText('1 desktop is blocked.').first().waitFor();
    await choose('Block all');
    await choose('Who is blocked…');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('by Theo Teacher, for').waitFor();
    assert.match(await dialog.innerText(), /ben – by Theo Teacher, for 2 min/i);
    assert.deepEqual(await axeFaults(page), []);
    assert.deepEqual(
      gateway.calls.map(({ path, body }) => [path, body]),
      [
        ['/desktops/block', { who: { sessions: [idOf('a1')] } }],
        ['/desktops/block', { who: { all: true } }],
      ],
    );
  });

  test('what somebody else blocked is asked about before it is unblocked', async () => {
    gateway.answer(/^POST \/desktops\/unblock$/, ({ body }) => {
      const others = (body as { others: boolean }).others;
      const error = { code: 'ordered-by-another', message: '', details: { by: 'Theo Teacher', since: 0 } };
      return { outcomes: [{ session: idOf('b1'), user: 'ben', error: others ? null : error }], left: [] };
    });
    await choose('Unblock all');
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Theo Teacher blocked ben as well.').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole('button', { name: 'Unblock all the same' }).click();
    await page.getByText('1 desktop was unblocked.').first().waitFor();
    assert.deepEqual(
      gateway.calls.map(({ body }) => body),
      [
        { who: { all: true }, others: false },
        { who: { all: true }, others: true },
      ],
    );
  });

  test('the message is changed from the one that is kept', async () => {
    gateway.answer(/^GET \/desktops\/block-message$/, () => ({ message: 'Look here' }));
    gateway.answer(/^PATCH \/desktops\/block-message$/, ({ body }) => body);
    await choose('Set message…');
    const field = page.getByRole('textbox', { name: 'Message' });
    assert.equal(await field.inputValue(), 'Look here');
    await field.fill('Listen');
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(gateway.calls.at(-1)?.body, { message: 'Listen' });
  });
});
