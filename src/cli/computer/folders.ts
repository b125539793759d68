// The folders of the programs, with the owners and modes that keep people out of each other's things.
import { chmod, chown, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Layout } from './layout.ts';
import type { FileOwner } from './whole-file.ts';

/** Makes what is missing and puts owners and modes right. `root` is somebody else with `up --fake` only. */
export async function makeFolders(layout: Layout, gateway: FileOwner, root: FileOwner = { uid: 0, gid: 0 }): Promise<void> {
  const { places } = layout;
  const folders: [string, number, FileOwner][] = [
    [places.stateDir, 0o755, root],
    [places.runDir, 0o755, root],
    [dirname(places.configFile), 0o755, root],
    [places.certificateDir, 0o755, root],
    [places.gatewayStateDir, 0o700, gateway],
    [places.gatewayRunDir, 0o700, gateway],
    [places.sessionsRunDir, 0o711, root],
    [places.sessionsStateDir, 0o711, root],
    [layout.programsDir, 0o755, root],
    [layout.logDir, 0o750, root],
  ];
  for (const [folder, mode, owner] of folders) {
    await mkdir(folder, { recursive: true });
    await chown(folder, owner.uid, owner.gid);
    await chmod(folder, mode);
  }
}
