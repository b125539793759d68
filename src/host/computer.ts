// What the Manager shows of this computer.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, hostname, loadavg, uptime } from 'node:os';
import { z } from 'zod';
import type { Computer, Hibernation, SessionLimitsFault, Unavailable } from '#contract/values.ts';
import type { ConsoleMode } from './console-mode.ts';
import { readDisks } from './disks.ts';
import type { DiskFolders } from './disks.ts';
import type { HostSettings } from './host-settings.ts';
import type { Leaving } from './leaving.ts';
import { readMemory } from './memory.ts';
import { Processor } from './processor.ts';

const packageFile = new URL('../../package.json', import.meta.url);

/** The version of this program. */
export const programVersion = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8'))).version;

/** As the computer calls its system: `Debian GNU/Linux 12 (bookworm)`. */
async function systemName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? 'Linux';
}

/** When the computer was started, in milliseconds since 1970. */
async function bootTime(): Promise<number> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => '');
  const seconds = /^btime (\d+)$/m.exec(text)?.[1];
  return seconds === undefined ? Math.round(Date.now() - uptime() * 1000) : Number(seconds) * 1000;
}

interface ComputerParts {
  hibernation: { describe(): Promise<Hibernation>; onChange(listener: () => void): () => void };
  sessionLimits: { readonly fault: SessionLimitsFault | null };
  unavailable: { describe(): Promise<Unavailable> };
  leaving: Leaving;
  settings: HostSettings;
  mode: ConsoleMode;
  /** Whose file systems are looked at. */
  diskFolders: DiskFolders;
}

/** This computer as it is shown, and what tells when that changes: it is about to leave or no longer, or can save sessions now. */
export class ThisComputer {
  readonly leaving: Leaving;
  readonly settings: HostSettings;
  readonly mode: ConsoleMode;
  readonly #hibernation: ComputerParts['hibernation'];
  readonly #sessionLimits: ComputerParts['sessionLimits'];
  readonly #unavailable: ComputerParts['unavailable'];
  readonly #diskFolders: DiskFolders;
  readonly #processor = new Processor();

  constructor({ hibernation, sessionLimits, unavailable, leaving, settings, mode, diskFolders }: ComputerParts) {
    this.leaving = leaving;
    this.settings = settings;
    this.mode = mode;
    this.#hibernation = hibernation;
    this.#sessionLimits = sessionLimits;
    this.#unavailable = unavailable;
    this.#diskFolders = diskFolders;
  }

  async describe(): Promise<Computer> {
    const [system, startedAt, hibernation, disks, unavailable, processorBusy] = await Promise.all([
      systemName(),
      bootTime(),
      this.#hibernation.describe(),
      readDisks(this.#diskFolders),
      this.#unavailable.describe(),
      this.#processor.busy(),
    ]);
    const memory = readMemory();
    return {
      name: hostname(),
      reachable: true,
      version: programVersion,
      system,
      startedAt,
      cores: availableParallelism(),
      load: loadavg()[0] ?? 0,
      processorBusy,
      memoryTotal: memory.totalBytes,
      memoryAvailable: memory.availableBytes,
      disks,
      hibernation,
      sessionLimitsFault: this.#sessionLimits.fault,
      unavailable,
      leaving: this.leaving.describe(),
      lastLeave: this.leaving.lastLeave,
      leaveFault: this.leaving.fault,
      mode: this.mode.mode,
    };
  }

  /** Calls `listener` after every change that is not only load or memory. Returns what takes it back. */
  on(listener: () => void): () => void {
    const stops = [this.leaving.on(listener), this.mode.onChange(listener), this.#hibernation.onChange(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  }
}
