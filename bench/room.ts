// A room to measure in: the whole product with its own places and accounts, and stations that are pages of a real Chromium.
import { hostname } from 'node:os';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { TestAccount } from '#host/test-room.ts';
import { desktopShown, viewShown } from '../test/e2e/browser.ts';
import { startProduct } from '../test/support/product.ts';
import type { Product } from '../test/support/product.ts';
import { tell } from './figures.ts';

/** When something happened in a page, by the page's clock (milliseconds since 1970, with fractions). */
export interface SeenInPage {
  what: string;
  at: number;
}

declare global {
  interface Window {
    seen: SeenInPage[];
  }
}

async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
}

export class BenchRoom implements AsyncDisposable {
  readonly product: Product;
  readonly pages: Page[] = [];
  readonly #browser: Browser;
  readonly #ownProduct: boolean;

  private constructor(product: Product, browser: Browser, ownProduct: boolean) {
    this.product = product;
    this.#browser = browser;
    this.#ownProduct = ownProduct;
  }

  static async open(accounts: number): Promise<BenchRoom> {
    tell(`Starting host and gateway, with ${accounts} accounts …`);
    const product = await startProduct({ accounts, administrator: false });
    try {
      return new BenchRoom(product, await launchBrowser(), true);
    } catch (error) {
      await product[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Stations of a product that runs already, and stays when they go. */
  static async at(product: Product): Promise<BenchRoom> {
    return new BenchRoom(product, await launchBrowser(), false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    if (this.#ownProduct) await this.product[Symbol.asyncDispose]();
  }

  /** A further station: a page of a browser of its own, that shows the sign-in page. */
  async station(): Promise<Page> {
    const context = await this.#browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1920, height: 1080 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.window.seen = [];
      const note = (what: string, at = performance.now()): void => {
        globalThis.window.seen.push({ what, at: performance.timeOrigin + at });
      };
      new MutationObserver((changes) => {
        const { view, firstFrame } = document.documentElement.dataset;
        for (const { attributeName } of changes) {
          if (attributeName === 'data-view' && view !== undefined) note(`view ${view}`);
          if (attributeName === 'data-first-frame' && firstFrame !== undefined) note('first frame', Number(firstFrame));
        }
      }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-view', 'data-first-frame'] });
      new PerformanceObserver((list) => {
        for (const { startTime } of list.getEntriesByName('sign-in')) note('sign-in', startTime);
      }).observe({ entryTypes: ['mark'] });
    });
    await page.goto(this.product.urls.station);
    await viewShown(page, 'sign-in');
    this.pages.push(page);
    return page;
  }

  /** Signs in and waits for the first full frame; gives what was seen from the press on. */
  async signIn(page: Page, account: TestAccount): Promise<SeenInPage[]> {
    await page.getByRole('textbox', { name: 'User name' }).fill(account.name);
    await page.getByRole('textbox', { name: 'Password' }).fill(account.password);
    await page.evaluate(() => {
      globalThis.window.seen = [];
    });
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await desktopShown(page);
    // The observer of marks is told a little later.
    await page.waitForFunction(() => globalThis.window.seen.some(({ what }) => what === 'sign-in'));
    return page.evaluate(() => globalThis.window.seen);
  }

  /** Suspend all stations; gives when it was asked for (milliseconds since 1970), once every station shows its sign-in page. */
  async suspendAll(): Promise<number> {
    await Promise.all(
      this.pages.map((page) =>
        page.evaluate(() => {
          globalThis.window.seen = [];
        }),
      ),
    );
    const at = performance.timeOrigin + performance.now();
    await this.product.api.call('suspendAll', { params: { name: hostname() } });
    await Promise.all(this.pages.map((page) => viewShown(page, 'sign-in')));
    return at;
  }
}

export function timeOf(seen: readonly SeenInPage[], what: string): number {
  const found = seen.findLast((entry) => entry.what === what);
  if (found === undefined) throw new Error(`${what} was not seen, only ${seen.map((entry) => entry.what).join(', ')}`);
  return found.at;
}
