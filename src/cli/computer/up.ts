// `up`: makes this computer ready step by step (each does nothing where nothing is to be done), starts host and gateway and
// says where to go.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '#contract/config.ts';
import { CommandError } from '../exit-code.ts';
import { GatewayClient } from '../room/gateway-client.ts';
import type { ShellFile } from '../shell/shell-commands.ts';
import { answer, answerJson, say, table } from '../voice.ts';
import { localUrls, outsideOrigins } from './addresses.ts';
import { keepCertificate } from './certificate.ts';
import { makeConfig, readConfig } from './config-file.ts';
import { keepCriu } from './criu.ts';
import { installPackages, neededPackages } from './debian-packages.ts';
import { demoIsThere, makeDemoAccounts, setDemoSettings } from './demo.ts';
import type { DemoAccount } from './demo.ts';
import { FileLock } from './file-lock.ts';
import { makeFolders } from './folders.ts';
import { currentTree, nodeOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { buildPages } from './pages.ts';
import { installPamService } from './pam-service.ts';
import { compilePrograms, programOrders } from './programs.ts';
import type { ProgramName, ProgramOrder } from './programs.ts';
import { installRunTree, pruneTrees } from './run-tree.ts';
import { installShellFiles } from './shell-files.ts';
import { Supervisor } from './supervisor.ts';
import { askSupervisor } from './supervisor-link.ts';
import { startUnits, usesSystemd } from './systemd.ts';
import { makeSystemAccounts } from './system-accounts.ts';

export interface UpOptions {
  demo: boolean;
  detach: boolean;
  json: boolean;
  /** Completion and man page, for where the command is put for everyone. */
  shellFiles: readonly ShellFile[];
}

const startPatienceMs = 60_000;
const hopelessRestarts = 6;

export function mustBeRoot(command: string): void {
  if (process.getuid?.() !== 0) throw new CommandError(`"${command}" needs root; run it with sudo.`, 4);
}

/** One `up` or `down` at a time. */
export async function lockPrograms(layout: Layout): Promise<FileLock> {
  await mkdir(layout.places.runDir, { recursive: true, mode: 0o755 });
  return await FileLock.take(`${layout.places.runDir}/up.lock`, () =>
    say('Another "stationmaster up" or "down" is at work; waiting for it …'),
  );
}

interface Prepared {
  config: Config;
  tree: string;
  orders: ProgramOrder[];
}

/** Everything short of starting. */
async function prepare(layout: Layout): Promise<Prepared> {
  await installPackages(neededPackages);
  if (!existsSync(`${layout.tree}/installed.json`)) await buildPages(layout.tree);
  const gateway = await makeSystemAccounts(layout.places);
  await makeFolders(layout, gateway);
  await installPamService(layout);
  const [config, tree] = await Promise.all([
    makeConfig(layout),
    installRunTree(layout),
    keepCertificate(layout, gateway, Date.now()),
    keepCriu(layout.places),
  ]);
  const orders = await programOrders(layout, tree, config);
  await compilePrograms(layout, tree, orders);
  return { config, tree, orders };
}

/** A supervisor for an installed tree; not started yet. */
async function makeSupervisor(layout: Layout, prepared: Prepared, detached: boolean): Promise<Supervisor> {
  const gateway = await makeSystemAccounts(layout.places);
  return new Supervisor({
    layout,
    tree: prepared.tree,
    orders: prepared.orders,
    detached,
    renewCertificate: async () => {
      if (await keepCertificate(layout, gateway, Date.now())) say(`${new Date().toISOString()} the certificate was made anew`);
    },
  });
}

/** Stays until a signal or `down` asks it to end. */
export async function stay(supervisor: Supervisor, onStopping: () => void): Promise<void> {
  const stop = (): void => {
    onStopping();
    supervisor.stop().catch((error: unknown) => say(`stopping failed: ${(error as Error).message}`));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  await supervisor.stopped;
  supervisor.hangUp();
}

/** The hidden command `supervise`: what `up --detach` leaves running. */
export async function supervise(layout: Layout): Promise<void> {
  const config = await readConfig(layout);
  const orders = await programOrders(layout, layout.tree, config);
  const supervisor = await makeSupervisor(layout, { config, tree: layout.tree, orders }, true);
  await supervisor.start();
  await stay(supervisor, () => undefined);
}

async function startDetached(layout: Layout, tree: string): Promise<void> {
  await using log = await open(`${layout.logDir}/supervisor.log`, 'a', 0o640);
  const child = spawn(nodeOf(tree), [`${tree}/src/cli/main.ts`, 'supervise'], {
    cwd: '/',
    env: { PATH: process.env['PATH'], LANG: process.env['LANG'], ...layout.environment },
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  const deadline = performance.now() + startPatienceMs;
  while ((await askSupervisor(layout.places, { ask: 'report' })) === null) {
    if (ended || performance.now() > deadline) {
      throw new CommandError(`the programs were not started:\n${await tail(`${layout.logDir}/supervisor.log`)}`);
    }
    await pause(20);
  }
  child.unref();
}

async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-12).join('\n');
}

/** Fulfilled when gateway and host answer. Rejects with the end of a program's log if one does not come up. */
export async function waitUntilWell(layout: Layout, gateway: GatewayClient): Promise<void> {
  const deadline = performance.now() + startPatienceMs;
  while ((await gateway.health())?.host !== true) {
    const supervised = usesSystemd(layout) ? null : await askSupervisor(layout.places, { ask: 'report' });
    const failing = supervised?.report.programs.find((program) => program.restarts >= hopelessRestarts);
    if (failing !== undefined) {
      const file = `${layout.logDir}/${failing.name}.log`;
      throw new CommandError(`the ${failing.name} does not stay up; the end of ${file}:\n${await tail(file)}`);
    }
    if (performance.now() > deadline) {
      const where = usesSystemd(layout) ? 'journalctl -u stationmaster-gateway -u stationmaster-host' : layout.logDir;
      throw new CommandError(`host and gateway do not answer; see ${where}, and: stationmaster doctor`);
    }
    await pause(20);
  }
}

type Runs = 'already' | 'started' | 'supervised-here';

interface Started {
  how: Runs;
  changed: ProgramName[];
  supervisor: Supervisor | null;
}

async function start(layout: Layout, prepared: Prepared, detach: boolean): Promise<Started> {
  const { tree, orders } = prepared;
  if (usesSystemd(layout)) {
    const before = (await GatewayClient.local(layout.places).health()) !== null;
    const changed = await startUnits(layout, tree, orders);
    return { how: before ? 'already' : 'started', changed, supervisor: null };
  }
  const there = await askSupervisor(layout.places, { ask: 'switch', orders });
  if (there !== null) return { how: 'already', changed: there.changed, supervisor: null };
  if (detach) {
    await startDetached(layout, tree);
    return { how: 'started', changed: [], supervisor: null };
  }
  const supervisor = await makeSupervisor(layout, prepared, false);
  await supervisor.start();
  return { how: 'supervised-here', changed: [], supervisor };
}

/** Starts what is installed, in the background, for a command that needs the programs for a moment. */
export async function startForAWhile(layout: Layout): Promise<void> {
  const tree = currentTree(layout);
  if (!existsSync(tree)) throw new CommandError('Stationmaster is not installed on this computer.', 3);
  if ((await askSupervisor(layout.places, { ask: 'report' })) === null) {
    await makeFolders(layout, await makeSystemAccounts(layout.places));
    await startDetached(layout, tree);
  }
  await waitUntilWell(layout, GatewayClient.local(layout.places));
}

function describeDemo(accounts: readonly DemoAccount[]): string {
  const levelText = { administrator: 'Administrator', dashboard: 'Dashboard user', standard: 'Standard user' } as const;
  const rows = accounts.map(({ name, password, level }) => [name, password, levelText[level]]);
  return [
    table(['User name', 'Password', 'Level'], rows),
    '',
    'These passwords are shown this once; another "up --demo" makes new ones. While the demo is on, every browser becomes a station',
    'by itself and the privacy notice is off. "stationmaster down --demo" removes accounts, files and sessions and sets both back.',
  ].join('\n');
}

export async function describeAddresses(config: Config, gateway: GatewayClient): Promise<string> {
  const urls = localUrls(config);
  const lines = [`Station    ${urls.station}`, `Manager    ${urls.manager}`, `Dashboard  ${urls.dashboard}`];
  lines.push(`From other devices: ${outsideOrigins(config).join('  ')}`);
  if ((await gateway.call('setupState')).needed) {
    const { code } = await gateway.call('setupCode');
    const [name] = outsideOrigins(config);
    lines.push('', 'There is no administrator yet. Open this once, within the hour, to become it:');
    lines.push(`  ${urls.manager}#setup=${code}`, `  ${name}/manager#setup=${code}`);
  }
  return lines.join('\n');
}

export async function up(layout: Layout, options: UpOptions): Promise<void> {
  mustBeRoot('up');
  let prepared: Prepared;
  let started: Started;
  {
    await using _lock = await lockPrograms(layout);
    prepared = await prepare(layout);
    if (layout.commandLink !== null) await installShellFiles('', options.shellFiles);
    started = await start(layout, prepared, options.detach);
    const gateway = GatewayClient.local(layout.places);
    try {
      await waitUntilWell(layout, gateway);
      let accounts: DemoAccount[] = [];
      if (options.demo) {
        accounts = await makeDemoAccounts(layout);
        await setDemoSettings(layout, gateway);
      } else if (await demoIsThere(layout)) {
        say('The demo accounts of an earlier "up --demo" are still there; "stationmaster down --demo" removes them.');
      }
      if (started.how === 'already') {
        const what = started.changed.length === 0 ? 'nothing was changed' : `restarted anew: ${started.changed.join(', ')}`;
        say(`Stationmaster runs already; ${what}.`);
      }
      if (options.json) {
        answerJson({ urls: localUrls(prepared.config), accounts });
      } else {
        if (accounts.length > 0) answer(`${describeDemo(accounts)}\n`);
        answer(await describeAddresses(prepared.config, gateway));
      }
      await pruneTrees(layout);
    } catch (error) {
      await started.supervisor?.stop();
      throw error;
    }
  }
  if (started.supervisor === null) {
    if (started.how === 'started' && !options.json) say('It runs in the background: stationmaster status, stationmaster down.');
    return;
  }
  say(
    'Ctrl+C stops host and gateway; sessions go on running and are found again at the next "up". (--detach: in the background.)',
  );
  await stay(started.supervisor, () => say('\nStopping; sessions go on running …'));
}
