// When a process counts as ended.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { eventually } from '../../test/e2e/eventually.ts';
import { isRunning, kill } from './processes.ts';
import type { ProcessMark } from './processes.ts';

const patienceMs = 20_000;

function fieldsOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Its first thread ends by itself, the others stay. */
const headless = `const koffi = await import('koffi');
const exit = { x64: 60, arm64: 93 }[process.arch];
koffi.default.load(null).func('long syscall(long number, long code)')(exit, 0);`;

test('a process whose first thread has ended runs until its last has', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', headless], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const pid = child.pid ?? 0;
  const mark: ProcessMark = { pid, startTicks: Number(fieldsOf(pid)[19]) };
  try {
    await eventually('its first thread has ended', patienceMs, async () => (fieldsOf(pid)[0] === 'Z' ? true : undefined));
    assert.ok(isRunning(mark));
    assert.ok(!isRunning({ ...mark, startTicks: mark.startTicks + 1 }), 'another with the same number is not it');
  } finally {
    assert.ok(await kill(mark, patienceMs));
  }
  await ended;
  assert.ok(!isRunning(mark));
});
