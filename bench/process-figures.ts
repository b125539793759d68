// What processes use: processor time and memory, from /proc.
import { readFileSync, readdirSync } from 'node:fs';

export function parentOf(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold anything.
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** A process and everything below it that lives now. */
export function processTree(pid: number): number[] {
  const children = new Map<number | null, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [pid];
  for (const member of tree) tree.push(...(children.get(member) ?? []));
  return tree;
}

/** Processor seconds, to the nanosecond, that one process has used so far in the threads that it has now. */
export function cpuSecondsOfProcess(pid: number): number {
  let nanoseconds = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    }
  } catch {
    // It ended meanwhile.
  }
  return nanoseconds / 1e9;
}

/** The same for a process and everything below it that lives now. */
export function cpuSecondsOf(pid: number): number {
  return processTree(pid).reduce((sum, member) => sum + cpuSecondsOfProcess(member), 0);
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
