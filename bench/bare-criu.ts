// CRIU by itself, on the same desktops and with the same arguments as the host uses: what saving is compared with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, open, readFile, readdir, stat } from 'node:fs/promises';
import { Criu } from '#host/hibernation/criu.ts';
import { unpackImage } from '#host/hibernation/image-file.ts';
import { letRunOn } from '#host/hibernation/saving.ts';
import { sessionMounts } from '#host/hibernation/session-mount-table.ts';
import type { Manifest } from '#host/hibernation/saved-desktops.ts';
import { kill } from '#host/processes.ts';
import type { ProcessMark } from '#host/processes.ts';
import { Folders, removeFolders } from '#host/session-folders.ts';
import type { TestAccount } from '#host/test-room.ts';
import type { Places } from '#contract/places.ts';

const killPatienceMs = 10_000;

/** In a mount namespace of its own; says when CRIU is about to begin. */
const restoreScript = 'mount --bind / "$1"; shift; echo; exec "$@" >/dev/null';

async function bytesIn(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(`${folder}/${name}`)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function syncAll(folder: string): Promise<void> {
  for (const name of [...(await readdir(folder)), '.']) {
    await using file = await open(`${folder}/${name}`, 'r');
    await file.sync();
  }
}

export class BareCriu {
  readonly #criu: Criu;
  readonly #places: Places;

  private constructor(criu: Criu, places: Places) {
    this.#criu = criu;
    this.#places = places;
  }

  static async find(places: Places): Promise<BareCriu> {
    const { criu } = await Criu.find(places);
    if (criu === null) throw new Error('CRIU does not work here.');
    return new BareCriu(criu, places);
  }

  get version(): string {
    return this.#criu.version;
  }

  get #folder(): string {
    return `${this.#places.stateDir}/bare`;
  }

  /** Writes a running desktop, which runs on afterwards. `safeMs`: until it is on the disk. */
  async dump(init: ProcessMark, person: TestAccount): Promise<{ plainMs: number; safeMs: number; bytes: number }> {
    const folder = this.#folder;
    await removeFolders(folder);
    await mkdir(folder, { mode: 0o700 });
    await chown(folder, person.uid, person.gid);
    const mounts = sessionMounts(init.pid)
      .filter(({ external }) => external)
      .map(({ place }) => place);
    const started = performance.now();
    await this.#criu.dump({ init, folder, mounts, person, started: () => Promise.resolve() });
    const plainMs = performance.now() - started;
    letRunOn(init);
    await syncAll(folder);
    const safeMs = performance.now() - started;
    const bytes = await bytesIn(folder);
    await removeFolders(folder);
    return { plainMs, safeMs, bytes };
  }

  /** The files that CRIU wrote of a saved session, for `restore`. */
  async unpack({ session, contents }: Manifest): Promise<void> {
    await removeFolders(this.#folder);
    await unpackImage(`${this.#places.hibernatedDir}/${session.id}/image`, contents, null, this.#folder);
    await syncAll(this.#folder);
  }

  /** Makes it run again from what `unpack` wrote, and ends it at once: the session stays saved. Gives the milliseconds of CRIU. */
  async restore({ session, mounts }: Manifest): Promise<number> {
    const folders = new Folders(this.#places, session.id);
    const pidFile = `${folders.run}/restored`;
    await mkdir(`${folders.run}/pixels`, { recursive: true });
    await mkdir(`${folders.run}/runtime`);
    try {
      const command = this.#criu
        .restoreCommand({
          folder: this.#folder,
          pidFile,
          root: `${folders.state}/root`,
          mounts: mounts.map((place) => ({ place, from: place === '/tmp' ? `${folders.state}/tmp` : place })),
        })
        // Nobody here could wait for it.
        .filter((word) => word !== '--restore-sibling');
      const own = ['--mount', '--propagation', 'private', '--'];
      const child = spawn('unshare', [...own, 'sh', '-ec', restoreScript, 'sh', `${folders.state}/root`, ...command], {
        cwd: '/',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const ended = once(child, 'exit') as Promise<[number | null]>;
      await once(child.stdout, 'data');
      const started = performance.now();
      const [code] = await ended;
      const tookMs = performance.now() - started;
      if (code !== 0) throw new Error(`criu: ${(await readFile(`${this.#folder}/restore.log`, 'utf8')).slice(-1000)}`);
      const pid = Number(await readFile(pidFile, 'utf8'));
      const startTicks = Number((await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')[19]);
      if (!(await kill({ pid, startTicks }, killPatienceMs))) throw new Error('what CRIU restored cannot be ended');
      return tookMs;
    } finally {
      await removeFolders(folders.run, this.#folder);
    }
  }
}
