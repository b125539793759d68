// The processes of a session, found from its init outwards: those in namespaces of their own (browsers) are among them.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { ProcessMark } from '../processes.ts';

export interface SessionProcess extends ProcessMark {
  parent: number;
  /** As the kernel calls it, 15 bytes at most. */
  name: string;
  /** One letter, as in /proc/PID/stat: `T` is stopped. */
  state: string;
  /** The program's file; null for what the kernel does not tell. */
  program: string | null;
  args: readonly string[];
}

interface Stat extends ProcessMark {
  parent: number;
  name: string;
  state: string;
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    const fields = text.slice(end + 2).split(' ');
    return {
      pid,
      name: text.slice(text.indexOf('(') + 1, end),
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      startTicks: Number(fields[19]),
    };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

/** The target of a link in /proc, null if it is gone or not to be seen. */
export function linkIn(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** A small file in /proc as text; empty if it is gone. */
export function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The init and all that descend from it, parents before their children. Empty if it is gone. */
export function processesOf(init: ProcessMark): SessionProcess[] {
  const children = new Map<number, Stat[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = statOf(pid);
    if (stat === null) continue;
    const siblings = children.get(stat.parent);
    if (siblings === undefined) children.set(stat.parent, [stat]);
    else siblings.push(stat);
  }
  const first = statOf(init.pid);
  if (first === null || first.startTicks !== init.startTicks) return [];
  const found: SessionProcess[] = [];
  for (let generation = [first]; generation.length > 0; generation = generation.flatMap(({ pid }) => children.get(pid) ?? [])) {
    for (const stat of generation) {
      const program = linkIn(`/proc/${stat.pid}/exe`)?.replace(/ \(deleted\)$/, '') ?? null;
      const args = textIn(`/proc/${stat.pid}/cmdline`).split('\0').slice(0, -1);
      found.push({ ...stat, program, args });
    }
  }
  return found;
}
