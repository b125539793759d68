// For tests of `up` and `down`: places of their own for the whole command, without anything made in them beforehand.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { layoutFrom } from '../../src/cli/computer/layout.ts';
import type { Layout } from '../../src/cli/computer/layout.ts';
import { askSupervisor } from '../../src/cli/computer/supervisor-link.ts';

export class OwnPlaces implements AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly layout: Layout;

  constructor() {
    const name = `stationmaster-test-${randomBytes(4).toString('hex')}`;
    this.environment = {
      STATIONMASTER_STATE: `/var/lib/${name}`,
      STATIONMASTER_RUN: `/run/${name}`,
      STATIONMASTER_CONFIG: `/etc/${name}/config.toml`,
      STATIONMASTER_PAM_SERVICE: name,
    };
    this.layout = layoutFrom(this.environment);
  }

  /** Stops what still runs and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { places } = this.layout;
    await askSupervisor(places, { ask: 'stop' });
    await rm(`/etc/pam.d/${places.pamService}`, { force: true });
    for (const folder of [places.stateDir, places.runDir, dirname(places.configFile)]) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
