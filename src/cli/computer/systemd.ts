// Host and gateway as systemd units, where systemd runs the computer.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Layout } from './layout.ts';
import type { ProgramName, ProgramOrder } from './programs.ts';
import { runProgram, tryProgram } from './program-run.ts';
import { writeWhole } from './whole-file.ts';

const unitDir = '/etc/systemd/system';
const programUnits: Readonly<Record<ProgramName, string>> = {
  host: 'stationmaster-host.service',
  gateway: 'stationmaster-gateway.service',
};
const timer = 'stationmaster-certificate.timer';
/** Does its work when it is stopped. */
const saving = 'stationmaster-saving.service';
/** Goes on with the sessions when the programs are stopped. */
const desktops = 'stationmaster-desktops.service';
const units = [...Object.values(programUnits), 'stationmaster-certificate.service', timer, saving, desktops];
/** Enabled besides the programs. */
const companions = [timer, saving];
const tmpfiles = 'stationmaster.conf';
const scopeSettings = { packaged: 'session-scope-stationmaster.conf', at: `${unitDir}/session-.scope.d/stationmaster.conf` };
const logindSettings = { packaged: 'logind-stationmaster.conf', at: '/etc/systemd/logind.conf.d/stationmaster.conf' };
const logind = 'systemd-logind.service';

/** True if systemd is to look after the programs; places of one's own are always looked after by ourselves. */
export function usesSystemd(layout: Layout): boolean {
  return layout.commandLink !== null && existsSync('/run/systemd/system');
}

/** After a restart of the computer systemd runs what was started last: this is as true then. */
const startedFile = (layout: Layout): string => `${layout.places.stateDir}/started.json`;

async function started(layout: Layout): Promise<Partial<Record<ProgramName, string>>> {
  const text = await readFile(startedFile(layout), 'utf8').catch(() => '{}');
  return JSON.parse(text) as Partial<Record<ProgramName, string>>;
}

async function installFile(from: string, to: string): Promise<boolean> {
  const content = await readFile(from, 'utf8');
  if ((await readFile(to, 'utf8').catch(() => null)) === content) return false;
  await mkdir(dirname(to), { recursive: true });
  await writeWhole(to, content, 0o644);
  return true;
}

/** It reads its settings anew at this signal in every version; only newer ones know `systemctl reload`. */
async function rereadLogind(): Promise<void> {
  if (await isActive(logind)) await runProgram('systemctl', ['kill', '--kill-whom=main', '--signal=HUP', logind]);
}

/** How long logind lets programs finish before the computer goes down, null where there is no logind. */
export async function inhibitDelayMs(): Promise<number | null> {
  if (!(await isActive(logind))) return null;
  const property = ['org.freedesktop.login1', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'InhibitDelayMaxUSec'];
  const { stdout } = await tryProgram('busctl', ['get-property', ...property]);
  const microseconds = /^t (\d+)$/m.exec(stdout)?.[1];
  return microseconds === undefined ? null : Number(microseconds) / 1_000;
}

/** What our own setting gives. */
export async function packagedInhibitDelayMs({ tree }: Layout): Promise<number> {
  const text = await readFile(`${tree}/packaging/systemd/${logindSettings.packaged}`, 'utf8');
  return Number(/^InhibitDelayMaxSec=(\d+)$/m.exec(text)?.[1]) * 1_000;
}

/** Units that are to start with the computer and are not enabled or not active, each with what it is instead. */
export async function unreadyUnits(): Promise<string[]> {
  const unready: string[] = [];
  for (const unit of [...Object.values(programUnits), desktops, ...companions]) {
    const enabled = (await tryProgram('systemctl', ['is-enabled', unit])).stdout.trim();
    const active = (await tryProgram('systemctl', ['is-active', unit])).stdout.trim();
    if (enabled !== 'enabled') unready.push(`${unit} is ${enabled === '' ? 'missing' : enabled}`);
    else if (active !== 'active') unready.push(`${unit} is ${active}`);
  }
  return unready;
}

async function isActive(unit: string): Promise<boolean> {
  return (await tryProgram('systemctl', ['is-active', '--quiet', unit])).code === 0;
}

/** Which programs run. */
export async function activePrograms(): Promise<ProgramName[]> {
  const active: ProgramName[] = [];
  for (const name of ['host', 'gateway'] as const) if (await isActive(programUnits[name])) active.push(name);
  return active;
}

/** The process of a unit, null if it is not running. */
export async function mainProcess(name: ProgramName): Promise<number | null> {
  const { stdout } = await tryProgram('systemctl', ['show', '--property=MainPID', '--value', programUnits[name]]);
  const pid = Number(stdout.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

/** Installs the units and starts what does not run or has changed; answers with the programs that were restarted. */
export async function startUnits(layout: Layout, tree: string, orders: readonly ProgramOrder[]): Promise<ProgramName[]> {
  let reload = false;
  for (const unit of units) {
    if (await installFile(`${tree}/packaging/systemd/${unit}`, `${unitDir}/${unit}`)) reload = true;
  }
  if (await installFile(`${tree}/packaging/systemd/${scopeSettings.packaged}`, scopeSettings.at)) reload = true;
  await installFile(`${tree}/packaging/systemd/${tmpfiles}`, `/etc/tmpfiles.d/${tmpfiles}`);
  if (reload) await runProgram('systemctl', ['daemon-reload']);
  if (await installFile(`${tree}/packaging/systemd/${logindSettings.packaged}`, logindSettings.at)) await rereadLogind();
  const before = await started(layout);
  const changed: ProgramName[] = [];
  for (const { name, digest } of orders) {
    const unit = programUnits[name];
    if (await isActive(unit)) {
      if (before[name] === digest) continue;
      changed.push(name);
      await runProgram('systemctl', ['restart', unit]);
    } else {
      await runProgram('systemctl', ['enable', '--now', unit]);
    }
  }
  await runProgram('systemctl', ['enable', '--now', desktops, ...companions]);
  const digests = Object.fromEntries(orders.map(({ name, digest }) => [name, digest]));
  await writeWhole(startedFile(layout), JSON.stringify(digests), 0o644);
  return changed;
}

/** Stops the programs, until the next `up`; sessions go on. */
export async function stopUnits(): Promise<void> {
  await runProgram('systemctl', ['disable', '--now', ...companions, programUnits.gateway, programUnits.host]);
  await rm(logindSettings.at, { force: true });
  await rereadLogind();
}
