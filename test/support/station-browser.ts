// For tests of the station page: one browser for all of a file, and the built pages.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { flags } from '../e2e/browser.ts';
import { builtPages } from './pages.ts';

export interface StationBrowser {
  readonly browser: Browser;
  /** The folder of the pages: a copy, since whoever builds them anew meanwhile empties their own. */
  readonly folder: string;
}

/** To be called in `describe`; what it gives is there in its tests. `more`: further options of the browser. */
export function stationBrowser(more: readonly string[] = []): StationBrowser {
  let browser: Browser | null = null;
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stationmaster-pages-'));
    await cp(await builtPages(), folder, { recursive: true });
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: [...flags, ...more] });
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get browser() {
      if (browser === null) throw new Error('The browser is started before the tests.');
      return browser;
    },
    get folder() {
      return folder;
    },
  };
}
