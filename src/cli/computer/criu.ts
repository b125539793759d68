// CRIU, which saves desktops to disk: which one works on this computer's kernel, and how that of Debian 13 is brought along, into
// a folder of its own, where the computer's does not.
import { chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { criuCommands } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import { say } from '../voice.ts';
import { FileLock } from './file-lock.ts';
import { runProgram, tryProgram } from './program-run.ts';

/** The one that works, or what the computer's own says, and the one brought along where there is one. */
export type CriuState = { works: true; brought: boolean; version: string } | { works: false; says: string };

/** The Debian that it is brought from: the first whose CRIU works on kernels since 6.16. */
const suite = 'trixie';

/** From the package debian-archive-keyring, which every Debian has. */
const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

const notInstalled = 'not installed';

/** The first thing that CRIU says against it, without where in its source: `vdso: Unexpected rt vDSO area bounds`. */
function firstWords(output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.replace(/^(?:Error|Warn) +\([^)]*\): /, '').trim());
  return lines.find((line) => line !== '' && !line.startsWith('exited, status='));
}

async function check(command: readonly string[]): Promise<{ works: boolean; says: string }> {
  const [program = '', ...args] = command;
  const { code, stdout, stderr } = await tryProgram(program, [...args, 'check']);
  if (code === 127) return { works: false, says: notInstalled };
  return { works: code === 0, says: firstWords(`${stderr}\n${stdout}`) ?? `ended with ${code}` };
}

/** Tries those that the host would take, in the order in which it would. */
export async function criuState(places: Places): Promise<CriuState> {
  const says: string[] = [];
  for (const [index, command] of criuCommands(places, process.arch).entries()) {
    const checked = await check(command);
    if (checked.works) {
      const [program = '', ...args] = command;
      const { stdout } = await tryProgram(program, [...args, '--version']);
      return { works: true, brought: index > 0, version: /^Version: (.+)$/m.exec(stdout)?.[1] ?? '' };
    }
    if (index === 0) says.push(checked.says);
    else if (checked.says !== notInstalled) says.push(`that of Debian 13: ${checked.says}`);
  }
  return { works: false, says: says.join('; ') };
}

/** Mirrors of Debian itself among the sources of this computer's packages; which one is known for sure only if its list is there. */
export async function debianMirrors(): Promise<string[]> {
  const targets = async (...options: string[]): Promise<string[][]> => {
    const format = '$(REPO_URI)|$(RELEASE)|$(ORIGIN)|$(LABEL)|$(COMPONENT)';
    const text = await runProgram('apt-get', ['indextargets', ...options, '--format', format, 'Created-By: Packages']);
    return text.split('\n').map((line) => line.split('|'));
  };
  const isMain = ([, release = '-', , , component]: string[]): boolean => component === 'main' && !/[-/]/.test(release);
  const fetched = (await targets()).filter((target) => isMain(target) && target[2] === 'Debian' && target[3] === 'Debian');
  const found = fetched.length > 0 ? fetched : (await targets('--no-release-info')).filter(isMain);
  return [...new Set(found.map(([uri = '']) => uri))];
}

/** What went wrong, as apt says it, in one line. */
function aptWords(stderr: string): string {
  const told = [...stderr.matchAll(/^[EW]: (.+)$/gm)].map(([, text = '']) => text);
  return told[0] ?? (stderr.trim().split('\n').at(-1) || 'apt-get says nothing');
}

