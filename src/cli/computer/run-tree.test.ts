import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { currentTree, layoutFrom } from './layout.ts';
import type { Layout } from './layout.ts';
import { installRunTree, pruneTrees, treeVersion } from './run-tree.ts';

/** A small clone with a run-time package, one that only the work needs, and one for another processor. */
class SmallClone implements AsyncDisposable {
  readonly folder: string;
  readonly layout: Layout;

  constructor(folder: string) {
    this.folder = folder;
    this.layout = { ...layoutFrom({ STATIONMASTER_STATE: `${folder}/state` }), tree: `${folder}/clone` };
  }

  static async make(): Promise<SmallClone> {
    const clone = new SmallClone(await mkdtemp(`${tmpdir()}/stationmaster-test-`));
    await mkdir(clone.layout.programsDir, { recursive: true });
    const packages = {
      'node_modules/needed': { version: '1.0.0' },
      'node_modules/needed/node_modules/inner': { version: '1.0.0' },
      'node_modules/work': { version: '1.0.0', dev: true },
      'node_modules/other-processor': { version: '1.0.0', optional: true },
    };
    await clone.write('node_modules/.package-lock.json', JSON.stringify({ packages }));
    for (const name of ['needed', 'needed/node_modules/inner', 'work'])
      await clone.write(`node_modules/${name}/package.json`, '{}');
    await clone.write('package.json', '{}');
    await clone.write('src/host/main.ts', '// host\n');
    await clone.write('src/host/main.test.ts', '// test\n');
    await clone.write('src/gateway/main.ts', '// gateway\n');
    await clone.write('src/web/station/main.ts', '// page\n');
    await clone.write('dist/web/station/index.html', 'page');
    return clone;
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(`${this.layout.tree}/${file}`), { recursive: true });
    await writeFile(`${this.layout.tree}/${file}`, text);
  }

  async versions(): Promise<string[]> {
    return (await readdir(this.layout.programsDir)).filter((name) => /^[0-9a-f]{16}$/.test(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const exists = async (path: string): Promise<boolean> =>
  await stat(path).then(
    () => true,
    () => false,
  );

test('the tree has what runs and nothing else, readable by everyone, writable by its owner', async () => {
  await using clone = await SmallClone.make();
  const tree = await installRunTree(clone.layout);
  for (const file of ['src/host/main.ts', 'dist/web/station/index.html', 'node_modules/needed/node_modules/inner/package.json']) {
    assert.ok(await exists(`${tree}/${file}`), file);
    assert.equal((await stat(`${tree}/${file}`)).mode & 0o777, 0o644, file);
  }
  for (const file of ['src/host/main.test.ts', 'src/web', 'node_modules/work', 'node_modules/other-processor']) {
    assert.equal(await exists(`${tree}/${file}`), false, file);
  }
  assert.equal(`${clone.layout.programsDir}/${await readlink(currentTree(clone.layout))}`, tree);
});

test('an unchanged clone is not copied again; a change makes a new version and tells whom it concerns', async () => {
  await using clone = await SmallClone.make();
  const first = await installRunTree(clone.layout);
  assert.equal(await installRunTree(clone.layout), first);
  await clone.write('src/host/main.test.ts', '// another test\n');
  assert.equal(await installRunTree(clone.layout), first);
  await clone.write('src/gateway/main.ts', '// another gateway\n');
  const second = await installRunTree(clone.layout);
  assert.notEqual(second, first);
  const [before, after] = await Promise.all([treeVersion(first), treeVersion(second)]);
  assert.equal(after.host, before.host);
  assert.notEqual(after.gateway, before.gateway);
  assert.equal(after.packages, before.packages);
  assert.equal(await readFile(`${currentTree(clone.layout)}/src/gateway/main.ts`, 'utf8'), '// another gateway\n');
});

test('what an interrupted installation left is not taken for a tree, and is removed', async () => {
  await using clone = await SmallClone.make();
  const rest = `${clone.layout.programsDir}/.new-0123456789abcdef-1`;
  await mkdir(rest);
  await installRunTree(clone.layout);
  assert.equal(await exists(rest), false);
});

test('old versions go, but not one that a process still needs', async () => {
  await using clone = await SmallClone.make();
  const trees: string[] = [];
  for (let number = 0; number < 5; number += 1) {
    await clone.write('src/host/main.ts', `// host ${number}\n`);
    trees.push(await installRunTree(clone.layout));
  }
  const [oldest = ''] = trees;
  const user = spawn('tail', ['-f', `${oldest}/src/host/main.ts`], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    // It says the file's text: it runs.
    await once(user.stdout, 'data');
    await pruneTrees(clone.layout);
    const left = await clone.versions();
    assert.ok(left.includes(oldest.split('/').at(-1) ?? ''));
    assert.equal(left.length, 4, 'the current one, two for a way back, the one in use');
  } finally {
    user.kill();
    await once(user, 'exit');
  }
  await pruneTrees(clone.layout);
  assert.equal((await clone.versions()).length, 3);
  assert.ok(await exists(`${currentTree(clone.layout)}/node_modules/needed/package.json`));
});
