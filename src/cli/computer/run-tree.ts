// The run-time tree: a copy of what the programs need, owned by root and readable by the gateway's user, wherever the clone
// lies. One folder per version under `programsDir`, the npm packages shared between versions, `current` the one to use.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  readFile,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { compileCacheDir, currentTree } from './layout.ts';
import type { Layout } from './layout.ts';
import { digestOf, filesBelow } from './tree-files.ts';
import { writeWhole } from './whole-file.ts';

/** Changes when the part does; a program is restarted when one of its parts changed. */
export interface TreeVersion {
  version: string;
  host: string;
  gateway: string;
  packages: string;
}

const runTimeFiles = ['src', 'dist/web', 'packaging', 'package.json', 'stationmaster', 'LICENSE'];
const hostRooms = ['src/model/', 'src/contract/', 'src/host/'];
const gatewayRooms = ['src/model/', 'src/contract/', 'src/pixels/', 'src/fleet/', 'src/gateway/', 'dist/web/'];
/** Older versions that stay, for a way back. */
const keptVersions = 2;

const isRunTime = (file: string): boolean =>
  !/\.test\.tsx?$|\/tsconfig\.json$|\/test-room\.ts$/.test(file) && !file.startsWith('src/web/');

/** npm packages that are loaded at run time and are there, as paths from the tree, with their versions. */
async function runTimePackages(tree: string): Promise<[path: string, version: string][]> {
  const lock = JSON.parse(await readFile(`${tree}/node_modules/.package-lock.json`, 'utf8')) as {
    packages: Record<string, { version: string; dev?: boolean }>;
  };
  const packages: [string, string][] = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (entry.dev === true) continue;
    // Packages for other processors are in the list and not on the disk.
    const there = await stat(`${tree}/${path}/package.json`).catch(() => null);
    if (there !== null) packages.push([path, entry.version]);
  }
  return packages.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

async function copyOne(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  const { mode } = await stat(from);
  await chmod(to, (mode & 0o111) === 0 ? 0o644 : 0o755);
}

/** Documentation and headers of packages are no use to programs; Node's are larger than all the rest. */
const isNeeded = (file: string): boolean =>
  !/^node_modules\/node-linux-[^/]+\/(?:include|share|CHANGELOG\.md)/.test(file) &&
  !/^node_modules\/koffi\/(?:vendor|doc)\//.test(file) &&
  !/\.(?:d\.[cm]?ts|map)$/.test(file);

async function installPackageFolder(layout: Layout, packages: readonly [string, string][], name: string): Promise<void> {
  const target = `${layout.programsDir}/${name}`;
  if ((await stat(target).catch(() => null)) !== null) return;
  const work = `${layout.programsDir}/.new-${name}-${process.pid}`;
  const outermost = packages.map(([path]) => path).filter((path) => !packages.some(([other]) => path.startsWith(`${other}/`)));
  const files = (await filesBelow(layout.tree, outermost)).filter(isNeeded);
  await copyAll(layout.tree, work, files);
  await rename(work, target);
}

async function copyAll(from: string, to: string, files: readonly string[]): Promise<void> {
  const rest = [...files];
  const carrier = async (): Promise<void> => {
    for (let file = rest.pop(); file !== undefined; file = rest.pop()) await copyOne(`${from}/${file}`, `${to}/${file}`);
  };
  await Promise.all(Array.from({ length: 16 }, carrier));
}

async function putLink(target: string, link: string): Promise<void> {
  if ((await readlink(link).catch(() => null)) === target) return;
  const beside = `${link}.new-${process.pid}`;
  await rm(beside, { force: true });
  await symlink(target, beside);
  await rename(beside, link);
}

/** What an installed tree says about itself. */
export async function treeVersion(tree: string): Promise<TreeVersion> {
  return JSON.parse(await readFile(`${tree}/installed.json`, 'utf8')) as TreeVersion;
}

