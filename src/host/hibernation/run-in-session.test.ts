// Asking within a session: what is said, and that nobody in there can keep the host waiting. The session is this very process. Needs root.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ProcessMark } from '../processes.ts';
import { askInSession } from './run-in-session.ts';

function ownMark(): ProcessMark {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  return { pid: process.pid, startTicks: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) };
}

const ask = (script: string, limitMs = 10_000, word = 'word'): Promise<string> =>
  askInSession(ownMark(), { name: 'root', gid: 0 }, { script, words: [word], limitMs });

/** Ends the process whose number the script has written first. */
function end(printed: string): void {
  const pid = Number(/^\d+/.exec(printed)?.[0]);
  assert.ok(pid > 1, printed);
  process.kill(pid, 'SIGKILL');
}

describe('asking within a session', () => {
  it('gives what is said, to the last of it', async () => {
    assert.equal(await ask('echo "$1"; echo all'), 'word\nall\n');
    assert.equal((await ask('head -c 200000 /dev/zero')).length, 200_000);
  });

  it('does not wait for what holds the output open after the script is over', { timeout: 20_000 }, async () => {
    end(await ask('sleep 1000 & echo $!'));
  });

  it('is over in time though something that was started holds the output open, and when too much is said', {
    timeout: 20_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stationmaster-ask-'));
    const started = join(folder, 'started');
    await assert.rejects(ask('sleep 1000 & echo $! >"$1"; wait', 1_000, started), /SIGKILL/);
    end(readFileSync(started, 'utf8'));
    rmSync(folder, { recursive: true });
    await assert.rejects(ask('head -c 1000000 /dev/zero'), /SIGKILL|exit code/);
  });
});
