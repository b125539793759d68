// What every page is held to: no accessibility fault that axe finds, nothing that its own security policy refuses.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page, PageScreenshotOptions } from 'playwright-core';

interface AxeViolation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

/** Nothing fades in any more: colours are as they stay. */
export async function still(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const passing = document
      .getAnimations()
      .filter(
        ({ effect, playState }) => playState === 'running' && effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY,
      );
    // One whose element goes meanwhile is cancelled, which is an end as well.
    await Promise.allSettled(passing.map(({ finished }) => finished));
  });
}

/** What the last key did is done: React has rendered it, and what goes by it has faded out. */
export async function shownStill(page: Page): Promise<void> {
  await page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
  await still(page);
}

/** The faults that axe finds on the page as it is once nothing fades in any more, one text each. */
export async function axeFaults(page: Page): Promise<string[]> {
  await still(page);
  // By the developer tools, so that the page's own policy need not allow it.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (context: object, options: object) => Promise<{ violations: AxeViolation[] }> };
    };
    const result = await axe.run(
      // Fluent's focus guards pass the focus on at once; its notices are live regions outside the landmarks.
      { exclude: [['[data-tabster-dummy]'], ['.fui-Toaster']] },
      {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        // Axe would copy the style sheets into inline ones, which the page's policy refuses, and at times complains that it did
        // not get them: that would read as a complaint of the page. Only css-orientation-lock and no-autoplay-audio want them;
        // orientation.test.ts turns the screen, and the pages play nothing.
        preload: false,
      },
    );
    return result.violations;
  });
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`);
}

/** Where pictures of the pages are put, for whoever wants to look at them. */
const picturesFolder = process.env['STATIONMASTER_PICTURES'];

/** What the page shows, kept where somebody wants to look at it. */
export async function keepPicture(page: Page, name: string, options: PageScreenshotOptions = {}): Promise<void> {
  if (picturesFolder === undefined) return;
  await mkdir(picturesFolder, { recursive: true });
  await page.screenshot({ path: join(picturesFolder, `${name}.png`), animations: 'disabled', ...options });
}

/** Collects what the page complains of: errors of its own, and what its policy refused. Refused requests (4xx) are not errors of the page. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    const text = message.text();
    if (/Failed to load resource|WebSocket connection to/.test(text)) return;
    complaints.push(text);
  });
  return complaints;
}
