// Every word that the command knows, and what each of them starts.
import { Argument, Command, Option } from 'commander';
import { connectionPages, connectionSystems } from '#model/connection-file.ts';
import type { ConnectionPage, ConnectionSystem } from '#model/connection-file.ts';
import { exitCodeHelp } from './exit-code.ts';
import type { Layout } from './computer/layout.ts';
import { addRoomCommands } from './room/room-commands.ts';
import { addShellCommands, shellFiles } from './shell/shell-commands.ts';
import { say } from './voice.ts';

export function makeProgram(layout: Layout, version: string): Command {
  const program = new Command('stationmaster')
    .description('One Linux computer, a room full of desktops.')
    .version(version)
    .addHelpText('after', exitCodeHelp)
    .exitOverride()
    .enablePositionalOptions();

  // What is only needed by one command is loaded by that command: starting takes a fraction of a second.
  program
    .command('up')
    .description('install what is missing, start host and gateway, say where to go')
    .option('--demo', 'also make throw-away accounts: an administrator, a teacher, three users')
    .option('--detach', 'run in the background')
    .option('--json', 'print one JSON object: urls and accounts')
    .option('--fake', 'without root: fake sign-ins and desktops that are only painted, in .cache/fake')
    .action(async (options: { demo?: true; detach?: true; json?: true; fake?: true }) => {
      const given = { demo: options.demo ?? false, detach: options.detach ?? false, json: options.json ?? false };
      if (options.fake) {
        const { upFake } = await import('./computer/up-fake.ts');
        await upFake(layout.tree);
        return;
      }
      const { up } = await import('./computer/up.ts');
      await up(layout, { ...given, shellFiles: shellFiles(program, version) });
    });

  program
    .command('down')
    .description('stop host and gateway; sessions go on running')
    .option('--demo', 'also remove the accounts of "up --demo", their files and sessions')
    .option('--sessions', 'also end all sessions')
    .option('--json', 'print what was done as one JSON object')
    .action(async (options: { demo?: true; sessions?: true; json?: true }) => {
      const { down } = await import('./computer/down.ts');
      await down(layout, { demo: options.demo ?? false, sessions: options.sessions ?? false, json: options.json ?? false });
    });

  program
    .command('status')
    .description('what runs on this computer')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { status } = await import('./computer/status.ts');
      await status(layout, options.json ?? false);
    });

  program
    .command('doctor')
    .description('what is missing or wrong on this computer, and what to do')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { doctor } = await import('./computer/doctor.ts');
      await doctor(layout, options.json ?? false);
    });

  program
    .command('connection-file')
    .addArgument(new Argument('<page>', 'what it opens').choices(connectionPages))
    .description('write a link file that opens the Manager, the Dashboard or a station')
    .addOption(new Option('--for <device>', 'kind of device; by the name of the file if left out').choices(connectionSystems))
    .option('--to <file>', 'new file, or the folder for it; "-" for standard output; this folder if left out')
    .option('--address <address>', "https address of the computer; by the computer's name if left out")
    .option('--json', 'print one JSON object: the file and what it opens')
    .action(async (page: ConnectionPage, options: { for?: ConnectionSystem; to?: string; address?: string; json?: true }) => {
      const { writeConnectionFile } = await import('./computer/connection-file.ts');
      await writeConnectionFile(layout, page, options);
    });

  program
    .command('test')
    .description('check everything: types, lint, format, dead code, all tests (from a clone)')
    .argument('[files...]', 'only these test files')
    .action(async (files: string[]) => {
      const { runTests } = await import('./computer/test-run.ts');
      await runTests(layout.tree, files);
    });

  program
    .command('supervise', { hidden: true })
    .description('look after host and gateway (what "up --detach" leaves running)')
    .action(async () => {
      const { supervise } = await import('./computer/up.ts');
      await supervise(layout);
    });

  program
    .command('certificate', { hidden: true })
    .description("renew the computer's certificate if it expires soon or lacks a name")
    .action(async () => {
      const { keepCertificate } = await import('./computer/certificate.ts');
      const { makeSystemAccounts } = await import('./computer/system-accounts.ts');
      const made = await keepCertificate(layout, await makeSystemAccounts(layout.places), Date.now());
      say(made ? 'The certificate was made anew.' : 'The certificate is good.');
    });

  program
    .command('save-before-end', { hidden: true })
    .description('save all sessions if the computer is going down (what systemd runs before it stops our programs)')
    .action(async () => {
      const { saveBeforeEnd } = await import('./computer/save-before-end.ts');
      await saveBeforeEnd(layout);
    });

  addRoomCommands(program, layout);
  addShellCommands(program, layout, version);
  return program;
}
