// The man page stationmaster(1), made from the table of commands.
import { exitCodeTexts } from '../exit-code.ts';
import { synopsis } from './command-table.ts';
import type { TableCommand, TableOption } from './command-table.ts';

/** What the environment may say, each with what it means. */
export const variables: readonly (readonly [name: string, text: string])[] = [
  ['STATIONMASTER_SERVER', 'https address of the gateway, as --server'],
  ['STATIONMASTER_TOKEN', 'the token for it; --token-file goes before'],
  ['STATIONMASTER_TRACE', 'if set, a failure is told with where it came from'],
  ['STATIONMASTER_STATE', 'folder to keep everything in, in place of those of the system'],
];

/** Text that troff takes for nothing but text. */
function plain(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

const tagged = (tag: string, text: string): string[] => ['.TP', `.B ${plain(tag)}`, plain(text)];

/** Options that most commands have are told once. */
const commonFlags: ReadonlySet<string> = new Set(['--json', '--server', '--ca', '--token-file', '--help', '--computer']);

function optionLines(options: readonly TableOption[]): string[] {
  return options.flatMap(({ flags, description, choices }) =>
    tagged(flags, choices.length === 0 ? description : `${description}: ${choices.join(', ')}`),
  );
}

/** The page as troff source. It has no date: the same commands always make the same page. */
export function manualPage(table: readonly TableCommand[], version: string): string {
  const common = new Map<string, TableOption>();
  const lines = [
    `.TH STATIONMASTER 1 "" "Stationmaster ${version}" "User Commands"`,
    '.SH NAME',
    'stationmaster \\- one Linux computer, a room full of desktops',
    '.SH SYNOPSIS',
    '.B stationmaster',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    plain(
      'Each person has a desktop of their own, shown in a browser at a station. Suspended desktops go on, at the same station or another one.',
    ),
    plain('As root on the computer no password is needed; from elsewhere, --server and a token.'),
    plain('A session is named by its id, its station or its user. Results are on standard output, all else on standard error.'),
    '.SH COMMANDS',
  ];
  for (const command of table) {
    for (const option of command.options) if (commonFlags.has(option.long)) common.set(option.long, option);
    if (!command.doesSomething) continue;
    const own = command.options.filter(({ long }) => !commonFlags.has(long));
    lines.push('.SS', plain(synopsis(command)), plain(`${command.description}.`));
    lines.push(...command.arguments.flatMap(({ name, description }) => (description === '' ? [] : tagged(name, description))));
    lines.push(...optionLines(own));
  }
  lines.push('.SH COMMON OPTIONS', 'Most commands have these; those of one computer have --computer too.'.replaceAll('-', '\\-'));
  lines.push(...optionLines([...common.values()]));
  lines.push('.SH EXIT STATUS', ...exitCodeTexts.flatMap(([code, text]) => tagged(String(code), text)));
  lines.push('.SH ENVIRONMENT', ...variables.flatMap(([name, text]) => tagged(name, text)));
  lines.push('.SH FILES');
  lines.push(...tagged('/etc/stationmaster/config.toml', 'addresses, ports, certificate'));
  lines.push(...tagged('/var/lib/stationmaster', 'state of the room, saved sessions'));
  lines.push(...tagged('/var/log/stationmaster', 'logs, where there is no journal'));
  return `${lines.join('\n')}\n`;
}
