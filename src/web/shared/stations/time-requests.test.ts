// Who asks for more time, as administrators and teachers see and answer it, in a real browser.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { TimeRequest } from '#model/session-time.ts';
import { Refusal, idOf, makeComputer, makePrincipal, makeSession, makeStation } from '../../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../../test/support/manager-room.ts';
import { axeFaults, keepPicture } from '../../../../test/support/page-checks.ts';

describe('questions for more time', () => {
  const room = managerRoom();
  let page: Page;
  let gateway: FakeGateway;

  beforeEach(() => {
    ({ gateway, page } = room);
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [makeStation('s1', 'Station 1', 'classroom')];
    gateway.sessions = [makeSession('a1', 'anna', 'classroom', 's1', { fullName: 'Anna Berg' })];
  });

  const request = (): TimeRequest => ({
    session: idOf('a1'),
    user: 'anna',
    fullName: 'Anna Berg',
    station: idOf('s1'),
    at: Date.now(),
    endsAt: Date.now() + 200_000,
  });

  for (const [path, level] of [
    ['/dashboard', 'dashboard'],
    ['/manager/home', 'administrator'],
    ['/manager/stations', 'administrator'],
  ] as const)
    test(`come live at ${path}, and are answered`, async () => {
      gateway.principal = makePrincipal('tina', level);
      const extended = Promise.withResolvers<unknown>();
      gateway.answer(/^POST \/sessions\/\w+\/extend$/, ({ body }) => {
        gateway.tell({ event: 'time-requests.changed', requests: [] });
        extended.resolve(body);
        return { leftMs: 2_000_000 };
      });
      await page.goto(gateway.url(path));
      await page.getByText('Station 1').or(page.getByText('Everything is in order.')).first().waitFor();
      gateway.tell({ event: 'time-requests.changed', requests: [request()] });
      await page.getByText('Anna Berg asks for more time').waitFor();
      await page.getByText(/Station 1\. The time is over in 3:\d\d\./).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await keepPicture(page, `requests${path.replaceAll('/', '-')}`);
      await page.getByRole('combobox', { name: 'How many minutes' }).selectOption('30');
      await page.getByRole('button', { name: 'Give more time' }).click();
      assert.deepEqual(await extended.promise, { minutes: 30 });
      await page.getByText('Anna Berg has 30 more minutes.').first().waitFor();
      await page.getByText('Anna Berg asks for more time').waitFor({ state: 'detached' });
    });

  test('are there when the page is opened, refused, and what fails is told', async () => {
    gateway.principal = makePrincipal('tina', 'dashboard');
    gateway.timeRequests = [request()];
    gateway.answer(/^POST \/sessions\/\w+\/refuse-time$/, () => {
      throw new Refusal('not-allowed');
    });
    await page.goto(gateway.url('/dashboard'));
    await page.getByRole('button', { name: 'Refuse', exact: true }).click();
    await page.getByText('Anna Berg could not be answered.', { exact: true }).waitFor();
    await page.getByText('Your account may not do that.', { exact: true }).waitFor();
    gateway.answer(/^POST \/sessions\/\w+\/refuse-time$/, () => {
      gateway.tell({ event: 'time-requests.changed', requests: [] });
      return {};
    });
    await page.getByRole('button', { name: 'Refuse', exact: true }).click();
    await page.getByText('Anna Berg asks for more time').waitFor({ state: 'detached' });
  });

  test('fit a phone', async () => {
    gateway.principal = makePrincipal('tina', 'dashboard');
    gateway.timeRequests = [request()];
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(gateway.url('/dashboard'));
    await page.getByText('Anna Berg asks for more time').waitFor();
    await keepPicture(page, 'requests-narrow');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, String(wide));
    const refuse = await page.getByRole('button', { name: 'Refuse', exact: true }).boundingBox();
    assert.ok(refuse !== null && refuse.x + refuse.width <= 390, JSON.stringify(refuse));
  });
});
