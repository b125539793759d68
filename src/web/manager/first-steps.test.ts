// The guide of a new room in a real browser: there by itself, true to the room, put away and found again, by keyboard and accessible.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Refusal, makeComputer, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults } from '../../../test/support/page-checks.ts';

describe('First steps', () => {
  const room = managerRoom();
  beforeEach(() => {
    const { gateway } = room;
    gateway.principal = makePrincipal('ada', 'administrator');
    gateway.computers = [makeComputer('classroom')];
    gateway.firstSteps = { certificate: 'own-authority', people: 0, signedIn: false };
  });
  const step = (state: string, title: string) => room.page.getByRole('listitem').filter({ hasText: `${state} ${title}` });
  const toggle = (name: string) => room.page.getByRole('button', { name, exact: true });

  test('are there in a new room, follow what happens in it, and stay to be read when all is done', async () => {
    const { page, gateway } = room;
    await page.goto(gateway.url('/manager/home'));
    await page.getByText('1 of 4 done.').waitFor();
    await step('To do:', 'Add the people').waitFor();
    await step('Done:', 'Sessions survive a restart').waitFor();
    await step('Cannot be seen from here:', 'Browsers trust this computer').waitFor();
    await step('To do:', 'Make a station').getByText('It then waits on this page until you let it in.').waitFor();
    gateway.tell({ event: 'station.changed', station: makeStation('a', 'Station 1', 'classroom') });
    await step('Done:', 'Make a station').getByText('There is 1 station.').waitFor();
    gateway.tell({ event: 'session.changed', session: makeSession('s', 'anna', 'classroom', 'a') });
    await step('Done:', 'Sign in at a station').waitFor();
    gateway.changeComputer('classroom', {
      hibernation: { fault: 'criu-missing', says: '', asRoot: true, freeBytes: 0, savedBytes: 0 },
    });
    await step('To do:', 'Sessions survive a restart').waitFor();
    await step('To do:', 'Sessions survive a restart').getByRole('button', { name: 'Open the systems' }).click();
    await page.waitForURL(/\/manager\/systems$/);
    // What a computer that does not answer could do is not known.
    await page.goto(gateway.url('/manager/home'));
    gateway.changeComputer('classroom', { reachable: false });
    await step('Cannot be seen from here:', 'Sessions survive a restart').getByText('The computer does not answer.').waitFor();
  });

  test('are put away and found again by keyboard, and it is remembered', async () => {
    const { page, gateway } = room;
    await page.goto(gateway.url('/manager/home'));
    await toggle('Hide').press('Enter');
    await toggle('First steps').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'First steps');
    await page.reload();
    await page.getByText('Everything is in order.').waitFor();
    assert.equal(await page.getByText('Add the people').count(), 0);
    await toggle('First steps').press('Enter');
    await page.getByText('Add the people').waitFor();
    assert.equal(await toggle('Hide').getAttribute('aria-expanded'), 'true');
  });

  test('do not come by themselves where somebody has worked, and say when they cannot be known', async () => {
    const { page, gateway } = room;
    gateway.firstSteps = { certificate: 'given', people: 3, signedIn: true };
    await page.goto(gateway.url('/manager/home'));
    await page.getByText('Everything is in order.').waitFor();
    await toggle('First steps').click();
    await step('Done:', 'Browsers trust this computer').waitFor();
    await page.getByText('3 people may sign in besides the administrators.').waitFor();
    gateway.answer(/^GET \/first-steps$/, () => {
      throw new Refusal('computer-unreachable');
    });
    await page.reload();
    await toggle('Try again').waitFor();
    gateway.answer(/^GET \/first-steps$/, () => gateway.firstSteps);
    await toggle('Try again').click();
    await page.getByText('3 people may sign in besides the administrators.').waitFor();
  });

  for (const language of ['en', 'fr']) {
    for (const widthPx of [1280, 390]) {
      test(`have no accessibility fault and fit (${language}, ${widthPx} px)`, async () => {
        const { page, gateway } = room;
        await page.setViewportSize({ width: widthPx, height: 800 });
        await page.addInitScript((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
        await page.goto(gateway.url('/manager/home'));
        await page.getByRole('heading', { name: language === 'en' ? 'First steps' : 'Premiers pas' }).waitFor();
        assert.deepEqual(await axeFaults(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      });
    }
  }
});
