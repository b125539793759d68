// The Manager and the Dashboard before the real gateway: that both mean the same by what they say to each other.
import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Browser, signInAtPage } from '../../../test/e2e/browser.ts';
import { GatewayRoom } from '../../../test/support/gateway-room.ts';
import type { TestStation } from '../../../test/support/gateway-room.ts';
import { complaintsOf } from '../../../test/support/page-checks.ts';
import { builtPages } from '../../../test/support/pages.ts';

describe('the Manager before the real gateway', () => {
  let pages: string;
  let browser: Browser;
  let folder: string;
  let room: GatewayRoom;
  let page: Page;
  let complaints: string[];

  before(async () => {
    pages = await builtPages();
    browser = await Browser.open({ widthPx: 1280, heightPx: 800 });
  });
  after(() => browser[Symbol.asyncDispose]());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stationmaster-manager-'));
    await symlink(pages, join(folder, 'web'));
    room = await GatewayRoom.make({ folder });
    await browser.page.context().clearCookies();
    page = await browser.page.context().newPage();
    page.setDefaultTimeout(10_000);
    complaints = complaintsOf(page);
  });
  afterEach(async () => {
    await page.close();
    await room[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
    assert.deepEqual(complaints, []);
  });

  const row = (name: RegExp) => page.getByRole('row', { name });
  const freeStation = async (): Promise<TestStation> => {
    const station = await room.station();
    await station.hear('free');
    return station;
  };
  const open = async (path: string, user: string): Promise<void> => {
    await page.goto(`${room.origin}${path}`);
    await signInAtPage(page, user, user);
  };

  test('suspends all stations: each shows why, and the activity has it', async () => {
    const first = await freeStation();
    const second = await freeStation();
    await first.signIn('anna');
    await second.signIn('ben');
    await open('/manager/stations', 'admin');
    await row(/anna .*Logged on/).waitFor();
    await row(/ben .*Logged on/).waitFor();
    await page.getByRole('button', { name: room.computerName, exact: true }).first().click();
    await page.getByRole('button', { name: 'Suspend all stations' }).click();
    await page.getByText('2 sessions were suspended.', { exact: true }).first().waitFor();
    for (const station of [first, second]) {
      for (;;) {
        const { because } = await station.hear('free');
        if (because.reason !== 'session') continue;
        assert.equal(because.cause, 'suspended-by-administrator');
        break;
      }
    }
    await row(/At no station anna .*Suspended/).waitFor();
    await page.getByRole('tab', { name: 'Activity' }).click();
    await row(/admin Suspended all stations/).waitFor();
    await row(/admin Suspended a session anna .*Done/).waitFor();
  });

  test('lets a waiting station in, renames and identifies it, and removes it', async () => {
    await room.ask('PATCH', '/settings', { local: true, body: { enrolment: 'approval' } });
    const station = await room.station();
    const { label } = await station.hear('enrol');
    await open('/manager/stations', 'admin');
    await row(new RegExp(`${label} .*Waiting`))
      .getByRole('button', { name: 'Let in' })
      .click();
    const { station: named } = await station.hear('free');
    await row(new RegExp(named.name)).getByRole('gridcell').nth(1).click();
    await page.getByRole('button', { name: 'Configure station' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Window seat');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Window seat tasks' }).waitFor();
    await page.getByRole('button', { name: 'Identify station' }).click();
    assert.equal((await station.hear('identify')).on, true);
    await page.getByRole('button', { name: 'Remove station' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove station' }).click();
    await row(/Window seat/).waitFor({ state: 'detached' });
  });

  test('logs off with a countdown at the station, takes it back, and logs off now', async () => {
    const station = await freeStation();
    await station.signIn('anna');
    await open('/manager/stations', 'admin');
    await row(/anna/).getByRole('gridcell').nth(1).click();
    const logOff = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Log off', exact: true }).click();
    };
    await logOff();
    await page.getByRole('dialog').getByRole('button', { name: 'Log off', exact: true }).click();
    assert.notEqual((await station.hear('countdown')).remainingMs, null);
    await row(/anna .*Logs off in 0:(30|29|28)/).waitFor();
    await page.getByRole('button', { name: 'Keep signed in' }).click();
    assert.equal((await station.hear('countdown')).remainingMs, null);
    await row(/anna .*Logged on/).waitFor();
    await logOff();
    await page.getByRole('dialog').getByRole('radio', { name: 'Now, without a warning' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Log off', exact: true }).click();
    await row(/anna/).waitFor({ state: 'detached' });
  });

  test('says that the computer does not answer while the host is away, and that it does again', async () => {
    await open('/manager', 'admin');
    await page.getByText('Everything is in order.').waitFor();
    await room.stopHost();
    await page.getByText(`${room.computerName} does not answer`).waitFor();
    await room.startHost();
    await page.getByText('Everything is in order.').waitFor();
  });

  test('gives a code, lists people, and keeps a changed setting', async () => {
    await open('/manager/stations', 'admin');
    await page.getByRole('button', { name: 'Enrolment code' }).click();
    await page.getByText(/^Valid until /).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('tab', { name: 'Users' }).click();
    await row(/teacher Theo Teacher Dashboard user Yes/).waitFor();
    await page.getByRole('tab', { name: 'Home' }).click();
    await page.getByRole('switch', { name: 'Allow one account to have multiple sessions' }).click();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('The settings are saved.', { exact: true }).first().waitFor();
    const { body } = await room.ask('GET', '/settings', { local: true });
    assert.equal((body as { multipleSessions: boolean }).multipleSessions, true);
  });

  test('lets only administrators in, and signs out', async () => {
    await open('/manager', 'teacher');
    await page.getByText('Your account may not use this page.').waitFor();
    await signInAtPage(page, 'admin', 'admin');
    await page.getByRole('button', { name: 'Ada Admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  });

  test("the Dashboard suspends a standard user's session, and is refused an administrator's", async () => {
    const first = await freeStation();
    const second = await freeStation();
    await first.signIn('anna');
    await second.signIn('admin');
    await open('/dashboard/stations', 'teacher');
    await row(/anna .*Logged on/)
      .getByRole('gridcell')
      .nth(1)
      .click();
    await page.getByRole('button', { name: 'Suspend', exact: true }).click();
    await row(/anna .*Suspended/).waitFor();
    await row(/admin .*Logged on/)
      .getByRole('gridcell')
      .nth(1)
      .click();
    await page.getByRole('button', { name: 'Suspend', exact: true }).click();
    await page.getByText('Your account may not do that.', { exact: true }).waitFor();
  });
});
