// The pictures of the product are whole: every tab of the Manager, every picture in its file and on their page, and not too heavy.
import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { pictures } from './pictures.ts';
import type { Look } from './pictures.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'docs/pictures');
const mostBytes = 3_000_000;

/** The tabs as the Manager's own source names them. */
async function tabsOfManager(): Promise<string[]> {
  const source = await readFile(join(root, 'src/web/manager/manager.tsx'), 'utf8');
  const names = /export type TabName = ([^;]+);/.exec(source)?.[1] ?? '';
  return [...names.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
}

test('every tab of the Manager, the Dashboard and the sign-in of a station are there, in each look', async () => {
  const tabs = await tabsOfManager();
  assert.ok(tabs.length >= 5, tabs.join());
  const wanted = [...tabs.map((tab) => `/manager/${tab}`), '/dashboard', '/'];
  for (const look of ['plain', 'dark-french', 'narrow'] satisfies Look[]) {
    const there = new Set(pictures.filter((picture) => picture.look === look).map(({ path }) => path));
    assert.deepEqual(
      wanted.filter((path) => !there.has(path)),
      [],
      look,
    );
  }
});

test('every picture has a name of its own and its file, and no file is left over', async () => {
  const names = pictures.map(({ name }) => `${name}.webp`);
  assert.equal(new Set(names).size, names.length);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.webp'));
  assert.deepEqual(files.toSorted(), names.toSorted());
  for (const name of names) {
    const begin = (await readFile(join(folder, name))).subarray(0, 12).toString('latin1');
    assert.match(begin, /^RIFF[^]{4}WEBP$/, name);
  }
});

test('their page shows them all, in order, with what each is', async () => {
  const page = await readFile(join(folder, 'README.md'), 'utf8');
  const shown = [...page.matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)].map(([, says, file]) => [says, file]);
  assert.deepEqual(
    shown,
    pictures.map(({ says, name }) => [says, `${name}.webp`]),
  );
});

test('all together they are lighter than 3 MB', async () => {
  const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(bytes < mostBytes, `${bytes} bytes`);
});
