// What the doctor looks at to say whether sessions survive a restart of this computer.
import { readFile, statfs } from 'node:fs/promises';
import { criuState } from './criu.ts';
import type { CriuState } from './criu.ts';
import { again, fault, gigabytes, good, note, warning } from './finding.ts';
import type { Found, Look } from './finding.ts';
import { inhibitDelayMs, packagedInhibitDelayMs, unreadyUnits, usesSystemd } from './systemd.ts';

const lost = 'sessions will not survive a restart';

export function foundCriu(state: CriuState): Found {
  if (state.works)
    return good(`CRIU ${state.version}${state.brought ? ', brought along from Debian 13,' : ''} works on this kernel`);
  return warning(
    `${lost}: no CRIU works on this kernel (${state.says})`,
    `${again} (it fetches the CRIU of Debian 13 if a mirror of Debian is among the sources of packages and can be reached); ` +
      'if that one does not work either: another kernel, and in a container all capabilities (docker run --privileged)',
  );
}

/** `CAP_SYS_RESOURCE`, see capabilities(7). */
const sysResource = 1n << 24n;

/** `status`: what /proc says of a process of root's. */
export function foundRights(status: string): Found {
  // `criu check` does not notice it; see PTRACE_O_SUSPEND_SECCOMP in ptrace(2).
  if (!/^Seccomp:\s+0$/m.test(status)) {
    return warning(
      `${lost}: the system calls of programs are filtered here (seccomp), as in many containers, and CRIU saves nothing under a filter`,
      'start the container without: docker run --security-opt seccomp=unconfined; lxc.seccomp.profile = none',
    );
  }
  const effective = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((effective & sysResource) !== 0n) return good('root has the capability that saving every program needs');
  return note(
    'root lacks the capability SYS_RESOURCE here: sessions are saved with the rights of their person, and not while a program of ' +
      'another user or group, such as ssh-agent, runs in them',
  );
}

/** Of statfs(2). */
const memoryFileSystems: readonly number[] = [0x01021994, 0x858458f6];

export interface SavingSpace {
  folder: string;
  freeBytes: number;
  /** Of the whole computer: sessions have at most that. */
  memoryUsedBytes: number;
  fileSystem: number;
}

export function foundSpace({ folder, freeBytes, memoryUsedBytes, fileSystem }: SavingSpace): Found {
  if (memoryFileSystems.includes(fileSystem)) {
    return warning(`${lost}: ${folder}, where they are saved, lies in memory`, 'let it lie on a disk');
  }
  const says = `${gigabytes(freeBytes)} are free for saved sessions, ${gigabytes(memoryUsedBytes)} of memory are in use`;
  return freeBytes < memoryUsedBytes ? warning(`${says}: not all may find room`, `make room in ${folder}`) : good(says);
}

/** `neededMs`: what our own setting of logind's gives. */
export function foundDelay(delayMs: number, neededMs: number): Found {
  const says = `before a restart logind waits up to ${Math.round(delayMs / 1_000)} s for sessions to be saved`;
  if (delayMs >= neededMs) return good(says);
  return warning(
    says,
    `${again}; if it stays so, another file in /etc/systemd/logind.conf.d sets InhibitDelayMaxSec: take it out there`,
  );
}

async function memoryUsedBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return (kilobytes('MemTotal') - kilobytes('MemAvailable')) * 1024;
}

export const savingLooks: Readonly<Record<string, Look>> = {
  criu: async ({ places }) => foundCriu(await criuState(places)),
  'saving-rights': async () => foundRights(await readFile('/proc/self/status', 'utf8')),
  'saving-space': async ({ places }) => {
    const folder = places.sessionsStateDir;
    const found = await statfs(folder).catch(() => null);
    if (found === null) return fault(`${folder} is missing`, again);
    const freeBytes = found.bavail * found.bsize;
    return foundSpace({ folder, freeBytes, memoryUsedBytes: await memoryUsedBytes(), fileSystem: found.type });
  },
  'saving-time': async (layout) => {
    if (!usesSystemd(layout)) {
      return note(
        'systemd does not look after Stationmaster here: sessions are saved before a restart that Stationmaster is asked for, in ' +
          'the Manager or by its command, and before no other',
      );
    }
    const delayMs = await inhibitDelayMs();
    if (delayMs !== null) return foundDelay(delayMs, await packagedInhibitDelayMs(layout));
    return note('logind does not run; sessions are saved when systemd stops the programs');
  },
  units: async (layout) => {
    if (!usesSystemd(layout)) return note('systemd does not look after Stationmaster here');
    const unready = await unreadyUnits();
    return unready.length === 0 ? good('the units start with the computer') : fault(unready.join(', '), again);
  },
};
