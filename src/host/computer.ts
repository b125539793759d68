// What the Manager shows of this computer.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem, hostname, loadavg, totalmem, uptime } from 'node:os';
import { z } from 'zod';
import type { Computer } from '#contract/values.ts';

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

export async function describeComputer(): Promise<Computer> {
  return {
    name: hostname(),
    reachable: true,
    version: programVersion,
    system: await systemName(),
    startedAt: await bootTime(),
    cores: availableParallelism(),
    load: loadavg()[0] ?? 0,
    memoryTotal: totalmem(),
    memoryAvailable: freemem(),
  };
}
