// A split screen in Chromium, under the real security headers: two pages in one window, and whose the keyboard is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BrowserContextOptions, Frame, Page } from 'playwright-core';
import axe from 'axe-core';
import { closeCodes } from '#contract/wire.ts';
import { keepPicture } from '../../../test/support/page-checks.ts';
import type { PaintedDesktop } from '../../../test/support/painted-desktop.ts';
import { stationBrowser } from '../../../test/support/station-browser.ts';
import { StationGateway, computer } from '../../../test/support/station-gateway.ts';
import type { ScriptedPage } from '../../../test/support/station-gateway.ts';

const stations = {
  left: { id: 'abcdefghijklmnop', name: 'Station 4' },
  right: { id: 'abcdefghijklmnoq', name: 'Station 4 right' },
};

/** What a gateway says first to each page of a split screen. */
function welcome(page: ScriptedPage): void {
  const half = page.half ?? 'left';
  page.say({ say: 'halves', half });
  if (page.half !== null) page.say({ say: 'free', station: stations[half], computer, because: { reason: 'none' } });
}

function desktop(page: ScriptedPage, ticket: string): void {
  const station = stations[page.half ?? 'left'];
  page.say({ say: 'desktop', station, computer, user: 'anna', fullName: 'Anna Lefèvre', ticket });
}

/** The desktop comes to see this key pressed. */
const typed = (there: PaintedDesktop, keysym: number): Promise<void> =>
  there.until(({ keys }) => keys.some((key) => key.keysym === keysym && key.down));

/** The keys that the desktop takes for pressed. */
function held({ keys }: PaintedDesktop): number[] {
  const down = new Set<number>();
  for (const key of keys) {
    if (key.down) down.add(key.keysym);
    else down.delete(key.keysym);
  }
  return [...down];
}

async function axeFaults(page: Page | Frame): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(context: object, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run({ exclude: [['iframe']] }, { iframes: false });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
  });
}

