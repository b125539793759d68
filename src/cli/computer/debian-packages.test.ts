import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { CommandError } from '../exit-code.ts';
import { installPackages, missingPackages, neededPackages, testPackages } from './debian-packages.ts';

const wanted = [
  { name: 'one', why: 'the first' },
  { name: 'two', why: 'the second' },
];

/** A computer whose apt-get writes down what it is asked, and installs only once its lists were fetched. */
class AptComputer implements AsyncDisposable {
  readonly folder: string;
  readonly #path: string | undefined = process.env['PATH'];

  constructor(folder: string) {
    this.folder = folder;
  }

  static async make(options: { installed: string; works: 'at once' | 'after update' | 'never' }): Promise<AptComputer> {
    const folder = await mkdtemp(`${tmpdir()}/stationmaster-test-`);
    const script = async (name: string, text: string): Promise<void> =>
      await writeFile(`${folder}/${name}`, `#!/bin/sh\ncd ${folder}\n${text}`, { mode: 0o755 });
    await writeFile(`${folder}/installed`, options.installed);
    if (options.works === 'at once') await writeFile(`${folder}/updated`, '');
    await script('dpkg-query', 'for name in $(cat installed); do echo "$name installed"; done; echo "two config-files"; exit 1');
    await script(
      'apt-get',
      `echo "$*" >>asked
${options.works === 'never' ? 'exit 100' : ''}
if [ "$1" = update ]; then touch updated; exit 0; fi
[ -e updated ] || exit 100
while [ "$1" != -- ]; do shift; done
shift; echo "$@" >>installed`,
    );
    const computer = new AptComputer(folder);
    process.env['PATH'] = `${folder}:${process.env['PATH']}`;
    return computer;
  }

  async asked(): Promise<string[]> {
    const text = await readFile(`${this.folder}/asked`, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ')[0] ?? '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.env['PATH'] = this.#path;
    await rm(this.folder, { recursive: true, force: true });
  }
}

test('only what is not installed is missing; what was removed and left its configuration is', async () => {
  await using _computer = await AptComputer.make({ installed: 'one', works: 'never' });
  assert.deepEqual(await missingPackages(wanted), [wanted[1]]);
});

test('nothing is asked of apt where nothing is missing', async () => {
  await using computer = await AptComputer.make({ installed: 'one two', works: 'never' });
  await installPackages(wanted);
  assert.deepEqual(await computer.asked(), []);
});

test('the lists of packages are fetched only if it does not work without', async () => {
  {
    await using computer = await AptComputer.make({ installed: 'one', works: 'at once' });
    await installPackages(wanted);
    assert.deepEqual(await computer.asked(), ['install']);
  }
  {
    await using computer = await AptComputer.make({ installed: '', works: 'after update' });
    await installPackages(wanted);
    assert.deepEqual(await computer.asked(), ['install', 'update', 'install']);
  }
});

test('an apt that fails is told in words, with the packages', async () => {
  await using _computer = await AptComputer.make({ installed: 'one', works: 'never' });
  await assert.rejects(
    installPackages(wanted),
    (error: unknown) => error instanceof CommandError && /could not install two;/.test(error.message),
  );
});

test('every package has a reason and is named once', () => {
  const names = [...neededPackages, ...testPackages].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, why } of [...neededPackages, ...testPackages]) assert.ok(why.length > 5, name);
});
