// How host and gateway are started: one order each, with a digest of everything whose change asks for a restart.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '#contract/config.ts';
import { compileCacheDir, nodeOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { tryProgram } from './program-run.ts';
import { treeVersion } from './run-tree.ts';
import { writeWhole } from './whole-file.ts';

export type ProgramName = 'host' | 'gateway';

export interface ProgramOrder {
  name: ProgramName;
  command: string;
  args: string[];
  cwd: string;
  environment: Record<string, string>;
  /** Another one: the program has to be restarted. */
  digest: string;
}

export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Young objects in small portions: a program that waits most of the time stays 10 to 20 MB smaller. */
export const nodeOptions = ['--max-semi-space-size=1'];

/** Ports below this one need a capability. */
const firstFreePort = 1024;

/** The gateway's user, no way to become anybody else, and no capability but the one for low ports where these are set. */
export function asGatewayUser(user: string, config: Config): string[] {
  const low = [config.https_port, config.http_port].some((port) => port > 0 && port < firstFreePort);
  const kept = low ? ',+net_bind_service' : '';
  return [
    `--reuid=${user}`,
    `--regid=${user}`,
    '--init-groups',
    '--no-new-privs',
    `--bounding-set=-all${kept}`,
    `--inh-caps=-all${kept}`,
    ...(low ? ['--ambient-caps=-all,+net_bind_service'] : []),
  ];
}

/** The orders for the programs of an installed tree. */
export async function programOrders(layout: Layout, tree: string, config: Config): Promise<ProgramOrder[]> {
  const version = await treeVersion(tree);
  const environment: Record<string, string> = {
    PATH: systemPath,
    LANG: process.env['LANG'] ?? 'C.UTF-8',
    HOME: '/',
    ...layout.environment,
  };
  const node = nodeOf(tree);
  const order = (name: ProgramName, part: string, rights: readonly string[]): ProgramOrder => {
    // Without the one that looks after them they end too, and nobody has to guess what runs.
    const args = ['--pdeathsig=TERM', ...rights, '--', node, ...nodeOptions, `${tree}/src/${name}/main.ts`];
    const digest = createHash('sha256')
      .update(JSON.stringify([part, version.packages, rights, environment, config]))
      .digest('hex');
    const own = { ...environment, NODE_COMPILE_CACHE: compileCacheDir(layout.places, name) };
    return { name, command: 'setpriv', args, cwd: tree, environment: own, digest };
  };
  return [order('host', version.host, []), order('gateway', version.gateway, asGatewayUser(layout.places.gatewayUser, config))];
}

/**
 * Fills Node's compile cache of both programs, once for each installed tree: without it a program holds some 40 MB more and
 * starts a second later. Not filling it is no fault.
 */
export async function compilePrograms(layout: Layout, tree: string, orders: readonly ProgramOrder[]): Promise<void> {
  const stamp = `${layout.places.stateDir}/compiled`;
  if ((await readFile(stamp, 'utf8').catch(() => '')) === tree) return;
  await Promise.all(
    orders.map(({ command, args, cwd, environment }) => tryProgram(command, [...args, '--compile'], { cwd, environment })),
  );
  await writeWhole(stamp, tree, 0o644);
}
