// The plan of the house, held by a test: which room may enter which, and which package belongs to which room.
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { isBuiltin } from 'node:module';

const root = resolve(import.meta.dirname, '..');

/** Room → rooms that it may enter besides itself. */
const mayEnter: Readonly<Record<string, readonly string[]>> = {
  model: [],
  contract: ['model'],
  pixels: [],
  host: ['model', 'contract'],
  fleet: ['model', 'contract'],
  gateway: ['model', 'contract', 'pixels', 'fleet'],
  cli: ['model', 'contract'],
  web: ['model', 'contract'],
};

/** Rooms without Node: they run anywhere, the browser included. */
const withoutNode = ['model', 'contract', 'pixels', 'web'];

/** Package → the files that may load it. `react` stands for itself and what is below it (`react/jsx-runtime`). */
const packageHomes: Readonly<Record<string, RegExp>> = {
  zod: /^src\/(?:contract|host|gateway)\//,
  koffi: /^src\/host\/pam\.ts$/,
  fastify: /^src\/gateway\//,
  '@fastify/rate-limit': /^src\/gateway\//,
  '@fastify/static': /^src\/gateway\//,
  'fastify-type-provider-zod': /^src\/gateway\//,
  ws: /^src\/gateway\//,
  'node:sqlite': /^src\/gateway\//,
  pino: /^src\/(?:host|gateway)\//,
  'smol-toml': /^src\/(?:host|gateway|cli)\//,
  papaparse: /^src\/gateway\/people\/people-list\.ts$/,
  commander: /^src\/cli\//,
  react: /^src\/web\/(?:manager|dashboard|api|shared)\//,
  'react-dom': /^src\/web\/(?:manager|dashboard|api|shared)\//,
  '@fluentui/react-components': /^src\/web\/(?:manager|dashboard|api|shared)\//,
  '@fluentui/react-icons': /^src\/web\/(?:manager|dashboard|api|shared)\//,
  '@tanstack/react-query': /^src\/web\/(?:manager|dashboard|api|shared)\//,
  '@tanstack/react-virtual': /^src\/web\/(?:manager|dashboard|api|shared)\//,
  '@lingui/react': /^src\/web\/(?:manager|dashboard|api|shared)\//,
  '@lingui/core': /^src\/web\//,
  '@novnc/novnc':
    /^src\/web\/(?:shared\/(?:pixel-line|novnc\.d)\.ts$|station\/desktop-picture\.ts$|dashboard\/control-view\.tsx$)/,
};

/** Files that run while the product is made, not while it runs. */
const isBuildFile = (file: string): boolean => /^src\/web\/(?:vite|lingui)\.config\.ts$|^src\/web\/build\//.test(file);
/** Tests may use what they test with, from any room; no other file may use a test's. */
const isTestFile = (file: string): boolean => /\.test\.tsx?$|^src\/host\/test-(?:room|desktops)\.ts$/.test(file);

interface Import {
  file: string;
  name: string;
}

/** The modules that a file imports, statically, dynamically or for its types. */
function importsIn(text: string): string[] {
  const found: string[] = [];
  const line =
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  for (const match of text.matchAll(line)) found.push(match[1] ?? match[2] ?? match[3] ?? '');
  return found;
}

async function sourceFiles(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob('src/**/*.{ts,tsx}', { cwd: root })) files.push(file);
  return files.toSorted();
}

async function allImports(): Promise<Import[]> {
  const imports: Import[] = [];
  for (const file of await sourceFiles()) {
    for (const name of importsIn(await readFile(join(root, file), 'utf8'))) imports.push({ file, name });
  }
  return imports;
}

const roomOf = (file: string): string => file.split('/')[1] ?? '';

/** The file inside the project that an import names, null if it is a package. */
function targetOf({ file, name }: Import): string | null {
  if (name.startsWith('#')) return `src/${name.slice(1)}`;
  if (name.startsWith('.')) return relative(root, resolve(root, dirname(file), name));
  return null;
}

/** `@scope/name` or `name` of a package import. */
const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

test('every room of the source has a line in the table', async () => {
  const rooms = new Set((await sourceFiles()).map(roomOf));
  assert.deepEqual(
    [...rooms].filter((room) => mayEnter[room] === undefined),
    [],
  );
});