/** Downloads CRIU with everything that it depends on, whatever the computer has of it, into `${folder}/archives`. */
async function download(folder: string, mirror: string, keyring: string): Promise<void> {
  for (const name of ['lists/partial', 'archives/partial']) await mkdir(`${folder}/${name}`, { recursive: true });
  await writeFile(`${folder}/status`, '');
  // What lies on this computer is copied as well: everything must be in one folder.
  const source = mirror.replace(/^file:/, 'copy:');
  await writeFile(`${folder}/sources.list`, `deb [signed-by=${keyring}] ${source} ${suite} main\n`);
  const settings = {
    'Dir::State': folder,
    'Dir::State::lists': `${folder}/lists`,
    'Dir::State::status': `${folder}/status`,
    'Dir::Cache': folder,
    'Dir::Cache::archives': `${folder}/archives`,
    'Dir::Etc::sourcelist': `${folder}/sources.list`,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Default-Release': '',
    // Whatever this computer allows for its own packages.
    'APT::Get::AllowUnauthenticated': 'false',
    'Acquire::AllowInsecureRepositories': 'false',
    'Acquire::AllowDowngradeToInsecureRepositories': 'false',
    'Acquire::AllowWeakRepositories': 'false',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled': 'false',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
    'APT::Update::Error-Mode': 'any',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  for (const order of [['update'], ['install', '--yes', '--no-install-recommends', '--download-only', '--', 'criu']]) {
    const { code, stderr } = await tryProgram('apt-get', ['--quiet', ...options, ...order], {
      environment: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
    });
    if (code !== 0) throw new Error(`CRIU of Debian 13 cannot be fetched: ${aptWords(stderr)}`);
  }
}

/** Copies CRIU, its loader and the libraries that it loads from an unpacked Debian to `target`. */
async function takeNeeded(places: Places, tree: string, target: string): Promise<void> {
  const command = criuCommands({ ...places, criuDir: tree }, process.arch)[1];
  if (command === undefined) throw new Error(`CRIU is not brought along for ${process.arch}`);
  const [loader = '', option = '', libraries = '', program = ''] = command;
  const listed = await runProgram(loader, [option, libraries, '--list', program]);
  const paths = [loader, program];
  for (const [, name = '', path = ''] of listed.matchAll(/^\s*(\S+) => (\S+)/gm)) {
    // The loader names itself by the place that programs expect it at.
    if (path === loader) continue;
    if (!path.startsWith(`${libraries}/`)) throw new Error(`CRIU of Debian 13 came without ${name}`);
    paths.push(path);
  }
  for (const path of paths) {
    const copy = `${target}/${path.slice(tree.length + 1)}`;
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(path, copy);
    await chmod(copy, 0o755);
  }
}

/**
 * Fetches the CRIU of Debian 13, proves that it works on this kernel and puts it in place, as a whole. Rejects in words, with
 * what was there before as it was.
 */
export async function bringCriu(places: Places, mirrors: readonly string[], keyring: string = debianKeyring): Promise<void> {
  const { criuDir } = places;
  const work = `${criuDir}.new-${process.pid}`;
  try {
    await mkdir(work, { recursive: true });
    if (mirrors.length === 0) throw new Error('there is no mirror of Debian among the sources of its packages');
    for (const [index, mirror] of mirrors.entries()) {
      try {
        await download(`${work}/apt-${index}`, mirror, keyring);
      } catch (error) {
        if (index === mirrors.length - 1) throw error;
        continue;
      }
      const archives = `${work}/apt-${index}/archives`;
      for (const name of await readdir(archives)) {
        if (name.endsWith('.deb')) await runProgram('dpkg-deb', ['--extract', `${archives}/${name}`, `${work}/tree`]);
      }
      break;
    }
    await takeNeeded(places, `${work}/tree`, `${work}/criu`);
    const [, command = []] = criuCommands({ ...places, criuDir: `${work}/criu` }, process.arch);
    const checked = await check(command);
    if (!checked.works) throw new Error(`CRIU of Debian 13 does not work here either: ${checked.says}`);
    await rm(criuDir, { recursive: true, force: true });
    await rename(`${work}/criu`, criuDir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Removes what a fetch that was killed has left. */
async function sweep({ criuDir }: Places): Promise<void> {
  for (const name of await readdir(dirname(criuDir))) {
    if (name.startsWith(`${basename(criuDir)}.new-`)) await rm(`${dirname(criuDir)}/${name}`, { recursive: true, force: true });
  }
}

/** Sees to it that a CRIU works, where that can be had; says so where not, which is no reason to fail. */
export async function keepCriu(places: Places): Promise<void> {
  if ((await criuState(places)).works) return;
  try {
    await mkdir(dirname(places.criuDir), { recursive: true });
    await using _lock = await FileLock.take(`${places.criuDir}.lock`, () => say('Somebody else fetches CRIU; waiting …'));
    const state = await criuState(places);
    if (state.works) return;
    say(`This computer's own CRIU does not work on its kernel (${state.says}); fetching that of Debian 13 …`);
    await sweep(places);
    await bringCriu(places, await debianMirrors());
  } catch (error) {
    say(`Sessions will not survive a restart of this computer: ${(error as Error).message}`);
  }
}
