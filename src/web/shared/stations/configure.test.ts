// Configuring stations and rooms in a real browser, before a gateway whose room each test scripts.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Refusal, idOf, makeComputer, makePrincipal, makeStation } from '../../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../../test/support/manager-room.ts';
import { axeFaults, keepPicture, still } from '../../../../test/support/page-checks.ts';
import { plainConfiguration } from '#model/station.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const field = (page: Page, name: string) => page.getByRole('textbox', { name });

describe('configuring stations', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    gateway.computers = [makeComputer('classroom')];
    gateway.rooms = ['Library', 'Workshop'];
    gateway.stations = [
      makeStation('s1', 'Station 1', 'classroom', { configuration: { ...plainConfiguration, room: 'Library' } }),
      makeStation('s2', 'Station 2', 'classroom'),
    ];
    gateway.principal = makePrincipal('ada', 'administrator');
  });

  async function choose(...names: string[]): Promise<void> {
    await page.goto(gateway.url('/manager/stations'));
    for (const [at, name] of names.entries()) {
      const cell = page
        .getByRole('row', { name: new RegExp(name) })
        .getByRole('gridcell', { name: new RegExp(name) })
        .first();
      await cell.click(at === 0 ? {} : { modifiers: ['ControlOrMeta'] });
    }
  }
  const bodies = (): unknown[] => gateway.calls.filter(({ method }) => method !== 'GET').map(({ body }) => body);

  test('only what was changed is sent, with what it is based on', async () => {
    await choose('Station 1');
    await button(page, 'Configure station').click();
    await page.getByRole('combobox', { name: 'Room' }).fill('Attic');
    await page.getByRole('combobox', { name: 'Orientation' }).selectOption('Portrait');
    await page.getByRole('radio', { name: 'Only these, and administrators' }).check();
    await page.getByRole('button', { name: 'Save' }).and(page.locator('[aria-disabled=true]')).waitFor();
    await field(page, 'Accounts').fill('anna, ben,, anna');
    await field(page, 'Groups').fill('class 7b');
    assert.deepEqual(await axeFaults(page), []);
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(bodies(), [
      {
        configuration: { room: 'Attic', orientation: 'portrait', users: ['anna', 'ben'], groups: ['class 7b'] },
        wasConfiguration: { ...plainConfiguration, room: 'Library' },
      },
    ]);
  });

  test('who is second is told, and may insist', async () => {
    await choose('Station 2');
    await button(page, 'Configure station').click();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('Français');
    gateway.changeStation(idOf('s2'), { configuration: { ...plainConfiguration, orientation: 'portrait' } });
    await button(page, 'Save').click();
    await page.getByText('Somebody else changed this station meanwhile. Press Save again to have it your way.').waitFor();
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(gateway.stations.find(({ id }) => id === idOf('s2'))?.configuration.language, 'fr');
  });

  test('several get a room at once; those that fail are named and can be tried again', async () => {
    await choose('Station 1', 'Station 2');
    let refusals = 1;
    gateway.answer(new RegExp(`^PATCH /stations/${idOf('s2')}$`), ({ body }) => {
      refusals -= 1;
      if (refusals >= 0) throw new Refusal('store-full');
      return gateway.changeStation(idOf('s2'), {
        configuration: { ...plainConfiguration, ...(body['configuration'] as object) },
      });
    });
    await button(page, 'Configure (2)').click();
    await page.getByRole('checkbox', { name: 'Change the room' }).check();
    await field(page, 'Room').fill('Workshop');
    assert.deepEqual(await axeFaults(page), []);
    await button(page, 'Save').click();
    await page
      .getByRole('dialog')
      .getByText(/Station 2: /)
      .waitFor();
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(
      gateway.stations.map(({ configuration }) => configuration.room),
      ['Workshop', 'Workshop'],
    );
  });

  test('rooms are renamed, ordered, made and removed in one step', async () => {
    await choose('Station 1');
    await button(page, 'Rooms…').click();
    await field(page, 'Name of room 1').fill('Reading room');
    await button(page, 'Move Reading room down').click();
    await button(page, 'Add a room').click();
    await field(page, 'Name of room 3').fill('WORKSHOP');
    await page.getByText('There are two rooms called “WORKSHOP”.').waitFor();
    await field(page, 'Name of room 3').fill('Attic');
    assert.deepEqual(await axeFaults(page), []);
    await button(page, 'Remove Workshop').click();
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(bodies(), [
      { rooms: [{ name: 'Reading room', was: 'Library' }, { name: 'Attic' }], based: ['Library', 'Workshop'] },
    ]);
  });

  test('an account for auto-logon that is new to the computer is confirmed with the own password', async () => {
    await choose('Station 2');
    gateway.answer(new RegExp(`^PATCH /stations/${idOf('s2')}$`), ({ body }) => {
      if (body['password'] === undefined) throw new Refusal('auto-logon-not-allowed', { user: 'anna' });
      if (body['password'] !== 'right') throw new Refusal('wrong-credentials');
      return gateway.changeStation(idOf('s2'), {
        configuration: { ...plainConfiguration, ...(body['configuration'] as object) },
      });
    });
    await button(page, 'Configure station').click();
    await field(page, 'Account').fill('anna');
    await button(page, 'Save').click();
    const password = page.getByLabel('Your password');
    await password.fill('wrong');
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'configure-confirm');
    await button(page, 'Save').click();
    await page.getByText('The user name or the password is wrong.').waitFor();
    assert.equal(await password.inputValue(), '');
    await password.fill('right');
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(gateway.stations.find(({ id }) => id === idOf('s2'))?.configuration.autoLogon, 'anna');
  });

  test('a remap shows who has pressed, goes on while the dialogue is closed, and can be undone', async () => {
    let undoable = false;
    const show = (id: string, number: number): void =>
      void gateway.changeStation(idOf(id), { remap: { letter: id === 's1' ? 'A' : 'B', number } });
    gateway.answer(/^GET \/computers\/classroom\/remap$/, () => ({
      running: false,
      undoable,
      ended: undoable ? 'done-without-some' : null,
    }));
    gateway.answer(/^POST \/computers\/classroom\/remap$/, () => {
      for (const id of ['s1', 's2']) show(id, 0);
    });
    gateway.answer(/^POST \/computers\/classroom\/remap\/undo$/, () => undefined);
    await choose('Station 1');
    await button(page, 'Remap all stations…').click();
    await page.getByRole('checkbox', { name: /Also give new names/ }).check();
    assert.deepEqual(await axeFaults(page), []);
    await button(page, 'Show the letters').click();
    await page.getByText('0 of 2 are done').waitFor();
    await button(page, 'Close').click();
    show('s2', 1);
    await button(page, 'Remap all stations…').click();
    await page.getByText('Number 1').waitFor();
    await page.getByText('1 of 2 are done').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'remap-manager');
    undoable = true;
    for (const id of ['s1', 's2']) gateway.changeStation(idOf(id), { remap: undefined });
    await page.getByText('The remap is over, without screens that went off. They come after the others.').waitFor();
    await still(page);
    await keepPicture(page, 'remap-ended');
    assert.deepEqual(await axeFaults(page), []);
    await button(page, 'Undo the last remap').click();
    await page.getByText('The stations are as they were before the remap.').first().waitFor();
    assert.deepEqual(bodies(), [{ newNames: true }, {}]);
  });

  test('console mode is confirmed, shown, and left with one press', async () => {
    gateway.answer(/^POST \/computers\/classroom\/mode$/, ({ body }) =>
      gateway.changeComputer('classroom', { mode: body['mode'] === 'console' ? 'console' : 'station' }),
    );
    await page.goto(gateway.url('/manager/systems'));
    await button(page, 'Switch to console mode').click();
    const question = page.getByRole('alertdialog');
    await question.waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await question.getByRole('button', { name: 'Cancel' }).click();
    assert.deepEqual(bodies(), []);
    await button(page, 'Switch to console mode').click();
    await question.getByRole('button', { name: 'Switch to console mode' }).click();
    await page.getByText('Console mode', { exact: true }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'console-mode');
    await button(page, 'Switch to station mode').click();
    await button(page, 'Switch to console mode').waitFor();
    assert.deepEqual(bodies(), [{ mode: 'console' }, { mode: 'station' }]);
  });

  test('in French, on a narrow screen, nothing is cut off', async () => {
    await page.addInitScript(() => localStorage.setItem('stationmaster.language', 'fr'));
    await page.setViewportSize({ width: 360, height: 740 });
    await choose('Station 1');
    await button(page, 'Autres tâches').last().click();
    await page.getByRole('menuitem', { name: 'Configurer la station' }).click();
    await page.getByRole('radio', { name: 'Seulement les suivants, et les administrateurs' }).check();
    await page.getByRole('textbox', { name: 'Groupes' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await keepPicture(page, 'configure-fr');
  });
});