describe('a split screen', () => {
  const room = stationBrowser();

  interface Opened extends AsyncDisposable {
    page: Page;
    gateway: StationGateway;
    /** The page that holds the halves, and the halves, as the gateway has them. */
    whole: ScriptedPage;
    left: ScriptedPage;
    right: ScriptedPage;
  }

  async function halvesOf(gateway: StationGateway): Promise<{ left: ScriptedPage; right: ScriptedPage }> {
    const pages = [await gateway.page(), await gateway.page()];
    const left = pages.find(({ half }) => half === 'left');
    const right = pages.find(({ half }) => half === 'right');
    assert.ok(left !== undefined && right !== undefined);
    return { left, right };
  }

  async function open(options: BrowserContextOptions = {}): Promise<Opened> {
    await using begun = new AsyncDisposableStack();
    const gateway = begun.use(await StationGateway.start(room.folder));
    gateway.welcome = welcome;
    const context = await room.browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...options });
    begun.defer(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/WebSocket connection|Failed to load resource|Opener-Policy/.test(message.text()))
        faults.push(message.text());
    });
    await page.goto(gateway.url);
    const whole = await gateway.page();
    const halves = await halvesOf(gateway);
    const held = begun.move();
    return {
      page,
      gateway,
      whole,
      ...halves,
      async [Symbol.asyncDispose]() {
        await held.disposeAsync();
        assert.deepEqual(faults, []);
      },
    };
  }

  const frame = (page: Page, half: 'left' | 'right'): Frame => {
    const found = page.frames().find((one) => one.url().endsWith(`half=${half}`));
    assert.ok(found !== undefined, half);
    return found;
  };
  const shows = (where: Page | Frame, view: string): Promise<unknown> =>
    where.waitForFunction((wanted) => document.documentElement.dataset['view'] === wanted, view);
  const painted = (where: Frame): Promise<unknown> =>
    where.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);
  /** The half that has the frame around it comes to be this one, and really has the keyboard. */
  async function hasKeyboard(page: Page, half: 'left' | 'right'): Promise<void> {
    await page.locator(`.half.${half}.keyboard`).waitFor({ state: 'attached' });
    assert.equal(await page.locator('.half.keyboard').count(), 1);
    await frame(page, half).waitForFunction(() => document.hasFocus());
  }

  test('each half has its own sign-in, its own size, and says what is typed there to its own station only', async () => {
    await using opened = await open();
    const { page, whole, left, right } = opened;
    assert.equal(whole.half, null);
    assert.deepEqual([left.key, right.key], [whole.key, whole.key], 'one key for both');
    assert.deepEqual([left.widthPx, right.widthPx], [634, 634]);
    await shows(page, 'split');
    // The page around them has nothing more to say.
    await new Promise((resolve) =>
      whole.socket.readyState === whole.socket.CLOSED ? resolve(null) : whole.socket.once('close', resolve),
    );
    for (const half of ['left', 'right'] as const) await shows(frame(page, half), 'sign-in');
    await page.waitForFunction(() => document.title === 'Station 4 · Station 4 right – Stationmaster');
    await frame(page, 'right').getByRole('textbox', { name: 'User name' }).click();
    await hasKeyboard(page, 'right');
    await page.keyboard.type('ben');
    await page.keyboard.press('Tab');
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    assert.deepEqual(await right.next('sign-in'), { say: 'sign-in', user: 'ben', password: 'secret' });
    assert.equal(await frame(page, 'left').getByRole('textbox', { name: 'User name' }).inputValue(), '');
    assert.ok(!left.heard.some(({ say }) => say === 'sign-in'));
  });

  test('a press gives the keyboard, so do keys and the toolbar; a frame and a word say whose it is', async () => {
    await using opened = await open();
    const { page, left, right, gateway } = opened;
    desktop(left, 'one');
    await painted(frame(page, 'left'));
    const xLeft = await gateway.pixels();
    desktop(right, 'two');
    await painted(frame(page, 'right'));
    const xRight = await gateway.pixels();
    await frame(page, 'left')
      .locator('canvas')
      .click({ position: { x: 300, y: 400 } });
    await hasKeyboard(page, 'left');
    await page.keyboard.press('a');
    await typed(xLeft, 0x61);
    await page.keyboard.press('Control+Alt+Shift+ArrowRight');
    await hasKeyboard(page, 'right');
    await page.getByText('The keyboard is at Station 4 right.').waitFor();
    await page.keyboard.press('b');
    await typed(xRight, 0x62);
    assert.ok(!xLeft.keys.some(({ keysym }) => keysym === 0x62), 'what is typed at the right is not seen at the left');
    assert.ok(!xLeft.keys.some(({ keysym }) => keysym === 0xff53), 'nor is the key that went there');
    assert.deepEqual(held(xLeft), [], 'and nothing is held there');
    // The same key once more has nowhere to go: it is the desktop's.
    await page.keyboard.press('Control+Alt+Shift+ArrowRight');
    await typed(xRight, 0xff53);
    await frame(page, 'right').getByRole('button', { name: 'Toolbar' }).click();
    await frame(page, 'right').getByRole('button', { name: 'Other half' }).click();
    await hasKeyboard(page, 'left');
    await page.keyboard.press('c');
    await typed(xLeft, 0x63);
  });

  test('a dialogue of one person does not keep the other from working', async () => {
    await using opened = await open();
    const { page, left, right, gateway } = opened;
    desktop(left, 'one');
    desktop(right, 'two');
    for (const half of ['left', 'right'] as const) await painted(frame(page, half));
    await frame(page, 'left').getByRole('button', { name: 'Toolbar' }).click();
    await frame(page, 'left').getByRole('button', { name: 'Sign out', exact: true }).click();
    await frame(page, 'left').getByRole('dialog').waitFor();
    await frame(page, 'right')
      .locator('canvas')
      .click({ position: { x: 300, y: 400 } });
    await hasKeyboard(page, 'right');
    await page.keyboard.press('b');
    const desktops = [await gateway.pixels(), await gateway.pixels()];
    await Promise.any(desktops.map((one) => typed(one, 0x62)));
  });

  test('full screen is that of the whole screen, both halves in it', async () => {
    await using opened = await open();
    const { page, right } = opened;
    desktop(right, 'two');
    await painted(frame(page, 'right'));
    await frame(page, 'right').getByRole('button', { name: 'Toolbar' }).click();
    await frame(page, 'right').getByRole('button', { name: 'Full screen' }).click();
    await page.waitForFunction(() => document.fullscreenElement === document.documentElement);
    assert.equal(await page.locator('iframe').count(), 2);
    await frame(page, 'right').getByRole('button', { name: 'Toolbar' }).click();
    await frame(page, 'right').getByRole('button', { name: 'Full screen' }).click();
    await page.waitForFunction(() => document.fullscreenElement === null);
  });

  test('on a screen that hangs turned both halves are turned with it, and are pressed where they are seen', async () => {
    await using opened = await open();
    const { page, left, right, gateway } = opened;
    left.say({ say: 'configured', orientation: 'portrait', language: '' });
    await Promise.all([left.next('size'), right.next('size')]);
    desktop(right, 'two');
    await painted(frame(page, 'right'));
    const there = await gateway.pixels();
    await there.until(({ width, height }) => width === 394 && height === 1274);
    // The window is 1280 × 800 and the page 800 × 1280, turned right round its upper left corner: its right half lies below.
    const point = { x: 100, y: 300 };
    const inPage = { x: 400 + 3 + point.x, y: 3 + point.y };
    await page.mouse.click(1280 - inPage.y, inPage.x);
    await there.until(({ pointers }) =>
      pointers.some(({ x, y, buttons }) => buttons === 1 && Math.abs(x - point.x) <= 1 && Math.abs(y - point.y) <= 1),
    );
    await hasKeyboard(page, 'right');
  });

  test('the halves come back by themselves after the server was away, and after a reload', async () => {
    await using opened = await open();
    const { page, gateway, left, right } = opened;
    await gateway.close(closeCodes.restarting);
    await gateway.open();
    const again = await halvesOf(gateway);
    assert.deepEqual([again.left.key, again.right.key], [left.key, right.key]);
    for (const half of ['left', 'right'] as const) await shows(frame(page, half), 'sign-in');
    await page.reload();
    assert.equal((await gateway.page()).half, null);
    await halvesOf(gateway);
    await shows(page, 'split');
  });

  test('gives the screen back: one page again, as the same station', async () => {
    await using opened = await open();
    const { page, gateway, left, right } = opened;
    gateway.welcome = (there) => desktop(there, 'whole');
    left.say({ say: 'halves', half: 'whole' });
    right.say({ say: 'halves', half: 'whole' });
    right.socket.close(closeCodes.removed);
    const whole = await gateway.page();
    assert.deepEqual([whole.half, whole.key, whole.widthPx], [null, left.key, 1280]);
    await page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);
    assert.equal(await page.locator('iframe').count(), 0);
    // And is split once more.
    gateway.welcome = welcome;
    whole.say({ say: 'halves', half: 'left' });
    await halvesOf(gateway);
    await shows(page, 'split');
  });

  test('a station that was removed says so on the whole screen, and asks only when somebody wants it', async () => {
    await using opened = await open();
    const { page, gateway, left, right } = opened;
    left.socket.close(closeCodes.removed);
    right.socket.close(closeCodes.removed);
    await shows(page, 'removed');
    assert.equal(await page.locator('iframe').count(), 0);
    gateway.welcome = (there) => there.free();
    await page.getByRole('button', { name: 'Ask to be a station again' }).click();
    assert.equal((await gateway.page()).half, null);
    await shows(page, 'sign-in');
  });

  test('opened in another window, each half says so and can be used here again', async () => {
    await using opened = await open();
    const { page, gateway, left, right } = opened;
    left.socket.close(closeCodes.replaced);
    right.socket.close(closeCodes.replaced);
    for (const half of ['left', 'right'] as const) await shows(frame(page, half), 'replaced');
    await frame(page, 'right').getByRole('button', { name: 'Use it here' }).click();
    assert.equal((await gateway.page()).half, 'right');
    await shows(frame(page, 'right'), 'sign-in');
  });

  test('the address of a half alone in a window is the whole station; nobody else may frame the page', async () => {
    await using opened = await open();
    const { page, gateway } = opened;
    const other = await page.context().newPage();
    gateway.welcome = (there) => there.free();
    await other.goto(`${gateway.url}?half=right`);
    assert.equal((await gateway.page()).half, null);
    await shows(other, 'sign-in');
    const response = await other.request.get(gateway.url);
    assert.match(response.headers()['content-security-policy'] ?? '', /frame-ancestors 'self'/);
    assert.equal(response.headers()['x-frame-options'], 'SAMEORIGIN');
  });

  for (const [kind, options] of Object.entries({
    'in the light': { colorScheme: 'light', locale: 'en-GB', reducedMotion: 'reduce' },
    'in the dark, in French': { colorScheme: 'dark', locale: 'fr-FR', reducedMotion: 'reduce' },
    'at 1024 pixels': { viewport: { width: 1024, height: 600 }, locale: 'fr-FR', reducedMotion: 'reduce' },
    'in high contrast': { forcedColors: 'active', reducedMotion: 'reduce' },
  } satisfies Record<string, BrowserContextOptions>)) {
    test(`is accessible ${kind}, and needs no scrolling sideways`, async () => {
      await using opened = await open(options);
      const { page, left } = opened;
      desktop(left, 'one');
      await painted(frame(page, 'left'));
      await shows(frame(page, 'right'), 'sign-in');
      await frame(page, 'right').getByRole('textbox').first().click();
      await page.locator('.keyboard-word span').waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await keepPicture(page, `split-${kind.replaceAll(/\W+/g, '-')}`);
      for (const half of ['left', 'right'] as const) {
        assert.deepEqual(await axeFaults(frame(page, half)), [], half);
        const wide = await frame(page, half).evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${half} is ${wide} pixels too wide`);
      }
    });
  }
});
