// The X sessions that are installed on the computer (files of /usr/share/xsessions), and which of them a person gets.
import { constants } from 'node:fs';
import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface XSession {
  /** Name of its desktop file: `xfce`. */
  name: string;
  /** The program with its arguments. */
  command: string[];
  /** For XDG_CURRENT_DESKTOP: `XFCE`, several with colons. */
  desktopNames: string;
}

/** In this order; a file of the same name in a former folder wins. */
const xSessionFolders = ['/usr/local/share/xsessions', '/usr/share/xsessions'];
const programFolders = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/games', '/usr/games'];

/**
 * The words of a desktop entry's Exec line without its field codes (`%f` and the like), or null if it is not well-formed.
 * https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
 */
export function execWords(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quoted) {
      if (character === '"') quoted = false;
      else if (character === '\\') word = (word ?? '') + line.charAt((index += 1));
      else word = (word ?? '') + character;
    } else if (character === '"') {
      quoted = true;
      word ??= '';
    } else if (character === ' ' || character === '\t') {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === '%') {
      index += 1;
      if (line.charAt(index) === '%') word = `${word ?? ''}%`;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quoted) return null;
  if (word !== null) words.push(word);
  return words.length === 0 || words[0] === '' ? null : words;
}

/** Keys and values of the file's [Desktop Entry] group, values with their escapes undone. */
function desktopEntry(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  let inGroup = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('[')) inGroup = line.trim() === '[Desktop Entry]';
    const match = inGroup ? /^([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line) : null;
    if (match === null) continue;
    const [, key = '', value = ''] = match;
    const escapes: Readonly<Record<string, string>> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' };
    entries.set(
      key,
      value.replaceAll(/\\([sntr\\])/g, (_, letter: string) => escapes[letter] ?? letter),
    );
  }
  return entries;
}

async function isProgram(name: string, folders: readonly string[]): Promise<boolean> {
  const places = name.includes('/') ? [name] : folders.map((folder) => join(folder, name));
  for (const place of places) {
    if (
      await access(place, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return true;
  }
  return false;
}

/** The X sessions that can be started, by name. */
export async function installedXSessions(folders: readonly string[] = xSessionFolders): Promise<XSession[]> {
  const sessions = new Map<string, XSession>();
  for (const folder of folders) {
    for (const file of await readdir(folder).catch(() => [])) {
      const name = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63})\.desktop$/.exec(file)?.[1];
      if (name === undefined || sessions.has(name)) continue;
      const entry = desktopEntry(await readFile(join(folder, file), 'utf8').catch(() => ''));
      const command = execWords(entry.get('Exec') ?? '');
      const program = entry.get('TryExec') ?? command?.[0];
      if (command === null || program === undefined || entry.get('Hidden') === 'true') continue;
      if (!(await isProgram(program, programFolders)) || !(await isProgram(command[0] ?? '', programFolders))) continue;
      const desktopNames = (entry.get('DesktopNames') ?? '').split(';').filter(Boolean).join(':');
      sessions.set(name, { name, command, desktopNames: desktopNames === '' ? name : desktopNames });
    }
  }
  return [...sessions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The session named `wanted`, else XFCE, else the first there is; null if there is none. */
export function chooseXSession(sessions: readonly XSession[], wanted: string): XSession | null {
  return (
    sessions.find((session) => session.name === wanted) ??
    sessions.find((session) => session.name === 'xfce') ??
    sessions[0] ??
    null
  );
}
