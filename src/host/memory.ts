// How much memory the computer has, and how much of it programs could still get.
import { readFileSync } from 'node:fs';

export interface Memory {
  totalBytes: number;
  availableBytes: number;
}

function kibibytes(text: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`/proc/meminfo says nothing of ${name}`);
  return Number(found);
}

export function readMemory(): Memory {
  const text = readFileSync('/proc/meminfo', 'utf8');
  return { totalBytes: kibibytes(text, 'MemTotal') * 1024, availableBytes: kibibytes(text, 'MemAvailable') * 1024 };
}
