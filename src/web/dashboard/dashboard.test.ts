// The Dashboard in a real browser, before a gateway whose room each test scripts.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { signInAtPage } from '../../../test/e2e/browser.ts';
import { Refusal, idOf, makeComputer, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';

describe('the Dashboard', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [makeStation('s1', 'Station 1', 'classroom'), makeStation('s2', 'Station 2', 'classroom')];
    gateway.sessions = [makeSession('a1', 'anna', 'classroom', 's1')];
    gateway.principal = makePrincipal('tina', 'dashboard');
  });

  const chooseAnna = async (): Promise<void> => {
    await page.goto(gateway.url('/dashboard/stations'));
    await page.getByRole('row', { name: /anna/ }).getByRole('gridcell').nth(1).click();
  };

  test('says who else has it open, since when, and no more when they are gone', async () => {
    gateway.supervisors = [{ user: 'tom', fullName: 'Tom Holm', since: new Date(2026, 10, 26, 9, 5).getTime() }];
    await page.goto(gateway.url('/dashboard'));
    const others = page.getByRole('status', { name: 'Also supervising' });
    await others.getByText(/^Also supervising: Tom Holm \(since 0?9:05/).waitFor();
    await keepPicture(page, 'supervising');
    assert.deepEqual(await axeFaults(page), []);
    await page.setViewportSize({ width: 390, height: 844 });
    await keepPicture(page, 'supervising-narrow');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'it scrolls sideways');
    gateway.tell({
      event: 'supervisors.changed',
      supervisors: [...gateway.supervisors, { user: 'uma', fullName: '', since: Date.now() }],
    });
    await others.getByText(/Tom Holm .* and uma \(since /).waitFor();
    gateway.tell({ event: 'supervisors.changed', supervisors: [] });
    await others.getByText('Also supervising').waitFor({ state: 'detached' });
  });

  test('lets a teacher in and tells a standard user that the page is not for them', async () => {
    gateway.principal = null;
    gateway.answer(/^POST \/sign-in$/, ({ body }) => {
      if (body['user'] !== 'tina') throw new Refusal('level-too-low');
      assert.equal(body['page'], 'dashboard');
      gateway.principal = makePrincipal('tina', 'dashboard');
      return { step: 'done', principal: gateway.principal };
    });
    await page.goto(gateway.url('/dashboard/stations'));
    await signInAtPage(page, 'anna', 'right');
    await page.getByText('Your account may not use this page.').waitFor();
    await signInAtPage(page, 'tina', 'right');
    await page.getByRole('row', { name: /Station 1 anna .*Logged on/ }).waitFor();
  });

  test('suspends and logs off a session, and identifies a station', async () => {
    await chooseAnna();
    await page.getByRole('button', { name: 'Suspend', exact: true }).click();
    await page.getByText('The session of anna was suspended.').first().waitFor();
    await page.getByRole('button', { name: 'Identify station' }).click();
    await page.getByRole('row', { name: /Station 1 .*Shows its name/ }).waitFor();
    await page.getByRole('row', { name: /anna/ }).getByRole('gridcell').nth(1).click();
    await page.getByRole('button', { name: 'Log off', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Log off', exact: true }).click();
    await page.getByRole('row', { name: /anna .*Signing out/ }).waitFor();
    assert.deepEqual(
      gateway.calls.map((call) => call.path),
      [`/sessions/${idOf('a1')}/suspend`, `/stations/${idOf('s1')}/identify`, `/sessions/${idOf('a1')}/log-off`],
    );
  });

  test('offers nothing that a teacher may not do', async () => {
    await chooseAnna();
    await page.getByRole('button', { name: 'Suspend', exact: true }).waitFor();
    for (const name of [
      'Suspend all stations',
      'Log off all stations',
      'Hibernate all suspended sessions',
      'Configure station',
      'Remove station',
      'Enrolment code',
    ]) {
      assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
    }
  });

  test('shows sessions on disk and programs at risk, and hibernates a session', async () => {
    const saved = { at: Date.now() - 60_000, bytes: 96 * 2 ** 20, programs: ['Mousepad'], fault: null };
    gateway.sessions = [
      ...gateway.sessions,
      makeSession('b1', 'ben', 'classroom', null, { state: 'hibernated', cause: 'saved', saved }),
      makeSession('c1', 'chloe', 'classroom', null, { state: 'lost', cause: 'power-lost', saved: { ...saved, bytes: 0 } }),
    ];
    gateway.checks = { classroom: [{ session: idOf('a1'), user: 'anna', atRisk: [] }] };
    await chooseAnna();
    await page.getByRole('row', { name: /ben .*Suspended \(saved\)/ }).waitFor();
    await page.getByRole('row', { name: /chloe .*Lost/ }).waitFor();
    await page.getByRole('row', { name: /anna .*Logged on None/ }).waitFor();
    await page.getByRole('button', { name: 'Hibernate', exact: true }).click();
    await page.getByRole('row', { name: /anna .*Suspended \(saved\)/ }).waitFor();
    assert.deepEqual(gateway.calls.at(-1)?.path, `/sessions/${idOf('a1')}/hibernate`);
  });

  test("says so when somebody's session is out of a teacher's reach", async () => {
    gateway.answer(/suspend$/, () => {
      throw new Refusal('not-allowed');
    });
    await chooseAnna();
    await page.getByRole('button', { name: 'Suspend', exact: true }).click();
    await page.getByText('Your account may not do that.', { exact: true }).waitFor();
  });

  test('has no accessibility fault', async () => {
    await chooseAnna();
    assert.deepEqual(await axeFaults(page), []);
  });
});
