// The one table of what can be typed: commands, arguments and options, as commander knows them. Help, completion and the man page
// are made from it.
import type { Argument, Command, Option } from 'commander';

export interface TableOption {
  /** Such as `-V, --version` or `--computer <name>`. */
  flags: string;
  long: string;
  description: string;
  takesValue: boolean;
  /** May be given more than one value, one after the other. */
  variadic: boolean;
  choices: readonly string[];
}

export interface TableArgument {
  name: string;
  description: string;
  required: boolean;
  variadic: boolean;
  choices: readonly string[];
}

export interface TableCommand {
  /** Empty for the command as a whole. */
  words: readonly string[];
  description: string;
  arguments: readonly TableArgument[];
  options: readonly TableOption[];
  /** The words that may follow. */
  below: readonly string[];
  /** False for a word that only begins others. */
  doesSomething: boolean;
}

const optionOf = (option: Option): TableOption => ({
  flags: option.flags,
  long: option.long ?? option.short ?? option.flags,
  description: option.description,
  takesValue: option.required || option.optional,
  variadic: option.variadic,
  choices: option.argChoices ?? [],
});

const argumentOf = (argument: Argument): TableArgument => ({
  name: argument.name(),
  description: argument.description,
  required: argument.required,
  variadic: argument.variadic,
  choices: argument.argChoices ?? [],
});

/** Every command that is not hidden, the whole first, each before those below it. */
export function commandTable(program: Command): TableCommand[] {
  const help = program.createHelp();
  const table: TableCommand[] = [];
  const add = (command: Command, words: readonly string[]): void => {
    // commander's own `help` is not among `commands`.
    const shown = help.visibleCommands(command).filter((one) => command.commands.includes(one));
    table.push({
      words,
      description: command.description(),
      arguments: command.registeredArguments.map(argumentOf),
      options: help.visibleOptions(command).map(optionOf),
      below: shown.map((one) => one.name()),
      doesSomething: shown.length === 0,
    });
    for (const one of shown) add(one, [...words, one.name()]);
  };
  add(program, []);
  return table;
}

/** `session move <session> <station>`. */
export function synopsis(command: TableCommand): string {
  const argumentText = ({ name, required, variadic }: TableArgument): string => {
    const inside = `${name}${variadic ? '...' : ''}`;
    return required ? `<${inside}>` : `[${inside}]`;
  };
  return [...command.words, ...command.arguments.map(argumentText)].join(' ');
}

/** One line for each command that does something. */
export function commandList(table: readonly TableCommand[]): string {
  const rows = table.filter(({ doesSomething }) => doesSomething).map((command) => [synopsis(command), command.description]);
  const width = Math.max(...rows.map(([first = '']) => first.length));
  return rows.map(([first = '', second = '']) => `${first.padEnd(width)}  ${second}`).join('\n');
}
