// The base disk of the lab's machines: Debian 13 with systemd, desktops and the programs that tests use, installed once and
// kept outside the clone, for every clone on this computer. Needs root, a mirror of Debian, debootstrap and systemd-container.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { debianMirrors } from '../../src/cli/computer/criu.ts';
import { neededPackages } from '../../src/cli/computer/debian-packages.ts';
import { FileLock } from '../../src/cli/computer/file-lock.ts';
import { runProgram, tryProgram } from '../../src/cli/computer/program-run.ts';

/** Everything of the lab that is on this computer's disk. */
export const labDir = '/var/tmp/stationmaster-lab';

const suite = 'trixie';
/** Another number where the way of building changes; what is installed is in the digest by itself. */
const recipe = 2;

const system = [
  'ca-certificates',
  'dbus',
  'iproute2',
  'libpam-systemd',
  'procps',
  'sudo',
  'systemd',
  'systemd-sysv',
  'tini',
  'util-linux',
];
const programs = [
  'criu',
  'firefox-esr',
  'fonts-dejavu-core',
  'fonts-liberation',
  'libreoffice-writer',
  'openbox',
  'x11-apps',
  'x11-utils',
  'xdotool',
  'xterm',
];
const packages = [...new Set([...system, ...programs, ...neededPackages.map(({ name }) => name)])].toSorted();

/** Files that are on the disk before the first package: what nobody reads in a test is not unpacked, nothing waits for the disk. */
const filesBefore: Readonly<Record<string, string>> = {
  'etc/dpkg/dpkg.cfg.d/lab': [
    'force-unsafe-io',
    'path-exclude=/usr/share/doc/*',
    'path-exclude=/usr/share/man/*',
    'path-exclude=/usr/share/info/*',
    'path-exclude=/usr/share/help/*',
    'path-exclude=/usr/share/locale/*',
    'path-exclude=/usr/share/lintian/*',
    '',
  ].join('\n'),
  'etc/apt/apt.conf.d/lab': [
    'APT::Install-Recommends "false";',
    'APT::Install-Suggests "false";',
    'Acquire::Languages "none";',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";',
    'Dpkg::Use-Pty "false";',
    '',
  ].join('\n'),
};

/** Files that are put on the disk at the end. */
const filesAfter: Readonly<Record<string, string>> = {
  // Empty, not missing: every machine makes its own at its first start, without what systemd does at a "first boot".
  'etc/machine-id': '',
  // A container's /proc/sys is read-only; a computer's is not, and CRIU sets the number of the next process there. Only after
  // systemd-sysctl: the settings of a machine must not become those of this computer.
  'etc/systemd/system/lab-proc-sys.service': [
    '[Unit]',
    'Description=/proc/sys can be written, as on a computer of metal',
    'DefaultDependencies=no',
    'After=systemd-sysctl.service',
    'Before=sysinit.target',
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    'ExecStart=mount -o remount,rw /proc/sys',
    '',
    '[Install]',
    'WantedBy=sysinit.target',
    '',
  ].join('\n'),
};

/** What cannot work in a container, and what would only take time from a test. */
const maskedUnits = [
  'systemd-modules-load.service',
  'systemd-networkd-wait-online.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
];

const key = createHash('sha256')
  .update(JSON.stringify([recipe, suite, process.arch, packages, filesBefore, filesAfter, maskedUnits]))
  .digest('hex')
  .slice(0, 16);
const baseDisk = `${labDir}/base-${key}.ext4`;

/** Sparse; a machine's disk has this size, too. */
const diskSize = '12G';

/** Options of a mount whose disk nobody needs after a failure of power. */
const hastyMount = 'loop,noatime,nobarrier,data=writeback,commit=600';

function progress(text: string): void {
  process.stderr.write(`lab: ${text}\n`);
}

async function exists(path: string): Promise<boolean> {
  return await access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

async function writeFiles(tree: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(`${tree}/${path}`), { recursive: true });
    await writeFile(`${tree}/${path}`, text);
  }
}

