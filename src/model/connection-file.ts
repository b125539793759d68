// Link files that open the Manager, the Dashboard or a station in the browser, in the form that each kind of device opens by itself.

export const connectionPages = ['manager', 'dashboard', 'station'] as const;
export type ConnectionPage = (typeof connectionPages)[number];

export const connectionSystems = ['windows', 'mac', 'linux'] as const;
export type ConnectionSystem = (typeof connectionSystems)[number];

export const connectionPaths: Readonly<Record<ConnectionPage, string>> = {
  manager: '/manager',
  dashboard: '/dashboard',
  station: '/',
};

export const connectionEndings: Readonly<Record<ConnectionSystem, string>> = {
  windows: '.url',
  mac: '.webloc',
  linux: '.desktop',
};

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const contents: Readonly<Record<ConnectionSystem, (address: string, title: string) => string>> = {
  windows: (address) => `[InternetShortcut]\r\nURL=${address}\r\n`,
  mac: (address) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>URL</key>
\t<string>${xml(address)}</string>
</dict>
</plist>
`,
  linux: (address, title) =>
    `[Desktop Entry]\nVersion=1.0\nType=Link\nName=${title.replaceAll('\\', '\\\\')}\nIcon=text-html\nURL=${address.replaceAll('\\', '\\\\')}\n`,
};

const longestName = 80;

/** A file's name out of any text: letters, digits, blanks, dots, dashes; nothing that hides it, leads to another folder or is a device. */
function safeName(title: string): string {
  const name = title
    .replaceAll(/[^\p{L}\p{N} .-]+/gu, '-')
    .replaceAll(/\s+/g, ' ')
    .slice(0, longestName)
    .replace(/^[ .-]+/, '')
    .replace(/[ .-]+$/, '');
  return name === '' ? 'Stationmaster' : name;
}

/**
 * `address`: the page's, as a browser writes it (percent-encoded). `title`: what people read, such as `Stationmaster Manager - classroom`.
 * Both are taken from people, so neither can begin a line of its own.
 */
export function connectionFile(
  system: ConnectionSystem,
  { address, title }: { address: string; title: string },
): { name: string; text: string } {
  const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return {
    name: safeName(title) + connectionEndings[system],
    text: contents[system](oneLine(address).replaceAll(' ', '%20'), oneLine(title)),
  };
}
