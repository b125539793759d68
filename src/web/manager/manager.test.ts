// The Manager in a real browser, under the real security headers, before a gateway whose room each test scripts.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { defaultSettings } from '#model/settings.ts';
import type { Page } from 'playwright-core';
import { signInAtPage } from '../../../test/e2e/browser.ts';
import {
  Refusal,
  idOf,
  makeComputer,
  makePerson,
  makePrincipal,
  makeSession,
  makeStation,
} from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import type { Session } from '#model/session.ts';
import type { LeaveReport } from '#contract/values.ts';
import { settingsSchema } from '#contract/values.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults } from '../../../test/support/page-checks.ts';
import { numberBounds } from './setting-bounds.ts';

const withinMs = 10_000;
const tabs = ['home', 'stations', 'users', 'systems', 'activity'] as const;

function furnish(gateway: FakeGateway): void {
  gateway.computers = [makeComputer('classroom')];
  gateway.stations = [
    makeStation('s1', 'Station 1', 'classroom'),
    makeStation('s2', 'Station 2', 'classroom'),
    makeStation('s3', 'Station 3', 'classroom', { online: false }),
  ];
  gateway.sessions = [
    makeSession('a1', 'anna', 'classroom', 's1', { fullName: 'Anna Keller' }),
    makeSession('b1', 'ben', 'classroom', 's2', { state: 'locked' }),
    makeSession('c1', 'chloe', 'classroom', null),
  ];
  gateway.accounts = [
    makePerson('anna', 'standard', { fullName: 'Anna Keller' }),
    makePerson('tina', 'dashboard', { fullName: 'Tina Holm' }),
    makePerson('zoe', 'standard', { listed: false }),
  ];
  gateway.auditReport = { entries: 12, brokenAt: null, fault: null, anchor: 0, head: { number: 12, hash: '' }, noted: null };
  gateway.audit = Array.from({ length: 120 }, (_, at) => ({
    number: at + 1,
    at: Date.now() - (120 - at) * 60_000,
    actor: 'ada',
    action: at % 2 === 0 ? 'station.sign-in' : 'session.suspend',
    target: `Station ${at + 1}`,
    address: '192.0.2.1',
    outcome: at === 118 ? 'wrong-credentials' : 'done',
    details: at % 2 === 0 ? {} : { user: 'anna' },
  }));
  gateway.principal = makePrincipal('ada', 'administrator');
}

const saved = { at: Date.now() - 3_600_000, bytes: 96 * 2 ** 20, programs: ['Mousepad', 'Terminal'], fault: null };

/** Sessions on their way to disk, there, on their way back, and one that is no more. */
function onDisk(): Session[] {
  return [
    makeSession('d1', 'david', 'classroom', null, { state: 'hibernating' }),
    makeSession('e1', 'emma', 'classroom', null, { state: 'hibernated', cause: 'saved', saved }),
    makeSession('f1', 'felix', 'classroom', null, { state: 'hibernated', saved: { ...saved, fault: 'image-damaged' } }),
    makeSession('g1', 'gina', 'classroom', null, { state: 'restoring', saved }),
    makeSession('h1', 'hugo', 'classroom', null, { state: 'lost', cause: 'power-lost', saved: { ...saved, bytes: 0 } }),
  ];
}

/** What the check before saving says: Anna's programs are closed and opened, one of Chloe's cannot be saved. */
function withRisks(gateway: FakeGateway): void {
  gateway.checks = {
    classroom: [
      {
        session: idOf('a1'),
        user: 'anna',
        atRisk: [
          { program: 'Firefox', fate: 'reopened', reason: 'sandbox' },
          { program: 'ssh', fate: 'disconnected', reason: 'connection' },
        ],
      },
      { session: idOf('b1'), user: 'ben', atRisk: [] },
      { session: idOf('c1'), user: 'chloe', atRisk: [{ program: 'VirtualBox', fate: 'lost', reason: 'device' }] },
    ],
  };
}

const unable = { says: '', asRoot: true, freeBytes: 30 * 2 ** 30, savedBytes: 0 };

const lastLeave: LeaveReport = {
  how: 'restart',
  at: Date.now() - 60_000,
  by: 'ada',
  sessions: [
    { session: idOf('a1'), user: 'anna', outcome: 'saved', programs: [], error: null },
    { session: idOf('b1'), user: 'ben', outcome: 'saved-without', programs: ['VirtualBox'], error: null },
    {
      session: idOf('c1'),
      user: 'chloe',
      outcome: 'lost',
      programs: ['Mousepad'],
      error: { code: 'disk-full', message: '', details: {} },
    },
  ],
};

