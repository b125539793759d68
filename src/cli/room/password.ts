// Reads a new password: typed twice at the terminal without being shown, or the first line of standard input.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandError, exitCode } from '../exit-code.ts';

/** A line of standard input; null if it ends before one came. */
async function readLine(hidden: boolean): Promise<string | null> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: hidden });
  const line = Promise.withResolvers<string | null>();
  reader.once('line', line.resolve);
  reader.once('close', () => line.resolve(null));
  reader.once('SIGINT', () => reader.close());
  try {
    return await line.promise;
  } finally {
    reader.close();
  }
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const line = await readLine(true);
  process.stderr.write('\n');
  if (line === null) throw new CommandError('no password was given', exitCode.usage);
  return line;
}

export async function readNewPassword(): Promise<string> {
  if (!process.stdin.isTTY) {
    const line = await readLine(false);
    if (line === null || line === '')
      throw new CommandError('a password is read from standard input, and there was none', exitCode.usage);
    return line;
  }
  const password = await ask('New password: ');
  if (password !== (await ask('Once more: '))) throw new CommandError('the two passwords are not the same', exitCode.usage);
  return password;
}
