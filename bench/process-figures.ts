// What processes use: processor time and memory, from /proc.
import { readFileSync, readdirSync } from 'node:fs';

interface ProcessStat {
  pid: number;
  parent: number;
  cpuSeconds: number;
  /** Of children that ended and were waited for. */
  childrenCpuSeconds: number;
}

const ticksPerSecond = 100;

function statOf(pid: number): ProcessStat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const field = (number: number): number => (fields[number - 3] ?? 0) / ticksPerSecond;
    return { pid, parent: fields[1] ?? 0, cpuSeconds: field(14) + field(15), childrenCpuSeconds: field(16) + field(17) };
  } catch {
    return null;
  }
}

/** A process and everything below it that lives now. */
export function processTree(pid: number): number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null);
  const tree = [pid];
  for (const parent of tree) for (const stat of all) if (stat.parent === parent) tree.push(stat.pid);
  return tree;
}

/** Processor seconds that a process and everything below it has used so far. */
export function cpuSecondsOf(pid: number): number {
  let sum = 0;
  for (const member of processTree(pid)) {
    const stat = statOf(member);
    if (stat !== null) sum += stat.cpuSeconds + stat.childrenCpuSeconds;
  }
  return sum;
}

function kilobytesFrom(path: string, name: string): number {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'));
    return Number(found?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Memory of one process in megabytes, shared pages divided among those who share them. */
export function pssMegabytes(pid: number): number {
  return kilobytesFrom(`/proc/${pid}/smaps_rollup`, 'Pss') / 1024;
}

/** Resident memory of one process in megabytes, shared pages counted in full. */
export function residentMegabytes(pid: number): number {
  return kilobytesFrom(`/proc/${pid}/status`, 'VmRSS') / 1024;
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
