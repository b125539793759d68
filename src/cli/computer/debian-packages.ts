// The Debian packages that Stationmaster needs, each with its reason, and how missing ones are installed.
import { CommandError } from '../exit-code.ts';
import { say } from '../voice.ts';
import { tryProgram } from './program-run.ts';

export interface DebianPackage {
  name: string;
  why: string;
}

/** For `up`. */
export const neededPackages: readonly DebianPackage[] = [
  { name: 'tigervnc-standalone-server', why: 'the X server of every desktop' },
  { name: 'tini', why: 'the first process of every session' },
  { name: 'util-linux', why: 'puts sessions into namespaces of their own' },
  { name: 'xauth', why: 'keeps other people out of a desktop' },
  { name: 'x11-xkb-utils', why: 'keyboards of the X server' },
  { name: 'x11-xserver-utils', why: 'settings of the X server' },
  { name: 'xkb-data', why: 'keyboards of the X server' },
  { name: 'dbus', why: 'how programs of a desktop talk to each other' },
  { name: 'dbus-x11', why: 'how programs of a desktop find each other' },
  { name: 'xfce4-session', why: 'the desktop' },
  { name: 'xfwm4', why: "the desktop's windows" },
  { name: 'xfce4-panel', why: "the desktop's panel" },
  { name: 'xfdesktop4', why: "the desktop's background and icons" },
  { name: 'xfce4-settings', why: "the desktop's settings" },
  { name: 'xfconf', why: "where the desktop's settings are kept" },
  { name: 'thunar', why: 'the file manager' },
  { name: 'xfce4-terminal', why: 'a terminal for people' },
  { name: 'mousepad', why: 'a text editor' },
  { name: 'adwaita-icon-theme', why: "the desktop's icons" },
  { name: 'fonts-dejavu-core', why: 'letters on the desktop' },
  { name: 'libpam-modules', why: 'signing in' },
  { name: 'passwd', why: 'accounts and groups' },
  { name: 'openssl', why: "the computer's certificate" },
  { name: 'criu', why: 'saves desktops to disk and restores them' },
  { name: 'iproute2', why: 'looks which connections a desktop has before it is saved' },
  { name: 'procps', why: 'looks after processes' },
  { name: 'x11-utils', why: 'looks at the titles of windows before somebody is logged off' },
];

/** For `test`, beyond those. */
export const testPackages: readonly DebianPackage[] = [
  { name: 'chromium', why: 'the browser of the tests' },
  { name: 'websockify', why: 'the relay that ours is measured beside' },
  { name: 'xterm', why: 'a program on the desktops of the tests' },
  { name: 'openbox', why: 'a second desktop for the tests' },
  { name: 'xdotool', why: 'presses keys in the tests' },
  { name: 'zsh', why: 'a shell whose completion is tested' },
  { name: 'fish', why: 'a shell whose completion is tested' },
  { name: 'sudo', why: 'its rules say who may become root' },
  { name: 'gpg', why: 'signs packages of the tests' },
  { name: 'debootstrap', why: "the disk of the lab's machines" },
  { name: 'e2fsprogs', why: "the file systems of the lab's machines" },
  { name: 'systemd-container', why: 'the machines of the lab' },
];

/** Those of `wanted` that are not installed. All of them where there is no dpkg. */
export async function missingPackages(wanted: readonly DebianPackage[]): Promise<DebianPackage[]> {
  const format = '${Package} ${db:Status-Status}\n';
  const { stdout } = await tryProgram('dpkg-query', ['--show', `--showformat=${format}`, ...wanted.map((one) => one.name)]);
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return wanted.filter((one) => !installed.has(one.name));
}

const aptEnvironment = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };

async function apt(...args: string[]): Promise<boolean> {
  const environment = { ...process.env, ...aptEnvironment };
  return (await tryProgram('apt-get', args, { environment, output: 'show' })).code === 0;
}

/** Installs what is missing, and says so. Rejects with a CommandError in words. */
export async function installPackages(wanted: readonly DebianPackage[]): Promise<void> {
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return;
  say('Debian packages to be installed:');
  for (const one of missing) say(`  ${one.name.padEnd(28)}${one.why}`);
  const names = missing.map((one) => one.name);
  const install = ['install', '--yes', '--quiet', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', '--', ...names];
  // The lists of packages may be missing or too old; they are fetched only if it does not work without.
  if (await apt(...install)) return;
  say('Fetching the lists of packages anew …');
  if ((await apt('update', '--quiet', '-o', 'DPkg::Lock::Timeout=300')) && (await apt(...install))) return;
  const still = await missingPackages(wanted);
  if (still.length === 0) return;
  throw new CommandError(
    `apt-get could not install ${still.map((one) => one.name).join(', ')}; the lines above say why.\n` +
      'Mend that (network, /etc/apt/sources.list, disk space, another apt that is running) and run the same command again.',
  );
}
