// What people call the programs of a session, by the desktop files of the computer; and which of them are open.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { SessionProcess } from './session-processes.ts';

/** Parts of the desktop itself, which nobody has opened. */
const furniture: ReadonlySet<string> = new Set(
  (
    'tini sh dash bash Xvnc dbus-run-session dbus-daemon dbus-launch xfce4-session xfwm4 xfsettingsd xfce4-panel xfdesktop ' +
    'wrapper-2.0 xfconfd openbox at-spi-bus-launcher at-spi2-registryd ssh-agent gpg-agent gvfsd xfce4-notifyd ' +
    'xfce4-power-manager startxfce4 dconf-service tumblerd'
  ).split(' '),
);

/** Programs whose process is called otherwise than the command that starts it. */
const commandOf: Readonly<Record<string, string>> = {
  'soffice.bin': 'libreoffice',
  oosplash: 'libreoffice',
  'firefox-bin': 'firefox',
  chrome: 'google-chrome-stable',
};

interface Entry {
  name: string;
  words: readonly string[];
}

/** The visible application of a desktop file, or null. */
function entryOf(text: string): Entry | null {
  const body = text.split(/^\[(?!Desktop Entry\]).*$/m)[0] ?? '';
  const value = (key: string): string => new RegExp(`^${key}\\s*=\\s*(.*)$`, 'm').exec(body)?.[1]?.trim() ?? '';
  const words = value('Exec')
    .split(/\s+/)
    .filter((word) => word !== '' && !word.startsWith('%'));
  if (value('Type') !== 'Application' || value('NoDisplay') === 'true' || words.length === 0) return null;
  return { name: value('Name'), words };
}

export class ProgramNames {
  #entries: ReadonlyMap<string, readonly Entry[]> = new Map();
  #readAt = -1;
  readonly #folder: string;

  /** `folder`: where the desktop files lie. */
  constructor(folder = '/usr/share/applications') {
    this.#folder = folder;
  }

  /** `Firefox ESR`; null for what is no application of the computer, or a part of the desktop itself. */
  of(process: SessionProcess): string | null {
    const file = basename(process.program ?? process.args[0] ?? process.name);
    if (furniture.has(file) || process.args.includes('--daemon')) return null;
    this.#readAnew();
    // A script's process is its interpreter: the script is the second word.
    const candidates = [file, commandOf[file] ?? file, basename(process.args[0] ?? ''), basename(process.args[1] ?? '')];
    for (const command of candidates) {
      const entries = this.#entries.get(command);
      if (entries === undefined) continue;
      const exact = entries.find(({ words }) => words.length > 1 && words.slice(1).every((word) => process.args.includes(word)));
      return (exact ?? entries.find(({ words }) => words.length === 1) ?? entries[0])?.name ?? null;
    }
    return null;
  }

  /** The applications that are open among these, each once. */
  open(processes: readonly SessionProcess[]): string[] {
    const names = new Set<string>();
    for (const process of processes) {
      const name = this.of(process);
      if (name !== null) names.add(name);
    }
    return [...names].sort();
  }

  #readAnew(): void {
    const changedAt = statSync(this.#folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changedAt === this.#readAt) return;
    this.#readAt = changedAt;
    const entries = new Map<string, Entry[]>();
    for (const file of changedAt === 0 ? [] : readdirSync(this.#folder)) {
      if (!file.endsWith('.desktop')) continue;
      const entry = this.#read(`${this.#folder}/${file}`);
      if (entry === null) continue;
      const command = basename(entry.words[0] ?? '');
      entries.set(command, [...(entries.get(command) ?? []), entry]);
    }
    this.#entries = entries;
  }

  #read(file: string): Entry | null {
    try {
      return entryOf(readFileSync(file, 'utf8'));
    } catch {
      // A dangling link, or a package that is just being changed.
      return null;
    }
  }
}
