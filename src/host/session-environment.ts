// The environment of a person's session: what PAM says, within what a session of ours must have.

export interface SessionEnvironmentOrder {
  user: string;
  home: string;
  shell: string;
  /** Names for XDG_CURRENT_DESKTOP and XDG_SESSION_DESKTOP. */
  desktopNames: string;
  desktop: string;
  display: string;
  authorityFile: string;
  runtimeDir: string;
  /** Language of the station page: `fr`. */
  language: string;
  /** The locales that are installed, as `locale -a` spells them. */
  locales: readonly string[];
}

const fallbackLocale = 'C.UTF-8';
const defaultPath = '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games';

/** Another program's session bus and seat: they would lead out of this session. */
const foreign = ['DBUS_SESSION_BUS_ADDRESS', 'XDG_SEAT', 'XDG_VTNR', 'WAYLAND_DISPLAY', 'SESSION_MANAGER'];

/** `fr_FR.UTF-8` and `fr_FR.utf8` are the same locale. */
function plainLocale(locale: string): string {
  return locale.toLowerCase().replaceAll('-', '');
}

/** The locale that a session gets: the one that PAM set if it is installed, else one of the station's language, else C.UTF-8. */
export function sessionLocale(fromPam: string | undefined, language: string, locales: readonly string[]): string {
  if (fromPam !== undefined && fromPam !== '') {
    const wanted = plainLocale(fromPam);
    if (wanted === 'c' || wanted === 'posix' || locales.some((locale) => plainLocale(locale) === wanted)) return fromPam;
  }
  const [name = '', country = ''] = language.toLowerCase().split(/[-_]/);
  const ofLanguage = locales.filter((locale) => {
    const plain = plainLocale(locale);
    return name !== '' && plain.startsWith(`${name}_`) && plain.endsWith('.utf8');
  });
  const home = country === '' ? name : country;
  return ofLanguage.find((locale) => plainLocale(locale).startsWith(`${name}_${home}.`)) ?? ofLanguage[0] ?? fallbackLocale;
}

/** The variables that a session starts with; the person's ~/.profile may change them. */
export function sessionEnvironment(
  order: SessionEnvironmentOrder,
  fromPam: Readonly<Record<string, string>>,
): Record<string, string> {
  const variables: Record<string, string> = { PATH: defaultPath, ...fromPam };
  for (const name of foreign) delete variables[name];
  const locale = sessionLocale(variables['LANG'], order.language, order.locales);
  if (variables['LC_ALL'] !== undefined && sessionLocale(variables['LC_ALL'], '', order.locales) !== variables['LC_ALL']) {
    delete variables['LC_ALL'];
  }
  return {
    ...variables,
    LANG: locale,
    HOME: order.home,
    USER: order.user,
    LOGNAME: order.user,
    SHELL: order.shell,
    DISPLAY: order.display,
    XAUTHORITY: order.authorityFile,
    XDG_RUNTIME_DIR: order.runtimeDir,
    // Node's programs would hold what CRIU cannot save.
    UV_USE_IO_URING: '0',
    // Half of a connection cannot be saved to disk: no program of the session shall have one to the computer's own bus.
    DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${order.runtimeDir}/no-system-bus`,
    XDG_SESSION_TYPE: 'x11',
    XDG_SESSION_CLASS: 'user',
    XDG_SESSION_DESKTOP: order.desktop,
    XDG_CURRENT_DESKTOP: order.desktopNames,
    DESKTOP_SESSION: order.desktop,
  };
}
