// Which windows of a session say in their titles that they hold work that is not saved. The titles are read from the session's own
// X server, by a program that runs in the session as its person. A program that does not say so there keeps it to itself.
import type { UnsavedWindow } from '#model/session.ts';

/** At the most, and no longer than this: the rest is of no use to anybody. */
const mostWindows = 200;
const longestTitle = 200;

interface TitledWindow {
  /** What the program calls its kind of windows: `Mousepad`. */
  program: string;
  title: string;
}

/** Prints the windows one after the other. `$1`: the display, `$2`: the file with its key. Nothing of the person's own is asked for a word. */
export const windowScript = `export DISPLAY="$1" XAUTHORITY="$2" LC_ALL=C.UTF-8
windows=$(/usr/bin/xprop -root -notype _NET_CLIENT_LIST | /usr/bin/tr -c '0-9a-fx' '\\n' | /usr/bin/grep '^0x[0-9a-f]*$' | /usr/bin/head -n ${mostWindows})
for window in $windows; do
  echo window
  /usr/bin/xprop -id "$window" -notype WM_CLASS _NET_WM_NAME WM_NAME || :
done
echo all
`;

function tidy(text: string): string {
  // Nothing that turns the writing round or breaks the line where it is shown.
  return text
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, longestTitle);
}

/** The windows in what the script printed; null if it was not all. */
export function windowsFrom(printed: string): TitledWindow[] | null {
  const lines = printed.split('\n');
  if (lines.findLast((line) => line !== '') !== 'all') return null;
  const windows: TitledWindow[] = [];
  let properties = new Map<string, string>();
  const end = (): void => {
    const title = tidy(properties.get('_NET_WM_NAME') ?? properties.get('WM_NAME') ?? '');
    const program = tidy(properties.get('WM_CLASS')?.split('", "').at(-1) ?? '');
    if (title !== '' || program !== '') windows.push({ title, program: program === '' ? title : program });
    properties = new Map();
  };
  for (const line of lines) {
    if (line === 'window' || line === 'all') end();
    // Where the locale has all letters, xprop puts the text between quotes as it is, quotes within it too.
    const [, name, value] = /^(WM_CLASS|_NET_WM_NAME|WM_NAME) = "(.*)"$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) properties.set(name, value);
  }
  return windows;
}

/** How programs mark what is not saved: Mousepad, gedit, GIMP, Geany `*name`; VS Code `●`; Kate `name * — Kate`; vim `name + (…)`; in words. */
const marks = [
  /^\s*[*•●✱]/u,
  /\s[*●]\s*(?:$|[-–—([])/u,
  /\S\*\s*(?:$|[-–—])/u,
  /\s\+\s+\([^)]*\)\s+-\s+G?N?VIM/iu,
  /[[(](?:modified|changed|unsaved|not saved|modifiée?|non enregistrée?|geändert|nicht gespeichert)[\])]/iu,
  /\b(?:unsaved|not saved|non enregistrée?s?|non sauvegardée?s?|nicht gespeichert)(?:\s|$)/iu,
];

export function saysUnsaved(title: string): boolean {
  return marks.some((mark) => mark.test(title));
}

/** Parts of the desktop itself, which hold nobody's work. */
const furniture: ReadonlySet<string> = new Set(['xfdesktop', 'xfce4-panel', 'wrapper-2.0', 'openbox', 'xfwm4', 'xfsettingsd']);

/** What is to be told of these windows: those that say that something is not saved, and which other programs are open. */
export function workIn(windows: readonly TitledWindow[]): { unsaved: UnsavedWindow[]; silent: string[] } {
  const people = windows.filter(({ program }) => !furniture.has(program.toLowerCase()));
  const unsaved = people.filter(({ title }) => saysUnsaved(title));
  const speaking = new Set(unsaved.map(({ program }) => program));
  const silent = people.map(({ program }) => program).filter((program) => !speaking.has(program));
  return { unsaved, silent: [...new Set(silent)].toSorted() };
}
