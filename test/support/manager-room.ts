// For tests of the pages: one browser for all of a file, and for each test a gateway to script and the page of somebody who was never
// here before. A page that complains fails its test.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { contextOf, flags } from '../e2e/browser.ts';
import type { BrowserOptions } from '../e2e/browser.ts';
import { FakeGateway } from './fake-gateway.ts';
import { complaintsOf } from './page-checks.ts';
import { builtPages } from './pages.ts';

const withinMs = 10_000;

type Screen = Omit<BrowserOptions, 'profile'>;

export interface ManagerRoom {
  /** Of this test; empty, and nobody is signed in. */
  readonly gateway: FakeGateway;
  /** Of this test, on which nothing is opened yet. */
  readonly page: Page;
  /** One more page, of somebody else, who has such a screen; closed at the end of the test. */
  another: (screen: Screen) => Promise<Page>;
}

/** To be called in `describe`, before its hooks: these then find the room of their test. */
export function managerRoom(screen: Screen = {}): ManagerRoom {
  let pages: string;
  let browser: Browser;
  let now: { gateway: FakeGateway; page: Page; complaints: string[][]; closing: AsyncDisposableStack };

  const open = async (closing: AsyncDisposableStack, complaints: string[][], of: Screen): Promise<Page> => {
    const context = await browser.newContext(contextOf(of));
    closing.defer(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(withinMs);
    complaints.push(complaintsOf(page));
    return page;
  };
  before(async () => {
    pages = await builtPages();
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
  });
  after(() => browser.close());
  beforeEach(async () => {
    await using opening = new AsyncDisposableStack();
    const gateway = opening.use(await FakeGateway.start(pages));
    const complaints: string[][] = [];
    const page = await open(opening, complaints, screen);
    now = { gateway, page, complaints, closing: opening.move() };
  });
  afterEach(async () => {
    await now.closing[Symbol.asyncDispose]();
    assert.deepEqual(now.complaints.flat(), []);
  });

  return {
    get gateway() {
      return now.gateway;
    },
    get page() {
      return now.page;
    },
    another: (of) => open(now.closing, now.complaints, of),
  };
}
