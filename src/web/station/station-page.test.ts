import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { closeCodes } from '#contract/wire.ts';
import type { LostSession, Resumable } from '#contract/station-page.ts';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { sessionCauses } from '#model/session.ts';
import { catalogueFaults, entriesOf } from '../../../test/support/catalogue.ts';
import { stationBrowser } from '../../../test/support/station-browser.ts';
import { StationGateway, computer, station } from '../../../test/support/station-gateway.ts';
import type { ScriptedPage } from '../../../test/support/station-gateway.ts';
import { texts as english } from '../shared/help/english.ts';
import { texts as french } from '../shared/help/french.ts';
import { BackOff } from './back-off.ts';
import { keysymOf } from './keysym.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const told = (code: ErrorCode, details: Record<string, string | number> = {}) => ({ code, message: '', details });
const now = Date.now();
const suspended: Resumable = {
  session: 'abcdefghijklmnop',
  startedAt: now - 7_200_000,
  since: now - 600_000,
  desktop: 'xfce',
  station: null,
  saved: false,
  fault: null,
  picture:
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
};
const elsewhere: Resumable = {
  ...suspended,
  session: 'abcdefghijklmnoq',
  since: now - 90_000_000,
  station: 'Station 2',
  picture: null,
};

const onDisk: Resumable = { ...suspended, session: 'abcdefghijklmnor', since: now - 120_000, saved: true, picture: null };
const lost: LostSession[] = [
  {
    startedAt: now - 90_000_000,
    at: now - 4_000_000,
    programs: ['Mousepad', 'LibreOffice Writer'],
    cause: 'power-lost',
    fault: null,
  },
  { startedAt: now - 7_200_000, at: now - 3_600_000, programs: [], cause: 'not-restored', fault: 'image-damaged' },
];

/** Each view with what brings the page to it. */
const views: Readonly<Record<string, (page: ScriptedPage) => void>> = {
  'sign-in': (page) => page.free({ reason: 'session', cause: 'suspended-by-administrator', user: 'anna' }),
  question: (page) =>
    page.say({ say: 'question', question: { visible: false, text: 'New password: ', messages: ['It has expired.'] } }),
  notice: (page) => page.say({ say: 'notice' }),
  choose: (page) => page.say({ say: 'choose', sessions: [suspended, elsewhere, onDisk], mayStartNew: true }),
  lost: (page) => page.say({ say: 'lost', sessions: lost }),
  opening: (page) => page.say({ say: 'opening', what: 'restore' }),
  desktop: (page) => page.desktop('first'),
  locked: (page) =>
    page.say({ say: 'locked', station, computer, user: 'anna', fullName: 'Anna Lefèvre', error: told('wrong-credentials') }),
  enrol: (page) => page.say({ say: 'enrol', way: 'code', label: '', error: told('code-wrong') }),
  waiting: (page) => page.say({ say: 'enrol', way: 'approval', label: 'Browser K7QD', error: null }),
  wait: (page) => page.say({ say: 'wait', why: 'host-unreachable' }),
  replaced: (page) => page.socket.close(closeCodes.replaced),
  removed: (page) => page.socket.close(closeCodes.removed),
  refused: (page) => page.socket.close(closeCodes.refused),
};

describe('the station page without a browser', () => {
  test('both languages have every text that the code uses, and none that it does not', async () => {
    const folder = import.meta.dirname;
    const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const faults = catalogueFaults({
      en: await read('locales/en.po'),
      fr: await read('locales/fr.po'),
      sources: await Promise.all(names.map(read)),
      elsewhere: entriesOf(await read('../shared/locales/en.po')).map(({ id }) => id),
    });
    assert.deepEqual(faults, []);
  });

  test('what the page needs of the contract at run time comes without its checker', async () => {
    const source = await readFile(join(import.meta.dirname, '../../contract/wire.ts'), 'utf8');
    assert.doesNotMatch(source, /^import /m);
    assert.match(source, /export const closeCodes/);
  });

  test('it tries again after 100 ms at first and never waits longer than a second', () => {
    const eager = new BackOff(() => 1);
    assert.deepEqual(
      Array.from({ length: 7 }, () => eager.next()),
      [100, 200, 400, 800, 1000, 1000, 1000],
    );
    eager.reset();
    assert.equal(eager.next(), 100);
    const lucky = new BackOff(() => 0);
    assert.equal(lucky.next(), 50);
    assert.equal(new BackOff(() => 1).next(true), 2000);
  });

  test('characters have the numbers of X11', () => {
    assert.deepEqual(['a', 'é', '€', '\n', '😀'].map(keysymOf), [0x61, 0xe9, 0x010020ac, 0xff0d, 0x0101f600]);
  });
});

