// The help of every page: complete in both languages, opened by F1 and by the question mark, closed by Escape, and accessible.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { makeComputer, makePrincipal, makeStation } from '../../../../test/support/fake-gateway.ts';
import type { FakeGateway } from '../../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../../test/support/manager-room.ts';
import { axeFaults } from '../../../../test/support/page-checks.ts';
import { documentsIn } from '../../build/documentation.ts';
import { texts as english } from './english.ts';
import { texts as french } from './french.ts';
import { anchorOf, helpTopics, moreIn } from './help-topic.ts';
import type { PageTopic } from './help-topic.ts';

const root = resolve(import.meta.dirname, '../../../..');
const pagesOf: readonly (readonly [PageTopic, string])[] = [
  ...(['home', 'stations', 'users', 'systems', 'activity'] as const).map((tab) => [tab, `/manager/${tab}`] as const),
  ['dashboard', '/dashboard'],
];

test('every tab of the Manager, the Dashboard and the sign-in page have their help, with the same tasks in both languages', async () => {
  const manager = await readFile(join(root, 'src/web/manager/manager.tsx'), 'utf8');
  const tabs = (/type TabName = ([^;]+);/.exec(manager)?.[1] ?? '').split('|').map((name) => name.trim().slice(1, -1));
  assert.ok(tabs.length >= 5);
  assert.deepEqual(new Set(helpTopics), new Set([...tabs, 'dashboard', 'station']));
  for (const topic of helpTopics) {
    const [en, fr] = [english[topic], french[topic]];
    assert.ok(en.tasks.length >= 4, topic);
    assert.equal(fr.tasks.length, en.tasks.length, topic);
    for (const text of [en, fr]) {
      const told = [text.purpose, ...text.tasks.flatMap(({ what, how }) => [what, how])];
      for (const one of told) assert.ok(one.trim().length > 4, `${topic}: ${one}`);
    }
    for (const [at, task] of en.tasks.entries()) assert.notEqual(task.how, fr.tasks[at]?.how, topic);
  }
});

test('the parts of the documentation that the help names are there', async () => {
  const documents = await documentsIn(join(root, 'docs'));
  for (const [topic, { document, headings }] of Object.entries(moreIn)) {
    const there = documents.get(document)?.headings ?? [];
    for (const heading of headings)
      assert.ok(
        there.some(({ id, text }) => text === heading && id === anchorOf(heading)),
        `${topic}: ${heading}`,
      );
  }
});

test('what the English help names between quotation marks is a text of the pages', async () => {
  const read = (page: string): Promise<string> => readFile(join(root, 'src/web', page, 'locales/en.po'), 'utf8');
  const catalogues = (await Promise.all(['shared', 'manager', 'station', 'dashboard'].map(read))).join('\n');
  const named = [...JSON.stringify(english).matchAll(/“([^”]+)”/g)].map(([, words = '']) => words);
  assert.ok(named.length > 15);
  for (const words of named) {
    const isCommand = words.startsWith('stationmaster ');
    assert.ok(isCommand || catalogues.includes(`msgid "${words}`), words);
  }
});

describe('the help panel', () => {
  const room = managerRoom();
  let gateway: FakeGateway;
  let page: Page;

  beforeEach(() => {
    ({ gateway, page } = room);
    gateway.principal = makePrincipal('ada', 'administrator');
    gateway.computers = [makeComputer('classroom')];
    gateway.stations = [makeStation('a', 'Station 1', 'classroom')];
  });

  const panel = () => page.getByRole('dialog');
  const isOnHelp = (): Promise<unknown> =>
    page.waitForFunction(() => document.activeElement?.getAttribute('aria-haspopup') === 'dialog');

  test('F1 opens the help of each page, in both languages, without a fault that axe finds; Escape closes it', async () => {
    for (const [language, texts] of [
      ['en', english],
      ['fr', french],
    ] as const) {
      for (const [topic, path] of pagesOf) {
        await page.goto(gateway.url(path));
        await page.evaluate((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
        await page.reload();
        await page.getByRole('button', { name: language === 'en' ? 'Help' : 'Aide', exact: true }).waitFor();
        await page.keyboard.press('F1');
        const { purpose, tasks } = texts[topic];
        await panel().getByText(purpose, { exact: true }).waitFor();
        for (const { what, how } of tasks) {
          await panel().getByRole('heading', { name: what, exact: true }).waitFor();
          await panel().getByText(how, { exact: true }).waitFor();
        }
        await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
        assert.deepEqual(await axeFaults(page), [], `${language} ${topic}`);
        await page.keyboard.press('Escape');
        await panel().waitFor({ state: 'detached' });
      }
    }
  });

  test('it leads to the documentation, which the product serves itself, to the part that is named', async () => {
    await page.goto(gateway.url('/manager/users'));
    await page.getByRole('button', { name: 'Help', exact: true }).click();
    const [shown] = await Promise.all([page.waitForEvent('popup'), panel().getByRole('link', { name: 'Users' }).click()]);
    await shown.getByRole('heading', { name: 'Users', exact: true }).waitFor();
    assert.match(shown.url(), /\/docs\/administrators#users$/);
    for (const path of ['/docs/administrators', '/docs/command-line', '/docs/from-multipoint', '/docs/teachers']) {
      for (const widthPx of [1280, 390]) {
        await shown.setViewportSize({ width: widthPx, height: 800 });
        await shown.goto(gateway.url(path));
        assert.deepEqual(await axeFaults(shown), [], path);
        assert.equal(await shown.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, path);
      }
    }
    await shown.getByRole('navigation', { name: 'Documentation' }).getByRole('link', { name: 'The command line' }).click();
    await shown.getByRole('heading', { name: 'Every command' }).waitFor();
  });

  test('its texts are loaded when it is opened, and the keyboard is afterwards where it was', async () => {
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await page.goto(gateway.url('/manager/users'));
    const help = page.getByRole('button', { name: 'Help', exact: true });
    await help.waitFor();
    assert.deepEqual(
      loaded.filter((url) => /english|french|help-drawer/.test(url)),
      [],
    );
    await help.click();
    await panel().getByText(english.users.purpose).waitFor();
    assert.ok(loaded.some((url) => url.includes('english')));
    assert.equal(
      loaded.some((url) => url.includes('french')),
      false,
    );
    await page.keyboard.press('Escape');
    await panel().waitFor({ state: 'detached' });
    await isOnHelp();
    const search = page.getByRole('searchbox').first();
    await search.focus();
    await search.press('F1');
    await panel().waitFor();
    await panel().getByRole('button', { name: 'Close' }).click();
    await panel().waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement);
    await page.keyboard.type('ada');
    assert.equal(await search.inputValue(), 'ada');
  });

  test('a help that cannot be loaded is told', async () => {
    await page.goto(gateway.url('/manager/home'));
    const help = page.getByRole('button', { name: 'Help', exact: true });
    await help.waitFor();
    await page.route(/english/, (route) => route.abort());
    await help.click();
    await page.getByText('The help could not be loaded.', { exact: true }).waitFor();
    assert.equal(await panel().count(), 0);
  });

  test('on a narrow screen nothing is cut off at the side', async () => {
    await page.setViewportSize({ width: 320, height: 560 });
    await page.goto(gateway.url('/manager/stations'));
    await page.getByRole('button', { name: 'Help', exact: true }).click();
    await panel().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
  });
});
