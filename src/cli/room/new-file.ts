// A file that a command writes what it was asked for into: only for who ran it, and never over one that is there.
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandError, exitCode } from '../exit-code.ts';

export async function writeNewFile(path: string, content: Readable): Promise<void> {
  try {
    await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new CommandError(`${path} is there already`, exitCode.failed);
    throw new CommandError(`${path} is not complete: ${message}`, exitCode.failed);
  }
}
