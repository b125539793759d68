// Processes by PID *and* start time, so that a number that was given to another process is never taken for the old one.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface ProcessMark {
  pid: number;
  /** Clock ticks since the computer's start, field 22 of /proc/PID/stat. */
  startTicks: number;
}

const lookAgainMs = 10;

/** True while exactly this process runs; a zombie does not, but its threads may, when the first has ended before the others. */
export function isRunning(mark: ProcessMark): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${mark.pid}/stat`, 'utf8');
  } catch {
    return false;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ended = fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) <= 1);
  return !ended && Number(fields[19]) === mark.startTicks;
}

/** Sends the signal if exactly this process runs. */
export function signal(mark: ProcessMark, name: NodeJS.Signals): void {
  if (!isRunning(mark)) return;
  try {
    process.kill(mark.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills the process and waits for its end; false if it stands after `patienceMs`. */
export async function kill(mark: ProcessMark, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  signal(mark, 'SIGKILL');
  while (isRunning(mark)) {
    if (performance.now() > deadline) return false;
    await pause(lookAgainMs);
  }
  return true;
}
