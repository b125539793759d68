// For tests, as a process of its own: runs one command after the other as they come, as main.ts does, and answers with what each printed
// on standard output. Starting Node anew for each of many takes many times as long.
import { layoutFrom } from '../../src/cli/computer/layout.ts';
import { CommandError } from '../../src/cli/exit-code.ts';
import { makeProgram } from '../../src/cli/program.ts';

const layout = layoutFrom(process.env);

async function run(args: string[]): Promise<{ code: number; stdout: string; fault: string }> {
  let stdout = '';
  let fault = '';
  process.exitCode = 0;
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array, ...rest: unknown[]): boolean => {
    stdout += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  };
  try {
    await makeProgram(layout, '0').parseAsync(args, { from: 'user' });
  } catch (error) {
    fault = (error as Error).message;
    process.exitCode = error instanceof CommandError ? error.exitCode : 1;
  } finally {
    process.stdout.write = write;
  }
  return { code: process.exitCode, stdout, fault };
}

process.on('message', (args: string[]) => {
  void run(args).then((result) => process.send?.(result));
});
