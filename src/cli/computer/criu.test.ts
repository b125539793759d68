import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, glob, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { criuCommands, placesFrom } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import { bringCriu, criuState, debianMirrors } from './criu.ts';
import { runProgram } from './program-run.ts';

const libraries = (places: Places): string => criuCommands(places, process.arch)[1]?.[2] ?? '';
const broughtProgram = (places: Places): string => criuCommands(places, process.arch)[1]?.[3] ?? '';

/** A mirror of Debian with one CRIU of two packages, signed by a key of its own. */
class TestMirror implements AsyncDisposable {
  readonly folder: string;
  readonly #home: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#home = `${folder}/gpg`;
  }

  static async make(): Promise<TestMirror> {
    const folder = await mkdtemp(`${tmpdir()}/stationmaster-test-`);
    // apt downloads as a user of its own.
    await chmod(folder, 0o755);
    const mirror = new TestMirror(folder);
    await mkdir(mirror.#home, { mode: 0o700 });
    for (const name of ['debian', 'stranger']) {
      await mirror.#gpg('--passphrase', '', '--quick-generate-key', name, 'ed25519', 'sign', 'never');
      await mirror.#gpg('--output', mirror.keyring(name), '--export', name);
    }
    return mirror;
  }

  get places(): Places {
    return placesFrom({ STATIONMASTER_CRIU: `${this.folder}/programs/criu` });
  }

  get url(): string {
    return `file:${this.folder}/mirror`;
  }

  keyring(name: string): string {
    return `${this.folder}/${name}.gpg`;
  }

  async #gpg(...args: string[]): Promise<void> {
    await runProgram('gpg', ['--homedir', this.#home, '--batch', '--quiet', '--yes', ...args]);
  }

  /** The CRIU that works here as it lies in Debian; `broken` has another program in its place. */
  async #tree(target: string, kind: 'working' | 'broken'): Promise<void> {
    const real = placesFrom({});
    const state = await criuState(real);
    assert.ok(state.works, 'the tests need a CRIU that works: ./stationmaster test brings one');
    const places = { ...real, criuDir: target };
    if (state.brought) {
      await cp(real.criuDir, target, { recursive: true });
    } else {
      const [loader = ''] = criuCommands(places, process.arch)[1] ?? [];
      const needed = (await runProgram('ldd', ['/usr/sbin/criu'])).matchAll(/^\s*(\S+) => (\S+)/gm);
      const copies = [[`/${loader.slice(target.length + 1)}`, loader]];
      copies.push(['/usr/sbin/criu', broughtProgram(places)]);
      for (const [, name = '', path = ''] of needed) copies.push([path, `${libraries(places)}/${name}`]);
      for (const [from = '', to = ''] of copies) {
        await mkdir(dirname(to), { recursive: true });
        await copyFile(from, to);
      }
    }
    if (kind === 'broken') await copyFile('/bin/false', broughtProgram(places));
  }

  async #package(name: string, depends: string, tree: string): Promise<string> {
    const architecture = (await runProgram('dpkg', ['--print-architecture'])).trim();
    const control = [
      `Package: ${name}`,
      'Version: 1',
      `Architecture: ${architecture}`,
      'Maintainer: nobody',
      'Description: test',
    ];
    if (depends !== '') control.push(`Depends: ${depends}`);
    await mkdir(`${tree}/DEBIAN`, { recursive: true });
    await writeFile(`${tree}/DEBIAN/control`, `${control.join('\n')}\n`);
    const file = `pool/${name}.deb`;
    await runProgram('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, `${this.folder}/mirror/${file}`]);
    const content = await readFile(`${this.folder}/mirror/${file}`);
    const digest = createHash('sha256').update(content).digest('hex');
    return [...control, `Filename: ${file}`, `Size: ${content.length}`, `SHA256: ${digest}`, ''].join('\n');
  }

  async publish(kind: 'working' | 'broken'): Promise<void> {
    const root = `${this.folder}/mirror`;
    const tree = `${this.folder}/tree`;
    const ownLibraries = `${this.folder}/libraries`;
    await mkdir(`${root}/pool`, { recursive: true });
    await this.#tree(tree, kind);
    const places = { ...this.places, criuDir: tree };
    await mkdir(`${tree}/usr/share/doc/criu`, { recursive: true });
    await writeFile(`${tree}/usr/share/doc/criu/copyright`, 'nobody needs it to run\n');
    await mkdir(dirname(libraries({ ...places, criuDir: ownLibraries })), { recursive: true });
    await cp(libraries(places), libraries({ ...places, criuDir: ownLibraries }), { recursive: true });
    await rm(libraries(places), { recursive: true });
    const list = [
      await this.#package('criu', 'criu-libraries', tree),
      await this.#package('criu-libraries', '', ownLibraries),
    ].join('\n');
    const architecture = (await runProgram('dpkg', ['--print-architecture'])).trim();
    const place = `main/binary-${architecture}/Packages`;
    const suite = `${root}/dists/trixie`;
    await mkdir(dirname(`${suite}/${place}`), { recursive: true });
    await writeFile(`${suite}/${place}`, list);
    const digest = createHash('sha256').update(list).digest('hex');
    const release = [
      'Origin: Debian',
      'Suite: trixie',
      'Codename: trixie',
      `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`,
      `Architectures: ${architecture}`,
      'Components: main',
      'SHA256:',
      ` ${digest} ${Buffer.byteLength(list)} ${place}`,
      '',
    ];
    await writeFile(`${suite}/Release`, release.join('\n'));
    await this.#gpg('--local-user', 'debian', '--output', `${suite}/InRelease`, '--clearsign', `${suite}/Release`);
  }

  /** Everything of CRIU that is on the computer, as paths from where it is to be. */
  async installed(): Promise<string[]> {
    const { criuDir } = this.places;
    const files: string[] = [];
    for await (const entry of glob('**', { cwd: criuDir, withFileTypes: true })) {
      if (!entry.isDirectory()) files.push(`${entry.parentPath}/${entry.name}`.slice(criuDir.length + 1));
    }
    return files.toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runProgram('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
    await rm(this.folder, { recursive: true, force: true });
  }
}

const bring = (mirror: TestMirror, keyring = 'debian'): Promise<void> =>
  bringCriu(mirror.places, [mirror.url], mirror.keyring(keyring));

test('CRIU comes with the libraries of the packages that it depends on, works, and nothing else stays', async () => {
  await using mirror = await TestMirror.make();
  await mirror.publish('working');
  await bring(mirror);
  const [program = '', ...args] = criuCommands(mirror.places, process.arch)[1] ?? [];
  assert.match(await runProgram(program, [...args, 'check']), /Looks good|^$/);
  const files = await mirror.installed();
  assert.ok(files.some((file) => basename(file) === 'libc.so.6'));
  assert.deepEqual(
    files.filter((file) => !/^usr\/(?:sbin\/criu|lib[^/]*\/.*\.so(?:\.[\d.]+)?)$/.test(file)),
    [],
  );
  assert.deepEqual(await readdir(dirname(mirror.places.criuDir)), ['criu']);
});

test('the first of several mirrors that has it is taken', async () => {
  await using mirror = await TestMirror.make();
  await mirror.publish('working');
  await bringCriu(mirror.places, [`file:${mirror.folder}/nowhere`, mirror.url], mirror.keyring('debian'));
  assert.ok((await mirror.installed()).includes('usr/sbin/criu'));
});

test('what Debian has not signed is refused, and what was there stays', async () => {
  await using mirror = await TestMirror.make();
  await mirror.publish('working');
  await bring(mirror);
  const { ino } = await stat(mirror.places.criuDir);
  await assert.rejects(bring(mirror, 'stranger'), /cannot be fetched: .*(?:NO_PUBKEY|not signed|verif|signature)/i);
  await rm(`${mirror.folder}/mirror/dists/trixie/InRelease`);
  await assert.rejects(bring(mirror), /cannot be fetched: .*(?:not signed|Release file)/i);
  assert.equal((await stat(mirror.places.criuDir)).ino, ino);
  assert.deepEqual(await readdir(dirname(mirror.places.criuDir)), ['criu']);
});

test('a package that is not the one that was signed is refused', async () => {
  await using mirror = await TestMirror.make();
  await mirror.publish('working');
  const file = `${mirror.folder}/mirror/pool/criu.deb`;
  const content = await readFile(file);
  content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
  await writeFile(file, content);
  await assert.rejects(bring(mirror), /cannot be fetched: /);
  assert.deepEqual(await readdir(dirname(mirror.places.criuDir)), []);
});

test('one that does not work here is not put in place', async () => {
  await using mirror = await TestMirror.make();
  await mirror.publish('working');
  await bring(mirror);
  const { ino } = await stat(mirror.places.criuDir);
  await rm(`${mirror.folder}/tree`, { recursive: true });
  await rm(`${mirror.folder}/libraries`, { recursive: true });
  await mirror.publish('broken');
  await assert.rejects(bring(mirror), /does not work here either: ended with 1/);
  assert.equal((await stat(mirror.places.criuDir)).ino, ino);
});

test('without a mirror of Debian it says so', async () => {
  await using mirror = await TestMirror.make();
  await assert.rejects(bringCriu(mirror.places, [], mirror.keyring('debian')), /no mirror of Debian/);
});

test("of the sources of this computer's packages only Debian's own are its mirrors, without its updates", async () => {
  const folder = await mkdtemp(`${tmpdir()}/stationmaster-test-`);
  const before = process.env['APT_CONFIG'];
  try {
    await writeFile(
      `${folder}/sources.list`,
      [
        'deb http://mirror.invalid/debian-security bookworm-security main',
        'deb http://mirror.invalid/debian bookworm main contrib',
        'deb http://mirror.invalid/debian bookworm-updates main',
        'deb http://somebody.invalid/their-programs bookworm stable',
        '',
      ].join('\n'),
    );
    await mkdir(`${folder}/lists/partial`, { recursive: true });
    const settings = [
      `Dir::State::lists "${folder}/lists";`,
      `Dir::Etc::sourcelist "${folder}/sources.list";`,
      'Dir::Etc::sourceparts "/dev/null";',
    ];
    await writeFile(`${folder}/apt.conf`, settings.join('\n'));
    process.env['APT_CONFIG'] = `${folder}/apt.conf`;
    assert.deepEqual(await debianMirrors(), ['http://mirror.invalid/debian/']);
  } finally {
    if (before === undefined) delete process.env['APT_CONFIG'];
    else process.env['APT_CONFIG'] = before;
    await rm(folder, { recursive: true, force: true });
  }
});
