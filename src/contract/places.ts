// Where things lie on the computer. One object, made once per program from its environment; tests give folders of their own.

export interface Places {
  /** Kept for ever; root's, with parts of it the gateway's. */
  stateDir: string;
  /** Gone at a restart of the computer; root's. */
  runDir: string;
  /** The administrator's settings for the programs, TOML, see config.ts. */
  configFile: string;
  /** Unix socket of the host program: root and the gateway's group. */
  hostSocket: string;
  /** Folder (of the gateway's user, mode 0700) with the gateway's unix socket: the API without a password, for root. */
  gatewayRunDir: string;
  gatewaySocket: string;
  /** Folder of the gateway's user: store, pictures. */
  gatewayStateDir: string;
  /** Certificate authority, certificate and keys. */
  certificateDir: string;
  /** The host's: one folder per session that lives, see session folders in docs/protocol.md. */
  sessionsRunDir: string;
  /** The host's: one folder per session for what must lie on disk, its private /tmp among it. */
  sessionsStateDir: string;
  /** A CRIU of a later Debian with the libraries that it needs, for a computer whose own does not work on its kernel. */
  criuDir: string;
  /** The host's: one folder per session that is saved to disk. */
  hibernatedDir: string;
  /** Name of the file in /etc/pam.d. */
  pamService: string;
  /** The user and group that the gateway runs as. */
  gatewayUser: string;
}

/**
 * Reads STATIONMASTER_STATE, STATIONMASTER_RUN, STATIONMASTER_CONFIG, STATIONMASTER_PAM_SERVICE and STATIONMASTER_CRIU; all have
 * defaults. That of the last does not depend on the others: like Debian's packages it is the computer's.
 */
export function placesFrom(environment: Readonly<Record<string, string | undefined>>): Places {
  const stateDir = environment['STATIONMASTER_STATE'] ?? '/var/lib/stationmaster';
  const runDir = environment['STATIONMASTER_RUN'] ?? '/run/stationmaster';
  return {
    stateDir,
    runDir,
    configFile: environment['STATIONMASTER_CONFIG'] ?? '/etc/stationmaster/config.toml',
    hostSocket: `${runDir}/host.sock`,
    gatewayRunDir: `${runDir}/gateway`,
    gatewaySocket: `${runDir}/gateway/api.sock`,
    gatewayStateDir: `${stateDir}/gateway`,
    certificateDir: `${stateDir}/certificates`,
    sessionsRunDir: `${runDir}/sessions`,
    sessionsStateDir: `${stateDir}/sessions`,
    hibernatedDir: `${stateDir}/hibernated`,
    criuDir: environment['STATIONMASTER_CRIU'] ?? '/usr/local/lib/stationmaster/criu',
    pamService: environment['STATIONMASTER_PAM_SERVICE'] ?? 'stationmaster',
    gatewayUser: 'stationmaster',
  };
}

/** The unix socket of a session's X server. Its folder is root's, and its group the gateway's. */
export function pixelSocket(places: Places, session: string): string {
  return `${places.sessionsRunDir}/${session}/pixels/rfb`;
}

/** Debian's name of a processor, and its loader of programs, by Node's name. */
const debianArchitectures: Readonly<Record<string, { triplet: string; loader: string }>> = {
  x64: { triplet: 'x86_64-linux-gnu', loader: 'usr/lib64/ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'usr/lib/ld-linux-aarch64.so.1' },
};

/**
 * How CRIU may be started, the computer's own first, then the one brought along: program and first arguments. Whether it is there
 * and works on this kernel is not looked at. `architecture` as Node.js names it.
 */
export function criuCommands(places: Places, architecture: string): string[][] {
  const own = ['/usr/sbin/criu'];
  const debian = debianArchitectures[architecture];
  if (debian === undefined) return [own];
  const { criuDir } = places;
  // Through its own loader: its libraries are newer than the computer's.
  const brought = [
    `${criuDir}/${debian.loader}`,
    '--library-path',
    `${criuDir}/usr/lib/${debian.triplet}`,
    `${criuDir}/usr/sbin/criu`,
  ];
  return [own, brought];
}
