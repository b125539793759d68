// `doctor`: what is missing or wrong on this computer, and what to do about it.
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, stat, statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { SessionLimitsFault, Unavailable } from '#contract/values.ts';
import { levelGroups, levels } from '#model/account.ts';
import { CommandError } from '../exit-code.ts';
import { graphicsText, uniqueAddressText } from '../unavailable-text.ts';
import { sessionLimitsTexts } from '../session-limits-text.ts';
import { GatewayClient } from '../room/gateway-client.ts';
import { answer, answerJson, table } from '../voice.ts';
import { certificateFiles, certificateIn, expiresAt, ownNames } from './certificate.ts';
import { portIsFree, readConfig } from './config-file.ts';
import { missingPackages, neededPackages } from './debian-packages.ts';
import { again, fault, gigabytes, good, note, warning } from './finding.ts';
import type { Found, Look } from './finding.ts';
import { HostClient } from './host-client.ts';
import { pamFile } from './pam-service.ts';
import { tryProgram } from './program-run.ts';
import { savingLooks } from './saving-looks.ts';
import { groupExists, lookUpUser } from './system-accounts.ts';
import type { Layout } from './layout.ts';

interface Finding extends Found {
  id: string;
}

const leastFreeBytes = 500_000_000;
const leastFreeMemoryBytes = 700_000_000;
const dayMs = 86_400_000;

/** What the host says of this computer, in these words. */
async function unavailableText(
  places: Layout['places'],
  text: (unavailable: Unavailable) => string,
  about: string,
): Promise<string> {
  try {
    using host = await HostClient.connect(places);
    const { unavailable } = await host.call('computer.status', {});
    if (unavailable !== null) return text(unavailable);
  } catch {
    // Said below; `host` says why.
  }
  return `what sessions could have of ${about} is not known while the host does not answer`;
}

