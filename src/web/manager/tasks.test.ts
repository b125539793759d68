// Each task of the Manager and the Dashboard, done in a real browser by its labels, in English and in French: what is pressed, and what
// the gateway is told of it. What else can become of a task is in the tests of its page.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../../../test/e2e/eventually.ts';
import { idOf, makeComputer, makePerson, makePrincipal, makeSession, makeStation } from '../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { spokenIn } from '../../../test/support/spoken.ts';
import type { Spoken } from '../../../test/support/spoken.ts';

const withinMs = 10_000;
const password = 'Sunny-Meadow-27';

function furnish(gateway: FakeGateway): void {
  gateway.computers = [makeComputer('classroom')];
  gateway.stations = [
    ...[1, 2, 3, 4].map((number) => makeStation(`s${'abcd'[number - 1]}`, `Place ${number}`, 'classroom')),
    makeStation('se', 'Place 5', 'classroom', { online: false }),
    makeStation('w1', 'Browser QK7', 'classroom', { state: 'waiting' }),
    makeStation('w2', 'Browser ZX2', 'classroom', { state: 'waiting' }),
  ];
  gateway.sessions = [
    makeSession('a1', 'anna', 'classroom', 'sa'),
    makeSession('b1', 'ben', 'classroom', 'sb'),
    makeSession('c1', 'chloe', 'classroom', null),
    makeSession('l1', 'lea', 'classroom', null, {
      state: 'lost',
      cause: 'power-lost',
      saved: { at: Date.now() - 3_600_000, bytes: 0, programs: [], fault: null },
    }),
  ];
  gateway.accounts = [makePerson('ada', 'administrator'), makePerson('anna', 'standard'), makePerson('tina', 'dashboard')];
  gateway.principal = makePrincipal('ada', 'administrator');
  gateway.answer(/^GET \/computers\/classroom\/remap$/, () => ({ running: false, undoable: true }));
  gateway.answer(/^POST \/computers\/classroom\/remap\/undo$/, () => ({}));
  gateway.answer(/^POST \/computers\/classroom\/mode$/, ({ body }) =>
    gateway.changeComputer('classroom', { mode: body['mode'] === 'console' ? 'console' : 'station' }),
  );
}

