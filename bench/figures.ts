// Figures of a measurement: percentiles, tables, and where they go.
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

export interface Spread {
  count: number;
  min: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => rounded(sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN);
  return { count: sorted.length, min: at(0), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Three digits that mean something. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

export interface Goal {
  what: string;
  goal: string;
  measured: string;
  reached: boolean;
}

const loadBefore = rounded(loadavg()[0] ?? 0);

export interface Result {
  name: string;
  at: string;
  machine: string;
  /** Of the last minute, at the beginning and at the end: others may have worked on the same machine. */
  load: { before: number; after: number };
  versions: Record<string, string>;
  /** The raw figures. */
  figures: unknown;
  goals: Goal[];
}

export interface Table {
  title: string;
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}

export function markdown(table: Table): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.map(String).join(' | ')} |`;
  return [`**${table.title}**`, '', line(table.head), line(table.head.map(() => '---')), ...table.rows.map(line), ''].join('\n');
}

export function goalTable(goals: readonly Goal[]): Table {
  return {
    title: 'Goals',
    head: ['what', 'goal', 'measured', 'reached'],
    rows: goals.map(({ what, goal, measured, reached }) => [what, goal, measured, reached ? 'yes' : 'no']),
  };
}

/** `--json`: the result as one object on standard output (tables go to standard error); `--save`: into bench/results too; `--quick`: few samples; `--part`: only what it names; `--rounds`: how often, where that is asked. */
export const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    part: { type: 'string', default: '' },
    rounds: { type: 'string', default: '50' },
  },
});

export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints what was measured, in the ways that were asked for. */
export async function publish(name: string, figures: unknown, tables: readonly Table[], goals: readonly Goal[]): Promise<void> {
  const text = [...tables, goalTable(goals)].map(markdown).join('\n');
  if (options.json) process.stderr.write(`${text}\n`);
  else process.stdout.write(`${text}\n`);
  const result: Result = {
    name,
    at: new Date().toISOString(),
    machine: `${availableParallelism()}-core virtual machine, Debian 12`,
    load: { before: loadBefore, after: rounded(loadavg()[0] ?? 0) },
    versions: {
      node: process.version,
      xvnc: versionOf('Xvnc', '-version'),
      websockify: versionOf('dpkg-query', '-W', 'websockify'),
    },
    figures,
    goals: [...goals],
  };
  const json = `${JSON.stringify(result, undefined, 2)}\n`;
  if (options.json) process.stdout.write(json);
  if (!options.save) return;
  const folder = new URL('results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.json`, folder), json);
}

function versionOf(program: string, ...args: string[]): string {
  // Xvnc says its version on standard error.
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
}
