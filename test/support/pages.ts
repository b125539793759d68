// The pages as they are built, for tests that show them without the product around them. Built once, whoever asks first.
import { mkdir, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildPages } from '../../src/cli/computer/pages.ts';

const root = resolve(import.meta.dirname, '../..');
const longestBuildMs = 120_000;

/** The folder with station/, manager/, dashboard/ and assets/, built anew if their sources changed. */
export async function builtPages(): Promise<string> {
  const lock = join(root, '.cache/pages.lock');
  await mkdir(join(root, '.cache'), { recursive: true });
  const deadline = performance.now() + longestBuildMs;
  // Test files run side by side; a folder can be made by only one of them.
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch {
      if (performance.now() > deadline) throw new Error(`${lock} was left behind; remove it.`);
      await wait(100);
    }
  }
  try {
    await buildPages(root);
  } finally {
    await rmdir(lock);
  }
  return join(root, 'dist/web');
}