test('rooms enter only the rooms that the table lets them enter', async () => {
  const faults = (await allImports())
    .filter(({ file }) => !isTestFile(file) && !isBuildFile(file))
    .map((one) => ({ ...one, target: targetOf(one) }))
    .filter(({ file, target }) => {
      if (target === null) return false;
      const from = roomOf(file);
      const to = roomOf(target);
      return !target.startsWith('src/') || (from !== to && !(mayEnter[from] ?? []).includes(to));
    });
  assert.deepEqual(faults, []);
});

test('other rooms are named by #room/file.ts, files of the same room by their path', async () => {
  const faults = (await allImports())
    .filter(({ file }) => !isBuildFile(file))
    .filter((one) => {
      const target = targetOf(one);
      if (target === null || !target.startsWith('src/')) return false;
      return one.name.startsWith('#') ? roomOf(target) === roomOf(one.file) : roomOf(target) !== roomOf(one.file);
    });
  assert.deepEqual(faults, []);
});

test('rooms that also run in browsers load nothing of Node', async () => {
  const faults = (await allImports())
    .filter(({ file }) => !isTestFile(file) && !isBuildFile(file))
    .filter(({ file, name }) => withoutNode.includes(roomOf(file)) && isBuiltin(name));
  assert.deepEqual(faults, []);
});

test('every package is loaded only in its own room', async () => {
  const faults = (await allImports())
    .filter(({ file }) => !isTestFile(file) && !isBuildFile(file))
    .filter((one) => targetOf(one) === null)
    .filter(({ file, name }) => {
      if (isBuiltin(name) && name !== 'node:sqlite') return false;
      const home = packageHomes[name === 'node:sqlite' ? name : packageOf(name)];
      return home === undefined || !home.test(file);
    });
  assert.deepEqual(faults, []);
});

test('what runs does not load what tests', async () => {
  const faults = (await allImports()).filter(({ file }) => !isTestFile(file)).filter((one) => isTestFile(targetOf(one) ?? ''));
  assert.deepEqual(faults, []);
});

test('what Node loads at run time is a dependency, what only the browser or the work needs is not', async () => {
  const about = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  const used = new Set(
    (await allImports())
      .filter(({ file }) => !isTestFile(file) && roomOf(file) !== 'web')
      .filter((one) => targetOf(one) === null && !isBuiltin(one.name))
      .map(({ name }) => packageOf(name)),
  );
  assert.deepEqual(
    [...used].filter((name) => about.dependencies[name] === undefined),
    [],
  );
});

test('the lock file names every optional package, without which "npm ci" refuses to work anywhere', async () => {
  interface Entry {
    version?: string;
    optionalDependencies?: Record<string, string>;
  }
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> };
  const absent: string[] = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      if (!places.some((place) => lock.packages[place] !== undefined)) absent.push(name);
    }
  }
  assert.deepEqual(absent, []);
});

test('folders are named after what is in them for a user, files are kebab-case', async () => {
  const files = await sourceFiles();
  const kinds = /\/(?:utils?|helpers?|types|services?|common|misc|lib)\//;
  assert.deepEqual(
    files.filter((file) => kinds.test(file)),
    [],
  );
  assert.deepEqual(
    files.filter((file) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*[/.])+(?:d\.ts|test\.tsx?|config\.ts|tsx?)$/.test(file)),
    [],
  );
});

test('every source file opens with what it is for', async () => {
  const silent: string[] = [];
  for (const file of (await sourceFiles()).filter((one) => !isTestFile(one))) {
    if (!/^(?:#![^\n]*\n)?\/\/ \S/.test(await readFile(join(root, file), 'utf8'))) silent.push(file);
  }
  assert.deepEqual(silent, []);
});

test('imports are found in every form', () => {
  const text = [
    "import { a } from 'one';",
    "import type { b } from '#two/b.ts';",
    "import 'three';",
    "export { c } from './four.ts';",
    'import {',
    '  d,',
    "} from 'five';",
    "const e = await import('six');",
    "const text = 'import from nowhere';",
  ].join('\n');
  assert.deepEqual(importsIn(text), ['one', '#two/b.ts', 'three', './four.ts', 'five', 'six']);
});
