// Home in a real browser: what needs attention, with what to do and the way there; what is put aside; how full computers are.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Refusal, makeComputer, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults } from '../../../test/support/page-checks.ts';

const fault = { at: Date.now() - 3_600_000, bytes: 96 * 2 ** 20, programs: ['Mousepad'], fault: 'image-damaged' };
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const gib = 2 ** 30;

/** Everything that there can be to tell. */
function trouble(gateway: FakeGateway): void {
  gateway.computers = [
    makeComputer('classroom', {
      memoryTotal: 16 * gib,
      memoryAvailable: 0.5 * gib,
      disks: [
        { holds: ['state'], totalBytes: 100 * gib, freeBytes: 2 * gib },
        { holds: ['homes'], totalBytes: 400 * gib, freeBytes: 30 * gib },
      ],
      hibernation: { fault: 'criu-missing', says: '', asRoot: true, freeBytes: 0, savedBytes: 0 },
    }),
    makeComputer('library', { reachable: false }),
  ];
  gateway.sessions = [
    makeSession('l', 'lea', 'classroom', null, { state: 'lost', cause: 'power-lost', saved: { ...fault, fault: null } }),
    makeSession('m', 'max', 'classroom', null, { state: 'lost', cause: 'power-lost', saved: { ...fault, fault: null } }),
    makeSession('h', 'hugo', 'classroom', null, { state: 'hibernated', saved: fault }),
    makeSession('s', 'sam', 'classroom', null, { state: 'suspended' }),
    makeSession('t', 'tom', 'classroom', null, { state: 'suspended' }),
  ];
  gateway.stations = [makeStation('w', 'Browser QK7', 'classroom', { state: 'waiting' })];
  gateway.settings = { ...gateway.settings, mostSessions: 2 };
  gateway.auditDamage = { fault: 'entry', from: 412, foundAt: Date.now() - 3_600_000 };
  gateway.certificateEndsAt = Date.now() + 5 * 86_400_000;
  gateway.audit = Array.from({ length: 8 }, (_, at) => ({
    number: at + 1,
    at: Date.now() - 60_000,
    actor: '',
    action: 'station.sign-in',
    target: 'Station 1',
    address: '192.0.2.1',
    outcome: at < 6 ? 'wrong-credentials' : 'computer-full',
    details: {},
  }));
}

describe('Home', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    gateway.principal = makePrincipal('ada', 'administrator');
    gateway.computers = [makeComputer('classroom')];
  });

  test('says that all is well, and tells at once when a computer no longer answers or its memory is short', async () => {
    await page.goto(gateway.url('/manager/home'));
    await page.getByText('Everything is in order.').waitFor();
    gateway.changeComputer('classroom', { memoryAvailable: 0.5 * gib });
    await page.getByText('classroom is nearly out of memory').waitFor();
    await page.getByText('Everything is in order.').waitFor({ state: 'detached' });
    gateway.changeComputer('classroom', { memoryAvailable: 9 * gib, reachable: false });
    await page.getByText('classroom does not answer').waitFor();
    gateway.changeComputer('classroom', { reachable: true });
    await page.getByText('Everything is in order.').waitFor();
  });

  test('tells the most urgent first, and leads to what helps', async () => {
    trouble(gateway);
    await page.goto(gateway.url('/manager/home'));
    await page.getByText('6 failed sign-ins in the last 24 hours').waitFor();
    const titles = await page.locator('.fui-MessageBarTitle').allTextContents();
    const urgent = titles.slice(0, 4).toSorted();
    assert.deepEqual(urgent, [
      'The activity was changed behind the back of the Manager',
      'The disk with the saved sessions of classroom is nearly full',
      'classroom is nearly out of memory',
      'library does not answer',
    ]);
    assert.equal(await page.getByText('Urgent', { exact: true }).count(), 4);
    for (const title of [
      'The disk with the home folders of classroom is nearly full',
      'classroom has as many sessions as it may: 2 of 2',
      '2 sessions were lost',
      '1 saved session cannot be continued',
      '“Browser QK7” wants to become a station',
    ])
      assert.ok(titles.includes(title), `${title} is not among ${titles.join(' | ')}`);
    await page.getByText(/2 people were refused a new session/).waitFor();
    await page.getByText(/Entry 412 or one just before it was changed/).waitFor();
    await page.getByText(/^The certificate of these pages ends soon/).waitFor();
    await button(page, 'See the suspended sessions').first().click();
    await page.waitForURL(/\/manager\/stations\?status=suspended$/);
    await page.getByText('2 of 6 lines', { exact: true }).waitFor();
  });

  test('puts aside what is over, says who did, and shows it again; a refusal is told', async () => {
    trouble(gateway);
    await page.goto(gateway.url('/manager/home'));
    await button(page, 'Put aside: 2 sessions were lost').click();
    await page.getByText('2 sessions were lost').waitFor({ state: 'detached' });
    assert.deepEqual(
      [...gateway.dismissed.values()].map(({ by }) => by),
      ['ada', 'ada'],
    );
    await page.reload();
    await button(page, 'Put aside (1)').click();
    await page.getByText(/^ada, /).waitFor();
    await button(page, 'Show again: 2 sessions were lost').click();
    await button(page, 'Put aside: 2 sessions were lost').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Put aside: classroom/ }).count(), 0);
    gateway.answer(/^POST \/alerts\/dismiss$/, () => {
      throw new Refusal('store-full');
    });
    await button(page, 'Put aside: 1 saved session cannot be continued').click();
    await page.getByText('This could not be put aside.', { exact: true }).waitFor();
    await page.getByText('1 saved session cannot be continued').waitFor();
  });

  test('says when the alerts could not be asked for, and asks again', async () => {
    gateway.answer(/^GET \/alerts$/, () => {
      throw new Refusal('internal');
    });
    await page.goto(gateway.url('/manager/home'));
    await button(page, 'Try again').waitFor();
    assert.equal(await page.getByText('Everything is in order.').count(), 0);
    gateway.answer(/^GET \/alerts$/, () => []);
    await button(page, 'Try again').click();
    await page.getByText('Everything is in order.').waitFor();
  });

  for (const language of ['en', 'fr']) {
    for (const widthPx of [1280, 390]) {
      test(`has no accessibility fault and fits with everything to tell (${language}, ${widthPx} px)`, async () => {
        trouble(gateway);
        await page.setViewportSize({ width: widthPx, height: 800 });
        await page.addInitScript((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
        await page.goto(gateway.url('/manager/home'));
        await page.getByText(language === 'en' ? /6 failed sign-ins/ : /6 connexions/).waitFor();
        assert.deepEqual(await axeFaults(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      });
    }
  }
});
