// Sees to it that one host program works on its places, not two. The lock goes with the process, however that ends.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import type { Places } from '#contract/places.ts';

/** flock's exit code for a lock that somebody else holds. */
const taken = 1;

/** Takes the lock until it is disposed of; null if another host program has it. Throws if that cannot be found out. */
export function takeHostLock(places: Places): Disposable | null {
  mkdirSync(places.runDir, { recursive: true, mode: 0o755 });
  const file = openSync(`${places.runDir}/host.lock`, 'a', 0o600);
  // The lock belongs to the open file, which flock inherits as its file 3 and which stays open here.
  const flock = spawnSync('flock', ['--exclusive', '--nonblock', '3'], { stdio: ['ignore', 'ignore', 'ignore', file] });
  if (flock.status !== 0) closeSync(file);
  if (flock.error !== undefined) throw flock.error;
  if (flock.status === taken) return null;
  if (flock.status !== 0) throw new Error(`flock ended with ${flock.status ?? flock.signal}`);
  return { [Symbol.dispose]: () => closeSync(file) };
}
