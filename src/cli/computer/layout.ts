// Where `up` puts what on the computer: the places of the programs, and those that only the command knows.
import { resolve } from 'node:path';
import { placesFrom } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';

export interface Layout {
  places: Places;
  /** The folder with package.json that this command was started from: a clone, or an installed tree. */
  tree: string;
  /** Installed trees, one folder per version, and `current`. */
  programsDir: string;
  logDir: string;
  /** The command for everyone, a link into `current`; null where places of one's own are used. */
  commandLink: string | null;
  /** What the programs started by us find their places by. */
  environment: Readonly<Record<string, string>>;
}

const placeVariables = [
  'STATIONMASTER_STATE',
  'STATIONMASTER_RUN',
  'STATIONMASTER_CONFIG',
  'STATIONMASTER_PAM_SERVICE',
  'STATIONMASTER_CRIU',
] as const;

/** With STATIONMASTER_STATE set, nothing is put outside that folder but what the other variables name, packages and CRIU. */
export function layoutFrom(variables: Readonly<Record<string, string | undefined>>): Layout {
  const places = placesFrom(variables);
  const own = variables['STATIONMASTER_STATE'] !== undefined;
  const environment: Record<string, string> = {};
  for (const name of placeVariables) {
    const value = variables[name];
    if (value !== undefined) environment[name] = value;
  }
  return {
    places,
    tree: resolve(import.meta.dirname, '../../..'),
    programsDir: own ? `${places.stateDir}/programs` : '/usr/local/lib/stationmaster',
    logDir: own ? `${places.stateDir}/log` : '/var/log/stationmaster',
    commandLink: own ? null : '/usr/local/bin/stationmaster',
    environment,
  };
}

/** The link to the installed tree that is to be used. */
export function currentTree(layout: Layout): string {
  return `${layout.programsDir}/current`;
}

/** The Node.js that came with a tree's npm packages. */
export function nodeOf(tree: string): string {
  return `${tree}/node_modules/node-linux-${process.arch}/bin/node`;
}

/** Where a program keeps its compiled code: it starts in half the time and holds 30 MB less than when it reads TypeScript. */
export function compileCacheDir(places: Places, name: 'host' | 'gateway'): string {
  // Root's programs run nothing that somebody else could have written.
  return name === 'host' ? `${places.stateDir}/compile-cache` : `${places.gatewayStateDir}/compile-cache`;
}
