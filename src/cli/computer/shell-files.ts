// Puts completion and man page where shells and man(1) look for them.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ShellFile } from '../shell/shell-commands.ts';
import { writeWhole } from './whole-file.ts';

/** Files that are as they should be stay untouched. `root` is empty but in tests. */
export async function installShellFiles(root: string, files: readonly ShellFile[]): Promise<void> {
  for (const { path, text } of files) {
    const file = `${root}${path}`;
    if ((await readFile(file, 'utf8').catch(() => null)) === text) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeWhole(file, text, 0o644);
  }
}
