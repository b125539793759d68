// The queue of raised hands on the Dashboard in a real browser.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { idOf, makeComputer, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';

describe('raised hands', () => {
  const room = managerRoom();

  test('are a queue with since when, in the title too, marked at the desks, and taken down one by one or all', async () => {
    const { gateway, page } = room;
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [1, 2].map((number) => makeStation(`s${String(number)}`, `Station ${String(number)}`, 'classroom'));
    gateway.sessions = [makeSession('a1', 'anna', 'classroom', 's1'), makeSession('b1', 'ben', 'classroom', 's2')];
    gateway.principal = makePrincipal('tina', 'dashboard');
    const handOf = (session: string, user: string, station: string, minutes: number) => ({
      session: idOf(session),
      user,
      fullName: '',
      station: idOf(station),
      at: Date.now() - minutes * 60_000,
    });
    const anna = handOf('a1', 'anna', 's1', 2);
    const ben = handOf('b1', 'ben', 's2', 5);
    gateway.hands = [ben, anna];
    gateway.answer(/^POST \/desktops\/lower-hands$/, ({ body }) => ({
      outcomes: (body as { who: { sessions: string[] } }).who.sessions.map((session) => ({ session, user: '', error: null })),
    }));
    await page.goto(gateway.url('/dashboard'));
    const queue = page.getByRole('status', { name: 'Raised hands' });
    await queue.getByText('2 hands are up').waitFor();
    assert.match(
      (await queue.getByRole('listitem').allInnerTexts()).join('|').replaceAll('\n', ' '),
      /^ben .*5 min.*\|anna .*2 min/,
    );
    assert.match(await page.title(), /^\(2\) Dashboard/);
    await page.getByRole('checkbox', { name: 'anna' }).waitFor();
    assert.equal(await page.getByText('Hand up', { exact: true }).count(), 2);
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'raised-hands');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 800 });
    assert.deepEqual(await axeFaults(page), []);
    await keepPicture(page, 'raised-hands-narrow-dark');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Take down the hand of ben' }).click();
    await page.getByText('The hand is down.').first().waitFor();
    gateway.tell({ event: 'hands.changed', hands: [anna] });
    await queue.getByText('1 hand is up').waitFor();
    assert.match(await page.title(), /^\(1\) Dashboard/);
    assert.equal(await page.getByRole('button', { name: 'Take all down' }).count(), 0);
    gateway.tell({ event: 'hands.changed', hands: [anna, ben] });
    await page.getByRole('button', { name: 'Take all down' }).click();
    await page.getByText('2 hands are down.').first().waitFor();
    gateway.tell({ event: 'hands.changed', hands: [] });
    await queue.getByText('hands are up').waitFor({ state: 'detached' });
    assert.match(await page.title(), /^Dashboard/);
    assert.deepEqual(
      gateway.calls.map(({ body }) => body),
      [{ who: { sessions: [idOf('b1')] } }, { who: { sessions: [idOf('a1'), idOf('b1')] } }],
    );
  });
});