/** Runs a step with its output in the log, whose end is shown if the step fails. */
async function step(text: string, program: string, args: readonly string[]): Promise<void> {
  progress(`${text} …`);
  const startedMs = performance.now();
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const { code, stdout, stderr } = await tryProgram(program, args, { environment });
  if (code !== 0) throw new Error(`${text}: ${program} ended with ${code}:\n${`${stdout}${stderr}`.slice(-6000)}`);
  progress(`${text}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

/** Inside the tree, with the network of this computer; whatever it starts ends with it. */
function inTree(tree: string, ...command: string[]): string[] {
  return [
    '--quiet',
    `--directory=${tree}`,
    '--register=no',
    '--keep-unit',
    '--pipe',
    '--suppress-sync=yes',
    '--resolv-conf=replace-host',
    '--setenv=DEBIAN_FRONTEND=noninteractive',
    '--setenv=LC_ALL=C.UTF-8',
    ...command,
  ];
}

async function fill(tree: string): Promise<void> {
  const [mirror] = await debianMirrors();
  if (mirror === undefined) throw new Error('no mirror of Debian among the sources of this computer: apt-get indextargets');
  await writeFiles(tree, filesBefore);
  await step('debootstrap', 'debootstrap', ['--variant=minbase', suite, tree, mirror]);
  await step(`${packages.length} packages and what they need`, 'systemd-nspawn', [
    ...inTree(tree, 'apt-get', 'install', '--yes', '--quiet', '--', ...packages),
  ]);
  await step('cleaning', 'systemd-nspawn', inTree(tree, 'apt-get', 'clean'));
  for (const name of await readdir(`${tree}/var/lib/apt/lists`)) {
    await rm(`${tree}/var/lib/apt/lists/${name}`, { recursive: true, force: true });
  }
  await writeFiles(tree, filesAfter);
  // systemd would take the machine's identity from there.
  await rm(`${tree}/var/lib/dbus/machine-id`, { force: true });
  await mkdir(`${tree}/var/log/journal`, { recursive: true });
  await step('units', 'systemctl', [`--root=${tree}`, 'enable', 'systemd-networkd.service', 'lab-proc-sys.service']);
  await step('masked units', 'systemctl', [`--root=${tree}`, 'mask', ...maskedUnits]);
  // People of a machine are processes of this computer as well: tests that look at /proc tell them from their own by the uid.
  const definitions = await readFile(`${tree}/etc/login.defs`, 'utf8');
  const moved = definitions.replace(/^(UID|GID)_MIN\s.*$/gm, '$1_MIN 20000');
  await writeFile(`${tree}/etc/login.defs`, moved);
}

/** Unmounts and removes what an earlier run, killed in the middle, has left, and bases that are out of date. */
async function sweep(): Promise<void> {
  for (const name of await readdir(labDir)) {
    if (!name.startsWith('base-') || `${labDir}/${name}` === baseDisk) continue;
    await tryProgram('umount', ['--recursive', '--quiet', `${labDir}/${name}`]);
    await rm(`${labDir}/${name}`, { recursive: true, force: true });
  }
}

async function build(): Promise<void> {
  await sweep();
  const work = `${baseDisk}.new`;
  const tree = `${work}.tree`;
  const startedMs = performance.now();
  await mkdir(tree);
  await runProgram('truncate', ['--size', diskSize, work]);
  await runProgram('mkfs.ext4', ['-q', '-m', '0', '-J', 'size=64', '-E', 'lazy_itable_init=1,lazy_journal_init=1', work]);
  await runProgram('mount', ['-o', hastyMount, work, tree]);
  try {
    await fill(tree);
  } finally {
    await runProgram('umount', ['--recursive', tree]);
  }
  await rm(tree, { recursive: true });
  await rename(work, baseDisk);
  progress(`the base is built: ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
}

/** Copies the base to `disk` (a new file), building it first if it is not there. */
export async function copyBase(disk: string): Promise<void> {
  await mkdir(labDir, { recursive: true, mode: 0o755 });
  await using _lock = await FileLock.take(`${labDir}/base.lock`, () => progress('somebody else builds the base; waiting …'));
  if (!(await exists(baseDisk))) await build();
  await runProgram('cp', ['--sparse=always', '--reflink=auto', '--', baseDisk, disk]);
}
