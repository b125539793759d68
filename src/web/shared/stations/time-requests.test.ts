// Who asks for more time, as administrators and teachers see and answer it, in a real browser.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { TimeRequest } from '#model/session-time.ts';
import { Browser } from '../../../../test/e2e/browser.ts';
import {
  FakeGateway,
  Refusal,
  idOf,
  makeComputer,
  makePrincipal,
  makeSession,
  makeStation,
} from '../../../../test/support/fake-gateway.ts';
import { axeFaults, complaintsOf } from '../../../../test/support/page-checks.ts';
import { builtPages } from '../../../../test/support/pages.ts';

/** Where pictures to look at go, for who is at work on these pages. */
const shots = process.env['SHOTS'];

describe('questions for more time', () => {
  let pages: string;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let gateway: FakeGateway;

  before(async () => {
    pages = await builtPages();
    browser = await Browser.open({ widthPx: 1280, heightPx: 800 });
  });
  after(() => browser[Symbol.asyncDispose]());
  beforeEach(async () => {
    gateway = await FakeGateway.start(pages);
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [makeStation('s1', 'Station 1', 'classroom')];
    gateway.sessions = [makeSession('a1', 'anna', 'classroom', 's1', { fullName: 'Anna Berg' })];
    page = await browser.page.context().newPage();
    page.setDefaultTimeout(10_000);
    complaints = complaintsOf(page);
  });
  afterEach(async () => {
    await page.close();
    await gateway[Symbol.asyncDispose]();
    assert.deepEqual(complaints, []);
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
      if (shots !== undefined) await page.screenshot({ path: `${shots}/requests${path.replaceAll('/', '-')}.png` });
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
    if (shots !== undefined) await page.screenshot({ path: `${shots}/requests-narrow.png` });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, String(wide));
    const refuse = await page.getByRole('button', { name: 'Refuse', exact: true }).boundingBox();
    assert.ok(refuse !== null && refuse.x + refuse.width <= 390, JSON.stringify(refuse));
  });
});
