// How host and gateway are started: one order each, with a digest of everything whose change asks for a restart.
import { createHash } from 'node:crypto';
import type { Config } from '#contract/config.ts';
import { compileCacheDir, nodeOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { treeVersion } from './run-tree.ts';

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
    const args = ['--pdeathsig=TERM', ...rights, '--', node, `${tree}/src/${name}/main.ts`];
    const digest = createHash('sha256')
      .update(JSON.stringify([part, version.packages, rights, environment, config]))
      .digest('hex');
    const own = { ...environment, NODE_COMPILE_CACHE: compileCacheDir(layout.places, name) };
    return { name, command: 'setpriv', args, cwd: tree, environment: own, digest };
  };
  return [order('host', version.host, []), order('gateway', version.gateway, asGatewayUser(layout.places.gatewayUser, config))];
}
