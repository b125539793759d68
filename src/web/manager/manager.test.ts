// The Manager in a real browser, under the real security headers, before a gateway whose room each test scripts.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Browser, signInAtPage } from '../../../test/e2e/browser.ts';
import {
  FakeGateway,
  Refusal,
  idOf,
  makeComputer,
  makePrincipal,
  makeSession,
  makeStation,
} from '../../../test/support/fake-gateway.ts';
import { axeFaults, complaintsOf } from '../../../test/support/page-checks.ts';
import { builtPages } from '../../../test/support/pages.ts';

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
    { name: 'anna', uid: 1001, fullName: 'Anna Keller', level: 'standard', listed: true },
    { name: 'tina', uid: 1002, fullName: 'Tina Holm', level: 'dashboard', listed: true },
    { name: 'zoe', uid: 1003, fullName: '', level: 'standard', listed: false },
  ];
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

const row = (page: Page, name: RegExp) => page.getByRole('row', { name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const shown = (page: Page, text: string | RegExp) => page.getByText(text, { exact: true }).first().waitFor({ timeout: withinMs });

describe('the Manager', () => {
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
    furnish(gateway);
    page = await browser.page.context().newPage();
    page.setDefaultTimeout(withinMs);
    complaints = complaintsOf(page);
  });
  afterEach(async () => {
    await page.close();
    await gateway[Symbol.asyncDispose]();
    assert.deepEqual(complaints, []);
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
    await button(page, 'Suspend all stations').click();
    await shown(page, 'No session was at a station.');
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

  test('saves only the settings that were changed', async () => {
    await page.goto(gateway.url('/manager'));
    await page.getByRole('switch', { name: 'Allow one account to have multiple sessions' }).click();
    await page.getByRole('spinbutton', { name: 'Grace time in seconds' }).fill('20');
    gateway.tell({ event: 'settings.changed', settings: { ...gateway.settings, privacyNotice: false } });
    await page.getByRole('switch', { name: 'Show the privacy notice', checked: false }).waitFor();
    await button(page, 'Save settings').click();
    await shown(page, 'The settings are saved.');
    assert.deepEqual(gateway.calls.at(-1)?.body, { multipleSessions: true, graceSeconds: 20 });
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
    await row(page, /Station 1000 /).waitFor();
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
        gateway.principal = null;
        await page.goto(gateway.url('/manager'));
        await page.getByRole('textbox').first().waitFor();
        assert.deepEqual(await axeFaults(page), [], 'sign-in');
      });
    }
  }
});
