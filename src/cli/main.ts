// The command: reads what was typed, and ends with a code that says how it went.
import { readFile } from 'node:fs/promises';
import { CommanderError } from 'commander';
import { CommandError, exitCode } from './exit-code.ts';
import { layoutFrom } from './computer/layout.ts';
import { meantBy } from './other-words.ts';
import { makeProgram } from './program.ts';
import { say } from './voice.ts';

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCode.done : exitCode.failed);
});

const layout = layoutFrom(process.env);
const about = JSON.parse(await readFile(`${layout.tree}/package.json`, 'utf8')) as { version: string };
const program = makeProgram(layout, about.version);

try {
  await program.parseAsync(meantBy(process.argv.slice(2)), { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
  } else if (error instanceof CommandError) {
    say(`stationmaster: ${error.message}`);
    process.exitCode = error.exitCode;
  } else {
    say(`stationmaster: ${(error as Error).message}`);
    if (process.env['STATIONMASTER_TRACE'] !== undefined) say((error as Error).stack ?? '');
    process.exitCode = exitCode.failed;
  }
}