for (const language of ['en', 'fr'] as const) {
  describe(`the tasks, in ${language === 'en' ? 'English' : 'French'}`, () => {
    const room = managerRoom({ language: language === 'en' ? 'en-GB' : 'fr-FR' });
    let gateway: FakeGateway;
    let page: Page;
    let manager: Spoken;
    let say: Spoken;

    before(async () => {
      manager = await spokenIn(language, 'manager');
    });
    beforeEach(() => {
      ({ gateway, page } = room);
      furnish(gateway);
      say = manager;
    });

    const dialog = () => page.getByRole('dialog').or(page.getByRole('alertdialog'));
    const button = (name: string, within: Page | Locator = page) => within.getByRole('button', { name, exact: true });
    const open = async (path: string): Promise<void> => {
      await page.goto(gateway.url(path));
    };
    /** Presses what `text` says; `values` are those of the text. */
    const press = (text: string, values?: Readonly<Record<string, string | number>>): Promise<void> =>
      button(say(text, values)).first().click();
    const inDialog = (text: string, values?: Readonly<Record<string, string | number>>): Promise<void> =>
      button(say(text, values), dialog()).click();
    const closed = (): Promise<void> => dialog().waitFor({ state: 'detached' });
    const choose = async (name: string, ...modifiers: 'ControlOrMeta'[]): Promise<void> => {
      await page.getByRole('row', { name }).first().getByRole('gridcell').nth(1).click({ modifiers });
    };
    /** Fulfilled once the gateway has been told exactly so much since the last time; a GET changes nothing and is not looked at. */
    let looked = 0;
    beforeEach(() => {
      looked = 0;
    });
    const told = async (...wanted: readonly (readonly [line: string, body?: object])[]): Promise<void> => {
      await eventually(`${language}: ${wanted.map(([line]) => line).join(', ')}`, withinMs, async () => {
        const calls = gateway.calls.filter(({ method }) => method !== 'GET').slice(looked);
        assert.deepEqual(
          calls.map(({ method, path }) => `${method} ${path}`),
          wanted.map(([line]) => line),
        );
        for (const [at, [, body]] of wanted.entries())
          for (const [name, value] of Object.entries(body ?? {})) assert.deepEqual(calls[at]?.body[name], value);
        looked += calls.length;
        return await Promise.resolve(true);
      });
    };

    test('all stations of a computer', async () => {
      await open('/manager/stations');
      await press('Identify all stations');
      await told(['POST /computers/classroom/identify', { on: true }]);
      await press('Hide all station names');
      await told(['POST /computers/classroom/identify', { on: false }]);
      await press('Log off all stations');
      await page.getByRole('radio', { name: say('Warn first, so that work can be saved') }).check();
      await inDialog('Log off');
      await told(['POST /computers/classroom/log-off-all', { seconds: 30 }]);
      await press('Keep all signed in ({count})', { count: 2 });
      await told([`POST /sessions/${idOf('a1')}/keep`], [`POST /sessions/${idOf('b1')}/keep`]);
      await press('Suspend all stations');
      await told(['POST /computers/classroom/suspend-all']);
      await press('Hibernate all suspended sessions');
      await told(['POST /computers/classroom/hibernate-all', { closing: false }]);
      await press('Remap all stations…');
      await inDialog('Undo the last remap');
      await told(['POST /computers/classroom/remap/undo']);
      await closed();
      await press('Rooms…');
      await inDialog('Add a room');
      await page.getByRole('textbox', { name: say('Name of room {number}', { number: 1 }) }).fill('Library');
      await inDialog('Save');
      await told(['POST /rooms', { rooms: [{ name: 'Library' }] }]);
      await closed();
      await press('Enrolment code');
      await dialog().getByText('K7WM-4PXD').waitFor();
      await told(['POST /stations/codes']);
    });

    test('one station', async () => {
      await open('/manager/stations');
      await choose('Place 3');
      await press('Identify station');
      await told([`POST /stations/${idOf('sc')}/identify`, { on: true }]);
      await press('Hide station name');
      await told([`POST /stations/${idOf('sc')}/identify`, { on: false }]);
      await press('Configure station');
      await dialog()
        .getByRole('textbox', { name: say('Name') })
        .first()
        .fill('Window');
      await inDialog('Save');
      await told([`PATCH /stations/${idOf('sc')}`, { name: 'Window', was: 'Place 3' }]);
      await closed();
      await press('Split station');
      await told([`POST /stations/${idOf('sc')}/split`, { name: say('{station} right', { station: 'Window' }) }]);
      await press('Unsplit station');
      await told([`POST /stations/${idOf('sc')}/unsplit`]);
      await press('Remove station');
      await inDialog('Remove station');
      await told([`DELETE /stations/${idOf('sc')}`]);
      await closed();
      await choose('Browser QK7');
      await press('Let in');
      await told([`POST /stations/${idOf('w1')}/admit`]);
      await choose('Browser ZX2');
      await press('Refuse');
      await told([`DELETE /stations/${idOf('w2')}`]);
    });

    test('one session', async () => {
      await open('/manager/stations');
      await choose('anna');
      await press('Details');
      await page.getByRole('heading', { name: say('Details of {name}', { name: 'Place 1' }) }).waitFor();
      await press('Close the details');
      await press('Move…');
      await page.getByRole('radio', { name: /Place 4/ }).click();
      await inDialog('Move');
      await told([`POST /sessions/${idOf('a1')}/move`, { station: idOf('sd'), displaces: null }]);
      await closed();
      await choose('anna');
      await press('Suspend');
      await told([`POST /sessions/${idOf('a1')}/suspend`]);
      await choose('chloe');
      await press('Hibernate');
      await told([`POST /sessions/${idOf('c1')}/hibernate`, { closing: false }]);
      await choose('ben');
      await press('Log off');
      await page.getByRole('radio', { name: say('Now, without a warning') }).check();
      await inDialog('Log off');
      await told([`POST /sessions/${idOf('b1')}/log-off`, { seconds: 0 }]);
      await closed();
      await choose('lea');
      await press('Remove from the list');
      await inDialog('Remove from the list');
      await told([`POST /sessions/${idOf('l1')}/log-off`, { seconds: 0 }]);
    });

    test('several at once', async () => {
      await open('/manager/stations');
      await choose('anna');
      await choose('ben', 'ControlOrMeta');
      await press('Configure ({count})', { count: 2 });
      await page.getByRole('checkbox', { name: say('Change the orientation') }).check();
      await page.getByRole('combobox', { name: say('Orientation') }).selectOption('portrait');
      await inDialog('Save');
      const configuration = { orientation: 'portrait' };
      await told([`PATCH /stations/${idOf('sa')}`, { configuration }], [`PATCH /stations/${idOf('sb')}`, { configuration }]);
      await closed();
      await press('Log off ({count})', { count: 2 });
      await inDialog('Log off');
      await told([`POST /sessions/${idOf('a1')}/log-off`, { seconds: 30 }], [`POST /sessions/${idOf('b1')}/log-off`]);
      await closed();
      await press('Keep signed in ({count})', { count: 2 });
      await told([`POST /sessions/${idOf('a1')}/keep`], [`POST /sessions/${idOf('b1')}/keep`]);
      await press('Suspend ({count})', { count: 2 });
      await told([`POST /sessions/${idOf('a1')}/suspend`], [`POST /sessions/${idOf('b1')}/suspend`]);
      // They are lines of their own then; until the page knows, theirs are still those of the stations.
      for (const name of ['anna', 'ben'])
        await page
          .getByRole('row', { name })
          .filter({ hasText: say('At no station') })
          .waitFor();
      await choose('anna');
      await choose('ben', 'ControlOrMeta');
      await press('Hibernate ({count})', { count: 2 });
      await told([`POST /sessions/${idOf('a1')}/hibernate`], [`POST /sessions/${idOf('b1')}/hibernate`]);
    });

    test('the list: searched, filtered, arranged, kept as a view', async () => {
      await open('/manager/stations');
      const lines = (): Promise<string[]> =>
        page.locator('[role="row"][aria-selected] [role="gridcell"]:nth-child(2)').allTextContents();
      const showing = (names: readonly string[]): Promise<unknown> =>
        eventually(`${language}: ${names.join(', ')}`, withinMs, async () => {
          assert.deepEqual((await lines()).slice(1), names);
          return true;
        });
      await page.getByRole('searchbox', { name: say('Search stations and users') }).fill('anna');
      await showing(['Place 1']);
      await press('Clear');
      await press('Filter');
      await page.getByRole('menuitemcheckbox', { name: say('Free'), exact: true }).click();
      await page.keyboard.press('Escape');
      await showing(['Place 3', 'Place 4']);
      await press('Arrange');
      await page.getByRole('menuitemradio', { name: say('Descending') }).click();
      await page.keyboard.press('Escape');
      await showing(['Place 4', 'Place 3']);
      await press('Views');
      await page.getByRole('menuitem', { name: say('Keep this view…') }).click();
      await dialog()
        .getByRole('textbox', { name: say('Name') })
        .fill('Free ones');
      await inDialog('Keep');
      await told(['POST /views', { name: 'Free ones' }]);
      await press('Show everything again');
      const nowhere = say('At no station');
      const inUse = ['Place 4', 'Place 3', 'Place 2', 'Place 1', 'Browser ZX2', 'Browser QK7', nowhere, nowhere];
      await showing(inUse);
      await page.getByRole('switch', { name: say('Show all stations') }).click();
      await showing(['Place 5', ...inUse]);
    });

    test('the accounts', async () => {
      const task = async (name: string): Promise<void> => {
        await press('Tasks for {user}', { user: 'anna' });
        await page.getByRole('menuitem', { name: say(name), exact: true }).click();
      };
      const field = (name: string) => dialog().getByLabel(say(name), { exact: true });
      await open('/manager/users');
      await press('Add user');
      await field('User name').fill('emma');
      await field('Full name').fill('Emma Rossi');
      await field('Password').fill(password);
      await field('Password once more').fill(password);
      await inDialog('Add user');
      await told(['POST /users', { user: 'emma', fullName: 'Emma Rossi', password, level: 'standard' }]);
      await closed();
      await task('Change name or account type…');
      await field('Full name').fill('Anna Keller');
      await inDialog('Save');
      await told(['PATCH /users/anna', { fullName: 'Anna Keller' }]);
      await closed();
      await task('Set password…');
      await field('Password').fill(password);
      await field('Password once more').fill(password);
      await inDialog('Set password');
      await told(['POST /users/anna/password', { password }]);
      await closed();
      await task('Disable…');
      await inDialog('Disable');
      await told(['PATCH /users/anna', { disabled: true }]);
      await closed();
      await task('Enable');
      await told(['PATCH /users/anna', { disabled: false }]);
      await task('Delete…');
      await page.getByRole('radio', { name: say('Leave them where they are') }).check();
      await page.getByRole('checkbox', { name: say('End it at once') }).check();
      await inDialog('Delete user');
      await told(['DELETE /users/anna?files=keep&endSession=yes']);
      await closed();
      gateway.importLines = [
        { line: 1, user: 'felix', fullName: 'Félix Dubois', level: 'standard', password, made: true, fault: null },
      ];
      await press('Import…');
      await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('felix') });
      await inDialog('{count, plural, one {Import # person} other {Import # people}}', { count: 1 });
      await told(['POST /users/import/preview'], ['POST /users', { user: 'felix', password }]);
    });

    test('the computer, its settings, and what needs attention', async () => {
      await open('/manager/home');
      await press('Let in');
      await told([`POST /stations/${idOf('w1')}/admit`]);
      await press('Put aside: {title}', {
        title: say('{count, plural, one {# session was lost} other {# sessions were lost}}', { count: 1 }),
      });
      await told(['POST /alerts/dismiss']);
      await page.getByRole('switch', { name: say('Show the privacy notice') }).click();
      await press('Save settings');
      await told(['PATCH /settings', { privacyNotice: false, was: { privacyNotice: true } }]);
      await page.getByRole('tab', { name: say('Systems') }).click();
      await press('Switch to console mode');
      await inDialog('Switch to console mode');
      await told(['POST /computers/classroom/mode', { mode: 'console' }]);
      await closed();
      await press('Switch to station mode');
      await told(['POST /computers/classroom/mode', { mode: 'station' }]);
      for (const [task, verb, how] of [
        ['Restart {computer}', 'Restart', 'restart'],
        ['Shut down {computer}', 'Shut down', 'shut-down'],
      ] as const) {
        await press(task, { computer: 'classroom' });
        await inDialog(verb);
        await told(['POST /computers/classroom/leave', { how }]);
        await closed();
        await press('Keep it running');
        await told(['POST /computers/classroom/stay']);
      }
    });

    test('the activity', async () => {
      gateway.auditReport = { entries: 3, brokenAt: null, fault: null, anchor: 0, head: { number: 3, hash: '' }, noted: null };
      gateway.audit = (['session.suspend', 'account.create', 'page.sign-in'] as const).map((action, at) => ({
        number: at + 1,
        at: new Date(2026, 10, 20 + at, 12).getTime(),
        actor: 'ada',
        action,
        target: `thing ${at + 1}`,
        address: '192.0.2.1',
        outcome: 'done',
        details: {},
      }));
      await open('/manager/activity');
      const shown = async (...things: readonly string[]): Promise<void> => {
        await eventually(`${language}: ${things.join(', ')}`, withinMs, async () => {
          assert.deepEqual((await page.getByText(/^thing \d$/).allTextContents()).toSorted(), things);
          return true;
        });
      };
      await shown('thing 1', 'thing 2', 'thing 3');
      await page.getByRole('textbox', { name: say('From the day') }).fill('21/11/2026');
      await shown('thing 2', 'thing 3');
      await page.getByRole('textbox', { name: say('To the day') }).fill(language === 'fr' ? '21.11.26' : '21/11/26');
      await shown('thing 2');
      await press('Export');
      const links = page.getByRole('menuitem');
      const address = await links.filter({ hasText: say('As a table (CSV)') }).getAttribute('href');
      assert.match(address ?? '', /^\/api\/v1\/audit\/export\?format=csv&from=\d+&to=\d+$/);
      assert.match((await links.filter({ hasText: say('As JSON lines') }).getAttribute('href')) ?? '', /format=jsonl/);
      await page.keyboard.press('Escape');
      await press('Clear all filters');
      await shown('thing 1', 'thing 2', 'thing 3');
      assert.equal(await page.getByRole('textbox', { name: say('From the day') }).inputValue(), '');
      await press('Check for changes');
      await told(['POST /audit/verify']);
    });

    test('the tasks of a teacher, in the Dashboard', async () => {
      say = await spokenIn(language, 'dashboard');
      gateway.principal = makePrincipal('tina', 'dashboard');
      await open('/dashboard/stations');
      await choose('anna');
      await press('Identify station');
      await told([`POST /stations/${idOf('sa')}/identify`, { on: true }]);
      await press('Suspend');
      await told([`POST /sessions/${idOf('a1')}/suspend`]);
      await choose('ben');
      await press('Log off');
      await inDialog('Log off');
      await told([`POST /sessions/${idOf('b1')}/log-off`]);
    });
  });
}
