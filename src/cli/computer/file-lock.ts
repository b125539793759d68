// A lock that one process holds at a time, gone with the process whatever happens to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

export class FileLock implements AsyncDisposable {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Waits for the lock on `path` (made if missing). `onWait` is called once if somebody else holds it. */
  static async take(path: string, onWait: () => void): Promise<FileLock> {
    const file = await open(path, 'a', 0o600);
    // flock(1) locks the open file that it shares with this process, so the lock stays when it ends.
    const lock = async (...options: string[]): Promise<number> => {
      const child = spawn('flock', ['--exclusive', ...options, '3'], { stdio: ['ignore', 'ignore', 'inherit', file.fd] });
      const [code] = (await once(child, 'close')) as [number | null];
      return code ?? 1;
    };
    try {
      if ((await lock('--nonblock')) !== 0) {
        onWait();
        if ((await lock()) !== 0) throw new Error(`${path} could not be locked`);
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    return new FileLock(file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
