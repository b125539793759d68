// Files of a tree of folders, and a digest that changes when any of them does.
import { createHash } from 'node:crypto';
import { glob, lstat, readFile } from 'node:fs/promises';

/** The files in and below `starts` (paths from `tree`; missing ones are left out), sorted, as paths from `tree`. */
export async function filesBelow(tree: string, starts: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const start of starts) {
    const found = await lstat(`${tree}/${start}`).catch(() => null);
    if (found === null) continue;
    if (!found.isDirectory()) {
      files.push(start);
      continue;
    }
    for await (const entry of glob(`${start}/**`, { cwd: tree, withFileTypes: true })) {
      if (entry.isFile()) files.push(`${entry.parentPath}/${entry.name}`.slice(tree.length + 1));
    }
  }
  return files.toSorted();
}

/** 64 hexadecimal digits over names and contents. */
export async function digestOf(tree: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const contents = await Promise.all(files.map((file) => readFile(`${tree}/${file}`)));
  for (const [index, file] of files.entries()) {
    const content = contents[index] ?? Buffer.alloc(0);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