const row = (page: Page, name: RegExp) => page.getByRole('row', { name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const shown = (page: Page, text: string | RegExp) => page.getByText(text, { exact: true }).first().waitFor({ timeout: withinMs });

describe('the Manager', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    furnish(gateway);
  });

  test('takes a wrong password with a word, and a right one', async () => {
    gateway.principal = null;
    await page.goto(gateway.url('/manager'));
    await signInAtPage(page, 'ada', 'wrong');
    await shown(page, 'The user name or the password is wrong.');
    assert.equal(await page.getByRole('textbox', { name: 'User name' }).inputValue(), 'ada');
    await signInAtPage(page, 'ada', 'right');
    await page.getByRole('tab', { name: 'Home' }).waitFor();
    for (const name of ['Home', 'Stations', 'Users', 'Systems', 'Activity'])
      await page.getByRole('tab', { name, exact: true }).waitFor();
  });

  test('says how long to wait after too many attempts', async () => {
    gateway.principal = null;
    gateway.answer(/^POST \/sign-in$/, () => {
      throw new Refusal('throttled', { seconds: 42 });
    });
    await page.goto(gateway.url('/manager'));
    await signInAtPage(page, 'ada', 'right');
    await shown(page, 'Too many attempts. Try again in 42 seconds.');
  });

  test('asks what the computer asks further at the sign-in', async () => {
    gateway.principal = null;
    gateway.answer(/^POST \/sign-in$/, () => ({
      step: 'question',
      attempt: idOf('q1'),
      question: { visible: true, text: 'One-time code:', messages: ['Look at your phone.'] },
    }));
    gateway.answer(/^POST \/sign-in\/answer$/, ({ body }) => {
      assert.deepEqual(body, { attempt: idOf('q1'), answer: '123456' });
      gateway.principal = makePrincipal('ada', 'administrator');
      return { step: 'done', principal: gateway.principal };
    });
    await page.goto(gateway.url('/manager'));
    await signInAtPage(page, 'ada', 'right');
    await shown(page, 'Look at your phone.');
    await page.getByRole('textbox', { name: 'One-time code:' }).fill('123456');
    await button(page, 'Continue').click();
    await page.getByRole('tab', { name: 'Home' }).waitFor();
  });

  test('signs out, and says so when the server ends the sign-in', async () => {
    await page.goto(gateway.url('/manager'));
    await page.getByRole('tab', { name: 'Home' }).waitFor();
    await page.getByText('Computers', { exact: true }).waitFor();
    gateway.endSignIn();
    await shown(page, 'You have been signed out. Sign in to go on.');
    await signInAtPage(page, 'ada', 'right');
    await button(page, 'Ada Martin').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await button(page, 'Sign in').waitFor();
    assert.equal(gateway.calls.at(-1)?.path, '/sign-out');
  });

  test('suspends all stations of the one computer that there is, and says how many', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Suspend all stations').click();
    await shown(page, '2 sessions were suspended.');
    await row(page, /At no station anna .*Suspended/).waitFor();
    await row(page, /Station 1 .*Free/).waitFor();
    assert.deepEqual(
      gateway.calls.map((call) => call.path),
      ['/computers/classroom/suspend-all'],
    );
  });

  test('asks again by the same key where the line breaks while all are suspended, and says how many as if it had not', async () => {
    await page.goto(gateway.url('/manager/stations'));
    const keys: (string | undefined)[] = [];
    await page.route('**/suspend-all', async (route) => {
      keys.push((await route.request().allHeaders())['idempotency-key']);
      if (keys.length < 3) await route.abort('connectionreset');
      else await route.continue();
    });
    await button(page, 'Suspend all stations').click();
    await shown(page, '2 sessions were suspended.');
    assert.match(keys[0] ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(keys, [keys[0], keys[0], keys[0]]);
  });

  test('suspends the stations of the computer chosen in the Computer column, and only those', async () => {
    gateway.computers = [makeComputer('classroom'), makeComputer('library')];
    gateway.stations = [...gateway.stations, makeStation('l1', 'Desk 1', 'library')];
    gateway.sessions = [...gateway.sessions, makeSession('d1', 'david', 'library', 'l1')];
    await page.goto(gateway.url('/manager/stations'));
    await shown(page, 'Choose a computer in the Computer column.');
    await row(page, /Desk 1/)
      .getByRole('button', { name: 'library', exact: true })
      .click();
    await page.getByRole('heading', { name: 'library tasks' }).waitFor();
    assert.equal(await row(page, /^library 1 station/).getAttribute('aria-selected'), 'true');
    await button(page, 'Suspend all stations').click();
    await shown(page, '1 session was suspended.');
    assert.equal(gateway.calls.at(-1)?.path, '/computers/library/suspend-all');
    await row(page, /Station 1 anna .*Logged on/).waitFor();
  });

  test('names who was not suspended, and why', async () => {
    gateway.answer(/suspend-all$/, () => ({
      outcomes: [
        { session: idOf('a1'), user: 'anna', error: null },
        { session: idOf('b1'), user: 'ben', error: { code: 'not-possible-now', message: '', details: {} } },
      ],
    }));
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Suspend all stations').click();
    await shown(page, '1 session was suspended.');
    await shown(page, 'ben: That cannot be done at this moment.');
  });

  test('shows everything that happens without being asked', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 1 anna/).waitFor();
    gateway.tell({ event: 'session.changed', session: makeSession('d1', 'david', 'classroom', null) });
    await row(page, /david/).waitFor();
    gateway.changeSession(idOf('a1'), { state: 'ending' });
    await row(page, /anna .*Signing out/).waitFor();
    gateway.tell({ event: 'session.removed', session: idOf('a1') });
    await row(page, /Station 1 .*Free/).waitFor();
    assert.equal(await row(page, /Station 3/).count(), 0);
    await page.getByRole('switch', { name: 'Show all stations' }).click();
    await row(page, /Station 3 .*Offline/).waitFor();
  });

  test('is driven by the keyboard alone', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 1 anna/).waitFor();
    await row(page, /^classroom 3 stations/).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'Station 1 tasks' }).waitFor();
    await page.keyboard.press('End');
    await page.getByRole('heading', { name: 'chloe tasks' }).waitFor();
    await page.keyboard.press('Home');
    assert.equal(await row(page, /^classroom 3 stations/).getAttribute('aria-selected'), 'true');
    // The focus stays on the list when the line under it goes.
    await page.keyboard.press('End');
    gateway.tell({ event: 'session.removed', session: idOf('c1') });
    await row(page, /chloe/).waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'row');
  });

  test('logs a person off after a countdown, and takes it back', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /anna/).getByRole('gridcell').nth(1).click();
    await button(page, 'Log off').click();
    const dialog = page.getByRole('dialog', { name: 'Log off anna?' });
    await dialog.waitFor();
    assert.equal(await dialog.getByRole('spinbutton', { name: 'Seconds of warning' }).inputValue(), '30');
    await dialog.getByRole('spinbutton', { name: 'Seconds of warning' }).fill('41');
    await dialog.getByRole('button', { name: 'Log off', exact: true }).click();
    await row(page, /anna .*Logs off in 0:4\d/).waitFor();
    await row(page, /anna .*Logs off in 0:3\d/).waitFor();
    assert.deepEqual(gateway.calls.at(-1), { method: 'POST', path: `/sessions/${idOf('a1')}/log-off`, body: { seconds: 41 } });
    await button(page, 'Keep signed in').click();
    await row(page, /anna .*Logged on/).waitFor();
  });

  test('logs a person off at once', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /anna/).getByRole('gridcell').nth(1).click();
    await button(page, 'Log off').click();
    const dialog = page.getByRole('dialog', { name: 'Log off anna?' });
    await dialog.getByRole('radio', { name: 'Now, without a warning' }).click();
    await dialog.getByRole('button', { name: 'Log off', exact: true }).click();
    await row(page, /anna .*Signing out/).waitFor();
    assert.deepEqual(gateway.calls.at(-1)?.body, { seconds: 0 });
  });

  test('logs off all stations, and says beforehand what is at stake', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Log off all stations').click();
    const dialog = page.getByRole('dialog', { name: 'Log off all stations of classroom?' });
    await dialog.getByText(/2 sessions are ended/).waitFor();
    await dialog.getByRole('button', { name: 'Log off', exact: true }).click();
    await shown(page, '2 sessions will be logged off.');
    await row(page, /anna .*Logs off in/).waitFor();
    await row(page, /ben .*Logs off in/).waitFor();
  });

  test('keeps the dialogue open with the reason when a log-off is refused', async () => {
    gateway.answer(/log-off$/, () => {
      throw new Refusal('session-not-found');
    });
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /anna/).getByRole('gridcell').nth(1).click();
    await button(page, 'Log off').click();
    const dialog = page.getByRole('dialog', { name: 'Log off anna?' });
    await dialog.getByRole('button', { name: 'Log off', exact: true }).click();
    await dialog.getByText('This session has already ended.').waitFor();
  });

  test('renames a station, and says so when somebody else did meanwhile', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 1/)
      .getByRole('gridcell')
      .nth(1)
      .click();
    await button(page, 'Configure station').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Window seat');
    gateway.changeStation(idOf('s1'), { name: 'Door seat' });
    await button(page, 'Save').click();
    await page.getByText(/Somebody else renamed this station to “Door seat” meanwhile/).waitFor();
    await button(page, 'Save').click();
    await row(page, /Window seat/).waitFor();
    assert.deepEqual(
      gateway.calls.map((call) => call.body),
      [
        { name: 'Window seat', was: 'Station 1' },
        { name: 'Window seat', was: 'Door seat' },
      ],
    );
    // The focus is back where it came from.
    await page.waitForFunction(() => document.activeElement?.textContent === 'Configure station');
  });

  test('identifies a station and hides its name again', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 1/)
      .getByRole('gridcell')
      .nth(1)
      .click();
    await button(page, 'Identify station').click();
    await row(page, /Station 1 .*Shows its name/).waitFor();
    await button(page, 'Hide station name').click();
    await button(page, 'Identify all stations').click();
    await button(page, 'Hide all station names').click();
    await button(page, 'Identify all stations').waitFor();
  });

  test('removes a station only after asking', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 2/)
      .getByRole('gridcell')
      .nth(1)
      .click();
    await button(page, 'Remove station').click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    assert.deepEqual(gateway.calls, []);
    await button(page, 'Remove station').click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove station' }).click();
    await row(page, /Station 2/).waitFor({ state: 'detached' });
  });

  test('lets waiting stations in or refuses them, from Home and from Stations', async () => {
    gateway.stations = [
      ...gateway.stations,
      makeStation('w1', 'Browser QK7', 'classroom', { state: 'waiting' }),
      makeStation('w2', 'Browser ZX2', 'classroom', { state: 'waiting' }),
    ];
    await page.goto(gateway.url('/manager'));
    await shown(page, '“Browser QK7” wants to become a station');
    await button(page, 'Let in').first().click();
    await page.getByText('“Browser QK7” wants').waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Stations' }).click();
    await row(page, /Browser ZX2 .*Waiting/)
      .getByRole('button', { name: 'Refuse' })
      .click();
    await row(page, /Browser ZX2/).waitFor({ state: 'detached' });
    assert.deepEqual(
      gateway.calls.map(({ method, path }) => `${method} ${path}`),
      [`POST /stations/${idOf('w1')}/admit`, `DELETE /stations/${idOf('w2')}`],
    );
  });

  test('gives out an enrolment code, and offers to ask for codes', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Enrolment code').click();
    await shown(page, 'K7WM-4PXD');
    await button(page, 'Ask for a code').click();
    await button(page, 'Ask for a code').waitFor({ state: 'detached' });
    assert.equal(gateway.settings.enrolment, 'code');
  });

  test('says how to open a station while there is none, and still has the tasks of the computer', async () => {
    gateway.stations = [];
    gateway.sessions = [];
    await page.goto(gateway.url('/manager/stations'));
    await shown(page, 'There is no station yet');
    assert.equal(await page.getByRole('link', { name: gateway.url('/') }).count(), 1);
    for (const name of ['Suspend all stations', 'Log off all stations']) {
      const task = button(page, name);
      assert.equal(await task.getAttribute('aria-disabled'), 'true', name);
      assert.equal(await task.getAttribute('title'), 'Nobody is signed in at a station of this computer.');
      await task.click({ force: true });
    }
    assert.equal(gateway.calls.length, 0);
    assert.equal(await page.getByRole('dialog').count(), 0);
    gateway.tell({ event: 'session.changed', session: makeSession('d1', 'david', 'classroom', 's1') });
    await page.locator('button:not([aria-disabled="true"])', { hasText: 'Suspend all stations' }).click();
    await page
      .getByText(/session.* suspended\./)
      .first()
      .waitFor();
    assert.equal(gateway.calls.at(-1)?.path, '/computers/classroom/suspend-all');
  });

  test('comes back by itself after the connection was lost, with what happened meanwhile', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 1 anna/).waitFor();
    gateway.vanish();
    await shown(page, 'The connection to the computer is lost.');
    await button(page, 'Suspend all stations').click();
    await shown(page, 'The computer cannot be reached. Check the network, then try again.');
    gateway.sessions = [makeSession('d1', 'david', 'classroom', 's1')];
    gateway.comeBack();
    await row(page, /Station 1 david/).waitFor();
    await page.getByText('The connection to the computer is lost.').waitFor({ state: 'detached' });
  });

  test('shows the programs at risk of each session, and all about them by pointer, keyboard and touch', async () => {
    withRisks(gateway);
    await page.goto(gateway.url('/manager/stations'));
    const cell = row(page, /anna/).getByRole('button', { name: /^Programs at risk/ });
    await cell.filter({ hasText: 'ssh, Firefox' }).waitFor();
    assert.match((await cell.getAttribute('aria-label')) ?? '', /Firefox: It is closed and opened again with its tabs\./);
    await row(page, /ben .*None/).waitFor();
    const detail = page.getByRole('dialog', { name: /^Programs at risk/ });
    const gone = () => detail.waitFor({ state: 'detached' });
    await cell.hover();
    await detail.getByText('It goes on, but its connections to the outside are closed.').waitFor();
    await page.getByRole('searchbox').hover();
    await gone();
    await cell.focus();
    await page.keyboard.press('Enter');
    await detail.getByText('It is closed and opened again with its tabs.').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Escape');
    await gone();
    const box = await cell.boundingBox();
    assert.ok(box !== null);
    const tools = await page.context().newCDPSession(page);
    await tools.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    const tap = async (x: number, y: number): Promise<void> => {
      await tools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
      await tools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await tap(box.x + box.width / 2, box.y + box.height / 2);
    await detail.waitFor();
    await tap(640, 20);
    await gone();
    await tools.detach();
    gateway.tell({ event: 'checks.changed', computer: 'classroom', checks: [] });
    await cell.waitFor({ state: 'detached' });
  });

  test('shows sessions on disk: how large and since when, what was open, and what is against continuing them', async () => {
    gateway.sessions = [...gateway.sessions, ...onDisk()];
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /david .*Saving…/).waitFor();
    await row(page, /gina .*Restoring…/).waitFor();
    await row(page, /felix .*Suspended \(saved\).*Damaged, it cannot be continued\./).waitFor();
    await row(page, /hugo .*Lost/).waitFor();
    await row(page, /emma/)
      .getByRole('button', { name: /^Suspended \(saved\)/ })
      .click();
    await page
      .getByRole('dialog')
      .getByText(/96 MB on disk\./)
      .waitFor();
    await page.getByRole('dialog').getByText('Programs that were open: Mousepad and Terminal.').waitFor();
  });

  test('hibernates a session at once where everything can be saved', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /ben/).getByRole('gridcell').nth(1).click();
    await button(page, 'Hibernate').click();
    await shown(page, 'The session of ben is saved to disk.');
    await row(page, /At no station ben .*Suspended \(saved\)/).waitFor();
    assert.deepEqual(gateway.calls, [{ method: 'POST', path: `/sessions/${idOf('b1')}/hibernate`, body: { closing: false } }]);
  });

  test('names a program that cannot be saved, and closes it only after asking', async () => {
    withRisks(gateway);
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /chloe .*VirtualBox/).waitFor();
    await row(page, /chloe/).getByRole('gridcell').nth(1).click();
    await button(page, 'Hibernate').click();
    const dialog = page.getByRole('dialog', { name: 'Hibernate the session of chloe?' });
    await dialog.getByText('It cannot be saved. It uses a device.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(gateway.calls.length, 0);
    await button(page, 'Hibernate').click();
    await dialog.getByRole('button', { name: 'Close them and hibernate' }).click();
    await row(page, /chloe .*Suspended \(saved\)/).waitFor();
    assert.deepEqual(gateway.calls.at(-1)?.body, { closing: true });
  });

  test('asks too when the program was opened after the last look; says why when saving fails', async () => {
    let tries = 0;
    gateway.answer(/^POST \/sessions\/\w+\/hibernate$/, ({ body }) => {
      tries += 1;
      if (body['closing'] !== true) throw new Refusal('cannot-be-saved', { program: 'VirtualBox', reason: 'device' });
      throw new Refusal('save-failed');
    });
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /chloe/).getByRole('gridcell').nth(1).click();
    await button(page, 'Hibernate').click();
    const dialog = page.getByRole('dialog', { name: 'Hibernate the session of chloe?' });
    await dialog.getByText('VirtualBox', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Close them and hibernate' }).click();
    await dialog.getByText('The session could not be saved to disk. It goes on running, and nothing is lost.').waitFor();
    assert.equal(tries, 2);
  });

  test('hibernates all suspended sessions of the chosen computer, and names those that go on running', async () => {
    withRisks(gateway);
    gateway.sessions = [...gateway.sessions, makeSession('i1', 'ines', 'classroom', null)];
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /chloe .*VirtualBox/).waitFor();
    await button(page, 'Hibernate all suspended sessions').click();
    const dialog = page.getByRole('dialog', { name: 'Hibernate all suspended sessions of classroom?' });
    await dialog.getByText('chloe', { exact: true }).waitFor();
    assert.equal(await dialog.getByText('anna', { exact: true }).count(), 0, 'she is at a station');
    await dialog.getByRole('button', { name: 'Hibernate', exact: true }).click();
    await shown(page, '1 session is saved to disk.');
    await shown(page, 'chloe: VirtualBox cannot be saved, so the session goes on running. Close it, then try again.');
    await button(page, 'Hibernate all suspended sessions').click();
    await dialog.getByRole('checkbox', { name: /^Close programs that cannot be saved first/ }).click();
    await dialog.getByRole('button', { name: 'Close them and hibernate' }).click();
    await row(page, /chloe .*Suspended \(saved\)/).waitFor();
    assert.deepEqual(
      gateway.calls.map(({ path, body }) => [path, body]),
      [
        ['/computers/classroom/hibernate-all', { closing: false }],
        ['/computers/classroom/hibernate-all', { closing: true }],
      ],
    );
  });

  test('concerns several lines that were chosen with Shift, Ctrl or the button: suspend, hibernate, log off', async () => {
    withRisks(gateway);
    gateway.stations = [
      ...gateway.stations,
      makeStation('s4', 'Station 4', 'classroom'),
      makeStation('s5', 'Station 5', 'classroom'),
    ];
    gateway.sessions = [
      ...gateway.sessions,
      ...onDisk(),
      makeSession('j1', 'jan', 'classroom', 's4'),
      makeSession('k1', 'kim', 'classroom', 's5'),
    ];
    await page.goto(gateway.url('/manager/stations'));
    const cell = (name: RegExp) => row(page, name).getByRole('gridcell').nth(1);
    const chosen = () => page.getByRole('row', { selected: true }).count();
    await row(page, /chloe .*VirtualBox/).waitFor();
    await cell(/jan/).click();
    await cell(/kim/).click({ modifiers: ['Shift'] });
    await button(page, 'Suspend (2)').click();
    await shown(page, '2 sessions were suspended.');
    await cell(/anna/).click();
    await cell(/ben/).click({ modifiers: ['Shift'] });
    await cell(/chloe/).click({ modifiers: ['Control'] });
    await page.getByRole('heading', { name: '3 lines chosen' }).waitFor();
    assert.equal(await chosen(), 3);
    await button(page, 'Hibernate (3)').click();
    const dialog = page.getByRole('dialog', { name: 'Hibernate 3 sessions?' });
    await dialog.getByText('chloe', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Hibernate', exact: true }).click();
    await shown(page, '2 sessions are saved to disk.');
    await shown(page, 'chloe: VirtualBox cannot be saved, so the session goes on running. Close it, then try again.');
    await button(page, 'Choose no station').click();
    assert.equal(await page.getByRole('heading', { name: /lines chosen/ }).count(), 0);
    // Without Shift and Ctrl, as on a touch screen.
    await button(page, 'Choose several').click();
    await cell(/hugo/).click();
    await cell(/emma/).click();
    await cell(/chloe/).click();
    await cell(/emma/).click();
    await page.getByRole('heading', { name: '2 lines chosen' }).waitFor();
    gateway.calls.length = 0;
    await button(page, 'Log off (2)').click();
    const logOff = page.getByRole('dialog', { name: 'Log off 2 sessions?' });
    await logOff.getByText(/Sessions on disk are removed for good, lost ones from the list\./).waitFor();
    await logOff.getByRole('radio', { name: 'Warn first, so that work can be saved' }).click();
    await logOff.getByRole('button', { name: 'Log off', exact: true }).click();
    await row(page, /hugo .*Signing out/).waitFor();
    await row(page, /chloe .*Logs off in/).waitFor();
    const ended = gateway.calls.map(({ path, body }) => [path, body] as const).toSorted(([a], [b]) => a.localeCompare(b));
    assert.deepEqual(ended, [
      [`/sessions/${idOf('c1')}/log-off`, { seconds: 30 }],
      [`/sessions/${idOf('h1')}/log-off`, { seconds: 0 }],
    ]);
  });

  test('chooses several lines by the keyboard alone', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 1 anna/).waitFor();
    await row(page, /^classroom 3 stations/).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByRole('heading', { name: '2 lines chosen' }).waitFor();
    await page.keyboard.press('Control+ArrowDown');
    await page.keyboard.press('Control+Space');
    await page.getByRole('heading', { name: '3 lines chosen' }).waitFor();
    await page.keyboard.press('Control+Space');
    await page.getByRole('heading', { name: '2 lines chosen' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('heading', { name: 'Station 2 tasks' }).waitFor();
  });

  test('does not offer to hibernate where the computer cannot, and says why', async () => {
    gateway.computers = [makeComputer('classroom', { hibernation: { ...unable, fault: 'criu-missing' } })];
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /chloe/).getByRole('gridcell').nth(1).click();
    for (const name of ['Hibernate', 'Hibernate all suspended sessions']) {
      assert.equal(await button(page, name).getAttribute('aria-disabled'), 'true', name);
      assert.match((await button(page, name).getAttribute('title')) ?? '', /CRIU is not installed/);
      await button(page, name).click({ force: true });
    }
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(gateway.calls, []);
  });

  test('removes lost and damaged sessions only after saying what goes with them', async () => {
    gateway.sessions = onDisk();
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /hugo/).getByRole('gridcell').nth(1).click();
    await button(page, 'Remove from the list').click();
    const asked = page.getByRole('alertdialog');
    await asked.getByText(/Only this entry is left of it\..*Programs that were open: Mousepad and Terminal\./).waitFor();
    await asked.getByRole('button', { name: 'Cancel' }).click();
    assert.deepEqual(gateway.calls, []);
    await button(page, 'Remove from the list').click();
    await asked.getByRole('button', { name: 'Remove from the list' }).click();
    await asked.waitFor({ state: 'detached' });
    await row(page, /felix/).getByRole('gridcell').nth(1).click();
    await button(page, 'Log off').click();
    await asked.getByText(/removed from the disk for good.*Damaged, it cannot be continued\./).waitFor();
    await asked.getByRole('button', { name: 'Remove for good' }).click();
    await row(page, /felix .*Signing out/).waitFor();
    assert.deepEqual(
      gateway.calls.map(({ path, body }) => [path, body]),
      ['h1', 'f1'].map((id) => [`/sessions/${idOf(id)}/log-off`, { seconds: 0 }]),
    );
  });

  test('restarts a computer: what is at stake before, a countdown that can be taken back, the account afterwards', async () => {
    withRisks(gateway);
    await page.goto(gateway.url('/manager'));
    await button(page, 'Restart classroom').click();
    const dialog = page.getByRole('dialog', { name: 'Restart classroom?' });
    await dialog.getByText('2 people are at stations.').waitFor();
    await dialog.getByText('1 session is suspended in memory.').waitFor();
    await dialog.getByRole('group', { name: 'Programs at risk' }).getByText('VirtualBox').waitFor();
    await dialog.getByText('Programs that cannot be saved are closed. What is not saved in them is lost.').waitFor();
    const seconds = dialog.getByRole('spinbutton', { name: 'Seconds of warning' });
    assert.equal(await seconds.inputValue(), '30');
    await seconds.fill('soon');
    await page.keyboard.press('Tab');
    await dialog.getByText('From 0 to 3600 seconds.').waitFor();
    assert.equal(await dialog.getByRole('button', { name: 'Restart', exact: true }).getAttribute('aria-disabled'), 'true');
    await seconds.fill('50');
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.getByText(/^classroom restarts in 0:(50|4\d)$/).waitFor();
    await page.getByText(/^classroom restarts in 0:4[0-8]$/).waitFor();
    await button(page, 'Keep it running').click();
    await page.getByText(/^classroom restarts in/).waitFor({ state: 'detached' });
    assert.deepEqual(gateway.calls, [
      { method: 'POST', path: '/computers/classroom/leave', body: { how: 'restart', seconds: 50 } },
      { method: 'POST', path: '/computers/classroom/stay', body: {} },
    ]);
    const leaving = {
      how: 'restart',
      phase: 'saving',
      until: Date.now() + 200_000,
      unsaved: 2,
      by: 'ada',
      stoppable: true,
    } as const;
    gateway.changeComputer('classroom', { leaving });
    await page.getByText(/2 sessions are still to be saved, within 3:\d\d at most\./).waitFor();
    assert.equal(await button(page, 'Keep it running').count(), 0);
    await page.getByRole('tab', { name: 'Systems' }).click();
    gateway.changeComputer('classroom', { leaving: { ...leaving, phase: 'going', unsaved: 0 } });
    await shown(page, 'classroom restarts now');
    gateway.vanish();
    await shown(page, 'classroom restarts.');
    gateway.computers = [makeComputer('classroom', { lastLeave })];
    gateway.comeBack();
    await page.getByText('classroom restarts.', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Home' }).click();
    await page.getByText('2 sessions were saved, 1 was lost.').waitFor();
    assert.equal(await page.getByText(/^anna: /).count(), 0);
    await shown(page, 'ben: saved without VirtualBox, closed before.');
    await shown(page, 'chloe: lost, with Mousepad. The disk was full.');
    await button(page, 'Close').click();
    await page.getByText('2 sessions were saved, 1 was lost.').waitFor({ state: 'detached' });
    await page.reload();
    await shown(page, 'Everything is in order.');
    assert.equal(await page.getByText('2 sessions were saved, 1 was lost.').count(), 0);
    gateway.changeComputer('classroom', { lastLeave: { ...lastLeave, at: lastLeave.at + 1 } });
    await page.getByText('2 sessions were saved, 1 was lost.').waitFor();
  });

  test('cannot take a shutdown back that the system of the computer has begun', async () => {
    const leaving = {
      how: 'shut-down',
      phase: 'warning',
      until: Date.now() + 60_000,
      unsaved: 2,
      by: '',
      stoppable: false,
    } as const;
    gateway.computers = [makeComputer('classroom', { leaving })];
    await page.goto(gateway.url('/manager/stations'));
    await page.getByText(/The system of the computer has begun it/).waitFor();
    assert.equal(await button(page, 'Keep it running').count(), 0);
    await row(page, /^classroom .*Shutting down…/).waitFor();
  });

  test('says beforehand when everything is kept, when it is not known, and when all is lost', async () => {
    let broken = true;
    gateway.answer(/^GET \/computers\/classroom\/check$/, () => {
      if (broken) throw new Refusal('internal');
      return { checks: [] };
    });
    await page.goto(gateway.url('/manager/systems'));
    await button(page, 'Shut down classroom').click();
    const dialog = page.getByRole('dialog', { name: 'Shut down classroom?' });
    await dialog.getByText('So it is not known whether every program can be saved. You can go on all the same.').waitFor();
    broken = false;
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByText('Everything will be kept.').waitFor();
    await dialog.getByText('Somebody must switch the computer on again at the computer itself.').waitFor();
    gateway.changeComputer('classroom', { hibernation: { ...unable, fault: 'disk-full' } });
    await dialog.getByText('3 sessions will be lost.').waitFor();
    gateway.answer(/leave$/, () => {
      throw new Refusal('not-possible-now');
    });
    await dialog.getByRole('button', { name: 'Shut down', exact: true }).click();
    await dialog.getByText('That cannot be done at this moment.').waitFor();
    assert.deepEqual(gateway.calls.at(-1)?.body, { how: 'shut-down', seconds: 30 });
  });

  test('says on Systems whether sessions can be saved, and what to do if not', async () => {
    await page.goto(gateway.url('/manager/systems'));
    await shown(page, 'Works, with CRIU 4.1');
    await shown(page, '120 GB');
    const says = 'Error (criu/cr-check.c:86): kernel is too new';
    gateway.changeComputer('classroom', { hibernation: { ...unable, fault: 'criu-not-working', says } });
    await shown(page, says);
    await page.getByText(/type “sudo stationmaster doctor”: it says what to do about it\./).waitFor();
    gateway.changeComputer('classroom', { hibernation: { ...unable, fault: 'criu-missing' } });
    await page.getByText(/it says what to install\./).waitFor();
    gateway.changeComputer('classroom', { hibernation: { ...unable, fault: 'disk-full' } });
    await page.getByText(/Make room on the disk/).waitFor();
    gateway.changeComputer('classroom', { hibernation: { ...unable, fault: 'not-looked-yet' } });
    await page.getByText(/looks by itself shortly after it starts/).waitFor();
  });

  test('says on Home what is against saved sessions before anything else', async () => {
    gateway.computers = [makeComputer('classroom', { hibernation: { ...unable, fault: 'criu-missing' } })];
    gateway.sessions = onDisk();
    await page.goto(gateway.url('/manager'));
    await shown(page, 'Sessions cannot be saved to disk: the program CRIU is not installed.');
    await shown(page, '1 session was lost');
    await page.getByText(/Concerns hugo;/).waitFor();
    await shown(page, '1 saved session cannot be continued');
    await page.getByText('felix: Damaged, it cannot be continued.').waitFor();
    assert.equal(await page.getByText('Everything is in order.').count(), 0);
    await button(page, 'See the computer').click();
    await shown(page, 'Operating system');
  });

  test('takes the settings of saved sessions within the bounds of the contract', async () => {
    await page.goto(gateway.url('/manager'));
    const minutes = page.getByRole('spinbutton', { name: 'Save to disk after so many minutes' });
    await minutes.fill('soon');
    await page.keyboard.press('Tab');
    await shown(page, 'From 0 to 525600.');
    assert.equal(await button(page, 'Save settings').getAttribute('aria-disabled'), 'true');
    await minutes.fill('0');
    await page.keyboard.press('Tab');
    await page.getByText('From 0 to 525600.').waitFor({ state: 'detached' });
    // Emptied, it is no 0.
    await minutes.fill('');
    await page.keyboard.press('Tab');
    await shown(page, 'From 0 to 525600.');
    await minutes.fill('60');
    await page.getByRole('spinbutton', { name: 'Save to disk below so much free memory, in percent' }).fill('0');
    await page.getByRole('spinbutton', { name: 'Keep saved sessions for so many days' }).fill('30');
    await page.getByRole('switch', { name: 'Encrypt saved sessions' }).click();
    await page.getByRole('spinbutton', { name: 'Warning before a restart or shutdown, in seconds' }).fill('60');
    await page.getByRole('spinbutton', { name: 'Time to save all sessions, in seconds' }).fill('120');
    await button(page, 'Save settings').click();
    await shown(page, 'The settings are saved.');
    assert.deepEqual(gateway.calls.at(-1)?.body, {
      hibernateAfterMinutes: 60,
      hibernateBelowMemoryPercent: 0,
      keepSavedDays: 30,
      encryptSaved: true,
      leaveWarningSeconds: 60,
      leaveLimitSeconds: 120,
      was: Object.fromEntries(
        (
          [
            'hibernateAfterMinutes',
            'hibernateBelowMemoryPercent',
            'keepSavedDays',
            'encryptSaved',
            'leaveWarningSeconds',
            'leaveLimitSeconds',
          ] as const
        ).map((name) => [name, defaultSettings[name]]),
      ),
    });
    for (const [name, [least, most]] of Object.entries(numberBounds)) {
      const { [name as keyof typeof numberBounds]: schema } = settingsSchema.shape;
      assert.deepEqual(
        [least - 1, least, most, most + 1].map((value) => schema.safeParse(value).success),
        [false, true, true, false],
        name,
      );
    }
  });

  test('saves only the settings that were changed', async () => {
    await page.goto(gateway.url('/manager'));
    const perAccount = page.getByRole('spinbutton', { name: 'Most sessions of one account' });
    assert.equal(await perAccount.count(), 0, 'says nothing while one account has one session');
    await page.getByRole('switch', { name: 'Allow one account to have multiple sessions' }).click();
    await perAccount.fill('3');
    await page.getByRole('spinbutton', { name: 'Most sessions on the computer' }).fill('25');
    await page.getByRole('spinbutton', { name: 'Grace time in seconds' }).fill('20');
    gateway.tell({ event: 'settings.changed', settings: { ...gateway.settings, privacyNotice: false } });
    await page.getByRole('switch', { name: 'Show the privacy notice', checked: false }).waitFor();
    await button(page, 'Save settings').click();
    await shown(page, 'The settings are saved.');
    assert.deepEqual(gateway.calls.at(-1)?.body, {
      multipleSessions: true,
      mostSessionsPerPerson: 3,
      mostSessions: 25,
      graceSeconds: 20,
      was: { multipleSessions: false, mostSessionsPerPerson: 0, mostSessions: 0, graceSeconds: 15 },
    });
  });

  test('says that somebody else has changed the same setting, and saves it when that was seen', async () => {
    await page.goto(gateway.url('/manager'));
    const grace = page.getByRole('spinbutton', { name: 'Grace time in seconds' });
    await grace.fill('20');
    await page.keyboard.press('Tab');
    gateway.tell({ event: 'settings.changed', settings: { ...gateway.settings, graceSeconds: 90 } });
    await page.getByText('Changed here. The default: 15').waitFor();
    await button(page, 'Save settings').click();
    await page.getByText(/Somebody else changed this setting meanwhile/).waitFor();
    await shown(page, 'Grace time in seconds: now 90');
    assert.equal(gateway.settings.graceSeconds, 90);
    assert.equal(await grace.inputValue(), '20');
    assert.deepEqual(await axeFaults(page), []);
    // A third value was not told yet, so saving again does not overrule it.
    gateway.tell({ event: 'settings.changed', settings: { ...gateway.settings, graceSeconds: 120 } });
    await button(page, 'Save settings').click();
    await shown(page, 'Grace time in seconds: now 120');
    assert.equal(gateway.settings.graceSeconds, 120);
    await button(page, 'Save settings').click();
    await shown(page, 'The settings are saved.');
    assert.equal(gateway.settings.graceSeconds, 20);
  });

  test('a setting that was put back or discarded is changed anew, and conflicts with nobody', async () => {
    await page.goto(gateway.url('/manager'));
    const grace = page.getByRole('spinbutton', { name: 'Grace time in seconds' });
    const save = button(page, 'Save settings');
    const type = async (value: string): Promise<void> => {
      await grace.fill(value);
      await page.keyboard.press('Tab');
    };
    const others = async (graceSeconds: number): Promise<void> => {
      gateway.tell({ event: 'settings.changed', settings: { ...gateway.settings, graceSeconds } });
      await page.waitForFunction(
        (value) => [...document.querySelectorAll('[role="spinbutton"]')].some((box) => (box as HTMLInputElement).value === value),
        String(graceSeconds),
      );
    };
    await type('20');
    await type('15');
    await others(91);
    await type('25');
    await button(page, 'Discard changes').click();
    await others(92);
    await type('30');
    await save.click();
    await shown(page, 'The settings are saved.');
    assert.deepEqual(gateway.calls.at(-1)?.body, { graceSeconds: 30, was: { graceSeconds: 92 } });
  });

  test('says of each setting where its value comes from, and how to come back from refusing remote management', async () => {
    gateway.settings = { ...gateway.settings, graceSeconds: 20, enrolment: 'open', allowOrchestration: true };
    await page.goto(gateway.url('/manager'));
    await shown(page, 'Changed here. The default: 15');
    await shown(page, 'Changed here. The default: You let each new station in');
    await shown(page, 'Changed here. The default: off');
    assert.ok((await page.getByText('This is the default.').count()) > 5);
    const remote = page.getByRole('switch', { name: 'Allow this computer to be managed remotely', checked: true });
    assert.equal(await page.getByText(/To come back/).count(), 0);
    await remote.click();
    await page.getByText(/stationmaster settings set allowRemoteManagement=on/).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await button(page, 'Save settings').click();
    await shown(page, 'The settings are saved.');
    assert.deepEqual(gateway.calls.at(-1)?.body, { allowRemoteManagement: false, was: { allowRemoteManagement: true } });
  });

  test('sets limits of sessions that let a desktop start, and says where they do nothing and what is not done', async () => {
    gateway.computers = [makeComputer('classroom'), makeComputer('library', { sessionLimitsFault: 'no-unit' })];
    await page.goto(gateway.url('/manager'));
    await page.getByText('library cannot hold sessions to these limits.').waitFor();
    await page.getByText(/systemd does not look after the sessions there\./).waitFor();
    assert.equal(await page.getByText('classroom cannot hold sessions to these limits.').count(), 0);
    await page
      .getByText(/^classroom The 253 further addresses of its network 192\.0\.2\.0\/24 \(enp3s0\) are given out/)
      .waitFor();
    await page
      .getByText('classroom It has a graphics card (renderD128 (i915)), but its X server (TigerVNC 1.12.0) cannot use one.')
      .waitFor();
    const memory = page.getByRole('spinbutton', { name: 'Most memory of a session, in MB' });
    await memory.fill('100');
    await memory.blur();
    await shown(page, '0, or from 512 to 1048576.');
    await memory.fill('2048');
    await memory.blur();
    await page.getByText('0, or from 512 to 1048576.').waitFor({ state: 'detached' });
    await page.getByRole('spinbutton', { name: 'Most processes of a session' }).fill('600');
    assert.deepEqual(await axeFaults(page), []);
    await button(page, 'Save settings').click();
    await shown(page, 'The settings are saved.');
    const was = { sessionMemoryMegabytes: 0, sessionProcesses: 0 };
    assert.deepEqual(gateway.calls.at(-1)?.body, { sessionMemoryMegabytes: 2048, sessionProcesses: 600, was });
  });

  test('lists and searches people', async () => {
    await page.goto(gateway.url('/manager/users'));
    await page.getByRole('row', { name: 'tina Tina Holm Dashboard user Yes' }).waitFor();
    await page.getByRole('row', { name: /zoe .*No/ }).waitFor();
    await page.getByRole('searchbox', { name: 'Search users' }).fill('hol');
    await page.getByRole('row', { name: /anna/ }).waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /tina/ }).waitFor();
  });

  test('shows the activity newest first, searches it, and goes on to older entries', async () => {
    await page.goto(gateway.url('/manager/activity'));
    await page.getByRole('row', { name: /Station 119/ }).waitFor();
    await page.getByText('The user name or the password is wrong.').waitFor();
    assert.equal(await page.getByRole('row', { name: /Station 1 / }).count(), 0);
    await button(page, 'Show older entries').click();
    await page.getByRole('row', { name: /Station 1 / }).waitFor();
    await page.getByRole('searchbox', { name: 'Search the activity' }).fill('Station 77');
    await page.getByRole('row', { name: /Station 119/ }).waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /Station 77/ }).waitFor();
    await button(page, 'Clear all filters').click();
    await page.getByRole('row', { name: /Station 119/ }).waitFor();
  });

  test('filters the activity, exports what is shown, and says in words whether it was changed', async () => {
    await page.goto(gateway.url('/manager/activity'));
    await page.getByRole('row', { name: /Station 119/ }).waitFor();
    await page.getByLabel('Result').selectOption('failed');
    await page.getByRole('row', { name: /Station 117/ }).waitFor({ state: 'detached' });
    await page.getByText('The user name or the password is wrong.').waitFor();
    await button(page, 'Export').click();
    const address = await page.getByRole('menuitem', { name: 'As a table (CSV)' }).getAttribute('href');
    assert.equal(address, '/api/v1/audit/export?format=csv&outcome=failed');
    await page.getByLabel('Who').fill('nobody at all');
    await shown(page, 'No entry matches.');
    await button(page, 'Check for changes').click();
    await shown(page, /All 12 entries are as they were written/);
    gateway.auditReport = { ...gateway.auditReport, fault: 'entry', brokenAt: 7 };
    await button(page, 'Check for changes').click();
    await shown(page, /Entry 7 or one just before it was changed/);
  });

  test('says why a list could not be loaded, and tries again', async () => {
    let broken = true;
    gateway.answer(/^GET \/users$/, () => {
      if (broken) throw new Refusal('computer-unreachable');
      return gateway.accounts;
    });
    await page.goto(gateway.url('/manager/users'));
    await page.getByText('The computer does not answer. It is tried again by itself.').waitFor();
    broken = false;
    await button(page, 'Try again').click();
    await page.getByRole('row', { name: /tina/ }).waitFor();
  });

  test('keeps the tab over a reload and goes back by the browser', async () => {
    await page.goto(gateway.url('/manager'));
    await page.getByRole('tab', { name: 'Systems' }).click();
    await shown(page, 'Operating system');
    assert.equal(new URL(page.url()).pathname, '/manager/systems');
    await page.reload();
    await shown(page, 'Operating system');
    await page.goBack();
    await shown(page, 'Needs your attention');
  });

  test('sets up the first administrator and takes the code out of the address at once', async () => {
    gateway.principal = null;
    gateway.setupNeeded = true;
    gateway.answer(/^POST \/setup$/, () => {
      gateway.setupNeeded = false;
      return {};
    });
    await page.goto(gateway.url('/manager#setup=ABCD-1234'));
    await page.getByRole('heading', { name: 'Set up Stationmaster' }).waitFor();
    assert.equal(page.url(), gateway.url('/manager'));
    await button(page, 'Finish').click();
    await shown(page, 'Type a user name.');
    await page.getByRole('textbox', { name: 'User name' }).fill('ada');
    await page.getByRole('textbox', { name: 'Full name' }).fill('Ada Martin');
    await page.getByRole('textbox', { name: 'Password', exact: true }).fill('right');
    await page.getByRole('textbox', { name: 'Password once more' }).fill('wrong');
    await shown(page, 'The two passwords are not the same.');
    await page.getByRole('textbox', { name: 'Password once more' }).fill('right');
    await page.getByRole('radio', { name: 'Everyone with an account on the computer' }).click();
    await button(page, 'Finish').click();
    await page.getByRole('tab', { name: 'Home' }).waitFor();
    assert.deepEqual(gateway.calls[0]?.body, {
      code: 'ABCD-1234',
      user: 'ada',
      password: 'right',
      create: true,
      fullName: 'Ada Martin',
      settings: { enrolment: 'approval', whoMaySignIn: 'everyone' },
    });
  });

  test('speaks French, at once and from then on', async () => {
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Language').click();
    await page.getByRole('menuitemradio', { name: 'Français' }).click();
    await button(page, 'Suspendre toutes les stations').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'fr');
    await page.reload();
    await button(page, 'Suspendre toutes les stations').click();
    await shown(page, '2 sessions ont été suspendues.');
    assert.equal(await page.title(), 'Gestionnaire - Stationmaster');
  });

  test("speaks the browser's first language that it knows", async () => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'languages', { value: ['de-DE', 'fr-CA', 'en'] }));
    await page.goto(gateway.url('/manager/stations'));
    await button(page, 'Suspendre toutes les stations').waitFor();
  });

  test('has its tasks in reach on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    await page.goto(gateway.url('/manager'));
    await page.getByRole('tab', { name: 'Stations' }).click();
    await button(page, 'Suspend all stations').click();
    await shown(page, '2 sessions were suspended.');
    for (const tab of tabs) {
      await page.goto(gateway.url(`/manager/${tab}`));
      await page.getByRole('tabpanel').waitFor();
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wider <= 0, `${tab} is ${wider} px wider than the screen`);
    }
  });

  test('shows a thousand stations without delay', async () => {
    gateway.stations = Array.from({ length: 1000 }, (_, at) =>
      makeStation(
        `n${at.toString(7).replaceAll(/[0-9]/g, (digit) => 'bcdefgh'[Number(digit)] ?? 'b')}`,
        `Station ${at + 1}`,
        'classroom',
      ),
    );
    gateway.sessions = gateway.stations.map((station, at) => ({
      ...makeSession('x', `user${at}`, 'classroom', null),
      id: station.id,
      state: 'active',
      station: station.id,
    }));
    await page.goto(gateway.url('/manager/stations'));
    await row(page, /Station 1 user0 /).waitFor();
    const changed = await page.evaluate(() => performance.now());
    gateway.changeSession(gateway.stations[0]?.id ?? '', { state: 'locked' });
    await row(page, /Station 1 user0 .*Locked/).waitFor();
    const tookMs = (await page.evaluate(() => performance.now())) - changed;
    assert.ok(tookMs < 3000, `one change among a thousand took ${tookMs} ms`);
  });

  for (const language of ['en', 'fr']) {
    for (const theme of ['light', 'dark', 'contrast']) {
      test(`has no accessibility fault on any tab (${language}, ${theme})`, async () => {
        gateway.stations = [...gateway.stations, makeStation('w1', 'Browser QK7', 'classroom', { state: 'waiting' })];
        gateway.changeSession(idOf('a1'), { endsAt: Date.now() + 600_000 });
        gateway.sessions = [...gateway.sessions, ...onDisk()];
        withRisks(gateway);
        const until = Date.now() + 600_000;
        gateway.computers = [
          makeComputer('classroom', { lastLeave, hibernation: { ...unable, fault: 'criu-not-working', says: 'no' } }),
          makeComputer('library', {
            leaving: { how: 'restart', phase: 'warning', until, unsaved: 2, by: 'ada', stoppable: true },
          }),
        ];
        await page.addInitScript(
          ([chosenLanguage, chosenTheme]) => {
            localStorage.setItem('stationmaster.language', chosenLanguage ?? '');
            localStorage.setItem('stationmaster.theme', chosenTheme ?? '');
          },
          [language, theme],
        );
        for (const tab of tabs) {
          await page.goto(gateway.url(`/manager/${tab}`));
          await page.getByRole('tabpanel').waitFor();
          await page.getByText('classroom').first().waitFor();
          await page.locator('.fui-Spinner').waitFor({ state: 'detached' });
          if (tab === 'stations') await row(page, /anna/).getByRole('gridcell').nth(1).click();
          assert.deepEqual(await axeFaults(page), [], tab);
        }
        gateway.changeComputer('classroom', { hibernation: { ...unable, fault: null } });
        await page.goto(gateway.url('/manager/systems'));
        await page.getByRole('button', { name: language === 'en' ? 'Restart classroom' : 'Redémarrer classroom' }).click();
        await page.getByRole('dialog').getByText('VirtualBox').waitFor();
        assert.deepEqual(await axeFaults(page), [], 'restart');
        await page.goto(gateway.url('/manager/stations'));
        await row(page, /chloe/).getByRole('gridcell').nth(1).click();
        await page.getByRole('button', { name: language === 'en' ? 'Hibernate' : 'Hiberner', exact: true }).click();
        await page.getByRole('dialog').getByText('VirtualBox').waitFor();
        assert.deepEqual(await axeFaults(page), [], 'hibernate');
        gateway.principal = null;
        await page.goto(gateway.url('/manager'));
        await page.getByRole('textbox').first().waitFor();
        assert.deepEqual(await axeFaults(page), [], 'sign-in');
      });
    }
  }
});
