// A class for the end-to-end tests: the whole product, a teacher's page, and four pupils with real desktops, each at a station of their own
// in one Chromium.
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { TestAccount } from '#host/test-room.ts';
import type { Session } from '#model/session.ts';
import { startProduct } from '../../support/product.ts';
import type { Product } from '../../support/product.ts';
import { contextOf, desktopShown, flags, signInAtPage, signInAtStation, viewShown } from '../browser.ts';
import type { BrowserOptions } from '../browser.ts';
import { eventually } from '../eventually.ts';

export const pupilCount = 4;

export interface Pupil {
  readonly account: TestAccount;
  /** Their station; it stays the same one over reloads. */
  readonly page: Page;
}

export class Classroom implements AsyncDisposable {
  readonly product: Product;
  readonly browser: Browser;
  /** The Dashboard, with the teacher signed in. */
  readonly dashboard: Page;
  readonly pupils: readonly Pupil[];

  private constructor(product: Product, browser: Browser, dashboard: Page, pupils: readonly Pupil[]) {
    this.product = product;
    this.browser = browser;
    this.dashboard = dashboard;
    this.pupils = pupils;
  }

  /** Everybody is signed in, and all desktops are seen. */
  static async open(): Promise<Classroom> {
    await using opening = new AsyncDisposableStack();
    const product = opening.use(await startProduct({ accounts: pupilCount, teacher: true }));
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
    opening.defer(() => browser.close());
    const dashboard = await newPage(browser, {});
    const pupils = await Promise.all(
      product.accounts.map(async (account): Promise<Pupil> => ({ account, page: await newPage(browser, {}) })),
    );
    const classroom = new Classroom(product, browser, dashboard, pupils);
    for (const { page } of pupils) await page.goto(product.urls.station);
    await classroom.everybodyIn();
    await dashboard.goto(product.urls.dashboard);
    await signInAtPage(dashboard, product.teacher.name, product.teacher.password);
    await dashboard.getByRole('tab', { name: 'Desktops' }).waitFor();
    opening.move();
    return classroom;
  }

  pupil(number: number): Pupil {
    const pupil = this.pupils[number];
    if (pupil === undefined) throw new Error(`There is no pupil ${String(number)}.`);
    return pupil;
  }

  /** Signs those in again who are not at their stations, as at the beginning of a part. */
  async everybodyIn(): Promise<void> {
    for (const { account, page } of this.pupils) {
      await page.waitForFunction(() => ['sign-in', 'desktop'].includes(document.documentElement.dataset['view'] ?? ''));
      if ((await page.evaluate(() => document.documentElement.dataset['view'])) === 'sign-in')
        await signInAtStation(page, account.name, account.password);
      await desktopShown(page, 60_000);
    }
  }

  /** Another browser, of somebody who was never here. */
  async anotherPage(options: BrowserOptions = {}): Promise<Page> {
    return await newPage(this.browser, options);
  }

  /** Fulfilled once the station's page shows `view`. */
  async shows(number: number, view: string): Promise<void> {
    await viewShown(this.pupil(number).page, view);
  }

  async sessions(): Promise<readonly Session[]> {
    return await this.product.api.call('sessions');
  }

  /** The session of a pupil, as it is now. */
  async sessionOf(number: number): Promise<Session> {
    const { account } = this.pupil(number);
    return await eventually(`${account.name} has a session`, 10_000, async () =>
      (await this.sessions()).find(({ user }) => user === account.name),
    );
  }

  /** Chooses these pupils, and no one else, on the Desktops tab. */
  async choose(...numbers: readonly number[]): Promise<void> {
    await this.dashboard.goto(this.product.urls.dashboard);
    for (const number of numbers) await this.dashboard.getByRole('checkbox', { name: this.pupil(number).account.name }).check();
  }

  /** Opens a menu above the desktops and takes a task of it. */
  async task(menu: string, task: string): Promise<void> {
    await this.dashboard.getByRole('button', { name: menu, exact: true }).click();
    await this.dashboard.getByRole('menuitem', { name: task, exact: true }).click();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.product[Symbol.asyncDispose]();
  }
}

async function newPage(browser: Browser, options: BrowserOptions): Promise<Page> {
  const context = await browser.newContext(contextOf(options));
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return page;
}
