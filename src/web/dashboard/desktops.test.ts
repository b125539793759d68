// The Desktops tab of the Dashboard in a real browser, before a gateway whose room each test scripts.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Refusal, idOf, makeComputer, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults } from '../../../test/support/page-checks.ts';

describe('the desktops', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [1, 2, 10].map((number) => makeStation(`s${String(number)}`, `Station ${String(number)}`, 'classroom'));
    gateway.sessions = [
      makeSession('c1', 'chloe', 'classroom', 's10'),
      makeSession('b1', 'ben', 'classroom', 's2'),
      makeSession('a1', 'anna', 'classroom', 's1'),
    ];
    gateway.principal = makePrincipal('tina', 'dashboard');
  });

  const open = async (): Promise<void> => {
    await page.goto(gateway.url('/dashboard'));
    await page.getByRole('checkbox', { name: 'anna' }).waitFor();
  };
  const choose = async (menu: string, item: string): Promise<void> => {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  };

  test('are in the order of the stations, found by what is searched, and chosen by click or all at once', async () => {
    await open();
    assert.deepEqual(
      await page.getByRole('checkbox').evaluateAll((boxes) => boxes.map((box) => box.closest('li')?.innerText.split('\n')[0])),
      ['anna', 'ben', 'chloe'],
    );
    await page.getByRole('checkbox', { name: 'ben' }).check();
    await page.getByText('1 selected').waitFor();
    await page.getByRole('button', { name: 'Select all' }).click();
    await page.getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Select none' }).click();
    await page.getByText('None selected').waitFor();
    await page.getByRole('searchbox').fill('station 10');
    await page.getByRole('checkbox', { name: 'anna' }).waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'chloe' }).waitFor();
    await page.getByRole('searchbox').fill('nobody like that');
    await page.getByText('No desktop fits the search.').waitFor();
  });

  test('are suspended: those that are chosen in one request, or all', async () => {
    await open();
    await page.getByRole('checkbox', { name: 'ben' }).check();
    await choose('Sessions', 'Suspend selected');
    await page.getByText('1 session was suspended.').first().waitFor();
    await choose('Sessions', 'Suspend all');
    await page.getByText('2 sessions were suspended.').first().waitFor();
    assert.deepEqual(
      gateway.calls.map(({ path, body }) => [path, body]),
      [
        ['/desktops/suspend', { who: { sessions: [idOf('b1')] } }],
        ['/desktops/suspend', { who: { all: true } }],
      ],
    );
  });

  test('say who could not be suspended, and why', async () => {
    gateway.answer(/^POST \/desktops\/suspend$/, () => ({
      outcomes: [
        { session: idOf('a1'), user: 'anna', error: { code: 'not-allowed', message: '', details: {} } },
        { session: idOf('b1'), user: 'ben', error: null },
      ],
    }));
    await open();
    await choose('Sessions', 'Suspend all');
    await page.getByText('Not suspended: anna').first().waitFor();
    await page.getByText('Your account may not do that.').first().waitFor();
    await page.getByText('1 session was suspended.').first().waitFor();
  });

  test('are not there where nobody is signed in, and are asked for again after a failure', async () => {
    let fails = true;
    gateway.answer(/^GET \/desktops$/, () => {
      if (fails) throw new Refusal('computer-unreachable');
      return { sessions: [] };
    });
    await page.goto(gateway.url('/dashboard'));
    await page.getByText('This could not be loaded').waitFor();
    fails = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Nobody is signed in at the moment.').waitFor();
  });

  test('have no accessibility fault', async () => {
    await open();
    await page.getByRole('checkbox', { name: 'ben' }).check();
    assert.deepEqual(await axeFaults(page), []);
  });
});
