// `help`, `completion`, and the hidden word that the shells ask at each Tab.
import { once } from 'node:events';
import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Layout } from '../computer/layout.ts';
import { CommandError, exitCode, exitCodeHelp } from '../exit-code.ts';
import { answer } from '../voice.ts';
import { commandList, commandTable } from './command-table.ts';
import { complete, completionLines, completionScripts, shells } from './completion.ts';
import type { Shell } from './completion.ts';
import { manualPage, variables } from './manual-page.ts';

/** Topics that are no command. */
const topics: Readonly<Record<string, () => string>> = {
  'exit-codes': () => exitCodeHelp.trim(),
  environment: () => variables.map(([name, text]) => `${name.padEnd(22)}  ${text}`).join('\n'),
};

/** Texts for the shell and man(1), made from what the command knows; `up` puts them in their places. */
export interface ShellFile {
  path: string;
  text: string;
}

export function shellFiles(program: Command, version: string): ShellFile[] {
  return [
    { path: '/usr/local/share/man/man1/stationmaster.1', text: manualPage(commandTable(program), version) },
    { path: '/usr/local/share/bash-completion/completions/stationmaster', text: completionScripts.bash },
    { path: '/usr/local/share/zsh/site-functions/_stationmaster', text: completionScripts.zsh },
    // The one place for administrators that Debian's fish looks into.
    { path: '/etc/fish/completions/stationmaster.fish', text: completionScripts.fish },
  ];
}

export function addShellCommands(program: Command, layout: Layout, version: string): void {
  program.helpCommand(false);
  program
    .command('help')
    .argument('[topic...]', `a command, or one of: ${Object.keys(topics).join(', ')}`)
    .description('what a command does, or about a topic')
    .option('--list', 'every command in a line')
    .option('--man', 'the man page')
    .action((topic: string[], options: { list?: true; man?: true }) => {
      if (options.list) answer(commandList(commandTable(program)));
      else if (options.man) process.stdout.write(manualPage(commandTable(program), version));
      else answer(helpText(program, topic));
    });
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(shells))
    .description('completion for a shell, to be loaded by it; "up" installs it')
    .action((shell: Shell) => {
      process.stdout.write(completionScripts[shell]);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]', 'what was typed, the word under the cursor last')
    .action(async (words: string[]) => {
      const { candidates, names, files } = complete(commandTable(program), words);
      const named = names === null ? [] : await (await import('./room-names.ts')).roomNames(names, layout.places);
      const text = completionLines([...candidates, ...named], files);
      if (text !== '' && !process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
      // A gateway that has not answered in time holds nobody up.
      process.exit(exitCode.done);
    });
}

function helpText(program: Command, topic: readonly string[]): string {
  const [first, ...more] = topic;
  const about = first !== undefined && more.length === 0 && Object.hasOwn(topics, first) ? topics[first] : undefined;
  if (about !== undefined) return about();
  let command = program;
  for (const word of topic) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) {
      throw new CommandError(`there is no help on "${topic.join(' ')}"; see: stationmaster help --list`, exitCode.usage);
    }
    command = next;
  }
  const text = command.helpInformation().trimEnd();
  return command === program ? `${text}\n${exitCodeHelp}` : text;
}