const looks: Readonly<Record<string, Look>> = {
  system: async () => {
    const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
    const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? 'an unknown system';
    const debian = /^ID=debian$/m.test(text) && /^VERSION_ID="?1[23]"?$/m.test(text);
    return debian ? good(name) : warning(name, 'Stationmaster is tested on Debian 12 and 13');
  },
  packages: async () => {
    const missing = await missingPackages(neededPackages);
    if (missing.length === 0) return good(`all ${neededPackages.length} Debian packages are installed`);
    return fault(`missing Debian packages: ${missing.map((one) => `${one.name} (${one.why})`).join(', ')}`, again);
  },
  namespaces: async () => {
    const args = ['--fork', '--pid', '--ipc', '--mount', '--mount-proc', '--', 'true'];
    const { code, stderr } = await tryProgram('unshare', args);
    if (code === 0) return good('sessions can have namespaces of their own');
    return fault(
      `sessions cannot have namespaces of their own: ${stderr.trim()}`,
      'in a container, give it the capability SYS_ADMIN (docker run --privileged)',
    );
  },
  desktop: async () => {
    const found = await readdir('/usr/share/xsessions').catch(() => []);
    const names = found.filter((name) => name.endsWith('.desktop')).map((name) => name.slice(0, -'.desktop'.length));
    if (names.length === 0) return fault('no desktop is installed', again);
    return good(`desktops: ${names.join(', ')}`);
  },
  pam: async (layout) => {
    const file = pamFile(layout);
    const there = await readFile(file, 'utf8').catch(() => null);
    if (there === null) return fault(`${file} is missing; nobody can sign in`, again);
    const absent: string[] = [];
    for (const [, name = ''] of there.matchAll(/^@include\s+(\S+)/gm)) if (!existsSync(`/etc/pam.d/${name}`)) absent.push(name);
    if (absent.length > 0) return fault(`${file} includes what is not there: ${absent.join(', ')}`, 'install libpam-runtime');
    const packaged = await readFile(`${layout.tree}/packaging/pam.d/stationmaster`, 'utf8').catch(() => there);
    return there === packaged ? good(`${file} is as packaged`) : note(`${file} was changed on this computer`);
  },
  accounts: async ({ places }) => {
    const absent: string[] = [];
    if ((await lookUpUser(places.gatewayUser)) === null) absent.push(`user ${places.gatewayUser}`);
    for (const level of levels) if (!(await groupExists(levelGroups[level]))) absent.push(`group ${levelGroups[level]}`);
    return absent.length === 0
      ? good('the system user and the level groups are there')
      : fault(`missing: ${absent.join(', ')}`, again);
  },
  administrator: async () => {
    const { stdout } = await tryProgram('getent', ['group', '--', levelGroups.administrator]);
    const members = stdout.trim().split(':')[3] ?? '';
    if (members !== '') return good(`administrators: ${members}`);
    return warning(
      'there is no administrator yet',
      'stationmaster up prints a link to become it; or: stationmaster user set NAME --level administrator',
    );
  },
  programs: async (layout) => {
    if (!existsSync(`${layout.programsDir}/current/installed.json`)) return fault('Stationmaster is not installed', again);
    return good(`installed in ${layout.programsDir}`);
  },
  configuration: async (layout) => {
    try {
      const config = await readConfig(layout);
      return good(
        `${layout.places.configFile}: https ${config.https_port}, http ${config.http_port === 0 ? 'off' : config.http_port}`,
      );
    } catch (error) {
      return fault((error as Error).message, `correct ${layout.places.configFile}, then ${again}`);
    }
  },
  certificate: async (layout) => {
    const config = await readConfig(layout).catch(() => null);
    const file = config?.certificate ?? certificateFiles(layout).certificate;
    const certificate = await certificateIn(file);
    const own = config?.certificate !== undefined;
    if (certificate === null)
      return fault(`${file} is no certificate that can be read`, own ? `correct ${layout.places.configFile}` : again);
    const days = Math.floor((expiresAt(certificate) - Date.now()) / dayMs);
    const remedy = own ? 'put a new certificate there' : again;
    if (days < 0) return fault(`the certificate expired on ${certificate.validTo}`, remedy);
    if (Date.parse(certificate.validFrom) > Date.now())
      return fault('the certificate is not valid yet', "set this computer's clock right");
    const unnamed = own ? [] : (await ownNames()).filter((name) => !isNamed(certificate, name));
    if (unnamed.length > 0) return warning(`the certificate does not name ${unnamed.join(', ')}`, again);
    return days < 14
      ? warning(`the certificate expires in ${days} days`, remedy)
      : good(`the certificate is good for ${days} days`);
  },
  folders: async ({ places }) => {
    const gateway = await lookUpUser(places.gatewayUser);
    const faults: string[] = [];
    for (const [folder, mode, uid] of [
      [places.gatewayStateDir, 0o700, gateway?.uid],
      [places.gatewayRunDir, 0o700, gateway?.uid],
      [places.sessionsRunDir, 0o711, 0],
      [places.sessionsStateDir, 0o711, 0],
    ] as const) {
      const found = await stat(folder).catch(() => null);
      if (found === null) faults.push(`${folder} is missing`);
      else if ((found.mode & 0o777) !== mode || found.uid !== uid) faults.push(`${folder} has a wrong owner or mode`);
    }
    return faults.length === 0 ? good('the folders have the right owners and modes') : fault(faults.join(', '), again);
  },
  host: async ({ places }) => {
    try {
      using host = await HostClient.connect(places);
      const { sessions } = await host.call('session.list', {});
      return good(`the host answers; sessions: ${sessions.length}`);
    } catch (error) {
      return fault((error as Error).message, again);
    }
  },
  'session-limits': async ({ places }) => {
    let limitsFault: SessionLimitsFault | null;
    try {
      using host = await HostClient.connect(places);
      ({ sessionLimitsFault: limitsFault } = await host.call('computer.status', {}));
    } catch {
      return note('whether sessions can be held to limits is not known while the host does not answer');
    }
    if (limitsFault === null) return good('sessions can be held to limits of memory, processor and processes');
    return note(`limits of memory, processor and processes do nothing here: ${sessionLimitsTexts[limitsFault]}`);
  },
  'unique-addresses': async ({ places }) => note(await unavailableText(places, uniqueAddressText, 'network addresses')),
  'graphics-card': async ({ places }) => note(await unavailableText(places, graphicsText, 'graphics cards')),
  gateway: async ({ places }) => {
    const health = await GatewayClient.local(places).health();
    if (health?.host === true) return good('the gateway answers and reaches the host');
    if (health !== null) return fault('the gateway answers and does not reach the host', again);
    return fault('the gateway does not answer', `${again}; its log says why if it does not stay up`);
  },
  ports: async (layout) => {
    const config = await readConfig(layout).catch(() => null);
    if (config === null) return note('ports are not known');
    const running = (await GatewayClient.local(layout.places).health()) !== null;
    const taken: number[] = [];
    for (const port of [config.https_port, config.http_port]) {
      if (port !== 0 && !running && !(await portIsFree(port, config.address))) taken.push(port);
    }
    if (taken.length === 0) return good(running ? 'the gateway has its ports' : 'the ports are free');
    return fault(
      `taken by another program: port ${taken.join(', ')}`,
      `stop it, or set other ports in ${layout.places.configFile}`,
    );
  },
  disk: async ({ places }) => {
    const short: string[] = [];
    for (const folder of [places.stateDir, places.runDir, '/home', '/var/log']) {
      const found = await statfs(folder).catch(() => null);
      if (found !== null && found.bavail * found.bsize < Math.min(leastFreeBytes, (found.blocks * found.bsize) / 10)) {
        short.push(`${folder} (${gigabytes(found.bavail * found.bsize)} free)`);
      }
    }
    return short.length === 0
      ? good('there is space on the disks')
      : warning(`little space: ${short.join(', ')}`, 'make room there');
  },
  memory: async () => {
    const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
    const available = Number(/^MemAvailable:\s+(\d+)/m.exec(text)?.[1] ?? freemem() / 1024) * 1024;
    const says = `${gigabytes(available)} of ${gigabytes(totalmem())} memory are free`;
    return available < leastFreeMemoryBytes
      ? warning(says, 'end suspended sessions that nobody needs, or add memory')
      : good(says);
  },
  clock: async () => {
    // A certificate cannot be made before the package was; a clock that stands before it is wrong.
    const made = (await stat('/etc/os-release').catch(() => null))?.mtimeMs ?? 0;
    if (Date.now() < made) return fault('the clock is set to a time in the past', 'set it; install systemd-timesyncd or chrony');
    return good(`the clock says ${new Date().toISOString()}`);
  },
  ...savingLooks,
};

