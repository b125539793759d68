// A real Chromium for the end-to-end tests, and what people do in it: open a station, sign in, press a button.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** How Chromium is started. */
export const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface BrowserOptions {
  widthPx?: number;
  heightPx?: number;
  language?: string;
  dark?: boolean;
  /** A profile folder of an earlier browser, to come back as the same one. */
  profile?: string;
}

/** What a browser is told of its screen and its person. */
export function contextOf({
  widthPx = 1280,
  heightPx = 800,
  language = 'en-GB',
  dark = false,
}: BrowserOptions): BrowserContextOptions {
  return {
    ignoreHTTPSErrors: true,
    viewport: { width: widthPx, height: heightPx },
    locale: language,
    colorScheme: dark ? 'dark' : 'light',
  };
}

/** One browser with a profile of its own; its folder is removed at the end unless it was given. */
export class Browser implements AsyncDisposable {
  readonly page: Page;
  readonly profile: string;
  readonly #context: BrowserContext;
  readonly #ownProfile: boolean;

  private constructor(context: BrowserContext, page: Page, profile: string, ownProfile: boolean) {
    this.#context = context;
    this.page = page;
    this.profile = profile;
    this.#ownProfile = ownProfile;
  }

  static async open(options: BrowserOptions = {}): Promise<Browser> {
    const profile = options.profile ?? (await mkdtemp(join(tmpdir(), 'stationmaster-browser-')));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: '/usr/bin/chromium',
      args: flags,
      ...contextOf(options),
    });
    const page = context.pages()[0] ?? (await context.newPage());
    return new Browser(context, page, profile, options.profile === undefined);
  }

  /** The browser goes away as at a switched-off device; its profile stays if it was given. */
  async close(): Promise<void> {
    await this.#context.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    if (this.#ownProfile) await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Fulfilled when the station page shows `view` (its `data-view`). */
export async function viewShown(page: Page, view: string, withinMs = 20_000): Promise<void> {
  await page.waitForFunction((wanted) => document.documentElement.dataset['view'] === wanted, view, { timeout: withinMs });
}

export async function signInAtStation(page: Page, user: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'User name' }).fill(user);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Fulfilled when the desktop's first full frame is on the page. */
export async function desktopShown(page: Page, withinMs = 30_000): Promise<void> {
  await viewShown(page, 'desktop', withinMs);
  await page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined, undefined, {
    timeout: withinMs,
  });
}

/** Fills the sign-in form of the Manager or the Dashboard. */
export async function signInAtPage(page: Page, user: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'User name' }).fill(user);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
