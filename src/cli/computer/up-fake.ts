// `up --fake`: the product for people who work on it, without root: people and desktops in memory, everything below .cache/fake.
import { chmod } from 'node:fs/promises';
import { CommandError } from '../exit-code.ts';
import { GatewayClient } from '../room/gateway-client.ts';
import { answer, say } from '../voice.ts';
import { keepCertificate } from './certificate.ts';
import { makeConfig } from './config-file.ts';
import { makeFolders } from './folders.ts';
import { layoutFrom, nodeOf } from './layout.ts';
import { buildPages } from './pages.ts';
import type { ProgramName, ProgramOrder } from './programs.ts';
import { Supervisor } from './supervisor.ts';
import { askSupervisor } from './supervisor-link.ts';
import { describeAddresses, stay, waitUntilWell } from './up.ts';

/** What a unix socket's path may be long, in bytes. */
const longestSocketPath = 107;

export async function upFake(tree: string): Promise<void> {
  const folder = `${tree}/.cache/fake`;
  const layout = layoutFrom({
    STATIONMASTER_STATE: `${folder}/state`,
    STATIONMASTER_RUN: `${folder}/run`,
    STATIONMASTER_CONFIG: `${folder}/config.toml`,
  });
  if (Buffer.byteLength(layout.places.gatewaySocket) > longestSocketPath) {
    throw new CommandError(`the path of this clone is too long for unix sockets: ${layout.places.gatewaySocket}`);
  }
  if ((await askSupervisor(layout.places, { ask: 'report' })) !== null) {
    throw new CommandError('the fake product runs already in another terminal; Ctrl+C there stops it');
  }
  await buildPages(tree);
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  await makeFolders(layout, self, self);
  await chmod(folder, 0o700);
  const config = await makeConfig(layout);
  await keepCertificate(layout, self, Date.now());
  const order = (name: ProgramName, args: readonly string[]): ProgramOrder => ({
    name,
    command: nodeOf(tree),
    args: [`${tree}/src/${name}/main.ts`, ...args],
    cwd: tree,
    environment: { PATH: process.env['PATH'] ?? '', LANG: process.env['LANG'] ?? 'C.UTF-8', ...layout.environment },
    digest: '',
  });
  const orders = [order('host', ['--fake']), order('gateway', [])];
  const supervisor = new Supervisor({ layout, tree, orders, detached: false, renewCertificate: async () => undefined });
  await supervisor.start();
  try {
    const gateway = GatewayClient.local(layout.places);
    await waitUntilWell(layout, gateway);
    await gateway.call('changeSettings', { body: { enrolment: 'open' } });
    answer(await describeAddresses(config, gateway));
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  say('People: admin, teacher, anna, ben, carla; the password of each is the name. Ctrl+C stops it.');
  await stay(supervisor, () => undefined);
}
