// Moving sessions, splitting screens and naming unsaved work in the Manager and the Dashboard, in a real browser.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Refusal, idOf, makeComputer, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';

function furnish(gateway: FakeGateway): void {
  gateway.computers = [makeComputer('classroom')];
  gateway.stations = [
    makeStation('s1', 'Station 1', 'classroom'),
    makeStation('s2', 'Station 2', 'classroom'),
    makeStation('s3', 'Station 3', 'classroom', { online: false }),
    makeStation('s10', 'Station 10', 'classroom'),
  ];
  gateway.sessions = [
    makeSession('a1', 'anna', 'classroom', 's1', { fullName: 'Anna Keller', attachment: 4 }),
    makeSession('b1', 'ben', 'classroom', 's2', { state: 'locked' }),
    makeSession('c1', 'chloe', 'classroom', null),
    makeSession('e1', 'emma', 'classroom', null, {
      state: 'hibernated',
      saved: { at: Date.now(), bytes: 2 ** 26, programs: [], fault: null },
    }),
  ];
  gateway.unsaved = { [idOf('a1')]: [{ program: 'Mousepad', title: '*Letter.txt - Mousepad' }] };
  gateway.principal = makePrincipal('ada', 'administrator');
}

const row = (page: Page, name: RegExp) => page.getByRole('row', { name });
const choose = (page: Page, name: RegExp) => row(page, name).getByRole('gridcell').nth(1).click();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('stations and their sessions', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    furnish(gateway);
  });

  test('moves a session to a free station: these come first, what is off is not offered', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /anna/);
    await button(page, 'Move…').click();
    const dialog = page.getByRole('dialog', { name: 'Move the session of anna' });
    await dialog.waitFor();
    const offered = await dialog
      .getByRole('radio')
      .evaluateAll((radios) => radios.map((radio) => (radio as HTMLInputElement).labels?.[0]?.textContent ?? ''));
    assert.deepEqual(offered, ['Station 10 (free)', 'Station 2 (ben is there)']);
    assert.equal(await dialog.getByRole('button', { name: 'Move', exact: true }).getAttribute('aria-disabled'), 'true');
    await dialog.getByRole('radio', { name: /Station 10/ }).click();
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByText('The session of anna is at Station 10 now.').first().waitFor();
    await row(page, /Station 10 .*anna/).waitFor();
    assert.deepEqual(gateway.calls, [
      { method: 'POST', path: `/sessions/${idOf('a1')}/move`, body: { station: idOf('s10'), displaces: null, attachment: 4 } },
    ]);
  });

  test('says who is suspended to make room, as it is at that moment, and asks by its button', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /chloe/);
    await button(page, 'Move…').click();
    const dialog = page.getByRole('dialog', { name: 'Move the session of chloe' });
    await dialog.getByRole('searchbox').fill('ben');
    await dialog.getByRole('radio', { name: /Station 2/ }).click();
    await dialog.getByText('The session of ben is at Station 2. It is suspended to make room').waitFor();
    // Somebody else takes the place meanwhile.
    gateway.changeSession(idOf('b1'), { state: 'suspended', station: null });
    await dialog.getByRole('button', { name: 'Move', exact: true }).waitFor();
    gateway.changeSession(idOf('a1'), { station: idOf('s2') });
    await dialog.getByRole('searchbox').fill('');
    await dialog.getByText('The session of anna is at Station 2.').waitFor();
    await dialog.getByRole('button', { name: 'Suspend and move' }).click();
    await row(page, /Station 2 .*chloe/).waitFor();
    await row(page, /At no station .*anna .*Suspended/).waitFor();
    assert.equal(gateway.calls.at(-1)?.body['displaces'], idOf('a1'));
  });

  test('keeps the dialogue open with the reason when a move is refused, and closes when the session ends', async () => {
    gateway.answer(/move$/, () => {
      throw new Refusal('station-offline');
    });
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /ben/);
    await button(page, 'Move…').click();
    const dialog = page.getByRole('dialog', { name: 'Move the session of ben' });
    await dialog.getByText(/It stays locked: the password is asked for there/).waitFor();
    await dialog.getByRole('radio', { name: /Station 10/ }).click();
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await dialog.getByText(/This station is not on at the moment/).waitFor();
    gateway.tell({ event: 'session.removed', session: idOf('b1') });
    await dialog.waitFor({ state: 'hidden' });
  });

  test('does not offer to move what does not run, nor where nothing else is on', async () => {
    gateway.stations = gateway.stations.filter(({ name }) => name === 'Station 1');
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /emma/);
    assert.equal(await button(page, 'Move…').getAttribute('aria-disabled'), 'true');
    await choose(page, /anna/);
    await button(page, 'Move…').click();
    await page.getByText('No other station is on at the moment.').waitFor();
  });

  test('is a task of teachers too', async () => {
    gateway.principal = makePrincipal('tina', 'dashboard');
    await page.goto(gateway.url('/dashboard/stations'));
    await choose(page, /anna/);
    await button(page, 'Move…').click();
    await page.getByRole('radio', { name: /Station 10/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Move', exact: true }).click();
    await row(page, /Station 10 .*anna/).waitFor();
  });

  test('names unsaved work before a log-off, and what cannot be known', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /anna/);
    await button(page, 'Log off').click();
    const dialog = page.getByRole('dialog', { name: 'Log off anna?' });
    await dialog.getByText('These windows say that work in them is not saved:').waitFor();
    await dialog.getByRole('listitem').filter({ hasText: 'Mousepad – *Letter.txt - Mousepad' }).waitFor();
    await dialog.getByText('Not every program says so. Also open: Terminal and libreoffice-writer.').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Escape');
    await button(page, 'Log off all stations').click();
    const all = page.getByRole('dialog', { name: 'Log off all stations of classroom?' });
    await all.getByRole('listitem').filter({ hasText: 'anna: Mousepad' }).waitFor();
    await page.keyboard.press('Escape');
    await choose(page, /ben/);
    await button(page, 'Log off').click();
    const ben = page.getByRole('dialog', { name: 'Log off ben?' });
    await ben.getByText('No window says that work in it is unsaved.').waitFor();
  });

  test('does not wait for the answer about unsaved work, and says when there is none', async () => {
    const asked = Promise.withResolvers<void>();
    gateway.answer(/unsaved$/, async () => {
      await asked.promise;
      throw new Refusal('computer-unreachable');
    });
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /anna/);
    await button(page, 'Log off').click();
    const dialog = page.getByRole('dialog', { name: 'Log off anna?' });
    await dialog.getByText('Looking for unsaved work…').waitFor();
    asked.resolve();
    await dialog.getByText('It could not be looked at: anna.').waitFor();
    await dialog.getByRole('button', { name: 'Log off', exact: true }).click();
    await row(page, /anna .*Logs off in/).waitFor();
  });

  test('calls log-offs off: all of a computer, or those of the chosen lines; and says who asked', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /anna/).waitFor();
    assert.equal(await page.getByRole('button', { name: /Keep all signed in/ }).count(), 0);
    for (const id of ['a1', 'b1', 'c1']) gateway.changeSession(idOf(id), { endsAt: Date.now() + 90_000, endsBy: 'Maria Keller' });
    await page.getByTitle('Maria Keller asked for it.').first().waitFor();
    await choose(page, /anna/);
    await row(page, /ben/)
      .getByRole('gridcell')
      .nth(1)
      .click({ modifiers: ['Control'] });
    await button(page, 'Keep signed in (2)').click();
    await page.getByText('2 sessions go on.').first().waitFor();
    await row(page, /chloe .*Logs off in/).waitFor();
    await button(page, 'Keep all signed in (1)').click();
    await row(page, /chloe .*Suspended/).waitFor();
    assert.deepEqual(
      gateway.calls.map(({ path }) => path.split('/').at(-1)),
      ['keep', 'keep', 'keep'],
    );
  });

  test('splits a screen at once, and makes it whole again, from either half', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /Station 1 .*anna/);
    await button(page, 'Split station').click();
    await page.getByText('The screen is split. The right half is Station 1 right.').first().waitFor();
    await choose(page, /Station 1 right/);
    await page.getByRole('heading', { name: 'Station 1 right tasks' }).waitFor();
    assert.equal(await button(page, 'Remove station').count(), 0, 'half a screen is not removed');
    await button(page, 'Unsplit station').click();
    await row(page, /Station 1 right/).waitFor({ state: 'detached' });
    await row(page, /Station 1 .*anna .*Logged on/).waitFor();
    assert.deepEqual(
      gateway.calls.map(({ path, body }) => [path.split('/').at(-1), body]),
      [
        ['split', { name: 'Station 1 right' }],
        ['unsplit', {}],
      ],
    );
  });

  test('asks before it suspends whoever is at the right half', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /Station 1 .*anna/);
    await button(page, 'Split station').click();
    await row(page, /Station 1 right/).waitFor();
    const right = gateway.stations.find(({ name }) => name === 'Station 1 right')?.id ?? '';
    gateway.changeSession(idOf('c1'), { state: 'active', station: right });
    await row(page, /Station 1 right .*chloe/).waitFor();
    await button(page, 'Unsplit station').click();
    const dialog = page.getByRole('alertdialog', { name: 'Give the whole screen to the left half?' });
    await dialog.getByText('The session of chloe at Station 1 right is suspended, not lost').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole('button', { name: 'Suspend and unsplit' }).click();
    await row(page, /At no station .*chloe .*Suspended/).waitFor();
    await row(page, /Station 1 right/).waitFor({ state: 'detached' });
  });

  test('says why a screen cannot be split, and is no task of teachers', async () => {
    gateway.changeStation(idOf('s1'), { widthPx: 800 });
    await page.goto(gateway.url('/manager/stations'));
    await choose(page, /Station 1 .*anna/);
    await button(page, 'Split station').click();
    await page.getByText('The screen of this station is too narrow for two people side by side.').first().waitFor();
    gateway.principal = makePrincipal('tina', 'dashboard');
    await page.goto(gateway.url('/dashboard/stations'));
    await choose(page, /anna/);
    await button(page, 'Move…').waitFor();
    assert.equal(await button(page, 'Split station').count(), 0);
  });

  for (const [kind, options] of Object.entries({
    'in French, in the dark': { language: 'fr-FR', dark: true, widthPx: 1280, heightPx: 800 },
    'in French, on a phone': { language: 'fr-FR', dark: false, widthPx: 360, heightPx: 740 },
  })) {
    test(`says all of it ${kind}, without a fault`, async () => {
      const there = await room.another(options);
      await there.goto(gateway.url('/manager/stations'));
      await row(there, /anna/).waitFor();
      await row(there, /anna/).getByRole('gridcell').nth(1).click();
      if (options.widthPx < 768) {
        await button(there, 'Autres tâches').last().click();
        await there.getByRole('menuitem', { name: 'Déplacer…' }).click();
      } else await button(there, 'Déplacer…').click();
      await there.getByRole('radio', { name: /Station 2/ }).click();
      await there.getByText('La session de ben est sur Station 2.').waitFor();
      assert.deepEqual(await axeFaults(there), []);
      const wide = await there.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide`);
      await keepPicture(there, `move-${options.widthPx}`);
      await there.getByRole('button', { name: 'Annuler' }).click();
      await button(there, 'Fermer la session').click();
      await there.getByText('Ces fenêtres indiquent du travail non enregistré :').waitFor();
      assert.deepEqual(await axeFaults(there), []);
      await keepPicture(there, `log-off-${options.widthPx}`);
    });
  }
});
