// The Desktops tab of the Dashboard in a real browser, before a gateway whose room each test scripts.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { eventually } from '../../../test/e2e/eventually.ts';
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
  const names = async (): Promise<(string | undefined)[]> =>
    await page
      .getByRole('checkbox')
      .evaluateAll((boxes) => boxes.map((box) => box.closest('li')?.querySelector('label')?.textContent));
  const view = async (...items: string[]): Promise<void> => {
    await page.getByRole('button', { name: 'View', exact: true }).click();
    for (const item of items) await page.getByRole('menuitemradio', { name: item, exact: true }).click();
    await page.keyboard.press('Escape');
  };
  const selected = async (...users: string[]): Promise<void> => {
    await eventually(`chosen are ${users.join()}`, 10_000, async () => {
      const boxes = await page
        .getByRole('checkbox', { checked: true })
        .evaluateAll((all) => all.map((box) => box.closest('li')?.querySelector('label')?.textContent));
      return boxes.join() === users.join() ? true : null;
    });
  };
  const watched = async (...pictures: string[]): Promise<void> => {
    await eventually(`watched are ${pictures.join()}`, 10_000, async () =>
      Promise.resolve(gateway.watching.watched.toSorted().join() === pictures.toSorted().join() ? true : null),
    );
  };
  const screen = async (colour: string): Promise<Buffer> =>
    await sharp({ create: { width: 64, height: 40, channels: 3, background: colour } })
      .jpeg()
      .toBuffer();
  const choose = async (menu: string, item: string): Promise<void> => {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  };

  test('are in the order of the stations, found by what is searched, and chosen by click or all at once', async () => {
    await open();
    assert.deepEqual(await names(), ['anna', 'ben', 'chloe']);
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

  test('show what is on each screen, in the size that is kept by the browser, and not while the page is hidden', async () => {
    const sessions = ['a1', 'b1', 'c1'].map(idOf);
    gateway.watching.show(Object.fromEntries(await Promise.all(sessions.map(async (id) => [id, await screen('#e02020')]))));
    await open();
    await page.getByRole('img', { name: 'Screen of chloe' }).waitFor();
    await watched(...sessions.map((id) => `${id} small`));
    await view('Small', 'By person');
    await watched(...sessions.map((id) => `${id} tiny`));
    await page.reload();
    await page.getByRole('img', { name: 'Screen of anna' }).waitFor();
    await watched(...sessions.map((id) => `${id} tiny`));
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await watched();
  });

  test('are watched only as far as they are in sight', async () => {
    gateway.sessions = Array.from({ length: 60 }, (_, at) =>
      makeSession(`p${String(at)}`, `pupil${String(at)}`, 'classroom', null),
    );
    await page.goto(gateway.url('/dashboard'));
    await page.getByRole('checkbox', { name: 'pupil59' }).waitFor();
    const isWatched = (id: string): boolean => gateway.watching.watched.some((one) => one.startsWith(idOf(id)));
    await eventually('the first is watched', 10_000, async () => Promise.resolve(isWatched('p0') ? true : null));
    assert.ok(!isWatched('p59') && gateway.watching.watched.length < 50, String(gateway.watching.watched.length));
    await page.getByRole('checkbox', { name: 'pupil59' }).scrollIntoViewIfNeeded();
    await eventually('the last is watched instead', 10_000, async () =>
      Promise.resolve(isWatched('p59') && !isWatched('p0') ? true : null),
    );
  });

  test('are grouped by room, and only the active ones are shown where that is wanted', async () => {
    gateway.stations = gateway.stations.map((station) => ({
      ...station,
      configuration: { ...station.configuration, room: station.name === 'Station 2' ? 'Lab' : '' },
    }));
    gateway.sessions = [...gateway.sessions, makeSession('d1', 'dora', 'classroom', null, { state: 'suspended' })];
    await open();
    await page.getByRole('checkbox', { name: 'dora' }).waitFor();
    await view('By room');
    await page.getByRole('heading', { name: 'Lab' }).waitFor();
    await page.getByRole('heading', { name: 'In no room' }).waitFor();
    assert.equal((await names())[0], 'ben');
    await view('Active ones');
    await page.getByRole('checkbox', { name: 'dora' }).waitFor({ state: 'detached' });
  });

  test('are chosen as in other lists: one by click, more with Ctrl and Shift, from the keyboard too', async () => {
    await open();
    const card = (user: string) => page.getByRole('listitem').filter({ has: page.getByRole('checkbox', { name: user }) });
    const click = async (user: string, modifiers: ('Control' | 'Shift')[] = []): Promise<void> => {
      await card(user).click({ position: { x: 20, y: 20 }, modifiers });
    };
    await click('anna');
    await click('chloe', ['Shift']);
    await selected('anna', 'ben', 'chloe');
    await click('ben', ['Control']);
    await selected('anna', 'chloe');
    await click('ben');
    await selected('ben');
    await page.keyboard.press('Tab');
    await page.getByRole('checkbox', { name: 'ben' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await selected('ben', 'chloe');
    await page.keyboard.press('Home');
    assert.equal(await page.evaluate(() => document.activeElement?.closest('li')?.querySelector('label')?.textContent), 'anna');
    await page.keyboard.press('Control+a');
    await selected('anna', 'ben', 'chloe');
  });

  test('are seen large one after the other', async () => {
    const sessions = ['a1', 'b1', 'c1'].map(idOf);
    gateway.watching.show(Object.fromEntries(await Promise.all(sessions.map(async (id) => [id, await screen('#e02020')]))));
    await open();
    await page.getByRole('checkbox', { name: 'anna' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Screen of anna' }).getByRole('img').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'Screen of ben' }).getByRole('img').waitFor();
    assert.ok(gateway.watching.watched.includes(`${idOf('b1')} large`));
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'Screen of chloe' }).waitFor();
    await eventually('it is the last', 10_000, async () =>
      (await page.getByRole('button', { name: 'Next desktop' }).isDisabled()) ? true : null,
    );
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await watched(...sessions.map((id) => `${id} small`));
  });

  test('have no pictures where the settings forbid it', async () => {
    gateway.settings = { ...gateway.settings, allowMonitoring: false };
    await open();
    await page.getByText('The desktops of this computer may not be watched: its settings say so.').waitFor();
    assert.deepEqual(gateway.watching.watched, []);
    assert.equal(await page.getByRole('button', { name: /Enlarge/ }).count(), 0);
  });

  test('fit a narrow screen, in French', async () => {
    await page.addInitScript(() => localStorage.setItem('stationmaster.language', 'fr'));
    await page.setViewportSize({ width: 390, height: 800 });
    gateway.watching.show({ [idOf('a1')]: await screen('#2060a0') });
    await open();
    await page.getByRole('img', { name: 'Écran de anna' }).waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390));
    assert.deepEqual(await axeFaults(page), []);
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