function isNamed(certificate: X509Certificate, name: string): boolean {
  return certificate.checkHost(name) !== undefined || certificate.checkIP(name) !== undefined;
}

/** Rejects with exit code 1 (after the answer) if there is a fault. */
export async function doctor(layout: Layout, json: boolean): Promise<void> {
  if (process.getuid?.() !== 0) throw new CommandError('the doctor has to look everywhere: use sudo', 4);
  const findings: Finding[] = [];
  for (const [id, look] of Object.entries(looks)) {
    const found = await look(layout).catch((error: unknown) => fault(`could not be looked at: ${(error as Error).message}`, ''));
    findings.push({ id, ...found });
  }
  const faults = findings.filter((finding) => finding.verdict === 'fault').length;
  if (json) {
    answerJson({ healthy: faults === 0, findings });
  } else {
    const mark = { good: 'ok', note: 'note', warning: 'WARN', fault: 'FAULT' } as const;
    answer(
      table(
        ['', 'What', 'Found'],
        findings.map(({ id, verdict, says }) => [mark[verdict], id, says]),
      ),
    );
    const remedies = findings.filter((finding) => finding.remedy !== '');
    if (remedies.length > 0) answer(`\nTo do:\n${remedies.map(({ id, remedy }) => `  ${id}: ${remedy}`).join('\n')}`);
  }
  if (faults > 0) throw new CommandError(`${faults} ${faults === 1 ? 'thing is' : 'things are'} wrong`);
}