describe('the station page in Chromium', () => {
  const room = stationBrowser(['--host-resolver-rules=MAP station.test 127.0.0.1']);
  let gateway: StationGateway;

  interface Opened extends AsyncDisposable {
    page: Page;
    /** The page as the gateway has it. */
    there: ScriptedPage;
  }

  /** A station page with its own gateway; `welcome` is said when it has proven itself. Fails the test on any error in its console. */
  async function open(options: BrowserContextOptions = {}, welcome?: (page: ScriptedPage) => void): Promise<Opened> {
    await using begun = new AsyncDisposableStack();
    gateway = begun.use(await StationGateway.start(room.folder));
    if (welcome !== undefined) gateway.welcome = welcome;
    const context = await room.browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...options });
    begun.defer(() => context.close());
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      // A gateway that is away is part of the tests; everything else, a breach of the content policy among them, is a fault.
      if (message.type() === 'error' && !/WebSocket connection|Failed to load resource|Opener-Policy/.test(message.text())) {
        faults.push(message.text());
      }
    });
    await page.goto(gateway.url);
    const there = await gateway.page();
    const open = begun.move();
    return {
      page,
      there,
      async [Symbol.asyncDispose]() {
        await open.disposeAsync();
        assert.deepEqual(faults, []);
      },
    };
  }

  const shows = (page: Page, view: string): Promise<unknown> =>
    page.waitForFunction((wanted) => document.documentElement.dataset['view'] === wanted, view, { timeout: 10_000 });
  const painted = (page: Page): Promise<unknown> =>
    page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined, undefined, { timeout: 10_000 });
  const focused = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const { activeElement } = document;
      const label =
        activeElement instanceof HTMLInputElement ? activeElement.labels?.[0]?.textContent : activeElement?.textContent;
      return activeElement?.tagName === 'CANVAS' ? 'canvas' : (label ?? '');
    });
  /** What the keyboard is on comes to be this. */
  async function isFocused(page: Page, label: string): Promise<void> {
    const deadline = performance.now() + 5000;
    while ((await focused(page)) !== label) {
      if (performance.now() > deadline) assert.equal(await focused(page), label);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
      };
      const { violations } = await axe.run();
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
    });
  }

  for (const [kind, options] of Object.entries({
    'in the light': { colorScheme: 'light', locale: 'en-GB', reducedMotion: 'reduce' },
    'in the dark, in French': { colorScheme: 'dark', locale: 'fr-FR', reducedMotion: 'reduce' },
    'on a small phone': { viewport: { width: 320, height: 560 }, locale: 'fr-FR', reducedMotion: 'reduce' },
    'in high contrast': { forcedColors: 'active', reducedMotion: 'reduce' },
  } satisfies Record<string, BrowserContextOptions>)) {
    test(`every view is accessible ${kind}, speaks the person's language and needs no scrolling sideways`, async () => {
      await using opened = await open(options);
      const { page } = opened;
      const language = 'locale' in options ? options.locale.slice(0, 2) : 'en';
      for (const [view, bring] of Object.entries(views)) {
        gateway.welcome = (there) => {
          there.free();
          bring(there);
        };
        await page.reload();
        await shows(page, view);
        if (view === 'desktop') await painted(page);
        assert.deepEqual(await violations(page), [], view);
        assert.equal(await page.evaluate(() => document.documentElement.lang), language);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${view} is ${wide} pixels too wide`);
        if (view !== 'desktop') assert.equal(await page.locator('h1').count(), 1, view);
      }
    });
  }

  test("F1 and the question mark open the help of the sign-in page, but over a desktop F1 is the desktop's", async () => {
    for (const [locale, texts, name] of [
      ['en-GB', english, 'Help'],
      ['fr-FR', french, 'Aide'],
    ] as const) {
      await using opened = await open({ locale, viewport: { width: 320, height: 560 }, reducedMotion: 'reduce' });
      const { page, there } = opened;
      await shows(page, 'sign-in');
      await isFocused(page, locale === 'en-GB' ? 'User name' : "Nom d'utilisateur");
      await page.keyboard.type('an');
      await page.keyboard.press('F1');
      const panel = page.getByRole('dialog');
      for (const { what, how } of texts.station.tasks) {
        await panel.getByRole('heading', { name: what, exact: true }).waitFor();
        await panel.getByText(how, { exact: true }).waitFor();
      }
      assert.deepEqual(await violations(page), []);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });
      await page.keyboard.type('na');
      assert.equal(await page.getByRole('textbox').first().inputValue(), 'anna');
      await button(page, name).click();
      await panel.waitFor();
      there.desktop('first');
      await painted(page);
      await panel.waitFor({ state: 'detached' });
      await page.keyboard.press('F1');
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      assert.equal(await panel.count(), 0);
    }
  });

  test('the own password is changed by the box that says so, and only by who ticked it', async () => {
    await using opened = await open();
    const { page, there } = opened;
    await shows(page, 'sign-in');
    const box = page.getByRole('checkbox', { name: 'Change my password' });
    await box.check();
    await page.getByRole('textbox', { name: 'User name' }).fill('anna');
    await page.getByRole('textbox', { name: 'Password' }).fill('secret');
    await page.keyboard.press('Enter');
    assert.deepEqual(await there.next('sign-in'), { say: 'sign-in', user: 'anna', password: 'secret', changePassword: true });
    there.free({ reason: 'refused', error: told('password-not-changed') });
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    assert.equal(await box.isChecked(), true);
    there.free({ reason: 'none' });
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('input[type=checkbox]')?.checked === false);
    await page.getByRole('textbox', { name: 'Password' }).fill('secret');
    await page.keyboard.press('Enter');
    assert.deepEqual(await there.next('sign-in'), { say: 'sign-in', user: 'anna', password: 'secret' });
  });

  test('signing in with the keyboard alone: busy at once, errors beside the form, the password to be typed again', async () => {
    await using opened = await open();
    const { page, there } = opened;
    await shows(page, 'sign-in');
    assert.equal(await page.title(), `${station.name} – Stationmaster`);
    await isFocused(page, 'User name');
    await page.keyboard.press('Enter');
    await page.getByText('Type your user name.').waitFor();
    await page.keyboard.type('anna');
    await page.keyboard.press('Enter');
    await isFocused(page, 'Password');
    await page.keyboard.type('wrong');
    // Measured in the page: the time from the key to the word.
    await page.evaluate(() => {
      const { dataset } = document.body;
      addEventListener(
        'keydown',
        () => {
          const pressed = performance.now();
          const look = (): void => {
            if (document.body.textContent?.includes('Checking…')) dataset['busyAfter'] = String(performance.now() - pressed);
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        },
        { once: true, capture: true },
      );
    });
    await page.keyboard.press('Enter');
    assert.deepEqual(await there.next('sign-in'), { say: 'sign-in', user: 'anna', password: 'wrong' });
    const busyAfter = await page.waitForFunction(() => document.body.dataset['busyAfter']);
    assert.ok(Number(await busyAfter.jsonValue()) < 100);
    assert.equal(await page.evaluate(() => performance.getEntriesByName('sign-in').length), 1);
    there.say({ say: 'checking' });
    await page.keyboard.press('Enter');
    there.free({ reason: 'refused', error: told('wrong-credentials') });
    await page.getByText('The user name or the password is wrong.').waitFor();
    await isFocused(page, 'Password');
    assert.equal(await page.getByRole('textbox', { name: 'User name' }).inputValue(), 'anna');
    assert.equal(await page.getByRole('textbox', { name: 'Password' }).inputValue(), '');
    assert.equal(there.heard.filter(({ say }) => say === 'sign-in').length, 0, 'a second Enter meanwhile says nothing');
    // A further message about the same state disturbs nobody who types.
    await page.keyboard.type('sec');
    there.free({ reason: 'refused', error: told('wrong-credentials') });
    await page.keyboard.type('ret');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('sign-in')).password, 'secret');

    there.say({
      say: 'question',
      question: { visible: false, text: 'New password: ', messages: ['Your password has expired.'] },
    });
    await page.getByText('Your password has expired.').waitFor();
    await isFocused(page, 'New password');
    await page.keyboard.type('n3w');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('answer')).answer, 'n3w');
    there.say({ say: 'question', question: { visible: true, text: 'Code', messages: [] } });
    await page.getByRole('textbox', { name: 'Code' }).waitFor();
    await page.keyboard.type('123456');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('answer')).answer, '123456');

    there.say({ say: 'notice' });
    await shows(page, 'notice');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await there.next('accept-notice');

    there.say({ say: 'choose', sessions: [elsewhere, suspended], mayStartNew: true });
    await shows(page, 'choose');
    assert.match(await focused(page), /^Suspended since/, 'the one left last comes first');
    await page.keyboard.press('ArrowRight');
    assert.match(await focused(page), /^Shown at Station 2/);
    await page.keyboard.press('ArrowRight');
    await isFocused(page, 'Start a new session');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('choose')).session, suspended.session);
  });

  test('a sign-in under way can be left', async () => {
    await using opened = await open();
    const { page, there } = opened;
    for (const view of ['question', 'notice', 'choose'] as const) {
      views[view]?.(there);
      await shows(page, view);
      await button(page, 'Cancel').click();
      await there.next('cancel');
      there.free();
      await shows(page, 'sign-in');
    }
  });

  test('it says in words why it shows the sign-in page', async () => {
    await using opened = await open();
    const { page, there } = opened;
    const note = page.locator('.note.info');
    for (const cause of sessionCauses) {
      there.free({ reason: 'session', cause, user: 'anna' });
      await page.evaluate(() => 0);
      if (!['signed-in', 'locked', 'unlocked', 'restored', 'dismissed'].includes(cause))
        await note.filter({ hasText: /\w/ }).waitFor();
    }
    there.free({ reason: 'session', cause: 'suspended-by-administrator', user: 'anna' });
    await page.getByText('The session of anna was suspended by the administrator.').waitFor();
    there.free({ reason: 'moved', station: 'Station 9', user: 'anna', ordered: false });
    await page.getByText('The session of anna moved to Station 9.').waitFor();
  });

  test('it has words for every error, in both languages', async () => {
    await using opened = await open();
    const { page, there } = opened;
    const note = page.locator('.note.error');
    for (const language of ['en', 'fr']) {
      await page.getByRole('combobox').selectOption(language);
      const again = await gateway.page();
      await page.getByRole('heading', { name: language === 'en' ? 'Sign in' : 'Se connecter' }).waitFor();
      const texts = new Set<string>();
      for (const code of Object.keys(errorCodes) as ErrorCode[]) {
        again.free({ reason: 'refused', error: told(code, { mark: code }) });
        await page.waitForFunction(
          (known) => {
            const text = document.querySelector('.note.error')?.textContent ?? '';
            return text !== '' && !known.includes(text);
          },
          [...texts],
        );
        texts.add((await note.textContent()) ?? '');
      }
      assert.equal(texts.size, Object.keys(errorCodes).length);
      again.free({ reason: 'refused', error: told('throttled', { seconds: 30 }) });
      await note.filter({ hasText: '30' }).waitFor();
    }
    assert.equal(there.socket.readyState, there.socket.CLOSED);
  });

  test('another language at once: what is typed stays, the choice is remembered, the gateway learns it', async () => {
    await using opened = await open();
    const { page } = opened;
    await shows(page, 'sign-in');
    await page.getByRole('textbox', { name: 'User name' }).fill('anna');
    await page.getByRole('textbox', { name: 'Password' }).fill('secret');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('fr');
    await page.getByRole('button', { name: 'Se connecter' }).waitFor();
    assert.equal(await page.getByRole('textbox', { name: "Nom d'utilisateur" }).inputValue(), 'anna');
    assert.equal(await page.getByRole('textbox', { name: 'Mot de passe' }).inputValue(), 'secret');
    assert.equal((await gateway.page()).language, 'fr');
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'fr');
    await page.reload();
    await page.getByRole('button', { name: 'Se connecter' }).waitFor();
  });

  test('a password can be looked at, and Caps Lock is told', async () => {
    await using opened = await open();
    const { page } = opened;
    const password = page.getByRole('textbox', { name: 'Password' });
    await password.fill('secret');
    await button(page, 'Show password').click();
    assert.equal(await password.getAttribute('type'), 'text');
    await button(page, 'Show password').click();
    assert.equal(await password.getAttribute('type'), 'password');
    await password.evaluate((input) => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'A', modifierCapsLock: true })));
    await page.getByText('Caps Lock is on.').waitFor();
    await password.evaluate((input) => input.dispatchEvent(new KeyboardEvent('keyup', { key: 'a' })));
    await page.getByText('Caps Lock is on.').waitFor({ state: 'detached' });
  });

  test('it is the same station after a reload, in every window, and its key cannot be taken out', async () => {
    await using opened = await open();
    const { page, there } = opened;
    await page.reload();
    assert.deepEqual((await gateway.page()).key, there.key);
    const second = await page.context().newPage();
    await second.goto(gateway.url);
    assert.deepEqual((await gateway.page()).key, there.key);
    const taken = await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('stationmaster');
        request.addEventListener('success', () => resolve(request.result));
      });
      const pair = await new Promise<CryptoKeyPair>((resolve) => {
        const request = database.transaction('keys').objectStore('keys').get('station');
        request.addEventListener('success', () => resolve(request.result as CryptoKeyPair));
      });
      return crypto.subtle.exportKey('pkcs8', pair.privateKey).then(
        () => 'taken',
        () => 'kept',
      );
    });
    assert.equal(taken, 'kept');
  });

  test('a browser that keeps nothing, and a connection that is not secure, are told what to do', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, 'indexedDB', {
        value: {
          open() {
            throw new DOMException('forbidden', 'SecurityError');
          },
        },
      });
    });
    await page.reload();
    await shows(page, 'no-storage');
    await page.getByText('normal window instead of a private one').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.goto(`http://station.test:${gateway.port}/`);
    await shows(page, 'insecure');
    await page.getByText('https://station.test').waitFor();
    assert.deepEqual(await violations(page), []);
  });

  test('a browser becomes a station by the code', async () => {
    await using opened = await open({}, (page) => page.say({ say: 'enrol', way: 'code', label: '', error: null }));
    const { page, there } = opened;
    await shows(page, 'enrol');
    await page.keyboard.type(' ABC-123 ');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('enrol')).code, 'ABC-123');
    there.say({ say: 'enrol', way: 'code', label: '', error: told('code-wrong') });
    await page.getByText('The code is wrong').waitFor();
    there.free();
    await shows(page, 'sign-in');
  });

  test('the desktop: ticket, first frame, size of the window, keys, and the size that follows the window', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await shows(page, 'desktop');
    const desktop = await gateway.pixels();
    assert.deepEqual(desktop.protocols, ['binary', 'ticket.good']);
    await painted(page);
    assert.equal(await page.locator('canvas').count(), 1);
    assert.equal(await page.title(), `${station.name} – Anna Lefèvre`);
    await desktop.until(({ width, height }) => width === 1280 && height === 800);
    await isFocused(page, 'canvas');
    await page.keyboard.press('a');
    await desktop.until(({ keys }) => keys.some(({ keysym, down }) => keysym === 0x61 && !down));
    await page.setViewportSize({ width: 1001, height: 703 });
    await desktop.until(({ width, height }) => width === 1001 && height === 703);
    assert.deepEqual(await there.next('size'), { say: 'size', widthPx: 1001, heightPx: 703 });
    await page.waitForFunction(() => {
      const box = document.querySelector('canvas')?.getBoundingClientRect();
      return box?.width === 1001 && box.height === 703 && box.left === 0;
    });
    there.free({ reason: 'session', cause: 'disconnected', user: 'anna' });
    await shows(page, 'sign-in');
    assert.equal(await page.locator('canvas').count(), 0);
    assert.equal(await page.evaluate(() => document.documentElement.dataset['firstFrame']), undefined);
    await isFocused(page, 'User name');
  });

  test('the first frame is only told when there is one, and a connection before noVNC was loaded is not lost', async () => {
    await using opened = await open();
    const { page } = opened;
    await shows(page, 'sign-in');
    gateway.welcome = (again) => again.desktop('slow');
    const held = Promise.withResolvers<void>();
    await page.route(/rfb/, async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.reload();
    await shows(page, 'desktop');
    const desktop = await gateway.pixels();
    desktop.paints = false;
    held.resolve();
    await page.getByText('Opening your desktop…').waitFor();
    await page.locator('canvas').waitFor({ state: 'attached' });
    assert.equal(await page.evaluate(() => document.documentElement.dataset['firstFrame']), undefined);
    desktop.paints = true;
    desktop.paint();
    await painted(page);
    await page.getByText('Opening your desktop…').waitFor({ state: 'detached' });
  });

  test('the toolbar is called with keys, takes none while it hides, and gives them back', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await painted(page);
    const desktop = await gateway.pixels();
    await button(page, 'Disconnect').waitFor({ state: 'hidden' });
    await page.keyboard.press('Tab');
    await desktop.until(({ keys }) => keys.some(({ keysym, down }) => keysym === 0xff09 && !down));
    await page.keyboard.press('Control+Alt+Shift+x');
    await desktop.until(({ keys }) => keys.filter(({ down }) => !down).length === 5);
    await button(page, 'Disconnect').waitFor({ state: 'hidden' });
    await page.keyboard.press('Control+Alt+Shift');
    await button(page, 'Disconnect').waitFor();
    const { keys } = desktop;
    assert.equal(keys.filter(({ down }) => down).length, keys.filter(({ down }) => !down).length, 'no key is stuck');
    await isFocused(page, 'Disconnect');
    await page.keyboard.press('ArrowRight');
    await isFocused(page, 'Lock');
    await page.keyboard.press('Escape');
    await isFocused(page, 'canvas');
    await button(page, 'Disconnect').waitFor({ state: 'hidden' });

    await page.keyboard.press('Control+Alt+Shift');
    assert.deepEqual(await violations(page), []);
    await button(page, 'Lock').click();
    await there.next('lock');
    there.say({ say: 'locked', station, computer, user: 'anna', fullName: 'Anna Lefèvre', error: null });
    await shows(page, 'locked');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('unlock')).password, 'wrong');
    there.say({ say: 'locked', station, computer, user: 'anna', fullName: 'Anna Lefèvre', error: told('wrong-credentials') });
    await page.getByText('The user name or the password is wrong.').waitFor();
    await isFocused(page, 'Password');
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('unlock')).password, 'secret');
    there.desktop('after');
    await painted(page);
    await page.keyboard.press('Control+Alt+Shift');
    await button(page, 'Disconnect').click();
    await there.next('disconnect');
  });

  test('the toolbar comes to the pointer that stays at the top edge, and by its handle', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page } = opened;
    await painted(page);
    await page.mouse.move(640, 300);
    await page.mouse.move(640, 0);
    await button(page, 'Lock').waitFor();
    await page.mouse.move(640, 400);
    await page.mouse.move(640, 410);
    await button(page, 'Lock').waitFor({ state: 'hidden' });
    await button(page, 'Toolbar').click();
    await button(page, 'Lock').waitFor();
  });

  test('signing out says first what is at stake', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await painted(page);
    const ask = async (): Promise<void> => {
      await page.keyboard.press('Control+Alt+Shift');
      await button(page, 'Sign out').click();
      await page.getByText('work that is not saved is lost').waitFor();
    };
    await ask();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Enter');
    await isFocused(page, 'canvas'); // Enter alone does no harm
    await ask();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await there.next('disconnect');
    await ask();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await there.next('sign-out');
    there.say({ say: 'wait', why: 'ending' });
    await shows(page, 'wait');
  });

  test('the own password is changed over the desktop, as the computer asks; refusals and breaks begin anew', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await painted(page);
    await page.keyboard.press('Control+Alt+Shift');
    await button(page, 'Password').click();
    const dialog = page.getByRole('dialog', { name: 'Change my password' });
    await isFocused(page, 'Current password');
    assert.deepEqual(await violations(page), []);
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('password-change')).password, 'wrong');
    there.say({ say: 'password-change', now: { step: 'checking' } });
    await dialog.getByText('Checking…').waitFor();
    there.say({ say: 'password-change', now: { step: 'refused', error: told('wrong-credentials'), messages: [] } });
    await dialog.getByText('The current password is wrong.').waitFor();
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('password-change')).password, 'secret');
    const question = { visible: false, text: 'New password: ', messages: [] };
    there.say({ say: 'password-change', now: { step: 'question', question } });
    await isFocused(page, 'New password');
    await page.keyboard.type('abc');
    await page.keyboard.press('Enter');
    assert.equal((await there.next('password-answer')).answer, 'abc');
    there.say({
      say: 'password-change',
      now: { step: 'question', question: { ...question, messages: ['BAD PASSWORD: it is too short'] } },
    });
    await dialog.getByText('BAD PASSWORD: it is too short').waitFor();
    assert.deepEqual(await violations(page), []);
    there.say({
      say: 'password-change',
      now: { step: 'refused', error: told('password-not-changed'), messages: ['Have exhausted maximum number of retries'] },
    });
    await dialog.getByText(/The password was not changed\..*exhausted/s).waitFor();
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    await there.next('password-change');
    await page.keyboard.press('Escape');
    await there.next('password-cancel');
    await isFocused(page, 'canvas');

    await page.keyboard.press('Control+Alt+Shift');
    await button(page, 'Password').click();
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    await there.next('password-change');
    there.socket.terminate();
    await dialog.getByText(/The connection was lost before the password was changed/).waitFor();
    const again = await gateway.page();
    await page.locator('html[data-line="up"]').waitFor();
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    await again.next('password-change');
    again.say({
      say: 'password-change',
      now: { step: 'question', question: { text: 'Retype new password: ', visible: false, messages: [] } },
    });
    await dialog.getByRole('textbox', { name: 'Retype new password' }).fill('better');
    await page.keyboard.press('Enter');
    await again.next('password-answer');
    again.socket.terminate();
    await dialog.getByText(/it is not known whether the password was changed/).waitFor();
    const back = await gateway.page();
    await page.locator('html[data-line="up"]').waitFor();
    await page.keyboard.type('better');
    await page.keyboard.press('Enter');
    await back.next('password-change');
    back.say({ say: 'password-change', now: { step: 'done' } });
    await page.getByText('Your password is changed.').waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await isFocused(page, 'canvas');
  });

  test('the clipboard goes both ways, by hand and by itself, and never to the next person', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await painted(page);
    const desktop = await gateway.pixels();
    desktop.copy('from the desktop');
    const box = page.getByRole('textbox', { name: 'Text in the clipboard' });
    await page.keyboard.press('Control+Alt+Shift');
    await button(page, 'Clipboard').click();
    assert.equal(await box.inputValue(), 'from the desktop');
    assert.deepEqual(await violations(page), []);
    await box.fill('to the desktop');
    await desktop.until(({ pastes }) => pastes.includes('to the desktop'));
    await button(page, 'Close').click();

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: gateway.url });
    await page.evaluate(() => navigator.clipboard.writeText('copied elsewhere'));
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await desktop.until(({ pastes }) => pastes.includes('copied elsewhere'));
    desktop.copy('copied there');
    await page.waitForFunction(async () => (await navigator.clipboard.readText()) === 'copied there');
    await page.evaluate(() => navigator.clipboard.writeText(''));

    there.free();
    await shows(page, 'sign-in');
    there.say({ say: 'desktop', station, computer, user: 'ben', fullName: 'Ben', ticket: 'next' });
    await painted(page);
    await page.keyboard.press('Control+Alt+Shift');
    await button(page, 'Clipboard').click();
    assert.equal(await box.inputValue(), '');
  });

  test('keys that the browser keeps for itself, and text without a keyboard, reach the desktop', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page } = opened;
    await painted(page);
    const desktop = await gateway.pixels();
    await page.keyboard.press('Control+Alt+Shift');
    await button(page, 'Keyboard').click();
    assert.deepEqual(await violations(page), []);
    desktop.keys.length = 0;
    await button(page, 'Ctrl+Alt+Del').click();
    await desktop.until(({ keys }) => keys.length === 6);
    assert.deepEqual(
      desktop.keys.filter(({ down }) => down).map(({ keysym }) => keysym),
      [0xffe3, 0xffe9, 0xffff],
    );
    desktop.keys.length = 0;
    await page.getByRole('textbox', { name: 'Type on the desktop' }).focus();
    await page.keyboard.type('é');
    await page.keyboard.press('Enter');
    await desktop.until(({ keys }) => keys.length === 4);
    assert.deepEqual(
      desktop.keys.filter(({ down }) => down).map(({ keysym }) => keysym),
      [0xe9, 0xff0d],
    );
    await page.keyboard.press('Escape');
    await isFocused(page, 'canvas');
  });

  test('the gateway is killed and comes back: the last picture stays, the desktop is there again without a reload', async () => {
    await using opened = await open({}, (page) => page.desktop('first'));
    const { page } = opened;
    await painted(page);
    await page.evaluate(() => {
      document.body.dataset['mark'] = 'same page';
    });
    await gateway.close();
    await page.getByText('Connection lost, coming back…').waitFor();
    assert.equal(await page.locator('canvas').count(), 1, 'the last picture');
    assert.equal(await page.evaluate(() => document.documentElement.dataset['firstFrame']), undefined);
    assert.deepEqual(await violations(page), []);
    gateway.welcome = (again) => again.desktop('second');
    await gateway.open();
    const since = performance.now();
    await painted(page);
    assert.ok(performance.now() - since < 3000, `back after ${Math.round(performance.now() - since)} ms`);
    assert.deepEqual(gateway.tickets, ['first', 'second']);
    assert.equal(await page.evaluate(() => document.body.dataset['mark']), 'same page');
    await page.getByText('Connection lost, coming back…').waitFor({ state: 'detached' });
    await isFocused(page, 'canvas');
    assert.equal(await page.locator('canvas').count(), 1);
  });

  test('only the pixels break: it asks for a new ticket, again and again if need be', async () => {
    await using opened = await open({}, (page) => page.desktop('first'));
    const { page, there } = opened;
    await painted(page);
    (await gateway.pixels()).socket.close(closeCodes.desktopGone);
    await there.next('ticket');
    there.say({ say: 'error', error: told('not-possible-now') });
    await there.next('ticket');
    there.desktop('second');
    await gateway.pixels().then((desktop) => desktop.socket.close(closeCodes.refused));
    await there.next('ticket');
    there.desktop('third');
    await painted(page);
    assert.deepEqual(gateway.tickets, ['first', 'second', 'third']);
    assert.equal(await page.locator('.toast').textContent(), '');
  });

  test('a restart is told in words; a sign-in meanwhile waits; one that broke is told', async () => {
    await using opened = await open();
    const { page, there } = opened;
    await page.getByRole('textbox', { name: 'User name' }).fill('anna');
    await page.getByRole('textbox', { name: 'Password' }).fill('secret');
    await gateway.close(closeCodes.restarting);
    await page.getByText('The server is restarting.').waitFor();
    await button(page, 'Sign in').click();
    await page.getByText('Waiting for the connection…').waitFor();
    await gateway.open();
    const again = await gateway.page();
    assert.equal((await again.next('sign-in')).password, 'secret');
    await page.getByText('The server is restarting.').waitFor({ state: 'detached' });
    again.socket.terminate();
    await gateway.page();
    await page.getByText('The connection broke while you were signing in.').waitFor();
    await isFocused(page, 'Password');
    assert.notEqual(there, again);
  });

  test('opened in another window: this one stays quiet until it is asked for', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await painted(page);
    there.socket.close(closeCodes.replaced);
    await shows(page, 'replaced');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    assert.equal(await page.evaluate(() => document.documentElement.dataset['view']), 'replaced');
    await button(page, 'Use it here').click();
    await gateway.page();
    await painted(page);
  });

  test('removed and refused stations are told, and start anew when somebody wants it', async () => {
    await using opened = await open();
    const { page, there } = opened;
    there.socket.close(closeCodes.removed);
    await shows(page, 'removed');
    await button(page, 'Ask to be a station again').click();
    const again = await gateway.page();
    assert.deepEqual(again.key, there.key);
    again.socket.close(closeCodes.refused);
    await shows(page, 'refused');
    await button(page, 'Start as a new station').click();
    assert.notDeepEqual((await gateway.page()).key, there.key);
  });

  test('the countdown to a log-off is seen over the desktop, read aloud at times, and taken back', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await painted(page);
    await page.evaluate(() => {
      const timer = document.querySelector('[role=timer]');
      const said: [number, string | null][] = [];
      Object.assign(globalThis, { said });
      if (timer === null) return;
      new MutationObserver(() => {
        const seconds = Number(/\d+/.exec(timer.textContent ?? '')?.[0] ?? Number.NaN);
        if (!Number.isNaN(seconds) && said.at(-1)?.[0] !== seconds) said.push([seconds, timer.getAttribute('aria-live')]);
      }).observe(timer, { subtree: true, childList: true, characterData: true });
    });
    there.say({ say: 'countdown', remainingMs: 21_900, by: '' });
    await page.getByText(/The administrator logs you off in 2\d seconds\./).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.waitForFunction(() => ((globalThis as unknown as { said: [number][] }).said.at(-1)?.[0] ?? 99) < 19);
    const said = await page.evaluate(() => (globalThis as unknown as { said: [number, string][] }).said);
    assert.equal(said[0]?.[1], 'assertive', 'at first');
    assert.equal(said.find(([seconds]) => seconds <= 20)?.[1], 'assertive', 'when 20 seconds are left');
    assert.equal(said.filter(([, live]) => live === 'assertive').length, 2, 'and not every second');
    const timer = page.getByRole('timer').first();
    await isFocused(page, 'canvas'); // the person can go on saving
    there.say({ say: 'countdown', remainingMs: 9_900, by: 'Maria Keller' });
    await page.getByText('Maria Keller logs you off in 10 seconds. Save your work now.').waitFor();
    there.say({ say: 'countdown', remainingMs: null, by: '' });
    await page.getByText('The log-off was taken back. Your session goes on.').waitFor();
    assert.equal(await timer.textContent(), '');
  });

  test('what opens from disk says so, with a bar only if it takes longer than half a second, that moves for those who like it', async () => {
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      await using opened = await open({ reducedMotion });
      const { page, there } = opened;
      const bar = page.getByRole('progressbar', { name: 'Opening your desktop…' });
      // What is seen in the very moment that it is put there.
      await page.evaluate(() => {
        const { dataset } = document.body;
        new MutationObserver(() => {
          const shown = document.querySelector('.progress');
          if (shown !== null) dataset['barAtFirst'] ??= getComputedStyle(shown).visibility;
        }).observe(document.body, { subtree: true, childList: true });
      });
      const began = performance.now();
      there.say({ say: 'opening', what: 'restore' });
      await page.getByText('Your desktop is read from disk and goes on where you left it.').waitFor();
      await bar.waitFor();
      assert.ok(performance.now() - began > 450);
      assert.equal(await page.evaluate(() => document.body.dataset['barAtFirst']), 'hidden');
      const moves = await page.evaluate(() =>
        document.getAnimations().some((each) => each instanceof CSSAnimation && each.animationName === 'pass'),
      );
      assert.equal(moves, reducedMotion === 'no-preference');
      there.say({ say: 'opening', what: 'save' });
      await page.getByText('Your desktop is just being saved. It comes back at once.').waitFor();
      there.say({ say: 'opening', what: 'resume' });
      await page.getByText('Your session goes on where you left it.').waitFor();
      assert.equal(await bar.count(), 0);
    }
  });

  test('sessions that could not be kept are told with what was open and why, and the person goes on', async () => {
    await using opened = await open();
    const { page, there } = opened;
    there.say({ say: 'lost', sessions: lost });
    await shows(page, 'lost');
    await isFocused(page, '2 of your sessions could not be kept');
    await page.getByText('The computer stopped unexpectedly before the session was saved.').waitFor();
    await page.getByText('Programs that were open: Mousepad and LibreOffice Writer.').waitFor();
    await page.getByText('The saved session is damaged and cannot be continued.').waitFor();
    await page.keyboard.press('Tab');
    await isFocused(page, 'Continue');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await there.next('accept-lost');
    assert.equal(there.heard.filter(({ say }) => say === 'accept-lost').length, 0, 'a second Enter meanwhile says nothing');
    there.say({ say: 'error', error: told('computer-leaving') });
    await page.getByText('The computer is about to restart or shut down. Sign in again when it is back.').waitFor();
    await page.keyboard.press('Enter');
    await there.next('accept-lost');
    there.say({ say: 'lost', sessions: lost.slice(0, 1) });
    await page.getByRole('heading', { name: 'A session of yours could not be kept' }).waitFor();
  });

  test('the choice marks what is on disk', async () => {
    await using opened = await open();
    const { page, there } = opened;
    there.say({ say: 'choose', sessions: [suspended, onDisk], mayStartNew: false });
    const card = page.getByRole('button', { name: /^Suspended \(saved\) since .*Is opened from disk$/ });
    await card.click();
    assert.equal((await there.next('choose')).session, onDisk.session);
  });

  test('a restart of the computer counts down over the desktop and the sign-in page, and is taken back', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await painted(page);
    there.say({ say: 'leaving', how: 'restart', remainingMs: 21_900 });
    await page.getByText(/The computer restarts in 2\d seconds\. Your desktop is saved and continues afterwards\./).waitFor();
    const timer = page.getByRole('timer').filter({ hasText: 'restarts' });
    assert.equal(await timer.getAttribute('aria-live'), 'assertive');
    await isFocused(page, 'canvas');
    assert.deepEqual(await violations(page), []);
    // A log-off at the same time is told beside it.
    there.say({ say: 'countdown', remainingMs: 50_000, by: '' });
    await page.getByText(/The administrator logs you off in/).waitFor();
    there.free({ reason: 'session', cause: 'computer-restarting', user: 'anna' });
    await page.getByText(/The computer restarts\. The session of anna is saved and continues afterwards/).waitFor();
    await page.getByText(/The administrator logs you off in/).waitFor({ state: 'detached' });
    await timer.waitFor();
    await isFocused(page, 'User name');
    there.say({ say: 'leaving', how: 'restart', remainingMs: null });
    await page.getByText('The computer keeps running.').waitFor();
    assert.equal(await timer.count(), 0);
    there.say({ say: 'leaving', how: 'shut-down', remainingMs: 9_900 });
    await page.getByText(/The computer shuts down in \d+ seconds\./).waitFor();
  });

  test('while the computer restarts the page says so, and comes back by itself', async () => {
    await using opened = await open();
    const { page, there } = opened;
    there.say({ say: 'leaving', how: 'restart', remainingMs: 20_000 });
    await page.getByText(/The computer restarts in/).waitFor();
    there.say({ say: 'wait', why: 'computer-restarting' });
    await page.getByRole('heading', { name: 'The computer restarts' }).waitFor();
    await page.getByText(/The computer restarts in/).waitFor({ state: 'detached' });
    await gateway.close();
    await page.getByText('The computer restarts. This page comes back by itself.').waitFor();
    await gateway.open();
    await gateway.page();
    await shows(page, 'sign-in');
    await page.getByText('The computer restarts. This page comes back by itself.').waitFor({ state: 'detached' });
    // A break without a restart is a break like others again.
    await gateway.close();
    await page.getByText('Connection lost, coming back…').waitFor();
    await gateway.open();
  });

  test('a break during the warning leaves the countdown where it is; the end of it is told in words', async () => {
    await using opened = await open();
    const { page, there } = opened;
    there.say({ say: 'leaving', how: 'restart', remainingMs: 30_000 });
    await page.getByText(/The computer restarts in/).waitFor();
    gateway.welcome = (again) => {
      again.free();
      again.say({ say: 'leaving', how: 'restart', remainingMs: 900 });
    };
    await gateway.close();
    await page.getByText('Connection lost, coming back…').waitFor();
    await page.getByText(/The computer restarts in/).waitFor();
    await gateway.open();
    await page.getByText('The computer restarts now. Your desktop is being saved.').waitFor();
    await gateway.close();
    await page.getByText('The computer restarts. This page comes back by itself.').waitFor();
    await gateway.open();
  });

  test('Identify shows the name large over everything and lets the person work', async () => {
    await using opened = await open({}, (page) => page.desktop('good'));
    const { page, there } = opened;
    await painted(page);
    const desktop = await gateway.pixels();
    there.say({ say: 'identify', on: true, station: 'Station 4', computer });
    const name = page.locator('.identify strong');
    await name.waitFor();
    const box = await name.boundingBox();
    assert.ok(box !== null && box.height > 150 && box.width < 1280);
    await page.keyboard.press('b');
    await desktop.until(({ keys }) => keys.some(({ keysym, down }) => keysym === 0x62 && !down));
    there.say({ say: 'identify', on: false, station: 'Station 4', computer });
    await name.waitFor({ state: 'detached' });
  });

  test('after an update of the gateway the page renews itself, but only while nobody is typing', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.evaluate(() => {
      document.body.dataset['mark'] = 'old page';
    });
    const user = page.getByRole('textbox', { name: 'User name' });
    await user.fill('an');
    await gateway.close();
    // A newer page: its script has another name, which the old page does not find in it.
    gateway.html = (text) => text.replaceAll(/src="([^"]+\.js)"/g, 'src="$1?newer"');
    await gateway.open();
    await gateway.page();
    await page.waitForFunction(() => document.documentElement.dataset['line'] === 'up');
    assert.equal(await page.evaluate(() => document.body.dataset['mark']), 'old page');
    await user.fill('');
    await gateway.close();
    await gateway.open();
    await page.waitForFunction(() => document.body.dataset['mark'] === undefined);
  });

  test('it is small: less than 250 KB in all, compressed, noVNC included', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /rfb.*\.js/.test(name)));
    const names = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
    const files = [...new Set(names.filter((name) => name.startsWith('/assets/')))];
    const sizes = await Promise.all(files.map(async (name) => gzipSync(await readFile(join(room.folder, name))).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total > 30_000 && total < 250_000, `${total} bytes`);
  });
});
