// What the shells offer when somebody presses Tab: which words may come next, and the few lines that bash, zsh and fish need to
// ask for them.
import type { TableCommand, TableOption } from './command-table.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Things of the running room whose names can be completed. */
export type NamedThing =
  | 'computer'
  | 'station'
  | 'session'
  | 'user'
  | 'room'
  | 'token'
  | 'setting'
  | 'setting='
  | 'limit'
  | 'limit=';

export interface Candidate {
  word: string;
  /** Empty where there is nothing to say. */
  description: string;
}

export interface Completion {
  candidates: readonly Candidate[];
  /** Names of this are to be added. */
  names: NamedThing | null;
  /** The shell's own completion of file names is to be used. */
  files: boolean;
}

const argumentThings: Readonly<Record<string, NamedThing>> = {
  station: 'station',
  stations: 'station',
  session: 'session',
  sessions: 'session',
  user: 'user',
  users: 'user',
  room: 'room',
  rooms: 'room',
  tokens: 'token',
  limits: 'limit',
  'limit=number': 'limit=',
};
const optionThings: Readonly<Record<string, NamedThing>> = {
  '--computer': 'computer',
  '--room': 'room',
  '--station': 'station',
  '--auto-logon': 'user',
  '--actor': 'user',
  '--set': 'setting=',
};
/** Commands whose argument is a name that does not exist yet. */
const newNames: ReadonlySet<string> = new Set(['user add', 'room add', 'token add']);
const fileOptions: ReadonlySet<string> = new Set(['--ca', '--token-file', '--output', '--to']);
const nothing: Completion = { candidates: [], names: null, files: false };

/** What may stand in the place of the last of `words`; those before it are taken as they are. */
export function complete(table: readonly TableCommand[], words: readonly string[]): Completion {
  const current = words.at(-1) ?? '';
  let command = table.find((one) => one.words.length === 0);
  if (command === undefined) return nothing;
  let argumentsGiven = 0;
  let valueOf: TableOption | null = null;
  let onlyArguments = false;
  for (const word of words.slice(0, -1)) {
    if (valueOf !== null && !(valueOf.variadic && word.startsWith('-'))) {
      if (!valueOf.variadic) valueOf = null;
      continue;
    }
    valueOf = null;
    if (!onlyArguments && word === '--') {
      onlyArguments = true;
    } else if (!onlyArguments && word.startsWith('-')) {
      const option = command.options.find(({ long, flags }) => long === word || flags.startsWith(`${word},`));
      valueOf = option?.takesValue === true ? option : null;
    } else if (command.below.includes(word)) {
      const next: readonly string[] = [...command.words, word];
      command = table.find((one) => one.words.join(' ') === next.join(' ')) ?? command;
    } else {
      argumentsGiven += 1;
    }
  }
  if (valueOf !== null && !(valueOf.variadic && current.startsWith('-'))) return valuesOf(valueOf);
  if (!onlyArguments && current.startsWith('-')) {
    const candidates = command.options.map(({ long, description }) => ({ word: long, description }));
    return { ...nothing, candidates };
  }
  if (command.below.length > 0) {
    return argumentsGiven === 0 ? { ...nothing, candidates: wordsBelow(table, command) } : nothing;
  }
  return argumentsOf(table, command, argumentsGiven, words.slice(0, -1));
}

function wordsBelow(table: readonly TableCommand[], command: TableCommand): Candidate[] {
  return command.below.map((word) => {
    const below = table.find((one) => one.words.join(' ') === [...command.words, word].join(' '));
    return { word, description: below?.description ?? '' };
  });
}

function valuesOf(option: TableOption): Completion {
  if (option.choices.length > 0) {
    return { ...nothing, candidates: option.choices.map((word) => ({ word, description: '' })) };
  }
  return { ...nothing, names: optionThings[option.long] ?? null, files: fileOptions.has(option.long) };
}

function argumentsOf(table: readonly TableCommand[], command: TableCommand, given: number, words: readonly string[]): Completion {
  const name = command.words.join(' ');
  const last = command.arguments.at(-1);
  const argument = command.arguments[given] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined || newNames.has(name)) return nothing;
  if (argument.name === 'file' || argument.name === 'files') return { ...nothing, files: true };
  if (argument.choices.length > 0) return { ...nothing, candidates: argument.choices.map((word) => ({ word, description: '' })) };
  if (name === 'help') {
    // The topic's own words are completed as if they were typed without `help`.
    const topic = words.slice(words.indexOf('help') + 1).filter((word) => !word.startsWith('-'));
    const asked = table.find((one) => one.words.join(' ') === topic.join(' '));
    return asked === undefined ? nothing : { ...nothing, candidates: wordsBelow(table, asked) };
  }
  if (name === 'settings get') return { ...nothing, names: 'setting' };
  if (name === 'settings set') return { ...nothing, names: 'setting=' };
  return { ...nothing, names: argumentThings[argument.name] ?? null };
}

/** As the shells read it: a line for each, a tab before the description; `:files` asks for the shell's own file names. */
export function completionLines(candidates: readonly Candidate[], files: boolean): string {
  const plain = (text: string): boolean => !/[\u0000-\u001f\u007f-\u009f]/u.test(text);
  const lines = candidates
    .filter(({ word }) => word !== '' && plain(word))
    .map(({ word, description }) => (description === '' || !plain(description) ? word : `${word}\t${description}`));
  return [...(files ? [':files'] : []), ...lines].join('\n');
}

/** What a shell loads; it asks the command itself at each Tab, so it is never behind it. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of stationmaster for bash. Made by: stationmaster completion bash
_stationmaster() {
  local current=\${COMP_WORDS[COMP_CWORD]} line word quote=
  local -a lines
  COMPREPLY=()
  case $current in
    \\"*|\\'*) quote=\${current:0:1}; current=\${current:1} ;;
    *) current=\${current//\\\\/} ;;
  esac
  mapfile -t lines < <(stationmaster complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$current" 2>/dev/null)
  for line in "\${lines[@]}"; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      continue
    fi
    word=\${line%%$'\\t'*}
    [[ $word == "$current"* ]] || continue
    [[ $word != *= ]] || compopt -o nospace 2>/dev/null
    if [[ -n $quote ]]; then COMPREPLY+=("$word"); else COMPREPLY+=("$(printf %q "$word")"); fi
  done
}
complete -F _stationmaster stationmaster
`,
  zsh: `#compdef stationmaster
# Completion of stationmaster for zsh. Made by: stationmaster completion zsh
_stationmaster() {
  local line word
  local -a described
  for line in "\${(@f)$(stationmaster complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    if [[ $line == :files ]]; then
      _files
      continue
    fi
    word=\${\${line%%$'\\t'*}//:/\\\\:}
    if [[ $line == *$'\\t'* ]]; then described+=("$word:\${line#*$'\\t'}"); else described+=("$word"); fi
  done
  (( \${#described} == 0 )) || _describe stationmaster described
}
if [[ $funcstack[1] == _stationmaster ]]; then _stationmaster "$@"; else compdef _stationmaster stationmaster; fi
`,
  fish: `# Completion of stationmaster for fish. Made by: stationmaster completion fish
function __stationmaster_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (stationmaster complete -- $words[2..] "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            printf '%s\\n' "$line"
        end
    end
end
complete -c stationmaster -f -a '(__stationmaster_complete)'
`,
};