/** Installs the tree this command was started from, if it is not there yet, and makes it the current one. Answers with its path. */
export async function installRunTree(layout: Layout): Promise<string> {
  const { tree, programsDir } = layout;
  const installedCopy = await stat(`${tree}/installed.json`).then(
    () => true,
    () => false,
  );
  // Started from an installed copy: it is what it is.
  if (installedCopy) return await realpath(tree);
  const files = (await filesBelow(tree, runTimeFiles)).filter(isRunTime);
  const packages = await runTimePackages(tree);
  const packagesDigest = createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 16);
  const part = async (rooms: readonly string[]): Promise<string> =>
    (
      await digestOf(
        tree,
        files.filter((file) => rooms.some((room) => file.startsWith(room))),
      )
    ).slice(0, 16);
  const all = await digestOf(tree, files);
  const version = createHash('sha256').update(`${all} ${packagesDigest}`).digest('hex').slice(0, 16);
  const target = `${programsDir}/${version}`;
  if ((await stat(target).catch(() => null)) === null) {
    const packagesName = `packages-${packagesDigest}`;
    await removeUnfinished(programsDir);
    await installPackageFolder(layout, packages, packagesName);
    const work = `${programsDir}/.new-${version}-${process.pid}`;
    await copyAll(tree, work, files);
    await symlink(`../${packagesName}/node_modules`, `${work}/node_modules`);
    const about: TreeVersion = {
      version,
      host: await part(hostRooms),
      gateway: await part(gatewayRooms),
      packages: packagesDigest,
    };
    await writeWhole(`${work}/installed.json`, `${JSON.stringify(about)}\n`, 0o644);
    await rename(work, target);
    // What was compiled of other versions is of no use any more.
    for (const name of ['host', 'gateway'] as const)
      await rm(compileCacheDir(layout.places, name), { recursive: true, force: true });
  }
  const now = new Date();
  await utimes(target, now, now);
  await putLink(version, currentTree(layout));
  if (layout.commandLink !== null) {
    const link = layout.commandLink;
    // Somebody else's program of that name stays.
    const there = await readlink(link).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : ''));
    if (there === null || there.startsWith(`${programsDir}/`)) await putLink(`${currentTree(layout)}/stationmaster`, link);
  }
  return target;
}

async function removeUnfinished(programsDir: string): Promise<void> {
  for (const name of await readdir(programsDir)) {
    if (name.startsWith('.new-')) await rm(`${programsDir}/${name}`, { recursive: true, force: true });
  }
}

/** Everything that running processes were started with, in one text. */
async function runningCommands(): Promise<string> {
  const commands: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    commands.push(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    commands.push(await readlink(`/proc/${pid}/cwd`).catch(() => ''));
    commands.push(await readlink(`/proc/${pid}/exe`).catch(() => ''));
  }
  return commands.join('\n');
}

/** Removes old versions, but not those that a process, such as a session's keeper, still needs. */
export async function pruneTrees(layout: Layout): Promise<void> {
  const { programsDir } = layout;
  const current = await readlink(currentTree(layout)).catch(() => '');
  const versions: { name: string; usedAt: number }[] = [];
  for (const name of await readdir(programsDir)) {
    if (!/^[0-9a-f]{16}$/.test(name) || name === current) continue;
    versions.push({ name, usedAt: (await stat(`${programsDir}/${name}`)).mtimeMs });
  }
  const old = versions.toSorted((a, b) => b.usedAt - a.usedAt).slice(keptVersions);
  if (old.length > 0) {
    const commands = await runningCommands();
    for (const { name } of old) {
      if (!commands.includes(`${programsDir}/${name}`)) await rm(`${programsDir}/${name}`, { recursive: true, force: true });
    }
  }
  const needed = new Set<string>();
  const names = await readdir(programsDir);
  for (const name of names) {
    const link = await readlink(`${programsDir}/${name}/node_modules`).catch(() => null);
    if (link !== null) needed.add(link.split('/')[1] ?? '');
  }
  const unneeded = names.filter((name) => name.startsWith('packages-') && !needed.has(name));
  if (unneeded.length === 0) return;
  const commands = await runningCommands();
  for (const name of unneeded) {
    if (!commands.includes(`${programsDir}/${name}/`)) await rm(`${programsDir}/${name}`, { recursive: true, force: true });
  }
}
